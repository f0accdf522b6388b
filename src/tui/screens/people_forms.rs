//! What is asked about people: invitations, roles, tokens, Unix users.

use crate::api::OfficeRequest;
use crate::domain::{Grants, PersonRow, Role, UserId};
use crate::tui::widgets::form::Form;

/// The manager's grants, as they are offered.
const GRANTS: [&str; 4] = ["nothing", "inventory", "orders", "both"];

/// Something is being typed.
#[derive(Debug)]
pub(super) enum Asking {
    Invite(Form),
    Role(Form, UserId),
    Remove(Form, UserId),
    Token(Form),
    Unix(Form, UserId),
}

fn roles() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.word()).collect()
}

fn grants(at: usize) -> Grants {
    Grants {
        inventory: at == 1 || at == 3,
        orders: at == 2 || at == 3,
    }
}

fn grants_at(grants: Grants) -> usize {
    match (grants.inventory, grants.orders) {
        (false, false) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (true, true) => 3,
    }
}

impl Asking {
    pub(super) fn invite() -> Self {
        Self::Invite(
            Form::new("Invite a person")
                .text("E-mail", "")
                .choice("Role", &roles(), 2)
                .choice("A manager changes", &GRANTS, 0)
                .text("Days it works", "3"),
        )
    }

    pub(super) fn role(row: &PersonRow) -> Self {
        let mut choices = roles();
        choices.push("none");
        let at = row.person.role.map_or(choices.len() - 1, |role| {
            Role::ALL.iter().position(|one| *one == role).unwrap_or(0)
        });
        let form = Form::new(format!("Role of {}", row.person.name))
            .choice("Role", &choices, at)
            .choice("A manager changes", &GRANTS, grants_at(row.person.grants));
        Self::Role(form, row.person.id)
    }

    pub(super) fn remove(row: &PersonRow) -> Self {
        let form = Form::new(format!("Remove {}", row.person.name))
            .about("This cannot be undone. All sign-ins and tokens end at once;")
            .about("what the person did stays in the ledger.")
            .choice("Remove", &["no", "yes"], 0);
        Self::Remove(form, row.person.id)
    }

    pub(super) fn token() -> Self {
        Self::Token(
            Form::new("A token for scripts")
                .text("What for", "")
                .choice("Role", &roles(), 4)
                .choice("A manager changes", &GRANTS, 0)
                .text("Days it works", "90"),
        )
    }

    pub(super) fn unix(row: &PersonRow) -> Self {
        let now = row
            .person
            .unix
            .map_or_else(String::new, |uid| uid.to_string());
        let form = Form::new(format!("Unix user of {}", row.person.name))
            .about("Scripts of this Unix user come in as the person. Empty: none.")
            .text("Number", &now);
        Self::Unix(form, row.person.id)
    }

    pub(super) const fn form(&self) -> &Form {
        match self {
            Self::Invite(form)
            | Self::Token(form)
            | Self::Role(form, _)
            | Self::Remove(form, _)
            | Self::Unix(form, _) => form,
        }
    }

    pub(super) const fn form_mut(&mut self) -> &mut Form {
        match self {
            Self::Invite(form)
            | Self::Token(form)
            | Self::Role(form, _)
            | Self::Remove(form, _)
            | Self::Unix(form, _) => form,
        }
    }
}

/// The request of a form, or what is wrong with it.
pub(super) fn asked(asking: &Asking) -> Result<OfficeRequest, &'static str> {
    const DAYS: &str = "The days are a number.";
    let role = |form: &Form| Role::ALL.get(form.chosen(1)).copied();
    let days = |form: &Form| form.value(3).trim().parse::<u16>().map_err(|_| DAYS);
    Ok(match asking {
        Asking::Invite(form) => OfficeRequest::Invite {
            email: form.value(0),
            role: role(form).ok_or("Choose a role.")?,
            grants: grants(form.chosen(2)),
            days: days(form)?,
        },
        Asking::Token(form) => OfficeRequest::MakeToken {
            name: form.value(0),
            role: role(form).ok_or("Choose a role.")?,
            grants: grants(form.chosen(2)),
            days: days(form)?,
        },
        Asking::Role(form, user) => OfficeRequest::SetRole {
            user: *user,
            role: Role::ALL.get(form.chosen(0)).copied(),
            grants: grants(form.chosen(1)),
        },
        Asking::Remove(form, user) => {
            if form.chosen(0) != 1 {
                return Err("Choose yes with the arrow to remove, Esc to leave it.");
            }
            OfficeRequest::Remove { user: *user }
        }
        Asking::Unix(form, user) => {
            let number = form.value(0);
            let number = number.trim();
            let unix = if number.is_empty() {
                None
            } else {
                Some(
                    number
                        .parse()
                        .map_err(|_| "Give the number; `id -u NAME` says it.")?,
                )
            };
            OfficeRequest::MapUnix { user: *user, unix }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::key::{Code, Key};

    #[test]
    fn what_is_typed_becomes_a_request() {
        let mut asking = Asking::invite();
        let form = asking.form_mut();
        form.paste("ben@corner.example");
        form.on(Key::plain(Code::Enter));
        form.on(Key::char('m'));
        form.on(Key::plain(Code::Enter));
        form.on(Key::char('b'));
        let request = asked(&asking).expect("an invitation");
        let OfficeRequest::Invite {
            email,
            role,
            grants,
            days,
        } = request
        else {
            panic!("{request:?}");
        };
        assert_eq!(
            (email.as_str(), role, days),
            ("ben@corner.example", Role::Manager, 3)
        );
        assert!(grants.inventory && grants.orders);
        asking.form_mut().on(Key::plain(Code::Enter));
        asking.form_mut().on(Key::char('x'));
        assert!(asked(&asking).is_err(), "3x is no number");
    }
}
