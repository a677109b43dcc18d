//! `export`: all that anyone needs to fold a competition's standings again, with no database.

use super::{
    App, AppError, Competition,
    evaluate::places,
    export_lines::{
        AccountLine, BoardOf, DecisionLine, DefinitionLine, DuplicateLine, EndLine, FORMAT, Header, LedgerLine, Line,
        MembershipLine, PersonLine, StandingLine, SubmissionLine, TeamLine, VERSION, pull_line,
    },
    output::{Output, Readers, fault},
    parts::settled,
    turn,
};
use crate::{
    domain::{
        team::{Account, PersonId, Roster, SubmissionId},
        text::Slug,
        time::Moment,
    },
    live::{Board, ReadDefinition},
    store::{self, Db, RepositoryId, StoreError, Submission},
};
use aws_lc_rs::digest::{Context, SHA256};
use serde::Serialize;
use std::{
    collections::{BTreeSet, HashMap},
    io::Write,
    path::Path,
};

/// What an export holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exported {
    pub pulls: u64,
    pub submissions: u64,
    pub entries: u64,
    pub lines: u64,
}

/// Rows read in one go: what is held of pulls, submissions and entries at a time.
const READ: i64 = 1_000;

/// Writes the export of a competition, as one state of the database has it. `progress` is told how many
/// lines were written. What the clock has changed is evaluated first, so that the file is of one instant.
///
/// Errors: `NoCompetition`; `File` where the file cannot be written, and then nothing is at `path` that was
/// not there before.
pub async fn export(
    app: &App,
    slug: &Slug,
    path: &Path,
    now: Moment,
    mut progress: impl FnMut(u64) + Send + 'static,
) -> Result<Exported, AppError> {
    turn(app, now).await?;
    let id = app.competition(slug).await?.id();
    settled(app, id, now).await?;
    let definitions = app.definitions();
    let (slug, path) = (slug.clone(), path.to_owned());
    app.store
        .read_whole(move |db| {
            let competition = definitions.of(db, &slug)?;
            if competition.stored.unfinished.is_some() {
                return Err(StoreError::Busy("another act has just begun; try again".to_owned()).into());
            }
            let mut output = Output::beside(&path, Readers::All)?;
            let read = definitions.reader();
            let exported = write_export(db, &competition, &read, now, &mut output, &path, &mut progress)?;
            output.finish()?;
            Ok(exported)
        })
        .await
}

/// Writes an export to wherever: a file, or what a result publishes. `name` is what a fault calls it.
pub(super) fn write_export(
    db: &mut Db,
    competition: &Competition,
    read: &ReadDefinition,
    now: Moment,
    output: &mut dyn Write,
    name: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<Exported, AppError> {
    let mut lines = Lines {
        output,
        name,
        digest: Context::new(&SHA256),
        written: 0,
        text: Vec::new(),
    };
    let exported = write(db, competition, read, now, &mut lines, progress)?;
    lines.end()?;
    Ok(exported)
}

struct Lines<'w> {
    output: &'w mut dyn Write,
    name: &'w Path,
    digest: Context,
    written: u64,
    text: Vec<u8>,
}

impl Lines<'_> {
    fn put(&mut self, line: &impl Serialize) -> Result<(), AppError> {
        self.text.clear();
        serde_json::to_writer(&mut self.text, line).map_err(|why| fault(self.name, &why))?;
        self.text.push(b'\n');
        self.digest.update(&self.text);
        self.written += 1;
        self.output.write_all(&self.text).map_err(|why| fault(self.name, &why))
    }

    fn end(mut self) -> Result<(), AppError> {
        let sha256 = super::hex(self.digest.clone().finish().as_ref());
        let lines = self.written;
        self.put(&Line::End(EndLine { lines, sha256 }))
    }
}

