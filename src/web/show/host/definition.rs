//! A definition in the browser: edited by form or as the file, tried, applied.

use super::{done, form, or_problem, slug, status};
use crate::{
    app::{self, AppError, Objection, Wanted},
    folder::{Problem as Line, form as fields},
    web::{
        Site,
        gate::Signed,
        pages::{
            self,
            form::Typed,
            host::{DefinitionPage, DryRunPage, Way},
        },
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Payload},
};

fn way(query: &Query) -> Way {
    if query.get("as") == Some("file") {
        Way::File
    } else {
        Way::Form
    }
}

/// What a page of a definition shows, besides the request.
struct Draft<'a> {
    text: &'a str,
    mark: &'a str,
    way: Way,
    problems: &'a [Line],
    objection: Option<&'a Objection>,
    /// What somebody typed into the form's fields.
    typed: Option<&'a Query>,
}

async fn drawn(request: &HttpRequest, site: &Site, draft: Draft<'_>) -> Result<HttpResponse, Problem> {
    let asked = Asked::of(request);
    let competition = match request.match_info().get("slug") {
        Some(_) => Some(site.app.competition(&slug(request)?).await?),
        None => None,
    };
    let mut values = fields::fields(draft.text);
    if let (Some(values), Some(typed)) = (&mut values, draft.typed) {
        for (name, value) in values.iter_mut() {
            if let Some(typed) = typed.sent(name) {
                *value = typed;
            }
        }
    }
    let shell = asked.shell(&site.origin);
    let status = match draft.objection {
        Some(objection) => status(objection),
        None if draft.problems.is_empty() => StatusCode::OK,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = DefinitionPage {
        event: competition.as_ref().map(|own| pages::host::event(own, shell.now)),
        shell,
        way: draft.way,
        values: values.as_deref(),
        text: draft.text,
        mark: draft.mark,
        problems: draft.problems,
        objection: draft.objection,
        sealed: competition
            .as_ref()
            .is_some_and(|own| own.stored.seal.finalized_at.is_some()),
    };
    Ok(respond::private(status, pages::host::definition(&page).into_string()))
}

pub async fn edit(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let answer = async {
        let shown = app::definition_text(&site.app, &slug(&request)?).await?;
        let draft = Draft {
            text: &shown.text,
            mark: &shown.mark,
            way: way(&Asked::of(&request).query()),
            problems: &[],
            objection: None,
            typed: None,
        };
        drawn(&request, &site, draft).await
    };
    or_problem(&request, answer.await)
}

pub async fn new(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let draft = Draft {
        text: fields::NEW,
        mark: "",
        way: way(&Asked::of(&request).query()),
        problems: &[],
        objection: None,
        typed: None,
    };
    or_problem(&request, drawn(&request, &site, draft).await)
}

/// The text that a form stands for: the file as it was sent, or `base` with the form's fields written into it.
fn text_of(typed: &Query, base: &str) -> String {
    let sent = typed.sent("text");
    match (way(typed), sent) {
        (Way::File, Some(text)) => text,
        (Way::File, None) => base.to_owned(),
        (Way::Form, _) => {
            let values: Vec<(&str, Option<String>)> = fields::FIELDS
                .iter()
                .map(|field| (field.name, typed.sent(field.name)))
                .collect();
            let value = |name: &str| {
                let own = values.iter().find(|(own, _)| *own == name);
                own.and_then(|(_, value)| value.as_deref())
            };
            fields::written(base, value).unwrap_or_else(|| base.to_owned())
        }
    }
}

/// The page again, with what was typed and what is wrong with it.
async fn refused(
    request: &HttpRequest,
    site: &Site,
    (text, mark, typed): (&str, &str, &Query),
    error: AppError,
) -> Result<HttpResponse, Problem> {
    let (problems, objection) = match error {
        AppError::Refused(refused) => (refused.0, None),
        AppError::Objection(objection) => (Vec::new(), Some(objection)),
        other => return Err(other.into()),
    };
    let draft = Draft {
        text,
        mark,
        way: way(typed),
        problems: &problems,
        objection: objection.as_ref(),
        typed: Some(typed),
    };
    drawn(request, site, draft).await
}

pub async fn create(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let answer = async {
        let typed = form(payload).await?;
        let text = text_of(&typed, fields::NEW);
        let made = async {
            let address = app::slug_of(&text)?;
            let wanted = Wanted {
                address,
                text: text.clone(),
                reason: None,
                must_be_new: true,
                made_from: None,
            };
            app::define(&site.app, &who.0, wanted, site.now()).await
        };
        match made.await {
            Ok(defined) => {
                let path = format!("/competitions/{}/host", defined.competition);
                Ok(done(&Asked::of(&request), &path))
            }
            Err(error) => refused(&request, &site, (&text, "", &typed), error).await,
        }
    };
    or_problem(&request, answer.await)
}

pub async fn dry_run(request: HttpRequest, site: web::Data<Site>, payload: Payload) -> HttpResponse {
    let answer = async {
        let typed = form(payload).await?;
        let shown = app::definition_text(&site.app, &slug(&request)?).await?;
        let text = text_of(&typed, &shown.text);
        let mark = typed.get("made_from").unwrap_or(&shown.mark);
        tried(&request, &site, &typed, &text, mark, Typed::default()).await
    };
    or_problem(&request, answer.await)
}

/// The dry run of a text as a page; or the page to edit it, with what is wrong.
async fn tried(
    request: &HttpRequest,
    site: &Site,
    typed: &Query,
    text: &str,
    mark: &str,
    again: Typed<'_>,
) -> Result<HttpResponse, Problem> {
    let slug = slug(request)?;
    let found = match app::dry_run(&site.app, &slug, text, site.now()).await {
        Ok(found) => found,
        Err(error) => return refused(request, site, (text, mark, typed), error).await,
    };
    let competition = site.app.competition(&slug).await?;
    let asked = Asked::of(request);
    let shell = asked.shell(&site.origin);
    // What was typed may hold a new secret; it goes on as it is, since it is not kept yet.
    let page = DryRunPage {
        event: pages::host::event(&competition, shell.now),
        shell,
        found: &found,
        text,
        mark,
        offset: typed
            .number("offset")?
            .and_then(|offset| usize::try_from(offset).ok())
            .unwrap_or(0),
        typed: again,
    };
    let status = again.objection.map_or(StatusCode::OK, status);
    Ok(respond::private(status, pages::host::dry_run(&page).into_string()))
}

pub async fn apply(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let answer = async {
        let typed = form(payload).await?;
        let slug = slug(&request)?;
        let shown = app::definition_text(&site.app, &slug).await?;
        let text = text_of(&typed, &shown.text);
        let mark = typed.get("made_from").unwrap_or(&shown.mark);
        if typed.get("edit").is_some() {
            let draft = Draft {
                text: &text,
                mark,
                way: Way::File,
                problems: &[],
                objection: None,
                typed: None,
            };
            return drawn(&request, &site, draft).await;
        }
        let outcome = match app::needed_reason(typed.get("reason")) {
            Ok(reason) => {
                let wanted = Wanted {
                    address: slug.clone(),
                    text: text.clone(),
                    reason: Some(reason),
                    must_be_new: false,
                    made_from: Some(mark.to_owned()),
                };
                app::define(&site.app, &who.0, wanted, site.now()).await
            }
            Err(objection) => Err(objection.into()),
        };
        match outcome {
            Ok(_) => Ok(done(&Asked::of(&request), &format!("/competitions/{slug}/host"))),
            Err(AppError::Objection(objection)) => {
                let again = Typed {
                    values: Some(&typed),
                    objection: Some(&objection),
                };
                tried(&request, &site, &typed, &text, mark, again).await
            }
            Err(error) => refused(&request, &site, (&text, mark, &typed), error).await,
        }
    };
    or_problem(&request, answer.await)
}
