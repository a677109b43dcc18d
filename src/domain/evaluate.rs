//! Evaluation: from facts to statuses, as one pure fold. Contract, section 3.
//!
//! [`Subject`] is what the fold keeps of a pull. [`fold`] takes the subjects of a whole competition, or of
//! one neighbourhood: every subject that shares a [`Subject::keys`] entry with another is in the same
//! neighbourhood, so no verdict depends on anything outside it. A property test holds both folds equal.

use super::{
    check::{self, Check, Outcome, Outcomes},
    competition::{Definition, Place, Review},
    forge::ForgeHost,
    pull::{Actor, Pull, State},
    revert::{self, Target},
    team::{PersonId, Roster, SubmissionId, TeamId},
    text::plain_title,
    time::Moment,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What became of a submission. Contract, section 3.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Accepted,
    Review,
    Waiting,
    Rejected,
}

impl Status {
    pub const ALL: [Status; 4] = [Status::Accepted, Status::Review, Status::Waiting, Status::Rejected];

    pub fn as_str(self) -> &'static str {
        match self {
            Status::Accepted => "accepted",
            Status::Review => "review",
            Status::Waiting => "waiting",
            Status::Rejected => "rejected",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The order in which submissions are taken: (merged_at, forge, host, repository, number).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Order {
    pub merged_at: Moment,
    pub forge: ForgeHost,
    /// Folded.
    pub repository: String,
    pub number: u64,
}

/// What a judge said, and what the judge saw. Contract, section 3.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    pub action: Action,
    /// Replace the computed points of an accepted submission.
    pub points: Option<i64>,
    pub seen: Seen,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Accept,
    Reject,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Accept => "accept",
            Action::Reject => "reject",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Action::Accept, Action::Reject]
            .into_iter()
            .find(|action| action.as_str() == text)
    }
}

/// The facts whose change puts a decided submission back into `review`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    pub title: String,
    /// Sorted.
    pub labels: Vec<String>,
    pub base_branch: Option<String>,
    pub author: Actor,
    /// The submission was already reverted when the judge decided.
    pub reverted: bool,
}

impl Seen {
    pub fn of(pull: &Pull, reverted: bool) -> Self {
        let mut labels = pull.labels.clone();
        labels.sort();
        Self {
            title: pull.title.clone(),
            labels,
            base_branch: pull.base_branch.clone(),
            author: pull.author.clone(),
            reverted,
        }
    }

    /// Whether the judge would see the same again. An author who was renamed, or whose id was learned
    /// since, is the same author.
    fn still(&self, pull: &Pull) -> bool {
        let now = Self::of(pull, self.reverted);
        self.title == now.title
            && self.labels == now.labels
            && self.base_branch == now.base_branch
            && self.author.is(&now.author)
    }
}

impl Decision {
    /// What it means for the facts as they are now.
    pub fn ruling(&self, pull: &Pull) -> Ruling {
        Ruling {
            action: self.action,
            points: self.points,
            stands: self.seen.still(pull),
            saw_revert: self.seen.reverted,
        }
    }
}

/// What a decision means for the facts as they are now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ruling {
    pub action: Action,
    pub points: Option<i64>,
    /// The facts are still those that the judge saw.
    pub stands: bool,
    pub saw_revert: bool,
}

impl Ruling {
    /// Nothing has changed since that puts the submission back into `review`. `reverted`: it is, now.
    pub fn holds(&self, reverted: bool) -> bool {
        self.stands && (self.saw_revert || !reverted)
    }
}

/// A pull as the fold sees it: what its neighbours compare, and what its own checks gave.
#[derive(Clone, Debug)]
pub struct Subject {
    pub id: SubmissionId,
    pub forge: ForgeHost,
    /// Folded.
    pub repository: String,
    pub number: u64,
    pub family: u32,
    /// None: not merged (or nobody told when), and so nobody's neighbour in time.
    pub merged_at: Option<Moment>,
    pub confirmed: bool,
    pub merge_sha: Option<String>,
    pub head_sha: Option<String>,
    pub base_branch: Option<String>,
    pub plain_title: String,
    pub revert_of: Option<Target>,
    pub person: Option<PersonId>,
    pub team: Option<TeamId>,
    /// Points before bonus and limit.
    pub worth: i64,
    /// `not_reverted` and `not_duplicate` stand as `pass` until the fold has looked.
    pub outcomes: Outcomes,
    pub ruling: Option<Ruling>,
}

