//! What may stand in a place of somebody else's JSON, and how a place that is wrong is named.
//!
//! serde's own errors say a line and a column, which helps nobody who reads a body on a page. So each
//! wanted field is read as [`Seen`], which never fails; who needs it says where it stands.

use crate::domain::time::Moment;
use chrono::DateTime;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// A body that is not what its event promises. `reason` names the place in the JSON, such as
/// `pull_request.created_at: missing`; it may be shown to the host.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// All of them in one line.
    pub reason: String,
    /// Each by itself: place, and what is wrong there. At least one.
    pub each: Vec<(String, String)>,
}

impl Unreadable {
    pub(super) fn new(place: &str, what: impl fmt::Display) -> Self {
        Self::all(vec![(place.to_owned(), what.to_string())])
    }

    fn all(each: Vec<(String, String)>) -> Self {
        let said: Vec<String> = each.iter().map(|(place, what)| format!("{place}: {what}")).collect();
        Self {
            reason: said.join("; "),
            each,
        }
    }
}

/// Everything that is wrong with one body.
#[derive(Default)]
pub(super) struct Wrongs(Vec<(String, String)>);

impl Wrongs {
    /// What was read; where it is wrong, that is kept.
    pub fn of<T>(&mut self, read: Result<T, Unreadable>) -> Option<T> {
        read.map_err(|unreadable| self.0.extend(unreadable.each)).ok()
    }

    /// Errors: where anything was wrong.
    pub fn none(self) -> Result<(), Unreadable> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Unreadable::all(self.0)),
        }
    }

    /// Where something that is needed was not read: what was wrong.
    pub fn unreadable(self) -> Unreadable {
        match self.0.is_empty() {
            true => Unreadable::new("the body", "cannot be read"),
            false => Unreadable::all(self.0),
        }
    }
}

/// A place in the JSON: the path before, which ends in a dot or is empty, and the field.
#[derive(Clone, Copy)]
pub(super) struct At<'a>(pub &'a str, pub &'a str);

impl At<'_> {
    pub fn wrong(self, what: impl fmt::Display) -> Unreadable {
        let Self(before, name) = self;
        Unreadable::new(&format!("{before}{name}"), what)
    }

    pub fn missing(self) -> Unreadable {
        self.wrong("missing")
    }

    pub fn promised(self, wanted: &str, found: &str) -> Unreadable {
        self.wrong(format_args!(
            "`{}`, where the event promises `{wanted}`",
            clipped(found)
        ))
    }
}

/// At most 80 characters of what somebody else wrote, so that a message stays one.
pub(super) fn clipped(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(80) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// `body` as an object. Errors: `Unreadable`, where it is no JSON or something else.
pub(super) fn parse<'de, T: Shape<'de>>(body: &'de [u8]) -> Result<T, Unreadable> {
    let seen: Seen<T> =
        serde_json::from_slice(body).map_err(|error| At("", "the body").wrong(clipped(&error.to_string())))?;
    seen.required(At("", "the body"))
}

/// What was found where a `T` may stand.
#[derive(Default)]
pub(super) enum Seen<T> {
    #[default]
    Missing,
    Null,
    Wrong {
        found: &'static str,
        wanted: &'static str,
    },
    Is(T),
}

impl<T> Seen<T> {
    /// None where it is missing or null. Errors: where something else stands there.
    pub fn optional(self, at: At<'_>) -> Result<Option<T>, Unreadable> {
        match self {
            Seen::Missing | Seen::Null => Ok(None),
            Seen::Wrong { found, wanted } => Err(at.wrong(format_args!("{found} where {wanted} belongs"))),
            Seen::Is(value) => Ok(Some(value)),
        }
    }

    pub fn required(self, at: At<'_>) -> Result<T, Unreadable> {
        let null = matches!(self, Seen::Null);
        self.optional(at)?
            .ok_or_else(|| if null { at.wrong("null") } else { at.missing() })
    }
}

impl Seen<Text<'_>> {
    /// As it was written; empty where it is missing or null.
    pub fn text(self, at: At<'_>) -> Result<String, Unreadable> {
        Ok(self.optional(at)?.map_or_else(String::new, Text::into_string))
    }

    /// As it was written; None where it is missing or null.
    pub fn told_text(self, at: At<'_>) -> Result<Option<String>, Unreadable> {
        Ok(self.optional(at)?.map(Text::into_string))
    }

    /// As it was written. Errors: missing or null.
    pub fn required_text(self, at: At<'_>) -> Result<String, Unreadable> {
        self.required(at).map(Text::into_string)
    }

    /// Without the white space around it; None where nothing is left.
    pub fn word(self, at: At<'_>) -> Result<Option<String>, Unreadable> {
        let text = self.text(at)?;
        let word = text.trim();
        Ok(match word.len() {
            0 => None,
            all if all == text.len() => Some(text),
            _ => Some(word.to_owned()),
        })
    }

    pub fn required_word(self, at: At<'_>) -> Result<String, Unreadable> {
        let null = matches!(self, Seen::Null);
        let written = matches!(self, Seen::Is(_));
        self.word(at)?.ok_or_else(|| match (null, written) {
            (_, true) => at.wrong("empty"),
            (true, _) => at.wrong("null"),
            (false, false) => at.missing(),
        })
    }

    /// None where it is missing, null or `""`, which is GitCode's way to say never.
    pub fn moment(self, at: At<'_>) -> Result<Option<Moment>, Unreadable> {
        let Some(text) = self.word(at)? else { return Ok(None) };
        match moment(&text) {
            Some(moment) => Ok(Some(moment)),
            None => Err(at.wrong(format_args!("`{}` is not a time with its zone", clipped(&text)))),
        }
    }
}

