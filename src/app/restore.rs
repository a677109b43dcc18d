//! `restore`: a backup becomes the content of an empty database, all of it or nothing.

use super::{
    App, AppError,
    backup::{EndLine, FORMAT, Header, TableLine, VERSION},
    output::fault,
};
use crate::{
    folder::{Problem, Refused},
    store::{self, Db, Table},
};
use aws_lc_rs::digest::{Context, SHA256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};
use zstd::stream::read::Decoder;

/// Rows that are one statement at most: PostgreSQL takes 65,535 values in one, and a pull has 27.
const ROWS: usize = 500;
/// Bytes of rows that are held at most, but for one row.
const BYTES: usize = 4 << 20;
/// The longest line: a hook's body of 25 MiB that does not pack, in base64, with room to spare.
const LONGEST_LINE: u64 = 64 << 20;

/// Reads a backup into an empty database, in one transaction; ids stay what they were. Returns how many rows
/// of each table came in. `progress` is told how many rows were read.
///
/// Errors: `Refused` where the database is not empty, or the file is cut off, altered, or of a version with
/// other tables; `File` where it cannot be opened. The database is then as it was.
pub async fn restore(
    app: &App,
    path: &Path,
    mut progress: impl FnMut(u64) + Send + 'static,
) -> Result<BTreeMap<String, u64>, AppError> {
    let file = File::open(path).map_err(|why| fault(path, &why))?;
    let name = path
        .file_name()
        .map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let name = name.into_owned();
    app.store
        .write_whole(move |db| {
            store::take_turn(db)?;
            let filled = store::filled_tables(db)?;
            if !filled.is_empty() {
                return Err(refused(
                    "the database",
                    None,
                    format!("is not empty: there is something in {}", filled.join(", ")),
                    "give --database-url of a new one, or move this one away first",
                ));
            }
            let decoder = Decoder::new(file).map_err(|why| unreadable(&name, 1, &why))?;
            let mut backup = Lines {
                name,
                reader: BufReader::with_capacity(1 << 16, decoder),
                digest: Context::new(&SHA256),
                number: 0,
            };
            let rows = read(db, &mut backup, &mut progress)?;
            store::reset_identities(db)?;
            Ok(rows)
        })
        .await
}

fn refused(file: &str, line: Option<usize>, problem: impl Into<String>, remedy: &str) -> AppError {
    Refused(vec![Problem {
        file: file.to_owned(),
        line,
        key: None,
        problem: problem.into(),
        remedy: remedy.to_owned(),
    }])
    .into()
}

const OTHER: &str = "take another backup; nothing was restored";

fn unreadable(file: &str, line: usize, why: &dyn std::fmt::Display) -> AppError {
    refused(file, Some(line), format!("cannot be read: {why}"), OTHER)
}

