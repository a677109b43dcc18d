//! What the organizer tells the team, on the team's page.

use super::{Desk, page};
use crate::{
    domain::time::Moment,
    web::pages::{
        form::{Field, Input, Typed, ask_once, field, refused},
        parts::written,
        when,
    },
};
use maud::{Markup, html};

pub struct AnnouncementPage<'a> {
    pub desk: Desk<'a>,
    /// What stands there, and since when.
    pub now: Option<(&'a str, Moment)>,
    pub typed: Typed<'a>,
}

pub fn announcement(announcement: &AnnouncementPage<'_>) -> Markup {
    let desk = &announcement.desk;
    let (shell, w) = (&desk.shell, desk.words());
    let action = desk.link("/announcement", &[]);
    let take_away = html! {
        form method="post" action=(action) {
            input type="hidden" name="text" value="";
            button.danger type="submit" { (w.withdraw_now) }
        }
    };
    let body = html! {
        div.narrow-column.stack {
            @if let Some((text, at)) = announcement.now {
                section.card.form aria-labelledby="stands" {
                    h2 #stands { (w.announced) " " (when::both_clocks(shell, desk.event.zone, at)) }
                    p.pre { (written(text)) }
                    (ask_once(w.withdraw, w.withdraw_means, take_away))
                }
            }
            form.card.form method="post" action=(action) {
                (refused(shell, &announcement.typed))
                (field(shell, &announcement.typed, &Field {
                    name: "text", label: w.announcement_text, value: announcement.now.map_or("", |(text, _)| text),
                    hint: Some(w.announcement_hint), required: true, autocomplete: "off", input: Input::Text(8),
                }))
                button type="submit" { (w.announce) }
            }
        }
    };
    page(
        desk,
        "/announcement",
        w.tab_announcement,
        Some(w.announcement_lead),
        &html! {},
        &body,
    )
}
