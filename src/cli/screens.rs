//! `brickops` without a command: the screens.

use std::io::IsTerminal;
use std::sync::Arc;

use super::Ending;
use super::connect::{self, Place};
use super::output::Out;
use super::printing;
use crate::api::client::Client;
use crate::api::server::Desk;
use crate::api::{Greeted, Greeting};
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::tui::keymap::Keymap;
use crate::tui::{Deliverer, Inbox, Options, Printer, run as run_screens};

/// Shows the screens over a running server, or over the data itself.
pub fn run(place: &Place, out: &Out) -> anyhow::Result<Ending> {
    needs_terminal()?;
    let inbox = Inbox::default();
    let (client, greeted) = connect::client(place, &inbox.sink(), false)?;
    over(place, (client, greeted), inbox, out)
}

/// Shows the screens over a desk in this process.
pub fn show(place: &Place, desk: &Desk, greeting: Greeting, out: &Out) -> anyhow::Result<Ending> {
    needs_terminal()?;
    let inbox = Inbox::default();
    let (client, greeted) = connect::in_process(desk, greeting, &inbox.sink())?;
    over(place, (client, greeted), inbox, out)
}

fn needs_terminal() -> anyhow::Result<()> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Error::invalid(
        "The screens need a terminal. For scripts there are commands: brickops --help",
    )
    .into())
}

fn over(
    place: &Place,
    (client, greeted): (Client, Greeted),
    inbox: Inbox,
    out: &Out,
) -> anyhow::Result<Ending> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let env = |name: &str| match name {
        "NO_COLOR" if out.no_color => Some("1".to_owned()),
        _ => std::env::var(name).ok(),
    };
    // The screen has one line for them; all of them are there to read once it is left.
    let (_, wrong_keys) = Keymap::with_overrides(&place.config.keys);
    for problem in place.problems.iter().chain(&wrong_keys) {
        out.note(format!(
            "brickops: {}, {problem}",
            place.config_file.display()
        ));
    }
    let options = Options {
        station: place.station,
        print: printing::by(&place.config.print_command).map(Printer),
        deliver: Some(Deliverer(printing::delivery(place))),
        ..Options::configured(&place.config, &place.problems, &env, clock)
    };
    run_screens(client, greeted, inbox, options)?;
    Ok(Ending::Done)
}
