//! What owners arrange: invitations, roles, removals, tokens, Unix users, new passwords.

use brickops::domain::{AuditKind, Entrance, Grants, Role, Scope};
use brickops::error::Kind;
use brickops::services::people::{Entry, Threshold};

use super::setup::{
    NO_GRANTS, NOBODY, PASSWORD, Server, console, door, draft, refused, secret, server,
};

const BOTH: Grants = Grants {
    inventory: true,
    orders: true,
};

fn invite(
    server: &Server,
    by: &Entry,
    email: &str,
) -> brickops::error::Result<brickops::domain::Secret> {
    server
        .app
        .invite(&server.scope(by), &console(), email, Role::Manager, BOTH, 7)
        .map(|(_, code)| code)
}

fn use_code(server: &Server, code: &str, name: &str) -> brickops::error::Result<Entry> {
    server
        .app
        .use_code(&door("new"), &secret(code), name, &secret(PASSWORD))
        .map(|(entry, _)| entry)
}

#[test]
fn an_invitation_is_used_once() {
    let (server, ana) = server();
    let (row, code) = server
        .app
        .invite(
            &server.scope(&ana),
            &console(),
            "Bo@example.org",
            Role::Manager,
            BOTH,
            7,
        )
        .expect("an invitation");
    assert_eq!(
        (row.email.as_str(), row.role, row.by.as_str()),
        ("Bo@example.org", Some(Role::Manager), "ana")
    );
    let people = server
        .app
        .people(&server.scope(&ana), &ana)
        .expect("people");
    assert_eq!(people.invitations, [row]);
    refused(use_code(&server, code.reveal(), " "), Kind::Invalid);
    let short = server
        .app
        .use_code(&door("new"), &code, "Bo", &secret("short"));
    refused(short, Kind::Invalid);
    let typed = code.reveal().to_lowercase().replace('-', " ");
    let bo = use_code(&server, &typed, "Bo").expect("Bo");
    let me = server.app.me(&bo, false).expect("Bo");
    assert_eq!(
        (me.name.as_str(), me.role, me.grants),
        ("Bo", Some(Role::Manager), BOTH)
    );
    refused(
        use_code(&server, code.reveal(), "Bo"),
        Kind::Unauthenticated,
    );
    server
        .sign_in(&door("x"), "bo@EXAMPLE.org", PASSWORD)
        .expect("in");
    refused(invite(&server, &ana, "BO@example.org"), Kind::Conflict);
    server.was_noted(
        &ana,
        AuditKind::Invited,
        "Bo@example.org as manager + inventory + orders",
    );
    server.was_noted(
        &ana,
        AuditKind::InvitationUsed,
        "Bo@example.org as manager + inventory + orders",
    );
    server.sound();
}

#[test]
fn invitations_end() {
    let (server, ana) = server();
    let scope = server.scope(&ana);
    for days in [0, 31] {
        let made = server.app.invite(
            &scope,
            &console(),
            "bo@example.org",
            Role::Viewer,
            NO_GRANTS,
            days,
        );
        refused(made, Kind::Invalid);
    }
    let first = invite(&server, &ana, "bo@example.org").expect("one");
    let second = invite(&server, &ana, "bo@example.org").expect("another");
    refused(
        use_code(&server, first.reveal(), "Bo"),
        Kind::Unauthenticated,
    );
    let people = server.app.people(&scope, &ana).expect("people");
    assert_eq!(people.invitations.len(), 1, "the latest counts");
    let id = people.invitations[0].id;
    server
        .app
        .revoke_invitation(&scope, &console(), id)
        .expect("revoked");
    refused(
        server.app.revoke_invitation(&scope, &console(), id),
        Kind::NotFound,
    );
    refused(
        use_code(&server, second.reveal(), "Bo"),
        Kind::Unauthenticated,
    );
    let third = invite(&server, &ana, "bo@example.org").expect("a third");
    server.wait(7 * 86_400);
    refused(
        use_code(&server, third.reveal(), "Bo"),
        Kind::Unauthenticated,
    );
    server.sound();
}

