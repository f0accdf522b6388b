//! The command line: the only place that wires all layers together, reads the environment, and
//! writes to the terminal outside of the screens.

mod account;
mod args;
mod asking;
mod caller;
mod catalog;
mod connect;
mod demo;
mod fresh;
mod groups;
mod identify;
mod interrupt;
mod jobs;
mod json;
mod labels;
mod lists;
mod log;
mod machine;
mod market;
mod office;
mod output;
mod outside;
mod overlay;
mod part_out;
mod people;
mod printing;
mod process;
mod remembered;
mod sandbox;
mod screens;
mod server;
mod shop;
mod start;
mod stock;
mod stock_args;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Kind};
use args::{Args, Command, Format};
use asking::Passwords;
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
    process::keep_secrets();
    process::report_panics();
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
        Kind::Unauthenticated | Kind::Unconfirmed => 5,
        _ => 1,
    }
}

fn carry_out(args: &Args, out: &Out) -> anyhow::Result<Ending> {
    if args.station && args.command.is_some() {
        return Err(Error::new(
            Kind::Forbidden,
            "This account shows the screens only. Ask the server's operator for anything else.",
        )
        .into());
    }
    if matches!(args.command, Some(Command::Demo)) {
        return demo::run(args, out);
    }
    if let Some(Command::Sandbox(command)) = &args.command {
        return sandbox::run(command, out);
    }
    let place = Place::find(args)?;
    let who = if matches!(args.command, Some(Command::Serve { .. })) {
        log::Who::Server
    } else {
        log::Who::Client
    };
    log::start(&place.data_dir, who, args.log_level.as_deref());
    let passwords = Passwords::new(args.password_stdin);
    match &args.command {
        None => screens::run(&place, out),
        Some(Command::Demo | Command::Sandbox(_)) => Ok(Ending::Done),
        Some(Command::Init(init)) => account::init(&place, init, &passwords, out),
        Some(Command::Login { email }) => account::login(&place, email.as_ref(), &passwords, out),
        Some(Command::Logout) => account::logout(&place, &passwords, out),
        Some(Command::Whoami) => account::whoami(&place, &passwords, out),
        Some(Command::Accounts) => account::accounts(&place, &passwords, out),
        Some(Command::User(command)) => people::user(&place, command, &passwords, out),
        Some(Command::Token(command)) => people::token(&place, command, &passwords, out),
        Some(Command::Audit(command)) => office::audit(&place, command, &passwords, out),
        Some(Command::Settings(command)) => office::settings(&place, command, &passwords, out),
        Some(Command::Overlay(command)) => overlay::run(&place, command, &passwords, out),
        Some(Command::Catalog(command)) => catalog::run(&place, command, out),
        Some(Command::Inventory(command)) => shop::inventory(&place, command, &passwords, out),
        Some(Command::Orders(command)) => shop::orders(&place, command, out),
        Some(Command::Market(command)) => market::run(&place, command, &passwords, out),
        Some(Command::Jobs(command)) => jobs::run(&place, command, &passwords, out),
        Some(Command::Identify(command)) => identify::run(&place, command, &passwords, out),
        Some(Command::Check) => shop::check(&place, out),
        Some(Command::Serve {
            foreground,
            detached,
            idle_end,
        }) => {
            let living = match (foreground, detached) {
                (true, _) => server::Living::Foreground,
                (_, true) => server::Living::Detached,
                _ => return server::start(&place, out),
            };
            server::serve(&place, living, *idle_end, out)
        }
        Some(Command::Status) => server::status(&place, out),
        Some(Command::Stop) => server::stop(&place, out),
    }
}

impl Out {
    fn json(&self) -> bool {
        self.format == Format::Json
    }
}
