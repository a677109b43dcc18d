//! Reports of one pull, and how they become one fact in any order of arrival. Contract, section 2.
//!
//! A fact is a pure function of the set of reports: [`Facts`] keeps the reports that still matter, the one that
//! holds first, and [`Facts::pull`] reads each field off the first of them that tells it. A report matters as long
//! as it tells something that no report above it does, so one that was outdone whole is let go, and nearly every
//! pull keeps one or two.

use super::{
    forge::ForgeHost,
    pull::{Actor, Pull, RepoPath, State},
    time::Moment,
};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What somebody says of a pull at one time. What it does not say is None; an empty text or list says that it
/// is empty. In the order of the keys, which makes its JSON the canonical one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additions: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Moment>,
    pub created_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletions: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_sha: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_issues: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_sha: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_by: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub squash_sha: Option<String>,
    pub state: State,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Told {
    /// Nothing but what every report says.
    pub fn new(state: State, title: String, created_at: Moment) -> Self {
        Self {
            additions: None,
            author: None,
            base_branch: None,
            body: None,
            closed_at: None,
            created_at,
            deletions: None,
            draft: None,
            head_branch: None,
            head_sha: None,
            labels: None,
            linked_issues: None,
            merge_sha: None,
            merged_at: None,
            merged_by: None,
            squash_sha: None,
            state,
            title,
            updated_at: None,
            url: None,
        }
    }

    /// The forge's own `updated_at`; where it did not say, the latest time that it tells.
    pub fn updated(&self) -> Moment {
        let latest = || {
            let ends = [self.closed_at, self.merged_at].into_iter().flatten();
            ends.fold(self.created_at, Moment::max)
        };
        self.updated_at.unwrap_or_else(latest)
    }

    /// Which of the fields that may stay untold are told, a bit each; accounts apart, which fill each other.
    fn fields(&self) -> u16 {
        let told = [
            self.additions.is_some(),
            self.base_branch.is_some(),
            self.body.is_some(),
            self.closed_at.is_some(),
            self.deletions.is_some(),
            self.draft.is_some(),
            self.head_branch.is_some(),
            self.head_sha.is_some(),
            self.labels.is_some(),
            self.linked_issues.is_some(),
            self.squash_sha.is_some(),
            self.url.is_some(),
        ];
        told.iter()
            .enumerate()
            .fold(0, |bits, (at, told)| bits | (u16::from(*told) << at))
    }
}

/// What a report tells, and what its word is worth.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telling {
    /// The number of the act, where it is somebody's: an import or a seed. A later act has a greater one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<i64>,
    /// As in [`Pull`].
    pub confirmed: bool,
    /// The folded path that it speaks of, where it tells no id that is believed: which repository that means is
    /// another question, and its answer can change. None: it tells the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    pub told: Told,
}

impl Telling {
    /// Which of two holds: the later `updated_at`; where that ties an act before a forge's own word and the
    /// later of two acts, a confirmed one before a claim, merged before closed before open, the one with more
    /// labels, then the greater by the bytes of its canonical JSON.
    pub fn rank(&self, other: &Self) -> Ordering {
        let state = |telling: &Self| match telling.told.state {
            State::Open => 0,
            State::Closed => 1,
            State::Merged => 2,
        };
        let key = |telling: &Self| {
            let labels = telling.told.labels.as_ref().map_or(0, Vec::len);
            (
                telling.told.updated(),
                telling.act,
                telling.confirmed,
                state(telling),
                labels,
            )
        };
        // A Told always serializes: it has no map and no foreign type.
        let canonical = |telling: &Self| serde_json::to_string(&telling.told).unwrap_or_default();
        let bytes = || match self.told == other.told {
            true => Ordering::Equal,
            false => canonical(self).cmp(&canonical(other)),
        };
        let paths = || self.path.cmp(&other.path);
        key(self).cmp(&key(other)).then_with(bytes).then_with(paths)
    }

    fn is_merged(&self) -> bool {
        self.told.state == State::Merged
    }

    /// Whether what is known of an account through `self` is all that `other` could add.
    fn covers(own: Option<&Actor>, other: Option<&Actor>) -> bool {
        let Some(other) = other else { return true };
        own.is_some_and(|own| {
            let login = other.login.is_empty() || own.login == other.login;
            let id = other.id.is_none() || own.id == other.id;
            login && id && (own.bot || !other.bot)
        })
    }
}

/// One report of a pull, as it comes in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub forge: ForgeHost,
    pub repository: RepoPath,
    /// The host's numeric id, in digits. Of a claim it is not believed.
    pub repository_id: Option<String>,
    pub number: u64,
    pub telling: Telling,
}

