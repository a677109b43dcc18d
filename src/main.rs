//! Parses the command, runs it, and turns its error into an exit code.

use bugathlon::{cli, config::Arguments};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
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
