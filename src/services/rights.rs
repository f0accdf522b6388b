//! Refusing what a role does not include. Verbs ask here first, before they look at anything; the
//! table itself is [`crate::domain::rights`].

pub(crate) use crate::domain::Right;
use crate::domain::{Scope, TenantId};
use crate::error::{Error, Kind, Result};

/// Stands for no shop at all: the catalogue is looked at before any account exists.
pub(crate) const NO_SHOP: TenantId = TenantId(0);

/// Refuses what the person's role does not include.
pub(crate) fn allow(scope: &Scope, right: Right) -> Result<()> {
    if scope.tenant == NO_SHOP && right != Right::ReadCatalog {
        return Err(Error::new(
            Kind::Unauthenticated,
            "There is no account here yet. Open one with `brickops init`.",
        ));
    }
    if scope.may(right) {
        return Ok(());
    }
    if scope.script && right.given_to(scope.role, scope.grants) {
        return Err(Error::new(
            Kind::Forbidden,
            "A token changes neither people nor credentials. Sign in yourself for that.",
        ));
    }
    let message = match scope.role {
        Some(role) => format!(
            "As {} you may not {}. Ask the owner of the shop.",
            role.word(),
            right.words()
        ),
        None => "You have no role in this shop yet. Ask its owner to give you one.".to_owned(),
    };
    Err(Error::new(Kind::Forbidden, message))
}

/// Whether [`allow`] would let it pass: for figures and columns that are left out.
pub(crate) fn allowed(scope: &Scope, right: Right) -> bool {
    allow(scope, right).is_ok()
}

/// The same for people and credentials: the password must have been given again a moment ago.
pub(crate) fn allow_confirmed(scope: &Scope, right: Right) -> Result<()> {
    allow(scope, right)?;
    if scope.confirmed {
        return Ok(());
    }
    Err(Error::new(
        Kind::Unconfirmed,
        "Give your password again to do this.",
    ))
}
