//! The list of competitions, and a competition's rules.

use super::{counts, event};
use crate::{
    domain::competition::Phase,
    live::Snapshot,
    web::{
        Site, pages,
        pages::view::TeamRef,
        problem::Problem,
        respond::{self, Asked},
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use std::{cmp::Reverse, sync::Arc};

/// Cards on the first page at most.
const CARDS: usize = 50;

pub async fn competitions(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let asked = Asked::of(&request);
    let mut all: Vec<Arc<Snapshot>> = site.boards.all().iter().map(|live| live.board.snapshot()).collect();
    let turn = |phase: Phase| match phase {
        Phase::Open | Phase::Frozen => 0,
        Phase::Scheduled => 1,
        Phase::Review => 2,
        Phase::Final => 3,
    };
    all.sort_by_key(|s| (turn(s.standings.phase), Reverse(s.face.definition.window.closes_at)));
    all.truncate(CARDS);
    let leaders = |snapshot: &Arc<Snapshot>| {
        let first = snapshot.rows.iter().filter(|row| row.figures.points > 0).take(3);
        first
            .map(|row| (row.rank, row.team, row.figures.points))
            .collect::<Vec<_>>()
    };
    let cards = all
        .iter()
        .map(|snapshot| pages::Card {
            event: event(snapshot),
            counts: counts(snapshot),
            leaders: leaders(snapshot)
                .into_iter()
                .filter_map(|(rank, team, points)| {
                    let team = snapshot.face.team(team)?;
                    let team = TeamRef {
                        slug: team.slug.as_str(),
                        name: &team.name,
                    };
                    Some(pages::Leader { rank, team, points })
                })
                .collect(),
        })
        .collect();
    let page = pages::CompetitionsPage {
        shell: asked.shell(&site.origin),
        cards,
    };
    respond::page(&request, &pages::competitions(&page).into_string())
}

pub async fn rules(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = request.match_info().get("slug").unwrap_or("");
    let live = match site.live(slug) {
        Ok(live) => live,
        Err(problem) => return Ok(problem.answer(&request)),
    };
    let snapshot = live.board.snapshot();
    let asked = Asked::of(&request);
    let page = pages::RulesPage {
        shell: asked.shell(&site.origin),
        event: event(&snapshot),
        definition: &snapshot.face.definition,
    };
    Ok(respond::page(&request, &pages::rules(&page).into_string()))
}
