//! Floor 3: boards in memory. Readers touch no database: a board folds the ledger's latest words, publishes
//! an immutable value whenever something changed, and each form of it is made once and then served as bytes.
//!
//! Every instance tails the same ledger, and a snapshot is a function of the log and of time alone, so that
//! twins over one database show the same, to the byte.

mod beginning;
mod board;
mod boards;
mod face;
mod levels;
mod pace;
mod rendered;
mod slots;
mod snapshot;
mod state;
mod told;
mod words;

pub use beginning::ReadDefinition;
pub use board::{Board, Listening, Live};
pub use boards::Boards;
pub use face::{Face, PersonCard, TeamCard};
pub use rendered::{Encoding, Rendered, RenderedSet};
pub use snapshot::{Filter, Part, People, PeopleRow, Row, Snapshot, Standings, WindowJson, plain_cell};
pub use told::View;
pub use words::Growth;
