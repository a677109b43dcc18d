use super::*;
use proptest::prelude::*;

fn team(slug: &str, en: &str, zh: &str) -> Looks {
    let name = Name {
        en: en.into(),
        zh: zh.into(),
    };
    Looks::of(&Slug::parse(slug).unwrap(), &name)
}

#[test]
fn i4_names_are_normal_and_visible() {
    for (text, kept) in [
        ("  Shanghai   MSG ", Ok("Shanghai MSG")),
        ("Ｓｈａｎｇｈａｉ\u{3000}ＭＳＧ", Ok("Shanghai MSG")),
        ("上海 MSG", Ok("上海 MSG")),
        ("ﬁx it", Ok("fix it")),
        ("e\u{301}quipe", Ok("équipe")),
        ("葛\u{E0100}城", Ok("葛\u{E0100}城")),
        ("a", Err(BadText::TooShort(1))),
        ("   ", Err(BadText::TooShort(0))),
        ("— !", Err(BadText::NoLetter)),
        ("Shang\u{200B}hai", Err(BadText::Invisible('\u{200B}'))),
        ("Shang\u{200D}hai", Err(BadText::Invisible('\u{200D}'))),
        ("\u{202E}iahgnahS", Err(BadText::Invisible('\u{202E}'))),
        ("Shang\u{AD}hai", Err(BadText::Invisible('\u{AD}'))),
        ("Shang\u{3164}hai", Err(BadText::Invisible('\u{3164}'))),
        ("two\nlines", Err(BadText::Invisible('\n'))),
        ("tag\u{E0041}", Err(BadText::Invisible('\u{E0041}'))),
    ] {
        assert_eq!(name(text, TEAM_NAME), kept.map(str::to_owned), "{text:?}");
    }
    let long = "长".repeat(61);
    assert_eq!(name(&long, TEAM_NAME), Err(BadText::TooLong(61)));
    assert!(name(&long[3..], TEAM_NAME).is_ok());
}

#[test]
fn i4_look_alikes_are_seen() {
    let shanghai = team("shanghai", "Shanghai MSG", "上海 MSG");
    for (text, alike) in [
        ("Shanghai MSG", true),
        ("SHANGHAI msg", true),
        ("shanghai-msg", true),
        ("ShanghaiMSG", true),
        // Cyrillic а, Greek Α, full width, a zero for an o elsewhere.
        ("Shаnghai MSG", true),
        ("SHΑNGHAI MSG", true),
        ("Ｓhanghai MSG", true),
        ("上海 МSG", true),
        ("上海msg", true),
        ("SHANGHAI", true),
        ("Shanghai", true),
        ("Shanghai MSG 2", false),
        ("Shangrao MSG", false),
        ("北京 MSG", false),
    ] {
        assert_eq!(shanghai.has(text), alike, "{text}");
    }
    let clay = team("clay", "Illinois Clay", "陶土");
    for (text, alike) in [
        ("c1ay", true),
        ("CLAY", true),
        ("Clɑy", true),
        ("lllinois clay", true),
        ("lllinois Clay", true),
        ("cloy", false),
        // UTS 39 has the two strokes for one another as well.
        ("陶士", true),
        ("陶器", false),
    ] {
        assert_eq!(clay.has(text), alike, "{text}");
    }
    // One's Chinese name for another's English one.
    assert!(team("one", "Clay Works", "陶土 MSG").has("陶土 MSG"));
}

#[test]
fn texts_keep_their_lines() {
    for (text, kept) in [
        ("  one\r\ntwo\rthree \n", Ok("one\ntwo\nthree")),
        ("👩\u{200D}💻 us", Ok("👩\u{200D}💻 us")),
        ("ab", Err(BadText::TooShort(2))),
        ("a\u{202E}bc", Err(BadText::Invisible('\u{202E}'))),
        ("abc\u{0}", Err(BadText::Invisible('\u{0}'))),
    ] {
        assert_eq!(words(text, (3, 20)), kept.map(str::to_owned), "{text:?}");
    }
    assert_eq!(words(&"字".repeat(21), (3, 20)), Err(BadText::TooLong(21)));
}

proptest! {
    #[test]
    fn i4_a_name_kept_is_its_own_normal_form(text in "\\PC{0,40}") {
        if let Ok(kept) = name(&text, TEAM_NAME) {
            prop_assert_eq!(name(&kept, TEAM_NAME), Ok(kept.clone()));
            prop_assert_eq!(invisible(&kept), None);
            prop_assert!((2..=60).contains(&kept.chars().count()));
        }
    }

    #[test]
    fn i4_a_team_looks_like_itself_in_any_case(text in "\\PC{2,20}") {
        if let Ok(kept) = name(&text, TEAM_NAME) {
            let looks = team("other", &kept, "另一个");
            prop_assert!(looks.has(&kept));
            prop_assert!(looks.has(&kept.to_lowercase()));
        }
    }
}
