use crate::{
    domain::{
        forge::{Forge, ForgeHost},
        pull::{Actor, Pull, RepoPath, State},
        report::{Facts, Report},
        time::Moment,
    },
    folder::pulls::{LONGEST_LINE, Lines, line, write},
};
use proptest::{option::of, prelude::*};

/// The contract's example, section 2, with its `…` written out.
const EXAMPLE: &str = r#"{"forge":"gitee","repository":"mindspore/mindspore","repository_id":"8550128","number":9981,"state":"merged",
 "title":"fix LearningRateScheduler callback","body":"b","author":{"login":"dev0042","id":"7701"},"merged_by":{"login":"mindspore-ci-bot"},
 "base_branch":"master","head_branch":"fix-lr","head_sha":"0a","merge_sha":"0b","created_at":"2020-12-14T10:00:00+08:00",
 "merged_at":"2020-12-24T15:11:31+08:00","labels":["kind/bug"],"linked_issues":["I1DBA8"],"additions":3,"deletions":1,"updated_at":"2020-12-24T15:11:31+08:00","url":"https://gitee.com/x"}"#;

/// What one report comes to where nothing else is known.
pub fn settled(report: &Report) -> Pull {
    let facts = Facts::of([report.telling.clone()]);
    let (repository, id) = (report.repository.clone(), report.repository_id.clone());
    facts.pull(report.forge.clone(), repository, id, report.number).unwrap()
}

fn fact(text: &str) -> Pull {
    settled(&line(text).unwrap())
}

/// The least that is a pull.
const LEAST: &str = r#"{"forge":"gitee","repository":"a/b","number":1,"state":"open","title":"t","author":{"login":"lin"},"base_branch":"master","created_at":"2026-03-01T00:00:00Z"}"#;

#[test]
fn the_contracts_example_reads_and_writes_as_written() {
    let pull = fact(EXAMPLE);
    assert_eq!(pull.name(), "gitee:mindspore/mindspore!9981");
    assert_eq!(pull.repository_id.as_deref(), Some("8550128"));
    assert_eq!(pull.author.id.as_deref(), Some("7701"));
    assert_eq!(
        pull.merged_at.map(|at| at.to_string()),
        Some("2020-12-24T07:11:31Z".to_owned())
    );
    assert!(pull.confirmed);
    let written = write(&pull);
    let keys = |text: &str| -> Vec<String> {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&written.to_string()), keys(EXAMPLE));
    assert_eq!(fact(&written.to_string()), pull);
}

#[test]
fn what_is_absent_or_null_is_none() {
    let told = line(LEAST).unwrap().telling.told;
    assert_eq!((told.merged_by, told.head_branch, told.updated_at), (None, None, None));
    assert_eq!((told.body, told.labels), (None, None));
    let nulls = "\"merged_by\":null,\"labels\":null,\"additions\":null,\"url\":null,\"merged_at\":null,\"more\":[1]";
    assert_eq!(line(&LEAST.replacen('{', &format!("{{{nulls},"), 1)), line(LEAST));
}

#[test]
fn other_shapes_of_the_same() {
    for (fields, check) in [
        (
            "\"repository_id\":12",
            (|p: &Pull| p.repository_id.as_deref() == Some("12")) as fn(&Pull) -> bool,
        ),
        ("\"labels\":[{\"name\":\"kind/bug\",\"id\":3},\"x\"]", |p| {
            p.labels == ["kind/bug", "x"]
        }),
        ("\"linked_issues\":[7,\"I1\"]", |p| p.linked_issues == ["7", "I1"]),
        ("\"merged_by\":{\"login\":null}", |p| p.merged_by.is_none()),
        ("\"merged_at\":\"2026-03-01T00:00:00Z\"", |p| p.merged_at.is_none()),
    ] {
        let pull = fact(&LEAST.replacen('{', &format!("{{{fields},"), 1));
        assert!(check(&pull), "{fields}: {pull:?}");
    }
    // Only what was merged was merged by somebody.
    let merged = LEAST.replace("\"open\"", "\"merged\",\"merged_at\":\"2026-03-01T00:00:00Z\"");
    let by = merged.replacen('{', "{\"merged_by\":{\"id\":5,\"bot\":true},", 1);
    let merger = fact(&by).merged_by.unwrap();
    assert!(merger.bot && merger.id.as_deref() == Some("5"));
}

