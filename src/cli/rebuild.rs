//! `bugathlon rebuild SLUG`.

use super::Failure;
use crate::app::{self, App};

pub async fn run(app: &App, slug: &str) -> Result<(), Failure> {
    let slug = super::slug(slug)?;
    let rebuilt = app::rebuild(app, &slug, app::now()).await?;
    println!(
        "{slug}: {} submissions folded again, {} differed",
        rebuilt.submissions, rebuilt.differed
    );
    for named in &rebuilt.named {
        println!("  {named}");
    }
    if rebuilt.differed > rebuilt.named.len() {
        println!("  and {} more", rebuilt.differed - rebuilt.named.len());
    }
    if rebuilt.rebound > 0 {
        println!(
            "{slug}: {} logins are bound to another account's id now",
            rebuilt.rebound
        );
    }
    if rebuilt.links_differed {
        println!("{slug}: the links between submissions were not what the pulls say");
    }
    if rebuilt.sealed {
        println!("{slug}: the result is sealed, so nothing was written");
    } else if rebuilt.entries > 0 {
        println!("{slug}: {} ledger entries written", rebuilt.entries);
    }
    let proof = &rebuilt.proof;
    if proof.holds() {
        println!(
            "{slug}: the ledger's {} entries fold to the same statuses and points",
            proof.entries
        );
        return Ok(());
    }
    if let Some(broken) = proof.broken {
        println!("{slug}: the ledger's chain is broken: {broken}");
    }
    for difference in &proof.differences {
        println!("  {difference}");
    }
    Err(Failure::refused(format!(
        "{slug}: the ledger does not prove the submissions: {} differences; keep a backup as evidence and see `bugathlon doctor`",
        proof.count + usize::from(proof.broken.is_some())
    )))
}
