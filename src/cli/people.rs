//! `brickops user ...`, `brickops token ...`

use super::account::{unix_number, welcome};
use super::asking::{Passwords, ask};
use super::caller::{Caller, unexpected};
use super::connect::Place;
use super::output::Out;
use super::verbs::{RoleName, TokenCommand, UserCommand, grants};
use super::{Ending, json};
use crate::api::{DoorRequest, Invited, OfficeRequest, Reply};
use crate::domain::{Entrance, Grants, PersonRow, Role, Secret, SignInRow};
use crate::error::Result;

/// Runs a command about people.
pub fn user(
    place: &Place,
    command: &UserCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    if let UserCommand::Join { code, name } = command {
        return join(place, code.as_ref(), name, passwords, out);
    }
    let caller = Caller::connect(place, passwords)?;
    match command {
        UserCommand::List => list(&caller, out)?,
        UserCommand::Invitations => invitations(&caller, out)?,
        UserCommand::Sessions => sessions(&caller, out, |row| !is_token(row))?,
        UserCommand::Password => {
            // The one that holds comes first, also on standard input.
            passwords.password("Your password now: ")?;
            let password = passwords.choose("BRICKOPS_NEW_PASSWORD", "A new password: ")?;
            caller.arrange(OfficeRequest::SetPassword { password })?;
            out.note("Your password has changed. Your other sign-ins have ended.");
        }
        UserCommand::Pin { none: true } => {
            caller.arrange(OfficeRequest::SetPin { pin: None })?;
            out.note("You have no PIN any more.");
        }
        UserCommand::Pin { none: false } => {
            caller.me()?;
            passwords.password("Your password: ")?;
            let pin = passwords.choose("BRICKOPS_NEW_PIN", "A PIN, 4 to 8 digits: ")?;
            caller.arrange(OfficeRequest::SetPin { pin: Some(pin) })?;
            out.note(
                "Your PIN is set. It works at stations that a password unlocked the same day.",
            );
        }
        UserCommand::Name { name } => {
            caller.arrange(OfficeRequest::SetName { name: name.clone() })?;
            out.note("Your name has changed.");
        }
        other => staff(&caller, other, out)?,
    }
    Ok(Ending::Done)
}

/// What an owner arranges for others.
fn staff(caller: &Caller<'_>, command: &UserCommand, out: &Out) -> Result<()> {
    match command {
        UserCommand::Invite {
            email,
            role,
            grant,
            days,
        } => {
            let invited = caller.office(OfficeRequest::Invite {
                email: email.clone(),
                role: (*role).into(),
                grants: grants(grant),
                days: *days,
            })?;
            slip(invited, out)
        }
        UserCommand::Reset {
            email,
            operator: true,
        } => {
            let invited = caller.office(OfficeRequest::ResetByOperator {
                shop: None,
                email: email.clone(),
            })?;
            slip(invited, out)
        }
        UserCommand::Reset { email, .. } => {
            let user = caller.user(email)?;
            slip(caller.office(OfficeRequest::Reset { user })?, out)
        }
        UserCommand::Revoke { id } => {
            caller.arrange(OfficeRequest::RevokeInvitation { id: *id })?;
            out.note("The code is void.");
            Ok(())
        }
        UserCommand::Role {
            email, role, grant, ..
        } => set_role(caller, email, *role, grants(grant), out),
        UserCommand::Remove { email } => {
            let user = caller.user(email)?;
            caller.arrange(OfficeRequest::Remove { user })?;
            out.note(format!(
                "{email} has been removed; all sign-ins have ended."
            ));
            Ok(())
        }
        UserCommand::Badge { email } => {
            let user = match email {
                Some(email) => caller.user(email)?,
                None => caller.me()?.user,
            };
            let badge = secret(caller.office(OfficeRequest::MakeBadge { user })?)?;
            if out.json() {
                out.document(&json::Badge {
                    badge: badge.reveal().to_owned(),
                });
            } else {
                out.line(badge.reveal());
                out.note("Print this as a bar code (Code 128). The badge before it is void.");
            }
            Ok(())
        }
        UserCommand::Map { email, unix, .. } => {
            let user = caller.user(email)?;
            let unix = unix.as_deref().map(unix_number).transpose()?;
            caller.arrange(OfficeRequest::MapUnix { user, unix })?;
            out.note(match unix {
                Some(number) => format!("Scripts of Unix user {number} come in as {email}."),
                None => format!("No Unix user comes in as {email} any more."),
            });
            Ok(())
        }
        UserCommand::End { id } => {
            caller.arrange(OfficeRequest::EndSignIn { id: *id })?;
            out.note("The sign-in has ended.");
            Ok(())
        }
        _ => Err(unexpected()),
    }
}

fn set_role(
    caller: &Caller<'_>,
    email: &str,
    role: Option<RoleName>,
    grants: Grants,
    out: &Out,
) -> Result<()> {
    let user = caller.user(email)?;
    let role: Option<Role> = role.map(Into::into);
    caller.arrange(OfficeRequest::SetRole { user, role, grants })?;
    out.note(match role {
        Some(role) => format!("{email} is {} from now on.", role.word()),
        None => format!("{email} has no role any more."),
    });
    Ok(())
}

fn secret(reply: Reply) -> Result<Secret> {
    match reply {
        Reply::Secret(secret) => Ok(secret),
        _ => Err(unexpected()),
    }
}

