//! The page on which a team registers, and the fields that it shares with the page to change one.

use super::{
    form::{Field, Input, Typed, field, refused},
    parts::{kind_word, written},
    shell::{Frame, Work, frame},
    view::{Event, Shell},
};
use crate::{
    domain::{region::Region, team::Kind, text::Name},
    web::words::teams::Teams as Words,
};
use maud::{Markup, html};

pub struct RegisterPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub typed: Typed<'a>,
}

pub fn register(page: &RegisterPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let path = event.path("/teams/new");
    let head = html! {
        div.head.one { div {
            p.counts { (written(event.name.of(shell.lang))) }
            h1 { (w.register) }
            p.counts { (w.register_lead) }
        } }
    };
    let body = html! {
        form.card.form.column method="post" action=(shell.href(&path, &[])) {
            (refused(shell, &page.typed))
            (names(shell, &page.typed, None))
            div.pair {
                (field(shell, &page.typed, &Field {
                    name: "kind", label: w.kind, value: "", hint: None, required: true, autocomplete: "",
                    input: Input::Choice(&kinds(shell)),
                }))
                (region(shell, &page.typed, None))
            }
            div.pair {
                (field(shell, &page.typed, &Field {
                    name: "slug", label: w.slug, value: "", hint: Some(w.slug_hint), required: true,
                    autocomplete: "off", input: Input::Line("text"),
                }))
                (capacity(shell, &page.typed, ""))
            }
            (field(shell, &page.typed, &Field {
                name: "statement", label: w.statement, value: "", hint: Some(w.statement_hint), required: true,
                autocomplete: "", input: Input::Text(6),
            }))
            div.acts { button type="submit" { (w.apply) } }
        }
    };
    frame(
        shell,
        Frame {
            title: w.register,
            description: w.register_lead,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: path.clone(),
            head,
            body,
        },
    )
}

/// Both names, beside each other where there is room.
pub(super) fn names(shell: &Shell<'_>, typed: &Typed<'_>, before: Option<&Name>) -> Markup {
    let w = Words::of(shell.lang);
    html! {
        div.pair {
            (field(shell, typed, &Field {
                name: "name.en", label: w.name_en, value: before.map_or("", |name| &name.en),
                hint: Some(w.name_hint), required: true, autocomplete: "off", input: Input::Line("text"),
            }))
            (field(shell, typed, &Field {
                name: "name.zh", label: w.name_zh, value: before.map_or("", |name| &name.zh),
                hint: Some(w.name_zh_hint), required: true, autocomplete: "off", input: Input::Line("text"),
            }))
        }
    }
}

pub(super) fn capacity(shell: &Shell<'_>, typed: &Typed<'_>, before: &str) -> Markup {
    let w = Words::of(shell.lang);
    field(
        shell,
        typed,
        &Field {
            name: "capacity",
            label: w.capacity,
            value: before,
            hint: Some(w.capacity_hint),
            required: false,
            autocomplete: "off",
            input: Input::Line("number"),
        },
    )
}

fn kinds(shell: &Shell<'_>) -> Vec<(&'static str, &'static str)> {
    let choose = ("", Words::of(shell.lang).choose);
    let kind = |kind: Kind| (kind.as_str(), kind_word(shell.words(), kind));
    [choose].into_iter().chain(Kind::ALL.map(kind)).collect()
}

/// The region as a list in groups, which a phone and a keyboard search by themselves: China and its subdivisions,
/// other countries that have some, and then every other place.
pub(super) fn region(shell: &Shell<'_>, typed: &Typed<'_>, before: Option<&Region>) -> Markup {
    let w = Words::of(shell.lang);
    let groups = groups(shell, before);
    field(
        shell,
        typed,
        &Field {
            name: "region",
            label: w.region,
            value: before.map_or("", Region::as_str),
            hint: None,
            required: true,
            autocomplete: "",
            input: Input::Groups(w.choose, &groups),
        },
    )
}

/// A group's name, and the values and words in it.
pub(super) type Group = (String, Vec<(String, String)>);

fn groups(shell: &Shell<'_>, before: Option<&Region>) -> Vec<Group> {
    let option = |region: &Region| (region.as_str().to_owned(), region.name(shell.lang).into_owned());
    let all: Vec<Region> = Region::all().collect();
    let (mut divided, mut others): (Vec<Group>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    for country in all.iter().filter(|region| region.is_country()) {
        let mut inside: Vec<(String, String)> = all
            .iter()
            .filter(|region| !region.is_country() && region.country() == country.as_str())
            .map(option)
            .collect();
        if inside.is_empty() {
            others.push(option(country));
        } else {
            inside.sort_by(|a, b| a.1.cmp(&b.1));
            inside.insert(0, option(country));
            divided.push((country.name(shell.lang).into_owned(), inside));
        }
    }
    // Where most teams are from comes first.
    divided.sort_by(|a, b| (!is_home(a), &a.0).cmp(&(!is_home(b), &b.0)));
    others.sort_by(|a, b| a.1.cmp(&b.1));
    // A subdivision that the table lacks is a region too.
    if let Some(own) = before.filter(|own| !all.contains(own)) {
        others.insert(0, option(own));
    }
    divided.push((Words::of(shell.lang).countries.to_owned(), others));
    divided
}

fn is_home(group: &Group) -> bool {
    group.1.first().is_some_and(|(code, _)| code == "CN")
}
