//! The leaderboard's and the people's pages: made once a snapshot and every few seconds, then bytes.

use super::{counts, event_of};
use crate::{
    domain::{region::Region, time::Moment},
    live::{Face, Growth, PeopleRow, Row, Snapshot},
    web::{
        Site, pages,
        pages::view::{Filter, Paging, PersonRef, PullRef, TeamRef},
        problem::Problem,
        query::{LIMIT, Query},
        respond::{self, Asked, HTML},
        sight::{self, Looked},
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;

/// A page says how long it is to the close, so it is made anew this often, in milliseconds.
const FRESH: i64 = 10_000;
/// Points of a sparkline.
const STEPS: usize = 24;
/// Teams on the wall: so many can be read from three metres.
const WALL: usize = 12;

/// What a page of a board depends on besides the snapshot, as a text.
fn key(request: &HttpRequest, page: &str, now: Moment) -> String {
    let query = request.query_string();
    let (lang, chosen) = respond::language(request.headers(), query);
    let chosen = if chosen { "!" } else { "" };
    format!("{page}{}{chosen}{}?{query}", lang.code(), now.millis() / FRESH)
}

pub async fn leaderboard(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let looked = match sight::board(&request, &site, request.match_info().get("slug").unwrap_or("")).await {
        Ok(looked) => looked,
        Err(problem) => return Ok(problem.answer(&request)),
    };
    board(&request, &site, &looked, ("page", LIMIT), pages::leaderboard)
}

/// What hangs on a wall shows what everybody sees, whoever's machine it runs on.
pub async fn wall(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let looked = match site.live(request.match_info().get("slug").unwrap_or("")) {
        Ok(live) => Looked::by_everybody(live),
        Err(problem) => return Ok(problem.answer(&request)),
    };
    board(&request, &site, &looked, ("wall", WALL), pages::wall)
}

/// A page of a board. `name`: another for each way to draw it; `limit`: of its rows, where nobody says.
fn board(
    request: &HttpRequest,
    site: &Site,
    looked: &Looked,
    (name, limit): (&str, usize),
    draw: fn(&pages::LeaderboardPage<'_>) -> Markup,
) -> Result<HttpResponse, Problem> {
    let live = &looked.live;
    let snapshot = live.board.snapshot();
    let now = site.now();
    let key = key(request, name, now);
    let made = respond::cached(request, &snapshot.rendered, &key, HTML, || {
        let asked = Asked::of(request);
        let query = asked.query();
        let at = query.at()?;
        let looked_at = at.map(|at| snapshot.at(at));
        let shown = looked_at.as_ref().unwrap_or(&snapshot);
        let mut part = query.part()?;
        if query.get("limit").is_none() {
            part.limit = limit;
        }
        let filter = query.filter()?;
        let rows = shown.filtered(&filter);
        let listed = part.of(&rows);
        let growths = shown.team_growth(&listed.iter().map(|row| row.team).collect::<Vec<_>>());
        let sparks: Vec<Vec<i64>> = growths.iter().map(|growth| steps(growth, shown)).collect();
        let regions = regions(&shown.face);
        let page = pages::LeaderboardPage {
            shell: asked.shell(&site.origin),
            event: event_of(shown, looked),
            as_of: shown.standings.as_of,
            seq: shown.standings.seq,
            // The stream tells what everybody sees.
            follow: at.is_none() && looked.uncovered.is_none(),
            counts: counts(shown),
            filter: view(&query, &filter),
            regions: &regions,
            paging: Paging {
                total: rows.len() as u64,
                offset: part.offset as u64,
                limit: part.limit as u64,
            },
            leader_points: rows.first().map_or(0, |row| row.figures.points),
            rows: team_rows(&shown.face, listed, &sparks),
            feed: feed(&snapshot),
        };
        Ok(draw(&page).into_string().into_bytes())
    });
    Ok(made.map_or_else(|problem| problem.answer(request), |answer| looked.hand_out(answer)))
}

/// The filter as it was typed, for the form to show again.
fn view<'a>(query: &'a Query, filter: &'a crate::live::Filter) -> Filter<'a> {
    Filter {
        kind: filter.kind,
        region: filter.region.as_deref(),
        q: query.get("q").unwrap_or(""),
    }
}

fn regions(face: &Face) -> Vec<Region> {
    let mut regions: Vec<Region> = face.teams.iter().map(|team| team.region.clone()).collect();
    regions.sort();
    regions.dedup();
    regions
}

/// The points at even steps from the opening to the snapshot's moment.
fn steps(growth: &Growth, shown: &Snapshot) -> Vec<i64> {
    let window = &shown.face.definition.window;
    let start = window.opens_at.millis();
    let end = shown.standings.as_of.min(window.merge_end()).millis().max(start + 1);
    let mut points = Vec::with_capacity(STEPS);
    let mut next = 0;
    let mut sum = 0;
    for step in 0..STEPS {
        let until = start + (end - start) * step as i64 / (STEPS as i64 - 1);
        while let Some((at, so_far)) = growth.get(next).filter(|(at, _)| at.millis() <= until) {
            let _ = at;
            sum = *so_far;
            next += 1;
        }
        points.push(sum);
    }
    points
}

pub(super) fn team_row<'a>(face: &'a Face, row: &Row, spark: &'a [i64]) -> Option<pages::TeamRow<'a>> {
    let team = face.team(row.team)?;
    Some(pages::TeamRow {
        rank: row.rank,
        previous_rank: row.previous_rank,
        slug: team.slug.as_str(),
        kind: team.kind,
        region: &team.region,
        name: &team.name,
        points: row.figures.points,
        fixes: row.figures.fixes,
        pending: row.figures.pending,
        contributors: row.figures.contributors,
        spark,
    })
}

fn team_rows<'a>(face: &'a Face, rows: &[Row], sparks: &'a [Vec<i64>]) -> Vec<pages::TeamRow<'a>> {
    rows.iter()
        .zip(sparks)
        .filter_map(|(row, spark)| team_row(face, row, spark))
        .collect()
}

fn feed(snapshot: &Snapshot) -> Vec<pages::FeedItem<'_>> {
    let item = |entry| -> pages::FeedItem<'_> {
        let entry: &crate::store::FeedEntry = entry;
        let team = entry.team.as_deref().and_then(|slug| snapshot.face.team_by_slug(slug));
        pages::FeedItem {
            submission: entry.submission.0,
            points: entry.points,
            team: team.and_then(|team| snapshot.face.team(team)).map(|team| TeamRef {
                slug: team.slug.as_str(),
                name: &team.name,
            }),
            title: &entry.title,
            pull: PullRef {
                forge: &entry.forge,
                repository: &entry.repository,
                number: entry.number,
            },
            at: entry.recorded_at,
        }
    };
    snapshot.feed.iter().map(item).collect()
}

pub async fn people(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let looked = match sight::board(&request, &site, request.match_info().get("slug").unwrap_or("")).await {
        Ok(looked) => looked,
        Err(problem) => return Ok(problem.answer(&request)),
    };
    let live = &looked.live;
    let now = site.now();
    let snapshot = live.board.snapshot();
    let people = live.board.people();
    let key = key(&request, "page", now);
    let made = respond::cached(&request, &people.rendered, &key, HTML, || {
        let asked = Asked::of(&request);
        let query = asked.query();
        let at = query.at()?;
        let looked_at = at.map(|at| snapshot.people_at(at));
        let shown = looked_at.as_ref().unwrap_or(&people);
        let part = query.part()?;
        let filter = query.filter()?;
        let rows = filter.people(&shown.face, &shown.rows);
        let listed = part.of(&rows);
        let ladder = site.boards.ladder();
        let code = |row: &PeopleRow| {
            let number = shown.face.person(row.person).map_or(0, |person| person.number);
            ladder.code(number, row.level_fixes)
        };
        let codes: Vec<String> = listed.iter().map(code).collect();
        let regions = regions(&shown.face);
        let page = pages::PeoplePage {
            shell: asked.shell(&site.origin),
            event: event_of(&snapshot, &looked),
            as_of: shown.standings.as_of,
            filter: view(&query, &filter),
            regions: &regions,
            paging: Paging {
                total: rows.len() as u64,
                offset: part.offset as u64,
                limit: part.limit as u64,
            },
            leader_points: rows.first().map_or(0, |row| row.figures.points),
            rows: listed
                .iter()
                .zip(&codes)
                .filter_map(|(row, code)| person_row(&shown.face, row, code))
                .collect(),
        };
        Ok(pages::people(&page).into_string().into_bytes())
    });
    Ok(made.map_or_else(|problem| problem.answer(&request), |answer| looked.hand_out(answer)))
}

fn person_row<'a>(face: &'a Face, row: &PeopleRow, code: &'a str) -> Option<pages::PersonRow<'a>> {
    let person = face.person(row.person)?;
    Some(pages::PersonRow {
        rank: row.rank,
        previous_rank: row.previous_rank,
        person: PersonRef {
            slug: person.slug.as_str(),
            name: &person.name,
            code,
        },
        team: person.team.and_then(|team| face.team(team)).map(|team| TeamRef {
            slug: team.slug.as_str(),
            name: &team.name,
        }),
        points: row.figures.points,
        fixes: row.figures.fixes,
        pending: row.figures.pending,
    })
}
