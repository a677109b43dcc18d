//! Instants as a page shows them: `<time>` with the machine's form, the event's clock as text, and the
//! hooks by which `live.js` adds the viewer's clock.

use super::view::Shell;
use crate::domain::time::Moment;
use chrono::Offset;
use chrono_tz::Tz;
use maud::{Markup, html};

/// `28 Dec 2020, 00:00` or `2020年12月28日 00:00`, on the clock of `zone`.
pub fn day_time(shell: &Shell<'_>, zone: Tz, at: Moment) -> String {
    format(shell.words().date_time_form, zone, at)
}

/// `28 Dec 2020` or `2020年12月28日`.
pub fn day(shell: &Shell<'_>, zone: Tz, at: Moment) -> String {
    format(shell.words().date_form, zone, at)
}

fn format(form: &str, zone: Tz, at: Moment) -> String {
    at.utc().with_timezone(&zone).format(form).to_string()
}

/// What a form's field of a day and time holds: `2020-12-28T10:00`, on the clock of `zone`.
pub fn field_value(zone: Tz, at: Moment) -> String {
    format("%Y-%m-%dT%H:%M", zone, at)
}

/// `UTC+8`, `UTC−3:30`, `UTC`: what `zone` is ahead of UTC at that instant.
pub fn offset(zone: Tz, at: Moment) -> String {
    let minutes = offset_minutes(zone, at);
    if minutes == 0 {
        return "UTC".to_owned();
    }
    let sign = if minutes < 0 { '−' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    if rest == 0 {
        format!("UTC{sign}{hours}")
    } else {
        format!("UTC{sign}{hours}:{rest:02}")
    }
}

fn offset_minutes(zone: Tz, at: Moment) -> i32 {
    at.utc().with_timezone(&zone).offset().fix().local_minus_utc() / 60
}

/// Day and time on the event's clock, and the viewer's own beside it where that differs.
pub fn stamp(shell: &Shell<'_>, zone: Tz, at: Moment) -> Markup {
    html! { time datetime=(at) data-local=(offset_minutes(zone, at)) { (day_time(shell, zone, at)) } }
}

/// The time alone where it is today, with the day where it is not.
pub fn short_stamp(shell: &Shell<'_>, zone: Tz, at: Moment) -> Markup {
    let today = at.day(zone) == shell.now.day(zone);
    let form = if today {
        "%H:%M:%S"
    } else {
        shell.words().date_time_form
    };
    html! { time datetime=(at) { (format(form, zone, at)) } }
}

/// Day and time with the clock's name, and the viewer's own time beside it where that differs.
pub fn both_clocks(shell: &Shell<'_>, zone: Tz, at: Moment) -> Markup {
    html! {
        time datetime=(at) data-local=(offset_minutes(zone, at)) {
            (day_time(shell, zone, at)) " " span.zone { (offset(zone, at)) }
        }
    }
}

/// `12 s ago`, kept true by `live.js`.
pub fn ago(shell: &Shell<'_>, zone: Tz, at: Moment) -> Markup {
    let millis = shell.now.millis().saturating_sub(at.millis());
    html! {
        time datetime=(at) data-ago title=(day_time(shell, zone, at)) { (shell.words().ago(millis)) }
    }
}

/// The countdown's digits: `2 d 04:12:31`, or `04:12:31` on the last day. `millis` below 0 counts as 0.
pub fn countdown(shell: &Shell<'_>, millis: i64) -> String {
    let seconds = millis.max(0) / Moment::SECOND;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
    if days > 0 {
        format!("{days} {} {clock}", shell.words().unit_day)
    } else {
        clock
    }
}
