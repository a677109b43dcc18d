//! Generated histories of a competition: few people, repositories, commits and titles, so that pulls
//! often have something in common.

use crate::domain::{
    evaluate::{Action, Decision, Seen, Subject},
    forge::Forge,
    pull::{Pull, RepoPath, State},
    team::{PersonId, Roster, Standing, SubmissionId, TeamId},
    testing::*,
    time::Moment,
};
use proptest::{collection::vec, option::weighted, prelude::*};

/// A pull as it is drawn. Within a history (place, number) is unique, and the id follows from it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Which of [`PLACES`].
    pub place: usize,
    pub number: u64,
    pub who: usize,
    named: Named,
    title: usize,
    branch: usize,
    state: State,
    confirmed: bool,
    opened_early: bool,
    /// Minutes after the first possible merge.
    merged: i64,
    merge_sha: Option<usize>,
    squash_sha: Option<usize>,
    head_sha: Option<usize>,
    labels: &'static [&'static str],
    revert: Option<Naming>,
    said: Option<Said>,
}

/// How a forge names the author.
#[derive(Clone, Copy, Debug)]
enum Named {
    Fully,
    /// Under a new login; the number is the same.
    Renamed,
    ByLogin,
    /// Somebody else has claimed the login.
    Claimed,
}

/// How a revert names its target.
#[derive(Clone, Copy, Debug)]
enum Naming {
    Nothing,
    Branch(u64),
    /// By branch, and another in the body.
    Both(u64, u64),
    /// With the sign of an issue, which is a pull on GitHub.
    Hash(u64),
    Title(u64),
    Body(u64),
    /// One of [`sha`], in this many digits.
    Commit(usize, usize),
}

/// What a judge said.
#[derive(Clone, Copy, Debug)]
struct Said {
    accept: bool,
    points: Option<i64>,
    title_changed: bool,
    saw_revert: bool,
}

/// Two families, each with a mirror.
const PLACES: [(Forge, &str); 4] = [
    (Forge::Gitee, "lanterns/lantern"),
    (Forge::GitHub, "lanterns-mirror/lantern"),
    (Forge::GitLab, "lanterns/wick"),
    (Forge::GitHub, "lanterns-mirror/wick"),
];
const NUMBERS: u64 = 24;
const TITLES: [&str; 9] = [
    "fix leak",
    "[r1.0] Fix  leak #1",
    "fix cache",
    "Fix CACHE !2",
    "[a][b] fix cache",
    "fix typo",
    "tidy names",
    "fix wick",
    "fix oil",
];
const BRANCHES: [&str; 3] = ["master", "r1.0", "r1.1"];

/// The `which`th commit; the first two share their first seven digits.
fn sha(which: usize) -> String {
    let head = ["1a2b3c4", "1a2b3c4", "2a2b3c4", "3a2b3c4", "4a2b3c4", "5a2b3c4"][which];
    format!("{head}{}", which.to_string().repeat(33))
}