#[test]
fn codes_cannot_be_guessed_for_long() {
    let (server, ana) = server();
    let code = invite(&server, &ana, "bo@example.org").expect("an invitation");
    for _ in 0..6 {
        refused(
            use_code(&server, "AAAA-BBBB-CCCC-DDDD", "Eve"),
            Kind::Unauthenticated,
        );
    }
    refused(use_code(&server, code.reveal(), "Bo"), Kind::RateLimited);
    server.wait(1);
    use_code(&server, code.reveal(), "Bo").expect("Bo");
}

#[test]
fn an_invitation_of_somebody_who_is_no_owner_any_more() {
    let (server, ana) = server();
    let eve = server.join(&ana, "eve@example.org", Role::Owner, NO_GRANTS);
    let code = invite(&server, &eve, "friend@example.org").expect("an invitation");
    server
        .app
        .set_role(
            &server.scope(&ana),
            &console(),
            eve.user,
            Some(Role::Viewer),
            NO_GRANTS,
        )
        .expect("a viewer");
    refused(
        use_code(&server, code.reveal(), "Friend"),
        Kind::Unauthenticated,
    );
}

#[test]
fn people_and_credentials_ask_for_the_password() {
    let (server, ana) = server();
    let scope = server.app.scope(&ana).expect("in");
    assert!(!scope.confirmed);
    let (app, here) = (&server.app, &console());
    refused(
        app.invite(&scope, here, "bo@example.org", Role::Viewer, NO_GRANTS, 1),
        Kind::Unconfirmed,
    );
    refused(
        app.reset_password(&scope, here, ana.user),
        Kind::Unconfirmed,
    );
    refused(app.revoke_invitation(&scope, here, 1), Kind::Unconfirmed);
    refused(
        app.set_role(&scope, here, ana.user, None, NO_GRANTS),
        Kind::Unconfirmed,
    );
    refused(app.remove_person(&scope, here, ana.user), Kind::Unconfirmed);
    refused(
        app.make_token(&scope, here, "cron", Role::Viewer, NO_GRANTS, 1),
        Kind::Unconfirmed,
    );
    refused(
        app.map_unix(&scope, here, ana.user, None),
        Kind::Unconfirmed,
    );
    refused(
        app.set_password(&scope, here, &ana, &secret("another horse")),
        Kind::Unconfirmed,
    );
    refused(app.make_badge(&scope, here, ana.user), Kind::Unconfirmed);
    app.set_name(&scope, " Ana  ")
        .expect("a name needs no password");
    assert_eq!(app.me(&ana, false).expect("Ana").name, "Ana");
}

#[test]
fn roles_change_at_once_and_the_last_owner_stays() {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Manager, BOTH);
    let set = |by: &Entry, user, role, grants| {
        server
            .app
            .set_role(&server.scope(by), &console(), user, role, grants)
    };
    set(&ana, bo.user, Some(Role::Picker), BOTH).expect("a picker");
    let scope = server.app.scope(&bo).expect("in");
    assert_eq!((scope.role, scope.grants), (Some(Role::Picker), NO_GRANTS));
    server.was_noted(
        &ana,
        AuditKind::RoleChanged,
        "bo@example.org from manager + inventory + orders to picker",
    );
    refused(
        set(&ana, ana.user, Some(Role::Manager), BOTH),
        Kind::Conflict,
    );
    refused(set(&ana, ana.user, None, NO_GRANTS), Kind::Conflict);
    refused(
        server
            .app
            .remove_person(&server.scope(&ana), &console(), ana.user),
        Kind::Conflict,
    );
    refused(set(&ana, NOBODY, Some(Role::Owner), BOTH), Kind::NotFound);
    refused(set(&bo, bo.user, Some(Role::Owner), BOTH), Kind::Forbidden);
    set(&ana, bo.user, Some(Role::Owner), BOTH).expect("a second owner");
    set(&bo, ana.user, None, NO_GRANTS).expect("the first is no owner any more");
    refused(set(&ana, bo.user, None, NO_GRANTS), Kind::Forbidden);
    refused(set(&bo, bo.user, None, NO_GRANTS), Kind::Conflict);
    server.sound();
}

