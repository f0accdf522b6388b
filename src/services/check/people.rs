//! People against their own rules: whatever lets somebody in belongs to a person who is there, every
//! index agrees with what it finds, and the audit log has no gaps in its order.

use std::collections::BTreeMap;

use super::Findings;
use crate::domain::{Person, Role, UserId};
use crate::error::Result;
use crate::store::Shop;
use crate::store::people::folded_email;

const AREA: &str = "people";

/// Everybody by number; the rest is compared with them.
type Everybody = BTreeMap<UserId, Person>;

/// Every invariant of a shop's people and of its audit log.
pub(super) fn check(shop: &Shop<'_>, findings: &mut Findings) -> Result<()> {
    let mut everybody = Everybody::new();
    shop.each_person(|person| {
        findings.seen();
        everybody.insert(person.id, person);
        Ok(())
    })?;
    let there = |user: UserId| everybody.get(&user).is_some_and(|of| of.removed.is_none());
    let owned = everybody
        .values()
        .any(|of| of.removed.is_none() && of.role == Some(Role::Owner));
    findings.expect(everybody.is_empty() || owned, AREA, || {
        "There are people, but none of them is an owner.".into()
    });
    let highest = everybody.keys().next_back().map_or(0, |id| u64::from(id.0));
    given(shop, findings, "user", highest)?;
    addresses(shop, &everybody, findings)?;
    credentials(shop, &there, findings)?;
    sign_ins(shop, &everybody, findings)?;
    invitations(shop, &there, findings)?;
    shop.each_whereabouts(|user| {
        findings.expect(there(user), AREA, || {
            format!("Person {user} is not there, but where the person was is remembered.")
        });
        Ok(())
    })
}

fn given(shop: &Shop<'_>, findings: &mut Findings, what: &'static str, highest: u64) -> Result<()> {
    let last = shop.last_given(what)?;
    findings.expect(last >= highest, "numbers", || {
        format!("The highest {what} is {highest}, but only {last} were given.")
    });
    Ok(())
}

/// The indexes by address and by Unix user, both ways.
fn addresses(shop: &Shop<'_>, everybody: &Everybody, findings: &mut Findings) -> Result<()> {
    let mut listed = 0usize;
    shop.each_by_email(|email, user| {
        listed += 1;
        let right = everybody
            .get(&user)
            .is_some_and(|of| of.removed.is_none() && folded_email(&of.email) == email);
        findings.expect(right, AREA, || {
            format!("An address is listed for person {user}, whose it is not.")
        });
        Ok(())
    })?;
    let there = everybody.values().filter(|of| of.removed.is_none());
    findings.expect(listed == there.clone().count(), AREA, || {
        format!(
            "{} people are there, of whom {listed} are found by address.",
            there.clone().count()
        )
    });
    let mut listed = 0usize;
    shop.each_by_unix(|uid, user| {
        listed += 1;
        let right = everybody
            .get(&user)
            .is_some_and(|of| of.removed.is_none() && of.unix == Some(uid));
        findings.expect(right, AREA, || {
            format!("Unix user {uid} is listed for person {user}, who is another.")
        });
        Ok(())
    })?;
    let mapped = there.filter(|of| of.unix.is_some()).count();
    findings.expect(listed == mapped, AREA, || {
        format!("{mapped} people are mapped to Unix users, of whom {listed} are found by them.")
    });
    Ok(())
}

