use crate::{
    domain::{
        competition::{NoSignal, Review, Secret},
        forge::Forge,
        time::{Moment, Span},
    },
    folder::definition::read,
};
use proptest::prelude::*;

/// The contract's example, section 2, both of its blocks.
const EXAMPLE: &str = r#"slug      = "mindcon-2020"
name      = { en = "MindCon Geek Week 2020", zh = "MindCon 极客周 2020" }
time_zone = "Asia/Shanghai"        # IANA name: what pages show and what a "day" is
review    = "exceptions"           # "exceptions": only submissions with an `ask`; "every": all of them

[window]
opens_at    = "2020-12-14T00:00:00+08:00"   # inclusive
closes_at   = "2020-12-28T00:00:00+08:00"   # exclusive
merge_grace = "14d"                         # 0d: none. Opened inside the window, merged before closes_at + merge_grace, counts
freeze_at   = "2020-12-27T12:00:00+08:00"   # optional

[[repository]]
forge    = "gitee"
path     = "mindspore/mindspore"
branches = ["master"]                       # empty or absent: every branch
mirrors  = ["github:mindspore-ai/mindspore"]  # the same project elsewhere; together they are one family

[rules]
bugfix_labels    = ["kind/bug"]
bugfix_title     = '(?i)(\bfix|\bbug|修复|修正)'
bugfix_command   = "/kind bug"     # a line of the body that starts with it
no_signal        = "ask"           # no sign of a bug fix: "ask" or "fail"
required_labels  = []              # such as "mindspore-cla/yes"
forbidden_labels = ["stat/invalid", "stat/duplicate"]
bots             = ["mindspore-ci-bot", "i-robot"]
min_changed_lines = 1

[scoring]
base            = 1
labels          = { "priority/critical" = 5 }   # the highest that the pull bears replaces base
first_fix_bonus = 2                # the person's first accepted fix of this competition
daily_limit     = 10               # a person's accepted fixes per calendar day

[[source]]
name    = "mindspore"              # the path of its hook: /hooks/gitee/mindspore
forge   = "gitee"
secrets = ["env:GITEE_SECRET"]     # or "literal:…"
confirm = true                     # read each pull from the API before it scores
api_url = "https://gitee.com/api/v5"   # default: the forge's own
token   = "env:GITEE_TOKEN"        # optional
"#;

/// The least that is a competition; the line that a row adds comes after its 9 lines.
pub(super) const LEAST: &str = r#"slug = "s"
name = { en = "S", zh = "S" }
time_zone = "UTC"
[window]
opens_at = "2026-03-01T00:00:00Z"
closes_at = "2026-03-15T00:00:00Z"
[[repository]]
forge = "gitee"
path = "a/b"
"#;

#[test]
fn the_contracts_example_reads_as_written() {
    let read = read("competition.toml", EXAMPLE).unwrap();
    assert_eq!(read.slug.as_str(), "mindcon-2020");
    assert_eq!(read.name.en, "MindCon Geek Week 2020");
    assert_eq!(read.name.zh, "MindCon 极客周 2020");
    assert_eq!(read.zone, chrono_tz::Asia::Shanghai);
    assert_eq!(read.review, Review::Exceptions);
    assert_eq!(read.window.opens_at.to_string(), "2020-12-13T16:00:00Z");
    assert_eq!(read.window.closes_at.to_string(), "2020-12-27T16:00:00Z");
    assert_eq!(read.window.merge_grace.millis(), 14 * Moment::DAY);
    assert_eq!(read.window.freeze_at, Moment::parse("2020-12-27T04:00:00Z").ok());
    let [repository] = &read.repositories[..] else {
        panic!("{:?}", read.repositories)
    };
    assert_eq!(
        (&repository.forge, repository.path.as_str()),
        (&Forge::Gitee.into(), "mindspore/mindspore")
    );
    assert_eq!(repository.branches, ["master"]);
    let [(forge, path)] = &repository.mirrors[..] else {
        panic!("{repository:?}")
    };
    assert_eq!(
        (forge, path.as_str()),
        (&Forge::GitHub.into(), "mindspore-ai/mindspore")
    );
    let rules = &read.rules;
    assert_eq!(rules.bugfix_labels, ["kind/bug"]);
    assert!(
        rules
            .bugfix_title
            .as_ref()
            .is_some_and(|sign| sign.is_match("修复 越界"))
    );
    assert_eq!(rules.bugfix_command.as_deref(), Some("/kind bug"));
    assert_eq!(rules.no_signal, NoSignal::Ask);
    assert!(rules.required_labels.is_empty());
    assert_eq!(rules.forbidden_labels, ["stat/invalid", "stat/duplicate"]);
    assert_eq!(rules.bots, ["mindspore-ci-bot", "i-robot"]);
    assert_eq!(rules.min_changed_lines, 1);
    assert_eq!((read.scoring.base, read.scoring.first_fix_bonus), (1, 2));
    assert_eq!(read.scoring.labels, [("priority/critical".to_owned(), 5)]);
    assert_eq!(read.scoring.daily_limit, 10);
    let [source] = &read.sources[..] else {
        panic!("{:?}", read.sources)
    };
    assert_eq!(
        (source.name.as_str(), &source.forge),
        ("mindspore", &Forge::Gitee.into())
    );
    assert!(source.secrets == [Secret::Env("GITEE_SECRET".into())]);
    assert_eq!(source.confirm, Some(true));
    assert_eq!(source.api_url.as_deref(), Some("https://gitee.com/api/v5"));
    assert!(source.token == Some(Secret::Env("GITEE_TOKEN".into())));
    assert_eq!(read.seal.revealed_at, None);
}

