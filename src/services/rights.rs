//! Who may do what in a shop. Verbs ask here first, before they look at anything.

use crate::domain::{Role, Scope};
use crate::error::{Error, Kind, Result};

/// A group of verbs that is granted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// Bring lots in and change them.
    Inventory,
    /// Bring orders in and change them.
    Orders,
    /// Walk through the shop and take pieces.
    Pick,
}

impl Right {
    const fn words(self) -> &'static str {
        match self {
            Self::Inventory => "change the inventory",
            Self::Orders => "change orders",
            Self::Pick => "pick orders",
        }
    }
}

/// Refuses what the person's role does not include.
pub(crate) fn allow(scope: &Scope, right: Right) -> Result<()> {
    let granted = match scope.role {
        Role::Owner => true,
        Role::Manager => matches!(right, Right::Inventory | Right::Orders | Right::Pick),
        Role::Picker => matches!(right, Right::Pick),
        Role::Cashier | Role::Viewer => false,
    };
    if granted {
        Ok(())
    } else {
        Err(Error::new(
            Kind::Forbidden,
            format!(
                "Your role does not allow you to {}. Ask the owner of the shop.",
                right.words()
            ),
        ))
    }
}
