//! Words that people wrote: names in two languages, slugs, logins, titles.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// The two languages that every word on screen exists in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub enum Lang {
    #[default]
    En,
    Zh,
}

impl Lang {
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }
}

/// A name in both languages.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    pub en: String,
    pub zh: String,
}

impl Name {
    pub fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// A slug: 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or a digit; kept in lower case,
/// since slugs compare without case.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Slug(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a slug: 1 to 64 letters a-z, digits, `.`, `_` or `-`, beginning with a letter or digit")]
pub struct BadSlug(pub String);

impl Slug {
    /// Errors: `BadSlug`, with the text.
    pub fn parse(text: &str) -> Result<Self, BadSlug> {
        let slug = text.trim().to_ascii_lowercase();
        let mut bytes = slug.bytes();
        let good_first = bytes.next().is_some_and(|b| b.is_ascii_alphanumeric());
        let good_rest = bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if good_first && good_rest && slug.len() <= 64 {
            Ok(Self(slug))
        } else {
            Err(BadSlug(text.to_owned()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The form in which logins and repository paths are compared: without case, without space around.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// JSON as it can be read: bytes that are no UTF-8, and halves of a surrogate pair that an escape spells alone, are
/// U+FFFD. Contract, section 2: nothing is refused for them. Borrowed where there was nothing to mend.
pub fn readable_json(bytes: &[u8]) -> Cow<'_, [u8]> {
    let text = match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(_) => Cow::Borrowed(bytes),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    let halves = lone_halves(&text);
    if halves.is_empty() {
        return text;
    }
    let mut mended = text.into_owned();
    for at in halves {
        if let Some(digits) = mended.get_mut(at + 2..at + 6) {
            digits.copy_from_slice(b"fffd");
        }
    }
    Cow::Owned(mended)
}

/// Where an escape begins that spells half of a surrogate pair without the other half beside it.
fn lone_halves(json: &[u8]) -> Vec<usize> {
    let unit = |at: usize| -> Option<u16> {
        let escape = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(escape).ok()?, 16).ok()
    };
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        let here = at + found;
        at = match (unit(here), unit(here + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => here + 12,
            (Some(0xD800..=0xDFFF), _) => {
                lone.push(here);
                here + 6
            }
            _ => here + 2,
        };
    }
    lone
}

/// The first character of `text` that a reader cannot see: a control, a bidi control, a zero-width or
/// filler one. With them two names that look the same are not, and one name can turn the words around it.
///
/// The zero width joiner is among them, even inside; variation selectors are not, since ideographs and
/// emoji of honest names bear them.
pub fn invisible(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control()
            || matches!(c,
                // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer inherent vowels,
                // Mongolian vowel separator.
                '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
                // Zero-width spaces and joiners, bidi marks, embeddings and isolates, line separators.
                | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
                // More fillers, the byte order mark, interlinear notes, musical formats, tags.
                | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
                | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E007F}')
    })
}

/// `title` without its leading `[…]` groups and the white space around them.
///
/// A group that is never closed is no group.
pub fn without_leading_groups(title: &str) -> &str {
    let mut rest = title.trim();
    while let Some(inner) = rest.strip_prefix('[') {
        match inner.find(']') {
            Some(end) => rest = inner[end + 1..].trim_start(),
            None => break,
        }
    }
    rest
}

/// The plain title: lower case, every leading `[…]` group and every `!N` and `#N` removed, runs of
/// white space made one space, trimmed. Contract, section 3, duplicates.
pub fn plain_title(title: &str) -> String {
    let lower = title.to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    let mut chars = without_leading_groups(&lower).chars().peekable();
    while let Some(c) = chars.next() {
        if matches!(c, '!' | '#') && chars.peek().is_some_and(char::is_ascii_digit) {
            while chars.peek().is_some_and(char::is_ascii_digit) {
                chars.next();
            }
        } else if c.is_whitespace() {
            if !plain.is_empty() && !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else {
            plain.push(c);
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_titles() {
        for (title, plain) in [
            ("[r1.0][MD] Fix  cache !123 leak", "fix cache leak"),
            ("fix leak (#12)", "fix leak ()"),
            ("  [a] [b]\tFix\n leak #9", "fix leak"),
            ("[open fix", "[open fix"),
            ("fix [r1.0] leak", "fix [r1.0] leak"),
            ("!12 回合：修复 越界", "回合：修复 越界"),
            ("wow! # x", "wow! # x"),
        ] {
            assert_eq!(plain_title(title), plain);
        }
    }

    #[test]
    fn json_that_is_no_text_is_mended_and_else_left_alone() {
        for (written, read) in [
            (&br#""a\ud83d\ude00b""#[..], "a\u{1F600}b"),
            (br#""a\ud83db""#, "a\u{FFFD}b"),
            (br#""a\uDE00b""#, "a\u{FFFD}b"),
            (br#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}"),
            (br#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
            (br#""\ud83d\u0041""#, "\u{FFFD}A"),
            (br#""\\ud83d""#, "\\ud83d"),
            (br#""\\\ud83d""#, "\\\u{FFFD}"),
            (b"\"a\xFFb\xED\xA0\xBDc\"", "a\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}c"),
            ("\"缺陷\"".as_bytes(), "缺陷"),
        ] {
            let mended = readable_json(written);
            assert_eq!(serde_json::from_slice::<String>(&mended).ok().as_deref(), Some(read));
        }
        for whole in [&b"\"\\ud8"[..], b"\\", b"{}", br#"{"a":"\n\u00e9"}"#] {
            assert!(matches!(readable_json(whole), Cow::Borrowed(same) if same == whole));
        }
    }

    #[test]
    fn invisible_characters_are_found() {
        for (text, found) in [
            ("上海 MSG", None),
            ("葛\u{E0100} ❤\u{FE0F}", None),
            ("a\u{202E}b", Some('\u{202E}')),
            ("a\u{200D}b", Some('\u{200D}')),
            ("a\tb", Some('\t')),
            ("\u{FEFF}a", Some('\u{FEFF}')),
        ] {
            assert_eq!(invisible(text), found, "{text:?}");
        }
    }

    #[test]
    fn slugs_fold_case_and_refuse_the_rest() {
        assert_eq!(
            Slug::parse("Campus-East").map(|s| s.to_string()),
            Ok("campus-east".into())
        );
        for bad in ["", "-a", "a b", "上海", "a/b", &"a".repeat(65)] {
            assert!(Slug::parse(bad).is_err(), "{bad}");
        }
    }
}
