//! Query strings, read once, with an error that names the key.

use super::problem::Problem;
use crate::{
    domain::{
        evaluate::Status,
        team::Kind,
        text::{Slug, folded},
        time::Moment,
    },
    live::{Filter, Part},
};
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
