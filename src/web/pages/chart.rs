//! Points over time as SVG paths. Numbers in, path data out: no text that people wrote comes here.

use crate::domain::time::Moment;
use std::fmt::Write;

/// A sparkline's box, in SVG units; it is stretched to its cell.
pub const SPARK: (i64, i64) = (100, 28);
/// The big chart's box.
pub const PLOT: (i64, i64) = (600, 200);

/// Points at even steps of time as a stair from left to right, within [`SPARK`], 2 units off its edges.
///
/// Whole units and relative steps: a board of a thousand rows carries a thousand of these.
pub fn spark(points: &[i64]) -> String {
    let steps = points.len().saturating_sub(1).max(1) as i64;
    let mut path = format!("M0 {}", height(points, points.first()));
    let mut x = 0;
    for (at, pair) in points.windows(2).enumerate() {
        let rise = height(points, pair.last()) - height(points, pair.first());
        if rise != 0 {
            let next = SPARK.0 * (at as i64 + 1) / steps;
            // Writing into a String cannot fail.
            let _ = write!(path, "h{}v{rise}", next - x);
            x = next;
        }
    }
    if x < SPARK.0 {
        let _ = write!(path, "h{}", SPARK.0 - x);
    }
    path
}

/// Where the sparkline ends, as a path of no length that a round line cap makes a dot.
pub fn spark_end(points: &[i64]) -> String {
    format!("M{} {}h0", SPARK.0, height(points, points.last()))
}

/// How far down a value stands, the highest of `points` being on top; an absent one is 0.
fn height(points: &[i64], value: Option<&i64>) -> i64 {
    let top = points.iter().copied().max().unwrap_or(0).max(1) as f64;
    let share = value.copied().unwrap_or(0).max(0) as f64 / top;
    SPARK.1 - 2 - ((SPARK.1 - 4) as f64 * share).round() as i64
}

/// How far a team is, in percent of the leader's points, 0 to 100.
pub fn lane(points: i64, leader: i64) -> i64 {
    if leader <= 0 {
        0
    } else {
        (points.max(0).saturating_mul(100) / leader).min(100)
    }
}

/// The stair of cumulated points between two instants, within [`PLOT`].
pub struct Stair {
    pub line: String,
    /// The line closed down to the ground.
    pub area: String,
    /// The value at the top of the chart, see `ceiling`; half of it is a whole number.
    pub top: i64,
}

/// `growth`: instants with the points from then on, ascending. What lies outside `[from, to]` is moved to its edge.
pub fn stair(growth: &[(Moment, i64)], from: Moment, to: Moment) -> Stair {
    let top = ceiling(growth.iter().map(|(_, points)| *points).max().unwrap_or(0));
    let span = (to.millis() - from.millis()).max(1) as f64;
    let x = |at: Moment| PLOT.0 as f64 * ((at.millis() - from.millis()) as f64 / span).clamp(0.0, 1.0);
    let y = |points: i64| PLOT.1 as f64 * (1.0 - points.max(0) as f64 / top as f64);
    let mut line = format!("M0 {}", PLOT.1);
    for (at, points) in growth {
        let _ = write!(line, "H{:.1}V{:.1}", x(*at), y(*points));
    }
    let _ = write!(line, "H{}", PLOT.0);
    let area = format!("{line}V{}H0Z", PLOT.1);
    Stair { line, area, top }
}

/// The next even step (2, 4 … 16, then tens of them) at or above `value`, so that half of it is a whole number.
fn ceiling(value: i64) -> i64 {
    let mut scale = 1_i64;
    loop {
        for step in [2, 4, 6, 8, 10, 12, 14, 16] {
            let top = scale.saturating_mul(step);
            if top >= value || top == i64::MAX {
                return top;
            }
        }
        scale = scale.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparks_are_stairs_within_their_box() {
        assert_eq!(spark(&[]), "M0 26h100");
        assert_eq!(spark(&[0, 0, 4]), "M0 26h100v-24");
        assert_eq!(spark(&[0, 2, 4]), "M0 26h50v-12h50v-12");
        assert_eq!(spark_end(&[0, 4]), "M100 2h0");
    }

    #[test]
    fn ceilings_and_lanes() {
        for (value, top) in [
            (0, 2),
            (2, 2),
            (3, 4),
            (5, 6),
            (11, 12),
            (142, 160),
            (401, 600),
            (1142, 1200),
        ] {
            assert_eq!(ceiling(value), top);
        }
        assert_eq!(ceiling(i64::MAX), i64::MAX);
        for (points, leader, width) in [(0, 0, 0), (5, 10, 50), (-3, 10, 0), (12, 10, 100)] {
            assert_eq!(lane(points, leader), width);
        }
    }
}
