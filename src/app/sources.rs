//! Sources: who may send hooks, with their secrets read.

use super::{App, AppError, Competition, apart::Apart};
use crate::{
    domain::time::Moment,
    domain::{
        competition::{Secret, Source},
        forge::{Forge, ForgeHost},
        team::CompetitionId,
        text::Slug,
    },
    folder,
    forge::{self, Checker, Headers, Proof, Refusal},
    store,
};
use parking_lot::RwLock;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// How a secret that is named after an environment variable is read; only `cli` asks the environment.
pub type ReadSecret = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A source with its secrets at hand.
struct Ready {
    competition: CompetitionId,
    forge: ForgeHost,
    secrets: Vec<String>,
    /// A secret that it names is not there.
    lacks: bool,
    confirm: Option<bool>,
}

type Book = HashMap<(Forge, Slug), Vec<Ready>>;

/// What stands between the sources and their work.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Trouble {
    pub missing: Vec<MissingSecret>,
    pub apart: Vec<Held>,
}

impl Trouble {
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.apart.is_empty()
    }

    /// A sentence each, with what to do.
    pub fn said(&self) -> Vec<String> {
        let missing = self.missing.iter().map(ToString::to_string);
        missing.chain(self.apart.iter().map(ToString::to_string)).collect()
    }
}

/// A competition held apart, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    pub competition: Slug,
    pub why: String,
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "competition {}: held apart, since its stored definition cannot be read: {}; put competition.toml right and seed its folder again",
            self.competition, self.why
        )
    }
}

/// Why a hook was not proven.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotProven {
    Refused(Refusal),
    /// Nobody can tell yet: the source's secret is not there, or its competition is held apart. The forge comes again.
    Unready,
}

/// Sources as they were last read, and what is wrong with them.
#[derive(Default)]
struct Shelf {
    book: Book,
    /// Sources that only a definition names which cannot be read.
    shut: HashSet<(Forge, Slug)>,
    /// Of a competition held apart not even the sources' names are known: any name may be one of its.
    blind: bool,
    trouble: Trouble,
}

/// Every source of every competition. A final one's go on proving: what arrives is kept, changes nothing of the
/// result, and is there should it be reopened. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    shelf: Arc<RwLock<Shelf>>,
    read: ReadSecret,
}

/// What a hook's proof is worth at its source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proven {
    /// Its facts are taken as proven: the proof covers the body and the source asks for no more, or the
    /// source says `confirm = false`.
    pub confirmed: bool,
    /// The competitions whose source proved it, all of one host.
    pub by: Vec<CompetitionId>,
}

/// A secret that is not there. Its value never appears.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingSecret {
    pub competition: Slug,
    pub source: Slug,
    pub key: &'static str,
    pub variable: String,
}

impl std::fmt::Display for MissingSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "competition {}: source {}: {}: the environment variable {} is not set; set it, or take `env:{}` out of competition.toml",
            self.competition, self.source, self.key, self.variable, self.variable
        )
    }
}

impl Sources {
    pub fn new(read: ReadSecret) -> Self {
        Self {
            shelf: Arc::default(),
            read,
        }
    }

    fn ready(&self, competition: &Competition, source: &Source, missing: &mut Vec<MissingSecret>) -> Ready {
        let trimmed = |value: String| Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        let value = |secret: &Secret| match secret {
            Secret::Literal(value) => trimmed(value.clone()),
            Secret::Env(variable) => (self.read)(variable).and_then(trimmed),
        };
        // Reading the forge's API is not here yet, but a token that is not set is as wrong now as then.
        let all = source.secrets.iter().map(|secret| ("secrets", secret));
        for (key, secret) in all.chain(source.token.iter().map(|token| ("token", token))) {
            if let (Secret::Env(variable), None) = (secret, value(secret)) {
                missing.push(MissingSecret {
                    competition: competition.stored.slug.clone(),
                    source: source.name.clone(),
                    key,
                    variable: variable.clone(),
                });
            }
        }
        let secrets: Vec<String> = source.secrets.iter().filter_map(value).collect();
        let lacks = secrets.len() < source.secrets.len();
        Ready {
            competition: competition.id(),
            forge: source.forge.clone(),
            secrets,
            lacks,
            confirm: source.confirm,
        }
    }

