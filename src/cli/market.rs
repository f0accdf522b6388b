//! `brickops market ...`: keys of marketplaces come in by standard input or are asked for, never as
//! arguments.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal};

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::asking::{Passwords, hidden};
use super::caller::{Caller, unexpected};
use super::connect::Place;
use super::output::Out;
use super::{Ending, json};
use crate::api::{KeysRequest, Reply};
use crate::domain::market::{BreakerView, BudgetView, KeyTest, MarketKeys, MarketRow};
use crate::domain::{Marketplace, Secret};
use crate::error::{Error, Kind, Result};

/// Connections to marketplaces.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Enter keys, instead of any before. At a terminal they are asked for without being shown; else
    /// standard input brings them: one a line, or one JSON object. With --password-stdin the password
    /// follows them.
    ///
    /// BrickLink: consumer_key, consumer_secret, token, token_secret. BrickOwl: key.
    Connect {
        /// Which marketplace.
        market: MarketName,
    },
    /// Try the keys: who am I, which store, which currency, how many calls are left.
    Test {
        /// Which marketplace.
        market: MarketName,
    },
    /// Keys, their last test, calls and breaker of every marketplace.
    Status {
        /// Also the machine room: queues, times of calls, last errors, how fresh everything is.
        #[arg(long)]
        verbose: bool,
    },
    /// Switch keys off; they stay.
    Disable {
        /// Which marketplace.
        market: MarketName,
    },
    /// Switch them on again.
    Enable {
        /// Which marketplace.
        market: MarketName,
    },
    /// Remove keys for good.
    Remove {
        /// Which marketplace.
        market: MarketName,
    },
    /// Seal the keys of all shops with another master key; for the server's operator.
    RotateKey,
    /// The master key is lost for good: remove what it had sealed; for the server's operator.
    ForgetMasterKey,
}

/// A marketplace on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MarketName {
    /// bricklink.com
    Bricklink,
    /// brickowl.com
    Brickowl,
}

impl From<MarketName> for Marketplace {
    fn from(name: MarketName) -> Self {
        match name {
            MarketName::Bricklink => Self::BrickLink,
            MarketName::Brickowl => Self::BrickOwl,
        }
    }
}

/// Runs a command about marketplaces.
pub fn run(
    place: &Place,
    command: &MarketCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    match command {
        MarketCommand::Status { verbose } => {
            status(&caller, *verbose, out)?;
            Ok(Ending::Done)
        }
        MarketCommand::Test { market } => test(&caller, (*market).into(), out),
        MarketCommand::Connect { market } => {
            // Whoever is not signed in is told before anything is typed.
            caller.me()?;
            let market = Marketplace::from(*market);
            let values = values(market)?;
            MarketKeys::entered(market, &values).map_err(Error::invalid)?;
            done(&caller, KeysRequest::Connect { market, values })?;
            out.note(format!(
                "The keys of {} are kept, sealed. Try them with: brickops market test {}",
                market.name(),
                market.name().to_lowercase()
            ));
            Ok(Ending::Done)
        }
        MarketCommand::Disable { market } => enable(&caller, (*market).into(), false, out),
        MarketCommand::Enable { market } => enable(&caller, (*market).into(), true, out),
        MarketCommand::Remove { market } => {
            let market = Marketplace::from(*market);
            done(&caller, KeysRequest::Disconnect { market })?;
            out.note(format!("The keys of {} are removed.", market.name()));
            Ok(Ending::Done)
        }
        MarketCommand::RotateKey => said(&caller, KeysRequest::RotateMaster, out),
        MarketCommand::ForgetMasterKey => said(&caller, KeysRequest::ForgetMaster, out),
    }
}

fn enable(
    caller: &Caller<'_>,
    market: Marketplace,
    enabled: bool,
    out: &Out,
) -> anyhow::Result<Ending> {
    done(caller, KeysRequest::Enable { market, enabled })?;
    let now = if enabled { "on" } else { "off" };
    out.note(format!("{} is switched {now}.", market.name()));
    Ok(Ending::Done)
}

fn done(caller: &Caller<'_>, request: KeysRequest) -> Result<()> {
    match caller.keys(request)? {
        Reply::Done => Ok(()),
        _ => Err(unexpected()),
    }
}

fn said(caller: &Caller<'_>, request: KeysRequest, out: &Out) -> anyhow::Result<Ending> {
    match caller.keys(request)? {
        Reply::Text(text) => out.line(text),
        _ => return Err(unexpected().into()),
    }
    Ok(Ending::Done)
}

/// The values from the terminal or standard input.
fn values(market: Marketplace) -> Result<Vec<Secret>> {
    let fields = MarketKeys::fields(market);
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        return fields
            .iter()
            .map(|field| hidden(&format!("{}: ", field.label)))
            .collect();
    }
    let mut input = std::io::stdin().lock();
    read_values(market, &mut input)
}

/// Longest line of input that can hold keys, in bytes.
const LONGEST: usize = 4096;

