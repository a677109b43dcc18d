//! A competition's definition: window, repositories, rules, scoring, sources. Contract, section 2.
//!
//! A [`Definition`] is checked when it is made (`folder::definition` reads the file); inner code takes it
//! as true and never checks it again.

use super::{
    forge::ForgeHost,
    pull::RepoPath,
    text::{Name, Slug, folded},
    time::{Moment, Span},
};
use chrono_tz::Tz;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Who looks at submissions: only those with an `ask`, or every one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Review {
    Exceptions,
    Every,
}

/// What a pull with no sign of a bug fix gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoSignal {
    Ask,
    Fail,
}

/// The competition's two clocks. All arithmetic is on instants, half-open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// UTC, inclusive.
    pub opens_at: Moment,
    /// UTC, exclusive; after `opens_at`.
    pub closes_at: Moment,
    /// Opened inside the window and merged before `closes_at` plus this counts.
    pub merge_grace: Span,
    /// From here until the host reveals, the public leaderboard stands still.
    pub freeze_at: Option<Moment>,
}

impl Window {
    /// The end, exclusive, of the time in which a merge counts.
    pub fn merge_end(&self) -> Moment {
        self.closes_at.plus(self.merge_grace.millis())
    }

    /// The last instant at which somebody can still be in a team of the competition.
    pub fn last_instant(&self) -> Moment {
        self.closes_at.plus(-1)
    }
}

/// One project: its repository and the mirrors that are the same project elsewhere, together a family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository {
    pub forge: ForgeHost,
    pub path: RepoPath,
    /// The host's numeric id: this repository alone, whatever else bears the path.
    pub id: Option<String>,
    /// Empty: every branch.
    pub branches: Vec<String>,
    pub mirrors: Vec<(ForgeHost, RepoPath)>,
}

#[derive(Clone, Debug)]
pub struct Rules {
    pub bugfix_labels: Vec<String>,
    pub bugfix_title: Option<Regex>,
    pub bugfix_command: Option<String>,
    pub no_signal: NoSignal,
    pub required_labels: Vec<String>,
    pub forbidden_labels: Vec<String>,
    /// Folded logins.
    pub bots: Vec<String>,
    /// A closed pull that bears one was merged, at its `closed_at`, by a robot that pushes the commit.
    pub merged_labels: Vec<String>,
    pub min_changed_lines: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scoring {
    /// Points of an accepted fix with no label of `labels`.
    pub base: i64,
    /// The highest that the pull bears replaces `base`.
    pub labels: Vec<(String, i64)>,
    pub first_fix_bonus: i64,
    /// A person's accepted fixes per calendar day that earn points; 0: no limit.
    pub daily_limit: u32,
}

impl Scoring {
    /// What a fix with these labels is worth before bonus and limit.
    pub fn worth(&self, labels: &[String]) -> i64 {
        self.labels
            .iter()
            .filter(|(label, _)| labels.contains(label))
            .map(|(_, points)| *points)
            .max()
            .unwrap_or(self.base)
    }
}

/// A secret by reference: read from the environment at start, or written out for tests.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    Env(String),
    Literal(String),
}

impl Secret {
    /// `env:NAME` or `literal:…`, neither empty.
    ///
    /// White space around a secret is no part of it: it comes along with the end of a file or a copied line.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        match Some((kind, value.trim())) {
            Some(("env", name)) if !name.is_empty() => Some(Self::Env(name.to_owned())),
            Some(("literal", value)) if !value.is_empty() => Some(Self::Literal(value.to_owned())),
            _ => None,
        }
    }
}

/// Never the secret itself: a log or a panic message may print this.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Secret::Env(name) => write!(f, "env:{name}"),
            Secret::Literal(_) => f.write_str("literal:…"),
        }
    }
}

/// One configured sender of hooks. Contract, section 2.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub name: Slug,
    pub forge: ForgeHost,
    /// What it speaks for: paths, in which `*` stands for any characters. None: the competition's repositories
    /// and mirrors on its forge and host.
    pub repositories: Option<Vec<String>>,
    /// Two while one is rotated.
    pub secrets: Vec<Secret>,
    /// None: where the proof does not cover the body.
    pub confirm: Option<bool>,
    pub api_url: Option<String>,
    pub token: Option<Secret>,
}

