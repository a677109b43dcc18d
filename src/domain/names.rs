//! Names and texts that people give themselves, and when two names look the same. Contract, section 7.

use super::text::{Name, Slug, invisible};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// Characters of a team's name, at least and at most, in either language.
pub const TEAM_NAME: (usize, usize) = (2, 60);
/// Characters of a person's name, at least and at most.
pub const PERSON_NAME: (usize, usize) = (1, 60);

/// Why a text is no name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadText {
    TooShort(usize),
    TooLong(usize),
    /// A character that nobody sees, or that turns the words around it.
    Invisible(char),
    /// Neither a letter nor a digit is in it: nobody could say it.
    NoLetter,
}

/// A name as it is kept: NFKC (so that `Ｓhanghai` is `Shanghai`), runs of white space made one space, trimmed.
///
/// `bounds`: characters, at least and at most, of what is kept. Errors: [`BadText`].
pub fn name(text: &str, bounds: (usize, usize)) -> Result<String, BadText> {
    // Looked for before, since NFKC makes honest characters of some fillers.
    let seen = text.trim();
    if let Some(hidden) = invisible(seen) {
        return Err(BadText::Invisible(hidden));
    }
    let normal: String = seen.nfkc().collect();
    let name = normal.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(hidden) = invisible(&name) {
        return Err(BadText::Invisible(hidden));
    }
    within(&name, bounds)?;
    if name.chars().any(char::is_alphanumeric) {
        Ok(name)
    } else {
        Err(BadText::NoLetter)
    }
}

/// A text of several lines as it is kept: its line ends made `\n`, trimmed. Line ends, tabs and the joiners
/// that scripts and emoji need may be in it; bidi controls and what else nobody sees may not.
///
/// `bounds`: characters, at least and at most. Errors: `TooShort`, `TooLong`, `Invisible`.
pub fn words(text: &str, bounds: (usize, usize)) -> Result<String, BadText> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    let allowed = |c: &char| matches!(c, '\n' | '\t' | '\u{200C}' | '\u{200D}');
    let rest: String = text.chars().filter(|c| !allowed(c)).collect();
    match invisible(&rest) {
        Some(hidden) => Err(BadText::Invisible(hidden)),
        None => within(text, bounds).map(|()| text.to_owned()),
    }
}

fn within(text: &str, (least, most): (usize, usize)) -> Result<(), BadText> {
    let got = text.chars().count();
    if got < least {
        Err(BadText::TooShort(got))
    } else if got > most {
        Err(BadText::TooLong(got))
    } else {
        Ok(())
    }
}

/// What a reader may take a team for: its slug and both its names, each reduced to what the eye tells apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Looks(BTreeSet<String>);

impl Looks {
    pub fn of(slug: &Slug, name: &Name) -> Self {
        let texts = [slug.as_str(), &name.en, &name.zh];
        Self(texts.into_iter().flat_map(looks).collect())
    }

    /// The text could be taken for one of them, whatever language and case either is in.
    pub fn has(&self, text: &str) -> bool {
        looks(text).iter().any(|look| self.0.contains(look))
    }
}

/// The skeletons of a text (UTS 39), without white space and what joins words in a slug: folded before, so that
/// `MSG` is `msg`, and folded after, so that a capital `I` is the `l` that it looks like.
fn looks(text: &str) -> [String; 2] {
    let joins = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '_' | '.');
    let plain: String = text.nfkc().filter(joins).collect();
    let lower = plain.to_lowercase();
    // One skeleton can hold what another is made of (`m` is `rn`), so the fold is done again at the end.
    let skeleton = |text: &str| skeleton(text).collect::<String>().to_lowercase();
    [skeleton(&lower), skeleton(&plain)]
}

#[cfg(test)]
mod tests;
