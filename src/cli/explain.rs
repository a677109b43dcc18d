//! `bugathlon explain URL --competition SLUG`.

use super::Failure;
use crate::{
    app::{self, App, Case, CheckLine, Explanation, Sight},
    domain::{check::Outcome, text::Lang},
    forge::pull_url,
};

pub async fn run(app: &App, url: &str, competition: &str) -> Result<(), Failure> {
    let slug = super::slug(competition)?;
    let now = app::now();
    app::turn(app, now).await?;
    let known = app.competition(&slug).await?;
    let hosts = app::own_hosts(&known.definition);
    let name = pull_url::parse(url, &hosts).map_err(|why| Failure::refused(format!("{url}: {why}")))?;
    let explanation = app::explain(app, &slug, &name, Sight::Live, now).await?;
    match &explanation {
        Explanation::Case(case) => print_case(case),
        Explanation::OutOfScope { known, .. } => {
            println!("{name}\nnot part of {slug}");
            print_lines(&explanation.lines(Lang::En));
            if *known {
                println!("its facts are known here, through another competition or a wider hook");
            }
        }
        Explanation::Unknown(_) => println!(
            "{name}\nnot heard of: its repository is part of {slug}, and no hook or import has told of this pull yet"
        ),
    }
    Ok(())
}

fn print_case(case: &Case) {
    let pull = &case.fact.pull;
    println!("{} · {}\n{}", case.name(), pull.title, case.url());
    let points = case.points();
    let unit = if points == 1 { "point" } else { "points" };
    println!("{} · {points} {unit}", case.status().as_str());
    if let Some(award) = &case.award {
        let mut parts = vec![format!("{} by its labels", award.worth)];
        if award.bonus != 0 {
            parts.push(format!("{} for the first fix", award.bonus));
        }
        let limit = case.competition.definition.scoring.daily_limit;
        match award.given {
            Some(given) => println!("  {given} given by a judge"),
            None if award.over_limit => println!("  0, past the {limit} fixes a day that earn points"),
            None => println!("  {}", parts.join(" + ")),
        }
    }
    print_lines(&case.lines(Lang::En));
    for chained in &case.history {
        println!("  ledger {}: {}", chained.entry.seq, app::said(&chained.entry));
    }
}

fn print_lines(lines: &[CheckLine]) {
    for line in lines {
        let sign = match line.outcome {
            Outcome::Pass => '✓',
            Outcome::Fail => '✗',
            Outcome::Ask => '?',
            Outcome::Wait => '…',
        };
        println!("  {sign} {:<16} {}", line.check.as_str(), line.detail);
    }
}