/// What the host has said of the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seal {
    pub revealed_at: Option<Moment>,
    pub finalized_at: Option<Moment>,
}

#[derive(Clone, Debug)]
pub struct Definition {
    pub slug: Slug,
    pub name: Name,
    pub zone: Tz,
    pub review: Review,
    pub window: Window,
    pub repositories: Vec<Repository>,
    pub rules: Rules,
    pub scoring: Scoring,
    pub sources: Vec<Source>,
    pub seal: Seal,
}

/// Where a competition stands. Contract, section 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Scheduled,
    Open,
    Frozen,
    Review,
    Final,
}

impl Phase {
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Scheduled => "scheduled",
            Phase::Open => "open",
            Phase::Frozen => "frozen",
            Phase::Review => "review",
            Phase::Final => "final",
        }
    }
}

impl Definition {
    /// Whether every pull gets the same verdict and points from both. Fields are named one by one, so that a new
    /// one does not compile until somebody has said whether the fold reads it.
    pub fn folds_as(&self, other: &Definition) -> bool {
        let Definition {
            slug: _,
            name: _,
            zone,
            review,
            window,
            repositories,
            rules,
            scoring,
            sources: _,
            seal: _,
        } = self;
        let Window {
            opens_at,
            closes_at,
            merge_grace,
            freeze_at: _,
        } = window;
        let Rules {
            bugfix_labels,
            bugfix_title,
            bugfix_command,
            no_signal,
            required_labels,
            forbidden_labels,
            bots,
            merged_labels,
            min_changed_lines,
        } = rules;
        let title = |title: &Option<Regex>| title.as_ref().map(|regex| regex.as_str().to_owned());
        (zone, review, repositories, scoring) == (&other.zone, &other.review, &other.repositories, &other.scoring)
            && (opens_at, closes_at, merge_grace)
                == (
                    &other.window.opens_at,
                    &other.window.closes_at,
                    &other.window.merge_grace,
                )
            && title(bugfix_title) == title(&other.rules.bugfix_title)
            && (bugfix_labels, bugfix_command, no_signal)
                == (
                    &other.rules.bugfix_labels,
                    &other.rules.bugfix_command,
                    &other.rules.no_signal,
                )
            && (
                required_labels,
                forbidden_labels,
                merged_labels,
                bots,
                min_changed_lines,
            ) == (
                &other.rules.required_labels,
                &other.rules.forbidden_labels,
                &other.rules.merged_labels,
                &other.rules.bots,
                &other.rules.min_changed_lines,
            )
    }

    pub fn phase(&self, seal: Seal, now: Moment) -> Phase {
        if seal.finalized_at.is_some() {
            Phase::Final
        } else if now >= self.window.closes_at {
            Phase::Review
        } else if now < self.window.opens_at {
            Phase::Scheduled
        } else if self.frozen_at(seal, now).is_some() {
            Phase::Frozen
        } else {
            Phase::Open
        }
    }

    /// The instant from which merges are hidden in every public form, while they are.
    pub fn frozen_at(&self, seal: Seal, now: Moment) -> Option<Moment> {
        self.window
            .freeze_at
            .filter(|freeze| *freeze <= now && seal.revealed_at.is_none() && seal.finalized_at.is_none())
    }

    /// The next instant after `now` at which phase or freeze changes by itself.
    pub fn next_turn(&self, now: Moment) -> Option<Moment> {
        let window = &self.window;
        [
            Some(window.opens_at),
            window.freeze_at,
            Some(window.closes_at),
            Some(window.merge_end()),
        ]
        .into_iter()
        .flatten()
        .filter(|turn| *turn > now)
        .min()
    }

    /// The repositories and mirrors in scope.
    pub fn scope(&self) -> Scope<'_> {
        let mut scope = Scope {
            by_id: HashMap::new(),
            by_path: HashMap::new(),
        };
        for (family, repository) in self.repositories.iter().enumerate() {
            let own = std::iter::once((&repository.forge, &repository.path));
            let mirrors = repository.mirrors.iter().map(|(forge, path)| (forge, path));
            for (at, (forge, path)) in own.chain(mirrors).enumerate() {
                let place = Place {
                    family: family as u32,
                    repository,
                    mirror: at > 0,
                };
                let id = repository.id.as_deref().filter(|_| at == 0);
                if let Some(id) = id {
                    scope.by_id.insert((forge.clone(), id), place);
                }
                scope.by_path.insert((forge.clone(), path.key()), (place, id));
            }
        }
        scope
    }

    /// What a source of this competition speaks for. Contract, section 2.
    pub fn reach<'a>(&'a self, source: &'a Source) -> Reach<'a> {
        Reach {
            forge: &source.forge,
            of: match &source.repositories {
                None => ReachOf::Scope(self.scope()),
                Some(patterns) => ReachOf::Patterns(patterns.iter().map(|pattern| folded(pattern)).collect()),
            },
        }
    }
}

