//! What a forge's API lists, as it is: `import --from` reads files of it, and so does whoever asks the API. Pure.
//!
//! Lists know less than a single answer (GitHub's have `merged_at` and no `merged`), and forges write alike things
//! in other words; what is read is a [`Report`] that is confirmed, since the forge itself said so.

use super::{
    PullName,
    pull_request::{Account, Acted, Issues, Labels, PullRequest, number, state, web_address},
    redact::end_of_value,
    shape::{At, Id, Number, Seen, Text, Unreadable, Wrongs, object, parse},
};
use crate::domain::{
    forge::{Forge, ForgeHost},
    pull::{Actor, RepoPath, State},
    report::{Report, Telling, Told},
    text::readable_json,
};
use serde::Deserialize;
use url::Url;

/// Who lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lister {
    /// The forge's own API.
    Api(Forge),
    /// GitHub's command line: `gh pr list --json …`.
    Gh,
}

impl Lister {
    /// A forge's name, or `gh`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "gh" => Some(Lister::Gh),
            _ => Forge::parse(text).ok().map(Lister::Api),
        }
    }

    pub fn forge(self) -> Forge {
        match self {
            Lister::Api(forge) => forge,
            Lister::Gh => Forge::GitHub,
        }
    }
}

/// One of the pulls that a file lists. `line`: where it begins, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Item<'a> {
    pub line: usize,
    pub json: &'a [u8],
}

/// The pulls of a file: a JSON array, one page or several one after the other, or one object a line.
pub fn items(file: &[u8]) -> Vec<Item<'_>> {
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let begin = file.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(file.len());
    let rest = file.get(begin..).unwrap_or_default();
    // Of what is printed with indents no line both opens and closes a pull.
    let whole = |line: &[u8]| line.starts_with(b"{") && line.trim_ascii_end().ends_with(b"}");
    let first = rest.split(|b| *b == b'\n').next().unwrap_or_default();
    let indented = first.trim_ascii() == b"{";
    let a_line_each = rest.starts_with(b"{") && !indented && rest.split(|b| *b == b'\n').any(whole);
    let mut found = Vec::new();
    if !a_line_each {
        among(file, 1, &mut found);
        return found;
    }
    for (line, text) in (1..).zip(file.split(|b| *b == b'\n')) {
        let text = text.trim_ascii();
        match text.first() {
            None => {}
            Some(b'[') => among(text, line, &mut found),
            Some(_) => found.push(Item { line, json: text }),
        }
    }
    found
}

/// Every value that stands in arrays or beside others.
fn among<'a>(text: &'a [u8], mut line: usize, found: &mut Vec<Item<'a>>) {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\n' => (line, at) = (line + 1, at + 1),
            b'[' | b']' | b',' => at += 1,
            byte if byte.is_ascii_whitespace() => at += 1,
            _ => {
                let end = end_of_value(text, at).max(at + 1);
                let json = text.get(at..end).unwrap_or_default();
                found.push(Item { line, json });
                line += json.iter().filter(|b| **b == b'\n').count();
                at = end;
            }
        }
    }
}

/// Reads one listed pull. `host`: where the forge runs; `repository`: what is meant where the pull does not tell.
///
/// Errors: everything that is wrong with it, each with its place; `repository` where nothing tells it.
pub fn read(
    lister: Lister,
    host: &ForgeHost,
    repository: Option<&RepoPath>,
    json: &[u8],
) -> Result<Report, Unreadable> {
    let json = readable_json(json);
    let mut report = match lister {
        Lister::Api(Forge::GitLab) => merge_request(host, repository, &json),
        Lister::Api(Forge::GitCode | Forge::Gitee | Forge::GitHub) => pull_request(host, repository, &json),
        Lister::Gh => gh(host, repository, &json),
    }?;
    report.telling.confirmed = true;
    Ok(report)
}