/// RFC 3339, or GitLab's older `2017-12-10 17:08:07 UTC` and `… +0800`. A time without a zone is none.
fn moment(text: &str) -> Option<Moment> {
    if let Ok(moment) = Moment::parse(text) {
        return Some(moment);
    }
    let offset = text.strip_suffix("UTC").map(|clock| format!("{clock}+0000"));
    let text = offset.as_deref().unwrap_or(text);
    ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%dT%H:%M:%S%.f%z"]
        .iter()
        .find_map(|form| DateTime::parse_from_str(text, form).ok())
        .map(|time| Moment::from_millis(time.timestamp_millis()))
}

/// What a wanted value is made of. Each way that is not overridden is one that it cannot be written in.
pub(super) trait Shape<'de>: Sized {
    const WANTED: &'static str;

    fn from_text(_: Cow<'de, str>) -> Option<Self> {
        None
    }
    fn from_number(_: u64) -> Option<Self> {
        None
    }
    fn from_flag(_: bool) -> Option<Self> {
        None
    }
    fn from_object<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

struct Look<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Look<T> {
    fn seen<E>(value: Option<T>, found: &'static str) -> Result<Seen<T>, E> {
        Ok(value.map_or(
            Seen::Wrong {
                found,
                wanted: T::WANTED,
            },
            Seen::Is,
        ))
    }
}

impl<'de, T: Shape<'de>> Visitor<'de> for Look<T> {
    type Value = Seen<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WANTED)
    }
    fn visit_unit<E: Error>(self) -> Result<Seen<T>, E> {
        Ok(Seen::Null)
    }
    fn visit_bool<E: Error>(self, flag: bool) -> Result<Seen<T>, E> {
        Self::seen(T::from_flag(flag), "true or false")
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Seen<T>, E> {
        Self::seen(T::from_number(number), "a number")
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Seen<T>, E> {
        Self::seen(u64::try_from(number).ok().and_then(T::from_number), "a number below 0")
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Seen<T>, E> {
        Self::seen(None, "a fraction or a number too large")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Seen<T>, E> {
        Self::seen(T::from_text(Cow::Owned(text.to_owned())), "a text")
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Seen<T>, E> {
        Self::seen(T::from_text(Cow::Borrowed(text)), "a text")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Seen<T>, A::Error> {
        Self::seen(T::from_object(map)?, "an object")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Seen<T>, A::Error> {
        Self::seen(T::from_list(list)?, "a list")
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Seen<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Look(PhantomData))
    }
}

/// A text, borrowed from the body where it has no escapes.
pub(super) struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// Without NUL, which PostgreSQL cannot store in a text.
    pub fn into_string(self) -> String {
        match self.0.contains('\0') {
            true => self.0.replace('\0', "\u{fffd}"),
            false => self.0.into_owned(),
        }
    }
}

impl<'de: 'a, 'a> Shape<'de> for Text<'a> {
    const WANTED: &'static str = "a text";
    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(text))
    }
}

/// A whole number from 0, also in a text of digits.
pub(super) struct Number(pub u64);

impl<'de> Shape<'de> for Number {
    const WANTED: &'static str = "a whole number";
    fn from_number(number: u64) -> Option<Self> {
        Some(Self(number))
    }
    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        whole(&text).map(Self)
    }
}

/// A forge's numeric id, in digits without leading zeros. None where it is 0, `""` or a text that is no
/// number, which nothing can be bound to.
pub(super) struct Id(pub Option<String>);

impl<'de> Shape<'de> for Id {
    const WANTED: &'static str = "an id";
    fn from_number(number: u64) -> Option<Self> {
        Some(Self((number > 0).then(|| number.to_string())))
    }
    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        Self::from_number(whole(&text).unwrap_or(0))
    }
}

impl Seen<Id> {
    pub fn id(self, at: At<'_>) -> Result<Option<String>, Unreadable> {
        Ok(self.optional(at)?.and_then(|id| id.0))
    }
}

fn whole(text: &str) -> Option<u64> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

impl<'de> Shape<'de> for bool {
    const WANTED: &'static str = "true or false";
    fn from_flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}

/// Reads `$name<'_>`, which derives Deserialize, from an object.
macro_rules! object {
    ($name:ident) => {
        impl<'de: 'a, 'a> $crate::forge::shape::Shape<'de> for $name<'a> {
            const WANTED: &'static str = "an object";
            fn from_object<A: serde::de::MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
                $crate::forge::shape::whole_object(map).map(Some)
            }
        }
    };
}
pub(super) use object;

pub(super) fn whole_object<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: A) -> Result<T, A::Error> {
    T::deserialize(MapAccessDeserializer::new(map))
}
