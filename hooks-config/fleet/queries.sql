-- The audit questions, each under a name. FINAL makes a record that was loaded twice one record.
-- {user} and {until} are values to fill in.

-- name: count
SELECT count() FROM audit.records FINAL;

-- name: secret_reads
SELECT count() FROM audit.records FINAL
WHERE has(labels, 'secret_path') AND operation = 'read' AND outcome != 'requested'
  AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC');

-- name: reads_by_user
SELECT count() FROM audit.records FINAL
WHERE user = '{user}' AND operation = 'read' AND outcome != 'requested'
  AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC');

-- name: who_read
SELECT user, path, count() AS times, max(ts) AS last
FROM audit.records FINAL
WHERE operation = 'read' AND outcome = 'ok' AND path LIKE '{path}' AND ts > now() - INTERVAL 30 DAY
GROUP BY user, path ORDER BY times DESC;

-- name: denials
SELECT user, hook, rule, count() AS times
FROM audit.records FINAL
WHERE type = 'decision' AND decision IN ('deny', 'stop') AND ts > now() - INTERVAL 7 DAY
GROUP BY user, hook, rule ORDER BY times DESC;

-- name: gaps
-- Per chain: each record's `prev` is the hash of the one before it, and numbers have no holes. What this names is missing
-- or was changed on the way; the evidence is the part in the bucket.
SELECT origin, before + 1 AS first_missing, seq - 1 AS last_missing
FROM
(
    SELECT origin, seq, prev, lagInFrame(seq, 1, toUInt64(seq - 1)) OVER chain AS before,
           lagInFrame(hash, 1, prev) OVER chain AS expected
    FROM (SELECT * FROM audit.records FINAL)
    WINDOW chain AS (PARTITION BY origin ORDER BY seq ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE seq != before + 1 OR prev != expected
ORDER BY origin, seq;
