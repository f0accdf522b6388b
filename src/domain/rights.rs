//! Which role may do what: the one table that services refuse by and screens hide by.

use serde::{Deserialize, Serialize};

use super::{Role, Scope};

/// What the owner has granted a manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Grants {
    /// Change the inventory.
    pub inventory: bool,
    /// Change orders, and pick them.
    pub orders: bool,
}

/// Who may use a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Managers {
    No,
    Yes,
    WithInventory,
    WithOrders,
}

/// The table's columns beside the owner, who may do everything.
#[expect(clippy::struct_excessive_bools, reason = "columns of the table")]
struct Row {
    manager: Managers,
    picker: bool,
    cashier: bool,
    viewer: bool,
    /// Also a person who has been given no role yet.
    anybody: bool,
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident = $words:literal, $manager:ident, $picker:literal, $cashier:literal, $viewer:literal, $anybody:literal;)*) => {
        /// A group of verbs of the program that is allowed as one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Right {
            $($(#[$doc])* $name,)*
        }

        impl Right {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What it allows, to be read after "may".
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }

            const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        manager: Managers::$manager,
                        picker: $picker,
                        cashier: $cashier,
                        viewer: $viewer,
                        anybody: $anybody,
                    },)*
                }
            }
        }
    };
}

verbs! {
    //                                                            manager        picker cashier viewer anybody
    /// Search and show the catalogue.
    ReadCatalog = "look up items in the catalogue",               Yes,           true,  true,  true,  false;
    /// See lots and what the shop has of an item.
    ReadInventory = "see the inventory",                          Yes,           true,  true,  true,  false;
    /// See orders.
    ReadOrders = "see orders",                                    Yes,           true,  false, true,  false;
    /// See walks and how far they are.
    ReadPicks = "see picks",                                      Yes,           true,  false, true,  false;
    /// Bring lots in and change them.
    Inventory = "change the inventory",                           WithInventory, false, false, false, false;
    /// Bring orders in and change them.
    Orders = "change orders",                                     WithOrders,    false, false, false, false;
    /// Walk through the shop and take pieces, correct what is found on the way.
    Pick = "pick and pack orders, and adjust stock while picking", WithOrders,    true,  false, false, false;
    /// Own tags, notes and bins of items.
    Overlays = "change the shop's tags, notes and bins",          WithInventory, false, false, false, false;
    /// Sell over the counter.
    Counter = "sell at the counter and see the sales",            Yes,           false, true,  false, false;
    /// Say what is good or bad about the program.
    Feedback = "give feedback",                                   Yes,           true,  true,  true,  false;
    /// Invite, change and remove people; their sign-ins and tokens.
    People = "manage people, their roles and sign-ins",           No,            false, false, false, false;
    /// Keys of marketplaces, tokens of scripts.
    Credentials = "manage credentials and tokens",                No,            false, false, false, false;
    /// Name, currency, time zone, alerts of the shop.
    Settings = "change the shop's settings and alerts",           No,            false, false, false, false;
    /// The audit log.
    Audit = "read and export the audit log",                      No,            false, false, false, false;
    /// Take the shop's data out, verify them.
    Export = "export and check the shop's data",                  No,            false, false, false, false;
    /// Jobs that run by themselves, and how the services outside are called.
    Jobs = "see and run the shop's jobs",                         No,            false, false, false, false;
    /// Own name, password, PIN and badge.
    OwnAccount = "change the own name, password, PIN and badge",  Yes,           true,  true,  true,  true;
}

impl Right {
    /// Whether a person with this role, and these grants if a manager, has it.
    pub const fn given_to(self, role: Option<Role>, grants: Grants) -> bool {
        let row = self.row();
        match role {
            Some(Role::Owner) => true,
            Some(Role::Manager) => match row.manager {
                Managers::No => false,
                Managers::Yes => true,
                Managers::WithInventory => grants.inventory,
                Managers::WithOrders => grants.orders,
            },
            Some(Role::Picker) => row.picker,
            Some(Role::Cashier) => row.cashier,
            Some(Role::Viewer) => row.viewer,
            None => row.anybody,
        }
    }
}

impl Scope {
    /// Whether the person may use the verbs of this right.
    pub const fn may(&self, right: Right) -> bool {
        let person = matches!(
            right,
            Right::People | Right::Credentials | Right::OwnAccount
        );
        !(self.script && person) && right.given_to(self.role, self.grants)
    }
}
