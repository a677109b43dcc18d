//! The rules of the source itself: a lower floor never uses a higher one, and each database, each forge and
//! the web are spoken to in one place.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn floor(module: &str) -> Option<u32> {
    Some(match module {
        "domain" => 1,
        "store" | "forge" | "folder" => 2,
        "live" => 3,
        "app" => 4,
        "web" => 5,
        "cli" | "config" | "main" | "lib" => 6,
        _ => return None,
    })
}

/// Every file of src/, by its path in it.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    files
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

fn module(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Modules named after `crate::`, in paths and in groups, comments left out.
fn used(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap()).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    let name = |text: &str| -> String {
        let word = text.trim_start().chars();
        word.take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            found.push(name(rest));
            continue;
        };
        // The first word of each item at the group's own level.
        let (mut depth, mut item) = (0, 0);
        for (at, letter) in group.char_indices() {
            let ends = depth == 0 && (letter == ',' || letter == '}');
            if ends {
                found.push(name(&group[item..at]));
                item = at + 1;
            }
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn names_in_use_lines_are_found() {
    let text = "use crate::live::Face;\nuse crate::{\n  app::{self, App},\n  domain::{a::B, c},\n store,\n};\n// crate::web\nlet x = crate::cli::run();";
    assert_eq!(used(text), ["live", "app", "domain", "store", "cli"]);
}

#[test]
fn a_lower_floor_uses_no_higher_one() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        let own = floor(module(&path)).unwrap_or_else(|| panic!("{path}: on which floor is it?"));
        for name in used(&text) {
            let Some(other) = floor(&name) else { continue };
            seen += 1;
            // On one floor, modules do not look at each other either.
            let aside = other == own && name != module(&path) && own < 6;
            if other > own || aside {
                wrong.push(format!("src/{path} (floor {own}) uses {name} (floor {other})"));
            }
        }
    }
    assert!(seen > 100, "the reader finds nothing: {seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_package_is_used_where_it_belongs() {
    let places: [(&str, &[&str]); 5] = [
        ("diesel", &["store/"]),
        ("diesel_migrations", &["store/"]),
        ("actix_web", &["web/", "main.rs"]),
        ("maud", &["web/"]),
        ("reqwest", &["forge/client.rs", "cli/demo"]),
    ];
    let mut wrong = Vec::new();
    // Tests may look at the database from beside.
    let of_program = |path: &str| !path.contains("/tests/") && !path.ends_with("/tests.rs");
    for (path, text) in sources().into_iter().filter(|(path, _)| of_program(path)) {
        for line in text.lines().map(|line| line.split("//").next().unwrap()) {
            for (package, allowed) in places {
                let named = line
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == package);
                let path_of_it = line.contains(&format!("{package}::")) || line.contains(&format!("use {package}"));
                if named && path_of_it && !allowed.iter().any(|place| path.starts_with(place)) {
                    wrong.push(format!("src/{path}: {}", line.trim()));
                }
                if package == "actix_web" && path == "main.rs" && path_of_it {
                    assert!(line.contains("actix_web::rt"), "src/main.rs: {line}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
