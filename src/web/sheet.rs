//! Tables that people open in a spreadsheet, as CSV and as XLSX.
//!
//! Nothing in them runs: a text that a spreadsheet would take for a formula bears an apostrophe before it
//! ([`plain_cell`]), in the XLSX too, though its cells are typed as text there, since it may be saved as CSV and
//! opened again. The CSV begins with a byte order mark, without which Excel reads Chinese as another encoding; the
//! API's CSV is for programs and has none.

use crate::{domain::time::Moment, live::plain_cell};
use chrono::{Datelike, NaiveDateTime, SubsecRound, Timelike};
use chrono_tz::Tz;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

/// A cell holds at most 32,767 characters, of two bytes each, for Excel.
const LONGEST: usize = 16_000;

/// One cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    Text(String),
    Number(i64),
    /// Shown on the event's clock.
    Time(Moment),
    Nothing,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn time(at: Option<Moment>) -> Self {
        at.map_or(Self::Nothing, Self::Time)
    }
}

/// A table with a row of headings.
pub struct Sheet {
    /// The name of the sheet in a workbook: without the signs that Excel forbids.
    pub name: &'static str,
    pub zone: Tz,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

fn local(at: Moment, zone: Tz) -> NaiveDateTime {
    at.utc().with_timezone(&zone).naive_local().trunc_subsecs(0)
}

/// As a spreadsheet may show it: not run, and no longer than a cell.
fn shown(text: &str) -> String {
    plain_cell(text).chars().take(LONGEST).collect()
}

impl Sheet {
    pub fn csv(&self) -> Vec<u8> {
        let mut out = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
        let cell = |cell: &Cell| match cell {
            Cell::Text(text) => shown(text),
            Cell::Number(number) => number.to_string(),
            Cell::Time(at) => local(*at, self.zone).format("%Y-%m-%d %H:%M:%S").to_string(),
            Cell::Nothing => String::new(),
        };
        let mut done = out.write_record(self.head.iter().map(|word| shown(word)));
        for row in &self.rows {
            done = done.and_then(|()| out.write_record(row.iter().map(cell)));
        }
        // Writing into memory fails only on rows of uneven length, and these are all as long as the head.
        done.ok().and_then(|()| out.into_inner().ok()).unwrap_or_default()
    }

    /// Errors: what the writer says of a workbook that is too large for its format.
    pub fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name(self.name)?;
        sheet.set_freeze_panes(1, 0)?;
        let head = Format::new().set_bold();
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        for (word, column) in self.head.iter().zip(0..) {
            sheet.write_string_with_format(0, column, shown(word), &head)?;
        }
        for (row, line) in self.rows.iter().zip(1..) {
            for (cell, column) in row.iter().zip(0..) {
                match cell {
                    Cell::Text(text) => sheet.write_string(line, column, shown(text))?,
                    Cell::Number(number) => sheet.write_number(line, column, *number as f64)?,
                    Cell::Time(at) => match excel_time(local(*at, self.zone)) {
                        Some(at) => sheet.write_datetime_with_format(line, column, at, &time)?,
                        // Excel's calendar begins in 1900.
                        None => sheet.write_string(line, column, at.to_string())?,
                    },
                    Cell::Nothing => continue,
                };
            }
        }
        sheet.autofit();
        book.save_to_buffer()
    }
}

fn excel_time(at: NaiveDateTime) -> Option<ExcelDateTime> {
    let part = |part: u32| u8::try_from(part).ok();
    let day = ExcelDateTime::from_ymd(u16::try_from(at.year()).ok()?, part(at.month())?, part(at.day())?).ok()?;
    day.and_hms(u16::try_from(at.hour()).ok()?, part(at.minute())?, at.second())
        .ok()
}
