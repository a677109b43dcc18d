//! The fields of one line of `pulls.ndjson`: each gives its value or says what is wrong with it.

use super::notes::{near, shown, told};
use crate::domain::{
    pull::{Actor, State},
    time::Moment,
};
use serde_json::{Map, Value};
use std::fmt;
use url::Url;

/// One thing that is wrong with one line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fault {
    /// The field, such as `author.login`; None: the line as a whole.
    pub key: Option<String>,
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

/// Everything that is wrong with one line.
#[derive(Default)]
pub(super) struct Faults(pub Vec<Fault>);

impl Faults {
    /// What was read; where it is wrong, that is kept.
    pub fn of<T>(&mut self, read: Read<T>) -> Option<T> {
        read.map_err(|fault| self.0.push(fault)).ok()
    }
}

pub(super) type Read<T> = Result<T, Fault>;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        write!(f, "{}; {}", self.problem, self.remedy)
    }
}

pub(super) fn fault<T>(key: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Read<T> {
    Err(Fault {
        key: Some(key.to_owned()),
        problem: problem.into(),
        remedy: remedy.into(),
    })
}

/// One JSON object, whose fields are absent, null or of their type.
pub(super) struct Fields<'v> {
    fields: &'v Map<String, Value>,
    /// `author.`, or nothing.
    prefix: &'static str,
}

impl<'v> Fields<'v> {
    pub fn top(fields: &'v Map<String, Value>) -> Self {
        Self { fields, prefix: "" }
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    fn get(&self, key: &str) -> Option<&'v Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    pub fn missing<T>(&self, key: &str) -> Read<T> {
        fault(&self.key(key), "is missing", "write it; it is required")
    }

    pub fn text(&self, key: &str) -> Read<Option<&'v str>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => fault(&self.key(key), "is not a string", "write it in quotation marks"),
        }
    }

    pub fn required(&self, key: &str) -> Read<&'v str> {
        self.text(key)?.map_or_else(|| self.missing(key), Ok)
    }

    pub fn parsed<T, E: fmt::Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        remedy: &str,
    ) -> Read<T> {
        let text = self.required(key)?;
        parse(text).or_else(|error| fault(&self.key(key), told(error, text), remedy))
    }

    /// A branch, a sha or a login: short enough to be indexed. An empty one is absent.
    pub fn word(&self, key: &str) -> Read<Option<String>> {
        match self.text(key)? {
            Some(text) if text.len() > 255 => {
                fault(&self.key(key), format!("has {} bytes", text.len()), "write at most 255")
            }
            Some(text) => Ok(Some(text.to_owned()).filter(|text| !text.is_empty())),
            None => Ok(None),
        }
    }

    pub fn flag(&self, key: &str) -> Read<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => fault(&self.key(key), "is not true or false", "write true, or leave it out"),
        }
    }

    pub fn state(&self) -> Read<State> {
        const STATES: [State; 3] = [State::Open, State::Closed, State::Merged];
        let text = self.required("state")?;
        let found = STATES.into_iter().find(|state| state.as_str() == text);
        found.map_or_else(
            || {
                let problem = format!("`{}` is not a state: open, closed or merged", shown(text));
                let near = near(text, STATES.map(State::as_str));
                let remedy = near.map_or("write one of them".to_owned(), |near| format!("write `{near}`"));
                fault("state", problem, remedy)
            },
            Ok,
        )
    }

    /// From 1 to what a signed 64-bit number holds, as both databases keep it.
    pub fn number(&self) -> Read<u64> {
        match self.get("number") {
            None => self.missing("number"),
            Some(value) => match whole(value) {
                Some(number) if number > 0 => Ok(number),
                _ => fault("number", "is not a whole number from 1 on", "write the pull's number"),
            },
        }
    }

    pub fn count(&self, key: &str) -> Read<Option<u64>> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => whole(value).map(Some).map_or_else(
                || {
                    fault(
                        &self.key(key),
                        "is not a whole number from 0 on",
                        "write it, or leave it out",
                    )
                },
                Ok,
            ),
        }
    }

    pub fn moment(&self, key: &str) -> Read<Option<Moment>> {
        match self.text(key)? {
            None | Some("") => Ok(None),
            Some(text) => Moment::parse(text)
                .map(Some)
                .or_else(|error| fault(&self.key(key), told(error, text), "write a date, a time and its offset")),
        }
    }

    /// A forge's numeric id, in digits or as a number.
    pub fn id(&self, key: &str) -> Read<Option<String>> {
        let digits = |text: &str| text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if digits(text) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) if number.is_u64() => Ok(Some(number.to_string())),
            Some(_) => fault(
                &self.key(key),
                "is not a numeric id",
                "write its digits, or leave it out",
            ),
        }
    }

    pub fn object(&self, key: &'static str) -> Read<Option<Fields<'v>>> {
        let prefix = match key {
            "author" => "author.",
            _ => "merged_by.",
        };
        match self.get(key) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Fields { fields, prefix })),
            Some(_) => fault(key, "is not an object", format!("write \"{key}\":{{\"login\":…}}")),
        }
    }

    /// None where nobody is named. Without `login_needed` an id alone names somebody; with it just beside
    /// an empty login, as [`super::pulls::write`] has a pull that a hook of GitLab reported.
    pub fn actor(&self, login_needed: bool) -> Read<Option<Actor>> {
        let id = self.id("id")?;
        let marked = self.text("type")?.is_some_and(|kind| kind == "Bot");
        let bot = self.flag("bot")?.unwrap_or(false) || marked;
        let Some(login) = self.word("login")? else {
            let nameless = id.is_some() && (self.get("login").is_some() || !login_needed);
            let login = String::new();
            return Ok(nameless.then_some(Actor { login, id, bot }));
        };
        Ok(Some(Actor { login, id, bot }))
    }

    /// A list of strings, of numbers, or of objects with a `name`, as forges write labels. None: not told.
    pub fn words(&self, key: &str) -> Read<Option<Vec<String>>> {
        let list = match self.get(key) {
            None => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => return fault(&self.key(key), "is not a list", "write it as [\"…\"]"),
        };
        let word = |value: &Value| match value {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.clone()),
            Value::Object(fields) => fields.get("name").and_then(Value::as_str).map(str::to_owned),
            Value::Null | Value::Bool(_) | Value::Array(_) => None,
        };
        let words: Option<Vec<String>> = list.iter().map(word).collect();
        words.map(Some).map_or_else(
            || fault(&self.key(key), "has an entry that is no string", "write strings"),
            Ok,
        )
    }

    /// An http or https address: pages link to it.
    pub fn url(&self) -> Read<Option<String>> {
        let text = self.text("url")?.filter(|text| !text.is_empty());
        let web = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        match text {
            Some(text) if !web(text) => {
                let problem = format!("`{}` is not an http or https address", shown(text));
                fault("url", problem, "write the pull's page, or leave it out")
            }
            text => Ok(text.map(str::to_owned)),
        }
    }
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().filter(|number| i64::try_from(*number).is_ok())
}