/// The repository that a page's address names. Errors: where the page is on another host than is meant.
fn of_page(host: &ForgeHost, field: &'static str, page: Option<&str>) -> Result<Option<RepoPath>, Unreadable> {
    let Some(url) = page.and_then(|page| Url::parse(page).ok()) else {
        return Ok(None);
    };
    let told = url.host_str().unwrap_or_default();
    let told = match url.port() {
        Some(port) => format!("{told}:{port}"),
        None => told.to_owned(),
    };
    let bare = |name: &str| -> String {
        let name = name.strip_prefix("www.").unwrap_or(name);
        name.strip_prefix("e.")
            .filter(|name| *name == "gitee.com")
            .unwrap_or(name)
            .to_lowercase()
    };
    if bare(&told) != bare(host.host()) {
        return Err(At("", field).wrong(format_args!("is on {told}, and {} is meant", host.host())));
    }
    Ok(PullName::on(host, &url).map(|name| name.repository))
}

/// The first that tells it.
fn settled_repository(
    wrongs: &mut Wrongs,
    own: Option<(RepoPath, Option<String>)>,
    page: Result<Option<RepoPath>, Unreadable>,
    given: Option<&RepoPath>,
) -> Option<(RepoPath, Option<String>)> {
    let page = wrongs.of(page)?.map(|path| (path, None));
    let given = || given.map(|path| (path.clone(), None));
    let told = own.or(page).or_else(given);
    wrongs.of(told.ok_or_else(|| Unreadable::new("repository", "nothing in it tells which it is of")))
}

fn pull_request(host: &ForgeHost, given: Option<&RepoPath>, json: &[u8]) -> Result<Report, Unreadable> {
    let mut pull: PullRequest<'_> = parse(json)?;
    let mut wrongs = Wrongs::default();
    let page = of_page(host, "html_url", pull.page());
    let repository = settled_repository(&mut wrongs, pull.take_repository(""), page, given);
    pull.fact(host.clone(), "", repository, None, Acted::default(), wrongs)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MergeRequest<'a> {
    iid: Seen<Number>,
    target_project_id: Seen<Id>,
    project_id: Seen<Id>,
    #[serde(borrow)]
    references: Seen<References<'a>>,
    #[serde(borrow)]
    web_url: Seen<Text<'a>>,
    #[serde(borrow)]
    state: Seen<Text<'a>>,
    #[serde(borrow)]
    title: Seen<Text<'a>>,
    #[serde(borrow)]
    description: Seen<Text<'a>>,
    #[serde(borrow)]
    author: Seen<Account<'a>>,
    #[serde(borrow)]
    merge_user: Seen<Account<'a>>,
    #[serde(borrow)]
    merged_by: Seen<Account<'a>>,
    #[serde(borrow)]
    target_branch: Seen<Text<'a>>,
    #[serde(borrow)]
    source_branch: Seen<Text<'a>>,
    #[serde(borrow)]
    sha: Seen<Text<'a>>,
    #[serde(borrow)]
    merge_commit_sha: Seen<Text<'a>>,
    #[serde(borrow)]
    squash_commit_sha: Seen<Text<'a>>,
    #[serde(borrow)]
    created_at: Seen<Text<'a>>,
    #[serde(borrow)]
    merged_at: Seen<Text<'a>>,
    #[serde(borrow)]
    closed_at: Seen<Text<'a>>,
    #[serde(borrow)]
    updated_at: Seen<Text<'a>>,
    draft: Seen<bool>,
    labels: Seen<Labels>,
}
object!(MergeRequest);

/// `full`: `group/sub/name!12`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct References<'a> {
    #[serde(borrow)]
    full: Seen<Text<'a>>,
}
object!(References);

