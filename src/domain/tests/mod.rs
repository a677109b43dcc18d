//! The rules of the contract's section 3 and 4, a file a subject.

mod authors;
mod checks;
mod decisions;
mod duplicates;
mod history;
mod neighbourhoods;
mod reverts;
mod sight;
mod windows;