impl Report {
    /// As it may be taken in. Closed with `merged_at`, as GitHub's lists have it, is merged; only a merged pull
    /// has a merge (a sha that a forge tried one with is none); whoever is gone names nobody; NUL, which no
    /// database keeps in a text, is U+FFFD.
    pub fn settled(mut self) -> Self {
        let told = &mut self.telling.told;
        if told.state == State::Closed && told.merged_at.is_some() {
            told.state = State::Merged;
        }
        if told.state != State::Merged {
            told.merged_at = None;
            told.merge_sha = None;
            told.merged_by = None;
        }
        for account in [&mut told.author, &mut told.merged_by] {
            account.take_if(|actor| actor.is_ghost() || (actor.login.is_empty() && actor.id.is_none()));
        }
        let texts = [
            &mut told.base_branch,
            &mut told.body,
            &mut told.head_branch,
            &mut told.head_sha,
            &mut told.merge_sha,
            &mut told.squash_sha,
            &mut told.url,
        ];
        texts.into_iter().flatten().for_each(printable);
        printable(&mut told.title);
        for list in [&mut told.labels, &mut told.linked_issues].into_iter().flatten() {
            list.iter_mut().for_each(printable);
        }
        for account in [&mut told.author, &mut told.merged_by].into_iter().flatten() {
            printable(&mut account.login);
        }
        self
    }

    /// As it is kept: the id that a claim gives of its repository is not believed, and what tells none speaks of a
    /// path.
    pub fn placed(mut self) -> Self {
        if !self.telling.confirmed {
            self.repository_id = None;
        }
        self.telling.path = self.repository_id.is_none().then(|| self.repository.key());
        self
    }

    /// The report that tells all of a pull.
    pub fn of(pull: Pull) -> Self {
        let told = Told {
            additions: pull.additions,
            author: Some(pull.author),
            base_branch: pull.base_branch,
            body: Some(pull.body),
            closed_at: pull.closed_at,
            created_at: pull.created_at,
            deletions: pull.deletions,
            draft: Some(pull.draft),
            head_branch: pull.head_branch,
            head_sha: pull.head_sha,
            labels: Some(pull.labels),
            linked_issues: Some(pull.linked_issues),
            merge_sha: pull.merge_sha,
            merged_at: pull.merged_at,
            merged_by: pull.merged_by,
            squash_sha: pull.squash_sha,
            state: pull.state,
            title: pull.title,
            updated_at: pull.updated_at,
            url: pull.url,
        };
        Self {
            forge: pull.forge,
            repository: pull.repository,
            repository_id: pull.repository_id,
            number: pull.number,
            telling: Telling {
                act: None,
                confirmed: pull.confirmed,
                path: None,
                told,
            },
        }
        .settled()
    }
}

fn printable(text: &mut String) {
    if text.contains('\0') {
        *text = text.replace('\0', "\u{fffd}");
    }
}

/// The reports of one pull that still matter, the one that holds first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts(Vec<Telling>);

impl Facts {
    pub fn of(tellings: impl IntoIterator<Item = Telling>) -> Self {
        let mut facts = Self::default();
        for telling in tellings {
            facts.put(telling);
        }
        facts.let_go();
        facts
    }

    pub fn tellings(&self) -> &[Telling] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one more report in.
    pub fn take(&mut self, telling: Telling) {
        self.put(telling);
        self.let_go();
    }

    /// Whether an act that comes now would say again what an earlier one said, with nothing between them that it
    /// would hold over: the same file once more.
    pub fn says_already(&self, act: &Telling) -> bool {
        let ties = |known: &&Telling| known.act.is_some() && known.told.updated() == act.told.updated();
        let last = self.0.iter().filter(|known| known.path == act.path).find(ties);
        act.act.is_some() && last.is_some_and(|last| last.told == act.told)
    }

    /// What both know.
    pub fn with(mut self, other: &Facts) -> Self {
        for telling in &other.0 {
            self.put(telling.clone());
        }
        self.let_go();
        self
    }

    fn put(&mut self, telling: Telling) {
        if let Err(at) = self.0.binary_search_by(|known| telling.rank(known)) {
            self.0.insert(at, telling);
        }
    }

