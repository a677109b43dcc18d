//! How a pull landed, as a competition sees it. Contract, section 3, check `merged`.
//!
//! The forge's word comes first; then a label by which a robot says that it pushed the commit; then a judge who says
//! when. Everything that asks whether and when a pull was merged asks here: the checks, the fold, what is stored
//! and what is shown.

use super::{
    competition::Definition,
    evaluate::Decision,
    pull::{Pull, State},
    time::Moment,
};

/// Whose word it is that a pull landed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word<'a> {
    Forge,
    /// One of the competition's `merged_labels`, on a pull that was closed.
    Label(&'a str),
    Judge,
}

/// A pull's state and merge as the fold is to see them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Landing<'a> {
    pub state: State,
    /// None: it is not merged, or it is and nobody has told when.
    pub merged_at: Option<Moment>,
    /// Never empty.
    pub merge_sha: Option<&'a str>,
    /// Whose word the time is, or where there is none the state.
    pub word: Word<'a>,
}

impl Landing<'_> {
    /// It is merged, and nobody has told when.
    pub fn is_untold(&self) -> bool {
        self.state == State::Merged && self.merged_at.is_none()
    }

    /// A judge may say when it landed: it was closed and not merged, or merged at a time that nobody has told.
    pub fn takes_a_judges_word(&self) -> bool {
        match self.state {
            State::Open => false,
            State::Closed => true,
            State::Merged => self.merged_at.is_none() || self.word == Word::Judge,
        }
    }
}

/// `decision`: the one that stands, whatever has changed since it was taken.
pub fn landing<'a>(definition: &'a Definition, pull: &'a Pull, decision: Option<&'a Decision>) -> Landing<'a> {
    let own_sha = pull.merge_sha.as_deref().filter(|sha| !sha.is_empty());
    let label = || {
        let labels = &definition.rules.merged_labels;
        labels.iter().find(|label| pull.labels.contains(label))
    };
    let (state, merged_at, word) = match pull.state {
        State::Open => (State::Open, None, Word::Forge),
        State::Merged => (State::Merged, pull.merged_at, Word::Forge),
        State::Closed => match label() {
            Some(label) => (State::Merged, pull.closed_at, Word::Label(label)),
            None => (State::Closed, None, Word::Forge),
        },
    };
    let landing = Landing {
        state,
        merged_at,
        merge_sha: own_sha.filter(|_| state == State::Merged),
        word,
    };
    match decision.and_then(|decision| decision.landed.as_ref()) {
        Some(landed) if landing.takes_a_judges_word() => Landing {
            state: State::Merged,
            merged_at: Some(landed.merged_at),
            merge_sha: landed.merge_sha.as_deref().filter(|sha| !sha.is_empty()).or(own_sha),
            word: Word::Judge,
        },
        Some(_) | None => landing,
    }
}
