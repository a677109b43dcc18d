//! The judge's desk: its frame, the queue, and what became of a bulk decision.

use super::{
    parts::{empty, evidence, kind_word, person_link, pull_key, team_link, written},
    shell::{Frame, Work, console, frame},
    view::{Event, PersonRef, PullRef, Shell, TeamRef},
    when,
};
use crate::{
    domain::{check::Check, evaluate::Action, team::Kind, time::Moment},
    web::words::{desk::Desk as Words, teams::Teams},
};
use maud::{Markup, html};

/// What every page of the desk shows around.
#[derive(Clone, Copy)]
pub struct DeskFrame<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub open_appeals: u64,
    pub admin: bool,
    pub filter: DeskFilter<'a>,
    /// What was done a moment ago, and can be undone.
    pub done: Option<JustDone<'a>>,
}

/// Which part of the queue is looked at.
#[derive(Clone, Copy, Default)]
pub struct DeskFilter<'a> {
    pub kind: Option<Kind>,
    pub team: &'a str,
    pub check: Option<Check>,
}

impl<'a> DeskFilter<'a> {
    pub fn pairs(&self) -> [(&'static str, &'a str); 3] {
        [
            ("kind", self.kind.map_or("", Kind::as_str)),
            ("team", self.team),
            ("check", self.check.map_or("", Check::as_str)),
        ]
    }

    fn is_empty(&self) -> bool {
        self.kind.is_none() && self.team.is_empty() && self.check.is_none()
    }
}

/// A decision just taken, or just undone.
#[derive(Clone, Copy)]
pub struct JustDone<'a> {
    pub id: i64,
    pub title: &'a str,
    /// None: it was undone.
    pub action: Option<Action>,
}

impl DeskFrame<'_> {
    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.shell.lang)
    }

    /// An address of the desk with the filter; `rest` is empty or begins with `/`.
    pub(super) fn href(&self, rest: &str) -> String {
        self.shell
            .href(&self.event.path(&format!("/judge{rest}")), &self.filter.pairs())
    }

    fn nav(&self) -> Markup {
        let w = self.words();
        let path = |rest: &str| self.event.path(rest);
        let appeals = w.with_count(w.tab_appeals, self.open_appeals);
        let mut links = vec![
            (path("/judge"), w.tab_queue),
            (path("/judge/appeals"), appeals.as_str()),
        ];
        if self.admin {
            links.push((path("/judge/judges"), w.tab_judges));
        }
        links.push((path("/registrations"), Teams::of(self.shell.lang).registrations));
        links.push((path(""), w.tab_board));
        console(&self.shell, w.nav, self.shell.path, &links)
    }

    pub(super) fn page(&self, title: &str, rest: &str, head: Markup, body: Markup) -> Markup {
        frame(
            &self.shell,
            Frame {
                title,
                description: self.words().description,
                event: Some(&self.event),
                tab: None,
                nav: Some(self.nav()),
                work: Work::Desk,
                canonical: self.event.path(&format!("/judge{rest}")),
                head,
                body: html! { (self.done()) (body) (keys(self.words())) },
            },
        )
    }

    /// What was done a moment ago, with the way back.
    fn done(&self) -> Markup {
        let w = self.words();
        html! {
            @if let Some(done) = &self.done {
                div.done.undoable role="status" {
                    @match done.action {
                        None => p { (written(&w.undo_done(done.title))) },
                        Some(action) => {
                            p { strong { (w.decided(action)) } ": "
                                a href=(self.href(&format!("/{}", done.id))) { (written(done.title)) } }
                            form method="post" action=(self.href(&format!("/{}/undo", done.id))) {
                                button.quiet-button type="submit" data-key="u" aria-keyshortcuts="u" {
                                    (w.undo) " " (key("u"))
                                }
                            }
                        },
                    }
                }
            }
        }
    }
}

/// A key on a button; shown where keys work.
pub(super) fn key(key: &str) -> Markup {
    html! { kbd aria-hidden="true" { (key) } }
}

fn keys(w: &Words) -> Markup {
    let rows = [
        ("j", w.key_next),
        ("k", w.key_before),
        ("a", w.key_accept),
        ("r", w.key_reject),
        ("1 – 5", w.key_digit),
        ("u", w.key_undo),
        ("o", w.key_open),
        ("?", w.key_help),
    ];
    html! {
        details.keys.card data-keys-help {
            summary aria-keyshortcuts="?" { (w.keys) " " (key("?")) }
            dl.parts { @for (name, word) in rows { div { dt { kbd.shown { (name) } } dd { (word) } } } }
            p.hint { (w.keys_typing) }
            label.switch hidden data-keys-switch { input type="checkbox" checked; " " (w.keys_on) }
        }
    }
}

