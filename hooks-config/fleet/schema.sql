-- The audit log of a fleet in ClickHouse. Loading is at least once: the same record loaded twice is one record, by its
-- chain and number. The stored line stays beside the columns, since it is the evidence: its hash is in the next line.
CREATE DATABASE IF NOT EXISTS audit;

CREATE TABLE IF NOT EXISTS audit.records
(
    origin      LowCardinality(String),
    seq         UInt64,
    ts          DateTime64(3, 'UTC'),
    event       LowCardinality(String),
    type        LowCardinality(String),
    user        LowCardinality(String),
    host        LowCardinality(String),
    session     String,
    prompt      String,
    tool        LowCardinality(String),
    tool_use    String,
    operation   LowCardinality(String),
    outcome     LowCardinality(String),
    path        String,
    command     String,
    url         String,
    labels      Array(LowCardinality(String)),
    hook        LowCardinality(String),
    decision    LowCardinality(String),
    rule        LowCardinality(String),
    policy      LowCardinality(String),
    prev        FixedString(64),
    hash        FixedString(64),
    line        String CODEC(ZSTD(3)),
    INDEX path_words path TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 4,
    INDEX command_words command TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 4,
    INDEX label_set labels TYPE set(16) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (user, ts, origin, seq);
