//! `bugathlon demo`: a competition that runs by itself, with nothing but this binary.
//!
//! An embedded database in a temporary folder, and hooks that this program signs and sends to itself over
//! HTTP, as GitHub and Gitee would. When it ends it leaves nothing behind.

mod dice;
mod hooks;
mod story;

use super::{
    Failure,
    serve::{ladder, sources, until_told},
};
use crate::{
    app::{self, App},
    config::Listen,
    domain::{level::Ladder, time::Moment},
    store::{self, DatabaseUrl, Store},
    web::{self, Settings},
};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use dice::Dice;
use hooks::Merges;
use std::{
    fmt::Write as _,
    io::{IsTerminal, Write as _},
    net::SocketAddr,
    path::Path,
    time::Duration,
};

/// Merges that were there before one looked.
const PAST: usize = 160;

pub async fn run(wanted: &Listen) -> Result<(), Failure> {
    let ladder = ladder(wanted.levels.as_deref())?;
    let no_room = |why: std::io::Error| Failure::environment(format!("a temporary folder: {why}"));
    let folder = tempfile::Builder::new()
        .prefix("bugathlon-demo-")
        .tempdir()
        .map_err(no_room)?;
    let ended = in_folder(folder.path(), wanted.listen, ladder).await;
    // Said out loud, since a folder that stays would be a broken promise.
    folder.close().map_err(no_room)?;
    ended
}

async fn in_folder(folder: &Path, listen: SocketAddr, ladder: Ladder) -> Result<(), Failure> {
    let now = app::now();
    let secret = secret()?;
    let mut dice = Dice::new(now.millis() as u64);
    let mut merges = Merges::new(story::players());
    let seed = folder.join("seed");
    let no_room = |why: std::io::Error| Failure::environment(format!("the temporary folder: {why}"));
    std::fs::create_dir(&seed).map_err(no_room)?;
    story::write(&seed, now, &secret, &past(&mut merges, &mut dice, now)).map_err(no_room)?;

    let store = Store::open(&DatabaseUrl::Sqlite(folder.join("demo.db")))?;
    store::migrate(&store).await?;
    let app = App::new(store);
    app::seed(&app, &seed, now, |_| ()).await?;
    let sources = sources();
    sources.refresh(&app).await?;
    let settings = Settings {
        ladder,
        ..Settings::at(listen)
    };
    let running = web::start(app, sources, settings).await?;
    let address = format!("http://{}", running.address);
    println!("{address}/competitions/demo");
    println!("Ranks move as signed GitHub and Gitee hooks arrive. Ctrl-C ends it and leaves nothing behind.");

    let ended = tokio::select! {
        told = until_told() => told,
        sent = send(&address, &secret, merges, dice) => sent,
    };
    running.stop().await;
    println!();
    ended
}

/// What was merged in the three days before, as pulls.ndjson.
fn past(merges: &mut Merges, dice: &mut Dice, now: Moment) -> String {
    let start = now.plus(-3 * Moment::DAY + Moment::HOUR);
    let step = (now.millis() - start.millis()) / PAST as i64;
    let mut lines = String::new();
    for at in 0..PAST {
        let merged_at = start.plus(step * at as i64 + dice.roll(step.unsigned_abs()) as i64);
        let merge = merges.next(dice, merged_at);
        let _ = writeln!(lines, "{}", merge.line());
    }
    lines
}

/// 32 hex digits that nobody else knows.
fn secret() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::environment("no randomness for a secret"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Sends a hook now and then, for as long as somebody looks.
async fn send(address: &str, secret: &str, mut merges: Merges, mut dice: Dice) -> Result<(), Failure> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .map_err(|why| Failure::environment(format!("an HTTP client: {why}")))?;
    let terminal = std::io::stdout().is_terminal();
    let mut sent = 0_u64;
    loop {
        tokio::time::sleep(Duration::from_millis(350 + dice.roll(1_400))).await;
        let now = app::now();
        let merge = merges.next(&mut dice, now.plus(-Moment::SECOND));
        let hook = merge.hook(&mut dice, secret, now);
        let mut request = client.post(format!("{address}{}", hook.path)).body(hook.body);
        for (name, value) in hook.headers {
            request = request.header(name, value);
        }
        let answer = request
            .send()
            .await
            .map_err(|why| Failure::environment(format!("a hook: {why}")))?;
        sent += 1;
        let team = story::team_name(merge.author.team);
        let line = format!(
            "{sent} hooks sent; {} for {team}: {}",
            answer.status().as_u16(),
            merge.title
        );
        if terminal {
            // One line, written over and over; cut so that it does not wrap.
            let cut: String = line.chars().take(100).collect();
            print!("\r\x1b[2K{cut}");
            let _ = std::io::stdout().flush();
        } else if sent.is_multiple_of(10) {
            println!("{line}");
        }
    }
}