fn draft() -> impl Strategy<Value = Draft> {
    let named = prop_oneof![
        8 => Just(Named::Fully),
        1 => Just(Named::Renamed),
        1 => Just(Named::ByLogin),
        1 => Just(Named::Claimed),
    ];
    let state = prop_oneof![8 => Just(State::Merged), 1 => Just(State::Open), 1 => Just(State::Closed)];
    let labels: BoxedStrategy<&'static [&'static str]> = prop_oneof![
        6 => Just(&["kind/bug"][..]),
        1 => Just(&["kind/bug", "priority/critical"][..]),
        1 => Just(&[][..]),
        1 => Just(&["stat/invalid"][..]),
    ]
    .boxed();
    let naming = prop_oneof![
        1 => Just(Naming::Nothing),
        2 => (1..=NUMBERS).prop_map(Naming::Branch),
        2 => (1..=NUMBERS).prop_map(Naming::Title),
        2 => (1..=NUMBERS).prop_map(Naming::Body),
        2 => (1..=2 * NUMBERS, 1..=NUMBERS).prop_map(|(branch, body)| Naming::Both(branch, body)),
        1 => (1..=NUMBERS).prop_map(Naming::Hash),
        3 => (0..6_usize, 7..=40_usize).prop_map(|(which, digits)| Naming::Commit(which, digits)),
    ];
    let said = (any::<bool>(), weighted(0.3, -2..9_i64), any::<bool>(), any::<bool>()).prop_map(
        |(accept, points, title_changed, saw_revert)| Said {
            accept,
            points,
            title_changed,
            saw_revert,
        },
    );
    let what = (
        0..PLACES.len(),
        1..=NUMBERS,
        0..5_usize,
        0..TITLES.len(),
        0..BRANCHES.len(),
    );
    let when = (state, weighted_bool(0.9), weighted_bool(0.1), 0..90_i64);
    let sha = || weighted(0.25, 0..6_usize);
    let shas = (sha(), sha(), weighted(0.1, 0..6_usize));
    let rest = (named, labels, weighted(0.3, naming), weighted(0.15, said));
    (what, when, shas, rest).prop_map(|(what, when, shas, rest)| {
        let (place, number, who, title, branch) = what;
        let (state, confirmed, opened_early, merged) = when;
        let (named, labels, revert, said) = rest;
        Draft {
            place,
            number,
            who,
            named,
            title,
            branch,
            state,
            confirmed,
            opened_early,
            merged,
            merge_sha: shas.0,
            head_sha: shas.1,
            squash_sha: shas.2,
            labels,
            revert,
            said,
        }
    })
}

fn weighted_bool(chance: f64) -> impl Strategy<Value = bool> {
    prop::bool::weighted(chance)
}

/// 6 to 60 pulls of 2 to 5 people.
pub fn history() -> impl Strategy<Value = Vec<Draft>> {
    (2..=5_usize, vec(draft(), 6..=60)).prop_map(|(people, drawn)| {
        let mut history: Vec<Draft> = Vec::new();
        for mut draft in drawn {
            draft.who %= people;
            if history.iter().all(|other| other.id() != draft.id()) {
                history.push(draft);
            }
        }
        history
    })
}

/// What happens to a history.
#[derive(Clone, Debug)]
pub enum Edit {
    Remove(prop::sample::Index),
    /// Arrives; or, where its place and number are taken, changes what is there.
    Put(Draft),
    /// The facts of one change, its place and number stay.
    Change(prop::sample::Index, Draft),
}

pub fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Edit::Remove),
        draft().prop_map(Edit::Put),
        (any::<prop::sample::Index>(), draft()).prop_map(|(at, draft)| Edit::Change(at, draft)),
    ]
}

impl Edit {
    /// The history after it, and the id of the pull that it is about.
    pub fn apply(&self, history: &[Draft]) -> (Vec<Draft>, SubmissionId) {
        let mut after = history.to_vec();
        match self {
            Edit::Remove(at) => {
                let gone = after.remove(at.index(history.len()));
                (after, gone.id())
            }
            Edit::Put(draft) => {
                after.retain(|other| other.id() != draft.id());
                after.push(draft.clone());
                (after, draft.id())
            }
            Edit::Change(at, draft) => {
                let old = &history[at.index(history.len())];
                let changed = Draft {
                    place: old.place,
                    number: old.number,
                    ..draft.clone()
                };
                after[at.index(history.len())] = changed;
                (after, old.id())
            }
        }
    }
}

impl Draft {
    pub fn id(&self) -> SubmissionId {
        SubmissionId(self.place as i64 * 1_000 + self.number as i64)
    }

