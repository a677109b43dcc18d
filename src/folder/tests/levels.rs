use super::printed;
use crate::{
    domain::level::Ladder,
    folder::{FolderError, levels},
};

const SEEDLING: &str = "[[level]]\ncode = \"SI\"\nname = { en = \"Seedling\", zh = \"新芽\" }\nfixes = 0\n";

/// A level after [`SEEDLING`]; its `[[level]]` is line 5.
fn and(code: &str, fixes: &str) -> String {
    format!("{SEEDLING}[[level]]\ncode = \"{code}\"\nname = {{ en = \"Next\", zh = \"下一级\" }}\nfixes = {fixes}\n")
}

#[track_caller]
fn check(text: &str, problems: &str) {
    assert_eq!(printed(levels::read("l.toml", text)), problems, "{text}");
}

#[test]
fn a_ladder_is_taken_with_its_codes_names_and_fixes() {
    let ladder = levels::read("l.toml", &and("ABCD", "7")).unwrap_or_default();
    let rungs: Vec<_> = ladder
        .rungs()
        .iter()
        .map(|level| (level.code.as_str(), level.name.zh.as_str(), level.fixes))
        .collect();
    assert_eq!(rungs, [("SI", "新芽", 0), ("ABCD", "下一级", 7)]);
    assert_eq!(ladder.code(42, 6), "SI-00042");
    assert_eq!(ladder.code(42, 7), "ABCD-00042");
    assert_ne!(ladder, Ladder::default());
}

#[test]
fn what_is_no_ladder_is_refused_with_its_line_and_what_to_write() {
    let all = "write a [[level]] with code, name and fixes for each rung, the lowest first";
    let capitals = "write 2 to 4 capitals A-Z, such as \"GI\"";
    let ascending = "write the levels in ascending order, each with more fixes than the one before";
    let rows = [
        (String::new(), format!("l.toml: level: is missing; {all}")),
        ("level = []".into(), format!("l.toml:1: level: is empty; {all}")),
        (
            "level = 3".into(),
            "l.toml:1: level: is a whole number; write a list".into(),
        ),
        (
            SEEDLING.replace("fixes = 0", "fixes = 1"),
            "l.toml:4: level.fixes: is 1, so that a beginner has no level; begin with a level of 0 fixes".into(),
        ),
        (
            and("GI", "0"),
            format!("l.toml:8: level.fixes: is 0, and SI before it needs 0; {ascending}"),
        ),
        (
            and("GI", "-5"),
            "l.toml:8: level.fixes: `-5` is out of bounds; write a whole number from 0 to 1000000".into(),
        ),
        (
            and("GI", "1.5"),
            "l.toml:8: level.fixes: is a number with a fraction; write a whole number from 0 to 1000000".into(),
        ),
        (
            and("SI", "5"),
            "l.toml:6: level.code: `SI` is the code of line 2; give each level its own".into(),
        ),
        (
            and("gi", "5"),
            format!("l.toml:6: level.code: `gi` is not a level's code; {capitals}"),
        ),
        (
            and("G", "5"),
            format!("l.toml:6: level.code: `G` is not a level's code; {capitals}"),
        ),
        (
            and("ABCDE", "5"),
            format!("l.toml:6: level.code: `ABCDE` is not a level's code; {capitals}"),
        ),
        (
            and("级", "5"),
            format!("l.toml:6: level.code: `级` is not a level's code; {capitals}"),
        ),
        (
            and("GI", "5\ncolour = 1"),
            "l.toml:9: level.colour: is unknown; remove it; known here are code, name, fixes".into(),
        ),
        (
            format!("levels = 1\n{SEEDLING}"),
            "l.toml:1: levels: is unknown; write `level`".into(),
        ),
        (
            "[[level]]\n".into(),
            format!(
                "l.toml:1: level.code: is missing; {capitals}\n\
                 l.toml:1: level.name: is missing; write {{ en = \"Growing\", zh = \"成长\" }}\n\
                 l.toml:1: level.fixes: is missing; write how many accepted fixes reach it; 0 for the first"
            ),
        ),
        (
            SEEDLING.replace("Seedling", " "),
            "l.toml:3: level.name.en: is empty; write the name".into(),
        ),
        (
            format!("{SEEDLING}[[level\n"),
            "l.toml:5: is not TOML: unclosed array table, expected `]]`; write this line as TOML has it".into(),
        ),
    ];
    for (text, problems) in rows {
        check(&text, &problems);
    }
}

#[test]
fn a_file_that_is_not_there_or_not_utf_8_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("levels.toml");
    assert!(matches!(levels::open(&path), Err(FolderError::Unreadable { .. })));
    std::fs::write(&path, b"[[level]]\ncode = \"\xff\"\n").unwrap();
    let told = levels::open(&path).err().map(|error| error.to_string());
    assert_eq!(
        told.as_deref(),
        Some("levels.toml:2: is not UTF-8; save the file as UTF-8")
    );
}
