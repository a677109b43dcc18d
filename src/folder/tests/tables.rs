use super::printed;
use crate::{
    domain::team::Standing,
    folder::csv::{TeamLine, people, teams},
};
use proptest::prelude::*;

const TEAMS: &str = "team,kind,region,name_en,name_zh,capacity\n";
const PEOPLE: &str = "person,name,team,joined_at,left_at,accounts\n";

/// Rows below the header, from line 2 on, and the whole that is printed.
#[track_caller]
fn check_teams(rows: &str, problems: &str) {
    let text = format!("{TEAMS}{rows}");
    assert_eq!(printed(teams("teams.csv", text.as_bytes())), problems, "{rows}");
}

fn two_teams() -> Vec<TeamLine> {
    let text = format!("{TEAMS}east,city,CN-SH,East,东,2\nwest,city,CN-SC,West,西,\n");
    teams("teams.csv", text.as_bytes()).unwrap()
}

#[track_caller]
fn check_people(rows: &str, problems: &str) {
    let text = format!("{PEOPLE}{rows}");
    let read = people("people.csv", text.as_bytes(), &two_teams());
    assert_eq!(printed(read), problems, "{rows}");
}

#[test]
fn teams_read_in_any_order_of_columns() {
    let text = "\u{FEFF}name_zh,capacity,team,region, kind ,name_en\r\n\r\n\
                \" 上海, MSG \",3,Campus-East,CN-SH,university,\"The \"\"East\"\"\"\r\n,,,,,\r\n西,,west,SG,city,West";
    let read = teams("teams.csv", text.as_bytes()).unwrap();
    let [east, west] = &read[..] else { panic!("{read:?}") };
    assert_eq!((east.line, west.line), (3, 5));
    let team = &east.team;
    assert_eq!((team.slug.as_str(), team.capacity), ("campus-east", Some(3)));
    assert_eq!(
        (team.name.en.as_str(), team.name.zh.as_str()),
        ("The \"East\"", "上海, MSG")
    );
    assert_eq!(team.standing, Standing::Approved);
    assert_eq!(west.team.capacity, None);
}

#[test]
fn headers() {
    for (text, problems) in [
        (
            "",
            "teams.csv:1: is empty; write the header team,kind,region,name_en,name_zh,capacity",
        ),
        (
            "team,kind,region,name_en,name_zh\n",
            "teams.csv:1: capacity: is a missing column; add it; the header is team,kind,region,name_en,name_zh,capacity",
        ),
        (
            "Team,kind,region,name_en,name_zh,capacity,motto,,kind\n",
            "teams.csv:1: Team: is an unknown column; write `team`\n\
             teams.csv:1: motto: is an unknown column; remove the column; the header is team,kind,region,name_en,name_zh,capacity\n\
             teams.csv:1: has no name in column 8; remove the column; the header is team,kind,region,name_en,name_zh,capacity\n\
             teams.csv:1: kind: is a column already; remove one of the two\n\
             teams.csv:1: team: is a missing column; add it; the header is team,kind,region,name_en,name_zh,capacity",
        ),
        (
            "team;kind;region\n",
            "teams.csv:1: has no commas in its header; separate by commas; the header is team,kind,region,name_en,name_zh,capacity",
        ),
    ] {
        assert_eq!(printed(teams("teams.csv", text.as_bytes())), problems, "{text}");
    }
    let utf16 = teams("teams.csv", b"\xFF\xFEt\0e\0a\0m\0");
    assert_eq!(
        printed(utf16),
        "teams.csv:1: has a header that is not UTF-8; save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")"
    );
}

