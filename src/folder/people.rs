//! `people.csv`: people, their accounts, and who is in which team when. Contract, section 2.

use super::{
    Refused,
    csv::{Row, TeamLine, rows},
    notes::{Notes, shown},
};
use crate::domain::{
    forge::ForgeHost,
    pull::is_ghost,
    text::{Slug, folded, invisible},
    time::Moment,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

const PEOPLE: [&str; 6] = ["person", "name", "team", "joined_at", "left_at", "accounts"];

const ACCOUNT: &str = "write forge:login or forge:login#numeric-id, separated by spaces";

/// A forge account as `people.csv` writes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountEntry {
    pub forge: ForgeHost,
    /// As written; compared without case.
    pub login: String,
    /// 1 to 20 digits, from the first row that gives one. None: a hint only.
    pub id: Option<String>,
}

/// Person in `team` for `[joined_at, left_at)`; None: from always, until always.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MembershipLine {
    pub team: Slug,
    pub joined_at: Option<Moment>,
    pub left_at: Option<Moment>,
    /// From 1, the header's.
    pub line: usize,
}

/// One person with all that their rows say, in the order of the rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonEntry {
    pub slug: Slug,
    pub name: String,
    pub accounts: Vec<AccountEntry>,
    /// No two of them hold at one instant.
    pub memberships: Vec<MembershipLine>,
    /// That of the person's first row.
    pub line: usize,
}

/// Reads a `people.csv` into people in the order of their first rows; `file` is the name that problems
/// bear. A row with no team is a person without a membership.
///
/// Errors: every problem of the header, or every problem of the rows; a team that `teams` does not have
/// and one with more people at once than its capacity among them.
pub fn people(file: &str, bytes: &[u8], teams: &[TeamLine]) -> Result<Vec<PersonEntry>, Refused> {
    read(file, bytes, Some(teams))
}

/// As [`people`]; with None for the teams, nothing is said of which there are.
pub(super) fn read(file: &str, bytes: &[u8], teams: Option<&[TeamLine]>) -> Result<Vec<PersonEntry>, Refused> {
    let notes = Notes::new(file);
    let capacities: Option<HashMap<&Slug, Option<u32>>> =
        teams.map(|teams| teams.iter().map(|line| (&line.team.slug, line.team.capacity)).collect());
    let mut gathered = Gathered::default();
    for row in rows(&notes, bytes, &PEOPLE) {
        let Some(person) = gathered.person(&row) else {
            continue;
        };
        gathered.accounts(person, &row);
        let membership = membership(&row, capacities.as_ref());
        if let Some(entry) = gathered.people.get_mut(person) {
            entry.memberships.extend(membership);
        }
    }
    for person in &gathered.people {
        one_team_at_a_time(&notes, person);
    }
    if let Some(capacities) = &capacities {
        within_capacity(&notes, &gathered.people, capacities);
    }
    notes.settle(Some(gathered.people))
}

/// The people so far, and where each person and account was first named.
#[derive(Default)]
struct Gathered {
    people: Vec<PersonEntry>,
    by_slug: HashMap<Slug, usize>,
    by_login: HashMap<(ForgeHost, String), Owner>,
    by_id: HashMap<(ForgeHost, String), Owner>,
}

/// Whose an account is: the person's place in `people`, and the line that says so.
#[derive(Clone, Copy)]
struct Owner {
    person: usize,
    line: usize,
}

impl Gathered {
    /// The place of the row's person; a row without one is refused and passed over.
    fn person(&mut self, row: &Row<'_>) -> Option<usize> {
        row.needed("person")?;
        let slug = row.parsed("person", Slug::parse, "write another");
        let name = row.name("name");
        let slug = slug?;
        let at = *self.by_slug.entry(slug.clone()).or_insert(self.people.len());
        let Some(entry) = self.people.get(at) else {
            self.people.push(PersonEntry {
                slug,
                name: name.unwrap_or_default(),
                accounts: Vec::new(),
                memberships: Vec::new(),
                line: row.line,
            });
            return Some(at);
        };
        if let Some(name) = name
            && name != entry.name
            && !entry.name.is_empty()
        {
            let (first, line) = (shown(&entry.name), entry.line);
            let problem = format!("`{}` is `{first}` in line {line}, the same person", shown(&name));
            row.refuse("name", problem, "write one name in all rows of a person");
        }
        Some(at)
    }

