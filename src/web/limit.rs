//! How often somebody may try: failures count against the account and against the address, a success takes
//! back what its account has counted. In memory, in a space that does not grow; each instance counts by itself.

use crate::domain::time::Moment;
use parking_lot::Mutex;
use std::{collections::HashMap, net::IpAddr};

/// How long failures count, from the first one on.
const SPAN: i64 = 15 * Moment::MINUTE;
/// Failures of one account, and of one address, that are let through in that time. Behind one address there
/// can be a whole school.
const OF_ACCOUNT: u32 = 10;
const OF_ADDRESS: u32 = 60;
/// Sign-ins at a forge that one address may begin in that time: each is kept until it comes back or is old.
const BEGUN: u32 = 200;
/// Accounts, or addresses, that are remembered; past it those that began longest ago are forgotten.
const REMEMBERED: usize = 20_000;

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Moment,
    tries: u32,
}

/// Counts by key.
#[derive(Default)]
struct Counts(HashMap<String, Count>);

impl Counts {
    /// Counts one more. Errors: seconds to wait, where there were `most` already; then nothing is counted.
    fn count(&mut self, key: &str, most: u32, now: Moment) -> Result<(), u64> {
        if let Some(known) = self.0.get_mut(key) {
            let left = known.since.plus(SPAN).millis() - now.millis();
            if left <= 0 {
                *known = Count { since: now, tries: 1 };
            } else if known.tries >= most {
                return Err((left as u64).div_ceil(1_000));
            } else {
                known.tries += 1;
            }
            return Ok(());
        }
        if self.0.len() >= REMEMBERED {
            self.forget(now);
        }
        self.0.insert(key.to_owned(), Count { since: now, tries: 1 });
        Ok(())
    }

    /// Makes room: what is over goes, and where that is not enough the older half.
    fn forget(&mut self, now: Moment) {
        self.0.retain(|_, count| now < count.since.plus(SPAN));
        if self.0.len() >= REMEMBERED {
            let mut times: Vec<Moment> = self.0.values().map(|count| count.since).collect();
            let half = times.len() / 2;
            let (_, middle, _) = times.select_nth_unstable(half);
            let middle = *middle;
            self.0.retain(|_, count| count.since > middle);
        }
    }

    fn forgive(&mut self, key: &str, tries: u32) {
        if let Some(known) = self.0.get_mut(key) {
            known.tries = known.tries.saturating_sub(tries);
        }
    }
}

#[derive(Default)]
struct Books {
    accounts: Counts,
    addresses: Counts,
    begun: Counts,
}

/// The limits on signing in.
#[derive(Default)]
pub struct Limits(Mutex<Books>);

/// A try that was let through. It counts as failed until it is forgiven.
pub struct Try {
    account: String,
    address: String,
}

/// An address as it is counted: of IPv6 the first 64 bits, which one customer has to themselves.
pub fn of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

impl Limits {
    /// A sign-in with a password begins. It is counted now, so that many at once are not let through before
    /// the first has failed. Errors: seconds to wait.
    pub fn sign_in(&self, login: &str, address: IpAddr, now: Moment) -> Result<Try, u64> {
        // As long as a login can be; whatever else is typed counts as one.
        let account: String = login.trim().to_lowercase().chars().take(64).collect();
        let address = of(address);
        let mut books = self.0.lock();
        books.addresses.count(&address, OF_ADDRESS, now)?;
        if let Err(wait) = books.accounts.count(&account, OF_ACCOUNT, now) {
            books.addresses.forgive(&address, 1);
            return Err(wait);
        }
        Ok(Try { account, address })
    }

    /// The sign-in was right: what this account has counted is taken back, here and at its address. What
    /// other accounts have counted there stays, or one's own password would pay for guesses at others'.
    pub fn forgive(&self, tried: &Try) {
        let mut books = self.0.lock();
        let tries = books.accounts.0.remove(&tried.account).map_or(1, |count| count.tries);
        books.addresses.forgive(&tried.address, tries);
    }

    /// A sign-in at a forge begins. Errors: seconds to wait.
    pub fn begin(&self, address: IpAddr, now: Moment) -> Result<(), u64> {
        self.0.lock().begun.count(&of(address), BEGUN, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        Moment::from_millis(1_000 * seconds)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a7_failures_of_an_account_count_from_wherever_they_come() {
        let limits = Limits::default();
        for number in 0..OF_ACCOUNT {
            assert!(limits.sign_in("Ada", ip(&format!("10.0.0.{number}")), at(0)).is_ok());
        }
        assert_eq!(limits.sign_in(" ada", ip("10.9.9.9"), at(60)).err(), Some(14 * 60));
        assert!(limits.sign_in("bo", ip("10.9.9.9"), at(60)).is_ok());
        assert!(limits.sign_in("ada", ip("10.9.9.9"), at(15 * 60)).is_ok());
    }

    #[test]
    fn a7_failures_of_an_address_count_whatever_the_account() {
        let limits = Limits::default();
        for number in 0..OF_ADDRESS {
            let address = ip(&format!("2001:db8::{number:x}"));
            assert!(limits.sign_in(&format!("login{number}"), address, at(0)).is_ok());
        }
        assert!(limits.sign_in("another", ip("2001:db8::ffff"), at(1)).is_err());
        assert!(limits.sign_in("another", ip("2001:db8:0:1::1"), at(1)).is_ok());
    }

    #[test]
    fn a7_a_success_forgives_its_own_account_alone() {
        let limits = Limits::default();
        let here = ip("10.0.0.1");
        // Whoever signs in again and again is not in anybody's way.
        for _ in 0..500 {
            let tried = limits.sign_in("ada", here, at(0)).ok().unwrap();
            limits.forgive(&tried);
        }
        // One's own success between guesses pays for none of them.
        let mut guesses = 0;
        for number in 0..500 {
            if limits.sign_in(&format!("victim{number}"), here, at(1)).is_ok() {
                guesses += 1;
            }
            if let Ok(tried) = limits.sign_in("mallory", here, at(1)) {
                limits.forgive(&tried);
            }
        }
        assert_eq!(guesses, OF_ADDRESS);
    }

    #[test]
    fn what_is_remembered_does_not_grow() {
        let limits = Limits::default();
        for number in 0..3 * REMEMBERED as u32 {
            let address = IpAddr::from(number.to_be_bytes());
            let _ = limits.sign_in(&format!("login{number}"), address, at(i64::from(number) / 100));
        }
        let books = limits.0.lock();
        assert!(books.accounts.0.len() <= REMEMBERED && books.addresses.0.len() <= REMEMBERED);
    }
}