fn merge_request(host: &ForgeHost, given: Option<&RepoPath>, json: &[u8]) -> Result<Report, Unreadable> {
    let place = |name| At("", name);
    let told: MergeRequest<'_> = parse(json)?;
    let mut wrongs = Wrongs::default();
    let mut moment = |seen: Seen<Text<'_>>, name| wrongs.of(seen.moment(place(name))).flatten();
    let (created_at, merged_at) = (
        moment(told.created_at, "created_at"),
        moment(told.merged_at, "merged_at"),
    );
    let (closed_at, updated_at) = (
        moment(told.closed_at, "closed_at"),
        moment(told.updated_at, "updated_at"),
    );
    let mut word = |seen: Seen<Text<'_>>, name| wrongs.of(seen.word(place(name))).flatten();
    let (base_branch, head_branch) = (
        word(told.target_branch, "target_branch"),
        word(told.source_branch, "source_branch"),
    );
    let (head_sha, merge_sha) = (word(told.sha, "sha"), word(told.merge_commit_sha, "merge_commit_sha"));
    let squash_sha = word(told.squash_commit_sha, "squash_commit_sha");
    let page = word(told.web_url, "web_url");
    let own = match told.references {
        Seen::Is(References { full }) => word(full, "references.full"),
        _ => None,
    };
    let target = wrongs
        .of(told.target_project_id.id(place("target_project_id")))
        .flatten();
    let project = wrongs.of(told.project_id.id(place("project_id"))).flatten();
    let path = own.and_then(|full| RepoPath::parse(full.split('!').next()?).ok());
    let repository = settled_repository(
        &mut wrongs,
        path.map(|path| (path, None)),
        of_page(host, "web_url", page.as_deref()),
        given,
    );
    let repository = repository.map(|(path, _)| (path, target.or(project)));
    let account = |wrongs: &mut Wrongs, seen: Seen<Account<'_>>, name| {
        let account = wrongs.of(seen.optional(place(name))).flatten();
        account.and_then(|account| wrongs.of(account.actor("", name)))
    };
    let unsaid = matches!(told.author, Seen::Missing);
    if unsaid {
        wrongs.of::<()>(Err(place("author").missing()));
    }
    let author = account(&mut wrongs, told.author, "author");
    let merger = account(&mut wrongs, told.merge_user, "merge_user");
    let merged_by = merger.or_else(|| account(&mut wrongs, told.merged_by, "merged_by"));
    let number = told
        .iid
        .optional(place("iid"))
        .and_then(|iid| number(iid, place("iid")));
    let number = wrongs.of(number);
    let state = wrongs.of(state(told.state, place("state")));
    let created_at = wrongs.of(created_at.ok_or_else(|| place("created_at").missing()));
    let title = wrongs.of(told.title.required_text(place("title")));
    let body = wrongs.of(told.description.told_text(place("description"))).flatten();
    let labels = wrongs.of(told.labels.names(place("labels"))).flatten();
    let draft = wrongs.of(told.draft.optional(place("draft"))).flatten();
    let needed = (repository, number, state, created_at, title);
    let (Some(repository), Some(number), Some(state), Some(created_at), Some(title)) = needed else {
        return Err(wrongs.unreadable());
    };
    wrongs.none()?;
    let told = Told {
        author,
        base_branch,
        body,
        closed_at,
        draft,
        head_branch,
        head_sha,
        labels,
        merge_sha,
        merged_at: merged_at.filter(|_| state == State::Merged),
        merged_by,
        squash_sha,
        updated_at,
        url: web_address(page),
        ..Told::new(state, title, created_at)
    };
    Ok(report(host, repository, number, told))
}

fn report(host: &ForgeHost, (repository, id): (RepoPath, Option<String>), number: u64, told: Told) -> Report {
    let report = Report {
        forge: host.clone(),
        repository,
        repository_id: id,
        number,
        telling: Telling {
            act: None,
            confirmed: true,
            path: None,
            told,
        },
    };
    report.settled()
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct GhPull<'a> {
    number: Seen<Number>,
    #[serde(borrow)]
    url: Seen<Text<'a>>,
    #[serde(borrow)]
    state: Seen<Text<'a>>,
    #[serde(borrow)]
    title: Seen<Text<'a>>,
    #[serde(borrow)]
    body: Seen<Text<'a>>,
    #[serde(borrow)]
    author: Seen<GhAccount<'a>>,
    #[serde(borrow)]
    merged_by: Seen<GhAccount<'a>>,
    #[serde(borrow)]
    base_ref_name: Seen<Text<'a>>,
    #[serde(borrow)]
    head_ref_name: Seen<Text<'a>>,
    #[serde(borrow)]
    head_ref_oid: Seen<Text<'a>>,
    #[serde(borrow)]
    merge_commit: Seen<GhCommit<'a>>,
    #[serde(borrow)]
    created_at: Seen<Text<'a>>,
    #[serde(borrow)]
    merged_at: Seen<Text<'a>>,
    #[serde(borrow)]
    closed_at: Seen<Text<'a>>,
    #[serde(borrow)]
    updated_at: Seen<Text<'a>>,
    is_draft: Seen<bool>,
    labels: Seen<Labels>,
    closing_issues_references: Seen<Issues>,
    additions: Seen<Number>,
    deletions: Seen<Number>,
}
object!(GhPull);

