//! How many live streams there may be: each holds a connection for as long as somebody watches, and one address
//! must not hold them all. Contract, section 7.

use super::address::network_of;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

/// Open files that are left for everything else: hooks, pages, the database, sign-in.
const FOR_ALL_ELSE: usize = 512;
/// The limit of open files where nothing tells it: what most systems begin with.
const USUAL: usize = 1_024;
/// How often it is looked whether who holds a place is still there, while somebody asks for one in vain.
const LOOKS: Duration = Duration::from_secs(1);
/// Streams that one process could not hold, whatever the limit of its files.
const MOST: usize = 1_000_000;

/// The places for streams. Cheap to clone.
#[derive(Clone)]
pub struct Streams {
    most: usize,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    all: usize,
    of: HashMap<u128, usize>,
    looked: Option<Instant>,
}

/// Why there is no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Full {
    #[error(
        "this server holds as many live streams as it may; try again shortly, the leaderboard's JSON is there meanwhile"
    )]
    All,
    #[error("your address holds half of this server's live streams; try again once one has ended")]
    Address,
}

/// A stream's place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    held: Arc<Mutex<Held>>,
    of: u128,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} addresses", self.all, self.of.len())
    }
}

impl Streams {
    /// `most`: of all addresses together; half of them, but at least one, are one address's.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            held: Arc::default(),
        }
    }

    /// Errors: `Full`, with what is full.
    pub fn take(&self, address: IpAddr) -> Result<Place, Full> {
        let of = network_of(address);
        let mut held = self.held.lock();
        if held.all >= self.most {
            return Err(Full::All);
        }
        let own = held.of.get(&of).copied().unwrap_or(0);
        if own >= (self.most / 2).max(1) {
            return Err(Full::Address);
        }
        held.of.insert(of, own + 1);
        held.all += 1;
        Ok(Place {
            held: Arc::clone(&self.held),
            of,
        })
    }
}

impl Streams {
    /// Whether it is time to look who is still there; true is said once in a while, however many ask.
    pub fn may_look(&self) -> bool {
        let mut held = self.held.lock();
        let now = Instant::now();
        let due = held.looked.is_none_or(|looked| now.duration_since(looked) >= LOOKS);
        if due {
            held.looked = Some(now);
        }
        due
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.lock();
        held.all -= 1;
        if let Some(own) = held.of.get_mut(&self.of) {
            *own -= 1;
            if *own == 0 {
                held.of.remove(&self.of);
            }
        }
    }
}

/// The streams that a limit of open files leaves room for.
pub fn left_by(files: usize) -> usize {
    files.saturating_sub(FOR_ALL_ELSE).clamp(2, MOST)
}

/// How many files this process may have open now.
pub fn files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    soft_limit(&limits).unwrap_or(USUAL)
}

/// `Max open files  1024  524288  files`: the first number, or "unlimited".
fn soft_limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn half_are_one_address_s_and_what_ends_is_given_back() {
        let streams = Streams::new(6);
        let mut own: Vec<Place> = (0..3).map(|_| streams.take(ip("10.0.0.1")).unwrap()).collect();
        assert_eq!(streams.take(ip("10.0.0.1")).unwrap_err(), Full::Address);
        // Of IPv6 a customer has 64 bits to choose from.
        let others: Vec<Place> = (1..4)
            .map(|n| streams.take(ip(&format!("2001:db8::{n}"))).unwrap())
            .collect();
        assert_eq!(streams.take(ip("10.0.0.2")).unwrap_err(), Full::All);
        own.pop();
        assert_eq!(streams.take(ip("2001:db8::9")).unwrap_err(), Full::Address);
        let other = streams.take(ip("10.0.0.2")).unwrap();
        drop((own, others, other));
        assert!(streams.held.lock().of.is_empty() && streams.held.lock().all == 0);
        assert!(Streams::new(1).take(ip("10.0.0.1")).is_ok());
        assert_eq!(Streams::new(0).take(ip("10.0.0.1")).unwrap_err(), Full::All);
    }

    #[test]
    fn the_limit_of_files_leaves_room_for_all_else() {
        for (files, streams) in [(1_024, 512), (20_000, 19_488), (100, 2), (usize::MAX, MOST)] {
            assert_eq!(left_by(files), streams);
        }
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
            Max open files            20000                20000                files     \n";
        assert_eq!(soft_limit(limits), Some(20_000));
        assert_eq!(
            soft_limit("Max open files  unlimited  unlimited  files"),
            Some(usize::MAX)
        );
        assert_eq!(soft_limit(""), None);
    }
}
