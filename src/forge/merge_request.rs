//! The merge request hook as GitLab writes it, and GitCode after it.

use super::pull_request::{Account, Issues, Labels, Repository, number, state, web_address};
use super::shape::{At, Id, Number, Seen, Text, Unreadable, object, parse};
use super::{Reading, ignored};
use crate::domain::{
    forge::Forge,
    pull::{Actor, State},
    report::{Report, Telling, Told},
};
use serde::Deserialize;

const ATTRIBUTES: &str = "object_attributes.";

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    object_kind: Seen<Text<'a>>,
    #[serde(borrow)]
    user: Seen<Account<'a>>,
    #[serde(borrow)]
    project: Seen<Repository<'a>>,
    labels: Seen<Labels>,
    issues: Seen<Issues>,
    #[serde(borrow)]
    object_attributes: Seen<Attributes<'a>>,
}
object!(Body);

#[derive(Deserialize, Default)]
#[serde(default)]
struct Attributes<'a> {
    iid: Seen<Number>,
    #[serde(borrow)]
    action: Seen<Text<'a>>,
    #[serde(borrow)]
    state: Seen<Text<'a>>,
    #[serde(borrow)]
    title: Seen<Text<'a>>,
    #[serde(borrow)]
    description: Seen<Text<'a>>,
    author_id: Seen<Id>,
    #[serde(borrow)]
    author: Seen<Account<'a>>,
    merge_user_id: Seen<Id>,
    #[serde(borrow)]
    target_branch: Seen<Text<'a>>,
    #[serde(borrow)]
    source_branch: Seen<Text<'a>>,
    #[serde(borrow)]
    last_commit: Seen<Commit<'a>>,
    #[serde(borrow)]
    merge_commit_sha: Seen<Text<'a>>,
    #[serde(borrow)]
    squash_commit_sha: Seen<Text<'a>>,
    #[serde(borrow)]
    closed_at: Seen<Text<'a>>,
    draft: Seen<bool>,
    #[serde(borrow)]
    created_at: Seen<Text<'a>>,
    #[serde(borrow)]
    merged_at: Seen<Text<'a>>,
    #[serde(borrow)]
    updated_at: Seen<Text<'a>>,
    labels: Seen<Labels>,
    additions: Seen<Number>,
    deletions: Seen<Number>,
    #[serde(borrow)]
    url: Seen<Text<'a>>,
}
object!(Attributes);

#[derive(Deserialize, Default)]
#[serde(default)]
struct Commit<'a> {
    #[serde(borrow)]
    id: Seen<Text<'a>>,
}
object!(Commit);

/// `event` None: the body's own `object_kind` says what it is.
pub(super) fn read(forge: Forge, event: Option<&str>, body: &[u8]) -> Result<Reading, Unreadable> {
    if let Some(other) = event.filter(|e| !e.eq_ignore_ascii_case("Merge Request Hook")) {
        return ignored(other);
    }
    let mut body: Body<'_> = parse(body)?;
    let kind = std::mem::take(&mut body.object_kind).word(At("", "object_kind"))?;
    match (event, kind.as_deref()) {
        (_, Some("merge_request")) | (Some(_), None) => fact(forge, body).map(|report| Reading::Pull(Box::new(report))),
        (None, Some(other)) => ignored(other),
        (Some(_), Some(other)) => Err(At("", "object_kind").promised("merge_request", other)),
        (None, None) => Err(At("", "object_kind").missing()),
    }
}