fn write(
    db: &mut Db,
    competition: &Competition,
    read: &ReadDefinition,
    now: Moment,
    lines: &mut Lines<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Exported, AppError> {
    let id = competition.id();
    let board = Board::read(db, read, id, false, now)?
        .ok_or_else(|| AppError::NoCompetition(competition.stored.slug.to_string()))?;
    lines.put(&header(db, competition, &board, now)?)?;
    let text = without_sources(&competition.stored.definition).map_err(|why| fault(lines.name, &why))?;
    lines.put(&Line::Definition(DefinitionLine { text }))?;

    let roster = store::roster(db, id)?;
    put_roster(db, competition, &roster, lines)?;
    put_decisions(db, competition, lines)?;
    let mut exported = Exported {
        pulls: put_pulls(db, competition, lines, progress)?,
        ..Exported::default()
    };
    let mut after = SubmissionId(0);
    loop {
        let rows = store::submissions_after(db, id, after, READ)?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in &rows {
            lines.put(&Line::Submission(submission_line(row, &roster)))?;
            exported.submissions += 1;
        }
        progress(lines.written);
    }
    let mut after = 0;
    loop {
        let entries = store::ledger_after(db, id, after, READ)?;
        let Some(last) = entries.last() else { break };
        after = last.entry.seq;
        for chained in entries {
            lines.put(&Line::Ledger(LedgerLine::of(chained.entry, chained.hash)))?;
            exported.entries += 1;
        }
        progress(lines.written);
    }
    put_standings(&board, lines)?;
    exported.lines = lines.written + 1;
    Ok(exported)
}

fn header(db: &mut Db, competition: &Competition, board: &Board, now: Moment) -> Result<Header, AppError> {
    let stored = &competition.stored;
    let standings = board.snapshot().standings;
    // A sealed competition was last evaluated before the seal; a folder that bears its seal was evaluated
    // when it was loaded, long after.
    let evaluated_at = match stored.seal.finalized_at {
        None => now,
        Some(sealed) => store::recorded_at(db, stored.id, stored.seq)?.map_or(sealed, |last| last.max(sealed)),
    };
    Ok(Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        competition: stored.slug.to_string(),
        seq: stored.seq,
        hash: stored.hash.map(|hash| hash.to_string()),
        as_of: standings.as_of,
        evaluated_at,
        phase: standings.phase.as_str().to_owned(),
        frozen_at: competition.definition.frozen_at(stored.seal, now),
        revealed_at: stored.seal.revealed_at,
        finalized_at: stored.seal.finalized_at,
    })
}

/// The definition without its `[[source]]` tables. It is written anew, so that nothing leaves in a comment
/// either.
fn without_sources(definition: &str) -> Result<String, String> {
    let mut table: toml::Table = definition
        .parse()
        .map_err(|_| "the stored definition is no TOML".to_owned())?;
    table.remove("source");
    toml::to_string(&table).map_err(|why| why.to_string())
}

/// Teams, and the people who are or were in one or have a submission: others decide nothing here, and their
/// names are nobody's business.
fn put_roster(db: &mut Db, competition: &Competition, roster: &Roster, lines: &mut Lines<'_>) -> Result<(), AppError> {
    let mut teams: Vec<_> = roster.teams.iter().collect();
    teams.sort_by_key(|(id, _)| **id);
    for (id, team) in teams {
        lines.put(&Line::Team(TeamLine {
            id: *id,
            slug: team.slug.to_string(),
            kind: team.kind.as_str().to_owned(),
            region: team.region.to_string(),
            name: team.name.clone(),
            capacity: team.capacity,
            standing: team.standing.as_str().to_owned(),
        }))?;
    }
    let mut people: BTreeSet<PersonId> = store::people_of_submissions(db, competition.id())?
        .into_iter()
        .collect();
    let member = |person: &&PersonId| !roster.memberships(**person).is_empty();
    people.extend(roster.people.keys().filter(member));
    let mut accounts: HashMap<PersonId, Vec<&Account>> = HashMap::new();
    for account in roster.accounts() {
        accounts.entry(account.person).or_default().push(account);
    }
    for id in people {
        let Some(person) = roster.people.get(&id) else { continue };
        let mut of = accounts.remove(&id).unwrap_or_default();
        of.sort_by_key(|account| (&account.forge, &account.login));
        let account = |account: &&Account| AccountLine {
            forge: account.forge.clone(),
            login: account.login.clone(),
            id: account.id.clone(),
            proven: account.proven,
        };
        let memberships = roster.memberships(id).iter().map(|membership| MembershipLine {
            team: membership.team,
            joined_at: membership.joined_at,
            left_at: membership.left_at,
        });
        lines.put(&Line::Person(PersonLine {
            id,
            slug: person.slug.to_string(),
            name: person.name.clone(),
            number: person.number,
            accounts: of.iter().map(account).collect(),
            memberships: memberships.collect(),
        }))?;
    }
    Ok(())
}

