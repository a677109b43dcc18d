//! `verify`: an export folded again, with no database. What it says is held against the ledger's chain, the
//! ledger against the submissions and the standings, and the submissions against the pulls.

use super::{
    AppError,
    export_lines::{BoardOf, EndLine, FORMAT, Header, Line, StandingLine, VERSION},
    output::fault,
    verify_fold::Folded,
};
use aws_lc_rs::digest::{Context, SHA256};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

/// What a verification found. Each is a sentence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    pub holds: Vec<String>,
    /// At most [`MOST`]; empty: everything holds.
    pub differences: Vec<String>,
    /// How many more there are.
    pub more: usize,
    /// What is no difference and worth knowing.
    pub notes: Vec<String>,
}

/// More differences than this are counted and not kept.
const MOST: usize = 1_000;

/// The longest line that is read: a hook's body of 25 MiB, every byte of it escaped.
const LONGEST_LINE: u64 = 160 << 20;

impl Verified {
    pub fn differs(&mut self, what: impl Into<String>) {
        if self.differences.len() < MOST {
            self.differences.push(what.into());
        } else {
            self.more += 1;
        }
    }

    /// `sentence` holds unless anything was found different since `before` differences.
    pub(super) fn holds_since(&mut self, before: usize, sentence: String) {
        if self.found() == before {
            self.holds.push(sentence);
        }
    }

    pub fn found(&self) -> usize {
        self.differences.len() + self.more
    }
}

/// Reads an export and says what holds and what differs. `progress` is told how many lines were read.
///
/// Errors: `File`, where it cannot be read; what is in it is never an error, but a difference.
pub fn verify(path: &Path, progress: impl FnMut(u64)) -> Result<Verified, AppError> {
    let file = File::open(path).map_err(|why| fault(path, &why))?;
    verify_lines(BufReader::with_capacity(1 << 16, file), progress).map_err(|why| fault(path, &why))
}

/// As [`verify`], from anything that can be read.
pub fn verify_lines(mut reader: impl BufRead, mut progress: impl FnMut(u64)) -> std::io::Result<Verified> {
    let mut verified = Verified::default();
    let mut digest = Context::new(&SHA256);
    let mut folded: Option<Folded> = None;
    let mut end: Option<EndLine> = None;
    let mut before_end = String::new();
    let (mut text, mut number) = (Vec::new(), 0_u64);
    loop {
        text.clear();
        let read = (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut text)?;
        if read == 0 {
            break;
        }
        number += 1;
        progress(number);
        if end.is_some() {
            verified.differs(format!("line {number}: something stands after the end"));
            break;
        }
        let whole = text.ends_with(b"\n");
        if !whole {
            verified.differs(format!("line {number}: is cut off"));
        }
        let line = text.strip_suffix(b"\n").unwrap_or(&text);
        if number == 1 {
            folded = begin(line, &mut verified);
            if folded.is_none() {
                return Ok(verified);
            }
        } else {
            match serde_json::from_slice::<Line>(line) {
                Ok(Line::End(found)) => {
                    before_end = super::hex(digest.clone().finish().as_ref());
                    end = Some(found);
                }
                Ok(line) => {
                    if let Some(folded) = &mut folded {
                        folded.take(number, line, &mut verified);
                    }
                }
                Err(why) => {
                    let why = why.to_string();
                    // Its own "line 1" would contradict the line of the file.
                    let said = why.split(" at line ").next().unwrap_or_default();
                    verified.differs(format!("line {number}: is not what version {VERSION} writes: {said}"));
                }
            }
        }
        digest.update(&text);
    }
    match end {
        None => verified.differs("the file has no end line: it was cut off, or its end was altered"),
        Some(end) => check_end(&end, number - 1, &before_end, &mut verified),
    }
    match folded {
        None => verified.differs("the file is empty"),
        Some(folded) => folded.conclude(&mut verified),
    }
    Ok(verified)
}

fn begin(line: &[u8], verified: &mut Verified) -> Option<Folded> {
    let header = match serde_json::from_slice::<Header>(line) {
        Ok(header) if header.format == FORMAT && header.version == VERSION => header,
        Ok(header) if header.format == FORMAT => {
            verified.differs(format!(
                "the export is of version {}; this program reads version {VERSION}",
                header.version
            ));
            return None;
        }
        _ => {
            verified.differs("line 1: is not the header of a bugathlon export");
            return None;
        }
    };
    Some(Folded::new(header))
}

fn check_end(end: &EndLine, lines: u64, sha256: &str, verified: &mut Verified) {
    let before = verified.found();
    if end.lines != lines {
        verified.differs(format!(
            "the end counts {} lines before it, and there are {lines}",
            end.lines
        ));
    }
    if end.sha256 != sha256 {
        verified.differs(format!(
            "the SHA-256 at the end is {}, and that of the bytes before it is {sha256}: a byte was altered",
            end.sha256
        ));
    }
    verified.holds_since(before, format!("the file is whole: {lines} lines, SHA-256 {sha256}"));
}

/// The rows that figures give against the rows that the export has.
pub(super) fn compare_standings(
    board: BoardOf,
    computed: &[StandingLine],
    exported: &[StandingLine],
    verified: &mut Verified,
) {
    let what = match board {
        BoardOf::Teams => "team",
        BoardOf::People => "person",
    };
    for (place, own) in computed.iter().enumerate() {
        match exported.get(place) {
            Some(row) if row == own => {}
            Some(row) if row.slug == own.slug => verified.differs(format!(
                "standings: {what} {}: {}, and the ledger gives {}",
                own.slug,
                said(row),
                said(own)
            )),
            Some(row) => verified.differs(format!(
                "standings: place {} has {what} {}, and the ledger gives {}",
                place + 1,
                row.slug,
                own.slug
            )),
            None => verified.differs(format!("standings: {what} {} is missing", own.slug)),
        }
    }
    for row in exported.iter().skip(computed.len()) {
        verified.differs(format!("standings: {what} {} is not one of this competition", row.slug));
    }
}

fn said(row: &StandingLine) -> String {
    let reached = row.reached_at.map_or("never".to_owned(), |at| at.to_string());
    format!(
        "rank {}, {} points, {} fixes, {} pending, {} contributors, reached {reached}",
        row.rank, row.points, row.fixes, row.pending, row.contributors
    )
}
