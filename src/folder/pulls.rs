//! `pulls.ndjson`, also what `import` reads and `export` writes: one pull a line. Contract, section 2.

use super::{
    BadLine,
    fields::{Fault, Faults, Fields, Read, fault},
    notes::shown,
    said,
};
use crate::domain::{
    forge::{Forge, ForgeHost},
    pull::{Actor, Pull, RepoPath},
    report::{Report, Telling, Told},
    text::readable_json,
};
use serde_json::{Map, Value, json};
use std::io::{self, BufRead};

/// The longest line, in bytes: a body can be 1 MB on some forges, and escapes make it longer.
pub const LONGEST_LINE: usize = 8 << 20;

/// Reads one line into a confirmed report of a pull. Fields that the contract does not name are passed
/// over, since forges' exports have more; a `merged_at` where the state is not merged too.
///
/// Errors: every field that is wrong, what is wrong with it and what to write, as in
/// ``author.login: is missing; write …``.
pub fn line(text: &str) -> Result<Report, String> {
    read(text.as_bytes()).map_err(|faults| said(&faults))
}

/// The pulls of a file, one line at a time: each line's pull or its problem. Blank lines and a byte order
/// mark are passed over; a line over [`LONGEST_LINE`] is a problem like another, and so is a reader that fails, which
/// ends the file.
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

    fn bad(&self, faults: Vec<Fault>) -> BadLine {
        BadLine {
            file: self.file.clone(),
            line: self.number,
            faults,
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Report, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            let next = next_line(&mut self.reader, &mut self.bytes);
            self.number += 1;
            let fault = |problem: String, remedy: &str| vec![whole(problem, remedy)];
            let read = match next {
                Ok(None) => break,
                Ok(Some(true)) => Err(fault(
                    format!("has more than {LONGEST_LINE} bytes"),
                    "write one pull a line, with its body cut",
                )),
                Ok(Some(false)) => {
                    let start: &[u8] = if self.number == 1 { b"\xEF\xBB\xBF" } else { b"" };
                    let content = self.bytes.strip_prefix(start).unwrap_or(&self.bytes);
                    if content.trim_ascii().is_empty() {
                        continue;
                    }
                    read(content)
                }
                Err(error) => {
                    self.over = true;
                    Err(fault(
                        format!("cannot be read: {error}"),
                        "read the file again from here",
                    ))
                }
            };
            return Some(read.map_err(|faults| self.bad(faults)));
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

fn whole(problem: String, remedy: &str) -> Fault {
    Fault {
        key: None,
        problem,
        remedy: remedy.to_owned(),
    }
}

fn read(bytes: &[u8]) -> Result<Report, Vec<Fault>> {
    let not = |problem: String| vec![whole(problem, "write one JSON object a line")];
    let value: Value = serde_json::from_slice(&readable_json(bytes)).map_err(|error| {
        let (told, column) = (error.to_string(), error.column());
        // Its own "line 1" would contradict the line of the file.
        let said = told.split(" at line ").next().unwrap_or_default();
        not(format!("is not JSON at column {column}: {}", shown(said)))
    })?;
    let fields = value
        .as_object()
        .ok_or_else(|| not("is not a JSON object".to_owned()))?;
    pull(&Fields::top(fields))
}

fn forge_host(of: &Fields<'_>) -> Read<ForgeHost> {
    let forge = of.parsed("forge", Forge::parse, "write one of them")?;
    let host = |host: &str| ForgeHost::on(forge, host);
    match of.word("host")? {
        None => Ok(forge.into()),
        Some(_) => of.parsed("host", host, "write the name of the machine, or leave it out"),
    }
}

fn author(of: &Fields<'_>) -> Read<Actor> {
    match of
        .object("author")?
        .map(|author| author.actor(true))
        .transpose()?
        .flatten()
    {
        Some(author) => Ok(author),
        None => fault("author.login", "is missing", "write \"author\":{\"login\":…}"),
    }
}

fn pull(of: &Fields<'_>) -> Result<Report, Vec<Fault>> {
    let mut faults = Faults::default();
    let forge = faults.of(forge_host(of));
    let repository = faults.of(of.parsed("repository", RepoPath::parse, "write owner/name"));
    let repository_id = faults.of(of.id("repository_id")).flatten();
    let number = faults.of(of.number());
    let state = faults.of(of.state());
    let title = faults.of(of.required("title"));
    let author = faults.of(author(of));
    let merger = |of: &Fields<'_>| of.object("merged_by")?.map(|merger| merger.actor(false)).transpose();
    let merged_by = faults.of(merger(of)).flatten().flatten();
    let created = of
        .moment("created_at")
        .and_then(|at| at.map_or_else(|| of.missing("created_at"), Ok));
    let created_at = faults.of(created);
    let [mut closed_at, mut merged_at, mut updated_at] = [None; 3];
    for (key, at) in [
        ("closed_at", &mut closed_at),
        ("merged_at", &mut merged_at),
        ("updated_at", &mut updated_at),
    ] {
        *at = faults.of(of.moment(key)).flatten();
    }
    let mut word = |key| faults.of(of.word(key)).flatten();
    let (base_branch, head_branch) = (word("base_branch"), word("head_branch"));
    let (head_sha, merge_sha, squash_sha) = (word("head_sha"), word("merge_sha"), word("squash_sha"));
    let body = faults.of(of.text("body")).flatten().map(str::to_owned);
    let labels = faults.of(of.words("labels")).flatten();
    let linked_issues = faults.of(of.words("linked_issues")).flatten();
    let (additions, deletions) = (faults.of(of.count("additions")), faults.of(of.count("deletions")));
    let url = faults.of(of.url()).flatten();
    let draft = faults.of(of.flag("draft")).flatten();
    let required = (forge, repository, number, state, title, created_at);
    let (Some(forge), Some(repository), Some(number), Some(state), Some(title), Some(created_at)) = required else {
        return Err(faults.0);
    };
    if !faults.0.is_empty() {
        return Err(faults.0);
    }
    let told = Told {
        additions: additions.flatten(),
        author,
        base_branch,
        body,
        closed_at,
        created_at,
        deletions: deletions.flatten(),
        draft,
        head_branch,
        head_sha,
        labels,
        linked_issues,
        merge_sha,
        merged_at,
        merged_by,
        squash_sha,
        state,
        title: title.to_owned(),
        updated_at,
        url,
    };
    let report = Report {
        forge,
        repository,
        repository_id,
        number,
        telling: Telling {
            act: None,
            confirmed: true,
            path: None,
            told,
        },
    };
    Ok(report.settled())
}
