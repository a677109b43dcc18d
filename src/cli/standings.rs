//! `bugathlon standings SLUG`.

use super::Failure;
use crate::{
    app::{self, App},
    config::Format,
    domain::{
        team::Kind,
        text::{Lang, Slug},
        time::Moment,
    },
    live::{Boards, Face, Filter, Row, Standings},
};
use std::io::Write;

/// What was asked for, checked.
pub struct Wanted {
    slug: Slug,
    filter: Filter,
    at: Option<Moment>,
    format: Format,
    live: bool,
}

impl Wanted {
    pub fn parse(
        slug: &str,
        kind: Option<&str>,
        at: Option<&str>,
        format: Format,
        live: bool,
    ) -> Result<Self, Failure> {
        let kind = kind
            .map(Kind::parse)
            .transpose()
            .map_err(|why| Failure::usage(format!("--kind: {why}")))?;
        let at = at
            .map(Moment::parse)
            .transpose()
            .map_err(|why| Failure::usage(format!("--at: {why}")))?;
        Ok(Self {
            slug: super::slug(slug)?,
            filter: Filter {
                kind,
                ..Filter::default()
            },
            at,
            format,
            live,
        })
    }
}

pub async fn run(app: &App, wanted: Wanted) -> Result<(), Failure> {
    let now = app::now();
    app::turn(app, now).await?;
    let read = app.definitions().reader();
    let board = Boards::one(&app.store, &read, &wanted.slug, !wanted.live, now)
        .await?
        .ok_or_else(|| Failure::refused(app::AppError::NoCompetition(wanted.slug.to_string()).to_string()))?;
    let snapshot = match wanted.at {
        None => board.snapshot(),
        Some(at) => std::sync::Arc::new(board.snapshot().at(at)),
    };
    let rows = snapshot.filtered(&wanted.filter);
    let face = &snapshot.face;
    let text = match wanted.format {
        Format::Json => snapshot.standings.leaderboard(face, rows.len(), &rows),
        Format::Csv => Standings::csv(face, &rows, Lang::En),
        Format::Table => table(face, &snapshot.standings, &rows).into_bytes(),
    };
    let mut out = std::io::stdout().lock();
    // A reader that closed the pipe has seen enough.
    let _ = out.write_all(&text).and_then(|()| {
        if text.ends_with(b"\n") {
            Ok(())
        } else {
            out.write_all(b"\n")
        }
    });
    Ok(())
}

/// Columns as wide as what stands in them; Chinese characters are two columns wide on a terminal.
fn table(face: &Face, standings: &Standings, rows: &[Row]) -> String {
    let mut lines = vec![
        [
            "#",
            "team",
            "kind",
            "points",
            "fixes",
            "pending",
            "people",
            "reached at",
        ]
        .map(str::to_owned),
    ];
    for row in rows {
        let Some(team) = face.team(row.team) else { continue };
        lines.push([
            row.rank.to_string(),
            team.name.en.clone(),
            team.kind.as_str().to_owned(),
            row.figures.points.to_string(),
            row.figures.fixes.to_string(),
            row.figures.pending.to_string(),
            row.figures.contributors.to_string(),
            row.figures.reached_at.map(|at| at.to_string()).unwrap_or_default(),
        ]);
    }
    let width = |text: &str| {
        text.chars()
            .map(|c| if ('\u{1100}'..='\u{ffe6}').contains(&c) { 2 } else { 1 })
            .sum()
    };
    let mut widths = [0_usize; 8];
    for line in &lines {
        for (known, text) in widths.iter_mut().zip(line) {
            *known = (*known).max(width(text));
        }
    }
    let mut out = format!(
        "{} · {} · as of {}",
        face.definition.name.en,
        standings.phase.as_str(),
        standings.as_of
    );
    if let Some(frozen) = standings.frozen_at {
        out.push_str(&format!(" · frozen since {frozen}"));
    }
    out.push('\n');
    for line in &lines {
        let cells = line.iter().zip(widths).enumerate().map(|(at, (text, wide))| {
            let pad = " ".repeat(wide - width(text).min(wide));
            // Figures to the right, words to the left.
            if matches!(at, 0 | 3..=6) {
                format!("{pad}{text}")
            } else {
                format!("{text}{pad}")
            }
        });
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}
