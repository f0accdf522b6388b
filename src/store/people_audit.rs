//! The tables of people as they are, for the check of the whole store. Nobody else reads them like this.

use std::ops::ControlFlow;

use super::Shop;
use super::codec::unpack;
use super::people::{Credentials, Print, SignIn};
use super::tables::{
    BADGES, CREDENTIALS, INVITATIONS_BY_CODE, PEOPLE_BY_EMAIL, PEOPLE_BY_UNIX, SIGN_INS,
    SIGN_INS_BY_ID, WHEREABOUTS,
};
use crate::domain::UserId;
use crate::error::Result;

impl Shop<'_> {
    /// What every person comes in with.
    pub fn each_credentials(
        &self,
        mut each: impl FnMut(UserId, Credentials) -> Result<()>,
    ) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u32::MAX);
        self.tx.walk::<(u32, u32), &[u8], (u32, u32)>(
            CREDENTIALS.definition(),
            all,
            |(_, user), bytes| {
                each(UserId(user), unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// Everybody whose whereabouts are remembered.
    pub fn each_whereabouts(&self, mut each: impl FnMut(UserId) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u32::MAX);
        self.tx.walk::<(u32, u32), &[u8], (u32, u32)>(
            WHEREABOUTS.definition(),
            all,
            |(_, user), _| {
                each(UserId(user))?;
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// Addresses of this shop's people.
    pub fn each_by_email(&self, mut each: impl FnMut(&str, UserId) -> Result<()>) -> Result<()> {
        self.tx.walk::<(&str, u32), u32, (&str, u32)>(
            PEOPLE_BY_EMAIL,
            ..,
            |(email, tenant), user| {
                if tenant == self.tenant {
                    each(email, UserId(user))?;
                }
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// Unix users of this shop's people.
    pub fn each_by_unix(&self, mut each: impl FnMut(u32, UserId) -> Result<()>) -> Result<()> {
        self.tx
            .walk::<(u32, u32), u32, (u32, u32)>(PEOPLE_BY_UNIX, .., |(uid, tenant), user| {
                if tenant == self.tenant {
                    each(uid, UserId(user))?;
                }
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Badges of this shop's people.
    pub fn each_badge(&self, mut each: impl FnMut(&Print, UserId) -> Result<()>) -> Result<()> {
        self.tx
            .walk::<&Print, (u32, u32), &Print>(BADGES, .., |print, (tenant, user)| {
                if tenant == self.tenant {
                    each(print, UserId(user))?;
                }
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Sign-ins that name this shop.
    pub fn each_sign_in(&self, mut each: impl FnMut(&Print, SignIn) -> Result<()>) -> Result<()> {
        self.tx
            .walk::<&Print, &[u8], &Print>(SIGN_INS.definition(), .., |print, bytes| {
                let sign_in: SignIn = unpack(bytes)?;
                if sign_in.tenant.0 == self.tenant {
                    each(print, sign_in)?;
                }
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Sign-ins by number.
    pub fn each_sign_in_id(&self, mut each: impl FnMut(u64, &Print) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &Print, (u32, u64)>(SIGN_INS_BY_ID, all, |(_, id), print| {
                each(id, print)?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Codes of this shop's invitations.
    pub fn each_code(&self, mut each: impl FnMut(&Print, u64) -> Result<()>) -> Result<()> {
        self.tx.walk::<&Print, (u32, u64), &Print>(
            INVITATIONS_BY_CODE,
            ..,
            |print, (tenant, id)| {
                if tenant == self.tenant {
                    each(print, id)?;
                }
                Ok(ControlFlow::Continue(()))
            },
        )
    }
}
