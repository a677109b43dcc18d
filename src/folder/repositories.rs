//! `[[repository]]`: which repositories a competition looks at, each in one family only.

use super::{
    notes::{shown, told},
    table::{Field, Table},
};
use crate::domain::{
    competition::Repository,
    forge::{Forge, ForgeHost},
    pull::RepoPath,
};
use std::collections::{HashMap, hash_map::Entry};

const KEYS: [&str; 6] = ["forge", "host", "path", "id", "branches", "mirrors"];

/// The line in which each repository and mirror, by forge and folded path, was first named, and whether
/// as a mirror.
type Named = HashMap<(ForgeHost, String), (usize, bool)>;

/// A `forge:path` with its place in the file.
type Mirror<'t> = (Field<'t>, ForgeHost, RepoPath);

/// Refuses a repository or mirror that stands twice, in one family or in two: a pull has one family.
pub(super) fn repositories(top: &Table<'_>) -> Option<Vec<Repository>> {
    const REMEDY: &str = "write a [[repository]] with forge and path";
    let field = top.need("repository", REMEDY)?;
    let items = field.items()?;
    if items.is_empty() {
        field.refuse("is empty", REMEDY);
    }
    let tables = items.iter().filter_map(|item| item.as_table(&KEYS));
    let read: Vec<_> = tables.map(|table| repository(&table)).collect();
    let mut named = Named::new();
    // All own paths before all mirrors, so that it is the mirror that is refused where the two meet.
    for one in &read {
        if let (Some(field), Some((forge, path))) = (&one.field, &one.own) {
            claim(&mut named, field, (forge, path), false);
        }
    }
    for one in &read {
        for (field, forge, path) in one.mirrors.iter().flatten() {
            claim(&mut named, field, (forge, path), true);
        }
    }
    read.into_iter().map(Read::whole).collect()
}

struct Read<'t> {
    field: Option<Field<'t>>,
    own: Option<(ForgeHost, RepoPath)>,
    id: Option<Option<String>>,
    branches: Option<Vec<String>>,
    mirrors: Option<Vec<Mirror<'t>>>,
}

impl Read<'_> {
    fn whole(self) -> Option<Repository> {
        let (forge, path) = self.own?;
        let mirrors = self.mirrors?.into_iter().map(|(_, forge, path)| (forge, path));
        Some(Repository {
            forge,
            path,
            id: self.id?,
            branches: self.branches?,
            mirrors: mirrors.collect(),
        })
    }
}

fn repository<'t>(table: &Table<'t>) -> Read<'t> {
    let forge = forge_host(table);
    let field = table.need("path", "write owner/name");
    let path = field
        .as_ref()
        .and_then(|field| field.parsed(RepoPath::parse, "write the part of its address after the forge"));
    let branches = table.get("branches").map_or(Some(Vec::new()), |field| field.words());
    let mirrors = table.get("mirrors").map_or(Some(Vec::new()), |field| mirrors(&field));
    Read {
        field,
        own: forge.zip(path),
        id: table.get("id").map_or(Some(None), |field| id(&field).map(Some)),
        branches,
        mirrors,
    }
}

pub(super) fn forge(table: &Table<'_>) -> Option<Forge> {
    table
        .need("forge", "write github, gitee, gitlab or gitcode")
        .and_then(|field| field.parsed(Forge::parse, "write one of them"))
}

/// `forge` and, where it is there, `host`.
pub(super) fn forge_host(table: &Table<'_>) -> Option<ForgeHost> {
    let forge = forge(table);
    let Some(host) = table.get("host") else {
        return forge.map(ForgeHost::from);
    };
    let text = host.text()?;
    ForgeHost::on(forge?, text)
        .map_err(|error| {
            host.refuse(
                told(error, text),
                "write the name of the machine, such as \"git.example.org\"",
            )
        })
        .ok()
}

fn id(field: &Field<'_>) -> Option<String> {
    let text = field.text()?.trim();
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        field.refuse(
            format!("`{}` is not a numeric id", shown(text)),
            "write the digits that the forge's API gives for the repository",
        );
    }
    digits.then(|| text.to_owned())
}

fn mirrors<'t>(field: &Field<'t>) -> Option<Vec<Mirror<'t>>> {
    let items = field.items()?;
    let count = items.len();
    let read: Vec<Mirror<'t>> = items.into_iter().filter_map(mirror).collect();
    (read.len() == count).then_some(read)
}

fn mirror(item: Field<'_>) -> Option<Mirror<'_>> {
    const REMEDY: &str = "write forge:path, such as \"github:owner/name\"";
    let text = item.text()?;
    // A host may bear a port, and a path has no colon.
    let Some((forge, path)) = text.rsplit_once(':') else {
        item.refuse(format!("`{}` names no forge", shown(text)), REMEDY);
        return None;
    };
    let forge = ForgeHost::parse(forge).map_err(|error| item.refuse(told(error, forge), REMEDY));
    let path = RepoPath::parse(path).map_err(|error| item.refuse(told(error, path), REMEDY));
    let (forge, path) = (forge.ok()?, path.ok()?);
    Some((item, forge, path))
}

fn claim(named: &mut Named, field: &Field<'_>, (forge, path): (&ForgeHost, &RepoPath), mirror: bool) {
    match named.entry((forge.clone(), path.key())) {
        Entry::Vacant(place) => {
            place.insert((field.line, mirror));
        }
        Entry::Occupied(place) => {
            let (line, mirror) = place.get();
            let what = if *mirror { "a mirror" } else { "a repository" };
            let problem = format!("`{forge}:{}` is {what} already, in line {line}", shown(path.as_str()));
            field.refuse(problem, "name it once; a repository belongs to one family");
        }
    }
}
