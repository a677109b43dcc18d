//! Floor 4: use cases, one a file. A transaction begins and ends here.

mod accounts;
mod announce;
mod apart;
mod appeals;
mod apply;
mod audit;
mod backup;
mod binding;
mod compare;
mod conflict;
mod console;
mod decide;
mod define;
mod deletion;
mod doctor;
mod dry_run;
mod evaluate;
mod explain;
mod export;
mod export_lines;
mod handshake;
mod ingest;
mod invites;
mod managed;
mod neighbourhood;
mod objection;
mod once;
mod output;
mod own;
mod parts;
mod password;
mod queue;
mod reach;
mod reason;
mod rebuild;
mod refusals;
mod reports;
mod requests;
mod restore;
mod retry;
mod seal;
mod seats;
mod seed;
mod session;
mod settle;
mod source_secrets;
mod sources;
mod steps;
mod submissions;
mod teams;
mod tidy;
mod turn;
mod verify;
mod verify_fold;
mod who;

#[cfg(test)]
mod tests;

pub use accounts::{PASSWORD, RoleName, add_login, ban, give_role, good_password, new_password, new_person, take_role};
pub use announce::{ANNOUNCEMENT, announce};
pub use apart::Apart;
pub use appeals::{
    Answer, AppealCase, AppealLine, answer_appeal, appeal, appeal_case, appealable, appeals, open_appeals,
};
pub use apply::{Application, STATEMENT, apply};
pub use audit::{AuditQuery, audit};
pub use backup::backup;
pub use binding::unbind;
pub use console::{Account, Overview, SourceCard, Work, account, all_work, overview, people};
pub use decide::{Judgement, Ruled, decide, undo};
pub use define::{Defined, Shown, Wanted, define, definition_text, slug_of};
pub use deletion::delete_me;
pub use doctor::{Health, Symptom, doctor};
pub use dry_run::{At, Counted, DryRun, Moved, MovedLine, MovedSubmission, dry_run};
pub use evaluate::{Changes, Dirty, evaluate};
pub use explain::{Case, CheckLine, Explained, Explanation, Sight, Unread, case, explain, own_hosts, pasted, written};
pub use export::{Exported, export};
pub use handshake::{Arrival, Begun, HANDSHAKE, Returned, begin_handshake, end_handshake};
pub use ingest::{BODY_LIMIT, Ingest, Received, oldest_waiting, pack, unpack, work_queue};
pub use invites::{Invitation, InviteList, invitation, invite, invites, join, organizers, take_back};
pub use managed::{Managed, Mate, OpenQuery, managed_team, mates, open_work, team_results};
pub use objection::{Class, Objection};
pub use once::{Again, Once, begin_once, end_once};
pub use own::{Own, OwnQuery, OwnTeam, account_json, kept, own};
pub use queue::{Evidence, JudgeLine, OtherFix, Queue, QueueQuery, Waiting, evidence, judges, next_in_queue, queue};
pub use reason::{REASON, needed_reason, reason};
pub use rebuild::{Proof, Rebuilt, prove_ledger, rebuild, said};
pub use refusals::Refusals;
pub use reports::{LineSum, Took, import, import_lines, take_acts, take_reports};
pub use requests::{
    Place, REQUEST_TEXT, RequestList, answer_request, ask_to_join, my_place, requests, withdraw_request,
};
pub use restore::restore;
pub use retry::{retry, retry_of_other_versions, retry_source};
pub use seal::{SealedResult, finalize, reopen, reveal, sealed_export, sealed_result};
pub use seats::leave;
pub use seed::{Seeded, seed};
pub use session::{
    AccountCard, NamedRole, SESSION, Session, account_card, named_roles, open_session, random_text, rotate_keys,
    sign_in, sign_out, signing_since, who,
};
pub use source_secrets::{SECRET, add_source_secret, end_source_secret};
pub use sources::{Checking, Held, MissingSecret, NotProven, Proven, ReadSecret, Sources, Trouble};
pub use steps::{TeamChange, change_team};
pub use submissions::{ListQuery, Whose, latest, list};
pub use teams::{TeamCard, TeamOrder, TeamQuery, team, teams};
pub use tidy::tidy;
pub use turn::{next_turn, turn};
pub use verify::{Verified, verify, verify_lines};
pub use who::{Access, Named, Who, named};

use crate::{
    domain::{competition::Definition, team::CompetitionId, text::Slug, time::Moment},
    folder::{self, Refused},
    live::ReadDefinition,
    store::{self, Db, Store, StoreError, Stored},
};
use parking_lot::Mutex;
use std::{collections::HashMap, path::PathBuf, sync::Arc};

/// What a use case can answer besides its result.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Input that is not as the contract says, with file, line, key and remedy.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Why what somebody asks is not done.
    #[error(transparent)]
    Objection(#[from] Objection),
    #[error("there is no competition `{0}`; `bugathlon seed DIR` loads one")]
    NoCompetition(String),
    #[error("{path}: {why}")]
    File { path: PathBuf, why: String },
    /// What must not happen did; said in the log.
    #[error("{0}")]
    Broken(String),
    /// A stored definition that this version refuses.
    #[error("the stored definition of `{slug}` is refused by this version: {refused}")]
    Definition { slug: Slug, refused: Refused },
}