impl Subject {
    /// `place`: where the pull's repository stands in the competition's scope.
    pub fn of(
        id: SubmissionId,
        definition: &Definition,
        place: Place<'_>,
        roster: &Roster,
        pull: &Pull,
        decision: Option<&Decision>,
        now: Moment,
    ) -> Self {
        let alone = check::alone(definition, place, roster, pull, now);
        let mut outcomes = Outcomes::passed();
        for finding in &alone.findings {
            outcomes.set(finding.check, finding.outcome);
        }
        let sha = |sha: &Option<String>| sha.as_ref().filter(|s| !s.is_empty()).map(|s| s.to_ascii_lowercase());
        Self {
            id,
            forge: pull.forge.clone(),
            repository: pull.repository.key(),
            number: pull.number,
            family: place.family,
            merged_at: pull.merged_at.filter(|_| pull.state == State::Merged),
            confirmed: outcomes.of(Check::Confirmed) == Outcome::Pass,
            merge_sha: sha(&pull.merge_sha),
            head_sha: sha(&pull.head_sha),
            base_branch: pull.base_branch.clone(),
            plain_title: plain_title(&pull.title),
            revert_of: revert::target(pull),
            person: alone.person,
            team: alone.team,
            worth: definition.scoring.worth(&pull.labels),
            outcomes,
            ruling: decision.map(|decision| decision.ruling(pull)),
        }
    }

    /// The points that a judge gave, where they count.
    pub fn given(&self, status: Status) -> Option<i64> {
        self.ruling.filter(|_| status == Status::Accepted)?.points
    }

    /// What this subject can share with another: two subjects with no key in common, even through others,
    /// cannot change each other's verdict.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = vec![Key::Number(self.family, self.number)];
        if let Some(sha) = &self.merge_sha {
            keys.push(Key::MergeSha(sha.clone()));
            keys.push(Key::Commit(self.family, seven(sha), Side::Bears));
        }
        if let Some(sha) = &self.head_sha {
            keys.push(Key::HeadSha(sha.clone()));
            keys.push(Key::Commit(self.family, seven(sha), Side::Bears));
        }
        if let Some(person) = self.person {
            keys.push(Key::Title(person, self.family, self.plain_title.clone()));
        }
        match &self.revert_of {
            None => {}
            Some(Target::Number(number)) => keys.push(Key::Number(self.family, *number)),
            Some(Target::Commit(sha)) => keys.push(Key::Commit(self.family, seven(sha), Side::Names)),
        }
        keys.sort();
        keys.dedup();
        keys
    }

    pub fn order(&self) -> Option<Order> {
        self.merged_at.map(|merged_at| Order {
            merged_at,
            forge: self.forge.clone(),
            repository: self.repository.clone(),
            number: self.number,
        })
    }
}

/// Something that two subjects can have in common. Families are numbers of the definition.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Key {
    /// A pull's own number, or the number that a revert names.
    Number(u32, u64),
    /// The first seven digits of a sha of the pull's own, or of the sha that a revert names. It joins those who
    /// bear them with those who name them ([`Key::meets`]), and not two who happen to bear the same seven.
    Commit(u32, String, Side),
    MergeSha(String),
    HeadSha(String),
    Title(PersonId, u32, String),
}

/// Which end of a revert's word of a commit a key is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Side {
    Bears,
    Names,
}

impl Key {
    /// The key of those whom a bearer of this one hangs together with: itself, but for commits the other side.
    pub fn meets(&self) -> Key {
        match self {
            Key::Commit(family, seven, Side::Bears) => Key::Commit(*family, seven.clone(), Side::Names),
            Key::Commit(family, seven, Side::Names) => Key::Commit(*family, seven.clone(), Side::Bears),
            Key::Number(..) | Key::MergeSha(_) | Key::HeadSha(_) | Key::Title(..) => self.clone(),
        }
    }
}