#[test]
fn whoever_is_removed_is_gone_and_may_come_back_as_somebody_new() {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Owner, NO_GRANTS);
    let token = server
        .app
        .make_token(
            &server.scope(&bo),
            &console(),
            "cron",
            Role::Viewer,
            NO_GRANTS,
            30,
        )
        .expect("a token");
    let script = server.app.resume(&door("cron"), &token).expect("a script");
    server
        .app
        .map_unix(&server.scope(&ana), &console(), bo.user, Some(1_000))
        .expect("mapped");
    let (job, _) = server
        .app
        .enter_as_unix(&door("job"))
        .expect("asked")
        .expect("mapped");
    server
        .app
        .remove_person(&server.scope(&ana), &console(), bo.user)
        .expect("removed");
    for entry in [&bo, &script, &job] {
        refused(server.app.scope(entry), Kind::Unauthenticated);
    }
    assert_eq!(server.app.enter_as_unix(&door("job")).expect("asked"), None);
    refused(
        server.sign_in(&door("x"), "bo@example.org", PASSWORD),
        Kind::Unauthenticated,
    );
    refused(
        server
            .app
            .remove_person(&server.scope(&ana), &console(), bo.user),
        Kind::NotFound,
    );
    server.sound();
    let again = server.join(&ana, "bo@example.org", Role::Viewer, NO_GRANTS);
    assert!(again.user > bo.user, "numbers are never given again");
    refused(server.app.scope(&script), Kind::Unauthenticated);
    server.sound();
}

#[test]
fn sign_ins_are_ended_by_whom_they_belong_to_and_by_owners() {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Viewer, NO_GRANTS);
    let other = server
        .sign_in(&door("home"), "bo@example.org", PASSWORD)
        .expect("in");
    let unconfirmed = |entry: &Entry| server.app.scope(entry).expect("in");
    let end = |by: &Entry, id: u64| server.app.end_sign_in(&unconfirmed(by), &console(), id);
    refused(end(&bo, ana.id), Kind::Forbidden);
    refused(end(&bo, 999), Kind::Forbidden);
    end(&bo, other.id).expect("one's own");
    refused(server.app.scope(&other), Kind::Unauthenticated);
    refused(end(&bo, other.id), Kind::NotFound);
    let people = server.app.people(&unconfirmed(&ana), &ana).expect("people");
    let row = people
        .sign_ins
        .iter()
        .find(|row| row.id == bo.id)
        .expect("listed");
    assert_eq!(
        (row.name.as_str(), row.place.as_str(), row.own),
        ("bo@example.org", "bo@example.org", false)
    );
    end(&ana, bo.id).expect("an owner");
    refused(server.app.scope(&bo), Kind::Unauthenticated);
    server.was_noted(
        &ana,
        AuditKind::SignInEnded,
        "bo@example.org at bo@example.org",
    );
    refused(end(&ana, 999), Kind::NotFound);
    server.sound();
}

#[test]
fn tokens_are_for_scripts() {
    let (server, ana) = server();
    let scope = server.scope(&ana);
    for days in [0, 367] {
        refused(
            server
                .app
                .make_token(&scope, &console(), "cron", Role::Viewer, BOTH, days),
            Kind::Invalid,
        );
    }
    refused(
        server
            .app
            .make_token(&scope, &console(), " ", Role::Viewer, BOTH, 1),
        Kind::Invalid,
    );
    let token = server
        .app
        .make_token(&scope, &console(), "cron", Role::Manager, BOTH, 366)
        .expect("a token");
    assert!(token.reveal().starts_with("brk_"));
    let script = server.app.resume(&door("cron"), &token).expect("a script");
    let as_script: Scope = server.app.scope(&script).expect("in");
    assert_eq!(
        (as_script.user, as_script.role, as_script.grants),
        (ana.user, Some(Role::Manager), BOTH)
    );
    let me = server.app.me(&script, false).expect("a script");
    assert_eq!(me.entrance, Entrance::Token("cron".into()));
    server.was_noted(&ana, AuditKind::SignedIn, "by token cron");
    server.app.resume(&door("cron"), &token).expect("again");
    let used = server
        .said(&ana)
        .iter()
        .filter(|(_, detail)| detail == "by token cron")
        .count();
    assert_eq!(used, 1, "once a day is enough");
    server
        .app
        .sign_out(&door("cron"), &script)
        .expect("the connection leaves");
    server.wait_days(300);
    server
        .app
        .resume(&door("cron"), &token)
        .expect("the token stays");
    // Its maker must be an owner all the time.
    let ana = server
        .sign_in(&door("x"), "ana@example.org", PASSWORD)
        .expect("in");
    let bo = server.join(&ana, "bo@example.org", Role::Owner, NO_GRANTS);
    let set = |by: &Entry, user, role| {
        server
            .app
            .set_role(&server.scope(by), &console(), user, role, NO_GRANTS)
            .expect("set");
    };
    set(&bo, ana.user, Some(Role::Manager));
    refused(server.app.scope(&script), Kind::Unauthenticated);
    set(&bo, ana.user, Some(Role::Owner));
    assert!(server.app.scope(&script).is_ok());
    server
        .app
        .end_sign_in(&server.app.scope(&bo).expect("in"), &console(), script.id)
        .expect("revoked");
    let e = refused(
        server.app.resume(&door("cron"), &token),
        Kind::Unauthenticated,
    );
    assert!(e.message.starts_with("This token was revoked"), "{e}");
    server.was_noted(&bo, AuditKind::TokenRevoked, "cron of ana");
    server.sound();
}

