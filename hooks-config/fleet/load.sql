-- Loads shipped parts. {source} is where they are, one line a row, for example
--   s3('https://s3.eu-central-1.amazonaws.com/BUCKET/**/*.jsonl.gz', 'LineAsString')
-- The folder of a part names the chain; lines a cut-off writer left are no JSON and are passed over.
INSERT INTO audit.records
SELECT
    extract(_path, '(claude-governance-[0-9a-f]+-[0-9]+)') AS origin,
    JSONExtractUInt(line, 'seq'),
    parseDateTime64BestEffortOrZero(JSONExtractString(line, 'ts'), 3, 'UTC'),
    JSONExtractString(line, 'event'),
    JSONExtractString(line, 'type'),
    JSONExtractString(line, 'user'),
    JSONExtractString(line, 'host'),
    JSONExtractString(line, 'session'),
    JSONExtractString(line, 'prompt'),
    JSONExtractString(line, 'tool'),
    JSONExtractString(line, 'tool_use'),
    JSONExtractString(line, 'operation'),
    JSONExtractString(line, 'outcome'),
    JSONExtractString(line, 'path'),
    JSONExtractString(line, 'command'),
    JSONExtractString(line, 'url'),
    JSONExtract(line, 'labels', 'Array(String)'),
    JSONExtractString(line, 'hook'),
    JSONExtractString(line, 'decision'),
    JSONExtractString(line, 'rule'),
    JSONExtractString(line, 'policy'),
    JSONExtractString(line, 'prev'),
    lower(hex(SHA256(line))),
    line
FROM {source}
WHERE isValidJSON(line)
