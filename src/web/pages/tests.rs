//! What holds on every page: hostile text stays text, nothing inline, one h1, landmarks, small script.

use super::samples::{World, pages};
use crate::domain::text::Lang;

const JS: &str = include_str!("../assets/live.js");
const DESK: &str = include_str!("../assets/desk.js");
const CSS: &str = include_str!("../assets/app.css");

fn each(mut check: impl FnMut(&str, &str)) {
    for hostile in [true, false] {
        let world = World::new(hostile);
        for lang in [Lang::En, Lang::Zh] {
            for (page, html) in pages(&world, lang, hostile) {
                check(
                    &format!("{page} {} hostile={hostile}", lang.code()),
                    &html.into_string(),
                );
            }
        }
    }
}

/// The tags of a page without what stands between them.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
        .collect()
}

/// A tag with the values of its attributes taken out: what is left is markup that the page itself wrote.
fn bare(tag: &str) -> String {
    tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

#[test]
fn hostile_text_stays_text() {
    each(|page, html| {
        assert!(!html.contains("<script>"), "{page}");
        assert!(!html.contains("href=\"javascript:"), "{page}");
        for tag in tags(html) {
            let bare = bare(tag);
            assert!(!bare.contains(" style="), "{page}: {tag}");
            assert!(!bare.contains(" on"), "{page}: {tag}");
            assert!(!bare.contains("alert("), "{page}: {tag}");
        }
        assert!(!html.contains("<style"), "{page}");
    });
}

#[test]
fn bidirectional_text_is_kept_apart() {
    each(|page, html| {
        let body = html.split_once("<main").map_or("", |(_, body)| body);
        // In attributes the control may stand: a form field keeps it to itself.
        for part in body
            .split("<bdi>")
            .map(|part| part.rsplit("</bdi>").next().unwrap_or(""))
        {
            let text = part.split('>').map(|piece| piece.split('<').next().unwrap_or(""));
            for piece in text.skip(1) {
                assert!(!piece.contains('\u{202e}'), "{page}: {piece}");
            }
        }
    });
}

#[test]
fn every_page_has_its_frame() {
    each(|page, html| {
        for (what, count) in [
            ("<h1", 1),
            ("<main", 1),
            ("<title>", 1),
            ("rel=\"canonical\"", 1),
            ("class=\"skip\"", 1),
        ] {
            assert_eq!(html.matches(what).count(), count, "{page}: {what}");
        }
        assert!(html.starts_with("<!DOCTYPE html><html lang=\""), "{page}");
        assert_eq!(
            html.matches("<table").count(),
            html.matches("<caption").count(),
            "{page}"
        );
        let mut ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "{page}: {ids:?}");
    });
}

#[test]
fn the_language_link_keeps_path_and_query() {
    let world = World::new(false);
    let board = pages(&world, Lang::En, false).remove(0).1.into_string();
    assert!(board.contains("href=\"/competitions/mindcon-2020?kind=city&amp;lang=zh\""));
}

#[test]
fn a_held_submission_tells_nothing_of_its_result() {
    let world = World::new(false);
    let held = pages(&world, Lang::En, false)
        .into_iter()
        .find(|(page, _)| *page == "held")
        .map(|(_, html)| html.into_string())
        .unwrap_or_default();
    assert!(held.contains("Held until the reveal"));
    for told in [
        "Counted",
        "priority/critical",
        "class=\"pass\"",
        "the ledger:",
        "7 points",
    ] {
        assert!(!held.contains(told), "{told}");
    }
}

#[test]
fn assets_are_small_and_plain() {
    assert!(JS.len() < 12_000, "{} bytes", JS.len());
    assert!(DESK.len() < 6_000, "{} bytes", DESK.len());
    assert!(CSS.len() < 30_000, "{} bytes", CSS.len());
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ] {
        assert!(!JS.contains(word) && !DESK.contains(word), "{word}");
    }
    assert!(!CSS.contains("url(http"));
}
