//! `pulls.ndjson`, also what `import` reads and `export` writes: one pull a line. Contract, section 2.

use super::{
    Problem,
    fields::{Fault, Fields, Read, fault},
    notes::shown,
};
use crate::domain::{
    forge::{Forge, ForgeHost},
    pull::{Actor, Pull, RepoPath},
    report::{Report, Telling, Told},
};
use serde_json::{Map, Value, json};
use std::io::{self, BufRead};

/// The longest line, in bytes: a body can be 1 MB on some forges, and escapes make it longer.
pub const LONGEST_LINE: usize = 8 << 20;

/// Reads one line into a confirmed report of a pull. Fields that the contract does not name are passed
/// over, since forges' exports have more; a `merged_at` where the state is not merged too.
///
/// Errors: the first field that is wrong, what is wrong with it and what to write, as in
/// ``author.login: is missing; write …``.
pub fn line(text: &str) -> Result<Report, String> {
    read(text).map_err(|fault| fault.to_string())
}

/// The pulls of a file, one line at a time: each line's pull or its problem. Blank lines and a byte order
/// mark are passed over; a line over [`LONGEST_LINE`] or not in UTF-8 is a problem like another, and so is
/// a reader that fails, which ends the file.
pub struct Lines<R> {
    file: String,
    reader: R,
    bytes: Vec<u8>,
    number: usize,
    over: bool,
}

impl<R: BufRead> Lines<R> {
    /// `file`: the name that problems bear.
    pub fn new(file: &str, reader: R) -> Self {
        Self {
            file: file.to_owned(),
            reader,
            bytes: Vec::new(),
            number: 0,
            over: false,
        }
    }

    fn problem(&self, fault: Fault) -> Problem {
        Problem {
            file: self.file.clone(),
            line: Some(self.number),
            key: fault.key,
            problem: fault.problem,
            remedy: fault.remedy,
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Report, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            let next = next_line(&mut self.reader, &mut self.bytes);
            self.number += 1;
            let fault = |problem: String, remedy: &str| Fault {
                key: None,
                problem,
                remedy: remedy.to_owned(),
            };
            let read = match next {
                Ok(None) => break,
                Ok(Some(true)) => Err(fault(
                    format!("has more than {LONGEST_LINE} bytes"),
                    "write one pull a line, with its body cut",
                )),
                Ok(Some(false)) => {
                    let start: &[u8] = if self.number == 1 { b"\xEF\xBB\xBF" } else { b"" };
                    let content = self.bytes.strip_prefix(start).unwrap_or(&self.bytes);
                    match std::str::from_utf8(content) {
                        Ok(text) if text.trim().is_empty() => continue,
                        Ok(text) => read(text),
                        Err(_) => Err(fault("is not UTF-8".to_owned(), "save the file as UTF-8")),
                    }
                }
                Err(error) => {
                    self.over = true;
                    Err(fault(
                        format!("cannot be read: {error}"),
                        "read the file again from here",
                    ))
                }
            };
            return Some(read.map_err(|fault| self.problem(fault)));
        }
        self.over = true;
        None
    }
}

/// Puts the next line without its end into `bytes`, at most [`LONGEST_LINE`] of it, and says whether it was
/// longer. None at the end. What is too long is read over and not kept.
fn next_line(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<Option<bool>> {
    bytes.clear();
    let (mut any, mut long) = (false, false);
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(any.then_some(long));
        }
        any = true;
        let (part, ended) = match chunk.iter().position(|byte| *byte == b'\n') {
            Some(end) => (chunk.split_at(end).0, true),
            None => (chunk, false),
        };
        let room = LONGEST_LINE - bytes.len();
        long |= part.len() > room;
        bytes.extend(part.iter().take(room));
        let used = part.len() + usize::from(ended);
        reader.consume(used);
        if ended {
            return Ok(Some(long));
        }
    }
}