    /// What speaks of a path and tells no id, taken out.
    pub fn take_out(&mut self, path: &str) -> Facts {
        let (out, stay) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|telling| telling.path.as_deref() == Some(path));
        self.0 = stay;
        Self(out)
    }

    /// Lets go of what no fact can come from any more. Reports that speak of a path may be another repository's
    /// tomorrow, so none lets go of one that speaks of something else.
    fn let_go(&mut self) {
        if self.0.len() < 2 {
            return;
        }
        let matters: Vec<bool> = (0..self.0.len()).map(|at| self.matters(at)).collect();
        let mut of_each = matters.into_iter();
        self.0.retain(|_| of_each.next().unwrap_or(true));
    }

    /// Whether the report at a place tells what none above it does, or is one that a merge is read from. A
    /// confirmed one is outdone by confirmed ones alone, since claims may count for nothing.
    fn matters(&self, at: usize) -> bool {
        let own = &self.0[at];
        let alike: Vec<usize> = (0..self.0.len())
            .filter(|other| self.0[*other].path == own.path)
            .collect();
        let confirmed: Vec<usize> = alike.iter().copied().filter(|other| self.0[*other].confirmed).collect();
        // A claim beside a confirmed merge changes nothing, now or later.
        if !own.confirmed && confirmed.iter().any(|other| self.0[*other].is_merged()) {
            return false;
        }
        let above = || {
            let places = if own.confirmed { &confirmed } else { &alike };
            places
                .iter()
                .take_while(|other| **other < at)
                .map(|other| &self.0[*other].told)
        };
        let told = above().fold(0, |told, other| told | other.fields());
        let author = above().any(|other| Telling::covers(other.author.as_ref(), own.told.author.as_ref()));
        let merger = above().any(|other| Telling::covers(other.merged_by.as_ref(), own.told.merged_by.as_ref()));
        let outdone = above().next().is_some() && own.told.fields() & !told == 0 && author && merger;
        !outdone
            || [alike, confirmed]
                .iter()
                .any(|of| self.merge(of).places().any(|place| place == at))
    }

    /// Where, among `of`, a merge is read from. Merged is final: what a merge fixed stays with the earliest report
    /// that tells it; what ties there is decided as everywhere.
    fn merge(&self, of: &[usize]) -> MergePlaces {
        let merged = || of.iter().copied().filter(|at| self.0[*at].is_merged());
        let first = |tells: &dyn Fn(&Told) -> bool| {
            let telling = merged().filter(|at| tells(&self.0[*at].told));
            telling.min_by_key(|at| (self.0[*at].told.updated(), *at))
        };
        MergePlaces {
            any: merged().next(),
            at: first(&|told| told.merged_at.is_some()),
            sha: first(&|told| told.merge_sha.is_some()),
        }
    }

    /// The facts that the reports come to; None where there are none. A claim adds to what is confirmed only
    /// while that still says open: what may have counted is moved by proven reports alone.
    pub fn pull(
        &self,
        forge: ForgeHost,
        repository: RepoPath,
        repository_id: Option<String>,
        number: u64,
    ) -> Option<Pull> {
        let confirmed: Vec<usize> = (0..self.0.len()).filter(|at| self.0[*at].confirmed).collect();
        let open = confirmed
            .first()
            .is_none_or(|top| self.0[*top].told.state == State::Open);
        let over = !open || confirmed.iter().any(|at| self.0[*at].is_merged());
        let used = if over { confirmed } else { (0..self.0.len()).collect() };
        let tellings = || used.iter().map(|at| &self.0[*at]);
        let told = || tellings().map(|telling| &telling.told);
        let top = told().next()?;
        let account = |of: &dyn Fn(&Told) -> Option<&Actor>| {
            let mut actors = told().filter_map(of);
            let mut first = actors.next()?.clone();
            actors.for_each(|other| first.fill(other));
            Some(first)
        };
        let merge = self.merge(&used);
        Some(Pull {
            forge,
            repository,
            repository_id,
            number,
            state: merge.any.map_or(top.state, |_| State::Merged),
            title: top.title.clone(),
            body: told().find_map(|told| told.body.clone()).unwrap_or_default(),
            author: account(&|told| told.author.as_ref()).unwrap_or_default(),
            merged_by: account(&|told| told.merged_by.as_ref()),
            base_branch: told().find_map(|told| told.base_branch.clone()),
            head_branch: told().find_map(|told| told.head_branch.clone()),
            head_sha: told().find_map(|told| told.head_sha.clone()),
            merge_sha: merge.sha.and_then(|at| self.0[at].told.merge_sha.clone()),
            squash_sha: told().find_map(|told| told.squash_sha.clone()),
            created_at: top.created_at,
            merged_at: merge.at.and_then(|at| self.0[at].told.merged_at),
            closed_at: told().find_map(|told| told.closed_at),
            labels: told().find_map(|told| told.labels.clone()).unwrap_or_default(),
            linked_issues: told().find_map(|told| told.linked_issues.clone()).unwrap_or_default(),
            additions: told().find_map(|told| told.additions),
            deletions: told().find_map(|told| told.deletions),
            updated_at: Some(top.updated()),
            url: told().find_map(|told| told.url.clone()),
            draft: told().find_map(|told| told.draft).unwrap_or(false),
            confirmed: tellings().all(|telling| telling.confirmed),
        })
    }
}

/// The places of the reports that a merge is read from: any that says merged, the one that says when, the one that
/// says as what.
struct MergePlaces {
    any: Option<usize>,
    at: Option<usize>,
    sha: Option<usize>,
}

impl MergePlaces {
    fn places(&self) -> impl Iterator<Item = usize> {
        [self.any, self.at, self.sha].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests;
