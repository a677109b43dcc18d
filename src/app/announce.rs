//! What an organizer tells the team, on the team's page.

use super::{App, AppError, Objection, Who, teams::known};
use crate::{
    domain::{names, text::Slug, time::Moment},
    store::{self, Announcement, Deed},
};

/// Characters of an announcement, at least and at most.
pub const ANNOUNCEMENT: (usize, usize) = (1, 2_000);

/// Announces over what was announced before; an empty text takes it away. Who may is the route's to say.
///
/// Errors: `TooLong`, `Invisible`, `NotThere`; `NoCompetition`.
pub async fn announce(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    text: &str,
    now: Moment,
) -> Result<Option<Announcement>, AppError> {
    let text = match text.trim() {
        "" => None,
        text => {
            let text = names::words(text, ANNOUNCEMENT).map_err(|bad| Objection::of_text("text", ANNOUNCEMENT, bad))?;
            Some(text)
        }
    };
    let (definitions, slug, team, who) = (app.definitions(), competition.clone(), team.clone(), who.clone());
    app.store
        .write(move |db| {
            let competition = definitions.of(db, &slug)?;
            let (id, team) = known(db, &competition, &team)?;
            let before = store::announcement(db, id)?.map(|announcement| announcement.text);
            store::put_announcement(db, id, text.as_deref(), who.id, now)?;
            let json = |text: Option<&String>| text.map(|text| serde_json::json!({ "text": text }).to_string());
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(id),
                was: json(before.as_ref()),
                became: json(text.as_ref()),
                ..who.deed(now, "team.announce", &team.slug)
            };
            store::record(db, &deed)?;
            Ok(store::announcement(db, id)?)
        })
        .await
}