#[test]
fn what_is_absent_has_its_default() {
    let read = read("c", LEAST).unwrap();
    assert_eq!(read.review, Review::Exceptions);
    assert_eq!(read.window.merge_grace, Span::default());
    assert_eq!(read.window.freeze_at, None);
    assert!(read.repositories[0].branches.is_empty() && read.repositories[0].mirrors.is_empty());
    assert!(read.rules.bugfix_title.is_none() && read.rules.bugfix_command.is_none());
    assert_eq!((read.rules.no_signal, read.rules.min_changed_lines), (NoSignal::Ask, 1));
    assert_eq!((read.scoring.base, read.scoring.daily_limit), (1, 0));
    assert!(read.scoring.labels.is_empty() && read.sources.is_empty());
}

#[test]
fn empty_signs_are_none_and_times_may_be_tomls_own() {
    let text = format!(
        "{LEAST}[rules]\nbugfix_title = \"\"\nbugfix_command = \" \"\nbots = [\"CI-Bot\"]\n\
         [result]\nrevealed_at = 2026-03-20T08:00:00+08:00\nfinalized_at = \"2026-03-21T00:00:00Z\"\n"
    );
    let text = text.replace("\"2026-03-01T00:00:00Z\"", "2026-03-01 00:00:00Z");
    let read = read("c", &text).unwrap();
    assert!(read.rules.bugfix_title.is_none() && read.rules.bugfix_command.is_none());
    assert_eq!(read.rules.bots, ["ci-bot"]);
    assert_eq!(read.window.opens_at.to_string(), "2026-03-01T00:00:00Z");
    assert_eq!(read.seal.revealed_at, Moment::parse("2026-03-20T00:00:00Z").ok());
    assert_eq!(read.seal.finalized_at, Moment::parse("2026-03-21T00:00:00Z").ok());
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in ".*") {
        let _ = read("c", &text);
    }

    /// Closer to a definition: its own words, cut and mixed with other values.
    #[test]
    fn any_mix_of_keys_and_values_is_read_without_a_panic(
        lines in prop::collection::vec(
            (prop::sample::select(EXAMPLE.lines().collect::<Vec<_>>()),
             prop::option::of("(-?[0-9]{1,25}|\"[^\"\\\\\n]{0,9}\"|\\[\\]|\\{\\}|[0-9]{4}-1[0-9]-[0-3][0-9]|true|1e9|\\[\\[1\\]\\])")),
            0..40,
        )
    ) {
        let text: Vec<String> = lines
            .into_iter()
            .map(|(line, value)| match (line.split_once('='), value) {
                (Some((key, _)), Some(value)) => format!("{key}={value}"),
                _ => line.to_owned(),
            })
            .collect();
        if let Err(refused) = read("c", &text.join("\n")) {
            prop_assert!(!refused.0.is_empty());
        }
    }
}