#[test]
fn a_token_runs_out() {
    let (server, ana) = server();
    let token = server
        .app
        .make_token(
            &server.scope(&ana),
            &console(),
            "cron",
            Role::Viewer,
            BOTH,
            1,
        )
        .expect("a token");
    server.wait(86_400);
    let e = refused(
        server.app.resume(&door("cron"), &token),
        Kind::Unauthenticated,
    );
    assert!(e.message.starts_with("This token has run out"), "{e}");
}

#[test]
fn unix_users_come_in_by_themselves() {
    let (server, ana) = server();
    let scope = server.scope(&ana);
    assert_eq!(server.app.enter_as_unix(&door("job")).expect("asked"), None);
    server
        .app
        .map_unix(&scope, &console(), ana.user, Some(1_000))
        .expect("mapped");
    let (entry, _) = server
        .app
        .enter_as_unix(&door("job"))
        .expect("asked")
        .expect("mapped");
    assert_eq!(
        server.app.me(&entry, false).expect("Ana").entrance,
        Entrance::Unix(1_000)
    );
    let (again, _) = server
        .app
        .enter_as_unix(&door("job"))
        .expect("asked")
        .expect("mapped");
    assert_eq!(again, entry, "a job of every minute is one sign-in");
    let station = Threshold {
        station: true,
        ..door("job")
    };
    assert_eq!(server.app.enter_as_unix(&station).expect("asked"), None);
    let bo = server.join(&ana, "bo@example.org", Role::Viewer, NO_GRANTS);
    refused(
        server
            .app
            .map_unix(&scope, &console(), bo.user, Some(1_000)),
        Kind::Conflict,
    );
    // In two shops: only with the shop named.
    let (eve, _) = server
        .app
        .open_account(&console(), draft("Studs", "eve@example.org"))
        .expect("a second shop");
    server
        .app
        .map_unix(&server.scope(&eve), &console(), eve.user, Some(1_000))
        .expect("mapped");
    assert_eq!(server.app.enter_as_unix(&door("job")).expect("asked"), None);
    let named = Threshold {
        shop: Some("studs".into()),
        ..door("job")
    };
    let (entry, _) = server
        .app
        .enter_as_unix(&named)
        .expect("asked")
        .expect("mapped");
    assert_eq!(entry.tenant, eve.tenant);
    server
        .app
        .map_unix(&server.scope(&eve), &console(), eve.user, None)
        .expect("no more");
    refused(server.app.scope(&entry), Kind::Unauthenticated);
    assert_eq!(server.app.enter_as_unix(&named).expect("asked"), None);
    server.sound();
}