impl From<folder::FolderError> for AppError {
    fn from(error: folder::FolderError) -> Self {
        match error {
            folder::FolderError::Refused(refused) => Self::Refused(refused),
            folder::FolderError::Unreadable { path, why } => Self::File {
                path,
                why: why.to_string(),
            },
        }
    }
}

/// What every use case works with: the database and the definitions read from it. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    definitions: Definitions,
    /// Held by whoever folds a whole competition: such a fold holds all of it in memory, so one is made at a time.
    folding: Arc<tokio::sync::Mutex<()>>,
    passed: ingest::Passed,
}

/// A competition as it stands: the row and its definition, read.
#[derive(Clone)]
pub struct Competition {
    pub stored: Stored,
    pub definition: Arc<Definition>,
}

impl Competition {
    pub fn id(&self) -> CompetitionId {
        self.stored.id
    }
}

/// By competition: the revision, and the definition that it has.
type ByRevision = HashMap<CompetitionId, (i64, Arc<Definition>)>;

/// Definitions by revision: reading one compiles its pattern, and hooks need them all the time.
#[derive(Clone, Default)]
pub struct Definitions {
    known: Arc<Mutex<ByRevision>>,
    /// By competition held apart: the revision that the log has named.
    said: Arc<Mutex<HashMap<CompetitionId, i64>>>,
}

/// Every competition, as far as this version can read them.
pub struct Each {
    pub readable: Vec<Competition>,
    pub apart: Vec<Apart>,
}

impl Definitions {
    fn read(&self, stored: Stored) -> Result<Competition, AppError> {
        let known = self.known.lock().get(&stored.id).cloned();
        if let Some((revision, definition)) = known
            && revision == stored.revision
        {
            return Ok(Competition { stored, definition });
        }
        let read = folder::definition::read_stored("competition.toml", &stored.definition);
        let (definition, _) = read.map_err(|refused| {
            let slug = stored.slug.clone();
            if self.said.lock().insert(stored.id, stored.revision) != Some(stored.revision) {
                tracing::error!(competition = %slug, %refused, "held apart: its stored definition cannot be read");
            }
            AppError::Definition { slug, refused }
        })?;
        let definition = Arc::new(definition);
        let entry = (stored.revision, Arc::clone(&definition));
        self.known.lock().insert(stored.id, entry);
        Ok(Competition { stored, definition })
    }

    /// Every competition whose definition can be read. One that cannot is no reason to stop the others.
    pub fn all(&self, db: &mut Db) -> Result<Vec<Competition>, AppError> {
        Ok(self.each(db)?.readable)
    }

    pub fn each(&self, db: &mut Db) -> Result<Each, AppError> {
        let mut each = Each {
            readable: Vec::new(),
            apart: Vec::new(),
        };
        for stored in store::competitions(db)? {
            match self.read(stored.clone()) {
                Ok(competition) => each.readable.push(competition),
                Err(AppError::Definition { refused, .. }) => each.apart.push(Apart { stored, refused }),
                Err(other) => return Err(other),
            }
        }
        Ok(each)
    }

    /// Errors: `NoCompetition`.
    pub fn of(&self, db: &mut Db, slug: &Slug) -> Result<Competition, AppError> {
        match store::competition(db, slug)? {
            Some(stored) => self.read(stored),
            None => Err(AppError::NoCompetition(slug.to_string())),
        }
    }

    pub fn by_id(&self, db: &mut Db, id: CompetitionId) -> Result<Competition, AppError> {
        match store::competition_by_id(db, id)? {
            Some(stored) => self.read(stored),
            None => Err(AppError::NoCompetition(id.0.to_string())),
        }
    }
}

impl App {
    pub fn new(store: Store) -> Self {
        Self {
            store,
            definitions: Definitions::default(),
            folding: Arc::default(),
            passed: ingest::Passed::default(),
        }
    }

    pub fn definitions(&self) -> Definitions {
        self.definitions.clone()
    }

    pub async fn competitions(&self) -> Result<Vec<Competition>, AppError> {
        let definitions = self.definitions();
        self.store.read(move |db| definitions.all(db)).await
    }

    /// Errors: `NoCompetition`.
    pub async fn competition(&self, slug: &Slug) -> Result<Competition, AppError> {
        let (definitions, slug) = (self.definitions(), slug.clone());
        self.store.read(move |db| definitions.of(db, &slug)).await
    }
}

impl Definitions {
    /// For boards, which take the definition as it is read here and never read one themselves. A stored
    /// definition that this version refuses has no new board; the log has said why.
    pub fn reader(&self) -> ReadDefinition {
        let definitions = self.clone();
        Arc::new(move |_, stored| {
            let read = definitions.read(stored.clone());
            read.ok().map(|competition| competition.definition)
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The clock, for the edges that may ask it: `main` and `web`.
pub fn now() -> Moment {
    Moment::from_millis(chrono::Utc::now().timestamp_millis())
}
