//! A team's members, and sending one away.

use super::{LISTED, Room, page_or, see, silent_days, slugs, word};
use crate::{
    app::{self, Mate},
    domain::{rank::Figures, text::folded},
    web::{
        Site,
        gate::Signed,
        pages::{
            console::{self, MemberRow, MembersPage},
            view::{Paging, PersonRef},
        },
        problem::Problem,
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use std::{cmp::Reverse, collections::HashMap};

pub async fn members_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, drawn(&request, &site).await)
}

async fn drawn(request: &HttpRequest, site: &Site) -> Result<String, Problem> {
    let room = Room::of(request, site).await?;
    let query = room.asked.query();
    let show = word(&query, "show", &["now", "silent", "former", "all"])?;
    let sort = word(
        &query,
        "sort",
        &["name", "points", "fixes", "pending", "joined", "last"],
    )?;
    let days = silent_days(&query)?;
    let q = query.get("q").unwrap_or("");
    let offset = query.part()?.offset;
    let mates = room.mates(site).await?;
    let figures = figures(&room);
    let of = |mate: &Mate| figures.get(&mate.seat.id).copied().unwrap_or_default();
    let wanted = folded(q);
    let mut rows: Vec<(&Mate, Figures, bool, i64)> = mates
        .iter()
        .map(|mate| (mate, of(mate), mate.is_in(room.now), room.silent_for(mate)))
        .filter(|(mate, _, here, silent)| {
            let shown = match show {
                "silent" => *here && *silent >= days,
                "former" => !*here,
                "all" => true,
                _ => *here,
            };
            let person = &mate.seat.person;
            shown && (folded(&person.name).contains(&wanted) || person.slug.as_str().contains(&wanted))
        })
        .collect();
    // By name as they come; of equals the name decides.
    match sort {
        "points" => rows.sort_by_key(|(_, figures, ..)| Reverse(figures.points)),
        "fixes" => rows.sort_by_key(|(_, figures, ..)| Reverse(figures.fixes)),
        "pending" => rows.sort_by_key(|(_, figures, ..)| Reverse(figures.pending)),
        "joined" => rows.sort_by_key(|(mate, ..)| Reverse(mate.seat.joined_at)),
        "last" => rows.sort_by_key(|(.., silent)| Reverse(*silent)),
        _ => {}
    }
    let total = rows.len();
    let part: Vec<_> = rows.into_iter().skip(offset).take(LISTED).collect();
    let ladder = site.boards.ladder();
    let code = |mate: &Mate| ladder.code(mate.seat.person.number, site.boards.level_fixes(mate.seat.id));
    let codes: Vec<String> = part.iter().map(|(mate, ..)| code(mate)).collect();
    let days_text = days.to_string();
    let page = MembersPage {
        desk: room.desk(site),
        count: mates.iter().filter(|mate| mate.is_in(room.now)).count(),
        capacity: room.managed.team.capacity,
        show,
        sort,
        days: &days_text,
        q,
        rows: part
            .iter()
            .zip(&codes)
            .map(|((mate, figures, here, silent), code)| member(mate, *figures, *here, (*silent, days), code))
            .collect(),
        paging: Paging {
            total: total as u64,
            offset: offset as u64,
            limit: LISTED as u64,
        },
    };
    Ok(console::members(&page).into_string())
}

fn member<'a>(
    mate: &'a Mate,
    figures: Figures,
    here: bool,
    (silent, days): (i64, i64),
    code: &'a str,
) -> MemberRow<'a> {
    let seat = &mate.seat;
    MemberRow {
        person: PersonRef {
            slug: seat.person.slug.as_str(),
            name: &seat.person.name,
            code,
        },
        joined_at: seat.joined_at,
        left_at: seat.left_at,
        here,
        points: figures.points,
        fixes: figures.fixes,
        pending: figures.pending,
        last_merged: mate.last.and_then(|last| last.merged),
        silent: (here && silent >= days).then_some((silent, mate.last.is_some())),
    }
}

/// What each did for this team, as the public board shows it.
pub(super) fn figures(room: &Room) -> HashMap<crate::domain::team::PersonId, Figures> {
    let face = &room.snapshot.face;
    let Some(place) = room.place() else {
        return HashMap::new();
    };
    let own = room.snapshot.members(place);
    own.into_iter()
        .filter_map(|(person, figures)| Some((face.person(person)?.id, figures)))
        .collect()
}

pub async fn remove_form(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    match remove(&request, &site, &who).await {
        Ok(()) => see(&request, "/members"),
        Err(problem) => problem.answer(&request),
    }
}

async fn remove(request: &HttpRequest, site: &Site, who: &Signed) -> Result<(), Problem> {
    let (competition, team) = slugs(request)?;
    let person = Site::slug(request.match_info().get("person").unwrap_or(""))?;
    Ok(app::leave(&site.app, &who.0, &competition, &team, &person, site.now()).await?)
}