/// A line of the queue.
pub struct QueueRow<'a> {
    pub id: i64,
    pub etag: String,
    pub pull: PullRef<'a>,
    pub title: &'a str,
    pub person: Option<PersonRef<'a>>,
    pub team: Option<TeamRef<'a>>,
    /// The checks that ask, each with its evidence.
    pub asks: Vec<(Check, String)>,
    /// It was decided before, and has changed since.
    pub came_back: bool,
    pub since: Option<Moment>,
    /// Why the judge who looks must not decide.
    pub conflict: Option<String>,
    /// It misses nothing but a sign of a bug fix, and this judge may decide.
    pub simple: bool,
}

pub struct QueuePage<'a> {
    pub frame: DeskFrame<'a>,
    pub rows: Vec<QueueRow<'a>>,
    pub total: u64,
    /// The first one that this judge may decide on.
    pub first: Option<i64>,
    /// The last one shown, where more come after it.
    pub next: Option<i64>,
    /// This is not the head of the queue.
    pub further: bool,
    pub teams: Vec<TeamRef<'a>>,
    /// The bulk form came without anything picked.
    pub none_picked: bool,
}

pub fn queue(page: &QueuePage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let head = html! {
        div.head.one { div {
            h1 { (w.desk) }
            p.counts { (w.waiting(page.total)) }
        } }
    };
    let body = html! {
        div.desk-top {
            (filters(page))
            @if let Some(first) = page.first {
                a.button data-key="j" aria-keyshortcuts="j" href=(desk.href(&format!("/{first}"))) {
                    (w.begin) " " (key("j"))
                }
            }
        }
        @if page.none_picked { div.refused role="alert" { p { (w.bulk_none) } } }
        @if page.rows.is_empty() { (empty(w.nothing, w.nothing_do, None)) }
        @else { (list(page)) }
    };
    desk.page(w.desk, "", head, body)
}

fn filters(page: &QueuePage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let (filter, shell) = (&desk.filter, &desk.shell);
    let words = shell.words();
    html! {
        form.find method="get" action=(desk.event.path("/judge")) {
            @if shell.lang_in_url { input type="hidden" name="lang" value=(shell.lang.code()); }
            select name="kind" aria-label=(w.kind) {
                option value="" { (w.any_kind) }
                @for kind in Kind::ALL {
                    option value=(kind.as_str()) selected[filter.kind == Some(kind)] { (kind_word(words, kind)) }
                }
            }
            select name="team" aria-label=(w.team) {
                option value="" { (w.any_team) }
                @for team in &page.teams {
                    option value=(team.slug) selected[filter.team == team.slug] dir="auto" { (plain(team.name.of(shell.lang))) }
                }
            }
            select name="check" aria-label=(w.check) {
                option value="" { (w.any_check) }
                @for check in ASKING {
                    option value=(check.as_str()) selected[filter.check == Some(check)] { (words.check(check)) }
                }
            }
            button type="submit" { (w.show) }
            @if !filter.is_empty() { a href=(shell.href(&desk.event.path("/judge"), &[])) { (w.clear) } }
        }
    }
}

/// The checks that can ask a judge, or that a change after a decision can fail.
const ASKING: [Check; 5] = [
    Check::Bugfix,
    Check::SelfMerge,
    Check::Size,
    Check::NotDuplicate,
    Check::NotReverted,
];

/// Text for a place that takes no markup: without the characters that turn the text around it.
fn plain(text: &str) -> String {
    let turns = |c: &char| matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars().filter(|c| !turns(c)).collect()
}

fn list(page: &QueuePage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let bulk = page.rows.iter().any(|row| row.simple);
    html! {
        form method="post" action=(desk.href("/bulk")) {
            div.card { table.list.queue {
                caption { (w.queue_caption) }
                thead { tr {
                    th.tick scope="col" {
                        span.sr { (w.pick) }
                        @if bulk { label.tick hidden data-pick-all { input type="checkbox" aria-label=(w.pick_all); } }
                    }
                    th scope="col" { (w.fix) }
                    th.mid scope="col" { (w.why_here) }
                    th.num scope="col" { (w.waits) }
                } }
                tbody { @for row in &page.rows { (line(desk, row)) } }
            } }
            nav.pages aria-label=(desk.shell.words().pages) {
                @if page.further { a rel="prev" href=(desk.href("")) { "← " (w.from_head) } }
                @if let Some(next) = page.next {
                    @let after = next.to_string();
                    @let mut pairs = desk.filter.pairs().to_vec();
                    @let () = pairs.push(("after", after.as_str()));
                    a rel="next" href=(desk.shell.href(&desk.event.path("/judge"), &pairs)) { (w.further) " →" }
                }
            }
            @if bulk {
                fieldset.card.form.bulk {
                    legend { (w.bulk) }
                    p.hint { (w.bulk_lead) }
                    (reasons(desk.shell.lang, Action::Accept, "", ""))
                    (own_words(w, "bulk", "", None))
                    div.acts { button type="submit" { (w.bulk) } }
                }
            }
        }
    }
}