#[test]
fn refused_lines_name_the_field() {
    for (part, other, problem) in [
        (
            "{\"login\":\"lin\"}",
            "{}",
            "author.login: is missing; write \"author\":{\"login\":…}",
        ),
        (
            "{\"login\":\"lin\"}",
            "null",
            "author.login: is missing; write \"author\":{\"login\":…}",
        ),
        (
            "{\"login\":\"lin\"}",
            "{\"login\":\"\"}",
            "author.login: is missing; write \"author\":{\"login\":…}",
        ),
        (
            "{\"login\":\"lin\"}",
            "{\"id\":7}",
            "author.login: is missing; write \"author\":{\"login\":…}",
        ),
        (
            "{\"login\":\"lin\"}",
            "\"lin\"",
            "author: is not an object; write \"author\":{\"login\":…}",
        ),
        (
            "\"lin\"}",
            "\"lin\",\"id\":\"x\"}",
            "author.id: is not a numeric id; write its digits, or leave it out",
        ),
        (
            "\"lin\"}",
            "\"lin\",\"bot\":1}",
            "author.bot: is not true or false; write true, or leave it out",
        ),
        (
            "\"lin\"",
            "7",
            "author.login: is not a string; write it in quotation marks",
        ),
        (
            "\"gitee\"",
            "\"bitbucket\"",
            "forge: `bitbucket` is not a forge: github, gitee, gitlab or gitcode; write one of them",
        ),
        ("\"forge\"", "\"frog\"", "forge: is missing; write it; it is required"),
        (
            "a/b",
            "a",
            "repository: `a` is not a repository path such as owner/name; write owner/name",
        ),
        (
            "1,",
            "0,",
            "number: is not a whole number from 1 on; write the pull's number",
        ),
        (
            "1,",
            "-1,",
            "number: is not a whole number from 1 on; write the pull's number",
        ),
        (
            "1,",
            "18446744073709551616,",
            "number: is not a whole number from 1 on; write the pull's number",
        ),
        ("1,", "null,", "number: is missing; write it; it is required"),
        (
            "\"open\"",
            "\"opened\"",
            "state: `opened` is not a state: open, closed or merged; write `open`",
        ),
        ("\"t\"", "null", "title: is missing; write it; it is required"),
        (
            "2026-03-01T",
            "2026-03-41T",
            "created_at: `2026-03-41T00:00:00Z` is not a time such as 2020-12-14T00:00:00+08:00; write a date, a time and its offset",
        ),
        (
            "\"created_at\"",
            "\"created\"",
            "created_at: is missing; write it; it is required",
        ),
        (
            "{\"forge\"",
            "{\"additions\":-1,\"forge\"",
            "additions: is not a whole number from 0 on; write it, or leave it out",
        ),
        (
            "{\"forge\"",
            "{\"labels\":\"a\",\"forge\"",
            "labels: is not a list; write it as [\"…\"]",
        ),
        (
            "{\"forge\"",
            "{\"labels\":[null],\"forge\"",
            "labels: has an entry that is no string; write strings",
        ),
        (
            "{\"forge\"",
            "{\"url\":\"javascript:x\",\"forge\"",
            "url: `javascript:x` is not an http or https address; write the pull's page, or leave it out",
        ),
        (
            "{\"forge\"",
            "[\"forge\"",
            "is not JSON at column 9: expected `,` or `]`; write one JSON object a line",
        ),
    ] {
        assert!(LEAST.contains(part), "{part}");
        let text = LEAST.replacen(part, other, 1);
        assert_eq!(line(&text).err().as_deref(), Some(problem), "{text}");
    }
    assert_eq!(
        line("3").err().as_deref(),
        Some("is not a JSON object; write one JSON object a line")
    );
    let long = LEAST.replace("master", &"m".repeat(256));
    assert_eq!(
        line(&long).err().as_deref(),
        Some("base_branch: has 256 bytes; write at most 255")
    );
}

