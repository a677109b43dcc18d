//! A QR code as a path: dark on white whatever the theme, since that is what cameras read.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// White modules around the code, as its standard wants them.
const QUIET: usize = 4;

/// The modules of a code, as an SVG path of unit squares.
pub(super) struct Qr {
    /// With the white around it.
    pub side: usize,
    pub path: String,
}

/// None where the text is too long for a code: above some 2,000 bytes.
pub(super) fn qr(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width.max(1)).enumerate() {
        let mut x = 0;
        while x < row.len() {
            let dark = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if dark > 0 {
                // Writing into memory does not fail.
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", x + QUIET, y + QUIET);
            }
            x += dark.max(1);
        }
    }
    Some(Qr {
        side: width + 2 * QUIET,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_draws_every_dark_module_and_no_other() {
        let text = "https://sprint.example.org/invites/k3v9";
        let drawn = qr(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let mut dark = vec![false; drawn.side * drawn.side];
        for run in drawn.path.split('M').skip(1) {
            let numbers: Vec<usize> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            for x in numbers[0]..numbers[0] + numbers[2] {
                dark[numbers[1] * drawn.side + x] = true;
            }
        }
        for (at, color) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (at % code.width() + QUIET, at / code.width() + QUIET);
            assert_eq!(dark[y * drawn.side + x], color == Color::Dark, "{x} {y}");
        }
        let count = |colors: &[bool]| colors.iter().filter(|dark| **dark).count();
        assert_eq!(
            count(&dark),
            code.to_colors().iter().filter(|c| **c == Color::Dark).count()
        );
        assert!(qr(&"x".repeat(3_000)).is_none());
    }
}