    fn accounts(&mut self, person: usize, row: &Row<'_>) {
        for text in row.get("accounts").split_whitespace() {
            match account(text) {
                Ok(account) => self.account(person, row, account),
                Err(problem) => row.refuse("accounts", problem, ACCOUNT),
            }
        }
    }

    fn account(&mut self, person: usize, row: &Row<'_>, account: AccountEntry) {
        let here = Owner { person, line: row.line };
        let login = (account.forge.clone(), folded(&account.login));
        let shown_login = format!("{}:{}", account.forge, shown(&account.login));
        let first = *self.by_login.entry(login.clone()).or_insert(here);
        if first.person != person {
            let problem = format!(
                "`{shown_login}` is {}'s, in line {}",
                self.slug(first.person),
                first.line
            );
            row.refuse("accounts", problem, "give each account to one person");
            return;
        }
        if let Some(id) = &account.id {
            let first = *self.by_id.entry((account.forge.clone(), id.clone())).or_insert(here);
            if first.person != person {
                let owner = self.slug(first.person);
                let problem = format!("`{shown_login}#{id}` has the id of {owner}, in line {}", first.line);
                row.refuse(
                    "accounts",
                    problem,
                    "look the numeric id up: two people never share one",
                );
                return;
            }
        }
        let Some(entry) = self.people.get_mut(person) else {
            return;
        };
        let same = |known: &&mut AccountEntry| (known.forge.clone(), folded(&known.login)) == login;
        match (entry.accounts.iter_mut().find(same), account.id) {
            (None, id) => entry.accounts.push(AccountEntry { id, ..account }),
            (Some(known), Some(id)) => match &known.id {
                None => known.id = Some(id),
                Some(first) if *first == id => {}
                Some(first) => {
                    let problem = format!("`{shown_login}` has two ids, {first} and {id}");
                    row.refuse("accounts", problem, "write the one that the forge shows today");
                }
            },
            (Some(_), None) => {}
        }
    }

    fn slug(&self, person: usize) -> &str {
        self.people.get(person).map_or("", |entry| entry.slug.as_str())
    }
}

/// `forge:login` or `forge:login#numeric-id`. Errors: what is wrong with it.
fn account(text: &str) -> Result<AccountEntry, String> {
    let odd = |c: char| {
        matches!(c, ':' | '#' | '/' | '@' | ',' | ';' | '"') || invisible(c.encode_utf8(&mut [0; 4])).is_some()
    };
    // A host may bear a port, and a login has no colon.
    let (forge, rest) = text
        .rsplit_once(':')
        .ok_or_else(|| format!("`{}` names no forge", shown(text)))?;
    let forge = ForgeHost::parse(forge).map_err(|_| format!("`{}` names no forge that is known here", shown(text)))?;
    let (login, id) = match rest.split_once('#') {
        Some((login, id)) => (login, Some(id)),
        None => (rest, None),
    };
    if login.is_empty() || login.len() > 255 || login.contains(odd) {
        return Err(format!("`{}` has no login", shown(text)));
    }
    if is_ghost(login) {
        return Err(format!(
            "`{}` is the forges' name for whoever is gone, and nobody's account",
            shown(text)
        ));
    }
    if let Some(id) = id
        && (id.is_empty() || id.len() > 20 || id.starts_with('0') || !id.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(format!("`{}` has an id that is not a number", shown(text)));
    }
    Ok(AccountEntry {
        forge,
        login: login.to_owned(),
        id: id.map(str::to_owned),
    })
}

