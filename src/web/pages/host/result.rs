//! The published result: the podium, the first of the board, the export with its hash.

use super::Words;
use crate::{
    app::SealedResult,
    domain::text::Name,
    web::{
        pages::{
            parts::{phase_pill, written},
            shell::{Frame, Work, frame},
            view::{Event, Shell},
            when,
        },
        words::host::size,
    },
};
use maud::{Markup, html};

pub struct ResultPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    /// The first of the final leaderboard, by rank.
    pub rows: Vec<ResultRow<'a>>,
    /// None: it was made final before results were published.
    pub result: Option<&'a SealedResult>,
}

pub struct ResultRow<'a> {
    pub rank: u32,
    pub slug: &'a str,
    pub name: &'a Name,
    pub points: i64,
    pub fixes: u32,
    pub contributors: u32,
}

pub fn result(page: &ResultPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let (w, words) = (Words::of(shell.lang), shell.words());
    let name = event.name.of(shell.lang);
    let head = html! {
        div.head.one { div {
            p.pills { (phase_pill(shell, event)) }
            h1 { (written(name)) }
            p.counts {
                (w.result)
                @if let Some(result) = page.result { " · " (when::both_clocks(shell, event.zone, result.finalized_at)) }
            }
        } }
    };
    let scored: Vec<&ResultRow<'_>> = page
        .rows
        .iter()
        .filter(|row| row.rank <= 3 && row.points > 0)
        .take(3)
        .collect();
    let team = |row: &ResultRow<'_>| {
        html! {
            a href=(shell.href(&event.path(&format!("/teams/{}", row.slug)), &[])) { (written(row.name.of(shell.lang))) }
        }
    };
    let body = html! {
        @if !scored.is_empty() {
            ol.podium aria-label=(w.podium) { @for row in &scored {
                li.card.{ "place-" (row.rank) } {
                    span.step { (row.rank) }
                    strong { (team(row)) }
                    span.points { (row.points) " " small { (words.points) } }
                }
            } }
        }
        div.cols {
            div.card { table.list {
                caption { (w.result) }
                thead { tr {
                    th.num scope="col" { (words.rank) }
                    th scope="col" { (words.team) }
                    th.num scope="col" { (words.points) }
                    th.num scope="col" { (words.fixes) }
                    th.num.mid scope="col" { (words.contributors) }
                } }
                tbody { @for row in &page.rows { tr {
                    td.num { (row.rank) }
                    th scope="row" { (team(row)) }
                    td.num.points { (row.points) }
                    td.num { (row.fixes) }
                    td.num.mid { (row.contributors) }
                } } }
            }
            p.hint { a href=(shell.href(&event.path(""), &[])) { (w.whole_board) } } }
            (export(page))
        }
    };
    frame(
        shell,
        Frame {
            title: &words.titled(w.result, name),
            description: w.result_description,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: event.path("/result"),
            head,
            body,
        },
    )
}

fn export(page: &ResultPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let address = format!("/api/v1{}", event.path("/export"));
    html! {
        section.card.prose aria-labelledby="export" {
            h2 #export { (w.export) }
            @match page.result {
                None => p { (w.unpublished) },
                Some(result) => {
                    p { (w.export_lead) }
                    p { a.button href=(address) download { (w.download) " · " (size(result.size)) } }
                    p { (w.sha256) ": " code.hash { (result.sha256) } }
                    h3 { (w.verify) }
                    p { (w.verify_lead) }
                    pre.shell tabindex="0" { code {
                        "curl -o " (event.slug) ".ndjson " (shell.origin) (address) "\n"
                        "sha256sum " (event.slug) ".ndjson\n"
                        "bugathlon verify " (event.slug) ".ndjson"
                    } }
                }
            }
        }
    }
}