fn seven(sha: &str) -> String {
    sha.chars().take(7).collect()
}

/// What the fold says of one subject.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub id: SubmissionId,
    pub status: Status,
    pub outcomes: Outcomes,
    pub reverted_by: Option<SubmissionId>,
    /// The other of `not_duplicate`, where it does not pass.
    pub duplicate: Option<Duplicate>,
}

/// How a submission repeats an earlier one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duplicate {
    pub of: SubmissionId,
    pub how: Likeness,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Likeness {
    SameCommit,
    Port,
    SameTitle,
}

impl Likeness {
    pub fn outcome(self) -> Outcome {
        match self {
            Likeness::SameCommit | Likeness::Port => Outcome::Fail,
            Likeness::SameTitle => Outcome::Ask,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Likeness::SameCommit => "same_commit",
            Likeness::Port => "port",
            Likeness::SameTitle => "same_title",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Likeness::SameCommit, Likeness::Port, Likeness::SameTitle]
            .into_iter()
            .find(|likeness| likeness.as_str() == text)
    }
}

/// The verdict on every subject, in the order of `subjects`.
pub fn fold(subjects: &[Subject], review: Review) -> Vec<Verdict> {
    let reverted_by = reverts(subjects);
    let mut verdicts: Vec<Verdict> = subjects
        .iter()
        .zip(&reverted_by)
        .map(|(subject, revert)| {
            let mut outcomes = subject.outcomes;
            if revert.is_some() {
                outcomes.set(Check::NotReverted, Outcome::Fail);
            }
            Verdict {
                id: subject.id,
                status: Status::Waiting,
                outcomes,
                reverted_by: revert.map(|at| subjects[at].id),
                duplicate: None,
            }
        })
        .collect();
    duplicates(subjects, &mut verdicts);
    for (subject, verdict) in subjects.iter().zip(&mut verdicts) {
        verdict.status = status(subject, verdict, review);
    }
    verdicts
}

/// For every subject the place of the first merged revert that names it.
fn reverts(subjects: &[Subject]) -> Vec<Option<usize>> {
    let mut by_number: HashMap<(u32, u64), Vec<usize>> = HashMap::new();
    let mut by_commit: HashMap<(u32, String), Vec<usize>> = HashMap::new();
    let names_something = |s: &&Subject| s.revert_of.is_some() && s.merged_at.is_some() && s.confirmed;
    let mut naming: Vec<(Order, usize)> = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        if names_something(&subject) {
            naming.extend(subject.order().map(|order| (order, at)));
        }
    }
    let mut reverted_by = vec![None; subjects.len()];
    if naming.is_empty() {
        return reverted_by;
    }
    for (at, subject) in subjects.iter().enumerate() {
        by_number.entry((subject.family, subject.number)).or_default().push(at);
        for sha in [&subject.merge_sha, &subject.head_sha].into_iter().flatten() {
            by_commit.entry((subject.family, seven(sha))).or_default().push(at);
        }
    }
    naming.sort();
    for (order, revert_at) in naming {
        let revert = &subjects[revert_at];
        let before = |at: &usize| *at != revert_at && subjects[*at].merged_at.is_some_and(|m| m < order.merged_at);
        let targets: Vec<usize> = match &revert.revert_of {
            None => Vec::new(),
            Some(Target::Number(number)) => {
                let all = by_number.get(&(revert.family, *number)).map_or(&[][..], Vec::as_slice);
                // A mirror numbers its pulls for itself: the revert's own repository is meant where it has the number.
                let same =
                    |at: &usize| subjects[*at].forge == revert.forge && subjects[*at].repository == revert.repository;
                let own: Vec<usize> = all.iter().copied().filter(same).collect();
                if own.is_empty() { all.to_vec() } else { own }
            }
            Some(Target::Commit(sha)) => {
                let all = by_commit
                    .get(&(revert.family, seven(sha)))
                    .map_or(&[][..], Vec::as_slice);
                let bears = |own: &Option<String>| own.as_ref().is_some_and(|own| own.starts_with(sha.as_str()));
                all.iter()
                    .copied()
                    .filter(|at| bears(&subjects[*at].merge_sha) || bears(&subjects[*at].head_sha))
                    .collect()
            }
        };
        for at in targets.iter().filter(|at| before(at)) {
            reverted_by[*at].get_or_insert(revert_at);
        }
    }
    reverted_by
}

