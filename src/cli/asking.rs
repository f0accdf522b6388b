//! Asking a person at the terminal, and taking passwords from where scripts give them.
//!
//! A password comes from `BRICKOPS_PASSWORD`, from a line of standard input with `--password-stdin`,
//! or is asked for without being shown. It is never an argument: those can be read by everybody.

use std::cell::RefCell;
use std::io::{BufRead, IsTerminal, Write};

use super::output::Out;
use crate::domain::Secret;
use crate::error::{Error, Kind, Result};

/// Where passwords come from.
#[derive(Debug, Default)]
pub struct Passwords {
    /// Standard input brings them, one a line.
    from_stdin: bool,
    /// The one for this run, once it is known: it may be needed twice.
    known: RefCell<Option<Secret>>,
}

impl Passwords {
    /// From standard input, or from environment and terminal.
    pub fn new(from_stdin: bool) -> Self {
        Self {
            from_stdin,
            known: RefCell::default(),
        }
    }

    /// The person's password; asked for at most once.
    pub fn password(&self, question: &str) -> Result<Secret> {
        if let Some(known) = self.known.borrow().clone() {
            return Ok(known);
        }
        let given = self.secret("BRICKOPS_PASSWORD", question)?;
        *self.known.borrow_mut() = Some(given.clone());
        Ok(given)
    }

    /// A password that is chosen now; at a terminal it is asked for twice.
    pub fn choose(&self, variable: &str, question: &str) -> Result<Secret> {
        let asked = !self.from_stdin && env(variable).is_none();
        let chosen = self.secret(variable, question)?;
        if asked && hidden("Once more: ")? != chosen {
            return Err(Error::invalid("The two do not agree. Try again."));
        }
        Ok(chosen)
    }

    /// A password that is chosen for a new account, and may be needed again in this run.
    pub fn choose_first(&self, question: &str) -> Result<Secret> {
        let chosen = self.choose("BRICKOPS_PASSWORD", question)?;
        *self.known.borrow_mut() = Some(chosen.clone());
        Ok(chosen)
    }

    fn secret(&self, variable: &str, question: &str) -> Result<Secret> {
        if self.from_stdin {
            return line().map(Secret::new);
        }
        if let Some(given) = env(variable) {
            return Ok(Secret::new(given));
        }
        if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
            return hidden(question);
        }
        Err(Error::new(
            Kind::Unconfirmed,
            format!(
                "A password is needed: set {variable}, or give it on standard input with --password-stdin."
            ),
        ))
    }
}

fn env(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|text| !text.is_empty())
}

fn line() -> Result<String> {
    // Keys that were given before it may have left empty lines.
    loop {
        let mut text = String::new();
        match std::io::stdin().lock().read_line(&mut text) {
            Ok(0) => return Err(Error::invalid("Standard input brought no password.")),
            Ok(_) => {
                let text = text.trim_end_matches(['\r', '\n']);
                if !text.is_empty() {
                    return Ok(text.to_owned());
                }
            }
            Err(e) => {
                return Err(Error::invalid(format!(
                    "Standard input could not be read ({e})."
                )));
            }
        }
    }
}

/// Asks at the terminal for something that is not shown.
pub fn hidden(question: &str) -> Result<Secret> {
    rpassword::prompt_password(question)
        .map(Secret::new)
        .map_err(|e| Error::invalid(format!("The terminal could not be read ({e}).")))
}

/// Asks for a line at the terminal; an empty answer means `default`. Without a terminal the default
/// counts, and where there is none it says which flag to give.
pub fn ask(out: &Out, question: &str, flag: &str, default: Option<&str>) -> Result<String> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return default.map(str::to_owned).ok_or_else(|| {
            Error::invalid(format!("{flag} is missing. See `brickops init --help`."))
        });
    }
    let shown = default.map_or_else(String::new, |default| format!(" [{default}]"));
    out.note_part(format!("{question}{shown}: "));
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut text)
        .map_err(|e| Error::invalid(format!("The terminal could not be read ({e}).")))?;
    let text = text.trim();
    match default {
        Some(default) if text.is_empty() => Ok(default.to_owned()),
        None if text.is_empty() => Err(Error::invalid(format!("{question} is needed."))),
        _ => Ok(text.to_owned()),
    }
}

impl Out {
    /// The beginning of a line that a person completes.
    #[expect(clippy::unused_self, reason = "who may print holds an Out")]
    pub fn note_part(&self, text: impl AsRef<str>) {
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "{}", text.as_ref());
        let _ = err.flush();
    }
}