#[test]
fn text_that_is_no_text_is_taken_with_a_mark_in_its_place() {
    let title = |text: &[u8]| {
        let [before, after] = LEAST.split("\"t\"").map(str::as_bytes).collect::<Vec<_>>()[..] else {
            panic!("{LEAST}")
        };
        let line = [before, text, after].concat();
        let read: Vec<_> = Lines::new("p", &line[..]).collect();
        read[0]
            .as_ref()
            .map(|report| report.telling.told.title.clone())
            .unwrap()
    };
    assert_eq!(title(br#""a\ud83d""#), "a\u{FFFD}");
    assert_eq!(title(b"\"a\xFF\""), "a\u{FFFD}");
    assert_eq!(title(br#""a\u0000""#), "a\u{FFFD}");
}

#[test]
fn a_merge_at_a_time_that_nobody_has_told_is_taken_and_closed_at_a_time_is_merged() {
    let merged = LEAST
        .replace("\"open\"", "\"merged\"")
        .replace(",\"base_branch\":\"master\"", "");
    let told = line(&merged).unwrap().telling.told;
    assert_eq!(
        (told.state, told.merged_at, told.base_branch),
        (State::Merged, None, None)
    );
    let closed = LEAST.replace("\"open\"", "\"closed\",\"merged_at\":\"2026-03-02T00:00:00Z\"");
    assert_eq!(fact(&closed).state, State::Merged);
    let bot = LEAST.replace("\"lin\"", "\"lin\",\"type\":\"Bot\"");
    assert!(fact(&bot).author.bot);
}

#[test]
fn good_lines_are_taken_and_bad_ones_named() {
    let mut bytes = format!("\u{FEFF}{LEAST}\r\n\n  \n{{}}\n").into_bytes();
    bytes.extend(b"\xFF\xFE\n");
    bytes.extend(std::iter::repeat_n(b'x', LONGEST_LINE + 1));
    bytes.extend(b"\n");
    bytes.extend(LEAST.as_bytes());
    let told: Vec<String> = Lines::new("pulls.ndjson", &bytes[..])
        .map(|read| read.map_or_else(|problem| problem.to_string(), |report| settled(&report).name()))
        .collect();
    assert_eq!(
        told,
        [
            "gitee:a/b!1",
            "pulls.ndjson:4: forge: is missing; write it; it is required | repository: is missing; write it; it is \
             required | number: is missing; write it; it is required | state: is missing; write it; it is required | \
             title: is missing; write it; it is required | author.login: is missing; write \"author\":{\"login\":…} | \
             created_at: is missing; write it; it is required",
            "pulls.ndjson:5: is not JSON at column 1: expected value; write one JSON object a line",
            "pulls.ndjson:6: has more than 8388608 bytes; write one pull a line, with its body cut",
            "gitee:a/b!1",
        ]
    );
}

fn hosts() -> Vec<ForgeHost> {
    let own = Forge::ALL.into_iter().map(ForgeHost::own);
    own.chain(ForgeHost::parse("gitlab@git.example.org:8443")).collect()
}

fn moment() -> impl Strategy<Value = Moment> {
    (-62_000_000_000_000_i64..250_000_000_000_000).prop_map(Moment::from_millis)
}

fn actor() -> impl Strategy<Value = Actor> {
    ("[^\0]{0,20}", of("[0-9]{1,20}"), any::<bool>()).prop_map(|(login, id, bot)| Actor {
        // Somebody is named, by one or the other.
        login: if login.is_empty() && id.is_none() {
            "x".to_owned()
        } else {
            login
        },
        id,
        bot,
    })
}

prop_compose! {
    fn pull()(
        forge in prop::sample::select(hosts()),
        path in "[a-zA-Z0-9_.-]{1,9}/[a-zA-Z0-9_.-]{1,9}",
        repository_id in of("[0-9]{1,20}"),
        number in 1..=i64::MAX as u64,
        state in prop::sample::select(vec![State::Open, State::Closed, State::Merged]),
        (title, body) in ("[^\0]*", "[^\0]*"),
        (author, merged_by) in (actor(), of(actor())),
        (base_branch, head_branch) in (of("[^\0]{1,20}"), of("[^\0]{1,20}")),
        (head_sha, merge_sha, squash_sha) in (of("[0-9a-f]{40}"), of("[0-9a-f]{40}"), of("[0-9a-f]{40}")),
        (created_at, merged_at, updated_at, closed_at) in (moment(), moment(), of(moment()), of(moment())),
        draft: bool,
        (labels, linked_issues) in (prop::collection::vec("[^\0]{0,9}", 0..4), prop::collection::vec("[^\0]{0,9}", 0..4)),
        (additions, deletions) in (of(0..=i64::MAX as u64), of(0..9_u64)),
        url in of("https://[a-z]{1,9}\\.com/[^\0]{0,9}"),
    ) -> Pull {
        settled(&Report::of(Pull {
            forge, repository: RepoPath::parse(&path).unwrap(), repository_id, number, state, title, body, author, merged_by,
            base_branch, head_branch, head_sha, merge_sha, squash_sha, created_at, closed_at, draft,
            merged_at: (state == State::Merged).then_some(merged_at),
            labels, linked_issues, additions, deletions, updated_at, url,
            confirmed: true,
        }))
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(pull in pull()) {
        let text = write(&pull).to_string();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(fact(&text), pull);
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in ".*", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = line(&text);
        prop_assert!(Lines::new("p", &bytes[..]).count() <= bytes.len());
    }

    /// A good line in which one value, or one of its author, is of another type.
    #[test]
    fn any_value_anywhere_is_read_without_a_panic(
        at in 0..21_usize,
        of_author: bool,
        value in "(null|true|-?[0-9]{1,30}|1e5|\"[a-z\u{0}-\u{9f}]{0,9}\"|\\[\\]|\\{\\}|\\[\\[\\]\\]|\\[\\{\"name\":1\\}\\])",
    ) {
        let mut pull: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
        let object = if of_author { &mut pull["author"] } else { &mut pull };
        let object = object.as_object_mut().unwrap();
        let at = at % object.len();
        if let (Some(old), Ok(new)) = (object.values_mut().nth(at), serde_json::from_str(&value)) {
            *old = new;
        }
        let _ = line(&pull.to_string());
    }
}
