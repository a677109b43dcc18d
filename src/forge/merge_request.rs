//! The merge request hook as GitLab writes it, and GitCode after it.

use super::pull_request::{Account, Issues, Labels, Repository, number, state, web_address};
use super::shape::{At, Id, Number, Seen, Text, Unreadable, Wrongs, object, parse};
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
    /// What a system hook of another kind says instead.
    #[serde(borrow)]
    event_name: Seen<Text<'a>>,
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
        (None, None) => match body.event_name.word(At("", "event_name"))? {
            Some(other) => ignored(&other),
            None => Err(At("", "object_kind").missing()),
        },
    }
}

fn fact(forge: Forge, body: Body<'_>) -> Result<Report, Unreadable> {
    let place = |name| At(ATTRIBUTES, name);
    let mut wrongs = Wrongs::default();
    let project = body.project.required(At("", "project"));
    let repository = wrongs.of(project.and_then(|project| project.read(At("project.", "path_with_namespace"))));
    let Some(told) = wrongs.of(body.object_attributes.required(At("", "object_attributes"))) else {
        return Err(wrongs.unreadable());
    };
    let user = wrongs.of(body.user.optional(At("", "user"))).flatten();
    let user = user.and_then(|user| wrongs.of(actor(user, "user.")));
    let merge = wrongs.of(told.action.word(place("action"))).flatten().as_deref() == Some("merge");
    let state = wrongs.of(state(told.state, place("state")));
    let state = if merge { Some(State::Merged) } else { state };
    let is_merged = state == Some(State::Merged);
    // Null: the account is gone, and who it was stays as it was known.
    let unsaid = matches!((&told.author, &told.author_id), (Seen::Missing, Seen::Missing));
    if unsaid {
        wrongs.of::<()>(Err(place("author_id").missing()));
    }
    let author = wrongs.of(told.author.optional(place("author"))).flatten();
    let author = author.and_then(|author| wrongs.of(actor(author, "object_attributes.author.")));
    let author_id = wrongs.of(told.author_id.id(place("author_id"))).flatten();
    let author = author_of(author.unwrap_or_default(), author_id, user.as_ref());
    let merge_user = wrongs.of(told.merge_user_id.id(place("merge_user_id"))).flatten();
    let merged_by = match user {
        // Who acted is who merged only where the act is the merge.
        Some(user) if merge => Some(user),
        _ => merge_user.filter(|_| is_merged).map(|id| Actor {
            id: Some(id),
            ..Actor::default()
        }),
    };
    let labels = match wrongs.of(body.labels.names(At("", "labels"))).flatten() {
        Some(labels) => Some(labels),
        None => wrongs.of(told.labels.names(place("labels"))).flatten(),
    };
    let commit = wrongs.of(told.last_commit.optional(place("last_commit"))).flatten();
    let head_sha = commit.and_then(|commit| wrongs.of(commit.id.word(place("last_commit.id"))).flatten());
    let number = told
        .iid
        .optional(place("iid"))
        .and_then(|iid| number(iid, place("iid")));
    let number = wrongs.of(number);
    let count =
        |wrongs: &mut Wrongs, seen: Seen<Number>, name| wrongs.of(seen.optional(place(name))).flatten().map(|n| n.0);
    let additions = count(&mut wrongs, told.additions, "additions");
    let deletions = count(&mut wrongs, told.deletions, "deletions");
    let base_branch = wrongs.of(told.target_branch.required_word(place("target_branch")));
    let body_text = wrongs.of(told.description.told_text(place("description"))).flatten();
    let closed_at = wrongs.of(told.closed_at.moment(place("closed_at"))).flatten();
    let created = told.created_at.moment(place("created_at"));
    let created_at = wrongs.of(created.and_then(|at| at.ok_or_else(|| place("created_at").missing())));
    let draft = wrongs.of(told.draft.optional(place("draft"))).flatten();
    let head_branch = wrongs.of(told.source_branch.word(place("source_branch"))).flatten();
    let issues = wrongs.of(body.issues.optional(At("", "issues"))).flatten();
    let merge_sha = wrongs
        .of(told.merge_commit_sha.word(place("merge_commit_sha")))
        .flatten();
    // `updated_at` moves with later edits: where the forge does not say when, its API does.
    let merged_at = wrongs.of(told.merged_at.moment(place("merged_at"))).flatten();
    let squash_sha = wrongs
        .of(told.squash_commit_sha.word(place("squash_commit_sha")))
        .flatten();
    let title = wrongs.of(told.title.required_text(place("title")));
    let updated_at = wrongs.of(told.updated_at.moment(place("updated_at"))).flatten();
    let url = wrongs.of(told.url.word(place("url"))).flatten();
    let needed = (repository, number, state, created_at, title);
    let (Some((repository, repository_id)), Some(number), Some(state), Some(created_at), Some(title)) = needed else {
        return Err(wrongs.unreadable());
    };
    wrongs.none()?;
    let told = Told {
        additions,
        author,
        base_branch,
        body: body_text,
        closed_at,
        created_at,
        deletions,
        draft,
        head_branch,
        head_sha,
        labels,
        linked_issues: issues.map(|issues| issues.0),
        merge_sha: merge_sha.filter(|_| is_merged),
        merged_at: merged_at.filter(|_| is_merged),
        merged_by,
        squash_sha,
        state,
        title,
        updated_at,
        url: web_address(url),
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

/// GitLab gives the author's number only. Where who acted bears the same number, the login is theirs. None where
/// nobody is named.
fn author_of(author: Actor, author_id: Option<String>, user: Option<&Actor>) -> Option<Actor> {
    let id = author.id.or(author_id);
    let login = match user {
        Some(user) if author.login.is_empty() && id.is_some() && user.id == id => user.login.clone(),
        _ => author.login,
    };
    (id.is_some() || !login.is_empty()).then_some(Actor {
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
