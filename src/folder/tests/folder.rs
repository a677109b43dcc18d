use super::super::{FolderError, open, pulls};
use super::pulls::settled;
use std::{
    fs::{self, File},
    io::BufReader,
    path::PathBuf,
};

fn opened(files: &[(&str, &[u8])]) -> String {
    let dir = tempfile::tempdir().unwrap();
    for (file, bytes) in files {
        fs::write(dir.path().join(file), bytes).unwrap();
    }
    open(dir.path())
        .err()
        .map_or_else(|| "taken".to_owned(), |error| error.to_string())
}

const DEFINITION: &[u8] = b"slug = \"s\"\nname = { en = \"S\", zh = \"S\" }\ntime_zone = \"UTC\"\n\
    window = { opens_at = 2026-03-01T00:00:00Z, closes_at = 2026-03-02T00:00:00Z }\n\
    repository = [{ forge = \"gitee\", path = \"a/b\" }]\n";
const TEAMS: &[u8] = b"team,kind,region,name_en,name_zh,capacity\neast,city,SG,East,East,-3\n";
const PEOPLE: &[u8] = b"person,name,team,joined_at,left_at,accounts\na,A,east,soon,,\n";

#[test]
fn every_file_is_looked_at_before_the_folder_is_refused() {
    assert_eq!(
        opened(&[]),
        "competition.toml: is missing; put it into the folder, with slug, name, time_zone, [window] and a [[repository]]\n\
         teams.csv: is missing; put it into the folder, with the header team,kind,region,name_en,name_zh,capacity\n\
         people.csv: is missing; put it into the folder, with the header person,name,team,joined_at,left_at,accounts"
    );
    assert_eq!(
        opened(&[
            ("competition.toml", b"\n\xFF"),
            ("teams.csv", TEAMS),
            ("people.csv", PEOPLE)
        ]),
        "competition.toml:2: is not UTF-8; save the file as UTF-8\n\
         teams.csv:2: capacity: `-3` is not a whole number from 1 on; leave it empty for no limit\n\
         people.csv:2: joined_at: `soon` is not a time such as 2020-12-14T00:00:00+08:00; \
         write a date, a time and its offset, or leave it empty"
    );
    let (teams, people) = (&TEAMS[..42], &PEOPLE[..44]);
    assert_eq!(
        opened(&[
            ("competition.toml", DEFINITION),
            ("teams.csv", teams),
            ("people.csv", people)
        ]),
        "taken"
    );
}

#[test]
fn what_is_no_folder_is_unreadable() {
    let dir = tempfile::tempdir().unwrap();
    let Err(FolderError::Unreadable { path, .. }) = open(&dir.path().join("none")) else {
        panic!("a folder that is not there was opened")
    };
    assert!(path.ends_with("none"));
    fs::create_dir(dir.path().join("competition.toml")).unwrap();
    assert!(matches!(open(dir.path()), Err(FolderError::Unreadable { .. })));
}

/// The real sprint, where the machine has it: `BUGATHLON_SHARED`, or `../shared` beside the project.
#[test]
fn the_real_sprint_opens() {
    let beside = || concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into();
    let shared = std::env::var_os("BUGATHLON_SHARED").map_or_else(beside, PathBuf::from);
    let dir = shared.join("real/sprint-2020-12");
    if !dir.exists() {
        eprintln!("{} is not there: the real sprint is not read", dir.display());
        return;
    }
    let folder = open(&dir).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((folder.definition.repositories.len(), folder.teams.len()), (8, 18));
    assert!(!folder.people.is_empty());
    let file = File::open(folder.pulls.unwrap()).unwrap();
    let mut count = 0;
    for read in pulls::Lines::new("pulls.ndjson", BufReader::new(file)) {
        let report = read.unwrap_or_else(|problem| panic!("{problem}"));
        let pull = settled(&report);
        let again = pulls::line(&pulls::write(&pull).to_string()).unwrap();
        assert_eq!(settled(&again), pull);
        count += 1;
    }
    assert_eq!(count, 2_988);
}