fn fact(forge: Forge, body: Body<'_>) -> Result<Report, Unreadable> {
    let place = |name| At(ATTRIBUTES, name);
    let project = body.project.required(At("", "project"))?;
    let (repository, repository_id) = project.read(At("project.", "path_with_namespace"))?;
    let told = body.object_attributes.required(At("", "object_attributes"))?;
    let user = match body.user.optional(At("", "user"))? {
        Some(user) => Some(actor(user, "user.")?),
        None => None,
    };
    let merge = told.action.word(place("action"))?.as_deref() == Some("merge");
    let state = match state(told.state, place("state"))? {
        _ if merge => State::Merged,
        state => state,
    };
    let is_merged = state == State::Merged;
    let author = match told.author.optional(place("author"))? {
        Some(author) => actor(author, "object_attributes.author.")?,
        None => Actor::default(),
    };
    let author = author_of(author, told.author_id.id(place("author_id"))?, user.as_ref())?;
    let merge_user = told.merge_user_id.id(place("merge_user_id"))?;
    let merged_by = match user {
        // Who acted is who merged only where the act is the merge.
        Some(user) if merge => Some(user),
        _ => merge_user.filter(|_| is_merged).map(|id| Actor {
            id: Some(id),
            ..Actor::default()
        }),
    };
    let labels = match body.labels.names(At("", "labels"))? {
        Some(labels) => Some(labels),
        None => told.labels.names(place("labels"))?,
    };
    let head_sha = match told.last_commit.optional(place("last_commit"))? {
        Some(commit) => commit.id.word(place("last_commit.id"))?,
        None => None,
    };
    let number = number(told.iid.optional(place("iid"))?, place("iid"))?;
    let told = Told {
        additions: told.additions.optional(place("additions"))?.map(|n| n.0),
        author: Some(author),
        base_branch: Some(told.target_branch.required_word(place("target_branch"))?),
        body: told.description.told_text(place("description"))?,
        closed_at: told.closed_at.moment(place("closed_at"))?,
        created_at: told
            .created_at
            .moment(place("created_at"))?
            .ok_or_else(|| place("created_at").missing())?,
        deletions: told.deletions.optional(place("deletions"))?.map(|n| n.0),
        draft: told.draft.optional(place("draft"))?,
        head_branch: told.source_branch.word(place("source_branch"))?,
        head_sha,
        labels,
        linked_issues: body.issues.optional(At("", "issues"))?.map(|issues| issues.0),
        merge_sha: told
            .merge_commit_sha
            .word(place("merge_commit_sha"))?
            .filter(|_| is_merged),
        // `updated_at` moves with later edits: where the forge does not say when, its API does.
        merged_at: told.merged_at.moment(place("merged_at"))?.filter(|_| is_merged),
        merged_by,
        squash_sha: told.squash_commit_sha.word(place("squash_commit_sha"))?,
        state,
        title: told.title.required_text(place("title"))?,
        updated_at: told.updated_at.moment(place("updated_at"))?,
        url: web_address(told.url.word(place("url"))?),
    };
    let report = Report {
        forge: forge.into(),
        repository,
        repository_id,
        number,
        telling: Telling {
            act: None,
            confirmed: false,
            path: None,
            told,
        },
    };
    Ok(report.settled())
}

/// GitLab gives the author's number only. Where who acted bears the same number, the login is theirs.
fn author_of(author: Actor, author_id: Option<String>, user: Option<&Actor>) -> Result<Actor, Unreadable> {
    let id = author.id.or(author_id);
    let login = match user {
        Some(user) if author.login.is_empty() && id.is_some() && user.id == id => user.login.clone(),
        _ => author.login,
    };
    if id.is_none() && login.is_empty() {
        return Err(At(ATTRIBUTES, "author_id").missing());
    }
    Ok(Actor {
        login,
        id,
        bot: author.bot,
    })
}

/// An account of which the login may be missing. `at`: where it stands.
fn actor(account: Account<'_>, at: &str) -> Result<Actor, Unreadable> {
    let username = account.username.word(At(at, "username"))?;
    let login = account.login.word(At(at, "login"))?;
    Ok(Actor {
        login: username.or(login).unwrap_or_default(),
        id: account.id.id(At(at, "id"))?,
        bot: account.kind.word(At(at, "type"))?.as_deref() == Some("Bot"),
    })
}