/// The row's membership; none where it has no team, or where it was refused.
fn membership(row: &Row<'_>, capacities: Option<&HashMap<&Slug, Option<u32>>>) -> Option<MembershipLine> {
    let joined_at = moment(row, "joined_at");
    let left_at = moment(row, "left_at");
    if row.get("team").is_empty() {
        if joined_at.is_some() || left_at.is_some() {
            row.refuse("team", "is empty, with a time beside it", "write the team, or no time");
        }
        return None;
    }
    let team = row.parsed("team", Slug::parse, "write the slug of a team of teams.csv")?;
    if let Some(capacities) = capacities
        && !capacities.contains_key(&team)
    {
        let remedy = match super::notes::near(team.as_str(), capacities.keys().map(|slug| slug.as_str())) {
            Some(near) => format!("write `{near}`"),
            None => "write its slug, or add it there".to_owned(),
        };
        row.refuse("team", format!("`{team}` is not a team of teams.csv"), remedy);
        return None;
    }
    if let (Some(joined), Some(left)) = (joined_at, left_at)
        && left <= joined
    {
        let problem = format!("{left} is not after joined_at, {joined}");
        row.refuse(
            "left_at",
            problem,
            "write the first instant outside the team, or leave it empty",
        );
        return None;
    }
    Some(MembershipLine {
        team,
        joined_at,
        left_at,
        line: row.line,
    })
}

fn moment(row: &Row<'_>, column: &str) -> Option<Moment> {
    if row.get(column).is_empty() {
        return None;
    }
    row.parsed(
        column,
        Moment::parse,
        "write a date, a time and its offset, or leave it empty",
    )
}

impl MembershipLine {
    /// `[from, to)` in milliseconds, where the ends of time are numbers too.
    fn range(&self) -> (i64, i64) {
        let from = self.joined_at.map_or(i64::MIN, Moment::millis);
        (from, self.left_at.map_or(i64::MAX, Moment::millis))
    }
}

/// In the order of beginnings, a membership that begins before all earlier ones have ended overlaps the
/// one of them that ends last.
fn one_team_at_a_time(notes: &Notes<'_>, person: &PersonEntry) {
    let mut stays: Vec<&MembershipLine> = person.memberships.iter().collect();
    stays.sort_by_key(|stay| (stay.range(), stay.line));
    let mut last: Option<&MembershipLine> = None;
    for stay in stays {
        if let Some(last) = last.filter(|last| stay.range().0 < last.range().1) {
            let (first, second) = if last.line < stay.line {
                (last, stay)
            } else {
                (stay, last)
            };
            let person = &person.slug;
            let problem = if first.team == second.team {
                format!(
                    "`{person}` is in `{}` in line {} already, at the same time",
                    first.team, first.line
                )
            } else {
                format!(
                    "`{person}` is in `{}` at the same time, in line {}",
                    first.team, first.line
                )
            };
            let remedy = "end one membership (left_at) before the other begins (joined_at)";
            notes.refuse(Some(second.line), Some("team"), problem, remedy);
        }
        if last.is_none_or(|last| last.range().1 < stay.range().1) {
            last = Some(stay);
        }
    }
}

/// Goes along each team's time and counts who is in it. Says it once a team, at its fullest.
fn within_capacity(notes: &Notes<'_>, people: &[PersonEntry], capacities: &HashMap<&Slug, Option<u32>>) {
    // At one instant those who leave go before those who join, since `left_at` is exclusive.
    let mut turns: BTreeMap<&Slug, Vec<(i64, bool, usize)>> = BTreeMap::new();
    for stay in people.iter().flat_map(|person| &person.memberships) {
        let (from, to) = stay.range();
        let turns = turns.entry(&stay.team).or_default();
        turns.push((from, true, stay.line));
        turns.push((to, false, stay.line));
    }
    for (team, mut turns) in turns {
        let Some(Some(capacity)) = capacities.get(team) else {
            continue;
        };
        turns.sort_unstable();
        let mut count = 0_usize;
        let mut fullest = (0, Reverse(0));
        for (_, joins, line) in turns {
            count = if joins { count + 1 } else { count.saturating_sub(1) };
            fullest = fullest.max((count, Reverse(line)));
        }
        let (count, Reverse(line)) = fullest;
        if count > usize::try_from(*capacity).unwrap_or(usize::MAX) {
            let problem = format!("`{team}` has {count} people at once and a capacity of {capacity}");
            let remedy = "raise it in teams.csv, or let fewer be in it at once";
            notes.refuse(Some(line), Some("team"), problem, remedy);
        }
    }
}
