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

/// A table with a row of headings, written as its rows come: none is kept.
pub struct Sheet {
    zone: Tz,
    form: Form,
}

enum Form {
    Csv(csv::Writer<Vec<u8>>),
    Xlsx {
        book: Box<Workbook>,
        time: Format,
        /// The next row's number.
        row: u32,
    },
}

/// Why a workbook could not be made, such as one that is too large for its format.
#[derive(Debug, thiserror::Error)]
pub enum BadSheet {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
}

fn local(at: Moment, zone: Tz) -> NaiveDateTime {
    at.utc().with_timezone(&zone).naive_local().trunc_subsecs(0)
}

/// As a spreadsheet may show it: not run, and no longer than a cell.
fn shown(text: &str) -> String {
    plain_cell(text).chars().take(LONGEST).collect()
}

impl Sheet {
    pub fn csv(zone: Tz, head: &[String]) -> Result<Self, BadSheet> {
        let mut out = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
        out.write_record(head.iter().map(|word| shown(word)))?;
        Ok(Self {
            zone,
            form: Form::Csv(out),
        })
    }

    /// `name` of the sheet in the workbook: without the signs that Excel forbids.
    pub fn xlsx(name: &'static str, zone: Tz, head: &[String]) -> Result<Self, BadSheet> {
        let mut book = Box::new(Workbook::new());
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (word, column) in head.iter().zip(0..) {
            sheet.write_string_with_format(0, column, shown(word), &bold)?;
        }
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        Ok(Self {
            zone,
            form: Form::Xlsx { book, time, row: 1 },
        })
    }

    pub fn row(&mut self, cells: &[Cell]) -> Result<(), BadSheet> {
        let zone = self.zone;
        match &mut self.form {
            Form::Csv(out) => {
                let cell = |cell: &Cell| match cell {
                    Cell::Text(text) => shown(text),
                    Cell::Number(number) => number.to_string(),
                    Cell::Time(at) => local(*at, zone).format("%Y-%m-%d %H:%M:%S").to_string(),
                    Cell::Nothing => String::new(),
                };
                out.write_record(cells.iter().map(cell))?;
            }
            Form::Xlsx { book, time, row } => {
                let sheet = book.worksheet_from_index(0)?;
                for (cell, column) in cells.iter().zip(0..) {
                    match cell {
                        Cell::Text(text) => sheet.write_string(*row, column, shown(text))?,
                        Cell::Number(number) => sheet.write_number(*row, column, *number as f64)?,
                        Cell::Time(at) => match excel_time(local(*at, zone)) {
                            Some(at) => sheet.write_datetime_with_format(*row, column, at, time)?,
                            // Excel's calendar begins in 1900.
                            None => sheet.write_string(*row, column, at.to_string())?,
                        },
                        Cell::Nothing => continue,
                    };
                }
                *row += 1;
            }
        }
        Ok(())
    }

    /// The file.
    pub fn end(self) -> Result<Vec<u8>, BadSheet> {
        match self.form {
            Form::Csv(out) => out
                .into_inner()
                .map_err(|why| csv::Error::from(why.into_error()).into()),
            Form::Xlsx { mut book, .. } => {
                book.worksheet_from_index(0)?.autofit();
                Ok(book.save_to_buffer()?)
            }
        }
    }
}

fn excel_time(at: NaiveDateTime) -> Option<ExcelDateTime> {
    let part = |part: u32| u8::try_from(part).ok();
    let day = ExcelDateTime::from_ymd(u16::try_from(at.year()).ok()?, part(at.month())?, part(at.day())?).ok()?;
    day.and_hms(u16::try_from(at.hour()).ok()?, part(at.minute())?, at.second())
        .ok()
}