    fn pull(&self) -> Pull {
        let (forge, path) = PLACES[self.place];
        let dev = self.who + 1;
        let mut pull = pull(self.number);
        pull.forge = forge.into();
        pull.repository = RepoPath::parse(path).unwrap();
        pull.author = match self.named {
            Named::Fully => actor(&format!("dev{dev}#{dev}")),
            Named::Renamed => actor(&format!("new{dev}#{dev}")),
            Named::ByLogin => actor(&format!("DEV{dev}")),
            Named::Claimed => actor(&format!("dev{dev}#66")),
        };
        pull.title = TITLES[self.title].into();
        pull.base_branch = Some(BRANCHES[self.branch].into());
        pull.labels = self.labels.iter().map(|label| (*label).to_owned()).collect();
        pull.merge_sha = self.merge_sha.map(sha);
        pull.head_sha = self.head_sha.map(|which| sha(which).to_ascii_uppercase());
        pull.squash_sha = self.squash_sha.map(sha);
        pull.confirmed = self.confirmed;
        pull.merged_at = Some(merges_from().plus(self.merged * Moment::MINUTE));
        if self.opened_early {
            pull.created_at = at("2026-01-01T00:00:00Z");
        }
        match self.revert {
            None => {}
            Some(Naming::Nothing) => pull.title = format!("Revert {}", pull.title),
            Some(Naming::Branch(number)) => pull.head_branch = Some(format!("revert-{number}-x")),
            Some(Naming::Title(number)) => pull.title = format!("revert !{number}: {}", pull.title),
            Some(Naming::Body(number)) => {
                pull.title = "Revert".into();
                pull.body = format!("Reverts {path}!{number}");
            }
            Some(Naming::Both(branch, body)) => {
                pull.head_branch = Some(format!("revert-merge-{branch}-x"));
                pull.body = format!("Reverts !{body}");
            }
            Some(Naming::Hash(number)) => pull.title = format!("Revert \"{}\" (#{number})", pull.title),
            Some(Naming::Commit(which, digits)) => {
                pull.title = "Revert".into();
                pull.body = format!("This reverts commit {}.", &sha(which)[..digits]);
            }
        }
        pull.state = self.state;
        settled(pull)
    }

    fn decision(&self, pull: &Pull) -> Option<Decision> {
        let said = self.said?;
        let mut seen = Seen::of(pull, said.saw_revert);
        if said.title_changed {
            seen.title.push('!');
        }
        Some(Decision {
            action: if said.accept { Action::Accept } else { Action::Reject },
            points: said.points,
            landed: None,
            seen,
        })
    }
}

/// Merges run from here over 90 minutes, across the end of a day in Shanghai.
fn merges_from() -> Moment {
    at("2026-03-03T15:15:00Z")
}

fn team_of(roster: &mut Roster, id: i64, standing: Standing) -> TeamId {
    let mut team = team(&format!("t{id}"), "T", "队");
    team.standing = standing;
    roster.teams.insert(TeamId(id), team);
    TeamId(id)
}

/// Five people in three teams: two stay, one moves on, one comes from a suspended team, one comes late.
fn five() -> Roster {
    let mut roster = Roster::default();
    let north = team_of(&mut roster, 1, Standing::Approved);
    let south = team_of(&mut roster, 2, Standing::Approved);
    let out = team_of(&mut roster, 3, Standing::Suspended);
    let moved = Some(merges_from().plus(30 * Moment::MINUTE));
    for (who, teams) in [
        (1, vec![membership(north, None, None)]),
        (2, vec![membership(south, None, None)]),
        (3, vec![membership(north, None, moved), membership(south, moved, None)]),
        (4, vec![membership(out, None, moved), membership(north, moved, None)]),
        (5, vec![membership(south, moved, None)]),
    ] {
        let id = PersonId(who);
        roster.people.insert(id, person(who, &format!("p{who}")));
        for membership in teams {
            roster.add_membership(id, membership);
        }
        for forge in Forge::ALL {
            roster.add_account(account(id, forge, &format!("dev{who}#{who}")));
        }
    }
    roster
}

/// The competition that the histories are of.
pub fn arena() -> World {
    let mut world = world();
    world.roster = five();
    let mut wick = world.definition.repositories[0].clone();
    wick.forge = PLACES[2].0.into();
    wick.path = RepoPath::parse(PLACES[2].1).unwrap();
    wick.mirrors = vec![(PLACES[3].0.into(), RepoPath::parse(PLACES[3].1).unwrap())];
    world.definition.repositories.push(wick);
    world.definition.scoring.daily_limit = 2;
    world
}

pub fn subjects(world: &World, history: &[Draft]) -> Vec<Subject> {
    let subject = |draft: &Draft| {
        let pull = draft.pull();
        world.subject(draft.id().0, &pull, draft.decision(&pull).as_ref())
    };
    history.iter().map(subject).collect()
}
