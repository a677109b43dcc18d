//! What a source speaks for: a proof says who speaks, and not what about. Contract, section 2.

use super::{AppError, Competition, Definitions};
use crate::{
    domain::{
        competition::{Definition, Reach},
        forge::ForgeHost,
        report::Report,
        time::Moment,
    },
    store::{self, Db, DeliveryId, DeliveryState, Queued},
};
use std::collections::{BTreeSet, HashMap};

type Told = (DeliveryId, Result<Report, DeliveryState>);

/// The repository's name in [`DeliveryState::OutOfReach`]: by its id where that was told.
pub(super) fn about(forge: &ForgeHost, id: &str) -> String {
    format!("{forge}:{id}")
}

/// Has what was out of reach of a definition's sources looked at again: they may speak for more now.
pub(super) fn look_again(db: &mut Db, definition: &Definition, now: Moment) -> Result<(), AppError> {
    for source in &definition.sources {
        store::requeue_out_of_reach(db, source.forge.kind, &source.name, now)?;
    }
    Ok(())
}

/// The sources that proved a delivery, as they are defined today.
fn reaches<'a>(competitions: &'a [Competition], delivery: &Queued) -> Vec<Reach<'a>> {
    let proved = |competition: &&Competition| {
        let by = delivery.proven_by.as_ref();
        by.is_none_or(|by| by.contains(&competition.id()))
    };
    let mut found = Vec::new();
    for competition in competitions.iter().filter(proved) {
        for source in &competition.definition.sources {
            if source.forge.kind == delivery.forge && source.name == delivery.source {
                found.push(competition.definition.reach(source));
            }
        }
    }
    found
}

/// Of what deliveries say, with the host that their sources are of: what those speak for, and what becomes of the
/// rest. A repository may be spoken for under any path that it was ever known under.
pub(super) fn within_reach(
    db: &mut Db,
    definitions: &Definitions,
    told: Vec<(Queued, Report)>,
) -> Result<Vec<Told>, AppError> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let competitions = definitions.all(db)?;
    // Most hooks of a turn come from few sources, and a reach is a table of all that is in scope.
    let mut known: HashMap<(String, Option<String>), Vec<Reach<'_>>> = HashMap::new();
    let key = |delivery: &Queued| {
        let by = delivery.proven_by.as_ref().map(|by| format!("{by:?}"));
        (format!("{} {}", delivery.forge, delivery.source), by)
    };
    let mut found: Vec<Told> = Vec::with_capacity(told.len());
    let mut outside: Vec<(Queued, Report)> = Vec::new();
    for (delivery, mut report) in told {
        let reaches = known
            .entry(key(&delivery))
            .or_insert_with(|| reaches(&competitions, &delivery));
        let Some(first) = reaches.first() else {
            let why = "no competition that proved it names the source any more".to_owned();
            let about = about(&report.forge, report.repository.as_str());
            found.push((delivery.id, Err(DeliveryState::OutOfReach { why, about })));
            continue;
        };
        report.forge = first.forge.clone();
        let id = report.repository_id.as_deref();
        if reaches
            .iter()
            .any(|reach| reach.covers(id, &[report.repository.as_str()]))
        {
            found.push((delivery.id, Ok(report)));
        } else {
            outside.push((delivery, report));
        }
    }
    let ids: BTreeSet<(ForgeHost, String)> = outside
        .iter()
        .filter_map(|(_, report)| Some((report.forge.clone(), report.repository_id.clone()?)))
        .collect();
    let names = if ids.is_empty() {
        HashMap::new()
    } else {
        store::names_by_id(db, &ids)?
    };
    for (delivery, report) in outside {
        let id = report.repository_id.clone();
        let other = id
            .as_ref()
            .and_then(|id| names.get(&(report.forge.clone(), id.clone())));
        let paths: Vec<&str> = other.into_iter().flatten().map(String::as_str).collect();
        let reaches = known.get(&key(&delivery)).map_or(&[][..], Vec::as_slice);
        if reaches.iter().any(|reach| reach.covers(id.as_deref(), &paths)) {
            found.push((delivery.id, Ok(report)));
            continue;
        }
        let why = format!(
            "the source `{}` does not speak for {}",
            delivery.source, report.repository
        );
        let about = about(&report.forge, id.as_deref().unwrap_or(report.repository.as_str()));
        found.push((delivery.id, Err(DeliveryState::OutOfReach { why, about })));
    }
    Ok(found)
}
