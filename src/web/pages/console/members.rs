//! Who is in the team, what they did, who has gone silent.

use super::{Choice, Desk, narrow, page};
use crate::{
    domain::time::Moment,
    web::{
        pages::{
            form::ask_once,
            parts::{empty, pages, person_link, written},
            view::{Paging, PersonRef},
            when,
        },
        words::form::Form,
    },
};
use maud::{Markup, html};

pub struct MembersPage<'a> {
    pub desk: Desk<'a>,
    /// Everybody in the team now, and its seats where there is a limit.
    pub count: usize,
    pub capacity: Option<u32>,
    /// `now`, `silent`, `former` or `all`.
    pub show: &'a str,
    /// `name`, `points`, `fixes`, `pending`, `joined` or `last`.
    pub sort: &'a str,
    /// Silent after so many days, as it stands in the address.
    pub days: &'a str,
    pub q: &'a str,
    pub rows: Vec<MemberRow<'a>>,
    pub paging: Paging,
}

#[derive(Clone, Copy, Debug)]
pub struct MemberRow<'a> {
    pub person: PersonRef<'a>,
    /// None: from the start.
    pub joined_at: Option<Moment>,
    /// None: in the team.
    pub left_at: Option<Moment>,
    /// In the team now: can be sent away.
    pub here: bool,
    /// For this team, as the public may see them.
    pub points: i64,
    pub fixes: u32,
    pub pending: u32,
    pub last_merged: Option<Moment>,
    /// Days of silence, where it is long enough to say so; whether anything was ever seen of them.
    pub silent: Option<(i64, bool)>,
}

/// Days after which somebody counts as silent, to choose from.
pub const SILENT_DAYS: [i64; 4] = [3, 7, 14, 30];

pub fn members(members: &MembersPage<'_>) -> Markup {
    let desk = &members.desk;
    let (shell, w) = (&desk.shell, desk.words());
    let common = shell.words();
    let shows = [
        ("now", w.show_now),
        ("silent", w.show_silent),
        ("former", w.show_former),
        ("all", w.show_all),
    ];
    let sorts = [
        ("name", w.sort_name),
        ("points", w.sort_points),
        ("fixes", w.sort_fixes),
        ("pending", w.sort_pending),
        ("joined", w.sort_joined),
        ("last", w.sort_last),
    ];
    let days: Vec<(String, String)> = SILENT_DAYS.map(|days| (days.to_string(), w.days(days))).to_vec();
    let days: Vec<(&str, &str)> = days
        .iter()
        .map(|(value, word)| (value.as_str(), word.as_str()))
        .collect();
    let choice = |name, label, all, now| Choice { name, label, all, now };
    let choices = [
        choice("show", w.show, &shows, members.show),
        choice("days", w.silent_after, &days, members.days),
        choice("sort", Form::of(shell.lang).sort, &sorts, members.sort),
    ];
    let pairs = [
        ("show", members.show),
        ("days", members.days),
        ("sort", members.sort),
        ("q", members.q),
    ];
    let invites = desk.link("/invites", &[]);
    let body = html! {
        (narrow(desk, "/members", &choices, Some((w.find_member, members.q))))
        div.card {
            @if members.rows.is_empty() {
                @if members.count == 0 { (empty(w.no_member_title, w.no_member_do, Some((&invites, w.tab_invites)))) }
                @else { (empty(w.no_match_title, w.no_match_do, None)) }
            } @else {
                table.list {
                    caption { (common.members(members.count, members.capacity)) }
                    thead { tr {
                        th scope="col" { (common.person) }
                        th.num scope="col" { (common.fixes) }
                        th.num scope="col" { (common.points) }
                        th.num.mid scope="col" { (common.pending) }
                    } }
                    tbody { @for row in &members.rows { (line(desk, row)) } }
                }
            }
        }
        (pages(shell, &desk.path("/members"), &pairs, &members.paging))
    };
    page(desk, "/members", w.tab_members, Some(w.members_lead), &html! {}, &body)
}

fn line(desk: &Desk<'_>, row: &MemberRow<'_>) -> Markup {
    let (shell, event, w) = (&desk.shell, &desk.event, desk.words());
    let day = |at: Moment| html! { time datetime=(at) { (when::day(shell, event.zone, at)) } };
    let pending = desk.link("/waiting", &[("person", row.person.slug)]);
    html! {
        tr {
            th scope="row" {
                (person_link(shell, event, &row.person)) " "
                @if let Some((days, seen)) = row.silent {
                    span.stamp.waiting { (if seen { w.silent_for(days) } else { w.never_seen(days) }) }
                }
                small {
                    code { (written(row.person.code)) } " · "
                    @match row.joined_at { Some(at) => { (w.joined) " " (day(at)) }, None => { (w.from_the_start) } }
                    @if let Some(at) = row.left_at { " · " (w.left) " " (day(at)) }
                    " · "
                    @match row.last_merged { Some(at) => { (w.last_merged) " " (when::stamp(shell, event.zone, at)) }, None => { (w.no_merge) } }
                }
                @if row.here { (remove(desk, row)) }
            }
            td.num { (row.fixes) }
            td.num.points { (row.points) }
            td.num.mid { @if row.pending > 0 { a.pending href=(pending) { (row.pending) } } @else { "–" } }
        }
    }
}

fn remove(desk: &Desk<'_>, row: &MemberRow<'_>) -> Markup {
    let w = desk.words();
    let action = desk.link(&format!("/members/{}/remove", row.person.slug), &[]);
    let form = html! {
        form method="post" action=(action) { button.danger type="submit" { span { (w.remove_now) ": " (written(row.person.name)) } } }
    };
    ask_once(w.remove, w.remove_means, form)
}
