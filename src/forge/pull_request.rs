//! The `pull_request` object as GitHub writes it, and Gitee after it; and what is in both families of
//! bodies: accounts, labels, states, linked issues.

use super::shape::{At, Id, Number, Seen, Shape, Text, Unreadable, Wrongs, clipped, object};
use crate::domain::{
    forge::ForgeHost,
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
    /// The path and id of the repository that it is merged into, where `base` tells them: API answers do.
    pub fn take_repository(&mut self, at: &str) -> Option<(RepoPath, Option<String>)> {
        let Seen::Is(base) = &mut self.base else { return None };
        let Seen::Is(repository) = std::mem::take(&mut base.repo) else {
            return None;
        };
        let at = format!("{at}base.repo.");
        repository.read(At(&at, "full_name")).ok()
    }

    /// The address of its page, as it is written.
    pub fn page(&self) -> Option<&str> {
        match &self.html_url {
            Seen::Is(Text(url)) => Some(url),
            _ => None,
        }
    }

    /// The facts, unconfirmed. `at`: where this object stands; `told`: the number beside it. Errors:
    /// `Unreadable`, with everything that a competition needs and that is missing or something else.
    pub fn fact(
        self,
        forge: ForgeHost,
        at: &str,
        repository: Option<(RepoPath, Option<String>)>,
        told: Option<Number>,
        acted: Acted<'a>,
        mut wrongs: Wrongs,
    ) -> Result<Report, Unreadable> {
        let place = |name| At(at, name);
        let own = wrongs.of(self.number.optional(place("number"))).flatten();
        let number = wrongs.of(match (own, told) {
            (Some(own), Some(told)) if own.0 != told.0 => {
                Err(place("number").wrong(format_args!("{}, and beside it {}", own.0, told.0)))
            }
            (own, told) => number(own.or(told), place("number")),
        });
        let merged_at = wrongs.of(self.merged_at.moment(place("merged_at"))).flatten();
        // List items have no `merged`. Where it is there, it decides: closed is not merged.
        let merged = wrongs.of(self.merged.optional(place("merged"))).flatten();
        let merged = merged.unwrap_or(merged_at.is_some());
        let state = wrongs.of(state(self.state, place("state"))).map(|state| match state {
            State::Closed if merged => State::Merged,
            _ if acted.merge => State::Merged,
            state => state,
        });
        let is_merged = state == Some(State::Merged);
        // Null: the account is gone, and who it was stays as it was known.
        let author = match (self.user, acted.author) {
            (Seen::Null | Seen::Missing, Some(author)) => wrongs.of(author.actor(at, "user")),
            (Seen::Null, None) => None,
            (user, _) => wrongs
                .of(user.required(place("user")))
                .and_then(|user| wrongs.of(user.actor(at, "user"))),
        };
        let merger = wrongs.of(self.merged_by.optional(place("merged_by"))).flatten();
        let merged_by = match merger.or(acted.by) {
            Some(account) if is_merged => wrongs.of(account.actor(at, "merged_by")),
            _ => None,
        };
        let base = wrongs.of(self.base.required(place("base")));
        let base_branch = base.and_then(|base| {
            let (branch, _) = wrongs.of(base.read(at, "base"))?;
            wrongs.of(branch.ok_or_else(|| place("base.ref").missing()))
        });
        let head = wrongs.of(self.head.optional(place("head"))).flatten();
        let head = head.and_then(|head| wrongs.of(head.read(at, "head")));
        let (head_branch, head_sha) = head.unwrap_or_default();
        let count = |wrongs: &mut Wrongs, seen: Seen<Number>, name| {
            wrongs.of(seen.optional(place(name))).flatten().map(|n| n.0)
        };
        let additions = count(&mut wrongs, self.additions, "additions");
        let deletions = count(&mut wrongs, self.deletions, "deletions");
        let created = self.created_at.moment(place("created_at"));
        let created_at = wrongs.of(created.and_then(|at| at.ok_or_else(|| place("created_at").missing())));
        let merge_sha = wrongs
            .of(self.merge_commit_sha.word(place("merge_commit_sha")))
            .flatten();
        let body = wrongs.of(self.body.told_text(place("body"))).flatten();
        let closed_at = wrongs.of(self.closed_at.moment(place("closed_at"))).flatten();
        let updated_at = wrongs.of(self.updated_at.moment(place("updated_at"))).flatten();
        let draft = wrongs.of(self.draft.optional(place("draft"))).flatten();
        let labels = wrongs.of(self.labels.names(place("labels"))).flatten();
        let issues = wrongs.of(self.linked_issues.optional(place("linked_issues"))).flatten();
        let title = wrongs.of(self.title.required_text(place("title")));
        let url = wrongs.of(self.html_url.word(place("html_url"))).flatten();
        let needed = (repository, number, state, created_at, title);
        let (Some((repository, repository_id)), Some(number), Some(state), Some(created_at), Some(title)) = needed
        else {
            return Err(wrongs.unreadable());
        };
        wrongs.none()?;
        let told = Told {
            additions,
            author,
            base_branch,
            body,
            closed_at,
            created_at,
            deletions,
            draft,
            head_branch,
            head_sha,
            labels,
            linked_issues: issues.map(|issues| issues.0),
            // Before the merge it names a trial that the forge made by itself.
            merge_sha: merge_sha.filter(|_| is_merged),
            merged_at: merged_at.filter(|_| is_merged),
            merged_by,
            squash_sha: None,
            state,
            title,
            updated_at,
            url: web_address(url),
        };
        let report = Report {
            forge,
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
    #[serde(borrow)]
    repo: Seen<Repository<'a>>,
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
