//! `bugathlon explain URL --competition SLUG`.

use super::Failure;
use crate::{
    app::{self, App, Case, Explained, Sight},
    domain::{
        check::Outcome,
        evaluate::{Action, Status},
        text::Lang,
    },
};

pub async fn run(app: &App, url: &str, competition: &str) -> Result<(), Failure> {
    let slug = super::slug(competition)?;
    let name = app::pasted(&app.competition(&slug).await?.definition, url);
    let name = name.map_err(|why| Failure::refused(why.to_string()))?;
    let now = app::now();
    let found = app::explain(app, &slug, &name, Sight::Live, now).await?;
    match found.what {
        Explained::Case(case) => print(&case),
        Explained::OutOfScope => println!(
            "{name}: not part of {slug}\n  ✗ repository  {} is not part of this competition\nIts definition names the repositories that are: the page /competitions/{slug}/rules lists them.",
            name.repository
        ),
        Explained::Unknown => println!(
            "{name}: not known\nIts repository is part of {slug}, but no hook, import or seed has told of this pull.\nIf it is merged, ask the host to look at the source's deliveries, or to import it."
        ),
    }
    if let Some(unread) = found.unread {
        println!(
            "A delivery of {} seems to be about it and could not be read: {}",
            unread.received_at,
            unread.reason.as_deref().unwrap_or("the host sees why")
        );
    }
    Ok(())
}

fn print(case: &Case) {
    let pull = &case.fact.pull;
    let verdict = match case.status() {
        Status::Accepted => format!("accepted, {} points", case.points()),
        Status::Review => "in review: a judge decides".to_owned(),
        Status::Waiting => "waiting".to_owned(),
        Status::Rejected => "not counted".to_owned(),
    };
    println!("{}: {verdict}\n{}", pull.name(), pull.title);
    if let (Some(person), Some(team)) = (case.person(), case.team()) {
        println!("{} for {}", person.name, team.name.en);
    }
    for line in case.lines(Lang::En) {
        let sign = match line.outcome {
            Outcome::Pass => '✓',
            Outcome::Fail => '✗',
            Outcome::Ask => '?',
            Outcome::Wait => '…',
        };
        println!("  {sign} {:16} {}", line.check.as_str(), line.detail);
    }
    if let Some(decided) = &case.decision {
        let word = match (case.decision_holds(), decided.decision.action) {
            (false, _) => "decided before it changed",
            (true, Action::Accept) => "a judge accepted it",
            (true, Action::Reject) => "a judge rejected it",
        };
        println!("{word}: {}", decided.reason);
    }
    if let Some(award) = &case.award {
        match (award.given, award.over_limit) {
            (Some(given), _) => println!("points: {given}, given by a judge"),
            (None, true) => println!("points: 0, over the daily limit"),
            (None, false) if award.bonus != 0 => {
                println!("points: {} and {} for the first fix", award.worth, award.bonus);
            }
            (None, false) => println!("points: {}", award.worth),
        }
    }
    for chained in &case.history {
        let entry = &chained.entry;
        let status = entry.status.map_or("left", Status::as_str);
        println!(
            "  #{} {} {:+} {status} ({})",
            entry.seq,
            entry.recorded_at,
            entry.points,
            entry.cause.as_str()
        );
    }
}
