//! How somebody comes into a team: a link with so many uses, or a request that is answered once.
//! Contract, section 7.

use serde::Serialize;

/// Uses of one invitation, at least and at most.
pub const USES: (i64, i64) = (1, 1_000);

/// What became of a request to be let in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestState {
    Open,
    Accepted,
    Declined,
    /// By the one who asked, or because they joined a team meanwhile.
    Withdrawn,
}

impl RequestState {
    pub const ALL: [RequestState; 4] = [
        RequestState::Open,
        RequestState::Accepted,
        RequestState::Declined,
        RequestState::Withdrawn,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            RequestState::Open => "open",
            RequestState::Accepted => "accepted",
            RequestState::Declined => "declined",
            RequestState::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