/// The decisions that stand, by pull.
fn put_decisions(db: &mut Db, competition: &Competition, lines: &mut Lines) -> Result<(), AppError> {
    let standing = store::standing_in(db, competition.id())?;
    let ids: Vec<SubmissionId> = standing.keys().copied().collect();
    let mut rows = store::submissions_by_id(db, &ids)?;
    rows.sort_by_key(|row| row.pull);
    for row in rows {
        if let Some(decided) = standing.get(&row.id) {
            let landed = decided.decision.landed.as_ref();
            lines.put(&Line::Decision(Box::new(DecisionLine {
                pull: row.pull,
                action: decided.decision.action,
                points: decided.decision.points,
                merged_at: landed.map(|landed| landed.merged_at),
                merge_sha: landed.and_then(|landed| landed.merge_sha.clone()),
                decided_at: decided.at,
                seen: decided.decision.seen.clone(),
            })))?;
        }
    }
    Ok(())
}

fn put_pulls(
    db: &mut Db,
    competition: &Competition,
    lines: &mut Lines<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, AppError> {
    let definition = &competition.definition;
    let places = places(db, definition)?;
    let mut repositories: Vec<RepositoryId> = places.keys().copied().collect();
    repositories.sort();
    let mut done = Ok(());
    let mut count = 0;
    store::each_fact(db, &repositories, |fact| {
        if let (Ok(()), Some(place)) = (&done, places.get(&fact.repository)) {
            done = lines.put(&pull_line(fact.id, place.at(), &fact.pull));
            count += 1;
            progress(lines.written);
        }
    })?;
    done.map(|()| count)
}

fn submission_line(row: &Submission, roster: &Roster) -> SubmissionLine {
    let person = row.person.and_then(|id| roster.people.get(&id));
    let team = row.team.and_then(|id| roster.teams.get(&id));
    SubmissionLine {
        id: row.id,
        pull: row.pull,
        status: row.status,
        points: row.points,
        merged_at: row.merged_at,
        person: person.map(|person| person.slug.to_string()),
        team: team.map(|team| team.slug.to_string()),
        outcomes: row.outcomes.clone(),
        reverted_by: row.reverted_by,
        duplicate: row.duplicate.map(|duplicate| DuplicateLine {
            of: duplicate.of,
            how: duplicate.how.as_str().to_owned(),
        }),
    }
}

/// The live leaderboards, as the board shows them.
fn put_standings(board: &Board, lines: &mut Lines<'_>) -> Result<(), AppError> {
    let snapshot = board.snapshot();
    for row in &snapshot.rows {
        if let Some(team) = snapshot.face.team(row.team) {
            let line = StandingLine::of(BoardOf::Teams, row.rank, team.slug.as_str(), &row.figures);
            lines.put(&Line::Standing(line))?;
        }
    }
    let people = board.people();
    for row in &people.rows {
        if let Some(person) = people.face.person(row.person) {
            let line = StandingLine::of(BoardOf::People, row.rank, person.slug.as_str(), &row.figures);
            lines.put(&Line::Standing(line))?;
        }
    }
    Ok(())
}
