//! Evaluation: from facts to statuses, as one pure fold. Contract, section 3.
//!
//! [`Subject`] is what the fold keeps of a pull. [`fold`] takes the subjects of a whole competition, or of
//! one neighbourhood: every subject that shares a [`Subject::keys`] entry with another is in the same
//! neighbourhood, so no verdict depends on anything outside it. A property test holds both folds equal.

use super::{
    check::{self, Check, Outcome, Outcomes},
    competition::{Definition, Place, Review},
    forge::ForgeHost,
    landing::{self, landing},
    pull::{Actor, Pull, State},
    revert::{self, Named, Target},
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

/// The order in which submissions are taken: (merged_at, forge, host, repository, number); where two repositories
/// bear one path, their id decides.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Order {
    pub merged_at: Moment,
    pub forge: ForgeHost,
    /// Folded.
    pub repository: String,
    /// See [`id_number`].
    pub repository_id: Option<u128>,
    pub number: u64,
}

/// A host's numeric id as a number, so that 9 comes before 10. None: nobody has told one, or it is none.
pub fn id_number(id: Option<&str>) -> Option<u128> {
    id?.parse().ok()
}

/// What a judge said, and what the judge saw. Contract, section 3.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    pub action: Action,
    /// Replace the computed points of an accepted submission.
    pub points: Option<i64>,
    /// When it landed, where the forge could not say.
    pub landed: Option<Landed>,
    pub seen: Seen,
}

/// When a pull landed, and as which commit, as a judge says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Landed {
    pub merged_at: Moment,
    pub merge_sha: Option<String>,
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
    pub repository_id: Option<u128>,
    pub number: u64,
    pub family: u32,
    /// None: not merged (or nobody told when), and so nobody's neighbour in time.
    pub merged_at: Option<Moment>,
    /// A judge alone says that it landed: the forge has it closed.
    pub landed_by_judge: bool,
    pub confirmed: bool,
    pub merge_sha: Option<String>,
    pub squash_sha: Option<String>,
    pub head_sha: Option<String>,
    /// None: nobody has told.
    pub base_branch: Option<String>,
    pub plain_title: String,
    pub revert_of: Named,
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
        let landing = landing(definition, pull, decision);
        let alone = check::alone(definition, place, roster, pull, &landing, now);
        let mut outcomes = Outcomes::passed();
        for finding in &alone.findings {
            outcomes.set(finding.check, finding.outcome);
        }
        let sha = |sha: Option<&str>| sha.filter(|s| !s.is_empty()).map(str::to_ascii_lowercase);
        Self {
            id,
            forge: pull.forge.clone(),
            repository: pull.repository.key(),
            repository_id: id_number(pull.repository_id.as_deref()),
            number: pull.number,
            family: place.family,
            merged_at: landing.merged_at.filter(|_| landing.state == State::Merged),
            landed_by_judge: landing.word == landing::Word::Judge && pull.state == State::Closed,
            confirmed: outcomes.of(Check::Confirmed) == Outcome::Pass,
            merge_sha: sha(landing.merge_sha),
            squash_sha: sha(pull.squash_sha.as_deref()),
            head_sha: sha(pull.head_sha.as_deref()),
            base_branch: pull.base_branch.clone(),
            plain_title: plain_title(&pull.title),
            revert_of: revert::named(pull),
            person: alone.person,
            team: alone.team,
            worth: definition.scoring.worth(&pull.labels),
            outcomes,
            ruling: decision.map(|decision| decision.ruling(pull)),
        }
    }

    /// What the rules alone say, whatever judges did: all that may be told of what a freeze hides. `Waiting`: it is
    /// pending; `Rejected`: a rule refuses it. `outcomes`: those of the fold.
    pub fn by_rules(&self, outcomes: &Outcomes) -> Status {
        if self.landed_by_judge || outcomes.has(Outcome::Fail) {
            Status::Rejected
        } else {
            Status::Waiting
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
        }
        if let Some(sha) = &self.head_sha {
            keys.push(Key::HeadSha(sha.clone()));
        }
        for sha in self.shas() {
            keys.push(Key::Commit(self.family, seven(sha), Side::Bears));
        }
        if let Some(person) = self.person {
            keys.push(Key::Title(person, self.family, self.plain_title.clone()));
        }
        keys.extend(self.revert_of.targets().map(|target| match target {
            Target::Number(number) => Key::Number(self.family, number),
            Target::Commit(sha) => Key::Commit(self.family, seven(&sha), Side::Names),
        }));
        keys.sort();
        keys.dedup();
        keys
    }

    pub fn order(&self) -> Option<Order> {
        self.merged_at.map(|merged_at| Order {
            merged_at,
            forge: self.forge.clone(),
            repository: self.repository.clone(),
            repository_id: self.repository_id,
            number: self.number,
        })
    }

    /// The commits by which a revert may name it.
    fn shas(&self) -> impl Iterator<Item = &str> {
        let all = [&self.merge_sha, &self.squash_sha, &self.head_sha];
        all.into_iter().flatten().map(String::as_str)
    }

    /// Both are pulls of one repository, not of a mirror.
    fn same_repository(&self, other: &Self) -> bool {
        self.forge == other.forge && self.repository == other.repository && self.repository_id == other.repository_id
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

/// For every subject the place of the first merged revert that names it and stands: one that was itself taken back,
/// by one that stands, voids nothing.
fn reverts(subjects: &[Subject]) -> Vec<Option<usize>> {
    let mut reverted_by = vec![None; subjects.len()];
    let mut naming: Vec<(Order, usize)> = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        if subject.confirmed && !subject.revert_of.is_nothing() {
            naming.extend(subject.order().map(|order| (order, at)));
        }
    }
    if naming.is_empty() {
        return reverted_by;
    }
    let named = Targets::among(subjects);
    // A revert is taken back by later ones alone, so from the last on each is known to stand or not when its turn
    // comes; and the earliest that stands is the last to write its name.
    naming.sort();
    for (order, revert_at) in naming.into_iter().rev() {
        if reverted_by[revert_at].is_some() {
            continue;
        }
        for at in named.of(subjects, revert_at) {
            let before = subjects[at].merged_at.is_some_and(|merged| merged < order.merged_at);
            if before && at != revert_at {
                reverted_by[at] = Some(revert_at);
            }
        }
    }
    reverted_by
}

