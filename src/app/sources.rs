//! Sources: who may send hooks, with their secrets read.

use super::{App, AppError, Competition};
use crate::{
    domain::time::Moment,
    domain::{
        competition::{Secret, Source},
        forge::{Forge, ForgeHost},
        team::CompetitionId,
        text::Slug,
    },
    forge::{self, Checker, Headers, Proof, Refusal},
    store,
};
use parking_lot::RwLock;
use std::{collections::HashMap, sync::Arc};

/// How a secret that is named after an environment variable is read; only `cli` asks the environment.
pub type ReadSecret = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A source with its secrets at hand.
struct Ready {
    competition: CompetitionId,
    forge: ForgeHost,
    secrets: Vec<String>,
    confirm: Option<bool>,
}

type Book = HashMap<(Forge, Slug), Vec<Ready>>;

/// Every source of every competition. A final one's go on proving: what arrives is kept, changes nothing of the
/// result, and is there should it be reopened. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    book: Arc<RwLock<Book>>,
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
            book: Arc::default(),
            read,
        }
    }

    fn ready(&self, competition: &Competition, source: &Source, missing: &mut Vec<MissingSecret>) -> Ready {
        let mut value = |key: &'static str, secret: &Secret| match secret {
            Secret::Literal(value) => Some(value.clone()),
            Secret::Env(variable) => {
                let value = (self.read)(variable).filter(|value| !value.is_empty());
                if value.is_none() {
                    missing.push(MissingSecret {
                        competition: competition.stored.slug.clone(),
                        source: source.name.clone(),
                        key,
                        variable: variable.clone(),
                    });
                }
                value
            }
        };
        let secrets = source
            .secrets
            .iter()
            .filter_map(|secret| value("secrets", secret))
            .collect();
        if let Some(token) = &source.token {
            // Reading the forge's API is not here yet, but a token that is not set is as wrong now as then.
            value("token", token);
        }
        Ready {
            competition: competition.id(),
            forge: source.forge.clone(),
            secrets,
            confirm: source.confirm,
        }
    }

    /// Reads every source anew. Returns the secrets that are not there; such a secret opens nothing.
    pub async fn refresh(&self, app: &App) -> Result<Vec<MissingSecret>, AppError> {
        let mut book = Book::new();
        let mut missing = Vec::new();
        let written = app.store.read(store::source_secrets).await?;
        for competition in app.competitions().await? {
            let mut lacks = Vec::new();
            for source in &competition.definition.sources {
                let mut ready = self.ready(&competition, source, &mut lacks);
                let own = written.iter().filter(|own| {
                    own.competition == competition.id() && own.forge == source.forge.kind && own.source == source.name
                });
                ready.secrets.extend(own.map(|own| own.secret.clone()));
                book.entry((source.forge.kind, source.name.clone()))
                    .or_default()
                    .push(ready);
            }
            // Nobody need keep the environment of what is over.
            if competition.stored.seal.finalized_at.is_none() {
                missing.append(&mut lacks);
            }
        }
        *self.book.write() = book;
        Ok(missing)
    }

    pub fn knows(&self, forge: Forge, name: &Slug) -> bool {
        self.book.read().contains_key(&(forge, name.clone()))
    }

    /// Looks at a hook's headers before its body is read: can it be from who holds a secret of the source? Two
    /// competitions may share a source; the secrets of each are tried, all in constant time.
    ///
    /// Errors: the last refusal, where no body could make it good.
    pub fn begin(&self, forge: Forge, name: &Slug, headers: &dyn Headers, now: Moment) -> Result<Checking, Refusal> {
        let book = self.book.read();
        let mut refusal = Refusal::NoSecret;
        let mut each = Vec::new();
        for ready in book.get(&(forge, name.clone())).map_or(&[][..], Vec::as_slice) {
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
        if each.is_empty() {
            Err(refusal)
        } else {
            Ok(Checking(each))
        }
    }
}

/// A hook's proof while its body arrives, at each source of the name.
pub struct Checking(Vec<Begun>);

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
        self.0.iter_mut().for_each(|one| one.checker.update(part));
    }

    /// Once the whole body was there. Errors: the last refusal, where none holds.
    pub fn finish(self) -> Result<Proven, Refusal> {
        let mut refusal = Refusal::NoSecret;
        let mut proven: Option<(Proven, ForgeHost)> = None;
        for one in self.0 {
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
        proven.map(|(proven, _)| proven).ok_or(refusal)
    }
}
