//! The roster and the results of a team, to open in a spreadsheet.

use super::{Room, members::figures, waiting::reasons};
use crate::{
    app::{self, Case, Mate},
    domain::text::Lang,
    web::{
        Site,
        pages::parts::status_word,
        problem::Problem,
        sheet::{BadSheet, Cell, Sheet},
        show::cases::code_of,
        words::{console::Console as Words, words},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};

const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub async fn roster_csv(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    file(&request, roster(&request, &site, Kind::Csv).await, "roster", Kind::Csv)
}

pub async fn roster_xlsx(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    file(
        &request,
        roster(&request, &site, Kind::Xlsx).await,
        "roster",
        Kind::Xlsx,
    )
}

pub async fn results_csv(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    file(
        &request,
        results(&request, &site, Kind::Csv).await,
        "results",
        Kind::Csv,
    )
}

pub async fn results_xlsx(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    file(
        &request,
        results(&request, &site, Kind::Xlsx).await,
        "results",
        Kind::Xlsx,
    )
}

#[derive(Clone, Copy)]
enum Kind {
    Csv,
    Xlsx,
}

impl Kind {
    fn begin(self, name: &'static str, zone: chrono_tz::Tz, head: &[String]) -> Result<Sheet, BadSheet> {
        match self {
            Kind::Csv => Sheet::csv(zone, head),
            Kind::Xlsx => Sheet::xlsx(name, zone, head),
        }
    }
}

impl From<BadSheet> for Problem {
    fn from(error: BadSheet) -> Self {
        tracing::error!(%error, "a table");
        let detail = "the table could not be made; where it is a workbook, take the CSV";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}

fn file(request: &HttpRequest, made: Result<Vec<u8>, Problem>, what: &str, kind: Kind) -> HttpResponse {
    named(request, made, what, kind).unwrap_or_else(|problem| problem.answer(request))
}

fn named(
    request: &HttpRequest,
    made: Result<Vec<u8>, Problem>,
    what: &str,
    kind: Kind,
) -> Result<HttpResponse, Problem> {
    let body = made?;
    let (media, ending) = match kind {
        Kind::Csv => (CSV, "csv"),
        Kind::Xlsx => (XLSX, "xlsx"),
    };
    // Slugs hold nothing that a header or a file system could mind.
    let (competition, team) = super::slugs(request)?;
    let name = format!("attachment; filename=\"{competition}-{team}-{what}.{ending}\"");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(body))
}

/// A column's word with the clock that its times are on.
fn on_clock(word: &str, sheet_zone: chrono_tz::Tz) -> String {
    format!("{word} ({})", sheet_zone.name())
}

async fn roster(request: &HttpRequest, site: &Site, kind: Kind) -> Result<Vec<u8>, Problem> {
    let room = Room::of(request, site).await?;
    let mates = room.mates(site).await?;
    let figures = figures(&room);
    let w = Words::of(room.asked.lang);
    let zone = room.managed.competition.definition.zone;
    let ladder = site.boards.ladder();
    let row = |mate: &Mate| {
        let (seat, own) = (&mate.seat, figures.get(&mate.seat.id).copied().unwrap_or_default());
        let accounts: Vec<String> = mate
            .accounts
            .iter()
            .map(|account| format!("{}:{}", account.forge, account.login))
            .collect();
        vec![
            Cell::text(seat.person.slug.as_str()),
            Cell::text(&seat.person.name),
            Cell::text(ladder.code(seat.person.number, site.boards.level_fixes(seat.id))),
            Cell::time(seat.joined_at),
            Cell::time(seat.left_at),
            Cell::text(accounts.join(" ")),
            Cell::Number(own.fixes.into()),
            Cell::Number(own.points),
            Cell::Number(own.pending.into()),
            Cell::time(mate.last.map(|last| last.opened)),
            Cell::time(mate.last.and_then(|last| last.merged)),
        ]
    };
    let mut sheet = kind.begin(
        "roster",
        zone,
        &[
            w.col_person.to_owned(),
            w.col_name.to_owned(),
            w.col_code.to_owned(),
            on_clock(w.col_joined, zone),
            on_clock(w.col_left, zone),
            w.col_accounts.to_owned(),
            w.col_fixes.to_owned(),
            w.col_points.to_owned(),
            w.col_pending.to_owned(),
            on_clock(w.col_opened, zone),
            on_clock(w.col_last, zone),
        ],
    )?;
    for mate in &mates {
        sheet.row(&row(mate))?;
    }
    Ok(sheet.end()?)
}

async fn results(request: &HttpRequest, site: &web::Data<Site>, kind: Kind) -> Result<Vec<u8>, Problem> {
    let room = Room::of(request, site).await?;
    let lang = room.asked.lang;
    let w = Words::of(lang);
    let zone = room.managed.competition.definition.zone;
    let mut sheet = kind.begin(
        "results",
        zone,
        &[
            w.col_number.to_owned(),
            w.col_forge.to_owned(),
            w.col_repository.to_owned(),
            w.col_pull.to_owned(),
            w.col_title.to_owned(),
            w.col_url.to_owned(),
            w.col_person.to_owned(),
            w.col_name.to_owned(),
            w.col_code.to_owned(),
            w.col_status.to_owned(),
            w.col_points.to_owned(),
            on_clock(w.col_created, zone),
            on_clock(w.col_merged, zone),
            w.col_reason.to_owned(),
        ],
    )?;
    let own = site.clone();
    let cells = move |case: Case| result(&case, &code_of(&own, &case), lang);
    let mut written = Ok(());
    app::team_results(&site.app, room.competition(), room.team(), room.now, cells, |rows| {
        for row in rows {
            if written.is_ok() {
                written = sheet.row(&row);
            }
        }
    })
    .await?;
    written?;
    Ok(sheet.end()?)
}

fn result(case: &Case, code: &str, lang: Lang) -> Vec<Cell> {
    let pull = &case.fact.pull;
    let person = case.person();
    let common = words(lang);
    let status = if case.hidden {
        common.status_held
    } else {
        status_word(common, case.status())
    };
    let why: Vec<String> = reasons(case, lang)
        .into_iter()
        .map(|(check, _, detail)| format!("{}: {detail}", common.check(check)))
        .collect();
    vec![
        Cell::Number(case.submission.id.0),
        Cell::text(pull.forge.to_string()),
        Cell::text(pull.repository.as_str()),
        Cell::Number(i64::try_from(pull.number).unwrap_or(i64::MAX)),
        Cell::text(&pull.title),
        Cell::text(pull.url.as_deref().unwrap_or("")),
        Cell::text(person.map_or("", |person| person.slug.as_str())),
        Cell::text(person.map_or("", |person| person.name.as_str())),
        Cell::text(code),
        Cell::text(status),
        Cell::Number(case.points()),
        Cell::Time(pull.created_at),
        Cell::time(case.landing().merged_at),
        Cell::text(why.join("; ")),
    ]
}
