//! The audit log: pages, filters, exports, and that nobody but an owner reads it.

use brickops::domain::{AuditKind, AuditQuery, Role, Timestamp};
use brickops::error::Kind;

use super::setup::{NO_GRANTS, PASSWORD, START, console, door, refused, secret, server};

#[test]
fn pages_go_back_in_time() {
    let (server, ana) = server();
    for _ in 0..7 {
        server
            .sign_in(&door("tty1"), "ana@example.org", PASSWORD)
            .expect("in");
    }
    let scope = server.scope(&ana);
    let all = server.audit(&ana, &AuditQuery::default());
    assert_eq!(all.len(), 9);
    let ids: Vec<u64> = all.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    let mut paged = Vec::new();
    let mut before = None;
    loop {
        let query = AuditQuery::default();
        let page = server
            .app
            .audit(&scope, &console(), &query, before, 4, false)
            .expect("a page");
        assert!(page.entries.len() <= 4);
        paged.extend(page.entries);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(paged, all);
}

#[test]
fn entries_are_filtered() {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Picker, NO_GRANTS);
    server.wait(3_600);
    let _ = server.sign_in(&door("Werkstatt"), "bo@example.org", "wrong horse");
    let count = |query: &AuditQuery| server.audit(&ana, query).len();
    let text = |text: &str| AuditQuery {
        text: text.into(),
        ..AuditQuery::default()
    };
    assert_eq!(count(&text("WERKSTATT")), 1);
    assert_eq!(count(&text("wrong werkstatt")), 1);
    assert_eq!(count(&text("wrong elsewhere")), 0);
    assert_eq!(count(&text("sign-in-failed")), 1);
    let kinds = AuditQuery {
        kinds: vec![AuditKind::Invited, AuditKind::InvitationUsed],
        ..AuditQuery::default()
    };
    assert_eq!(count(&kinds), 2);
    let of_bo = AuditQuery {
        user: Some(bo.user),
        ..AuditQuery::default()
    };
    assert_eq!(count(&of_bo), 3, "joined, signed in, failed");
    let later = Timestamp::from_seconds(START.micros() / 1_000_000 + 1);
    let since = AuditQuery {
        from: Some(later),
        ..AuditQuery::default()
    };
    let until = AuditQuery {
        until: Some(later),
        ..AuditQuery::default()
    };
    assert_eq!(count(&since), 1);
    assert_eq!(count(&until) + 1, count(&AuditQuery::default()));
}

#[test]
fn an_export_is_an_entry_itself() {
    let (server, ana) = server();
    let export = |before| {
        server
            .app
            .audit(
                &server.scope(&ana),
                &console(),
                &AuditQuery::default(),
                before,
                1,
                true,
            )
            .expect("a page")
    };
    let first = export(None);
    assert_eq!(first.next, Some(2));
    export(first.next);
    let said = server.said(&ana);
    let exports = said
        .iter()
        .filter(|(kind, _)| *kind == AuditKind::Exported)
        .count();
    assert_eq!(exports, 1, "once for all its pages");
}

#[test]
fn owners_only() {
    let (server, ana) = server();
    for role in [Role::Manager, Role::Picker, Role::Cashier, Role::Viewer] {
        let email = format!("{}@example.org", role.word());
        let entry = server.join(&ana, &email, role, NO_GRANTS);
        let scope = server.scope(&entry);
        let query = AuditQuery::default();
        refused(
            server
                .app
                .audit(&scope, &console(), &query, None, 10, false),
            Kind::Forbidden,
        );
        refused(server.app.people(&scope, &entry), Kind::Forbidden);
    }
}

#[test]
fn names_are_those_of_the_time_and_no_secret_is_told() {
    let (server, ana) = server();
    let scope = server.scope(&ana);
    server.app.set_name(&scope, "Anastasia").expect("a name");
    server.set_pin(&ana, "2580");
    let badge = server
        .app
        .make_badge(&scope, &console(), ana.user)
        .expect("a badge");
    let token = server
        .app
        .make_token(&scope, &console(), "cron", Role::Viewer, NO_GRANTS, 1)
        .expect("a token");
    let (_, code) = server
        .app
        .invite(
            &scope,
            &console(),
            "bo@example.org",
            Role::Viewer,
            NO_GRANTS,
            1,
        )
        .expect("an invitation");
    let _ = server.sign_in(&door("x"), "ana@example.org", "wrong horse");
    let _ = server.app.use_code(
        &door("x"),
        &secret("NOPE-NOPE-NOPE-NOPE"),
        "x",
        &secret(PASSWORD),
    );
    let entries = server.audit(&ana, &AuditQuery::default());
    assert_eq!(entries.last().expect("the first").who, "ana");
    assert_eq!(entries[0].who, "Anastasia");
    let said = format!("{entries:?}");
    for hidden in [
        PASSWORD,
        "wrong horse",
        "2580",
        badge.reveal(),
        token.reveal(),
        code.reveal(),
        "NOPE",
        "argon2",
    ] {
        assert!(!said.contains(hidden), "{hidden}");
    }
}