#[test]
fn a_mapped_job_does_not_forgive_failures() {
    let (server, ana) = server();
    server
        .app
        .map_unix(&server.scope(&ana), &console(), ana.user, Some(1_000))
        .expect("mapped");
    let wrong = || server.sign_in(&door("x"), "ana@example.org", "wrong horse");
    refused(wrong(), Kind::Unauthenticated);
    refused(wrong(), Kind::Unauthenticated);
    server
        .app
        .enter_as_unix(&door("job"))
        .expect("asked")
        .expect("mapped");
    refused(wrong(), Kind::RateLimited);
}

#[test]
fn a_new_password_ends_other_sign_ins_and_leaves_tokens() {
    let (server, ana) = server();
    let scope = server.scope(&ana);
    let token = server
        .app
        .make_token(&scope, &console(), "cron", Role::Viewer, NO_GRANTS, 30)
        .expect("a token");
    let other = server
        .sign_in(&door("home"), "ana@example.org", PASSWORD)
        .expect("in");
    refused(
        server
            .app
            .set_password(&scope, &console(), &ana, &secret("short")),
        Kind::Invalid,
    );
    server
        .app
        .set_password(&scope, &console(), &ana, &secret("another horse"))
        .expect("set");
    refused(server.app.scope(&other), Kind::Unauthenticated);
    assert!(server.app.scope(&ana).is_ok());
    assert!(server.app.resume(&door("cron"), &token).is_ok());
    refused(
        server.sign_in(&door("x"), "ana@example.org", PASSWORD),
        Kind::Unauthenticated,
    );
    server
        .sign_in(&door("x"), "ana@example.org", "another horse")
        .expect("in");
    server.was_noted(&ana, AuditKind::CredentialChanged, "password");
}

#[test]
fn a_code_for_a_new_password() {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Picker, NO_GRANTS);
    for n in 0..12 {
        let there = door(&format!("tty{n}"));
        let _ = server.sign_in(&there, "bo@example.org", "wrong horse");
        server.wait(600);
    }
    refused(
        server.sign_in(&door("x"), "bo@example.org", PASSWORD),
        Kind::RateLimited,
    );
    let (row, code) = server
        .app
        .reset_password(&server.scope(&ana), &console(), bo.user)
        .expect("a code");
    assert_eq!((row.role, row.email.as_str()), (None, "bo@example.org"));
    let (entry, _) = server
        .app
        .use_code(&door("new"), &code, "ignored", &secret("another horse"))
        .expect("a new password");
    assert_eq!(entry.user, bo.user);
    refused(server.app.scope(&bo), Kind::Unauthenticated);
    let me = server.app.me(&entry, false).expect("Bo");
    assert_eq!(
        (me.name.as_str(), me.role),
        ("bo@example.org", Some(Role::Picker))
    );
    server
        .sign_in(&door("x"), "bo@example.org", "another horse")
        .expect("unlocked");
    let (_, late) = server
        .app
        .reset_password(&server.scope(&ana), &console(), bo.user)
        .expect("a code");
    server.wait_days(1);
    refused(use_code(&server, late.reveal(), ""), Kind::Unauthenticated);
    server.sound();
}

#[test]
fn the_operator_helps_an_owner_who_forgot() {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Viewer, NO_GRANTS);
    let reset = |door: &Threshold, shop: Option<&str>, email: &str| {
        server.app.reset_by_operator(door, shop, email)
    };
    refused(reset(&door("x"), None, "ana@example.org"), Kind::Forbidden);
    refused(reset(&console(), None, "eve@example.org"), Kind::NotFound);
    refused(reset(&console(), None, "bo@example.org"), Kind::Invalid);
    let (row, shop, code) = reset(&console(), None, "ANA@example.org").expect("a code");
    assert_eq!((row.by.as_str(), shop.as_str()), ("operator", "Bricks"));
    use_code(&server, code.reveal(), "").expect("in");
    let (eve, _) = server
        .app
        .open_account(&console(), draft("Studs", "ana@example.org"))
        .expect("a second shop");
    refused(reset(&console(), None, "ana@example.org"), Kind::Conflict);
    let (_, shop, _) = reset(&console(), Some("STUDS"), "ana@example.org").expect("a code");
    assert_eq!(shop, "Studs");
    server.was_noted(&eve, AuditKind::Invited, "a code for a new password of ana");
    assert!(server.app.scope(&bo).is_ok());
    server.sound();
}
