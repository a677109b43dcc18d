//! Query strings, read once, with an error that names the key.

use super::problem::Problem;
use crate::{
    app::Objection,
    domain::{
        evaluate::Status,
        team::{Kind, Standing},
        text::{Slug, folded},
        time::Moment,
    },
    live::{Filter, Part},
};
use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use std::collections::HashMap;
use url::form_urlencoded;

/// Rows of a list where nobody says how many, and at most.
pub const LIMIT: usize = 100;
pub const MOST: usize = 1_000;

/// The pairs of a query; of a key given twice the last one holds.
pub struct Query(HashMap<String, String>);

impl Query {
    pub fn of(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// None where it is absent or empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The pairs whose key begins with `prefix`, without it, by key.
    pub fn under<'a>(&'a self, prefix: &'a str) -> Vec<(&'a str, &'a str)> {
        let pair = |(key, value): (&'a String, &'a String)| Some((key.strip_prefix(prefix)?, value.as_str()));
        let mut found: Vec<(&str, &str)> = self.0.iter().filter_map(pair).collect();
        found.sort_unstable();
        found
    }

    /// As it was sent, empty too; None where it was not. Lines end with LF, however the browser ends them.
    pub fn sent(&self, key: &str) -> Option<String> {
        self.0.get(key).map(|value| value.replace("\r\n", "\n"))
    }

    /// A whole number. Errors: 400.
    pub fn number(&self, key: &str) -> Result<Option<i64>, Problem> {
        let parse = |text: &str| {
            text.parse::<i64>()
                .ok()
                .filter(|number| *number >= 0)
                .ok_or_else(|| Problem::bad_request(format!("{key}: `{text}` is not a whole number from 0 on")))
        };
        self.get(key).map(parse).transpose()
    }

    pub fn kind(&self) -> Result<Option<Kind>, Problem> {
        let parse = |text: &str| Kind::parse(text).map_err(|why| Problem::bad_request(format!("kind: {why}")));
        self.get("kind").map(parse).transpose()
    }

    /// Of a submission. Errors: 400.
    pub fn status(&self) -> Result<Option<Status>, Problem> {
        let parse = |text: &str| {
            Status::parse(text).ok_or_else(|| {
                Problem::bad_request(format!("status: `{text}` is not accepted, review, waiting or rejected"))
            })
        };
        self.get("status").map(parse).transpose()
    }

    /// The status of a team. Errors: 400.
    pub fn standing(&self) -> Result<Option<Standing>, Problem> {
        let parse = |text: &str| {
            Standing::parse(text).ok_or_else(|| {
                Problem::bad_request(format!(
                    "status: `{text}` is not applied, defending, approved, declined or suspended"
                ))
            })
        };
        self.get("status").map(parse).transpose()
    }

    /// A slug under this key. Errors: 400.
    pub fn slug(&self, key: &str) -> Result<Option<Slug>, Problem> {
        let parse = |text: &str| Slug::parse(text).map_err(|why| Problem::bad_request(format!("{key}: {why}")));
        self.get(key).map(parse).transpose()
    }

    pub fn at(&self) -> Result<Option<Moment>, Problem> {
        // A `+` of an offset that nobody encoded reads as a space.
        let parse = |text: &str| {
            Moment::parse(&text.replace(' ', "+")).map_err(|why| Problem::bad_request(format!("at: {why}")))
        };
        self.get("at").map(parse).transpose()
    }

    /// A day and time on the clock of `zone`, as a form's field sends it: `2020-12-28T10:00`. Of an hour that comes
    /// twice, the first. None where it is empty. Errors: `NotA`.
    pub fn local_time(&self, key: &'static str, zone: Tz) -> Result<Option<Moment>, Objection> {
        let bad = || Objection::NotA {
            field: key,
            what: (
                "a day and time such as 2020-12-28T10:00, and one that the clock shows",
                "日期与时间，如 2020-12-28T10:00",
            ),
        };
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok())
            .ok_or_else(bad)?;
        let at = zone.from_local_datetime(&local).earliest().ok_or_else(bad)?;
        Ok(Some(Moment::from_millis(at.timestamp_millis())))
    }

    pub fn filter(&self) -> Result<Filter, Problem> {
        Ok(Filter {
            kind: self.kind()?,
            region: self.get("region").map(|region| region.trim().to_ascii_uppercase()),
            q: self.get("q").map(folded).filter(|q| !q.is_empty()),
        })
    }

    pub fn part(&self) -> Result<Part, Problem> {
        let offset = self.number("offset")?.unwrap_or(0);
        let limit = self.number("limit")?.unwrap_or(LIMIT as i64);
        if limit < 1 || limit > MOST as i64 {
            return Err(Problem::bad_request(format!(
                "limit: {limit} is not between 1 and {MOST}"
            )));
        }
        Ok(Part {
            offset: usize::try_from(offset).unwrap_or(usize::MAX),
            limit: limit as usize,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_time_is_on_the_events_clock() {
        let shanghai: Tz = chrono_tz::Asia::Shanghai;
        let berlin: Tz = chrono_tz::Europe::Berlin;
        for (text, zone, utc) in [
            ("2020-12-28T10:00", shanghai, Some("2020-12-28T02:00:00Z")),
            ("2020-12-28T10:00:30", shanghai, Some("2020-12-28T02:00:30Z")),
            // The hour that comes twice, and the one that never does.
            ("2020-10-25T02:30", berlin, Some("2020-10-25T00:30:00Z")),
            ("2020-03-29T02:30", berlin, None),
            ("28.12.2020", shanghai, None),
        ] {
            let read = Query::of(&format!("at={text}")).local_time("at", zone);
            let read = read.ok().flatten().map(|at| at.to_string());
            assert_eq!(read.as_deref(), utc, "{text}");
        }
        assert_eq!(Query::of("at=").local_time("at", shanghai), Ok(None));
    }
}
