//! The problems found so far in one file, and the words they share.

use super::{Problem, Refused};
use crate::domain::text::{Name, invisible};
use std::cell::RefCell;

/// More problems than this say nothing new, and a hostile file could otherwise fill the memory with them.
const MOST: usize = 1_000;

/// The longest name of a competition, a team or a person, in characters.
const LONGEST_NAME: usize = 200;

/// Collects the problems of one file. Shared by its readers, so that each can go on after it refused.
pub(super) struct Notes<'f> {
    file: &'f str,
    problems: RefCell<Vec<Problem>>,
    /// Keys that nobody knows here; None: they are problems like any other.
    passed_over: Option<RefCell<Vec<Problem>>>,
}

impl<'f> Notes<'f> {
    pub fn new(file: &'f str) -> Self {
        Self {
            file,
            problems: RefCell::default(),
            passed_over: None,
        }
    }

    /// Of a text that was taken once, maybe by another version: what is unknown in it is passed over.
    pub fn of_stored(file: &'f str) -> Self {
        Self {
            passed_over: Some(RefCell::default()),
            ..Self::new(file)
        }
    }

    /// A key that is not known.
    pub fn unknown(&self, line: usize, key: &str, remedy: String) {
        let Some(passed_over) = &self.passed_over else {
            self.refuse(Some(line), Some(key), "is unknown", remedy);
            return;
        };
        let mut passed_over = passed_over.borrow_mut();
        if passed_over.len() < MOST {
            passed_over.push(Problem {
                file: self.file.to_owned(),
                line: Some(line),
                key: Some(key.to_owned()),
                problem: "is unknown to this version, and passed over".into(),
                remedy,
            });
        }
    }

    /// What was passed over so far.
    pub fn passed_over(&self) -> Vec<Problem> {
        self.passed_over.as_ref().map(RefCell::take).unwrap_or_default()
    }

    pub fn refuse(
        &self,
        line: Option<usize>,
        key: Option<&str>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MOST {
            problems.push(Problem {
                file: self.file.to_owned(),
                line,
                key: key.map(str::to_owned),
                problem: problem.into(),
                remedy: remedy.into(),
            });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// All problems, in the order of their lines.
    pub fn refused(self) -> Refused {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        Refused(problems)
    }

    /// What was read, unless anything was refused. A `None` without a problem cannot be: each reader that
    /// gives none has said why.
    pub fn settle<T>(self, read: Option<T>) -> Result<T, Refused> {
        match read {
            Some(read) if self.is_empty() => Ok(read),
            _ => Err(self.refused()),
        }
    }

    /// A name as people read it: trimmed, 1 to 200 characters, all of them visible.
    pub fn name(&self, line: Option<usize>, key: &str, text: &str) -> Option<String> {
        let name = text.trim();
        let refuse = |problem: String, remedy: &str| self.refuse(line, Some(key), problem, remedy);
        if name.is_empty() {
            refuse("is empty".to_owned(), "write the name");
        } else if let Some(hidden) = invisible(name) {
            let code = u32::from(hidden);
            refuse(
                format!("`{}` has the invisible character U+{code:04X}", shown(name)),
                "write the name without it",
            );
        } else if name.chars().count() > LONGEST_NAME {
            let count = name.chars().count();
            refuse(format!("`{}` has {count} characters", shown(name)), "write at most 200");
        } else {
            return Some(name.to_owned());
        }
        None
    }
}

/// Both names, where both were taken.
pub(super) fn both(en: Option<String>, zh: Option<String>) -> Option<Name> {
    Some(Name { en: en?, zh: zh? })
}

/// Text of a file as a problem shows it: on one line, at most 80 characters, the invisible ones by code point.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == 80 {
            shown.push('…');
            break;
        }
        if invisible(c.encode_utf8(&mut [0; 4])).is_some() {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// What the domain says of a text that it refuses, with the text as [`shown`].
pub(super) fn told(error: impl std::fmt::Display, text: &str) -> String {
    let shown = shown(text);
    let told = error.to_string();
    if shown == text {
        told
    } else {
        told.replace(text, &shown)
    }
}

/// The nearest of `known` within two edits, compared without case; never one that shares nothing with `text`.
pub(super) fn near<'k>(text: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let text = text.to_lowercase();
    known
        .into_iter()
        // The lengths first: a key of a megabyte is not worth measuring.
        .filter(|word| word.len().abs_diff(text.len()) <= 8)
        .map(|word| (strsim::levenshtein(&word.to_lowercase(), &text), word))
        .filter(|(edits, word)| *edits <= 2 && *edits < word.chars().count())
        .min()
        .map(|(_, word)| word)
}
