//! Why somebody does something: a text that others read.

use super::Objection;

/// Characters of a reason, at least and at most. Contract, section 7.
pub const REASON: (usize, usize) = (3, 2_000);

/// A text that people read as the reason of something. Errors: `TooShort`, `TooLong`, with the field.
pub(super) fn good_text(field: &'static str, text: &str) -> Result<String, Objection> {
    let text = text.trim();
    let (least, most) = REASON;
    let got = text.chars().count();
    if got < least {
        Err(Objection::TooShort {
            field,
            least,
            most,
            got,
        })
    } else if got > most {
        Err(Objection::TooLong { field, most, got })
    } else {
        Ok(text.to_owned())
    }
}

/// A reason that must be given. Errors: `TooShort`, `TooLong`.
pub fn needed_reason(text: Option<&str>) -> Result<String, Objection> {
    good_text("reason", text.unwrap_or(""))
}

/// A reason that may be left out. Errors: `TooShort`, `TooLong` where there is one.
pub fn reason(text: Option<&str>) -> Result<Option<String>, Objection> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        given => needed_reason(given).map(Some),
    }
}
