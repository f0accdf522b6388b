//! What can be written on the command line about accounts, people, tags and the audit log.

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::{Grants, Role};

/// `brickops init`; the shop's name is the global `--shop`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The owner's e-mail address.
    #[arg(long, value_name = "EMAIL")]
    pub owner: Option<String>,
    /// The owner's name for others to see [default: the address up to the @].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Currency of the shop's prices [default: EUR].
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// When the shop's day begins, such as Europe/Berlin [default: the machine's].
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
}

/// A role on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Everything.
    Owner,
    /// Inventory and orders, each as granted.
    Manager,
    /// Picks and packs.
    Picker,
    /// Counter and product lookup.
    Cashier,
    /// Reads.
    Viewer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Manager => Self::Manager,
            RoleName::Picker => Self::Picker,
            RoleName::Cashier => Self::Cashier,
            RoleName::Viewer => Self::Viewer,
        }
    }
}

/// What a manager may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GrantName {
    /// Change the inventory.
    Inventory,
    /// Change orders and pick them.
    Orders,
}

/// Grants from their names.
pub fn grants(names: &[GrantName]) -> Grants {
    Grants {
        inventory: names.contains(&GrantName::Inventory),
        orders: names.contains(&GrantName::Orders),
    }
}

/// People of the shop.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Everybody, with roles and last activity.
    List,
    /// Make a one-time code with which a person joins.
    Invite {
        /// The person's e-mail address.
        email: String,
        /// What the person will be.
        #[arg(long, value_enum)]
        role: RoleName,
        /// What a manager may change.
        #[arg(long, value_enum, value_delimiter = ',')]
        grant: Vec<GrantName>,
        /// Days until the code ends.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=30))]
        days: u16,
    },
    /// Invitations that wait.
    Invitations,
    /// Make an invitation useless.
    Revoke {
        /// Its number in `user invitations`.
        id: u64,
    },
    /// Join with an invitation, or set a new password with a one-time code.
    Join {
        /// The code; asked for when it is not given.
        #[arg(long, env = "BRICKOPS_CODE", hide_env_values = true)]
        code: Option<String>,
        /// Your name for others to see.
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Give a person another role.
    Role {
        /// The person's e-mail address.
        email: String,
        /// From now on.
        #[arg(value_enum, required_unless_present = "none")]
        role: Option<RoleName>,
        /// Take the role away.
        #[arg(long, conflicts_with = "role")]
        none: bool,
        /// What a manager may change.
        #[arg(long, value_enum, value_delimiter = ',')]
        grant: Vec<GrantName>,
    },
    /// Remove a person; sign-ins and tokens end at once.
    Remove {
        /// The person's e-mail address.
        email: String,
    },
    /// Make a one-time code for a new password.
    Reset {
        /// The person's e-mail address.
        email: String,
        /// As the server's operator, for an owner who has forgotten it.
        #[arg(long)]
        operator: bool,
    },
    /// Make a new badge; prints what its bar code must say.
    Badge {
        /// The person's e-mail address [default: you].
        email: Option<String>,
    },
    /// Let scripts of a Unix user come in as a person.
    Map {
        /// The person's e-mail address.
        email: String,
        /// Name or number of the Unix user.
        #[arg(long, required_unless_present = "none")]
        unix: Option<String>,
        /// No Unix user any more.
        #[arg(long, conflicts_with = "unix")]
        none: bool,
    },
    /// Who is signed in where.
    Sessions,
    /// End a sign-in.
    End {
        /// Its number in `user sessions`.
        id: u64,
    },
    /// Change your own name.
    Name {
        /// From now on.
        name: String,
    },
    /// Change your own password (the new one from BRICKOPS_NEW_PASSWORD, the second line of
    /// --password-stdin, or asked for).
    Password,
    /// Change your own PIN (from BRICKOPS_NEW_PIN, or asked for).
    Pin {
        /// No PIN any more.
        #[arg(long)]
        none: bool,
    },
}

/// Tokens of scripts.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make one; it is shown once. Scripts give it in BRICKOPS_TOKEN.
    Make {
        /// What it is for.
        name: String,
        /// What it may do.
        #[arg(long, value_enum)]
        role: RoleName,
        /// What it may change as a manager.
        #[arg(long, value_enum, value_delimiter = ',')]
        grant: Vec<GrantName>,
        /// Days until it ends.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// Tokens that still count.
    List,
    /// Make one useless.
    Revoke {
        /// Its number in `token list`.
        id: u64,
    },
}

/// The shop's own tags, notes and bins of items.
#[derive(Debug, Subcommand)]
pub enum OverlayCommand {
    /// Set what the shop keeps of an item.
    Set {
        /// Its number.
        no: String,
        /// Its type, where several items bear the number.
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<char>,
        /// Add a tag; may be given several times.
        #[arg(long, value_name = "TAG")]
        tag: Vec<String>,
        /// Take a tag away; may be given several times.
        #[arg(long, value_name = "TAG")]
        untag: Vec<String>,
        /// Notes; an empty text removes them.
        #[arg(long, visible_alias = "notes", value_name = "TEXT")]
        note: Option<String>,
        /// Bin of the shop's own sorting grid, such as C12; an empty text removes it.
        #[arg(long, value_name = "BIN")]
        bin: Option<String>,
        /// Remove everything first.
        #[arg(long)]
        clear: bool,
    },
    /// What the shop keeps of an item.
    Show {
        /// Its number.
        no: String,
        /// Its type, where several items bear the number.
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<char>,
    },
    /// Items with tags, notes or bins of the shop.
    List {
        /// Only those with these words in number, name, tags, notes or bin.
        #[arg(default_value = "")]
        words: String,
        /// How many at the most.
        #[arg(long, default_value_t = 1000)]
        limit: u16,
    },
}

/// The audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// The latest entries.
    List {
        /// Which.
        #[command(flatten)]
        which: AuditArgs,
        /// How many at the most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// All entries, as CSV or, with --format json, as JSON; itself an entry.
    Export {
        /// Which.
        #[command(flatten)]
        which: AuditArgs,
    },
}

/// Which entries of the audit log.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Only with these words in who, what, detail or place.
    #[arg(default_value = "")]
    pub words: String,
    /// Only this kind (signed-in, role-changed, ...); may be given several times.
    #[arg(long = "kind", value_name = "KIND")]
    pub kinds: Vec<String>,
    /// Only of this person.
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<String>,
    /// From this day on (2026-03-01), as the shop counts days.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Up to and with this day.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
}

/// The shop's settings.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// As they are.
    Show,
    /// Change them.
    Set {
        /// Name of the shop.
        #[arg(long)]
        name: Option<String>,
        /// When the shop's day begins.
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
        /// Minutes without a key after which a station locks itself; 0: never.
        #[arg(long, value_name = "MINUTES")]
        lock_after: Option<u16>,
        /// Address that alerts are sent to; an empty text: none.
        #[arg(long, value_name = "URL")]
        webhook: Option<String>,
        /// Minutes within which the same alert is not sent again.
        #[arg(long, value_name = "MINUTES")]
        alert_every: Option<u16>,
    },
    /// Send a test alert by every way there is.
    TestAlert,
}
