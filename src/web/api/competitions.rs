//! Competitions as JSON.

use crate::{
    domain::competition::{NoSignal, Review},
    live::{Live, Snapshot, WindowJson},
    web::{
        Site,
        problem::Problem,
        respond::{self, JSON},
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use std::sync::Arc;

fn summary(snapshot: &Snapshot) -> Value {
    let definition = &snapshot.face.definition;
    let standings = &snapshot.standings;
    let sum = |of: &dyn Fn(&crate::domain::rank::Figures) -> u32| -> u64 {
        snapshot.rows.iter().map(|row| u64::from(of(&row.figures))).sum()
    };
    json!({
        "slug": definition.slug,
        "name": definition.name,
        "phase": standings.phase,
        "time_zone": definition.zone.name(),
        "window": WindowJson::of(&definition.window),
        "as_of": standings.as_of,
        "seq": standings.seq,
        "frozen_at": standings.frozen_at,
        "teams": snapshot.face.teams.len(),
        "people": snapshot.face.people.len(),
        "fixes": sum(&|figures| figures.fixes),
        "pending": sum(&|figures| figures.pending),
    })
}

/// `GET /api/v1/competitions`: every one, by slug.
pub async fn competitions(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let all: Vec<Value> = site
        .boards
        .all()
        .iter()
        .map(|live| summary(&live.board.snapshot()))
        .collect();
    respond::json(&request, &json!({ "competitions": all }))
}

/// `GET /api/v1/competitions/{slug}`: with repositories, rules and scoring; never with sources.
pub async fn competition(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let live: Arc<Live> = site.live(request.match_info().get("slug").unwrap_or(""))?;
    let snapshot = live.board.snapshot();
    respond::cached(&request, &snapshot.rendered, "competition", JSON, || {
        let definition = &snapshot.face.definition;
        let mut value = summary(&snapshot);
        let repositories: Vec<Value> = definition
            .repositories
            .iter()
            .map(|repository| {
                let mirrors: Vec<String> = repository
                    .mirrors
                    .iter()
                    .map(|(forge, path)| format!("{forge}:{path}"))
                    .collect();
                json!({
                    "forge": repository.forge.kind,
                    "host": repository.forge.host(),
                    "id": repository.id,
                    "path": repository.path.as_str(),
                    "branches": repository.branches,
                    "mirrors": mirrors,
                })
            })
            .collect();
        let rules = &definition.rules;
        let scoring = &definition.scoring;
        let labels: serde_json::Map<String, Value> = scoring
            .labels
            .iter()
            .map(|(label, points)| (label.clone(), json!(points)))
            .collect();
        if let Value::Object(fields) = &mut value {
            fields.insert("repositories".into(), json!(repositories));
            fields.insert(
                "review".into(),
                json!(match definition.review {
                    Review::Exceptions => "exceptions",
                    Review::Every => "every",
                }),
            );
            fields.insert(
                "rules".into(),
                json!({
                    "bugfix_labels": rules.bugfix_labels,
                    "bugfix_title": rules.bugfix_title.as_ref().map(|pattern| pattern.as_str()),
                    "bugfix_command": rules.bugfix_command,
                    "no_signal": match rules.no_signal { NoSignal::Ask => "ask", NoSignal::Fail => "fail" },
                    "required_labels": rules.required_labels,
                    "forbidden_labels": rules.forbidden_labels,
                    "bots": rules.bots,
                    "min_changed_lines": rules.min_changed_lines,
                }),
            );
            fields.insert(
                "scoring".into(),
                json!({
                    "base": scoring.base,
                    "labels": labels,
                    "first_fix_bonus": scoring.first_fix_bonus,
                    "daily_limit": scoring.daily_limit,
                }),
            );
        }
        Ok(serde_json::to_vec(&value).unwrap_or_default())
    })
}
