//! Requests about people, settings and the audit log, each as one verb of the services.

use crate::api::{Answer, Invited, OfficeRequest, Reply};
use crate::domain::Scope;
use crate::error::Result;
use crate::services::App;
use crate::services::people::{Entry, Threshold};

/// Answers; `who` says in whose name.
pub(super) fn answer(
    app: &App,
    door: &Threshold,
    request: OfficeRequest,
    who: &dyn Fn() -> Result<(Entry, Scope)>,
) -> Answer {
    match request {
        OfficeRequest::Accounts => return Ok(Reply::Accounts(app.accounts(door)?)),
        OfficeRequest::ResetByOperator { shop, email } => {
            let shop = shop.as_deref().or(door.shop.as_deref());
            let (invitation, shop, code) = app.reset_by_operator(door, shop, &email)?;
            return Ok(Reply::Invited(Box::new(Invited {
                invitation,
                shop,
                code,
            })));
        }
        _ => {}
    }
    let (own, scope) = who()?;
    let scope = &scope;
    match request {
        OfficeRequest::People => return Ok(Reply::People(Box::new(app.people(scope, &own)?))),
        OfficeRequest::Invite {
            email,
            role,
            grants,
            days,
        } => {
            let made = app.invite(scope, door, &email, role, grants, days)?;
            return invited(app, scope, made);
        }
        OfficeRequest::Reset { user } => {
            let made = app.reset_password(scope, door, user)?;
            return invited(app, scope, made);
        }
        OfficeRequest::MakeToken {
            name,
            role,
            grants,
            days,
        } => {
            let token = app.make_token(scope, door, &name, role, grants, days)?;
            return Ok(Reply::Secret(token));
        }
        OfficeRequest::MakeBadge { user } => {
            return Ok(Reply::Secret(app.make_badge(scope, door, user)?));
        }
        OfficeRequest::Settings => {
            let (name, settings) = app.settings(scope)?;
            return Ok(Reply::Settings {
                name,
                settings: Box::new(settings),
            });
        }
        OfficeRequest::TestAlert => return Ok(Reply::Text(app.test_alert(scope, door)?)),
        OfficeRequest::Audit {
            query,
            before,
            rows,
            export,
        } => {
            let page = app.audit(scope, door, &query, before, usize::from(rows), export)?;
            return Ok(Reply::Audit(Box::new(page)));
        }
        OfficeRequest::RevokeInvitation { id } => app.revoke_invitation(scope, door, id)?,
        OfficeRequest::SetRole { user, role, grants } => {
            app.set_role(scope, door, user, role, grants)?;
        }
        OfficeRequest::Remove { user } => app.remove_person(scope, door, user)?,
        OfficeRequest::EndSignIn { id } => app.end_sign_in(scope, door, id)?,
        OfficeRequest::MapUnix { user, unix } => app.map_unix(scope, door, user, unix)?,
        OfficeRequest::SetName { name } => app.set_name(scope, &name)?,
        OfficeRequest::SetPassword { password } => {
            app.set_password(scope, door, &own, &password)?;
        }
        OfficeRequest::SetPin { pin } => app.set_pin(scope, door, pin.as_ref())?,
        OfficeRequest::SetSettings { name, settings } => {
            app.set_settings(scope, door, &name, *settings)?;
        }
        OfficeRequest::Accounts | OfficeRequest::ResetByOperator { .. } => {}
    }
    Ok(Reply::Done)
}

fn invited(
    app: &App,
    scope: &Scope,
    (invitation, code): (crate::domain::InvitationRow, crate::domain::Secret),
) -> Answer {
    let (shop, _) = app.settings(scope)?;
    Ok(Reply::Invited(Box::new(Invited {
        invitation,
        shop,
        code,
    })))
}
