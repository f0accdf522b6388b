//! The command line: the only place that wires all layers together, reads the environment, and
//! writes to the terminal outside of the screens.

mod args;
mod catalog;
mod connect;
mod demo;
mod json;
mod log;
mod output;
mod screens;
mod server;
mod shop;

use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Kind};
use args::{Args, Command, Format};
use connect::Place;
use output::Out;

/// How a command ended, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// All done.
    Done,
    /// Done but for rows that were left out; they are listed.
    Partly,
    /// Not done; it was said why.
    Failed,
}

/// Runs the program.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let out = Out::new(args.format, args.no_color);
    match carry_out(&args, &out) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Partly) => ExitCode::from(3),
        Ok(Ending::Failed) => ExitCode::FAILURE,
        Err(error) => {
            // anyhow carries either our own error or one from the edge of the program.
            let error = error
                .downcast::<Error>()
                .unwrap_or_else(|other| Error::new(Kind::Internal, format!("{other:#}")));
            out.error(&error);
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &Error) -> u8 {
    match error.kind {
        Kind::Forbidden => 4,
        Kind::Unauthenticated => 5,
        _ => 1,
    }
}

fn carry_out(args: &Args, out: &Out) -> anyhow::Result<Ending> {
    if matches!(args.command, Some(Command::Demo)) {
        return demo::run(args, out);
    }
    let place = Place::find(args)?;
    log::start(&place.data_dir, args.log_level.as_deref());
    match &args.command {
        None => screens::run(&place, out),
        Some(Command::Demo) => Ok(Ending::Done),
        Some(Command::Catalog(command)) => catalog::run(&place, command, out),
        Some(Command::Inventory(command)) => shop::inventory(&place, command, out),
        Some(Command::Orders(command)) => shop::orders(&place, command, out),
        Some(Command::Check) => shop::check(&place, out),
        Some(Command::Serve) => server::serve(&place, out),
        Some(Command::Status) => server::status(&place, out),
        Some(Command::Stop) => server::stop(&place, out),
    }
}

impl Out {
    fn json(&self) -> bool {
        self.format == Format::Json
    }
}
