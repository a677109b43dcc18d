//! `levels.toml`: the ladder of an instance. Contract, end of section 7.
//!
//! ```toml
//! [[level]]
//! code  = "SI"                                # 2 to 4 capitals: what a person's code begins with
//! name  = { en = "Seedling", zh = "新芽" }
//! fixes = 0                                   # accepted fixes needed; the first level needs none
//! ```

use super::{
    FolderError, Refused, newlines,
    notes::{Notes, both, shown},
    table::{Field, Table, document},
    unreadable,
};
use crate::domain::{
    level::{Ladder, Level},
    text::Name,
};
use std::{collections::HashMap, fs, path::Path};

/// More accepted fixes than this nobody has.
const MOST_FIXES: i64 = 1_000_000;
/// More rungs than this are no ladder that anybody can read.
const MOST_LEVELS: usize = 20;

/// Reads the ladder of a file. Errors: `Refused` with every problem of it; `Unreadable` where it is not there.
pub fn open(path: &Path) -> Result<Ladder, FolderError> {
    let bytes = fs::read(path).map_err(|why| unreadable(path, why))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(read(&name, text)?),
        Err(error) => {
            let notes = Notes::new(&name);
            let line = 1 + newlines(bytes.get(..error.valid_up_to()).unwrap_or_default());
            notes.refuse(Some(line), None, "is not UTF-8", "save the file as UTF-8");
            Err(notes.refused().into())
        }
    }
}

/// Reads a `levels.toml`; `file` is the name that problems bear.
///
/// Errors: every problem with its line and key; where the text is no TOML, just what is wrong with that.
pub fn read(file: &str, text: &str) -> Result<Ladder, Refused> {
    document(file, text, &["level"], whole)
}

fn whole(top: &Table<'_>) -> Option<Ladder> {
    const REMEDY: &str = "write a [[level]] with code, name and fixes for each rung, the lowest first";
    let field = top.need("level", REMEDY)?;
    let items = field.items()?;
    if items.is_empty() {
        field.refuse("is empty", REMEDY);
        return None;
    }
    if items.len() > MOST_LEVELS {
        field.refuse(
            format!("has {} levels", items.len()),
            format!("write at most {MOST_LEVELS}"),
        );
        return None;
    }
    let mut codes: HashMap<&str, usize> = HashMap::new();
    let mut below: Option<(i64, &str)> = None;
    let mut levels = Vec::with_capacity(items.len());
    // All are read before any absence counts, so that the problems of all are said.
    for item in &items {
        let Some(table) = item.as_table(&["code", "name", "fixes"]) else {
            continue;
        };
        let code = code(&table, &mut codes);
        let name = name(&table);
        let fixes = fixes(&table, below);
        if let (Some(fixes), Some(code)) = (fixes, code) {
            below = Some((fixes, code));
        }
        if let (Some(code), Some(name), Some(fixes)) = (code, name, fixes) {
            levels.push(Level {
                code: code.to_owned(),
                name,
                fixes: u32::try_from(fixes).unwrap_or(u32::MAX),
            });
        }
    }
    Ladder::of(levels)
}

fn name(table: &Table<'_>) -> Option<Name> {
    table.need("name", "write { en = \"Growing\", zh = \"成长\" }")?;
    let names = table.table("name", &["en", "zh"]);
    let language = |key, remedy| names.need(key, remedy).and_then(|field: Field<'_>| field.name());
    both(
        language("en", "write the level's name in English"),
        language("zh", "write the level's name in Chinese"),
    )
}

/// 2 to 4 capitals, no other level's.
fn code<'t>(table: &Table<'t>, codes: &mut HashMap<&'t str, usize>) -> Option<&'t str> {
    const REMEDY: &str = "write 2 to 4 capitals A-Z, such as \"GI\"";
    let field = table.need("code", REMEDY)?;
    let code = field.text()?;
    if !(2..=4).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        field.refuse(format!("`{}` is not a level's code", shown(code)), REMEDY);
        return None;
    }
    if let Some(line) = codes.insert(code, field.line) {
        field.refuse(
            format!("`{code}` is the code of line {line}"),
            "give each level its own",
        );
        return None;
    }
    Some(code)
}

/// 0 for the first level, more than the level below for each other.
fn fixes(table: &Table<'_>, below: Option<(i64, &str)>) -> Option<i64> {
    let field = table.need("fixes", "write how many accepted fixes reach it; 0 for the first")?;
    let fixes = field.integer(0..=MOST_FIXES)?;
    match below {
        None if fixes != 0 => {
            field.refuse(
                format!("is {fixes}, so that a beginner has no level"),
                "begin with a level of 0 fixes",
            );
            None
        }
        Some((least, code)) if fixes <= least => {
            field.refuse(
                format!("is {fixes}, and {code} before it needs {least}"),
                "write the levels in ascending order, each with more fixes than the one before",
            );
            None
        }
        _ => Some(fixes),
    }
}