/// Its `id` is one of GraphQL, which no hook bears.
#[derive(Deserialize, Default)]
#[serde(default)]
struct GhAccount<'a> {
    #[serde(borrow)]
    login: Seen<Text<'a>>,
    is_bot: Seen<bool>,
}
object!(GhAccount);

impl GhAccount<'_> {
    /// None where it names nobody.
    fn actor(self, name: &str) -> Result<Option<Actor>, Unreadable> {
        let at = format!("{name}.");
        let login = self.login.word(At(&at, "login"))?;
        let bot = self.is_bot.optional(At(&at, "is_bot"))?.unwrap_or(false);
        Ok(login.map(|login| Actor { login, id: None, bot }))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct GhCommit<'a> {
    #[serde(borrow)]
    oid: Seen<Text<'a>>,
}
object!(GhCommit);

fn gh(host: &ForgeHost, given: Option<&RepoPath>, json: &[u8]) -> Result<Report, Unreadable> {
    let place = |name| At("", name);
    let told: GhPull<'_> = parse(json)?;
    let mut wrongs = Wrongs::default();
    let mut moment = |seen: Seen<Text<'_>>, name| wrongs.of(seen.moment(place(name))).flatten();
    let (created_at, merged_at) = (moment(told.created_at, "createdAt"), moment(told.merged_at, "mergedAt"));
    let (closed_at, updated_at) = (moment(told.closed_at, "closedAt"), moment(told.updated_at, "updatedAt"));
    let mut word = |seen: Seen<Text<'_>>, name| wrongs.of(seen.word(place(name))).flatten();
    let (base_branch, head_branch) = (
        word(told.base_ref_name, "baseRefName"),
        word(told.head_ref_name, "headRefName"),
    );
    let (head_sha, url) = (word(told.head_ref_oid, "headRefOid"), word(told.url, "url"));
    let merge_sha = match told.merge_commit {
        Seen::Is(GhCommit { oid }) => word(oid, "mergeCommit.oid"),
        _ => None,
    };
    let page = of_page(host, "url", url.as_deref());
    let repository = settled_repository(&mut wrongs, None, page, given);
    if matches!(told.author, Seen::Missing) {
        wrongs.of::<()>(Err(place("author").missing()));
    }
    let account = |wrongs: &mut Wrongs, seen: Seen<GhAccount<'_>>, name| {
        let account = wrongs.of(seen.optional(place(name))).flatten();
        account.and_then(|account| wrongs.of(account.actor(name)).flatten())
    };
    let author = account(&mut wrongs, told.author, "author");
    let merged_by = account(&mut wrongs, told.merged_by, "mergedBy");
    let number = told
        .number
        .optional(place("number"))
        .and_then(|told| number(told, place("number")));
    let number = wrongs.of(number);
    let state = wrongs.of(state(told.state, place("state")));
    let created_at = wrongs.of(created_at.ok_or_else(|| place("createdAt").missing()));
    let title = wrongs.of(told.title.required_text(place("title")));
    let body = wrongs.of(told.body.told_text(place("body"))).flatten();
    let labels = wrongs.of(told.labels.names(place("labels"))).flatten();
    let draft = wrongs.of(told.is_draft.optional(place("isDraft"))).flatten();
    let issues = told
        .closing_issues_references
        .optional(place("closingIssuesReferences"));
    let issues = wrongs.of(issues).flatten();
    let additions = wrongs.of(told.additions.optional(place("additions"))).flatten();
    let deletions = wrongs.of(told.deletions.optional(place("deletions"))).flatten();
    let needed = (repository, number, state, created_at, title);
    let (Some(repository), Some(number), Some(state), Some(created_at), Some(title)) = needed else {
        return Err(wrongs.unreadable());
    };
    wrongs.none()?;
    let told = Told {
        additions: additions.map(|n| n.0),
        author,
        base_branch,
        body,
        closed_at,
        deletions: deletions.map(|n| n.0),
        draft,
        head_branch,
        head_sha,
        labels,
        linked_issues: issues.map(|issues| issues.0),
        merge_sha,
        merged_at,
        merged_by,
        updated_at,
        url: web_address(url),
        ..Told::new(state, title, created_at)
    };
    Ok(report(host, repository, number, told))
}
