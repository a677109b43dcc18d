//! `backup`: the whole database in one file that either database can be restored from.
//!
//! One zstd stream of lines of JSON: a header; for every table a line that names it and then its rows; an end
//! with the number of rows of each and the SHA-256 of every byte before it. It holds the sources' literal
//! secrets and what hooks said, so only its owner can read the file.

use super::{
    App, AppError,
    output::{Output, Readers},
};
use crate::{
    domain::time::Moment,
    store::{self, Db},
};
use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io::Write, path::Path};
use zstd::stream::write::Encoder;

pub(super) const FORMAT: &str = "bugathlon-backup";
pub(super) const VERSION: u32 = 1;

/// The first line.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub format: String,
    pub version: u32,
    pub written_at: Moment,
    /// Which tables and columns the rows are of.
    pub migrations: Vec<String>,
}

/// The line before a table's rows.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct TableLine {
    pub table: String,
}

/// The last line.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    pub end: End,
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    /// By table.
    pub rows: BTreeMap<String, u64>,
    pub sha256: String,
}

/// zstd's own default: half the size of level 1 at a third of its speed, which a disk still waits for.
const LEVEL: i32 = 3;

struct Packed {
    out: Encoder<'static, Output>,
    digest: Context,
}

impl Packed {
    fn put(&mut self, line: &[u8]) -> std::io::Result<()> {
        for part in [line, b"\n"] {
            self.digest.update(part);
            self.out.write_all(part)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &impl Serialize) -> std::io::Result<()> {
        self.put(&serde_json::to_vec(line)?)
    }
}

/// Writes one state of the database, while it is in use. Returns how many rows of each table it has.
/// `progress` is told how many rows were written.
///
/// Errors: `File` where the file cannot be written, and then nothing is at `path` that was not there before.
pub async fn backup(
    app: &App,
    path: &Path,
    now: Moment,
    mut progress: impl FnMut(u64) + Send + 'static,
) -> Result<BTreeMap<String, u64>, AppError> {
    // What was acknowledged and waits in the inbox belongs to the state that is written.
    while app.store.take_over(1_000).await? > 0 {}
    let path = path.to_owned();
    app.store
        .read_whole(move |db| {
            let output = Output::beside(&path, Readers::Owner)?;
            let fault = |why: std::io::Error| super::output::fault(&path, &why);
            let mut out = Encoder::new(output, LEVEL).map_err(fault)?;
            out.include_checksum(true).map_err(fault)?;
            let mut packed = Packed {
                out,
                digest: Context::new(&SHA256),
            };
            let header = Header {
                format: FORMAT.to_owned(),
                version: VERSION,
                written_at: now,
                migrations: store::migrations_run(db)?,
            };
            packed.line(&header).map_err(fault)?;
            let rows = put_tables(db, &mut packed, fault, &mut progress)?;
            let end = End {
                rows: rows.clone(),
                sha256: super::hex(packed.digest.clone().finish().as_ref()),
            };
            packed.line(&EndLine { end }).map_err(fault)?;
            packed.out.finish().map_err(fault)?.finish()?;
            Ok(rows)
        })
        .await
}

fn put_tables(
    db: &mut Db,
    packed: &mut Packed,
    fault: impl Fn(std::io::Error) -> AppError,
    progress: &mut dyn FnMut(u64),
) -> Result<BTreeMap<String, u64>, AppError> {
    let mut rows = BTreeMap::new();
    let mut sum = 0;
    for table in store::TABLES {
        let name = table.name.to_owned();
        packed.line(&TableLine { table: name.clone() }).map_err(&fault)?;
        let mut count = 0;
        let mut written = Ok(());
        table.each_row(db, &mut |row| {
            written = packed.put(row);
            count += 1;
            if count % 1_000 == 0 {
                progress(sum + count);
            }
            written.is_ok()
        })?;
        written.map_err(&fault)?;
        sum += count;
        rows.insert(name, count);
    }
    progress(sum);
    Ok(rows)
}
