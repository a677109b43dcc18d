//! The console's first page.

use super::{Room, SILENT, page_or};
use crate::{
    app::{self, OpenQuery},
    domain::joining::RequestState,
    live::{Filter, Row},
    web::{
        Site,
        pages::{
            console::{self, Gap, OverviewPage, Place, Scope},
            view::TeamRef,
        },
        problem::Problem,
        show::boards::team_row,
    },
};
use actix_web::{HttpRequest, HttpResponse, web};

pub async fn overview_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, drawn(&request, &site).await)
}

async fn drawn(request: &HttpRequest, site: &Site) -> Result<String, Problem> {
    let room = Room::of(request, site).await?;
    let (competition, team) = (room.competition(), room.team());
    let one = OpenQuery {
        limit: 1,
        ..OpenQuery::default()
    };
    let (_, waiting) = app::open_work(&site.app, competition, team, one, room.now).await?;
    let open = app::requests(&site.app, competition, team, &[RequestState::Open], 0, 1).await?;
    let mates = room.mates(site).await?;
    let silent = mates
        .iter()
        .filter(|mate| mate.is_in(room.now) && room.silent_for(mate) >= SILENT)
        .count();
    let face = &room.snapshot.face;
    let row = room.place().and_then(|place| room.snapshot.row_of(place));
    let page = OverviewPage {
        desk: room.desk(site),
        row: row.as_ref().and_then(|row| team_row(face, row, &[])),
        places: places(&room),
        waiting,
        requests: open.total.unsigned_abs(),
        silent: (silent, SILENT),
        announcement: room
            .managed
            .announcement
            .as_ref()
            .map(|note| (note.text.as_str(), note.announced_at)),
    };
    Ok(console::overview(&page).into_string())
}

/// The team's places overall, among its kind and in its region.
fn places(room: &Room) -> Vec<Place<'_>> {
    let team = &room.managed.team;
    let scopes = [
        (Scope::Overall, Filter::default()),
        (
            Scope::Kind(team.kind),
            Filter {
                kind: Some(team.kind),
                ..Filter::default()
            },
        ),
        (
            Scope::Region(&team.region),
            Filter {
                region: Some(team.region.as_str().to_owned()),
                ..Filter::default()
            },
        ),
    ];
    let place = |(scope, filter): (_, Filter)| placed(room, scope, &room.snapshot.filtered(&filter));
    scopes.into_iter().filter_map(place).collect()
}

fn placed<'a>(room: &'a Room, scope: Scope<'a>, rows: &[Row]) -> Option<Place<'a>> {
    let own = room.place()?;
    let at = rows.iter().position(|row| row.team == own)?;
    let row = rows[at];
    let team = |row: &Row| {
        room.snapshot.face.team(row.team).map(|team| TeamRef {
            slug: team.slug.as_str(),
            name: &team.name,
        })
    };
    let points = row.figures.points;
    let before = at.checked_sub(1).and_then(|before| rows.get(before));
    let gap = match (before, rows.get(at + 1)) {
        (Some(other), _) if other.rank == row.rank => Gap::Level(team(other)?),
        (Some(other), _) => Gap::Behind(other.figures.points - points, team(other)?),
        (None, Some(other)) if other.rank == row.rank => Gap::Level(team(other)?),
        (None, Some(other)) => Gap::Ahead(points - other.figures.points, team(other)?),
        (None, None) => Gap::Alone,
    };
    Some(Place {
        scope,
        rank: row.rank,
        previous_rank: row.previous_rank,
        total: rows.len(),
        gap,
    })
}