fn join(
    place: &Place,
    code: Option<&String>,
    name: &str,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let code = match code {
        Some(code) => code.clone(),
        None => ask(out, "Your code", "--code", None)?,
    };
    let password = passwords.choose_first("A password, 10 characters or more: ")?;
    let caller = Caller::connect(&place.nobody(), passwords)?;
    let signed_in = caller.come_in(DoorRequest::UseCode {
        code: Secret::new(code),
        name: name.to_owned(),
        password,
    })?;
    welcome(place, &signed_in, "Welcome", out)
}

/// What is handed to the person, on paper or by message.
fn slip(reply: Reply, out: &Out) -> Result<()> {
    let Reply::Invited(invited) = reply else {
        return Err(unexpected());
    };
    if out.json() {
        out.document(&json::Invited::from(&*invited));
    } else {
        out.line(slip_text(&invited));
    }
    Ok(())
}

/// The slip as text, also for printing from the screens.
fn slip_text(invited: &Invited) -> String {
    let row = &invited.invitation;
    let what = row.role.map_or_else(
        || "A new password".to_owned(),
        |role| format!("Invitation as {}", role.word()),
    );
    format!(
        "{}\n{what} for {}\n\n    {}\n\nUse it once, until {}:\non the sign-in screen under \"I have a code\", or with\n    brickops user join --name \"Your name\"",
        invited.shop,
        row.email,
        invited.code.reveal(),
        json::time(row.expires)
    )
}

fn list(caller: &Caller<'_>, out: &Out) -> Result<()> {
    let people = caller.people()?.people;
    if out.json() {
        let rows: Vec<json::Person> = people.iter().map(json::Person::from).collect();
        out.document(&rows);
        return Ok(());
    }
    for row in &people {
        out.line(person_line(row));
    }
    Ok(())
}

fn person_line(row: &PersonRow) -> String {
    let person = &row.person;
    let role = person.role.map_or("no role", Role::word);
    let granted = match (person.role, person.grants.inventory, person.grants.orders) {
        (Some(Role::Manager), true, true) => " (inventory, orders)",
        (Some(Role::Manager), true, false) => " (inventory)",
        (Some(Role::Manager), false, true) => " (orders)",
        (Some(Role::Manager), false, false) => " (nothing granted)",
        _ => "",
    };
    let active = person.active.map_or("never active".to_owned(), |at| {
        format!("active {}", json::time(at))
    });
    let locked = row.locked.map_or_else(String::new, |at| {
        format!("  locked until {}", json::time(at))
    });
    format!(
        "{:30}  {:20}  {role}{granted}  {active}, {} signed in{locked}",
        person.email, person.name, row.signed_in
    )
}

fn invitations(caller: &Caller<'_>, out: &Out) -> Result<()> {
    let waiting = caller.people()?.invitations;
    if out.json() {
        let rows: Vec<json::Invitation> = waiting.iter().map(json::Invitation::from).collect();
        out.document(&rows);
        return Ok(());
    }
    if waiting.is_empty() {
        out.note("No invitation waits. Make one with `brickops user invite`.");
    }
    for row in waiting {
        let role = row.role.map_or("new password", Role::word);
        out.line(format!(
            "{:4}  {:30}  {role}, by {}, until {}",
            row.id,
            row.email,
            row.by,
            json::time(row.expires)
        ));
    }
    Ok(())
}

const fn is_token(row: &SignInRow) -> bool {
    matches!(row.entrance, Entrance::Token(_))
}

fn sessions(caller: &Caller<'_>, out: &Out, which: impl Fn(&SignInRow) -> bool) -> Result<()> {
    let rows = caller.people()?.sign_ins;
    let rows: Vec<&SignInRow> = rows.iter().filter(|row| which(row)).collect();
    if out.json() {
        let rows: Vec<json::SignIn> = rows.into_iter().map(json::SignIn::from).collect();
        out.document(&rows);
        return Ok(());
    }
    for row in rows {
        let own = if row.own { "  (this one)" } else { "" };
        let role = row
            .role
            .map_or_else(String::new, |role| format!(" as {}", role.word()));
        out.line(format!(
            "{:4}  {:20}  {}{role}  {}  since {}, used {}, until {}{own}",
            row.id,
            row.name,
            row.entrance.words(),
            row.place,
            json::time(row.started),
            json::time(row.seen),
            json::time(row.expires)
        ));
    }
    Ok(())
}

/// Runs a command about tokens.
pub fn token(
    place: &Place,
    command: &TokenCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    match command {
        TokenCommand::Make {
            name,
            role,
            grant,
            days,
        } => {
            let token = secret(caller.office(OfficeRequest::MakeToken {
                name: name.clone(),
                role: (*role).into(),
                grants: grants(grant),
                days: *days,
            })?)?;
            if out.json() {
                out.document(&json::Token {
                    token: token.reveal().to_owned(),
                });
            } else {
                out.line(token.reveal());
                out.note("It is shown only now. Scripts give it in BRICKOPS_TOKEN.");
            }
        }
        TokenCommand::List => sessions(&caller, out, is_token)?,
        TokenCommand::Revoke { id } => {
            caller.arrange(OfficeRequest::EndSignIn { id: *id })?;
            out.note("The token is void.");
        }
    }
    Ok(Ending::Done)
}