struct Lines<R> {
    name: String,
    reader: R,
    digest: Context,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    /// The next line without its end; None at the end of the file. `sha256` of what stands before the line.
    fn next(&mut self, before: Option<&mut String>) -> Result<Option<Vec<u8>>, AppError> {
        let mut line = Vec::new();
        let mut reader = (&mut self.reader).take(LONGEST_LINE);
        let read = reader.read_until(b'\n', &mut line);
        self.number += 1;
        read.map_err(|why| unreadable(&self.name, self.number, &why))?;
        if line.is_empty() {
            return Ok(None);
        }
        if let Some(before) = before.filter(|_| line.starts_with(br#"{"end":"#)) {
            *before = super::hex(self.digest.clone().finish().as_ref());
        }
        self.digest.update(&line);
        if line.pop() != Some(b'\n') {
            return Err(self.refuse("is cut off"));
        }
        Ok(Some(line))
    }

    fn refuse(&self, problem: impl Into<String>) -> AppError {
        refused(&self.name, Some(self.number), problem, OTHER)
    }

    fn parse<T: for<'de> serde::Deserialize<'de>>(&self, line: &[u8], what: &str) -> Result<T, AppError> {
        serde_json::from_slice(line).map_err(|_| self.refuse(format!("is not {what}")))
    }
}

fn read<R: BufRead>(
    db: &mut Db,
    backup: &mut Lines<R>,
    progress: &mut dyn FnMut(u64),
) -> Result<BTreeMap<String, u64>, AppError> {
    check_header(db, backup)?;
    store::clear_prefilled(db)?;
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    let mut sum = 0;
    let mut batch = Batch::default();
    let mut sha256 = String::new();
    let end: EndLine = loop {
        let Some(line) = backup.next(Some(&mut sha256))? else {
            return Err(backup.refuse("the backup has no end: it was cut off"));
        };
        if line.starts_with(br#"{"end":"#) {
            batch.write(db, backup)?;
            break backup.parse(&line, "the end of a backup")?;
        }
        if line.starts_with(br#"{"table":"#) {
            batch.write(db, backup)?;
            let named: TableLine = backup.parse(&line, "the name of a table")?;
            let table = Table::named(&named.table);
            batch.table = Some(table.ok_or_else(|| backup.refuse("names a table that this version does not have"))?);
            if rows.insert(named.table, 0).is_some() {
                return Err(backup.refuse("names a table for the second time"));
            }
            continue;
        }
        let count = batch.table.and_then(|table| rows.get_mut(table.name));
        *count.ok_or_else(|| backup.refuse("has a row before the name of its table"))? += 1;
        sum += 1;
        progress(sum);
        batch.take(line);
        if batch.is_full() {
            batch.write(db, backup)?;
        }
    };
    if end.end.sha256 != sha256 {
        return Err(backup.refuse("does not bear the SHA-256 of what stands before it: the backup was altered"));
    }
    if end.end.rows != rows {
        return Err(backup.refuse("counts other rows than there are: the backup was altered"));
    }
    if backup.next(None)?.is_some() {
        return Err(backup.refuse("stands after the end"));
    }
    Ok(rows)
}

fn check_header<R: BufRead>(db: &mut Db, backup: &mut Lines<R>) -> Result<(), AppError> {
    let line = backup.next(None)?.unwrap_or_default();
    let header: Header = backup.parse(&line, "the header of a bugathlon backup")?;
    if header.format != FORMAT || header.version != VERSION {
        return Err(refused(
            &backup.name,
            Some(1),
            format!("is of {} version {}", header.format, header.version),
            "restore it with the version of bugathlon that wrote it",
        ));
    }
    let own = store::migrations_run(db)?;
    if header.migrations != own {
        let last = |names: &[String]| names.last().cloned().unwrap_or_else(|| "none".to_owned());
        return Err(refused(
            &backup.name,
            Some(1),
            format!(
                "has the tables of migration {}, and the database those of {}",
                last(&header.migrations),
                last(&own)
            ),
            "restore it with the version of bugathlon that wrote it, then start this one",
        ));
    }
    Ok(())
}

/// Rows of one table that become one statement.
#[derive(Default)]
struct Batch {
    table: Option<&'static Table>,
    rows: Vec<Vec<u8>>,
    bytes: usize,
}

impl Batch {
    fn take(&mut self, row: Vec<u8>) {
        self.bytes += row.len();
        self.rows.push(row);
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.bytes >= BYTES
    }

    fn write<R: BufRead>(&mut self, db: &mut Db, backup: &Lines<R>) -> Result<(), AppError> {
        if let Some(table) = self.table.filter(|_| !self.rows.is_empty()) {
            table.insert_rows(db, &self.rows).map_err(|why| match why {
                // What the database would not take is the file's fault: it was empty before.
                store::StoreError::Unreadable(_) | store::StoreError::Duplicate(_) | store::StoreError::Refused(_) => {
                    backup.refuse(format!("or one before it is not taken: {why}"))
                }
                why => AppError::Store(why),
            })?;
        }
        self.rows.clear();
        self.bytes = 0;
        Ok(())
    }
}
