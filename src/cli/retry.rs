//! `bugathlon retry`.

use super::Failure;
use crate::{
    app::{self, App},
    domain::forge::Forge,
    store,
};

pub async fn run(app: &App, source: Option<&str>) -> Result<(), Failure> {
    let unknown = |why: String| {
        Failure::refused(format!(
            "--source: {why}; it is FORGE/NAME, as /hooks/FORGE/NAME has it"
        ))
    };
    let of = match source {
        None => None,
        Some(text) => {
            let (forge, name) = text
                .split_once('/')
                .ok_or_else(|| unknown(format!("`{text}` names no source")))?;
            let forge = Forge::parse(forge).map_err(|why| unknown(why.to_string()))?;
            Some((forge, super::slug(name)?))
        }
    };
    let again = app::retry(app, of, app::now()).await?;
    println!("{again} deliveries that failed are looked at again");
    if again > 0 {
        // A server does it too; where none runs, it is done here.
        while app::work_queue(app, app::now()).await? > 0 {}
        let counts = app.store.read(store::count_deliveries).await?;
        let failed = counts.iter().find(|(state, _)| state == "failed");
        println!("{} deliveries cannot be read", failed.map_or(0, |(_, count)| *count));
    }
    Ok(())
}
