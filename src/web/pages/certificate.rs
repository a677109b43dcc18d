//! A person's certificate: a drawing on A4 landscape that stands for itself (one file, no script, no font of its
//! own), and the page that shows it, prints as that drawing alone, and says the same in words.

use super::{
    fit::{Fitted, fit, line},
    parts::{freeze_banner, written},
    person::LevelView,
    qr::qr,
    shell::{Frame, Work, frame},
    view::{Event, PersonRef, Shell, TeamRef},
    when,
};
use crate::domain::{text::Lang, time::Moment};
use crate::web::words::certificate::Certificate as Words;
use maud::{Markup, html};

pub struct CertificatePage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub person: PersonRef<'a>,
    pub level: LevelView<'a>,
    /// None: in no team of this competition now or before.
    pub team: Option<TeamRef<'a>>,
    pub points: i64,
    pub fixes: u32,
    /// On the people's board, and how many stand there; None: without a point.
    pub rank: Option<(u32, u64)>,
    pub standing: Standing,
    /// The person's page as a whole address, for the code that a camera reads.
    pub address: &'a str,
}

/// Whether the figures can still change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Since when they are final.
    Final(Moment),
    /// What they are true for.
    SoFar(Moment),
}

// A4 landscape in quarters of a millimetre, and what stands where on it.
const SIZE: (f32, f32) = (1188.0, 840.0);
const LEFT: f32 = 72.0;
const RIGHT: f32 = 1116.0;
/// Lower edge of the dark band.
const BAND: f32 = 384.0;
const TRACK: f32 = 722.0;
/// Beside the bib, above; beside the code, below.
const COLUMN: f32 = 640.0;

const FONT: &str = "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Hiragino Sans GB','Microsoft YaHei',\
    'Noto Sans CJK SC','Noto Sans SC',sans-serif";
const NAVY: &str = "#0a1633";
const INK: &str = "#0f1a33";
const QUIET: &str = "#465270";
const BLUE: &str = "#1149d8";
const PALE: &str = "#bccaf0";

impl CertificatePage<'_> {
    fn standing(&self, w: &Words) -> String {
        let (shell, zone) = (&self.shell, self.event.zone);
        match self.standing {
            Standing::Final(at) => w.last(&when::day(shell, zone, at)),
            Standing::SoFar(at) => {
                let time = format!("{} {}", when::day_time(shell, zone, at), when::offset(zone, at));
                w.so_far(&time)
            }
        }
    }

    fn says(&self, w: &Words) -> String {
        let (person, event) = (&self.person, self.event.name.of(self.shell.lang));
        w.says(
            person.name,
            person.code,
            self.fixes,
            self.points,
            event,
            &self.standing(w),
        )
    }
}

/// The file: XML, with its declaration.
pub fn certificate_svg(page: &CertificatePage<'_>) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        drawing(page).into_string()
    )
}

fn drawing(page: &CertificatePage<'_>) -> Markup {
    let w = Words::of(page.shell.lang);
    let lang = page.shell.words().html_lang;
    let view = format!("0 0 {} {}", SIZE.0, SIZE.1);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(view) width="297mm" height="210mm" font-family=(FONT)
            lang=(lang) role="img" aria-labelledby="says" {
            title #says { (fit(&page.says(w), f32::MAX, &[(1.0, 1)]).lines.concat()) }
            defs {
                linearGradient #navy { stop offset="0" stop-color=(NAVY) {} stop offset="1" stop-color="#12296b" {} }
                clipPath #band { path d={ "M0 0H" (SIZE.0) "V" (BAND) "H0Z" } {} }
            }
            rect width=(SIZE.0) height=(SIZE.1) fill="#fff" {}
            path d={ "M0 0H" (SIZE.0) "V" (BAND) "H0Z" } fill="url(#navy)" {}
            // The lanes of the track, bending around the corner as on every page.
            g clip-path="url(#band)" fill="none" stroke="#96b2ff" stroke-opacity=".22" stroke-width="2" {
                @for lane in 0..12 { circle cx=(SIZE.0) cy="440" r=(110 + 58 * lane) {} }
            }
            (sign())
            (who(page, w))
            (bib(page, w))
            (what(page, w))
            (figures(page, w))
            (code(page))
            (ladder(page))
            (foot(page, w))
        }
    }
}

fn sign() -> Markup {
    html! {
        g transform="translate(66 48) scale(1.7)" fill="none" stroke-linecap="round" stroke-width="2.25" {
            path d="M9 9 4 5M9 16H2M9 23l-5 4M23 9l5-4M23 16h7M23 23l5 4" stroke="#7fa6ff" {}
            rect x="9" y="3" width="14" height="26" rx="7" fill="#1f6bff" stroke="#fff" {}
            path d="M16 8.5v15" stroke="#fff" stroke-dasharray="3 4" {}
        }
        text x="134" y="86" font-size="32" font-weight="800" fill="#fff" { "Bugathlon" }
    }
}

