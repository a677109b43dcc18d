//! When a beat is due: at once where somebody rang, else after a while; and how often a board may change.

use parking_lot::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The shortest time between two changes of a board: at most four a second. Contract, section 6.
pub(super) const BETWEEN: Duration = Duration::from_millis(250);
/// The shortest time between two looks at the ledger, however often somebody rings.
const LOOKS: Duration = Duration::from_millis(10);

#[derive(Default)]
pub(super) struct Pace {
    bell: Notify,
    times: Mutex<Times>,
}

#[derive(Clone, Copy, Default)]
struct Times {
    looked: Option<Instant>,
    /// When a board may change again that has more to tell.
    held: Option<Instant>,
}

impl Pace {
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// A look begins, and takes what rang before.
    pub fn looks(&self) {
        *self.times.lock() = Times {
            looked: Some(Instant::now()),
            held: None,
        };
    }

    /// A board has more to tell, and may only then.
    pub fn hold(&self, until: Instant) {
        let held = &mut self.times.lock().held;
        *held = Some(held.map_or(until, |other| other.min(until)));
    }

    /// Waits for the next look. `poll`: how long at most, since other instances do not ring here.
    pub async fn due(&self, poll: Duration) {
        let Times { looked, held } = *self.times.lock();
        let now = Instant::now();
        let wait = held.map_or(poll, |held| held.saturating_duration_since(now).min(poll));
        tokio::select! {
            () = self.bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        let early = looked.map_or(Duration::ZERO, |looked| LOOKS.saturating_sub(looked.elapsed()));
        if !early.is_zero() {
            tokio::time::sleep(early).await;
        }
    }
}
