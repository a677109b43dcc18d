//! The community's ladder and the code that bears its rung. Contract, sections 1 and 7.

use super::text::Name;

/// A rung: reached with `fixes` accepted fixes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    pub code: String,
    pub name: Name,
    pub fixes: u32,
}

/// The rungs, lowest first; never empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ladder(Vec<Level>);

impl Default for Ladder {
    fn default() -> Self {
        let rung = |code: &str, en: &str, zh: &str, fixes| Level {
            code: code.into(),
            name: Name {
                en: en.into(),
                zh: zh.into(),
            },
            fixes,
        };
        Self(vec![
            rung("SI", "Seedling", "新芽", 0),
            rung("ST", "Starter", "起步", 1),
            rung("GI", "Growing", "成长", 5),
            rung("GT", "Gatherer", "进阶", 15),
            rung("MI", "Mentor", "导师", 40),
            rung("JT", "Master", "大师", 100),
        ])
    }
}

impl Ladder {
    /// None where it is no ladder: without a rung, with a first one that needs a fix, or with one that needs no
    /// more than the one below it.
    pub fn of(levels: Vec<Level>) -> Option<Self> {
        let rises = levels.windows(2).all(|pair| pair[0].fixes < pair[1].fixes);
        let begins = levels.first().is_some_and(|first| first.fixes == 0);
        (begins && rises).then_some(Self(levels))
    }

    /// All of them, lowest first.
    pub fn rungs(&self) -> &[Level] {
        &self.0
    }

    /// The rung that this many accepted fixes reach.
    pub fn level(&self, fixes: u32) -> &Level {
        let above = self.0.iter().skip(1).take_while(|level| level.fixes <= fixes).count();
        &self.0[above]
    }

    /// The next rung, where there is one.
    pub fn next(&self, fixes: u32) -> Option<&Level> {
        self.0.iter().find(|level| level.fixes > fixes)
    }

    /// The community code of the person with this number: `GT-00042`.
    pub fn code(&self, number: i64, fixes: u32) -> String {
        format!("{}-{number:05}", self.level(fixes).code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_bear_the_level_reached() {
        let ladder = Ladder::default();
        for (fixes, code) in [
            (0, "SI-00042"),
            (1, "ST-00042"),
            (4, "ST-00042"),
            (5, "GI-00042"),
            (15, "GT-00042"),
            (1_000, "JT-00042"),
        ] {
            assert_eq!(ladder.code(42, fixes), code);
        }
        assert_eq!(ladder.next(100), None);
    }
}