/// Lines of a text with the last one's foot at `y`.
fn lines(text: &Fitted, x: f32, y: f32, weight: u32, fill: &str) -> Markup {
    let above = text.lines.len().saturating_sub(1);
    html! {
        @for (at, line) in text.lines.iter().enumerate() {
            @let up = (above - at) as f32 * text.size * 1.16;
            text x=(x) y=(y - up) font-size=(text.size) font-weight=(weight) fill=(fill) { (line) }
        }
    }
}

fn who(page: &CertificatePage<'_>, w: &Words) -> Markup {
    const NAME: &[(f32, usize)] = &[
        (72.0, 1),
        (62.0, 1),
        (54.0, 1),
        (46.0, 2),
        (38.0, 3),
        (32.0, 3),
        (26.0, 4),
    ];
    let spaced = if page.shell.lang == Lang::En { "5" } else { "10" };
    let name = fit(page.person.name, COLUMN, NAME);
    // With four lines of a long name there is room for nothing but the name.
    let crowded = name.lines.len() > 2;
    html! {
        text x=(LEFT) y=(if crowded { 150 } else { 172 }) font-size="22" letter-spacing=(spaced) font-weight="600" fill=(PALE) { (w.heading) }
        (lines(&name, LEFT, if name.lines.len() == 1 { 266.0 } else { 292.0 }, 800, "#fff"))
        @if let Some(team) = &page.team {
            (lines(&line(&w.for_team(team.name.of(page.shell.lang)), COLUMN, 28.0, 18.0), LEFT, 346.0, 400, PALE))
        }
    }
}

/// The bib that a runner wears: the level and the code.
fn bib(page: &CertificatePage<'_>, w: &Words) -> Markup {
    let middle = |text: &Fitted, y: f32, weight: u32, fill: &str| {
        html! {
            text x="938" y=(y) text-anchor="middle" font-size=(text.size) font-weight=(weight) fill=(fill) {
                (text.lines.concat())
            }
        }
    };
    let level = line(page.level.now.name.of(page.shell.lang), 260.0, 32.0, 16.0);
    html! {
        rect x="758" y="150" width="360" height="276" rx="22" fill="#fff" stroke="#dce2ee" stroke-width="2" {}
        path d="M758 172a22 22 0 0 1 22-22h316a22 22 0 0 1 22 22v54h-360z" fill=(BLUE) {}
        @for (x, y, ink) in [(786, 176, "1"), (1090, 176, "1"), (786, 398, ".18"), (1090, 398, ".18")] {
            circle cx=(x) cy=(y) r="9" fill=(NAVY) fill-opacity=(ink) {}
        }
        (middle(&level, 200.0, 700, "#fff"))
        (middle(&line(page.person.code, 310.0, 72.0, 20.0), 338.0, 800, INK))
        (middle(&line(&w.in_all(page.level.fixes), 240.0, 22.0, 14.0), 390.0, 400, QUIET))
    }
}

fn what(page: &CertificatePage<'_>, w: &Words) -> Markup {
    const EVENT: &[(f32, usize)] = &[(38.0, 1), (32.0, 1), (26.0, 2), (21.0, 2)];
    let event = fit(page.event.name.of(page.shell.lang), COLUMN, EVENT);
    let status = line(&page.standing(w), COLUMN, 22.0, 14.0);
    html! {
        (lines(&event, LEFT, 462.0, 800, INK))
        (lines(&status, LEFT, 500.0, 400, QUIET))
    }
}

fn figures(page: &CertificatePage<'_>, w: &Words) -> Markup {
    let mut all = vec![
        (page.fixes.to_string(), w.fixes(page.fixes).to_owned()),
        (page.points.to_string(), w.points(page.points).to_owned()),
    ];
    if let Some((rank, total)) = page.rank {
        all.push((rank.to_string(), w.rank_of(total)));
    }
    html! {
        @for (at, (figure, word)) in all.iter().enumerate() {
            @let x = LEFT + at as f32 * 240.0;
            (lines(&line(figure, 220.0, 88.0, 20.0), x - 4.0, 606.0, 800, BLUE))
            (lines(&line(word, 220.0, 20.0, 12.0), x, 640.0, 400, QUIET))
        }
    }
}

/// The address for a camera.
fn code(page: &CertificatePage<'_>) -> Markup {
    html! {
        @if let Some(qr) = qr(page.address) {
            @let scale = 168.0 / qr.side as f32;
            path transform={ "translate(962 462) scale(" (scale) ")" } d=(qr.path) fill=(INK) shape-rendering="crispEdges" {}
        }
    }
}

