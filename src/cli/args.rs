//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::fresh::{PricesArgs, RefreshArgs};
use super::identify::IdentifyArgs;
use super::jobs::JobsCommand;
use super::lists::ListCommand;
use super::market::MarketCommand;
use super::sandbox::SandboxArgs;
use super::stock_args::StockCommand;
use super::verbs::{
    AuditCommand, InitArgs, OverlayCommand, SettingsCommand, TokenCommand, UserCommand,
};

/// The terminal of a shop that resells LEGO parts.
///
/// Without a command the full-screen program starts.
#[derive(Debug, Parser)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line are what they are"
)]
#[command(name = "brickops", version, max_term_width = 100)]
pub struct Args {
    /// Where the shop's data lies.
    #[arg(long, global = true, env = "BRICKOPS_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The configuration file.
    #[arg(long, global = true, env = "BRICKOPS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How results are written.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// No colours.
    #[arg(long, global = true)]
    pub no_color: bool,
    /// How much is written to the log (error, warn, info, debug, trace).
    #[arg(long, global = true, env = "BRICKOPS_LOG", value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Name of the shop, where one server has several.
    #[arg(long, global = true, env = "BRICKOPS_SHOP", value_name = "NAME")]
    pub shop: Option<String>,
    /// A shared station: the screens and nothing else, everybody says who they are.
    #[arg(long, global = true)]
    pub station: bool,
    /// Speak to nobody outside this machine.
    #[arg(long, global = true, env = "DISABLE_EXTERNAL_CALLS", value_parser = clap::builder::FalseyValueParser::new())]
    pub offline: bool,
    /// Start no server where none runs: work on the data in this process.
    #[arg(long, global = true, env = "BRICKOPS_ALONE", value_parser = clap::builder::FalseyValueParser::new())]
    pub alone: bool,
    /// Take passwords from standard input, one a line (else from BRICKOPS_PASSWORD, or asked for).
    #[arg(long, global = true)]
    pub password_stdin: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For scripts: one document on standard output.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look around in a small practice shop that is thrown away at the end.
    Demo,
    /// Play BrickLink, BrickOwl and Brickognize on this machine, with their quirks and faults.
    #[command(after_long_help = crate::sandbox::FAULT_HELP)]
    Sandbox(SandboxArgs),
    /// Open an account: name the shop, make its owner.
    Init(InitArgs),
    /// Sign in; commands on this data directory need no password for a day.
    Login {
        /// E-mail address; asked for when it is not given.
        #[arg(value_name = "EMAIL")]
        email: Option<String>,
    },
    /// End that sign-in.
    Logout,
    /// Who is signed in, and what that allows.
    Whoami,
    /// People of the shop: invitations, roles, sign-ins.
    #[command(subcommand)]
    User(UserCommand),
    /// Tokens of scripts.
    #[command(subcommand)]
    Token(TokenCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The shop's settings and alerts.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// All shops of this server, for its operator.
    Accounts,
    /// The shop's own tags, notes and bins of items.
    #[command(subcommand)]
    Overlay(OverlayCommand),
    /// The parts catalogue.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// The shop's lots.
    #[command(subcommand)]
    Inventory(InventoryCommand),
    /// The shop's orders.
    #[command(subcommand)]
    Orders(OrdersCommand),
    /// Connections to marketplaces: keys, tests, calls.
    #[command(subcommand)]
    Market(MarketCommand),
    /// What runs by itself: see it, run it now, stop it.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Say what a photo shows, whether the shop has it, and where.
    Identify(IdentifyArgs),
    /// Verify everything that is stored and say what is wrong.
    Check,
    /// Start the server that keeps the data open for every station on this machine.
    Serve {
        /// Stay attached to this terminal, or to what supervises services.
        #[arg(long)]
        foreground: bool,
        /// Become the server in the background; what goes wrong until it listens is written to
        /// standard error, which then closes.
        #[arg(long, hide = true, conflicts_with = "foreground")]
        detached: bool,
        /// End after so many seconds without a client.
        #[arg(long, hide = true, value_name = "SECONDS")]
        idle_end: Option<u64>,
    },
    /// Whether a server is running.
    Status,
    /// End the server.
    Stop,
}

/// The parts catalogue.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Import BrickLink's catalogue downloads (XML, tab-delimited, bin lookup; plain, gzip, zstd).
    Import {
        /// Files, or directories with files.
        #[arg(required = true, value_name = "DIR_OR_FILE")]
        paths: Vec<PathBuf>,
        /// These files hold everything: whatever is missing from them has vanished.
        #[arg(long)]
        complete: bool,
    },
    /// Search by number, name, nickname, element id or sort bin.
    Search {
        /// What to look for.
        query: String,
        /// Only this type (P, M, S, G, B, C, I, O, U); may be given several times.
        #[arg(long = "type", value_name = "TYPE")]
        kinds: Vec<char>,
        /// Only items known in this colour (BrickLink's number).
        #[arg(long, value_name = "COLOR")]
        color: Option<u16>,
        /// Only items of this category or below it (BrickLink's number).
        #[arg(long, value_name = "CATEGORY")]
        category: Option<u32>,
        /// Only items of this year or these years (1999 or 1999-2005).
        #[arg(long, value_name = "YEARS")]
        year: Option<String>,
        /// Only printed parts, or only plain ones.
        #[arg(long, value_name = "BOOL")]
        printed: Option<bool>,
        /// Only what lies in this bin or cabinet (C303 or C).
        #[arg(long, value_name = "BIN")]
        bin: Option<String>,
        /// Also items that are missing from BrickLink's latest complete download.
        #[arg(long)]
        vanished: bool,
        /// How many results at the most.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
    /// Everything known about one item.
    Show {
        /// Its number.
        no: String,
        /// Its type, where several items bear the number.
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<char>,
    },
    /// Fetch items, their colours and prices from BrickLink now.
    Refresh(RefreshArgs),
    /// How many items and prices are fresh, stale and expired, and what is due next.
    Freshness,
    /// What others pay and ask for an item in a colour, and the shop's own prices.
    Prices(PricesArgs),
}

/// The shop's lots.
#[derive(Debug, Subcommand)]
pub enum InventoryCommand {
    /// Lists in and out, labels.
    #[command(flatten)]
    Lists(ListCommand),
    /// Everything else about lots.
    #[command(flatten)]
    Stock(StockCommand),
}

/// The shop's orders.
#[derive(Debug, Subcommand)]
pub enum OrdersCommand {
    /// Take in an order export of BrickLink (XML).
    Import {
        /// The file.
        file: PathBuf,
    },
    /// The orders, oldest first.
    List {
        /// Only orders with these words in number, buyer, state or lines.
        #[arg(default_value = "")]
        words: String,
        /// Only what can be picked now.
        #[arg(long)]
        to_pick: bool,
        /// How many at the most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
}