/// What a later submission is compared with: the first ones without a failed check, by what they share.
#[derive(Default)]
struct Earlier<'a> {
    merge_shas: HashMap<&'a str, usize>,
    head_shas: HashMap<&'a str, usize>,
    /// By person, family and plain title. One is enough: what comes later on another branch is a port of
    /// it, so failed, and never taken.
    titles: HashMap<(PersonId, u32, &'a str), usize>,
}

fn duplicates(subjects: &[Subject], verdicts: &mut [Verdict]) {
    let mut merged: Vec<(Order, usize)> = subjects
        .iter()
        .enumerate()
        .filter_map(|(at, subject)| subject.order().map(|order| (order, at)))
        .collect();
    merged.sort();
    let mut earlier = Earlier::default();
    for (_, at) in merged {
        let subject = &subjects[at];
        if let Some((how, other)) = earlier.repeated_by(subjects, subject) {
            let verdict = &mut verdicts[at];
            verdict.outcomes.set(Check::NotDuplicate, how.outcome());
            let of = subjects[other].id;
            verdict.duplicate = Some(Duplicate { of, how });
        }
        // An unconfirmed claim is compared, but nothing is refused because of it: a body that its proof
        // does not cover must change nobody's score.
        if subject.confirmed && !verdicts[at].outcomes.has(Outcome::Fail) {
            earlier.take(subjects, at);
        }
    }
}

impl<'a> Earlier<'a> {
    /// The worst likeness to an earlier one, and the first of those.
    fn repeated_by(&self, subjects: &[Subject], subject: &Subject) -> Option<(Likeness, usize)> {
        let by = |shas: &HashMap<&str, usize>, sha: &Option<String>| {
            sha.as_deref()
                .and_then(|sha| shas.get(sha))
                .map(|at| (Likeness::SameCommit, *at))
        };
        let commit = by(&self.merge_shas, &subject.merge_sha).or_else(|| by(&self.head_shas, &subject.head_sha));
        if commit.is_some() {
            return commit;
        }
        let title = (subject.person?, subject.family, subject.plain_title.as_str());
        let other = *self.titles.get(&title)?;
        let how = if subjects[other].base_branch == subject.base_branch {
            Likeness::SameTitle
        } else {
            Likeness::Port
        };
        Some((how, other))
    }

    fn take(&mut self, subjects: &'a [Subject], at: usize) {
        let subject = &subjects[at];
        if let Some(sha) = &subject.merge_sha {
            self.merge_shas.entry(sha).or_insert(at);
        }
        if let Some(sha) = &subject.head_sha {
            self.head_shas.entry(sha).or_insert(at);
        }
        if let Some(person) = subject.person {
            self.titles
                .entry((person, subject.family, &subject.plain_title))
                .or_insert(at);
        }
    }
}

fn status(subject: &Subject, verdict: &Verdict, review: Review) -> Status {
    let outcomes = &verdict.outcomes;
    let belongs = outcomes.of(Check::Author) == Outcome::Pass && outcomes.of(Check::Team) == Outcome::Pass;
    if let Some(ruling) = subject.ruling.filter(|_| belongs) {
        return match ruling.action {
            _ if !ruling.holds(verdict.reverted_by.is_some()) => Status::Review,
            Action::Accept => Status::Accepted,
            Action::Reject => Status::Rejected,
        };
    }
    if outcomes.has(Outcome::Fail) {
        Status::Rejected
    } else if outcomes.has(Outcome::Wait) {
        Status::Waiting
    } else if outcomes.has(Outcome::Ask) || review == Review::Every {
        Status::Review
    } else {
        Status::Accepted
    }
}
