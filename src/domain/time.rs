//! Instants, spans and the competition's clock. Contract, sections "The contract" and 2.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An instant, in whole milliseconds since 1970-01-01T00:00:00Z. Prints as RFC 3339 with `Z`,
/// without a fraction where there is none.
///
/// Milliseconds are the finest step of the whole program: what is finer in a forge's answer is cut off,
/// so that what is stored, hashed and compared is always the same instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// A text that is no RFC 3339 time, or one outside the years 0 to 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time such as 2020-12-14T00:00:00+08:00")]
pub struct BadTime(pub String);

impl Moment {
    pub const SECOND: i64 = 1_000;
    pub const MINUTE: i64 = 60 * Self::SECOND;
    pub const HOUR: i64 = 60 * Self::MINUTE;
    pub const DAY: i64 = 24 * Self::HOUR;

    /// `millis`: milliseconds since the epoch, brought into the years 0 to 9999.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(-62_167_219_200_000, 253_402_300_799_999))
    }

    pub fn millis(self) -> i64 {
        self.0
    }

    /// `millis` may be negative; the result stays within the years 0 to 9999.
    pub fn plus(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// An RFC 3339 time with any offset. Errors: `BadTime`, with the text.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        DateTime::parse_from_rfc3339(text.trim())
            .map(|t| Self::from_millis(t.timestamp_millis()))
            .map_err(|_| BadTime(text.to_owned()))
    }

    pub fn utc(self) -> DateTime<Utc> {
        Utc.timestamp_millis_opt(self.0).single().unwrap_or_default()
    }

    /// The calendar day that this instant falls on in `zone`; the "day" of the daily limit.
    pub fn day(self, zone: Tz) -> NaiveDate {
        self.utc().with_timezone(&zone).date_naive()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.0.rem_euclid(1_000) == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Millis
        };
        f.write_str(&self.utc().to_rfc3339_opts(form, true))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A length of time in whole milliseconds, written as `14d`, `36h`, `90m`, `30s`, `0d`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span(i64);

/// A text that is no span. Contract, section 2, `merge_grace`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time such as 14d, 36h, 90m or 0d (at most 3650d)")]
pub struct BadSpan(pub String);

impl Span {
    /// Errors: `BadSpan` where the number or the unit is missing, or it is over 3,650 days.
    pub fn parse(text: &str) -> Result<Self, BadSpan> {
        let bad = || BadSpan(text.to_owned());
        let trimmed = text.trim();
        let unit = trimmed.chars().last().ok_or_else(bad)?;
        let scale = match unit {
            'd' => Moment::DAY,
            'h' => Moment::HOUR,
            'm' => Moment::MINUTE,
            's' => Moment::SECOND,
            _ => return Err(bad()),
        };
        let digits = &trimmed[..trimmed.len() - unit.len_utf8()];
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let count: i64 = digits.parse().map_err(|_| bad())?;
        let millis = count.checked_mul(scale).ok_or_else(bad)?;
        if millis > 3_650 * Moment::DAY {
            return Err(bad());
        }
        Ok(Self(millis))
    }

    pub fn millis(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_print_as_utc_and_keep_milliseconds() {
        for (text, printed) in [
            ("2020-12-14T00:00:00+08:00", "2020-12-13T16:00:00Z"),
            ("2020-12-14T00:00:00.5Z", "2020-12-14T00:00:00.500Z"),
            ("2020-12-14T00:00:00.0009Z", "2020-12-14T00:00:00Z"),
        ] {
            assert_eq!(Moment::parse(text).map(|m| m.to_string()), Ok(printed.to_owned()));
        }
        assert!(Moment::parse("2020-13-14T00:00:00Z").is_err());
        assert!(Moment::parse("2020-12-14 00:00").is_err());
    }

    #[test]
    fn spans_want_a_number_and_a_unit() {
        assert_eq!(Span::parse("14d").map(Span::millis), Ok(14 * Moment::DAY));
        assert_eq!(Span::parse("0d").map(Span::millis), Ok(0));
        for bad in ["", "d", "14", "-1d", "1w", "1.5d", "99999999d", "14天"] {
            assert!(Span::parse(bad).is_err(), "{bad}");
        }
    }
}
