//! What `verify` keeps of an export while it reads it, and what it folds of that at the end.

use super::{
    export_lines::{
        BoardOf, DecisionLine, DuplicateLine, Header, Line, PersonLine, PullLine, StandingLine, SubmissionLine,
        TeamLine,
    },
    verify::{Verified, compare_standings},
};
use crate::{
    domain::{
        award::{Accepted, award},
        competition::{Definition, Seal},
        evaluate::{Decision, Duplicate, Landed, Status, Subject, fold},
        ledger::Hash,
        rank::{Figures, rank},
        region::Region,
        tally::Tally,
        team::{Account, Kind, Membership, Person, PersonId, PullId, Roster, Standing, SubmissionId, Team},
        text::Slug,
        time::Moment,
    },
    folder,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The export so far: of the pulls just what the fold compares.
pub(super) struct Folded {
    header: Header,
    definition: Option<Definition>,
    roster: Roster,
    /// Everybody with a membership, by id, as the board lists them.
    members: BTreeMap<PersonId, String>,
    /// The decisions that stand, by pull.
    decisions: HashMap<PullId, Decision>,
    /// Subjects bear their pull's number in the place of the submission's.
    subjects: Vec<Subject>,
    /// Pulls that were told of again after the seal.
    late: HashSet<PullId>,
    submissions: BTreeMap<SubmissionId, SubmissionLine>,
    tally: Tally,
    broken: bool,
    teams: Vec<StandingLine>,
    people: Vec<StandingLine>,
}

impl Folded {
    pub fn new(header: Header) -> Self {
        Self {
            header,
            definition: None,
            roster: Roster::default(),
            members: BTreeMap::new(),
            decisions: HashMap::new(),
            subjects: Vec::new(),
            late: HashSet::new(),
            submissions: BTreeMap::new(),
            tally: Tally::default(),
            broken: false,
            teams: Vec::new(),
            people: Vec::new(),
        }
    }

    /// Takes line `number` in.
    pub fn take(&mut self, number: u64, line: Line, verified: &mut Verified) {
        let taken = match line {
            Line::Definition(line) => self.definition(&line.text),
            Line::Team(line) => self.team(line),
            Line::Person(line) => self.person(line),
            Line::Decision(line) => self.decision(*line),
            Line::Pull(line) => self.pull(*line),
            Line::Submission(line) => {
                let id = line.id;
                match self.submissions.insert(id, line) {
                    None => Ok(()),
                    Some(_) => Err(format!("submission {} stands there twice", id.0)),
                }
            }
            Line::Ledger(line) => {
                let (entry, hash) = line.entry();
                let taken = self.tally.take(&entry, hash);
                self.broken |= taken.is_err();
                taken.map_err(|broken| format!("the ledger: {broken}"))
            }
            Line::Standing(line) => {
                match line.board {
                    BoardOf::Teams => self.teams.push(line),
                    BoardOf::People => self.people.push(line),
                }
                Ok(())
            }
            // The end is the reader's.
            Line::End(_) => Ok(()),
        };
        if let Err(why) = taken {
            verified.differs(format!("line {number}: {why}"));
        }
    }

    fn definition(&mut self, text: &str) -> Result<(), String> {
        let mut definition =
            folder::definition::read("competition.toml", text).map_err(|refused| refused.to_string())?;
        if definition.slug.as_str() != self.header.competition {
            let (own, head) = (&definition.slug, &self.header.competition);
            return Err(format!("the definition is of {own}, and the header says {head}"));
        }
        definition.seal = self.seal();
        self.definition = Some(definition);
        Ok(())
    }

    fn seal(&self) -> Seal {
        Seal {
            revealed_at: self.header.revealed_at,
            finalized_at: self.header.finalized_at,
        }
    }

    fn team(&mut self, line: TeamLine) -> Result<(), String> {
        let team = Team {
            slug: Slug::parse(&line.slug).map_err(|bad| bad.to_string())?,
            kind: Kind::parse(&line.kind).map_err(|bad| bad.to_string())?,
            region: Region::parse(&line.region).map_err(|bad| bad.to_string())?,
            name: line.name,
            capacity: line.capacity,
            standing: Standing::parse(&line.standing)
                .ok_or_else(|| format!("`{}` is no standing of a team", line.standing))?,
        };
        self.roster.teams.insert(line.id, team);
        Ok(())
    }

    fn person(&mut self, line: PersonLine) -> Result<(), String> {
        let slug = Slug::parse(&line.slug).map_err(|bad| bad.to_string())?;
        let approved = |membership: &Membership| {
            let team = self.roster.teams.get(&membership.team);
            team.is_some_and(|team| team.standing == Standing::Approved)
        };
        let memberships = line.memberships.iter().map(|membership| Membership {
            team: membership.team,
            joined_at: membership.joined_at,
            left_at: membership.left_at,
        });
        let memberships: Vec<Membership> = memberships.collect();
        if memberships.iter().any(approved) {
            self.members.insert(line.id, slug.to_string());
        }
        for membership in memberships {
            self.roster.add_membership(line.id, membership);
        }
        for account in line.accounts {
            self.roster.add_account(Account {
                person: line.id,
                forge: account.forge,
                login: account.login,
                id: account.id,
                proven: account.proven,
            });
        }
        let person = Person {
            slug,
            name: line.name,
            number: line.number,
        };
        self.roster.people.insert(line.id, person);
        Ok(())
    }

    fn decision(&mut self, line: DecisionLine) -> Result<(), String> {
        let decision = Decision {
            action: line.action,
            points: line.points,
            landed: line.merged_at.map(|merged_at| Landed {
                merged_at,
                merge_sha: line.merge_sha,
            }),
            seen: line.seen,
        };
        match self.decisions.insert(line.pull, decision) {
            None => Ok(()),
            Some(_) => Err(format!("two decisions stand on pull {}", line.pull.0)),
        }
    }

    fn pull(&mut self, line: PullLine) -> Result<(), String> {
        let definition = self.definition.as_ref().ok_or("a pull stands before the definition")?;
        let place = definition.place_at(line.scope);
        let place = place.ok_or_else(|| format!("{}:{} is not in scope", line.forge, line.repository))?;
        let id = line.id;
        let pull = line.pull()?;
        if let (Some(told), Some(sealed)) = (pull.updated_at, self.header.finalized_at)
            && told > sealed
        {
            self.late.insert(id);
        }
        let now = self.header.evaluated_at;
        let decision = self.decisions.get(&id);
        let subject = Subject::of(
            SubmissionId(id.0),
            definition,
            place,
            &self.roster,
            &pull,
            decision,
            now,
        );
        self.subjects.push(subject);
        Ok(())
    }

    /// Folds what was read, and says what holds and what differs.
    pub fn conclude(mut self, verified: &mut Verified) {
        self.check_chain(verified);
        self.check_submissions(verified);
        self.check_standings(verified);
        self.check_evaluation(verified);
    }

    fn check_chain(&mut self, verified: &mut Verified) {
        let before = verified.found();
        let (seq, head) = (self.tally.seq(), &self.header);
        if seq != head.seq {
            verified.differs(format!(
                "the header says that the ledger ends at {}, and it ends at {seq}",
                head.seq
            ));
        }
        let told = head.hash.as_deref().and_then(Hash::parse);
        if seq == head.seq && self.tally.hash() != told {
            verified.differs(format!("the header's hash is not that of entry {seq}"));
        }
        if !self.broken {
            let sentence = format!("the ledger's {seq} entries follow each other without gaps, and every hash fits");
            verified.holds_since(before, sentence);
        }
    }

    fn check_submissions(&mut self, verified: &mut Verified) {
        let before = verified.found();
        for (id, row) in &self.submissions {
            let Some(balance) = self.tally.of(*id).filter(|balance| balance.status.is_some()) else {
                verified.differs(format!("submission {}: the ledger does not speak of it", id.0));
                continue;
            };
            let mut differs = |what: &str, row: &str, ledger: &str| {
                verified.differs(format!(
                    "submission {}: its {what} is {row}, and the ledger gives {ledger}",
                    id.0
                ));
            };
            let status = balance.status.map_or("none", Status::as_str);
            if row.status.as_str() != status {
                differs("status", row.status.as_str(), status);
            }
            if row.points != balance.points {
                differs("points", &row.points.to_string(), &balance.points.to_string());
            }
            let or_nobody = |slug: Option<&str>| slug.unwrap_or("nobody").to_owned();
            let of = [
                ("person", row.person.as_deref(), balance.person.as_deref()),
                ("team", row.team.as_deref(), balance.team.as_deref()),
            ];
            for (what, own, ledger) in of {
                if own != ledger {
                    differs(what, &or_nobody(own), &or_nobody(ledger));
                }
            }
            if row.merged_at != balance.merged_at {
                let said = |at: Option<Moment>| at.map_or("none".to_owned(), |at| at.to_string());
                differs("merge", &said(row.merged_at), &said(balance.merged_at));
            }
        }
        let missing = self
            .tally
            .standing()
            .filter(|(id, _)| !self.submissions.contains_key(id));
        let missing: BTreeSet<SubmissionId> = missing.map(|(id, _)| id).collect();
        for id in missing {
            verified.differs(format!("submission {} is in the ledger and not in the export", id.0));
        }
        let count = self.submissions.len();
        verified.holds_since(
            before,
            format!("folding the ledger gives the status, the points and the owner of all {count} submissions"),
        );
    }

    fn check_standings(&mut self, verified: &mut Verified) {
        let before = verified.found();
        let approved = self
            .roster
            .teams
            .values()
            .filter(|team| team.standing == Standing::Approved);
        let mut teams: Vec<String> = approved.map(|team| team.slug.to_string()).collect();
        teams.sort();
        let people: Vec<String> = self.members.values().cloned().collect();
        let (of_teams, of_people) = self.tally.figures(&teams, &people);
        compare_standings(
            BoardOf::Teams,
            &rows(BoardOf::Teams, &teams, &of_teams),
            &self.teams,
            verified,
        );
        let own = rows(BoardOf::People, &people, &of_people);
        compare_standings(BoardOf::People, &own, &self.people, verified);
        if let Some(definition) = &self.definition {
            let phase = definition.phase(self.seal(), self.header.as_of.max(self.header.evaluated_at));
            if phase.as_str() != self.header.phase && self.header.finalized_at.is_none() {
                let (told, own) = (&self.header.phase, phase.as_str());
                verified.differs(format!("the header says phase {told}, and the definition gives {own}"));
            }
        }
        let sentence = format!(
            "folding the ledger gives both leaderboards: {} teams, {} people",
            teams.len(),
            people.len()
        );
        verified.holds_since(before, sentence);
    }

    /// Evaluates the pulls again: every check, every award.
    fn check_evaluation(&mut self, verified: &mut Verified) {
        let before = verified.found();
        let Some(definition) = &self.definition else {
            verified.differs("the export has no definition");
            return;
        };
        let by_pull: HashMap<PullId, &SubmissionLine> = self.submissions.values().map(|row| (row.pull, row)).collect();
        let mut late = 0_usize;
        let mut subjects = std::mem::take(&mut self.subjects);
        let mut pulls: HashSet<PullId> = HashSet::with_capacity(subjects.len());
        for subject in &subjects {
            let pull = PullId(subject.id.0);
            if !pulls.insert(pull) {
                verified.differs(format!("pull {} stands there twice", pull.0));
            }
        }
        // What arrived after the seal has no submission, and voids nothing any more.
        if self.header.finalized_at.is_some() {
            subjects.retain(|subject| by_pull.contains_key(&PullId(subject.id.0)));
        }
        let verdicts = fold(&subjects, definition.review);
        let points = points(definition, &subjects, &verdicts);
        for (subject, verdict) in subjects.iter().zip(&verdicts) {
            let pull = PullId(subject.id.0);
            let Some(row) = by_pull.get(&pull) else {
                verified.differs(format!("pull {} is in scope and has no submission", pull.0));
                continue;
            };
            let duplicate = |duplicate: &Duplicate| {
                let of = by_pull.get(&PullId(duplicate.of.0)).map(|row| row.id);
                (of, duplicate.how.as_str().to_owned())
            };
            let told = |line: &DuplicateLine| (Some(line.of), line.how.clone());
            let slug = |id: Option<PersonId>| id.and_then(|id| self.roster.people.get(&id)).map(|p| p.slug.as_str());
            let team = subject
                .team
                .and_then(|id| self.roster.teams.get(&id))
                .map(|t| t.slug.as_str());
            let own_points = points.get(&subject.id).copied().unwrap_or(0);
            let reverted = verdict
                .reverted_by
                .and_then(|by| by_pull.get(&PullId(by.0)))
                .map(|row| row.id);
            let differing = [
                ("status", row.status != verdict.status),
                ("points", row.points != own_points),
                ("checks", row.outcomes != verdict.outcomes.letters()),
                ("person", row.person.as_deref() != slug(subject.person)),
                ("team", row.team.as_deref() != team),
                ("revert", row.reverted_by != reverted),
                (
                    "duplicate",
                    row.duplicate.as_ref().map(told) != verdict.duplicate.as_ref().map(duplicate),
                ),
            ];
            let differing: Vec<&str> = differing
                .into_iter()
                .filter(|(_, differs)| *differs)
                .map(|(what, _)| what)
                .collect();
            if differing.is_empty() {
                continue;
            }
            if self.late.contains(&pull) {
                late += 1;
                continue;
            }
            verified.differs(format!(
                "submission {}: evaluating pull {} again gives {} with {own_points} points and checks {}, and the \
                 export has {} with {} points and checks {} (differs: {})",
                row.id.0,
                pull.0,
                verdict.status.as_str(),
                verdict.outcomes.letters(),
                row.status.as_str(),
                row.points,
                row.outcomes,
                differing.join(", ")
            ));
        }
        for pull in self.decisions.keys().filter(|pull| !pulls.contains(pull)) {
            verified.differs(format!(
                "a decision stands on pull {}, which is not in the export",
                pull.0
            ));
        }
        for row in self.submissions.values().filter(|row| !pulls.contains(&row.pull)) {
            verified.differs(format!(
                "submission {}: its pull {} is not in the export",
                row.id.0, row.pull.0
            ));
        }
        if late > 0 {
            verified.notes.push(format!(
                "{late} pulls were changed at their forge after the seal; the sealed result stands"
            ));
        }
        let count = subjects.len();
        verified.holds_since(
            before,
            format!("evaluating the {count} pulls again gives the same statuses and points"),
        );
    }
}

/// The points of every accepted subject.
fn points(
    definition: &Definition,
    subjects: &[Subject],
    verdicts: &[crate::domain::evaluate::Verdict],
) -> HashMap<SubmissionId, i64> {
    let mut of: HashMap<PersonId, Vec<Accepted>> = HashMap::new();
    for (subject, verdict) in subjects.iter().zip(verdicts) {
        if let (Status::Accepted, Some(person), Some(order)) = (verdict.status, subject.person, subject.order()) {
            of.entry(person).or_default().push(Accepted {
                order,
                id: subject.id,
                worth: subject.worth,
                given: subject.given(verdict.status),
            });
        }
    }
    let awards = of
        .values_mut()
        .flat_map(|accepted| award(&definition.scoring, definition.zone, accepted));
    awards.map(|award| (award.id, award.points)).collect()
}

fn rows(board: BoardOf, slugs: &[String], figures: &[Figures]) -> Vec<StandingLine> {
    let lines: Vec<(&str, Figures)> = slugs.iter().map(String::as_str).zip(figures.iter().copied()).collect();
    rank(&lines, |line| line.1, |line| line.0)
        .into_iter()
        .map(|(rank, at)| StandingLine::of(board, rank, lines[at].0, &lines[at].1))
        .collect()
}