    /// Reads every source anew. Returns what is wrong; a secret that is not there opens nothing.
    pub async fn refresh(&self, app: &App) -> Result<Trouble, AppError> {
        let mut shelf = Shelf::default();
        let definitions = app.definitions();
        let (written, each) = app
            .store
            .read(move |db| Ok::<_, AppError>((store::source_secrets(db)?, definitions.each(db)?)))
            .await?;
        for competition in each.readable {
            let mut lacks = Vec::new();
            for source in &competition.definition.sources {
                let mut ready = self.ready(&competition, source, &mut lacks);
                let own = written.iter().filter(|own| {
                    own.competition == competition.id() && own.forge == source.forge.kind && own.source == source.name
                });
                ready.secrets.extend(own.map(|own| own.secret.trim().to_owned()));
                let key = (source.forge.kind, source.name.clone());
                shelf.book.entry(key).or_default().push(ready);
            }
            // Nobody need keep the environment of what is over.
            if competition.stored.seal.finalized_at.is_none() {
                shelf.trouble.missing.append(&mut lacks);
            }
        }
        for Apart { stored, refused } in each.apart {
            match folder::definition::source_names(&stored.definition) {
                Some(names) => shelf.shut.extend(names),
                None => shelf.blind = true,
            }
            shelf.trouble.apart.push(Held {
                competition: stored.slug,
                why: refused.to_string().replace('\n', "; "),
            });
        }
        let trouble = shelf.trouble.clone();
        *self.shelf.write() = shelf;
        Ok(trouble)
    }

    /// What was wrong when sources were last read.
    pub fn trouble(&self) -> Trouble {
        self.shelf.read().trouble.clone()
    }

    /// The secrets of a competition that were not there when sources were last read.
    pub fn unset(&self, competition: &Slug) -> Vec<MissingSecret> {
        let shelf = self.shelf.read();
        let of = shelf
            .trouble
            .missing
            .iter()
            .filter(|one| one.competition == *competition);
        of.cloned().collect()
    }

    /// Whether the competition was held apart when sources were last read.
    pub fn is_apart(&self, slug: &str) -> bool {
        let shelf = self.shelf.read();
        let mut apart = shelf.trouble.apart.iter();
        apart.any(|held| held.competition.as_str().eq_ignore_ascii_case(slug))
    }

    pub fn knows(&self, forge: Forge, name: &Slug) -> bool {
        let (shelf, key) = (self.shelf.read(), (forge, name.clone()));
        shelf.book.contains_key(&key) || shelf.shut.contains(&key) || shelf.blind
    }

    /// Looks at a hook's headers before its body is read: can it be from who holds a secret of the source? Two
    /// competitions may share a source; the secrets of each are tried, all in constant time.
    ///
    /// Errors: the last refusal, where no body could make it good; `Unready` where one might, were its secret there.
    pub fn begin(&self, forge: Forge, name: &Slug, headers: &dyn Headers, now: Moment) -> Result<Checking, NotProven> {
        let shelf = self.shelf.read();
        let key = (forge, name.clone());
        let mut unready = shelf.shut.contains(&key) || (shelf.blind && !shelf.book.contains_key(&key));
        let mut refusal = Refusal::NoSecret;
        let mut each = Vec::new();
        for ready in shelf.book.get(&key).map_or(&[][..], Vec::as_slice) {
            // With another secret at hand it is that one that must hold.
            unready |= ready.lacks && ready.secrets.is_empty();
            match forge::begin(forge, headers, &ready.secrets, now) {
                Ok(checker) => each.push(Begun {
                    checker,
                    competition: ready.competition,
                    forge: ready.forge.clone(),
                    confirm: ready.confirm,
                }),
                Err(refused) => refusal = refused,
            }
        }
        match (each.is_empty(), unready) {
            (true, true) => Err(NotProven::Unready),
            (true, false) => Err(NotProven::Refused(refusal)),
            (false, _) => Ok(Checking { each, unready }),
        }
    }
}

/// A hook's proof while its body arrives, at each source of the name.
pub struct Checking {
    each: Vec<Begun>,
    /// A secret that might prove it is not there.
    unready: bool,
}

struct Begun {
    checker: Checker,
    competition: CompetitionId,
    forge: ForgeHost,
    /// What the source says of `confirm`.
    confirm: Option<bool>,
}

impl Checking {
    /// The next bytes of the raw body.
    pub fn update(&mut self, part: &[u8]) {
        self.each.iter_mut().for_each(|one| one.checker.update(part));
    }

    /// Once the whole body was there. Errors: the last refusal, where none holds; `Unready` where one might.
    pub fn finish(self) -> Result<Proven, NotProven> {
        let Self { each, unready } = self;
        let mut refusal = Refusal::NoSecret;
        let mut proven: Option<(Proven, ForgeHost)> = None;
        for one in each {
            match one.checker.finish() {
                Ok(proof) => {
                    let confirmed = !one.confirm.unwrap_or(proof == Proof::Uncovered);
                    match &mut proven {
                        None => {
                            let by = vec![one.competition];
                            proven = Some((Proven { confirmed, by }, one.forge));
                        }
                        // One secret in two competitions: it proves as much as each of them asks for.
                        Some((proven, host)) if *host == one.forge => {
                            proven.confirmed &= confirmed;
                            proven.by.push(one.competition);
                        }
                        Some(_) => {}
                    }
                }
                Err(refused) => refusal = refused,
            }
        }
        proven.map(|(proven, _)| proven).ok_or(if unready {
            NotProven::Unready
        } else {
            NotProven::Refused(refusal)
        })
    }
}
