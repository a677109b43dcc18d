//! What is served from a board in memory: leaderboards, history; and the ledger behind it.

use crate::{
    domain::{competition::Phase, time::Moment},
    live::{Part, Standings},
    store,
    web::{
        Site,
        problem::Problem,
        query::Query,
        respond::{self, CSV, JSON},
        sight,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap},
    web,
};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::{Value, json};
use std::io::Write;

fn wants_csv(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/csv"))
}

/// `GET …/leaderboard`: JSON, or CSV where that is what the client accepts.
pub async fn leaderboard(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = request.match_info().get("slug").unwrap_or("");
    let csv = wants_csv(request.headers());
    // A file bears no mark, so it is always the one that everybody gets.
    let looked = if csv {
        sight::Looked::by_everybody(site.live(slug)?)
    } else {
        sight::board(&request, &site, slug).await?
    };
    let live = &looked.live;
    let snapshot = live.board.snapshot();
    let text = request.query_string();
    // Names in the file are in the reader's language; JSON has both.
    let lang = respond::language(request.headers(), text).0;
    let (prefix, content_type) = if csv { ("csv", CSV) } else { ("json", JSON) };
    let key = if csv {
        [prefix, lang.code(), text].concat()
    } else {
        [prefix, text].concat()
    };
    let made = respond::cached(&request, &snapshot.rendered, &key, content_type, || {
        let query = Query::of(text);
        let part = query.part()?;
        let filter = query.filter()?;
        let looked_at = query.at()?.map(|at| snapshot.at(at));
        let shown = looked_at.as_ref().unwrap_or(&snapshot);
        let rows = shown.filtered(&filter);
        Ok(if csv {
            // A file is for keeping: all of it, unless a part was asked for.
            let all = if query.get("limit").is_some() { part } else { Part::ALL };
            Standings::csv(&shown.face, all.of(&rows), lang)
        } else {
            looked.mark(shown.standings.leaderboard(&shown.face, rows.len(), part.of(&rows)))
        })
    });
    made.map(|answer| looked.hand_out(answer))
}

/// `GET …/people`.
pub async fn people(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = request.match_info().get("slug").unwrap_or("");
    let csv = wants_csv(request.headers());
    let looked = if csv {
        sight::Looked::by_everybody(site.live(slug)?)
    } else {
        sight::board(&request, &site, slug).await?
    };
    let live = &looked.live;
    let people = live.board.people();
    let text = request.query_string();
    let (prefix, content_type) = if csv { ("csv", CSV) } else { ("json", JSON) };
    let key = [prefix, text].concat();
    let made = respond::cached(&request, &people.rendered, &key, content_type, || {
        let query = Query::of(text);
        let part = query.part()?;
        let filter = query.filter()?;
        let looked_at = query.at()?.map(|at| live.board.snapshot().people_at(at));
        let shown = looked_at.as_ref().unwrap_or(&people);
        let rows = filter.people(&shown.face, &shown.rows);
        let ladder = site.boards.ladder();
        Ok(if csv {
            let all = if query.get("limit").is_some() { part } else { Part::ALL };
            Standings::people_csv(&shown.face, ladder, all.of(&rows))
        } else {
            looked.mark(shown.standings.people(&shown.face, ladder, rows.len(), part.of(&rows)))
        })
    });
    made.map(|answer| looked.hand_out(answer))
}

#[derive(Serialize)]
struct History<'a> {
    competition: &'a str,
    phase: Phase,
    as_of: Moment,
    seq: i64,
    frozen_at: Option<Moment>,
    teams: Vec<Value>,
}

/// `GET …/history?top=10`: the points over time of the first teams, each as `[merged_at, points so far]`.
pub async fn history(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let live = site.live(request.match_info().get("slug").unwrap_or(""))?;
    let snapshot = live.board.snapshot();
    let text = request.query_string();
    let key = ["history", text].concat();
    respond::cached(&request, &snapshot.rendered, &key, JSON, || {
        let query = Query::of(text);
        let top = query.number("top")?.unwrap_or(10);
        if !(1..=100).contains(&top) {
            return Err(Problem::bad_request(format!("top: {top} is not between 1 and 100")));
        }
        let rows = snapshot.filtered(&query.filter()?);
        let first: Vec<u32> = rows.iter().take(top as usize).map(|row| row.team).collect();
        let face = &snapshot.face;
        let teams = first
            .iter()
            .zip(snapshot.team_growth(&first))
            .zip(&rows)
            .filter_map(|((team, growth), row)| {
                let team = face.team(*team)?;
                Some(json!({
                    "rank": row.rank,
                    "team": {
                        "slug": team.slug, "kind": team.kind, "region": team.region, "name": team.name,
                    },
                    "points": growth,
                }))
            })
            .collect();
        let standings = &snapshot.standings;
        let history = History {
            competition: face.slug().as_str(),
            phase: standings.phase,
            as_of: standings.as_of,
            seq: standings.seq,
            frozen_at: standings.frozen_at,
            teams,
        };
        Ok(serde_json::to_vec(&history).unwrap_or_default())
    })
}

/// Entries read in one go.
const READ: i64 = 1_000;

/// `GET …/ledger?after=SEQ`: the entries after one, oldest first, a JSON object a line. While frozen, an
/// entry on what is hidden shows its number and its hash alone: what it says is proven once it is revealed.
pub async fn ledger(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let live = site.live(request.match_info().get("slug").unwrap_or(""))?;
    let after = Query::of(request.query_string()).number("after")?.unwrap_or(0);
    let snapshot = live.board.snapshot();
    let (id, freeze) = (snapshot.face.id, snapshot.standings.frozen_at);
    // Nothing past what the leaderboard shows: the number alone would tell that something was decided.
    let shown = snapshot.standings.seq;
    let store = site.app.store.clone();
    let lines = stream::unfold(Some(after), move |after| {
        let store = store.clone();
        async move {
            let after = after?;
            let entries = store.read(move |db| store::ledger_after(db, id, after, READ)).await;
            let entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    tracing::error!(%error, "ledger");
                    // A cut stream is an error to the client; a list that ends early would look whole.
                    return Some((Err(std::io::Error::other("the database cannot be read")), None));
                }
            };
            let more = entries.len() as i64 == READ;
            let next = entries
                .last()
                .map(|last| last.entry.seq)
                .filter(|last| more && *last < shown);
            let mut text = Vec::with_capacity(entries.len() * 300);
            for chained in entries.iter().filter(|chained| chained.entry.seq <= shown) {
                line(&mut text, chained, freeze);
            }
            Some((Ok(Bytes::from(text)), next))
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .streaming(lines))
}

fn line(text: &mut Vec<u8>, chained: &store::Chained, freeze: Option<Moment>) {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        entry: &'a crate::domain::ledger::Entry,
        hash: String,
    }
    let entry = &chained.entry;
    let hash = chained.hash.to_string();
    let hidden = freeze.is_some_and(|freeze| chained.is_late(freeze));
    let written = if hidden {
        serde_json::to_writer(&mut *text, &json!({"seq": entry.seq, "hash": hash, "hidden": true}))
    } else {
        serde_json::to_writer(&mut *text, &Line { entry, hash })
    };
    // Writing into memory does not fail.
    let _ = written.map(|()| text.write_all(b"\n"));
}
