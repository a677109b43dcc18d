use super::{definition::LEAST, printed};
use crate::folder::definition::read;

/// `text` after [`LEAST`], whose 9 lines it follows, and the whole that is printed.
#[track_caller]
fn check(text: &str, problems: &str) {
    check_whole(&format!("{LEAST}{text}"), problems);
}

#[track_caller]
fn check_whole(text: &str, problems: &str) {
    assert_eq!(printed(read("c.toml", text)), problems, "{text}");
}

/// [`LEAST`] with one part of it replaced.
#[track_caller]
fn check_with(part: &str, other: &str, problems: &str) {
    assert!(LEAST.contains(part), "{part}");
    check_whole(&LEAST.replace(part, other), problems);
}

#[test]
fn what_is_missing_is_named() {
    check_whole(
        "",
        "c.toml: slug: is missing; write a short word for the competition's addresses\n\
         c.toml: name.en: is missing; write the name in English\n\
         c.toml: name.zh: is missing; write the name in Chinese\n\
         c.toml: time_zone: is missing; write an IANA name such as \"Asia/Shanghai\"\n\
         c.toml: window.opens_at: is missing; write a time such as \"2020-12-14T00:00:00+08:00\"\n\
         c.toml: window.closes_at: is missing; write a time such as \"2020-12-14T00:00:00+08:00\"\n\
         c.toml: repository: is missing; write a [[repository]] with forge and path",
    );
    check(
        "[[repository]]\nbranches = []\n[[source]]\n",
        "c.toml:10: repository.forge: is missing; write github, gitee, gitlab or gitcode\n\
         c.toml:10: repository.path: is missing; write owner/name\n\
         c.toml:12: source.forge: is missing; write github, gitee, gitlab or gitcode\n\
         c.toml:12: source.name: is missing; write the last part of the hook's address",
    );
}

#[test]
fn unknown_keys_are_named_and_near_ones_suggested() {
    check_with(
        "closes_at",
        "close_at",
        "c.toml:4: window.closes_at: is missing; write a time such as \"2020-12-14T00:00:00+08:00\"\n\
         c.toml:6: window.close_at: is unknown; write `window.closes_at`",
    );
    check(
        "colour = 1\n[rules]\nBots = []\n",
        "c.toml:10: repository.colour: is unknown; remove it; known here are forge, host, path, id, branches, mirrors\n\
         c.toml:12: rules.Bots: is unknown; write `rules.bots`",
    );
    check_with(
        "name = { en",
        "name = { fr = \"S\", en",
        "c.toml:2: name.fr: is unknown; remove it; known here are en, zh",
    );
}

