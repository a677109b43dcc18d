//! Parses the command, runs it, and turns its error into an exit code.

use bugathlon::{cli, config::Arguments, web};
use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything reads it, or opens one too many.
    web::raise_open_files();
    // A wrong use ends here, with clap's words and exit code 2.
    let arguments = Arguments::parse();
    match actix_web::rt::System::new().block_on(cli::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}
