//! A competition as a folder, read from text: `competition.toml`, `teams.csv`, `people.csv` and, where
//! there are some, `pulls.ndjson`. Contract, section 2. Uses the domain and no database.
//!
//! A definition is taken whole or not at all, so its readers collect every [`Problem`] of the folder
//! before they refuse it; of pulls the good lines are taken and each bad one is named ([`pulls::lines`]).

pub mod csv;
pub mod definition;
mod fields;
pub mod form;
pub mod levels;
pub mod mask;
mod notes;
mod people;
pub mod pulls;
mod repositories;
mod sources;
mod table;

#[cfg(test)]
mod tests;

use crate::domain::competition::Definition;
use aws_lc_rs::digest::{Context, SHA256};
pub use csv::{AccountEntry, MembershipLine, PersonEntry, TeamLine};
pub use fields::Fault;
use notes::Notes;
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// One thing in a folder that keeps it from being taken.
///
/// Prints on one line, as ``teams.csv:7: capacity: `-3` is not a whole number from 1 on; leave it empty
/// for no limit``. Text from the file is shown up to 80 characters, what is invisible in it by code point;
/// a secret never.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The file's name without its folder.
    pub file: String,
    /// From 1. None where the whole file is meant.
    pub line: Option<usize>,
    /// Dotted in TOML (`window.opens_at`), the column in CSV, the field in NDJSON (`author.login`).
    pub key: Option<String>,
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        write!(f, "{}; {}", self.problem, self.remedy)
    }
}

/// A line of pulls that was not taken, with every reason at once. Prints on one line, as a [`Problem`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadLine {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// At least one.
    pub faults: Vec<Fault>,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, said(&self.faults))
    }
}

/// Faults in one line.
pub fn said(faults: &[Fault]) -> String {
    let each: Vec<String> = faults.iter().map(ToString::to_string).collect();
    each.join(" | ")
}

/// Every problem of what was read, at least one and at most 1,000 a file, in the order of the lines of
/// each file. Prints each on its own line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused(pub Vec<Problem>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// A competition as its folder says it, with every check of the files made.
pub struct Folder {
    pub definition: Definition,
    /// `competition.toml` as it stands there, a literal secret included: not for logs.
    pub definition_text: String,
    pub teams: Vec<TeamLine>,
    pub people: Vec<PersonEntry>,
    /// SHA-256 of `teams.csv` and `people.csv`, in hex: the same again is the same roster.
    pub roster_hash: String,
    /// `pulls.ndjson`, where it is there; [`pulls::lines`] reads it.
    pub pulls: Option<PathBuf>,
}

/// Why a folder was not taken: what its text says, or what the file system says.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("{}: cannot be read: {why}", path.display())]
    Unreadable { path: PathBuf, why: io::Error },
}

/// Reads all of a competition's folder but its pulls.
///
/// Errors: `Refused` with the problems of all three files, a missing one among them; `Unreadable` where
/// `dir` is no folder or a file in it cannot be read.
pub fn open(dir: &Path) -> Result<Folder, FolderError> {
    fs::read_dir(dir).map_err(|why| unreadable(dir, why))?;
    let mut problems = Vec::new();
    let definition = definition_of(dir, &mut problems)?;
    let teams = required(dir, "teams.csv", "the header team,kind,region,name_en,name_zh,capacity")?;
    let people = required(
        dir,
        "people.csv",
        "the header person,name,team,joined_at,left_at,accounts",
    )?;
    let roster_hash = hash_of([&teams, &people]);
    let teams = teams.and_then(|bytes| csv::teams("teams.csv", &bytes));
    // Where the teams are refused, nothing is said of the teams that people are in: it would be noise.
    let people = people.and_then(|bytes| people::read("people.csv", &bytes, teams.as_deref().ok()));
    let teams = kept(teams, &mut problems);
    let people = kept(people, &mut problems);
    let pulls = Some(dir.join("pulls.ndjson")).filter(|path| path.exists());
    match (definition, teams, people) {
        (Some((definition, definition_text)), Some(teams), Some(people)) => Ok(Folder {
            definition,
            definition_text,
            teams,
            people,
            roster_hash,
            pulls,
        }),
        _ => Err(Refused(problems).into()),
    }
}

fn hash_of(files: [&Result<Vec<u8>, Refused>; 2]) -> String {
    let mut hash = Context::new(&SHA256);
    for file in files {
        let bytes = file.as_deref().unwrap_or(&[]);
        hash.update(&(bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    let hash = hash.finish();
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn definition_of(dir: &Path, problems: &mut Vec<Problem>) -> Result<Option<(Definition, String)>, FolderError> {
    let file = "competition.toml";
    let bytes = required(dir, file, "slug, name, time_zone, [window] and a [[repository]]")?;
    let read = bytes.and_then(utf8).and_then(|text| {
        let definition = definition::read(file, &text)?;
        Ok((definition, text))
    });
    Ok(kept(read, problems))
}

fn kept<T>(read: Result<T, Refused>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|refused| problems.extend(refused.0)).ok()
}

/// The bytes of a file that must be there; that it is not is a problem of the folder, said with the others.
fn required(dir: &Path, file: &str, content: &str) -> Result<Result<Vec<u8>, Refused>, FolderError> {
    let path = dir.join(file);
    match fs::read(&path) {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            let notes = Notes::new(file);
            notes.refuse(
                None,
                None,
                "is missing",
                format!("put it into the folder, with {content}"),
            );
            Ok(Err(notes.refused()))
        }
        Err(why) => Err(unreadable(&path, why)),
    }
}

fn unreadable(path: &Path, why: io::Error) -> FolderError {
    FolderError::Unreadable {
        path: path.to_owned(),
        why,
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Refused> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..good).unwrap_or_default();
        let notes = Notes::new("competition.toml");
        notes.refuse(
            Some(1 + newlines(before)),
            None,
            "is not UTF-8",
            "save the file as UTF-8",
        );
        notes.refused()
    })
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