#[test]
fn what_is_no_toml_is_named_without_its_text() {
    check(
        "x",
        "c.toml:10: is not TOML: key with no value, expected `=`; write this line as TOML has it",
    );
    check(
        "path = 1\n",
        "c.toml:10: is not TOML: duplicate key; write this line as TOML has it",
    );
    let printed = printed(read(
        "c.toml",
        &format!("{LEAST}[[source]]\nsecrets = [\"literal:hunter2]\n"),
    ));
    assert!(printed.starts_with("c.toml:11: is not TOML: "), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn words_and_names() {
    check_with(
        "\"s\"",
        "\"a b\"",
        "c.toml:1: slug: `a b` is not a slug: 1 to 64 letters a-z, digits, `.`, `_` or `-`, beginning with a letter or digit; write another",
    );
    check_with(
        "\"s\"",
        "3",
        "c.toml:1: slug: is a whole number; write a string in quotation marks",
    );
    check_with(
        "en = \"S\"",
        "en = \" \"",
        "c.toml:2: name.en: is empty; write the name",
    );
    check_with(
        "zh = \"S\"",
        "zh = \"a\\u200Db\"",
        "c.toml:2: name.zh: `a\\u{200d}b` has the invisible character U+200D; write the name without it",
    );
    check_with(
        "en = \"S\"",
        &format!("en = \"{}\"", "春".repeat(201)),
        &format!(
            "c.toml:2: name.en: `{}…` has 201 characters; write at most 200",
            "春".repeat(80)
        ),
    );
    check_with(
        "slug = \"s\"",
        "slug = \"s\"\nreview = \"evry\"",
        "c.toml:2: review: `evry` is not one of exceptions, every; write `every`",
    );
    check(
        "[rules]\nno_signal = \"maybe\"\n",
        "c.toml:11: rules.no_signal: `maybe` is not one of ask, fail; write one of them",
    );
}

#[test]
fn time_zones() {
    for (zone, remedy) in [
        ("Asia/Shangai", "write `Asia/Shanghai`"),
        ("asia/shanghai", "write `Asia/Shanghai`"),
        ("Asia/Beijing", "write `Asia/Shanghai`"),
        ("new york", "write `America/New_York`"),
        ("+08:00", "write an IANA name such as `Asia/Shanghai`"),
    ] {
        check_with(
            "UTC",
            zone,
            &format!("c.toml:3: time_zone: `{zone}` is not a time zone; {remedy}"),
        );
    }
}

#[test]
fn windows() {
    check_with(
        "2026-03-01T",
        "2026-02-30T",
        "c.toml:5: window.opens_at: `2026-02-30T00:00:00Z` is not a time such as 2020-12-14T00:00:00+08:00; write a date, a time and its offset",
    );
    check_with(
        "\"2026-03-01T00:00:00Z\"",
        "2026-03-01T00:00:00",
        "c.toml:5: window.opens_at: `2026-03-01T00:00:00` is not a time such as 2020-12-14T00:00:00+08:00; write a date, a time and its offset",
    );
    check_with(
        "\"2026-03-01T00:00:00Z\"",
        "true",
        "c.toml:5: window.opens_at: is true or false; write a time such as \"2020-12-14T00:00:00+08:00\"",
    );
    check_with(
        "2026-03-15T",
        "2026-03-01T",
        "c.toml:6: window.closes_at: 2026-03-01T00:00:00Z is not after window.opens_at, 2026-03-01T00:00:00Z; write the end, exclusive, of the time in which pulls are opened",
    );
    check_with(
        "[[rep",
        "freeze_at = \"2026-03-15T00:00:01Z\"\n[[rep",
        "c.toml:7: window.freeze_at: 2026-03-15T00:00:01Z is outside the window, 2026-03-01T00:00:00Z to 2026-03-15T00:00:00Z; write a time inside it, or leave it out for no freeze",
    );
    check_with(
        "[[rep",
        "merge_grace = \"2w\"\n[[rep",
        "c.toml:7: window.merge_grace: `2w` is not a length of time such as 14d, 36h, 90m or 0d (at most 3650d); write 0d for none",
    );
    check(
        "[result]\nrevealed_at = \"soon\"\n",
        "c.toml:11: result.revealed_at: `soon` is not a time such as 2020-12-14T00:00:00+08:00; write a date, a time and its offset",
    );
}

#[test]
fn repositories_stand_once() {
    check_with(
        "gitee",
        "githab",
        "c.toml:8: repository.forge: `githab` is not a forge: github, gitee, gitlab or gitcode; write one of them",
    );
    check_with(
        "a/b",
        "a",
        "c.toml:9: repository.path: `a` is not a repository path such as owner/name; write the part of its address after the forge",
    );
    check(
        "[[repository]]\nforge = \"gitee\"\npath = \"A/B\"\n",
        "c.toml:12: repository.path: `gitee:A/B` is a repository already, in line 9; name it once; a repository belongs to one family",
    );
    check(
        "mirrors = [\"gitee:a/B\"]\n",
        "c.toml:10: repository.mirrors: `gitee:a/B` is a repository already, in line 9; name it once; a repository belongs to one family",
    );
    check(
        "mirrors = [\"github:c/d\", \"github:C/d\", \"gitee:e/f\"]\n[[repository]]\nforge = \"gitee\"\npath = \"e/f\"\nmirrors = [\"github:c/D\"]",
        "c.toml:10: repository.mirrors: `github:C/d` is a mirror already, in line 10; name it once; a repository belongs to one family\n\
         c.toml:10: repository.mirrors: `gitee:e/f` is a repository already, in line 13; name it once; a repository belongs to one family\n\
         c.toml:14: repository.mirrors: `github:c/D` is a mirror already, in line 10; name it once; a repository belongs to one family",
    );
    check(
        "mirrors = [\"c/d\", \"hub:c/d\", \"gitee:c\"]\nbranches = [\" b\", \"\", 3]\n",
        "c.toml:10: repository.mirrors: `c/d` names no forge; write forge:path, such as \"github:owner/name\"\n\
         c.toml:10: repository.mirrors: `hub` is not a forge: github, gitee, gitlab or gitcode; write forge:path, such as \"github:owner/name\"\n\
         c.toml:10: repository.mirrors: `c` is not a repository path such as owner/name; write forge:path, such as \"github:owner/name\"\n\
         c.toml:11: repository.branches: ` b` has white space around it; write it as the forge shows it\n\
         c.toml:11: repository.branches: has an empty entry; remove it or write it out\n\
         c.toml:11: repository.branches: is a whole number; write a string in quotation marks",
    );
    check_with(
        "[[repository]]",
        "[repository]",
        "c.toml:7: repository: is a table; write a list",
    );
}

#[test]
fn patterns() {
    check(
        "[rules]\nbugfix_title = '(fix'\n",
        "c.toml:11: rules.bugfix_title: is not a regular expression: unclosed group; write a pattern of the Rust regex crate, or \"\" for none",
    );
    check(
        "[rules]\nbugfix_title = '\\w{900}'\n",
        "c.toml:11: rules.bugfix_title: is not a regular expression: Compiled regex exceeds size limit of 1048576 bytes; write a shorter one, with smaller repetitions",
    );
}

#[test]
fn numbers_have_bounds() {
    check(
        "[rules]\nmin_changed_lines = -1\n[scoring]\nbase = 99_999_999_999_999_999_999\nfirst_fix_bonus = 1.5\ndaily_limit = -3\nlabels = { \"kind/bug\" = 1000001, \"\" = 1 }\n",
        "c.toml:11: rules.min_changed_lines: `-1` is out of bounds; write a whole number from 0 to 1000000\n\
         c.toml:13: scoring.base: `99999999999999999999` is out of bounds; write a whole number from -1000000 to 1000000\n\
         c.toml:14: scoring.first_fix_bonus: is a number with a fraction; write a whole number from -1000000 to 1000000\n\
         c.toml:15: scoring.daily_limit: `-3` is out of bounds; write a whole number from 0 to 100000\n\
         c.toml:16: scoring.labels.\"\": has an empty entry; remove it or write it out\n\
         c.toml:16: scoring.labels.\"kind/bug\": `1000001` is out of bounds; write a whole number from -1000000 to 1000000",
    );
}

#[test]
fn sources() {
    let source = "[[source]]\nname = \"lamp\"\nforge = \"gitee\"\n";
    check(
        &format!("{source}{source}"),
        "c.toml:14: source.name: `lamp` is a source of gitee already, in line 11; write another name, or both secrets in one source",
    );
    for secret in ["hunter2", "env:", "literal:"] {
        check(
            &format!("{source}secrets = [\"{secret}\"]\n"),
            "c.toml:13: source.secrets: is neither env: nor literal: with something after it (not shown here); write \"env:NAME\", NAME being a variable of the environment",
        );
    }
    check(
        &format!("{source}token = \"hunter2\"\nsecrets = 5\n"),
        "c.toml:13: source.token: is neither env: nor literal: with something after it (not shown here); write \"env:NAME\", NAME being a variable of the environment\nc.toml:14: source.secrets: is a whole number; write a list",
    );
    check(
        &format!("{source}api_url = \"ftp://x\"\nconfirm = \"yes\"\n"),
        "c.toml:13: source.api_url: `ftp://x` is not an http or https address; write such as \"https://gitee.com/api/v5\"\nc.toml:14: source.confirm: is a string; write true or false",
    );
    check(
        &format!("{source}api_url = \"https://me:hunter2@gitee.com\"\n"),
        "c.toml:13: source.api_url: has a user name or password in it (not shown here); write it as `token`",
    );
}

#[test]
fn a_thousand_problems_are_enough() {
    let many: String = (0..5_000).map(|at| format!("k{at} = 1\n")).collect();
    assert_eq!(read("c", &format!("{LEAST}{many}")).unwrap_err().0.len(), 1_000);
}
