//! A person's certificate, as a page and as a drawing. Both show what the public board shows, no more.

use super::{
    cases::{missing_person, rung},
    event,
};
use crate::{
    domain::competition::Phase,
    web::{
        Site,
        pages::{
            self, CertificatePage, LevelView,
            certificate::Standing,
            view::{PersonRef, TeamRef},
        },
        problem::Problem,
        respond::{self, Asked, SVG},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};

/// A drawing that somebody opens by itself can do nothing at all.
const DRAWING_CSP: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

pub async fn certificate(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let made = with_page(&request, &site, |page| pages::certificate(page).into_string());
    made.map_or_else(
        |problem| problem.answer(&request),
        |text| respond::page(&request, &text),
    )
}

pub async fn certificate_svg(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let made = with_page(&request, &site, pages::certificate_svg);
    let text = match made {
        Ok(text) => text,
        Err(problem) => return problem.answer(&request),
    };
    let mut answer = respond::drawing(&request, &text, SVG);
    let policy = HeaderValue::from_static(DRAWING_CSP);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    answer
}

/// Errors: 404 where there is no such competition, or nobody of that name in it.
fn with_page(
    request: &HttpRequest,
    site: &Site,
    draw: impl FnOnce(&CertificatePage<'_>) -> String,
) -> Result<String, Problem> {
    let live = site.live(request.match_info().get("slug").unwrap_or(""))?;
    let snapshot = live.board.snapshot();
    let face = &snapshot.face;
    let text = request.match_info().get("person").unwrap_or("");
    let missing = || missing_person(text);
    let place = face.person_by_slug(&Site::slug(text)?).ok_or_else(missing)?;
    let card = face.person(place).ok_or_else(missing)?;
    let people = live.board.people();
    let at = people.face.person_place(card.id);
    let row = people.rows.iter().find(|row| Some(row.person) == at).copied();
    let figures = row.map(|row| row.figures).unwrap_or_default();
    let fixes = site.boards.level_fixes(card.id);
    let ladder = site.boards.ladder();
    let asked = Asked::of(request);
    let standings = &snapshot.standings;
    let standing = match (standings.phase, face.seal.finalized_at) {
        (Phase::Final, Some(at)) => Standing::Final(at),
        // What is hidden by a freeze is not in the figures: they are true for the moment it began.
        _ => Standing::SoFar(standings.frozen_at.unwrap_or(standings.as_of)),
    };
    let address = format!(
        "{}/competitions/{}/people/{}",
        respond::origin(request, site),
        face.slug(),
        card.slug
    );
    let code = ladder.code(card.number, fixes);
    let page = CertificatePage {
        shell: asked.shell(&site.origin),
        event: event(&snapshot),
        person: PersonRef {
            slug: card.slug.as_str(),
            name: &card.name,
            code: &code,
        },
        level: LevelView {
            fixes,
            now: rung(ladder.level(fixes)),
            next: ladder.next(fixes).map(rung),
            rungs: ladder.rungs().iter().map(rung).collect(),
        },
        team: card.team.and_then(|at| face.team(at)).map(|team| TeamRef {
            slug: team.slug.as_str(),
            name: &team.name,
        }),
        points: figures.points,
        fixes: figures.fixes,
        rank: row
            .filter(|row| row.figures.fixes > 0)
            .map(|row| (row.rank, people.rows.len() as u64)),
        standing,
        address: &address,
    };
    Ok(draw(&page))
}