#[test]
fn teams_refused() {
    check_teams(
        "\n\na,city,SG,A,A,-3\n",
        "teams.csv:4: capacity: `-3` is not a whole number from 1 on; leave it empty for no limit",
    );
    check_teams(
        "a,city,SG,A,A,0\n",
        "teams.csv:2: capacity: `0` is not a whole number from 1 on; leave it empty for no limit",
    );
    check_teams(
        "a,city,SG,A,A,99999999999\n",
        "teams.csv:2: capacity: `99999999999` is over 1000000; leave it empty for no limit",
    );
    check_teams(
        "a,city,SG,A,A,\nb,city,SG,B,B,\nA,city,SG,A,A,\n",
        "teams.csv:4: team: `a` is a team already, in line 2; give each team one row and a slug of its own",
    );
    check_teams(
        ",town,SG,,a\u{202E}b,\n",
        "teams.csv:2: team: is empty; write a slug such as campus-east\n\
         teams.csv:2: kind: `town` is not a kind: city, university or enterprise; write one of them\n\
         teams.csv:2: name_en: is empty; write the name\n\
         teams.csv:2: name_zh: `a\\u{202e}b` has the invisible character U+202E; write the name without it",
    );
    check_teams(
        "上海,city,SG,A,A,\n",
        "teams.csv:2: team: `上海` is not a slug: 1 to 64 letters a-z, digits, `.`, `_` or `-`, beginning with a letter or digit; write another",
    );
    check_teams(
        "a,city,SG,A,A\n",
        "teams.csv:2: has 5 fields where the header has 6; write as many, with quotation marks around one that has a comma in it",
    );
    check_teams(
        "a,city,SG,\"A,A,\nb,city,SG,B,B,\n",
        "teams.csv:2: `A,A,\\u{a}b,city,SG,B,B,` runs over the end of its line; close its quotation mark",
    );
    let long = "x".repeat(201);
    check_teams(
        &format!("a,city,SG,{long},A,\n"),
        &format!(
            "teams.csv:2: name_en: `{}…` has 201 characters; write at most 200",
            "x".repeat(80)
        ),
    );
    let gbk = [TEAMS.as_bytes(), b"a,city,SG,A,\xC9\xCF\xBA\xA3,\n"].concat();
    assert_eq!(
        printed(teams("teams.csv", &gbk)),
        "teams.csv:2: is not UTF-8; save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")"
    );
}

#[test]
fn people_are_grouped_by_slug() {
    let text = format!(
        "{PEOPLE}lin,Lin,east,,2026-03-05T00:00:00Z,gitee:Lin#7  github:lin-x\nbo,Bo,,,,\n\
         LIN,Lin,west,2026-03-05T08:00:00+08:00,,github:Lin-X#9 gitee:lin\n"
    );
    let read = people("people.csv", text.as_bytes(), &two_teams()).unwrap();
    let [lin, bo] = &read[..] else { panic!("{read:?}") };
    assert_eq!((lin.slug.as_str(), lin.name.as_str(), lin.line), ("lin", "Lin", 2));
    let accounts: Vec<_> = lin
        .accounts
        .iter()
        .map(|a| (a.forge.kind.as_str(), a.login.as_str(), a.id.as_deref()))
        .collect();
    assert_eq!(accounts, [("gitee", "Lin", Some("7")), ("github", "lin-x", Some("9"))]);
    let stays: Vec<_> = lin
        .memberships
        .iter()
        .map(|stay| (stay.team.as_str(), stay.line))
        .collect();
    assert_eq!(stays, [("east", 2), ("west", 4)]);
    assert_eq!(lin.memberships[0].left_at, lin.memberships[1].joined_at);
    assert!(bo.memberships.is_empty() && bo.accounts.is_empty());
}

#[test]
fn people_refused() {
    check_people(
        ",A,east,,,\n",
        "people.csv:2: person: is empty; write a slug such as campus-east",
    );
    check_people("a,,east,,,\n", "people.csv:2: name: is empty; write the name");
    check_people(
        "a,A,wst,,,\nb,B,south,,,\n",
        "people.csv:2: team: `wst` is not a team of teams.csv; write `west`\npeople.csv:3: team: `south` is not a team of teams.csv; write its slug, or add it there",
    );
    check_people(
        "a,A,east,,,\nb,B,east,,,\na,A2,,,,\n",
        "people.csv:4: name: `A2` is `A` in line 2, the same person; write one name in all rows of a person",
    );
    check_people(
        "a,A,east,2026-03-01T00:00:00Z,2026-03-01T00:00:00Z,\n",
        "people.csv:2: left_at: 2026-03-01T00:00:00Z is not after joined_at, 2026-03-01T00:00:00Z; write the first instant outside the team, or leave it empty",
    );
    check_people(
        "a,A,east,1.3.2026,,\n",
        "people.csv:2: joined_at: `1.3.2026` is not a time such as 2020-12-14T00:00:00+08:00; write a date, a time and its offset, or leave it empty",
    );
    check_people(
        "a,A,,2026-03-01T00:00:00Z,,\n",
        "people.csv:2: team: is empty, with a time beside it; write the team, or no time",
    );
}

