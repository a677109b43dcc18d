//! Rows of text through the readers, each with the whole problem that it prints.

mod definition;
mod definition_refused;
mod folder;
mod levels;
mod pulls;
mod tables;

use super::Refused;

/// What a reader printed of what it refused.
fn printed<T>(read: Result<T, Refused>) -> String {
    read.err()
        .map_or_else(|| "taken".to_owned(), |refused| refused.to_string())
}