/// The repositories that a source speaks for, on its forge and host.
pub struct Reach<'a> {
    pub forge: &'a ForgeHost,
    of: ReachOf<'a>,
}

enum ReachOf<'a> {
    /// The competition's repositories and mirrors.
    Scope(Scope<'a>),
    /// Folded.
    Patterns(Vec<String>),
}

impl Reach<'_> {
    /// `id`: the host's, where it is known; `paths`: those that the repository has been known under.
    pub fn covers(&self, id: Option<&str>, paths: &[&str]) -> bool {
        match &self.of {
            ReachOf::Scope(scope) => scope.place(self.forge, id, paths.iter().copied()).is_some(),
            ReachOf::Patterns(patterns) => {
                let fits_one = |path: &&str| patterns.iter().any(|pattern| fits(pattern, &folded(path)));
                paths.iter().any(fits_one)
            }
        }
    }
}

/// Whether a text is the pattern, in which `*` stands for any characters.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    match last {
        None => rest.is_empty(),
        Some(end) => rest.ends_with(end),
    }
}

/// Which repositories a competition looks at.
pub struct Scope<'a> {
    by_id: HashMap<(ForgeHost, &'a str), Place<'a>>,
    /// With the id of the one that is meant, where the definition names it.
    by_path: HashMap<(ForgeHost, String), (Place<'a>, Option<&'a str>)>,
}

/// One repository or mirror in scope.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The number of the family in the definition, from 0.
    pub family: u32,
    pub repository: &'a Repository,
    pub mirror: bool,
}

/// A [`Place`] by its numbers, to keep where the definition cannot be borrowed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceAt {
    pub family: u32,
    pub mirror: bool,
}

impl Place<'_> {
    pub fn at(&self) -> PlaceAt {
        PlaceAt {
            family: self.family,
            mirror: self.mirror,
        }
    }
}

impl Definition {
    /// None where the definition has no such family.
    pub fn place_at(&self, at: PlaceAt) -> Option<Place<'_>> {
        let repository = self.repositories.get(at.family as usize)?;
        Some(Place {
            family: at.family,
            repository,
            mirror: at.mirror,
        })
    }
}

impl<'a> Scope<'a> {
    /// Where a repository stands, by its id where the definition names that, else by the first of the paths that
    /// it has been known under: a rename takes nothing out. `id` None: nobody has told one, so it may be any that
    /// bears the path. None: out of scope.
    pub fn place<'p>(
        &self,
        forge: &ForgeHost,
        id: Option<&str>,
        paths: impl Iterator<Item = &'p str>,
    ) -> Option<Place<'a>> {
        if let Some(place) = id.and_then(|id| self.by_id.get(&(forge.clone(), id))) {
            return Some(*place);
        }
        let mut keys: Vec<String> = paths.map(folded).collect();
        keys.sort();
        keys.into_iter().find_map(|key| {
            let (place, meant) = self.by_path.get(&(forge.clone(), key))?;
            (meant.is_none() || id.is_none()).then_some(*place)
        })
    }

    /// Where what bears a path would stand, whichever repository that is.
    pub fn place_of_path(&self, forge: &ForgeHost, path: &RepoPath) -> Option<Place<'a>> {
        self.by_path.get(&(forge.clone(), path.key())).map(|(place, _)| *place)
    }

    /// Every forge and folded path in scope.
    pub fn paths(&self) -> impl Iterator<Item = (&ForgeHost, &str)> {
        self.by_path.keys().map(|(forge, path)| (forge, path.as_str()))
    }

    /// Every forge and id that the definition names.
    pub fn ids(&self) -> impl Iterator<Item = (&ForgeHost, &str)> {
        self.by_id.keys().map(|(forge, id)| (forge, *id))
    }
}

#[cfg(test)]
mod tests;
