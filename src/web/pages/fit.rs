//! Text in a drawing, where nothing wraps by itself: measured by its characters, made smaller, set in lines, and
//! cut only as a last resort. What no reader could see is taken out, so that a drawing stays what it shows.

use crate::domain::text::invisible;
use unicode_normalization::char::is_combining_mark;

/// Accents on one letter beyond which they would run over the lines around it.
const MARKS: usize = 2;

/// Text as it is drawn.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Fitted {
    /// Of the letters, in the drawing's units.
    pub size: f32,
    pub lines: Vec<String>,
}

/// `text` in lines of at most `width` units. `steps`: sizes of letters with how many lines each may take, the
/// largest first; the first one is taken that holds the text without breaking a word, the last one whatever it
/// takes, cut with an ellipsis.
pub(super) fn fit(text: &str, width: f32, steps: &[(f32, usize)]) -> Fitted {
    let text = drawn(text);
    let mut last = (1.0, 1);
    for (size, most) in steps.iter().copied() {
        let (lines, broken) = wrapped(&text, width / size);
        if lines.len() <= most && !broken {
            return Fitted { size, lines };
        }
        last = (size, most);
    }
    let (size, most) = last;
    let (mut lines, _) = wrapped(&text, width / size);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(end) = lines.last_mut() {
            while measure(end) + measure("…") > width / size && end.pop().is_some() {}
            end.push('…');
        }
    }
    Fitted { size, lines }
}

/// On one line, made smaller down to `least` and then cut.
pub(super) fn line(text: &str, width: f32, most: f32, least: f32) -> Fitted {
    let wide = measure(&drawn(text)).max(f32::EPSILON);
    let size = (width / wide).clamp(least, most);
    fit(text, width * 1.001, &[(size, 1)])
}

/// What of a text can be drawn: no controls, nothing invisible, nothing that XML does not hold, and of the marks
/// on a letter the first ones.
fn drawn(text: &str) -> String {
    let mut marks = 0;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if matches!(c, '\u{FFFE}' | '\u{FFFF}') || invisible(c.encode_utf8(&mut [0; 4])).is_some() {
            continue;
        }
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks <= MARKS {
            out.push(c);
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The width of a text in bold letters of size 1, as the widest of the usual fonts has them.
fn measure(text: &str) -> f32 {
    text.chars().map(advance).sum()
}

fn advance(c: char) -> f32 {
    match c {
        _ if is_combining_mark(c) => 0.0,
        ' ' | 'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' => 0.4,
        'f' | 'r' | 't' | '-' | '(' | ')' | '[' | ']' | '/' | '"' => 0.5,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 1.1,
        'a'..='z' | '0'..='9' => 0.7,
        'A'..='Z' | '\u{A1}'..='\u{24F}' => 0.82,
        // Ligatures of whole sentences, and signs that are drawn over several.
        '\u{FDF0}'..='\u{FDFF}' => 10.0,
        '\u{12000}'..='\u{1254F}' => 4.0,
        _ if is_wide(c) => 1.02,
        _ => 0.9,
    }
}

/// As wide as it is high: ideographs, kana, hangul, full-width forms, emoji.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{1F300}'..='\u{1FAFF}'
        | '\u{20000}'..='\u{3FFFD}')
}

/// Lines of at most `width`, broken at spaces and between wide characters; whether a word had to be broken.
fn wrapped(text: &str, width: f32) -> (Vec<String>, bool) {
    let mut lines: Vec<String> = Vec::new();
    let mut broken = false;
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && measure(line.trim_end()) + measure(piece.trim_end()) + space(&line) > width {
            lines.push(line.trim_end().to_owned());
            line = String::new();
        }
        if measure(piece.trim_end()) <= width {
            line.push_str(piece);
            continue;
        }
        broken = true;
        for c in piece.chars() {
            if !line.is_empty() && measure(&line) + advance(c) > width {
                lines.push(line.trim_end().to_owned());
                line = String::new();
            }
            line.push(c);
        }
    }
    if !line.trim_end().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    (lines, broken)
}

fn space(line: &str) -> f32 {
    if line.ends_with(' ') { measure(" ") } else { 0.0 }
}

/// The parts between which a line may end, each with the space after it.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let after_break = before.is_some_and(|b| b == ' ' || b == '-' || b == '/' || is_wide(b));
        if at > start && c != ' ' && !is_combining_mark(c) && (after_break || is_wide(c)) {
            found.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: &[(f32, usize)] = &[(72.0, 1), (48.0, 2), (28.0, 4)];

    #[track_caller]
    fn check(text: &str, size: f32, lines: &[&str]) {
        let fitted = fit(text, 640.0, STEPS);
        assert_eq!(
            (fitted.size, &fitted.lines[..]),
            (size, &lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>()[..]),
            "{text}"
        );
    }

    #[test]
    fn names_are_made_smaller_then_set_in_lines_then_cut() {
        check("Ada", 72.0, &["Ada"]);
        check("张三丰", 72.0, &["张三丰"]);
        check("Augusta Ada King-Noel", 48.0, &["Augusta Ada King-", "Noel"]);
        check(
            "粤港澳大湾区开源缺陷修复小组",
            48.0,
            &["粤港澳大湾区开源缺陷修复小", "组"],
        );
        check("", 72.0, &[""]);
        check("a\u{202e}b\u{0}c\u{FFFF}\n d", 72.0, &["abc d"]);
        check("e\u{301}\u{302}\u{303}\u{304}", 72.0, &["e\u{301}\u{302}"]);
        let long = fit(&"W".repeat(200), 640.0, STEPS);
        assert_eq!((long.size, long.lines.len()), (28.0, 4));
        assert!(long.lines[3].ends_with('…'), "{long:?}");
        assert!(!fit(&"国".repeat(80), 640.0, STEPS).lines.concat().contains('…'));
    }

    #[test]
    fn one_line_becomes_smaller_until_it_fits() {
        assert_eq!(line("42", 230.0, 92.0, 20.0).size, 92.0);
        let wide = line("1000000000", 230.0, 92.0, 20.0);
        assert!(
            (20.0..40.0).contains(&wide.size) && wide.lines == ["1000000000"],
            "{wide:?}"
        );
        assert!(line(&"长".repeat(99), 230.0, 92.0, 20.0).lines[0].ends_with('…'));
    }

    proptest! {
        #[test]
        fn whatever_the_text_it_stays_within(text in "\\PC{0,80}|[ -~]{0,120}|[一-龥 ]{0,120}") {
            let fitted = fit(&text, 640.0, STEPS);
            prop_assert!((1..=4).contains(&fitted.lines.len()));
            for line in &fitted.lines {
                // One sign that is wider than the line cannot be broken.
                prop_assert!(measure(line) * fitted.size <= 641.0 || line.chars().count() <= 2, "{line}");
            }
        }
    }
}
