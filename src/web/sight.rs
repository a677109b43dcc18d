//! What a freeze hides from the public and not from judges and admins: who looks, and at which board.

use super::{Site, gate, problem::Problem};
use crate::{
    app::{self, AppError, Case, Sight, Who},
    domain::{
        team::{CompetitionId, SubmissionId},
        time::Moment,
    },
    live::Live,
};
use actix_web::{HttpRequest, HttpResponse, http::header};
use std::sync::Arc;

/// A board as somebody may see it.
pub struct Looked {
    pub live: Arc<Live>,
    /// The freeze that this board does not show, because a judge or an admin looks; None: what everybody sees.
    pub uncovered: Option<Moment>,
}

impl Looked {
    pub fn by_everybody(live: Arc<Live>) -> Self {
        Self { live, uncovered: None }
    }

    pub fn sight(&self) -> Sight {
        match self.uncovered {
            None => Sight::Public,
            Some(_) => Sight::Live,
        }
    }

    /// A JSON object, marked where it is not what everybody sees.
    pub fn mark(&self, json: Vec<u8>) -> Vec<u8> {
        match (self.uncovered, json.strip_prefix(b"{")) {
            (Some(_), Some(rest)) => [b"{\"live\":true,", rest].concat(),
            _ => json,
        }
    }

    /// The answer, kept by nobody where it is not what everybody sees.
    pub fn hand_out(&self, answer: HttpResponse) -> HttpResponse {
        match self.uncovered {
            None => answer,
            Some(_) => unkept(answer),
        }
    }
}

/// An answer for one person alone.
pub fn unkept(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.remove(header::ETAG);
    let value = header::HeaderValue::from_static("private, no-store");
    headers.insert(header::CACHE_CONTROL, value);
    answer
}

/// The board of a competition: without its freeze for its judges and admins, and for everybody else the one
/// that all see. Who bears no session costs no look at the database, and neither does a board that is not frozen.
///
/// Errors: 404.
pub async fn board(request: &HttpRequest, site: &Site, slug: &str) -> Result<Looked, Problem> {
    let live = site.live(slug)?;
    let freeze = live.board.snapshot().standings.frozen_at;
    let (Some(freeze), true) = (freeze, gate::bears_session(request)) else {
        return Ok(Looked::by_everybody(live));
    };
    let face = live.board.face();
    if judge_of(request, site, face.id).await?.is_none() {
        return Ok(Looked::by_everybody(live));
    }
    let read = site.app.definitions().reader();
    let uncovered = site
        .uncovered
        .fresh(&site.app.store, &read, face.slug(), site.now())
        .await
        .map_err(AppError::from)?;
    Ok(match uncovered {
        None => Looked::by_everybody(live),
        Some(live) => Looked {
            live,
            uncovered: Some(freeze),
        },
    })
}

/// Who asks, where that is a judge of the competition or an admin.
async fn judge_of(request: &HttpRequest, site: &Site, competition: CompetitionId) -> Result<Option<Who>, Problem> {
    let who = gate::who(request, site).await?;
    Ok(who.filter(|who| who.judges(competition)))
}

/// A submission as somebody may see it; whether a freeze hides things that are seen here; who judges.
pub struct LookedAt {
    pub case: Case,
    pub uncovered: Option<Moment>,
    pub judge: Option<Who>,
}

/// Errors: 404.
pub async fn submission(request: &HttpRequest, site: &Site, text: &str) -> Result<LookedAt, Problem> {
    let missing = || Problem::not_found(format!("there is no submission `{text}`"));
    let id = SubmissionId(text.parse().map_err(|_| missing())?);
    let who = if gate::bears_session(request) {
        gate::who(request, site).await?
    } else {
        None
    };
    let now = site.now();
    let case = app::case(&site.app, id, Sight::Public, now)
        .await?
        .ok_or_else(missing)?;
    let Some(judge) = who.filter(|who| who.judges(case.competition.id())) else {
        return Ok(LookedAt {
            case,
            uncovered: None,
            judge: None,
        });
    };
    let competition = &case.competition;
    let uncovered = competition.definition.frozen_at(competition.stored.seal, now);
    Ok(LookedAt {
        case: app::case(&site.app, id, Sight::Live, now).await?.ok_or_else(missing)?,
        uncovered,
        judge: Some(judge),
    })
}
