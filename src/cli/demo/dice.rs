//! Chance for the demonstration: small, and no secret depends on it.

/// A xorshift generator.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to `sides` - 1; 0 where there are no sides.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides.max(1)
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len() as u64) as usize]
    }

    /// Forty hex digits, as a commit has.
    pub fn sha(&mut self) -> String {
        let (a, b, c) = (self.next(), self.next(), self.next());
        format!("{a:016x}{b:016x}{:08x}", c as u32)
    }
}