/// Where the pulls are that a revert can name.
struct Targets {
    by_number: HashMap<(u32, u64), Vec<usize>>,
    /// By family and first seven digits.
    by_commit: HashMap<(u32, String), Vec<usize>>,
}

impl Targets {
    fn among(subjects: &[Subject]) -> Self {
        let (mut by_number, mut by_commit) = (HashMap::new(), HashMap::new());
        for (at, subject) in subjects.iter().enumerate() {
            let of: &mut Vec<usize> = by_number.entry((subject.family, subject.number)).or_default();
            of.push(at);
            for sha in subject.shas() {
                let of: &mut Vec<usize> = by_commit.entry((subject.family, seven(sha))).or_default();
                of.push(at);
            }
        }
        Self { by_number, by_commit }
    }

    /// The places of what a revert names.
    fn of(&self, subjects: &[Subject], revert_at: usize) -> Vec<usize> {
        let revert = &subjects[revert_at];
        let by_branch = revert
            .revert_of
            .branch
            .map(|number| self.numbered(subjects, revert, number));
        match (by_branch, &revert.revert_of.said) {
            (Some(found), _) if !found.is_empty() => found,
            (_, Some(Target::Number(number))) => self.numbered(subjects, revert, *number),
            (_, Some(Target::Commit(sha))) => {
                let mut all = self
                    .by_commit
                    .get(&(revert.family, seven(sha)))
                    .cloned()
                    .unwrap_or_default();
                all.retain(|at| subjects[*at].shas().any(|own| own.starts_with(sha.as_str())));
                all
            }
            (_, None) => Vec::new(),
        }
    }

    /// A mirror numbers its pulls for itself: the revert's own repository is meant where it has the number.
    fn numbered(&self, subjects: &[Subject], revert: &Subject, number: u64) -> Vec<usize> {
        let all = self
            .by_number
            .get(&(revert.family, number))
            .map_or(&[][..], Vec::as_slice);
        let same = |at: &usize| subjects[*at].same_repository(revert);
        let own: Vec<usize> = all.iter().copied().filter(same).collect();
        if own.is_empty() { all.to_vec() } else { own }
    }
}

/// What a later submission is compared with: the first ones without a failed check, by what they share.
#[derive(Default)]
struct Earlier<'a> {
    /// Of each the first, and the first of another repository than that one's: one merge commit may land several
    /// pulls of one repository, and lands none twice on a mirror.
    merge_shas: HashMap<&'a str, Vec<usize>>,
    head_shas: HashMap<&'a str, usize>,
    /// By person, family and plain title; of each the first of every base branch. They are one or two: what comes
    /// later on another branch is a port, so failed, and never taken, but where nobody has told the branch.
    titles: HashMap<(PersonId, u32, &'a str), Vec<usize>>,
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
        let mirrored = || {
            let all = self.merge_shas.get(subject.merge_sha.as_deref()?)?;
            all.iter().find(|at| !subjects[**at].same_repository(subject))
        };
        let head = || self.head_shas.get(subject.head_sha.as_deref()?);
        if let Some(at) = mirrored().or_else(head) {
            return Some((Likeness::SameCommit, *at));
        }
        let title = (subject.person?, subject.family, subject.plain_title.as_str());
        let all = self.titles.get(&title)?;
        // Of what nobody has told one cannot say that it is another branch.
        let port = |at: &&usize| {
            let (own, other) = (&subject.base_branch, &subjects[**at].base_branch);
            own.is_some() && other.is_some() && own != other
        };
        match all.iter().find(port) {
            Some(at) => Some((Likeness::Port, *at)),
            None => all.first().map(|at| (Likeness::SameTitle, *at)),
        }
    }

    fn take(&mut self, subjects: &'a [Subject], at: usize) {
        let subject = &subjects[at];
        if let Some(sha) = &subject.merge_sha {
            let all = self.merge_shas.entry(sha).or_default();
            if all.len() < 2 && all.iter().all(|other| !subjects[*other].same_repository(subject)) {
                all.push(at);
            }
        }
        if let Some(sha) = &subject.head_sha {
            self.head_shas.entry(sha).or_insert(at);
        }
        if let Some(person) = subject.person {
            let all = self
                .titles
                .entry((person, subject.family, &subject.plain_title))
                .or_default();
            if all
                .iter()
                .all(|other| subjects[*other].base_branch != subject.base_branch)
            {
                all.push(at);
            }
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