fn read_values(market: Marketplace, input: &mut impl BufRead) -> Result<Vec<Secret>> {
    let fields = MarketKeys::fields(market);
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let wanted = format!(
        "Give the keys of {} on standard input: one a line, or as JSON with {}.",
        market.name(),
        names.join(", ")
    );
    let mut line = || -> Result<Secret> {
        // What was copied from a page has empty lines anywhere.
        loop {
            let mut text = String::new();
            let read = std::io::Read::take(&mut *input, LONGEST as u64).read_line(&mut text);
            match read {
                Ok(0) => return Err(Error::invalid(wanted.clone())),
                Ok(_) if text.trim().is_empty() => {}
                Ok(_) => return Ok(Secret::new(text)),
                Err(e) => {
                    return Err(Error::invalid(format!(
                        "Standard input could not be read ({e})."
                    )));
                }
            }
        }
    };
    let first = line()?;
    if !first.reveal().trim_start().starts_with('{') {
        let mut values = vec![first];
        while values.len() < fields.len() {
            values.push(line()?);
        }
        return Ok(values);
    }
    let mut text = first;
    loop {
        match serde_json::from_str::<std::collections::BTreeMap<String, Secret>>(text.reveal()) {
            Ok(given) => {
                if let Some(other) = given.keys().find(|name| !names.contains(&name.as_str())) {
                    let shown: String = other.chars().take(40).collect();
                    return Err(Error::invalid(format!("`{shown}` is no value. {wanted}")));
                }
                return fields
                    .iter()
                    .map(|field| {
                        given.get(field.name).cloned().ok_or_else(|| {
                            Error::invalid(format!("`{}` is missing. {wanted}", field.name))
                        })
                    })
                    .collect();
            }
            // The object goes on in the next line.
            Err(e) if e.is_eof() && text.reveal().len() < LONGEST => {
                let more = line()?;
                text = Secret::new(format!("{}{}", text.reveal(), more.reveal()));
            }
            // What serde says may hold a piece of a key.
            Err(e) => {
                return Err(Error::invalid(format!(
                    "The JSON cannot be read at line {}, column {}. {wanted}",
                    e.line(),
                    e.column()
                )));
            }
        }
    }
}

fn test(caller: &Caller<'_>, market: Marketplace, out: &Out) -> anyhow::Result<Ending> {
    let Reply::KeyTest(test) = caller.keys(KeysRequest::Test { market })? else {
        return Err(unexpected().into());
    };
    if out.json() {
        out.document(&TestJson::from(&*test));
    } else if test.facts.is_some() {
        out.line(&test.text);
    }
    if test.facts.is_some() {
        return Ok(Ending::Done);
    }
    if out.json() {
        return Ok(Ending::Failed);
    }
    let text = format!("{} {}", test.text, test.advice);
    Err(Error::new(Kind::Upstream, text.trim()).into())
}

fn status(caller: &Caller<'_>, verbose: bool, out: &Out) -> Result<()> {
    let rows = match caller.keys(KeysRequest::Markets) {
        Ok(Reply::Markets(rows)) => rows,
        Ok(_) => return Err(unexpected()),
        // The server's operator needs no shop to see counts.
        Err(e) if verbose && e.kind == Kind::Unauthenticated => {
            return super::machine::show(caller, Vec::new(), out).map_err(|_| e);
        }
        Err(e) => return Err(e),
    };
    if out.json() {
        let rows: Vec<MarketJson> = rows.iter().map(MarketJson::from).collect();
        if verbose {
            return super::machine::show(caller, rows, out);
        }
        out.document(&rows);
        return Ok(());
    }
    rows_as_words(&rows, out);
    if verbose {
        super::machine::show(caller, Vec::new(), out)?;
    }
    Ok(())
}

fn rows_as_words(rows: &[MarketRow], out: &Out) {
    for row in rows {
        let off = if row.enabled || row.entered.is_none() {
            ""
        } else {
            ", switched off"
        };
        out.line(format!(
            "{:10} {}{off}",
            row.market.name(),
            row.state.word()
        ));
        if let Some(entered) = row.entered {
            let fields = MarketKeys::fields(row.market).iter().zip(&row.hints);
            let shown: Vec<String> = fields
                .map(|(field, hint)| format!("{} {hint}", field.label.to_lowercase()))
                .collect();
            out.line(format!("  keys     {}", shown.join(", ")));
            out.line(format!("  entered  {} by {}", json::time(entered), row.by));
        }
        if let Some(locked) = &row.locked {
            out.line(format!("  locked   {locked}"));
        }
        if let Some(test) = &row.test {
            out.line(format!("  tested   {}  {}", json::time(test.at), test.text));
            if !test.advice.is_empty() {
                out.line(format!("           {}", test.advice));
            }
        }
        if let Some(budget) = &row.budget {
            out.line(format!("  calls    {}", budget_words(budget)));
        }
    }
}

