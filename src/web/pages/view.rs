//! What several pages show alike: the request, the competition, references to teams, people and pulls.

use crate::domain::{
    competition::{Phase, Window},
    evaluate::Status,
    forge::ForgeHost,
    team::Kind,
    text::{Lang, Name},
    time::Moment,
};
use crate::web::words::{Words, words};
use chrono_tz::Tz;
use std::borrow::Cow;
use url::form_urlencoded;

/// Where the assets are, each as an absolute path such as `/assets/app.0f3a.css`.
#[derive(Clone, Copy, Debug)]
pub struct Assets<'a> {
    pub css: &'a str,
    pub js: &'a str,
    /// Style of forms and consoles.
    pub forms: &'a str,
    /// The judge's desk's keys.
    pub desk: &'a str,
    pub icon: &'a str,
}

/// The request as a page sees it.
#[derive(Clone, Copy, Debug)]
pub struct Shell<'a> {
    pub lang: Lang,
    /// The language was chosen with `?lang=`, so links carry it on.
    pub lang_in_url: bool,
    /// The request's path, percent-encoded as it came: `/competitions/mindcon-2020`.
    pub path: &'a str,
    /// The request's query as it came, without `?`; may be empty.
    pub query: &'a str,
    /// Scheme and authority without a slash at the end, for the canonical link; empty: a path alone.
    pub origin: &'a str,
    pub assets: Assets<'a>,
    /// When the page is made; countdowns and "ago" are counted from it.
    pub now: Moment,
}

impl<'a> Shell<'a> {
    pub fn words(&self) -> &'static Words {
        words(self.lang)
    }

    /// A link inside the program. Empty values of `query` are left out; the language goes along where it was chosen.
    pub fn href(&self, path: &str, query: &[(&str, &str)]) -> String {
        let lang = self.lang_in_url.then_some(("lang", self.lang.code()));
        join(path, query.iter().copied().chain(lang))
    }

    /// This very page in `lang`: the same path and query.
    pub fn in_language(&self, lang: Lang) -> String {
        let kept: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(self.query.as_bytes())
            .filter(|(key, _)| key != "lang")
            .collect();
        let kept = kept.iter().map(|(key, value)| (key.as_ref(), value.as_ref()));
        join(self.path, kept.chain([("lang", lang.code())]))
    }
}

fn join<'q>(path: &str, query: impl Iterator<Item = (&'q str, &'q str)>) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (key, value) in query.filter(|(_, value)| !value.is_empty()) {
        pairs.append_pair(key, value);
    }
    match pairs.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The competition as every page about it shows it.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub slug: &'a str,
    pub name: &'a Name,
    pub zone: Tz,
    pub phase: Phase,
    pub window: Window,
    /// Merges from here on are hidden, while they are (`Definition::frozen_at`).
    pub frozen_at: Option<Moment>,
    /// A judge or an admin looks, and sees what is hidden from others.
    pub uncovered: bool,
}

/// The next instant that participants care about, and what happens then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    Opens(Moment),
    Closes(Moment),
    GraceEnds(Moment),
}

impl Turn {
    pub fn at(self) -> Moment {
        match self {
            Turn::Opens(at) | Turn::Closes(at) | Turn::GraceEnds(at) => at,
        }
    }
}

impl Event<'_> {
    /// `/competitions/{slug}` and what follows: `rest` is empty or begins with `/`.
    pub fn path(&self, rest: &str) -> String {
        format!("/competitions/{}{rest}", self.slug)
    }

    /// None where nothing more happens by itself.
    pub fn turn(&self, now: Moment) -> Option<Turn> {
        let window = &self.window;
        if self.phase == Phase::Final {
            None
        } else if now < window.opens_at {
            Some(Turn::Opens(window.opens_at))
        } else if now < window.closes_at {
            Some(Turn::Closes(window.closes_at))
        } else if now < window.merge_end() {
            Some(Turn::GraceEnds(window.merge_end()))
        } else {
            None
        }
    }
}

/// Of the whole competition, whatever the filter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Approved teams.
    pub teams: u64,
    /// People in those teams.
    pub developers: u64,
    /// Accepted submissions, as the public may see them.
    pub fixes: u64,
}

/// What a board is narrowed to. Contract, section 6.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    pub kind: Option<Kind>,
    /// A region's code, such as `CN-SH`.
    pub region: Option<&'a str>,
    /// What somebody typed; may be empty.
    pub q: &'a str,
}

impl<'a> Filter<'a> {
    pub fn is_empty(&self) -> bool {
        self.kind.is_none() && self.region.is_none() && self.q.is_empty()
    }

    /// As query pairs, with `kind` in place of its own. Absent ones are empty.
    pub fn pairs(&self, kind: Option<Kind>) -> [(&'static str, &'a str); 3] {
        [
            ("kind", kind.map_or("", Kind::as_str)),
            ("region", self.region.unwrap_or("")),
            ("q", self.q),
        ]
    }
}

/// Which part of a list is shown: rows `offset` to `offset + limit` of `total`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paging {
    pub total: u64,
    pub offset: u64,
    /// At least 1.
    pub limit: u64,
}

#[derive(Clone, Copy, Debug)]
pub struct TeamRef<'a> {
    pub slug: &'a str,
    pub name: &'a Name,
}

#[derive(Clone, Copy, Debug)]
pub struct PersonRef<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    /// The community code, such as `GT-00042`.
    pub code: &'a str,
}

/// A pull by its key.
#[derive(Clone, Copy, Debug)]
pub struct PullRef<'a> {
    pub forge: &'a ForgeHost,
    pub repository: &'a str,
    pub number: u64,
}

/// A submission in a team's or a person's list.
#[derive(Clone, Debug)]
pub struct SubmissionRow<'a> {
    pub id: i64,
    pub pull: PullRef<'a>,
    pub title: &'a str,
    pub status: Status,
    /// Merged from `frozen_at` on and looked at by the public: shown as pending whatever `status` and `points` say.
    pub held: bool,
    pub points: i64,
    pub merged_at: Option<Moment>,
    /// The evidence of the first check that is not passed, where the submission is not accepted.
    pub reason: Option<Cow<'a, str>>,
    /// Shown on a team's page, absent on the person's own.
    pub person: Option<PersonRef<'a>>,
}