fn line(desk: &DeskFrame<'_>, row: &QueueRow<'_>) -> Markup {
    let (shell, event, w) = (&desk.shell, &desk.event, desk.words());
    html! {
        tr.conflict[row.conflict.is_some()] {
            td.tick {
                @if row.simple {
                    label.tick { input type="checkbox" name={ "pick-" (row.id) } value=(row.etag)
                        aria-label={ (w.pick) " " (row.pull.number) }; }
                }
            }
            th.fix scope="row" {
                a.title data-row href=(desk.href(&format!("/{}", row.id))) { (written(row.title)) }
                small {
                    @if let Some(person) = &row.person { (person_link(shell, event, person)) " · " }
                    @if let Some(team) = &row.team { (team_link(shell, event, team)) " · " }
                    (pull_key(&row.pull))
                }
                small.narrow { (why(desk, row)) }
                @if let Some(conflict) = &row.conflict { small.reason { (conflict) } }
            }
            td.mid { (why(desk, row)) }
            td.num { @if let Some(since) = row.since { (when::ago(shell, event.zone, since)) } }
        }
    }
}

fn why(desk: &DeskFrame<'_>, row: &QueueRow<'_>) -> Markup {
    let (shell, w) = (&desk.shell, desk.words());
    html! {
        @if row.came_back { strong.back { (w.came_back) } }
        @else if row.asks.is_empty() { (w.every_review) }
        @for (check, said) in &row.asks {
            span.asks { strong { (shell.words().check(*check)) } ": " (evidence(said)) }
        }
    }
}

/// Reasons written beforehand, one of which is chosen; the last one is the judge's own words.
pub(super) fn reasons(lang: crate::domain::text::Lang, action: Action, chosen: &str, own: &str) -> Markup {
    use crate::web::words::desk::Template;
    let w = Words::of(lang);
    let group = format!("template-{}", action.as_str());
    let first = Template::of(action).next().map_or("", |template| template.key);
    // To accept there is a usual reason; to reject there is none that one should come to by not choosing.
    let chosen = match (chosen, action) {
        ("", Action::Accept) if own.is_empty() => first,
        (chosen, _) => chosen,
    };
    html! {
        div.reasons data-reasons=(action.as_str()) {
            @for (at, template) in Template::of(action).enumerate() {
                label.choice {
                    input type="radio" name=(group) value=(template.key) checked[chosen == template.key];
                    span { (template.say(lang)) " " @if action == Action::Reject { (key(&(at + 1).to_string())) } }
                }
            }
            label.choice {
                input type="radio" name=(group) value="own" checked[chosen == "own"];
                span { (w.own_words) }
            }
        }
    }
}

pub(super) fn own_words(w: &Words, of: &str, value: &str, error: Option<&str>) -> Markup {
    let id = format!("f-reason-{of}");
    let about = error.map(|_| format!("{id}-error"));
    html! {
        div.field.wrong[error.is_some()] {
            label for=(id) { (w.add_words) }
            textarea id=(id) name="reason" rows="2" maxlength="2000" dir="auto" aria-describedby=[about.as_deref()]
                aria-invalid=[error.map(|_| "true")] { (value) }
            @if let Some(error) = error { p.error id={ (id) "-error" } { (error) } }
        }
    }
}

/// What became of one that was picked.
pub struct BulkLine<'a> {
    pub id: i64,
    pub title: Option<&'a str>,
    /// None: accepted.
    pub refused: Option<String>,
}

pub struct BulkPage<'a> {
    pub frame: DeskFrame<'a>,
    pub lines: Vec<BulkLine<'a>>,
}

pub fn bulk(page: &BulkPage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let (left, went): (Vec<_>, Vec<_>) = page.lines.iter().partition(|line| line.refused.is_some());
    let head = html! { div.head.one { div { h1 { (w.bulk_done) } } } };
    let part = |title: &str, lines: &[&BulkLine<'_>]| {
        html! {
            @if !lines.is_empty() {
                section.card {
                    h2 { (title) " · " (lines.len()) }
                    ul.plain { @for line in lines { li {
                        a href=(desk.href(&format!("/{}", line.id))) {
                            @match line.title { Some(title) => (written(title)), None => { "#" (line.id) } }
                        }
                        @if let Some(refused) = &line.refused { " " small { (written(refused)) } }
                    } } }
                }
            }
        }
    };
    let body = html! {
        div.stack {
            (part(w.bulk_left, &left))
            (part(w.bulk_went, &went))
            p { a.button data-key="j" aria-keyshortcuts="j" href=(desk.href("")) { (w.to_queue) " " (key("j")) } }
        }
    };
    desk.page(w.bulk_done, "", head, body)
}