pub(super) fn budget_words(budget: &BudgetView) -> String {
    let span = match budget.span {
        86_400 => "24 hours".to_owned(),
        60 => "minute".to_owned(),
        seconds => format!("{seconds} s"),
    };
    let mut text = format!("{} of {} in the last {span}", budget.used, budget.limit);
    if budget.warns {
        text.push_str(", nearly spent");
    }
    if let Some(until) = budget.exhausted_until {
        let _ = write!(text, ", left alone until {}", until.iso());
    }
    match budget.breaker {
        BreakerView::Closed => {}
        BreakerView::Open(until) => {
            let _ = write!(text, ", held back until {} after failures", until.iso());
        }
        BreakerView::Probing => text.push_str(", being tried again after failures"),
    }
    text
}

/// A test, for scripts.
#[derive(Debug, Serialize)]
struct TestJson {
    at: String,
    works: bool,
    failure: Option<&'static str>,
    text: String,
    advice: String,
    user: Option<String>,
    store: Option<String>,
    currency: Option<String>,
}

impl From<&KeyTest> for TestJson {
    fn from(test: &KeyTest) -> Self {
        let fact = |pick: fn(&crate::domain::market::StoreFacts) -> &String| {
            test.facts.as_ref().map(|facts| pick(facts).clone())
        };
        Self {
            at: json::time(test.at),
            works: test.facts.is_some(),
            failure: test.class.map(crate::domain::market::Class::word),
            text: test.text.clone(),
            advice: test.advice.clone(),
            user: fact(|facts| &facts.user),
            store: fact(|facts| &facts.store),
            currency: fact(|facts| &facts.currency),
        }
    }
}

/// A marketplace, for scripts.
#[derive(Debug, Serialize)]
pub(super) struct MarketJson {
    market: &'static str,
    state: &'static str,
    enabled: bool,
    entered: Option<String>,
    by: String,
    locked: Option<String>,
    test: Option<TestJson>,
    calls_used: Option<u32>,
    calls_limit: Option<u32>,
    span_seconds: Option<u32>,
    calls_last_minute: Option<u32>,
    exhausted_until: Option<String>,
    breaker: Option<&'static str>,
}

impl From<&MarketRow> for MarketJson {
    fn from(row: &MarketRow) -> Self {
        let budget = row.budget.as_ref();
        Self {
            market: row.market.name(),
            state: row.state.word(),
            enabled: row.enabled,
            entered: row.entered.map(json::time),
            by: row.by.clone(),
            locked: row.locked.clone(),
            test: row.test.as_ref().map(TestJson::from),
            calls_used: budget.map(|budget| budget.used),
            calls_limit: budget.map(|budget| budget.limit),
            span_seconds: budget.map(|budget| budget.span),
            calls_last_minute: budget.map(|budget| budget.last_minute),
            exhausted_until: budget.and_then(|b| b.exhausted_until).map(json::time),
            breaker: budget.map(|budget| budget.breaker.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(market: Marketplace, text: &str) -> (Result<Vec<String>>, String) {
        let mut input = text.as_bytes();
        let values = read_values(market, &mut input).map(|values| {
            values
                .iter()
                .map(|v| v.reveal().trim().to_owned())
                .collect()
        });
        (values, String::from_utf8_lossy(input).into_owned())
    }

    #[test]
    fn keys_come_one_a_line_or_as_json_and_the_password_stays_behind() {
        let (values, rest) = read(
            Marketplace::BrickLink,
            "\n aa \nbb\r\ncc\ndd\nthe password\n",
        );
        assert_eq!(values.expect("four"), ["aa", "bb", "cc", "dd"]);
        assert_eq!(rest, "the password\n");
        let json = "{\"token\": \"cc\",\n \"consumer_key\": \"aa\", \"consumer_secret\": \"bb\",\n\
                    \"token_secret\": \"dd\"}\nthe password\n";
        let (values, rest) = read(Marketplace::BrickLink, json);
        assert_eq!(values.expect("four"), ["aa", "bb", "cc", "dd"]);
        assert_eq!(rest, "the password\n");
        let (values, _) = read(Marketplace::BrickOwl, "{\"key\":\"zz\"}");
        assert_eq!(values.expect("one"), ["zz"]);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_without_any_key() {
        for (market, text, word) in [
            (Marketplace::BrickLink, "aa\nbb\n", "one a line"),
            (Marketplace::BrickOwl, "", "one a line"),
            (
                Marketplace::BrickOwl,
                "{\"kex\":\"zz9\"}",
                "`kex` is no value",
            ),
            (Marketplace::BrickOwl, "{}", "`key` is missing"),
            (Marketplace::BrickOwl, "{\"key\": zz9}", "line 1"),
            (Marketplace::BrickOwl, "{\"key\": [\"zz9\"]}", "line 1"),
            (Marketplace::BrickOwl, "{\"key\": \"zz9", "standard input"),
        ] {
            let e = read(market, text).0.expect_err(text);
            assert!(
                e.message.contains(word) && !e.message.contains("zz9"),
                "{e}"
            );
        }
    }
}
