//! The `pull_request` object as GitHub writes it, and Gitee after it; and what is in both families of
//! bodies: accounts, labels, states, linked issues.

use super::shape::{At, Id, Number, Seen, Shape, Text, Unreadable, clipped, object};
use crate::domain::{
    forge::Forge,
    pull::{Actor, RepoPath, State},
    report::{Report, Telling, Told},
};
use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess};
use std::borrow::Cow;
use url::Url;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PullRequest<'a> {
    number: Seen<Number>,
    #[serde(borrow)]
    state: Seen<Text<'a>>,
    #[serde(borrow)]
    title: Seen<Text<'a>>,
    #[serde(borrow)]
    body: Seen<Text<'a>>,
    #[serde(borrow)]
    user: Seen<Account<'a>>,
    merged: Seen<bool>,
    #[serde(borrow)]
    merged_by: Seen<Account<'a>>,
    #[serde(borrow)]
    base: Seen<Branch<'a>>,
    #[serde(borrow)]
    head: Seen<Branch<'a>>,
    #[serde(borrow)]
    merge_commit_sha: Seen<Text<'a>>,
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
    linked_issues: Seen<Issues>,
    additions: Seen<Number>,
    deletions: Seen<Number>,
    #[serde(borrow)]
    html_url: Seen<Text<'a>>,
}
object!(PullRequest);

/// What the body around a pull says of the event, where it adds to the pull.
#[derive(Default)]
pub(super) struct Acted<'a> {
    /// The event is the merge.
    pub merge: bool,
    /// Who did it, where that is who merged.
    pub by: Option<Account<'a>>,
    /// The author, where the pull itself names none.
    pub author: Option<Account<'a>>,
}