/// The ladder as a straight of the track: run as far as the fixes of all competitions carry.
fn ladder(page: &CertificatePage<'_>) -> Markup {
    let level = &page.level;
    let (first, last) = (LEFT + 10.0, RIGHT - 10.0);
    let count = level.rungs.len();
    let step = (last - first) / count.saturating_sub(1).max(1) as f32;
    let at = |rung: usize| first + rung as f32 * step;
    let now = level
        .rungs
        .iter()
        .rposition(|rung| rung.fixes <= level.fixes)
        .unwrap_or(0);
    let part = level.rungs.get(now + 1).map_or(0.0, |next| {
        let from = level.rungs[now].fixes;
        (level.fixes.saturating_sub(from)) as f32 / next.fixes.saturating_sub(from).max(1) as f32
    });
    // Just short of the next rung, however near: it is not reached.
    let run = at(now) + step * part.min(0.9);
    let size = if count > 8 { 17 } else { 22 };
    html! {
        g stroke-linecap="round" fill="none" {
            path d={ "M" (LEFT) " " (TRACK) "H" (RIGHT) } stroke="#dce2ee" stroke-width="16" {}
            path d={ "M" (LEFT) " " (TRACK) "H" (run.min(RIGHT)) } stroke="#1f6bff" stroke-width="16" {}
            path d={ "M" (LEFT) " " (TRACK) "H" (RIGHT) } stroke="#fff" stroke-width="2" stroke-dasharray="10 12" {}
        }
        @for (place, rung) in level.rungs.iter().enumerate() {
            @let (x, anchor) = match place {
                0 => (LEFT - 8.0, "start"),
                last if last + 1 == count => (RIGHT + 8.0, "end"),
                _ => (at(place), "middle"),
            };
            @let (fill, edge, ink) = if place <= now { (BLUE, "#fff", INK) } else { ("#fff", "#8390ad", "#5d6884") };
            circle cx=(at(place)) cy=(TRACK) r=(if place == now { 18 } else { 13 }) fill=(fill) stroke=(edge) stroke-width="3" {}
            text x=(x) y=(TRACK - 30.0) text-anchor=(anchor) font-size=(size) font-weight=(if place == now { 800 } else { 600 }) fill=(ink) {
                (rung.code)
            }
            text x=(x) y=(TRACK + 40.0) text-anchor=(anchor) font-size=(size - 5) fill="#5d6884" { (rung.fixes) }
        }
    }
}

fn foot(page: &CertificatePage<'_>, w: &Words) -> Markup {
    let text = format!("{} {}", w.proof, page.address);
    html! { (lines(&line(&text, RIGHT - LEFT, 17.0, 10.0), LEFT, 808.0, 400, "#5d6884")) }
}

pub fn certificate(page: &CertificatePage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let (w, common) = (Words::of(shell.lang), shell.words());
    let path = event.path(&format!("/people/{}/certificate", page.person.slug));
    let person = event.path(&format!("/people/{}", page.person.slug));
    let file = shell.href(&format!("{path}.svg"), &[]);
    let says = page.says(w);
    let head = html! {
        div.head.one {
            div {
                p.counts { a href=(shell.href(&person, &[])) { (written(page.person.name)) } }
                h1 { (w.certificate) }
                p.counts { (written(event.name.of(shell.lang))) }
            }
        }
    };
    let body = html! {
        (freeze_banner(shell, event))
        p.sheet { img src=(file) width="1188" height="840" alt=(says); }
        div.acts {
            a.button href=(file) download=(format!("{}-{}.svg", event.slug, page.person.slug)) { (w.download) }
            a.button.quiet-button href=(shell.href(&person, &[])) { (w.to_person) }
        }
        p.hint { (w.print_hint) }
        section.card aria-labelledby="facts" {
            h2 #facts { (w.facts) }
            dl.facts {
                div { dt { (w.name) } dd { (written(page.person.name)) } }
                div { dt { (w.code) } dd { code { (written(page.person.code)) } } }
                div { dt { (common.level) } dd { (page.level.now.code) " " (written(page.level.now.name.of(shell.lang))) } }
                @if let Some(team) = &page.team {
                    div { dt { (common.team) } dd { (written(team.name.of(shell.lang))) } }
                }
                div { dt { (common.fixes) } dd { (page.fixes) } }
                div { dt { (common.points) } dd { (page.points) } }
                @if let Some((rank, total)) = page.rank {
                    div { dt { (common.rank) } dd { (rank) " / " (total) } }
                }
                div { dt { (w.standing) } dd { (page.standing(w)) } }
            }
        }
    };
    frame(
        shell,
        Frame {
            title: &common.titled(
                &format!("{} · {}", w.certificate, page.person.name),
                event.name.of(shell.lang),
            ),
            description: &says,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: path,
            head,
            body,
        },
    )
}
