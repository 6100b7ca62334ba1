-- The governance report over a fleet: the figures of `govern report`, each under its name, over every machine that ships.
-- {since} and {until} are the period, as `govern report` prints it. A call was made where its outcome is not `requested`;
-- an action was refused where a decision to deny or stop was carried out. FINAL makes a record loaded twice one record.

-- name: records
SELECT count() FROM audit.records FINAL
WHERE ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC');

-- name: sessions
SELECT uniqExact(session) FROM audit.records FINAL
WHERE session != '' AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC');

-- name: days
SELECT toDate(ts, 'UTC') AS day, count() AS records,
       countIf(type = 'decision' AND decision IN ('deny', 'stop') AND JSONExtractString(line, 'mode') = 'enforce') AS refused
FROM audit.records FINAL
WHERE ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY day ORDER BY day;

-- name: machines
-- A machine whose last record is old is off, or no longer ships: ask which.
SELECT origin, anyLast(host) AS machine, count() AS records, max(ts) AS last
FROM audit.records FINAL
WHERE ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY origin ORDER BY last;

-- name: users
SELECT user, count() AS times FROM audit.records FINAL
WHERE user != '' AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY user ORDER BY times DESC, user;

-- name: tools
SELECT tool, count() AS times FROM audit.records FINAL
WHERE tool != '' AND operation != '' AND outcome != 'requested'
  AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY tool ORDER BY times DESC, tool;

-- name: files_read
SELECT path, count() AS times FROM audit.records FINAL
WHERE path != '' AND operation = 'read' AND outcome != 'requested'
  AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY path ORDER BY times DESC, path LIMIT 25;

-- name: files_written
SELECT path, count() AS times FROM audit.records FINAL
WHERE path != '' AND operation = 'write' AND outcome != 'requested'
  AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY path ORDER BY times DESC, path LIMIT 25;

-- name: commands
SELECT command, count() AS times FROM audit.records FINAL
WHERE command != '' AND operation = 'execute' AND outcome != 'requested'
  AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY command ORDER BY times DESC, command LIMIT 25;

-- name: sensitive
SELECT user, multiIf(path != '', path, command != '', command, url) AS what, count() AS times FROM audit.records FINAL
WHERE has(labels, 'secret_path') AND operation != '' AND outcome != 'requested'
  AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY user, what ORDER BY times DESC, user, what LIMIT 50;

-- name: refusals
SELECT hook, rule, count() AS times FROM audit.records FINAL
WHERE type = 'decision' AND decision IN ('deny', 'stop') AND JSONExtractString(line, 'mode') = 'enforce'
  AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY hook, rule ORDER BY times DESC, hook, rule;

-- name: policies
-- More than one policy in a period, or one that is only on some machines, is a question for the committee.
SELECT policy, count() AS times, uniqExact(origin) AS machines FROM audit.records FINAL
WHERE policy != '' AND ts >= parseDateTime64BestEffort('{since}', 3, 'UTC') AND ts < parseDateTime64BestEffort('{until}', 3, 'UTC')
GROUP BY policy ORDER BY times DESC, policy;
