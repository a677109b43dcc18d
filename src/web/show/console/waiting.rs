//! What of a team does not count yet.

use super::{LISTED, Room, page_or, word};
use crate::{
    app::{self, Case, OpenQuery},
    domain::{
        check::{Check, Outcome},
        evaluate::Status,
        text::{Lang, Slug},
    },
    web::{
        Site,
        pages::{
            console::{self, WaitingPage, WaitingRow},
            view::{Paging, PersonRef},
        },
        problem::Problem,
        show::cases::{codes, pull_ref},
    },
};
use actix_web::{HttpRequest, HttpResponse, web};

pub async fn waiting_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, drawn(&request, &site).await)
}

async fn drawn(request: &HttpRequest, site: &Site) -> Result<String, Problem> {
    let room = Room::of(request, site).await?;
    let query = room.asked.query();
    let status = word(&query, "status", &["open", "review", "waiting", "rejected"])?;
    let sort = word(&query, "sort", &["oldest", "newest"])?;
    let offset = query.part()?.offset;
    let person = query
        .get("person")
        .map(Slug::parse)
        .transpose()
        .map_err(|why| Problem::bad_request(format!("person: {why}")))?;
    let wanted = OpenQuery {
        status: match status {
            "review" => Some(Status::Review),
            "waiting" => Some(Status::Waiting),
            "rejected" => Some(Status::Rejected),
            _ => None,
        },
        person: person.clone(),
        newest_first: sort == "newest",
        offset,
        limit: LISTED,
    };
    let (cases, total) = app::open_work(&site.app, room.competition(), room.team(), wanted, room.now).await?;
    let mut mates = room.mates(site).await?;
    mates.dedup_by(|a, b| a.seat.id == b.seat.id);
    let codes = codes(site, &cases);
    let lang = room.asked.lang;
    let page = WaitingPage {
        desk: room.desk(site),
        status,
        sort,
        person: person.as_ref().map_or("", Slug::as_str),
        people: mates
            .iter()
            .map(|mate| (mate.seat.person.slug.as_str(), mate.seat.person.name.as_str()))
            .collect(),
        rows: cases
            .iter()
            .zip(&codes)
            .map(|(case, code)| row(case, code, lang))
            .collect(),
        paging: Paging {
            total,
            offset: offset as u64,
            limit: LISTED as u64,
        },
    };
    Ok(console::waiting(&page).into_string())
}

fn row<'a>(case: &'a Case, code: &'a str, lang: Lang) -> WaitingRow<'a> {
    let pull = &case.fact.pull;
    WaitingRow {
        id: case.submission.id.0,
        title: &pull.title,
        pull: pull_ref(case),
        person: case.person().map(|person| PersonRef {
            slug: person.slug.as_str(),
            name: &person.name,
            code,
        }),
        status: case.status(),
        held: case.hidden,
        created_at: pull.created_at,
        merged_at: case.landing().merged_at,
        reasons: reasons(case, lang),
    }
}

/// The checks that decide its status, said; none where it counts, or where a freeze hides what became of it.
pub(super) fn reasons(case: &Case, lang: Lang) -> Vec<(Check, Outcome, String)> {
    let deciding = match case.status() {
        Status::Accepted => return Vec::new(),
        Status::Review => Outcome::Ask,
        Status::Waiting => Outcome::Wait,
        Status::Rejected => Outcome::Fail,
    };
    let lines = case.lines(lang).into_iter();
    lines
        .filter(|line| line.outcome == deciding)
        .map(|line| (line.check, line.outcome, line.detail))
        .collect()
}
