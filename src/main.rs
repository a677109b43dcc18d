//! Parses the command, runs it, and turns its error into an exit code.

use bugathlon::{cli, config::Arguments, web};
use clap::Parser;
use std::{process::ExitCode, time::Duration};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the end of everything may take once a command is done.
const LAST_WAIT: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    // Before anything reads it, or opens one too many.
    web::raise_open_files();
    // A wrong use ends here, with clap's words and exit code 2.
    let arguments = Arguments::parse();
    let system = actix_web::rt::System::new();
    let code = match system.block_on(cli::run(arguments)) {
        Ok(()) => 0,
        Err(failure) => {
            eprintln!("{}", failure.message);
            failure.code
        }
    };
    // The runtime waits for its threads, and one may hang in a database that does not answer.
    std::thread::spawn(move || {
        std::thread::sleep(LAST_WAIT);
        std::process::exit(code.into());
    });
    drop(system);
    ExitCode::from(code)
}