impl<'a> PullRequest<'a> {
    /// The facts, unconfirmed. `at`: where this object stands; `told`: the number beside it. Errors:
    /// `Unreadable`, where one that a competition needs is missing or is something else.
    pub fn fact(
        self,
        forge: Forge,
        at: &str,
        (repository, repository_id): (RepoPath, Option<String>),
        told: Option<Number>,
        acted: Acted<'a>,
    ) -> Result<Report, Unreadable> {
        let place = |name| At(at, name);
        let own = self.number.optional(place("number"))?;
        let number = match (own, told) {
            (Some(own), Some(told)) if own.0 != told.0 => {
                return Err(place("number").wrong(format_args!("{}, and beside it {}", own.0, told.0)));
            }
            (own, told) => number(own.or(told), place("number"))?,
        };
        let merged_at = self.merged_at.moment(place("merged_at"))?;
        // List items have no `merged`. Where it is there, it decides: closed is not merged.
        let merged = self.merged.optional(place("merged"))?.unwrap_or(merged_at.is_some());
        let state = match state(self.state, place("state"))? {
            State::Closed if merged => State::Merged,
            _ if acted.merge => State::Merged,
            state => state,
        };
        let is_merged = state == State::Merged;
        // Null: the account is gone, and who it was stays as it was known.
        let author = match (self.user, acted.author) {
            (Seen::Null | Seen::Missing, Some(author)) => Some(author.actor(at, "user")?),
            (Seen::Null, None) => None,
            (user, _) => Some(user.required(place("user"))?.actor(at, "user")?),
        };
        let merged_by = match self.merged_by.optional(place("merged_by"))?.or(acted.by) {
            Some(account) if is_merged => Some(account.actor(at, "merged_by")?),
            _ => None,
        };
        let (base_branch, _) = self.base.required(place("base"))?.read(at, "base")?;
        let (head_branch, head_sha) = match self.head.optional(place("head"))? {
            Some(head) => head.read(at, "head")?,
            None => (None, None),
        };
        let told = Told {
            additions: self.additions.optional(place("additions"))?.map(|n| n.0),
            author,
            base_branch: Some(base_branch.ok_or_else(|| place("base.ref").missing())?),
            body: self.body.told_text(place("body"))?,
            closed_at: self.closed_at.moment(place("closed_at"))?,
            created_at: self
                .created_at
                .moment(place("created_at"))?
                .ok_or_else(|| place("created_at").missing())?,
            deletions: self.deletions.optional(place("deletions"))?.map(|n| n.0),
            draft: self.draft.optional(place("draft"))?,
            head_branch,
            head_sha,
            labels: self.labels.names(place("labels"))?,
            linked_issues: self
                .linked_issues
                .optional(place("linked_issues"))?
                .map(|issues| issues.0),
            // Before the merge it names a trial that the forge made by itself.
            merge_sha: self
                .merge_commit_sha
                .word(place("merge_commit_sha"))?
                .filter(|_| is_merged),
            merged_at: merged_at.filter(|_| is_merged),
            merged_by,
            squash_sha: None,
            state,
            title: self.title.required_text(place("title"))?,
            updated_at: self.updated_at.moment(place("updated_at"))?,
            url: web_address(self.html_url.word(place("html_url"))?),
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
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Branch<'a> {
    #[serde(borrow, rename = "ref")]
    name: Seen<Text<'a>>,
    #[serde(borrow)]
    sha: Seen<Text<'a>>,
}
object!(Branch);

impl Branch<'_> {
    fn read(self, at: &str, name: &str) -> Result<(Option<String>, Option<String>), Unreadable> {
        let at = format!("{at}{name}.");
        Ok((self.name.word(At(&at, "ref"))?, self.sha.word(At(&at, "sha"))?))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Repository<'a> {
    #[serde(borrow)]
    full_name: Seen<Text<'a>>,
    #[serde(borrow)]
    path_with_namespace: Seen<Text<'a>>,
    id: Seen<Id>,
}
object!(Repository);

impl Repository<'_> {
    /// The path, which stands at `at`, and the forge's numeric id.
    pub fn read(self, at: At<'_>) -> Result<(RepoPath, Option<String>), Unreadable> {
        let path = match self.path_with_namespace {
            Seen::Is(path) => Seen::Is(path),
            _ => self.full_name,
        };
        let path = path.required_word(at)?;
        let path = RepoPath::parse(&path)
            .map_err(|_| at.wrong(format_args!("`{}` is not a path such as owner/name", clipped(&path))))?;
        Ok((path, self.id.id(At(at.0, "id"))?))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Account<'a> {
    #[serde(borrow)]
    pub login: Seen<Text<'a>>,
    #[serde(borrow)]
    pub username: Seen<Text<'a>>,
    pub id: Seen<Id>,
    #[serde(borrow, rename = "type")]
    pub kind: Seen<Text<'a>>,
}
object!(Account);

impl Account<'_> {
    /// Errors: where there is no login. `name`: where this account stands under `at`.
    pub fn actor(self, at: &str, name: &str) -> Result<Actor, Unreadable> {
        let at = format!("{at}{name}.");
        let login = match self.username.word(At(&at, "username"))? {
            Some(name) if !matches!(self.login, Seen::Is(_)) => name,
            _ => self.login.required_word(At(&at, "login"))?,
        };
        Ok(Actor {
            login,
            id: self.id.id(At(&at, "id"))?,
            bot: self.kind.word(At(&at, "type"))?.as_deref() == Some("Bot"),
        })
    }
}

/// Errors: missing or 0.
pub(super) fn number(number: Option<Number>, at: At<'_>) -> Result<u64, Unreadable> {
    match number {
        Some(Number(0)) => Err(at.wrong("0 is no pull's number")),
        Some(Number(number)) => Ok(number),
        None => Err(at.missing()),
    }
}

/// The forges' words for where a pull stands.
pub(super) fn state(seen: Seen<Text<'_>>, at: At<'_>) -> Result<State, Unreadable> {
    let word = seen.required_word(at)?;
    match word.to_ascii_lowercase().as_str() {
        // GitLab locks a merge request while it merges it: what comes of that is not decided yet.
        "open" | "opened" | "reopened" | "progressing" | "locked" => Ok(State::Open),
        "closed" => Ok(State::Closed),
        "merged" => Ok(State::Merged),
        _ => Err(at.wrong(format_args!("`{}` is not open, closed or merged", clipped(&word)))),
    }
}

/// None for what is no http or https address of at most 2,048 bytes: it becomes a link on a page, and a
/// body that its proof does not cover could put a script there.
pub(super) fn web_address(text: Option<String>) -> Option<String> {
    let text = text.filter(|t| t.len() <= 2_048)?;
    let url = Url::parse(&text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(text)
}

/// Names of labels, in the body's order: each a text, or an object with `name` or `title`. Or the index
/// of the first that is neither.
pub(super) struct Labels(Result<Vec<String>, usize>);

impl<'de> Shape<'de> for Labels {
    const WANTED: &'static str = "a list of labels";
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let (mut names, mut count, mut odd) = (Vec::new(), 0, None);
        while let Some(seen) = list.next_element::<Seen<Label>>()? {
            match seen {
                Seen::Is(Label(name)) => names.push(name),
                Seen::Missing | Seen::Null | Seen::Wrong { .. } => odd = odd.or(Some(count)),
            }
            count += 1;
        }
        Ok(Some(Self(odd.map_or(Ok(names), Err))))
    }
}

impl Seen<Labels> {
    /// None where there is no list. Errors: a label that is dropped could cost the points, or win them,
    /// so that one without a name makes the whole unreadable.
    pub fn names(self, at: At<'_>) -> Result<Option<Vec<String>>, Unreadable> {
        let Some(Labels(names)) = self.optional(at)? else {
            return Ok(None);
        };
        let odd = |index| at.wrong(format_args!("the one at {index} has neither a name nor a title"));
        names.map(Some).map_err(odd)
    }
}

struct Label(String);

#[derive(Deserialize, Default)]
#[serde(default)]
struct LabelObject<'a> {
    #[serde(borrow)]
    name: Seen<Text<'a>>,
    #[serde(borrow)]
    title: Seen<Text<'a>>,
}

