//! Floor 3: boards in memory. Readers touch no database: a board folds the ledger's latest words, publishes
//! an immutable snapshot whenever something changed, and each form of it is made once and then served as bytes.
//!
//! Every instance tails the same ledger, and a snapshot is a function of the log and of time alone, so that
//! twins over one database show the same, to the byte.

mod board;
mod boards;
mod face;
mod fanout;
mod rendered;
mod snapshot;
mod state;

pub use board::{Board, Growth, People};
pub use boards::{Boards, Live, ReadDefinition};
pub use face::{Face, PersonCard, TeamCard};
pub use fanout::{Channel, Joined, View};
pub use rendered::{Encoding, Rendered, RenderedSet};
pub use snapshot::{Filter, Part, PeopleRow, Row, Snapshot, Standings, plain_cell};
