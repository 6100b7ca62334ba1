//! `govern log export --format parquet`: records as columns, for engines that read files. Built with the feature `parquet`.

use super::scan::{Filter, scan};
use crate::{Failure, Io};
use chrono::{DateTime, Utc};
use ledger::{Record, digest, to_hex};
use parquet::basic::{Compression, GzipLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// The text columns, by the names of the records' fields.
const TEXTS: &[&str] = &[
    "event",
    "type",
    "user",
    "host",
    "session",
    "agent",
    "prompt",
    "tool",
    "tool_use",
    "operation",
    "outcome",
    "path",
    "command",
    "url",
    "hook",
    "decision",
    "rule",
    "policy",
    "prev",
];

/// So many records are held and written at once.
const ROWS_IN_A_GROUP: usize = 50_000;

/// Writes what the filter lets through. A Parquet file ends with its index, so it is laid out in a temporary file first.
pub(super) fn export(log: &Path, filter: &Filter<'_>, io: &mut Io<'_>) -> Result<(), Failure> {
    let mut file = tempfile::tempfile()?;
    let mut writer = open(file.try_clone()?).map_err(failed)?;
    let mut rows = Rows::new();
    scan(log, filter, &mut |record, line| {
        rows.push(&record, line);
        if rows.seq.len() == ROWS_IN_A_GROUP {
            std::mem::replace(&mut rows, Rows::new()).write(&mut writer).map_err(failed)?;
        }
        Ok(true)
    })?;
    rows.write(&mut writer).map_err(failed)?;
    writer.close().map_err(failed)?;
    file.seek(SeekFrom::Start(0))?;
    std::io::copy(&mut file, io.out)?;
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn failed(error: ParquetError) -> Failure {
    Failure::Unreadable(format!("cannot write the Parquet file: {error}"))
}

fn open(file: File) -> Result<SerializedFileWriter<File>, ParquetError> {
    let texts: Vec<String> =
        TEXTS.iter().map(|name| format!("OPTIONAL BYTE_ARRAY {name} (STRING);")).collect();
    let texts = texts.join("\n");
    let schema = format!(
        "message record {{ REQUIRED INT64 seq; REQUIRED INT64 ts (TIMESTAMP(MILLIS, true)); {texts}
           REQUIRED GROUP labels (LIST) {{ REPEATED GROUP list {{ REQUIRED BYTE_ARRAY element (STRING); }} }}
           REQUIRED BYTE_ARRAY hash (STRING); REQUIRED BYTE_ARRAY line (STRING); }}"
    );
    let compression = Compression::GZIP(GzipLevel::try_new(6)?);
    let properties = WriterProperties::builder().set_compression(compression).build();
    SerializedFileWriter::new(file, Arc::new(parse_message_type(&schema)?), Arc::new(properties))
}

/// Some values, and for each row whether it has one.
#[derive(Default, Clone)]
struct Column {
    values: Vec<ByteArray>,
    defined: Vec<i16>,
    /// For lists: 0 where a row begins.
    repeated: Vec<i16>,
}

struct Rows {
    seq: Vec<i64>,
    ts: Vec<i64>,
    texts: Vec<Column>,
    labels: Column,
    hash: Vec<ByteArray>,
    line: Vec<ByteArray>,
}

impl Rows {
    fn new() -> Rows {
        Rows {
            seq: Vec::new(),
            ts: Vec::new(),
            texts: vec![Column::default(); TEXTS.len()],
            labels: Column::default(),
            hash: Vec::new(),
            line: Vec::new(),
        }
    }

    fn push(&mut self, record: &Record, line: &[u8]) {
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        self.seq.push(record.get("seq").and_then(Value::as_i64).unwrap_or_default());
        let ts = text("ts").and_then(|ts| ts.parse::<DateTime<Utc>>().ok());
        self.ts.push(ts.map_or(0, |ts| ts.timestamp_millis()));
        for (name, column) in TEXTS.iter().zip(&mut self.texts) {
            column.values.extend(text(name).map(ByteArray::from));
            column.defined.push(i16::from(text(name).is_some()));
        }
        let labels = record.get("labels").and_then(Value::as_array);
        let labels: Vec<&str> = labels.into_iter().flatten().filter_map(Value::as_str).collect();
        for (position, label) in labels.iter().enumerate() {
            self.labels.values.push(ByteArray::from(*label));
            self.labels.defined.push(1);
            self.labels.repeated.push(i16::from(position > 0));
        }
        if labels.is_empty() {
            self.labels.defined.push(0);
            self.labels.repeated.push(0);
        }
        self.hash.push(ByteArray::from(to_hex(&digest(line)).into_bytes()));
        self.line.push(ByteArray::from(line.to_vec()));
    }

    /// One row group, its columns in the order of the schema.
    fn write(self, writer: &mut SerializedFileWriter<File>) -> Result<(), ParquetError> {
        if self.seq.is_empty() {
            return Ok(());
        }
        let mut group = writer.next_row_group()?;
        for numbers in [&self.seq, &self.ts] {
            let Some(mut column) = group.next_column()? else { break };
            column.typed::<Int64Type>().write_batch(numbers, None, None)?;
            column.close()?;
        }
        let required = |values: Vec<ByteArray>| Column { values, ..Column::default() };
        let rest = self.texts.into_iter().chain([self.labels, required(self.hash), required(self.line)]);
        for Column { values, defined, repeated } in rest {
            let Some(mut column) = group.next_column()? else { break };
            let given = |levels: &'_ [i16]| !levels.is_empty();
            column.typed::<ByteArrayType>().write_batch(
                &values,
                given(&defined).then_some(defined.as_slice()),
                given(&repeated).then_some(repeated.as_slice()),
            )?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}
