//! `bugathlon import FILE [--competition SLUG] [--from github|gitee|gitlab|gitcode|gh]`.

use super::{Failure, progress::Progress, seed::refused};
use crate::{
    app::{self, App, LineSum},
    domain::{forge::ForgeHost, ledger::Cause, pull::RepoPath, report::Report, text::Slug},
    folder::{BadLine, Fault},
    forge::{
        Unreadable,
        listed::{self, Lister},
    },
};
use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
};

/// What `--from` says of a file.
pub struct Listing {
    lister: Lister,
    host: ForgeHost,
    repository: Option<RepoPath>,
}

/// The largest file that a forge may have listed, in bytes: it is held in memory.
const LARGEST: u64 = 1 << 30;

impl Listing {
    /// Errors: wrong usage, with what to write.
    pub fn parse(from: Option<&str>, repository: Option<&str>, host: Option<&str>) -> Result<Option<Self>, Failure> {
        let Some(from) = from else { return Ok(None) };
        let lister = Lister::parse(from).ok_or_else(|| {
            Failure::usage(format!(
                "--from: `{from}` is none of github, gitee, gitlab, gitcode, gh"
            ))
        })?;
        let host = host.map(|host| ForgeHost::on(lister.forge(), host)).transpose();
        let repository = repository.map(RepoPath::parse).transpose();
        Ok(Some(Self {
            lister,
            host: host
                .map_err(|bad| Failure::usage(format!("--host: {bad}")))?
                .unwrap_or_else(|| lister.forge().into()),
            repository: repository.map_err(|bad| Failure::usage(format!("--repository: {bad}")))?,
        }))
    }

    fn lines<'a>(&'a self, file: &'a str, bytes: &'a [u8]) -> impl Iterator<Item = Result<Report, BadLine>> + 'a {
        let items = listed::items(bytes).into_iter();
        items.map(move |item| {
            let read = listed::read(self.lister, &self.host, self.repository.as_ref(), item.json);
            read.map_err(|unreadable| BadLine {
                file: file.to_owned(),
                line: item.line,
                faults: self.faults(unreadable),
            })
        })
    }

    fn faults(&self, unreadable: Unreadable) -> Vec<Fault> {
        let each = unreadable.each.into_iter();
        each.map(|(place, problem)| {
            let remedy = match (place.as_str(), self.lister) {
                ("repository", _) => "give --repository owner/name".to_owned(),
                ("html_url" | "web_url" | "url", _) if problem.contains(" is meant") => "give --host".to_owned(),
                (field, Lister::Gh) if problem == "missing" => format!("add {field} to `gh pr list --json …`"),
                (_, Lister::Gh) => "list it again with `gh pr list --json …`".to_owned(),
                (_, Lister::Api(forge)) => format!("list it again from the API of {}", forge.title()),
            };
            Fault {
                key: Some(place).filter(|place| place != "the body"),
                problem,
                remedy,
            }
        })
        .collect()
    }
}

pub async fn run(app: &App, path: &Path, competition: Option<&str>, listing: Option<Listing>) -> Result<(), Failure> {
    let slug = competition.map(super::slug).transpose()?;
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
    let mut progress = Progress::new("pulls", None);
    let told = |count: usize| progress.at(count as u64);
    let lines = match &listing {
        None => plain(app, slug.as_ref(), path, &name, told).await,
        Some(listing) => listed(app, slug.as_ref(), path, &name, listing, told).await,
    };
    progress.done();
    let lines = lines?;
    println!(
        "{}{} pulls taken, {} changed something, {} are of repositories that no competition looks at; \
         {} submissions changed, {} ledger entries",
        slug.map(|slug| format!("{slug}: ")).unwrap_or_default(),
        lines.taken,
        lines.news,
        lines.outside,
        lines.changes.submissions,
        lines.changes.entries
    );
    refused(lines)
}

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::environment(format!("{}: {why}", path.display()))
}

async fn plain(
    app: &App,
    slug: Option<&Slug>,
    path: &Path,
    name: &str,
    told: impl FnMut(usize),
) -> Result<LineSum, Failure> {
    let file = File::open(path).map_err(|why| unreadable(path, why))?;
    let reader = BufReader::new(file);
    Ok(app::import(app, slug, name, reader, Cause::Import, app::now(), told).await?)
}

async fn listed(
    app: &App,
    slug: Option<&Slug>,
    path: &Path,
    name: &str,
    listing: &Listing,
    told: impl FnMut(usize),
) -> Result<LineSum, Failure> {
    let size = fs::metadata(path).map_err(|why| unreadable(path, why))?.len();
    if size > LARGEST {
        return Err(Failure::refused(format!(
            "{name}: has {size} bytes; split it into files of at most {LARGEST}"
        )));
    }
    let bytes = fs::read(path).map_err(|why| unreadable(path, why))?;
    let lines = listing.lines(name, &bytes);
    Ok(app::import_lines(app, slug, lines, Cause::Import, app::now(), told).await?)
}