impl<'de> Shape<'de> for Label {
    const WANTED: &'static str = "a label";
    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(Text(text).into_string()))
    }
    fn from_object<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let object: LabelObject<'de> = super::shape::whole_object(map)?;
        Ok(match (object.name, object.title) {
            (Seen::Is(name), _) | (_, Seen::Is(name)) => Some(Self(name.into_string())),
            _ => None,
        })
    }
}

/// The issues that a pull closes, by the number or word that the forge shows. Their shape is not
/// documented: what is not understood is left out, since nothing is decided by them.
#[derive(Default)]
pub(super) struct Issues(pub Vec<String>);

impl<'de> Shape<'de> for Issues {
    const WANTED: &'static str = "a list of issues";
    fn from_text(_: Cow<'de, str>) -> Option<Self> {
        Some(Self::default())
    }
    fn from_number(_: u64) -> Option<Self> {
        Some(Self::default())
    }
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut issues = Vec::new();
        while let Some(seen) = list.next_element::<Seen<Issue>>()? {
            if let Seen::Is(Issue(word)) = seen {
                issues.push(word);
            }
        }
        Ok(Some(Self(issues)))
    }
}

struct Issue(String);

#[derive(Deserialize, Default)]
#[serde(default)]
struct IssueObject {
    number: Seen<Issue>,
    ident: Seen<Issue>,
    iid: Seen<Issue>,
}

impl<'de> Shape<'de> for Issue {
    const WANTED: &'static str = "an issue";
    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        let word = text.trim();
        (!word.is_empty()).then(|| Self(Text(Cow::Borrowed(word)).into_string()))
    }
    fn from_number(number: u64) -> Option<Self> {
        Some(Self(number.to_string()))
    }
    fn from_object<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let object: IssueObject = super::shape::whole_object(map)?;
        Ok(match (object.number, object.ident, object.iid) {
            (Seen::Is(issue), ..) | (_, Seen::Is(issue), _) | (.., Seen::Is(issue)) => Some(issue),
            _ => None,
        })
    }
}