/// Nobody who has left comes in, and each badge is one person's.
fn credentials(
    shop: &Shop<'_>,
    there: &impl Fn(UserId) -> bool,
    findings: &mut Findings,
) -> Result<()> {
    let mut badges = BTreeMap::new();
    shop.each_credentials(|user, credentials| {
        findings.seen();
        findings.expect(there(user), AREA, || {
            format!("There are credentials of person {user}, who is not there.")
        });
        for hash in [&credentials.password, &credentials.pin]
            .into_iter()
            .flatten()
        {
            findings.expect(hash.starts_with("$argon2"), AREA, || {
                format!("A credential of person {user} is not a hash.")
            });
        }
        badges.extend(credentials.badge.map(|badge| (badge, user)));
        Ok(())
    })?;
    let mut listed = 0usize;
    shop.each_badge(|print, user| {
        listed += 1;
        findings.expect(badges.get(print) == Some(&user), AREA, || {
            format!("A badge is listed for person {user}, whose it is not.")
        });
        Ok(())
    })?;
    findings.expect(listed == badges.len(), AREA, || {
        format!("{} badges, of which {listed} are found.", badges.len())
    });
    Ok(())
}

/// Sign-ins of people, open ones only of those who are there, and the index by number both ways.
fn sign_ins(shop: &Shop<'_>, everybody: &Everybody, findings: &mut Findings) -> Result<()> {
    let mut found = BTreeMap::new();
    shop.each_sign_in(|print, sign_in| {
        findings.seen();
        let (id, user) = (sign_in.id, sign_in.user);
        let whose = everybody.get(&user);
        findings.expect(whose.is_some(), AREA, || {
            format!("Sign-in {id} is of person {user}, who is not there.")
        });
        let left = whose.is_some_and(|of| of.removed.is_some());
        findings.expect(!left || sign_in.ended.is_some(), AREA, || {
            format!("Sign-in {id} of person {user} is open, but the person has left.")
        });
        findings.expect(found.insert(id, *print).is_none(), AREA, || {
            format!("There are two sign-ins {id}.")
        });
        Ok(())
    })?;
    let highest = found.keys().next_back().copied().unwrap_or(0);
    given(shop, findings, "sign-in", highest)?;
    let mut listed = 0usize;
    shop.each_sign_in_id(|id, print| {
        listed += 1;
        findings.expect(found.get(&id) == Some(print), AREA, || {
            format!("Sign-in {id} is listed under a secret that is not its own.")
        });
        Ok(())
    })?;
    findings.expect(listed == found.len(), AREA, || {
        format!(
            "{} sign-ins, of which {listed} are found by number.",
            found.len()
        )
    });
    Ok(())
}

/// Codes find their invitations, and those for a new password are of people who are there.
fn invitations(
    shop: &Shop<'_>,
    there: &impl Fn(UserId) -> bool,
    findings: &mut Findings,
) -> Result<()> {
    let mut codes = BTreeMap::new();
    for invitation in shop.invitations()? {
        findings.seen();
        let id = invitation.id;
        findings.expect(invitation.user.is_none_or(there), AREA, || {
            format!("Code {id} is for a new password of a person who is not there.")
        });
        codes.insert(id, invitation.code);
    }
    let highest = codes.keys().next_back().copied().unwrap_or(0);
    given(shop, findings, "invitation", highest)?;
    let mut listed = 0usize;
    shop.each_code(|print, id| {
        listed += 1;
        findings.expect(codes.get(&id) == Some(print), AREA, || {
            format!("A code is listed for invitation {id}, which has another.")
        });
        Ok(())
    })?;
    findings.expect(listed == codes.len(), AREA, || {
        format!(
            "{} invitations, of which {listed} are found by code.",
            codes.len()
        )
    });
    Ok(())
}

/// Entries stand under their own numbers, none beyond the last that was given.
pub(super) fn audit(shop: &Shop<'_>, findings: &mut Findings) -> Result<()> {
    let mut highest = 0;
    shop.each_audit(|id, entry| {
        findings.seen();
        findings.expect(entry.id == id, "audit", || {
            format!(
                "Entry {id} of the audit log says that it is entry {}.",
                entry.id
            )
        });
        highest = id;
        Ok(())
    })?;
    let last = shop.last_given("audit")?;
    findings.expect(last >= highest, "audit", || {
        format!("The latest entry of the audit log is {highest}, but only {last} were given.")
    });
    Ok(())
}