/// The line that [`line()`] reads as `pull`, without a line's end. Fields that are absent are left out.
///
/// One thing is not in it, since what is read is always a confirmed report: `confirmed`.
pub fn write(pull: &Pull) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    put("forge", json!(pull.forge.kind));
    put("host", some(!pull.forge.is_own(), pull.forge.host()));
    put("repository", json!(pull.repository.as_str()));
    put("repository_id", json!(pull.repository_id));
    put("number", json!(pull.number));
    put("state", json!(pull.state));
    put("title", json!(pull.title));
    put("body", some(!pull.body.is_empty(), &pull.body));
    put("author", actor_value(&pull.author));
    put("merged_by", pull.merged_by.as_ref().map_or(Value::Null, actor_value));
    put("base_branch", json!(pull.base_branch));
    put("head_branch", json!(pull.head_branch));
    put("head_sha", json!(pull.head_sha));
    put("merge_sha", json!(pull.merge_sha));
    put("squash_sha", json!(pull.squash_sha));
    put("created_at", json!(pull.created_at));
    put("merged_at", json!(pull.merged_at));
    put("closed_at", json!(pull.closed_at));
    put("labels", json!(pull.labels));
    put(
        "linked_issues",
        some(!pull.linked_issues.is_empty(), &pull.linked_issues),
    );
    put("additions", json!(pull.additions));
    put("deletions", json!(pull.deletions));
    put("updated_at", json!(pull.updated_at));
    put("url", json!(pull.url));
    put("draft", some(pull.draft, true));
    Value::Object(out)
}

fn some(there: bool, value: impl serde::Serialize) -> Value {
    if there { json!(value) } else { Value::Null }
}

fn actor_value(actor: &Actor) -> Value {
    let mut out = Map::new();
    out.insert("login".to_owned(), json!(actor.login));
    if let Some(id) = &actor.id {
        out.insert("id".to_owned(), json!(id));
    }
    if actor.bot {
        out.insert("bot".to_owned(), json!(true));
    }
    Value::Object(out)
}

fn read(text: &str) -> Read<Report> {
    let whole = |problem: String| Fault {
        key: None,
        problem,
        remedy: "write one JSON object a line".to_owned(),
    };
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let (told, column) = (error.to_string(), error.column());
        // Its own "line 1" would contradict the line of the file.
        let said = told.split(" at line ").next().unwrap_or_default();
        whole(format!("is not JSON at column {column}: {}", shown(said)))
    })?;
    let fields = value
        .as_object()
        .ok_or_else(|| whole("is not a JSON object".to_owned()))?;
    pull(&Fields::top(fields))
}

fn pull(of: &Fields<'_>) -> Read<Report> {
    let forge = of.parsed("forge", Forge::parse, "write one of them")?;
    let host = |host: &str| ForgeHost::on(forge, host);
    let forge = match of.word("host")? {
        None => forge.into(),
        Some(_) => of.parsed("host", host, "write the name of the machine, or leave it out")?,
    };
    let repository = of.parsed("repository", RepoPath::parse, "write owner/name")?;
    let author = of.object("author")?.map(|author| author.actor(true)).transpose()?;
    let Some(author) = author.flatten() else {
        return fault("author.login", "is missing", "write \"author\":{\"login\":…}");
    };
    let merged_by = of.object("merged_by")?.map(|merger| merger.actor(false)).transpose()?;
    let told = Told {
        additions: of.count("additions")?,
        author: Some(author),
        base_branch: of.word("base_branch")?,
        body: of.text("body")?.map(str::to_owned),
        closed_at: of.moment("closed_at")?,
        created_at: of.moment("created_at")?.map_or_else(|| of.missing("created_at"), Ok)?,
        deletions: of.count("deletions")?,
        draft: of.flag("draft")?,
        head_branch: of.word("head_branch")?,
        head_sha: of.word("head_sha")?,
        labels: of.words("labels")?,
        linked_issues: of.words("linked_issues")?,
        merge_sha: of.word("merge_sha")?,
        merged_at: of.moment("merged_at")?,
        merged_by: merged_by.flatten(),
        squash_sha: of.word("squash_sha")?,
        state: of.state()?,
        title: of.required("title")?.to_owned(),
        updated_at: of.moment("updated_at")?,
        url: of.url()?,
    };
    let report = Report {
        forge,
        repository,
        repository_id: of.id("repository_id")?,
        number: of.number()?,
        telling: Telling {
            act: None,
            confirmed: true,
            path: None,
            told,
        },
    };
    Ok(report.settled())
}
