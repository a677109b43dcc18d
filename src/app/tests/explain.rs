use super::{Bench, at, now, spring};
use crate::{
    app::{Case, Explained, ListQuery, Sight, Whose, case, explain, latest, list},
    domain::{
        check::{Check, Outcome},
        evaluate::Status,
        team::SubmissionId,
        text::{Lang, Slug},
    },
    forge::PullName,
    store,
};

fn geek_week() -> Slug {
    Slug::parse("mindcon-geek-week").unwrap()
}

/// Past the freeze of the running competition, and before its close.
fn frozen() -> crate::domain::time::Moment {
    at("2026-12-20T20:00:00+08:00")
}

async fn all(
    bench: &Bench,
    slug: &Slug,
    query: ListQuery,
    sight: Sight,
    now: crate::domain::time::Moment,
) -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    loop {
        let query = ListQuery {
            after: all.last().map(|last| last.submission.id),
            limit: 100,
            ..query.clone()
        };
        let page = list(&bench.app, slug, query, sight, now, |case| case).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

#[tokio::test]
async fn every_submission_says_all_seventeen_checks_as_they_were_decided() {
    let bench = Bench::seeded("spring-sprint").await;
    let listed = all(&bench, &spring(), ListQuery::default(), Sight::Live, now()).await;
    assert_eq!(listed.len(), 250);
    for one in &listed {
        let lines = one.lines(Lang::En);
        let checks: Vec<Check> = lines.iter().map(|line| line.check).collect();
        assert_eq!(checks, Check::ALL);
        let letters: String = lines.iter().map(|line| &line.outcome.as_str()[..1]).collect();
        assert_eq!(letters, one.submission.outcomes, "{}", one.name());
        assert!(
            lines
                .iter()
                .all(|line| !line.detail.is_empty() && !line.detail.contains("(since"))
        );
        assert!(one.lines(Lang::Zh).iter().all(|line| !line.detail.is_empty()));
        let by = |check| lines.iter().find(|line| line.check == check).unwrap();
        if let Some(revert) = &one.reverted_by {
            assert!(by(Check::NotReverted).detail.ends_with(revert.as_str()));
        }
        if by(Check::NotDuplicate).outcome != Outcome::Pass {
            assert!(
                by(Check::NotDuplicate)
                    .detail
                    .contains(one.duplicate.as_ref().unwrap().1.as_str())
            );
        }
        let json = one.json(Lang::En);
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let contract = [
            "id",
            "competition",
            "pull",
            "person",
            "team",
            "status",
            "points",
            "checks",
            "decision",
        ];
        assert_eq!(keys, contract);
        let pull = &json["pull"];
        assert_eq!(PullName::parse(&one.name().url(), &[]).unwrap(), one.name());
        assert!(pull["url"].is_string() && pull["author"]["login"].is_string());
    }
    assert!(
        listed.iter().any(|one| one.reverted_by.is_some()),
        "the seed has a revert"
    );
}

#[tokio::test]
async fn a_case_says_where_its_points_come_from() {
    let bench = Bench::seeded("spring-sprint").await;
    let accepted = ListQuery {
        status: Some(Status::Accepted),
        ..ListQuery::default()
    };
    let accepted = all(&bench, &spring(), accepted, Sight::Live, now()).await;
    let mut bonus = 0;
    for one in &accepted {
        let name = one.name();
        let found = explain(&bench.app, &spring(), &name, Sight::Live, now()).await.unwrap();
        let Explained::Case(found) = found.what else {
            panic!("{name} has a submission");
        };
        let award = found.award.unwrap();
        let earned = if award.over_limit { 0 } else { award.worth + award.bonus };
        assert_eq!((award.points, found.points()), (earned, earned));
        assert_eq!(found.history.last().unwrap().entry.status, Some(Status::Accepted));
        bonus += i64::from(award.bonus > 0);
        let by_number = case(&bench.app, one.submission.id, Sight::Live, now())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(by_number.json(Lang::Zh), found.json(Lang::Zh));
    }
    let people: std::collections::BTreeSet<_> = accepted.iter().filter_map(|one| one.submission.person).collect();
    assert!(bonus == 0 || bonus as usize == people.len());
    assert!(
        case(&bench.app, SubmissionId(9_999_999), Sight::Live, now())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn what_is_out_of_scope_or_unknown_is_said_so() {
    let bench = Bench::seeded("spring-sprint").await;
    let of = |text: &str| PullName::parse(text, &[]).unwrap();
    let out = explain(&bench.app, &spring(), &of("gitee:a/b!1"), Sight::Public, now())
        .await
        .unwrap();
    assert!(matches!(out.what, Explained::OutOfScope));
    let listed = all(&bench, &spring(), ListQuery::default(), Sight::Live, now()).await;
    let mut name = listed[0].name();
    name.number = 999_999;
    let unknown = explain(&bench.app, &spring(), &name, Sight::Public, now())
        .await
        .unwrap();
    assert!(matches!(unknown.what, Explained::Unknown));
    assert_eq!(unknown.unread, None);
    let none = explain(&bench.app, &Slug::parse("none").unwrap(), &name, Sight::Public, now()).await;
    assert!(none.is_err());
}

#[tokio::test]
async fn s11_a_freeze_hides_every_verdict_on_what_was_merged_since() {
    let bench = Bench::seeded("mindcon-geek-week").await;
    let week = geek_week();
    let freeze = at("2026-12-20T12:00:00+08:00");
    // The seed ends before the freeze: some of its merges come after it now.
    bench
        .sql("UPDATE submissions SET merged_at = 1797739200000 WHERE merged_at IS NOT NULL AND id % 5 = 0")
        .await;
    let live = all(&bench, &week, ListQuery::default(), Sight::Live, frozen()).await;
    let public = all(&bench, &week, ListQuery::default(), Sight::Public, frozen()).await;
    assert_eq!(live.len(), public.len());
    let mut hidden = 0;
    for (live, public) in live.iter().zip(&public) {
        let late = live.submission.merged_at.is_some_and(|merged| merged >= freeze);
        assert_eq!(public.hidden, late && live.status() != Status::Rejected);
        if !public.hidden {
            assert_eq!(public.json(Lang::En), live.json(Lang::En));
            continue;
        }
        hidden += 1;
        assert_eq!((public.status(), public.points()), (Status::Waiting, 0));
        assert!(public.lines(Lang::En).is_empty());
        let one = case(&bench.app, public.submission.id, Sight::Public, frozen())
            .await
            .unwrap()
            .unwrap();
        assert!(one.award.is_none() && one.history.is_empty());
        assert_eq!((one.submission.outcomes.as_str(), one.submission.worth), ("", 0));
    }
    assert!(hidden > 5, "{hidden}");
    for status in Status::ALL {
        let query = ListQuery {
            status: Some(status),
            ..ListQuery::default()
        };
        for (sight, of) in [(Sight::Public, &public), (Sight::Live, &live)] {
            let ids = |of: &[Case]| of.iter().map(|one| one.submission.id).collect::<Vec<_>>();
            let expected = of.iter().filter(|one| one.status() == status);
            let expected: Vec<SubmissionId> = expected.map(|one| one.submission.id).collect();
            let found = all(&bench, &week, query.clone(), sight, frozen()).await;
            assert_eq!(ids(&found), expected, "{status:?} {sight:?}");
        }
    }
}

#[tokio::test]
async fn lists_of_a_team_and_of_a_person_are_newest_first_and_counted() {
    let bench = Bench::seeded("spring-sprint").await;
    let competition = bench.app.competition(&spring()).await.unwrap();
    let id = competition.id();
    let teams = bench.app.store.read(move |db| store::teams(db, id)).await.unwrap();
    let every = all(&bench, &spring(), ListQuery::default(), Sight::Live, now()).await;
    for (id, team) in teams {
        let expected = every.iter().filter(|one| one.submission.team == Some(id)).count();
        let (mut merges, mut offset) = (Vec::new(), 0);
        loop {
            let (page, total) = latest(&bench.app, &spring(), Whose::Team(id), offset, 7, Sight::Public, now())
                .await
                .unwrap();
            assert_eq!(total as usize, expected, "{}", team.slug);
            if page.is_empty() {
                break;
            }
            offset += 7;
            merges.extend(page.iter().map(|one| one.submission.merged_at));
        }
        assert_eq!(merges.len(), expected);
        // What is not merged yet comes first, then the newest merge.
        let age = |merged: &Option<crate::domain::time::Moment>| (merged.is_some(), std::cmp::Reverse(*merged));
        assert!(merges.windows(2).all(|two| age(&two[0]) <= age(&two[1])), "{merges:?}");
        let query = ListQuery {
            team: Some(team.slug.clone()),
            ..ListQuery::default()
        };
        assert_eq!(all(&bench, &spring(), query, Sight::Live, now()).await.len(), expected);
    }
    let person = every.iter().find_map(|one| one.submission.person).unwrap();
    let slug = every.iter().find(|one| one.submission.person == Some(person)).unwrap();
    let query = ListQuery {
        person: slug.person().map(|person| person.slug.clone()),
        ..ListQuery::default()
    };
    let (page, total) = latest(
        &bench.app,
        &spring(),
        Whose::Person(person),
        0,
        100,
        Sight::Public,
        now(),
    )
    .await
    .unwrap();
    let listed = all(&bench, &spring(), query, Sight::Live, now()).await;
    assert_eq!((total as usize, page.len()), (listed.len(), listed.len()));
    let nobody = ListQuery {
        person: Some(Slug::parse("nobody-at-all").unwrap()),
        ..ListQuery::default()
    };
    assert!(all(&bench, &spring(), nobody, Sight::Live, now()).await.is_empty());
}