#[test]
fn one_team_at_a_time() {
    let remedy = "end one membership (left_at) before the other begins (joined_at)";
    check_people(
        "a,A,east,,2026-03-05T00:00:00Z,\na,A,west,2026-03-04T23:59:59Z,,\n",
        &format!("people.csv:3: team: `a` is in `east` at the same time, in line 2; {remedy}"),
    );
    check_people(
        "a,A,west,,,\nb,B,west,,,\na,A,west,,,\n",
        &format!("people.csv:4: team: `a` is in `west` in line 2 already, at the same time; {remedy}"),
    );
    // The first one is the long one, so its neighbour in time is not the one that overlaps.
    check_people(
        "a,A,west,2026-03-01T00:00:00Z,2026-03-20T00:00:00Z,\na,A,west,2026-03-20T00:00:00Z,,\na,A,east,2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,\na,A,east,2026-03-05T00:00:00Z,2026-03-06T00:00:00Z,\n",
        &format!(
            "people.csv:4: team: `a` is in `west` at the same time, in line 2; {remedy}\npeople.csv:5: team: `a` is in `west` at the same time, in line 2; {remedy}"
        ),
    );
}

#[test]
fn capacities() {
    let shift = "a,A,east,,2026-03-05T00:00:00Z,\nb,B,east,,,\nc,C,east,2026-03-05T00:00:00Z,,\n";
    check_people(shift, "taken");
    check_people(
        &format!("{shift}d,D,east,2026-03-09T00:00:00Z,,\ne,E,east,2026-03-10T00:00:00Z,2026-03-11T00:00:00Z,\n"),
        "people.csv:6: team: `east` has 4 people at once and a capacity of 2; raise it in teams.csv, or let fewer be in it at once",
    );
}

#[test]
fn accounts() {
    let remedy = "write forge:login or forge:login#numeric-id, separated by spaces";
    for (accounts, problem) in [
        ("lin", "`lin` names no forge"),
        ("hub:lin", "`hub:lin` names no forge that is known here"),
        ("gitee:", "`gitee:` has no login"),
        ("gitee:#7", "`gitee:#7` has no login"),
        (
            "gitee:a;github:b",
            "`gitee:a;github:b` names no forge that is known here",
        ),
        ("gitee:a\u{200B}b", "`gitee:a\\u{200b}b` has no login"),
        ("gitee:a#x1", "`gitee:a#x1` has an id that is not a number"),
        ("gitee:a#", "`gitee:a#` has an id that is not a number"),
    ] {
        check_people(
            &format!("a,A,,,,{accounts}\n"),
            &format!("people.csv:2: accounts: {problem}; {remedy}"),
        );
    }
    check_people(
        "a,A,,,,gitee:lin\nb,B,,,,gitee:LIN\n",
        "people.csv:3: accounts: `gitee:LIN` is a's, in line 2; give each account to one person",
    );
    check_people(
        "a,A,,,,gitee:lin#7\na,A,,,,gitee:lin#8\n",
        "people.csv:3: accounts: `gitee:lin` has two ids, 7 and 8; write the one that the forge shows today",
    );
    check_people(
        "a,A,,,,gitee:lin#7\nb,B,,,,gitee:bo#7\n",
        "people.csv:3: accounts: `gitee:bo#7` has the id of a, in line 2; look the numeric id up: two people never share one",
    );
    check_people("a,A,,,,gitee:lin#7 github:lin#7 gitee:lin-old#7\n", "taken");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), headed: bool) {
        let (of_teams, of_people) = if headed { (TEAMS, PEOPLE) } else { ("", "") };
        let _ = teams("t", &[of_teams.as_bytes(), &bytes].concat());
        let _ = people("p", &[of_people.as_bytes(), &bytes].concat(), &two_teams());
    }

    #[test]
    fn any_rows_are_read_without_a_panic(
        rows in prop::collection::vec(
            prop::collection::vec("(a|b|east|west|city|SG|\"|\r|[0-9]{1,12}|2026-03-0[1-9]T00:00:00Z|gitee:[ab](#[0-9])?|\\PC{0,4})?", 5..8),
            0..12,
        )
    ) {
        let rows: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
        let rows = rows.join("\n");
        let _ = teams("t", format!("{TEAMS}{rows}").as_bytes());
        let _ = people("p", format!("{PEOPLE}{rows}").as_bytes(), &two_teams());
    }
}
