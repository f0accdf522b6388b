//! PINs and badges: only at a station that a password unlocked the same day.

use brickops::domain::{AuditKind, Entrance, Role, Secret};
use brickops::error::Kind;
use brickops::services::people::{AccountDraft, Entry, Threshold};

use super::setup::{
    NO_GRANTS, NOBODY, PASSWORD, Server, console, door, draft, empty, refused, secret, server,
};

/// A shop with two people who have PINs, and a station that Ana unlocked.
fn station() -> (Server, Entry, Entry, Threshold) {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Picker, NO_GRANTS);
    server.set_pin(&ana, "2580");
    server.set_pin(&bo, "1470");
    let here = door("packing");
    server
        .sign_in(&here, "ana@example.org", PASSWORD)
        .expect("in");
    (server, ana, bo, here)
}

fn pin(
    server: &Server,
    door: &Threshold,
    who: &Entry,
    pin: &str,
) -> brickops::error::Result<Entry> {
    server
        .app
        .sign_in_by_pin(door, who.tenant, who.user, &secret(pin))
        .map(|(entry, _)| entry)
}

#[test]
fn another_person_by_pin() {
    let (server, ana, bo, here) = station();
    let before = server
        .sign_in(&here, "ana@example.org", PASSWORD)
        .expect("in");
    let entry = pin(&server, &here, &bo, "1470").expect("Bo");
    assert_eq!(entry.user, bo.user);
    let me = server.app.me(&entry, false).expect("Bo");
    assert_eq!((me.entrance, me.pin), (Entrance::Pin, true));
    refused(server.app.scope(&before), Kind::Unauthenticated);
    assert!(
        server.app.scope(&ana).is_ok(),
        "elsewhere she stays signed in"
    );
    let back = pin(&server, &here, &ana, "2580").expect("Ana");
    refused(server.app.scope(&entry), Kind::Unauthenticated);
    let again = pin(&server, &here, &ana, "2580").expect("Ana unlocks");
    assert!(server.app.scope(&back).is_ok() && server.app.scope(&again).is_ok());
    server.was_noted(&ana, AuditKind::SignedIn, "by PIN");
    server.sound();
}

#[test]
fn a_station_that_nobody_unlocked() {
    let (server, ana, bo, here) = station();
    let e = refused(
        pin(&server, &door("elsewhere"), &bo, "1470"),
        Kind::Unauthenticated,
    );
    assert!(
        e.message.starts_with("Sign in with a password first"),
        "{e}"
    );
    let keyless = Threshold {
        key: Secret::new(""),
        ..here.clone()
    };
    refused(pin(&server, &keyless, &bo, "1470"), Kind::Unauthenticated);
    assert_eq!(server.app.unlocked_for(&keyless).expect("none"), None);
    assert_eq!(
        server.app.unlocked_for(&here).expect("known"),
        Some(ana.tenant)
    );
    assert_eq!(
        server.app.unlocked_for(&door("elsewhere")).expect("none"),
        None
    );
    let faces = server.app.faces(&here, ana.tenant).expect("faces");
    let names: Vec<(&str, bool)> = faces
        .iter()
        .map(|face| (face.name.as_str(), face.pin))
        .collect();
    assert_eq!(names, [("ana", true), ("bo@example.org", true)]);
    assert_eq!(
        server
            .app
            .faces(&door("elsewhere"), ana.tenant)
            .expect("none"),
        []
    );
}

#[test]
fn the_day_is_the_shops() {
    // 2025-11-20 00:53 UTC is still the 19th in New York, until 05:00 UTC.
    let server = empty();
    let zoned = AccountDraft {
        time_zone: "America/New_York".into(),
        ..draft("Bricks", "ana@example.org")
    };
    let (ana, _) = server
        .app
        .open_account(&console(), zoned)
        .expect("an account");
    server.set_pin(&ana, "2580");
    let here = door("packing");
    let mut entry = server
        .sign_in(&here, "ana@example.org", PASSWORD)
        .expect("in");
    server.wait(4 * 3_600);
    pin(&server, &here, &ana, "2580").expect("04:53 UTC");
    server.wait(6 * 60);
    pin(&server, &here, &ana, "2580").expect("04:59 UTC");
    server.wait(60);
    refused(pin(&server, &here, &ana, "2580"), Kind::Unauthenticated);
    assert_eq!(server.app.unlocked_for(&here).expect("none"), None);
    server.wait_days(1);
    entry = server
        .sign_in(&here, "ana@example.org", PASSWORD)
        .unwrap_or(entry);
    pin(&server, &here, &ana, "2580").expect("a new day");
    // Signing out does not take the day back.
    server.app.sign_out(&here, &entry).expect("out");
    pin(&server, &here, &ana, "2580").expect("the same day");
    // A clock that was set back to a day that has not begun for the station.
    server.wait(-1_000);
    refused(pin(&server, &here, &ana, "2580"), Kind::Unauthenticated);
}

#[test]
fn pins_of_another_shop_do_not_count() {
    let (server, ana, bo, here) = station();
    let (eve, _) = server
        .app
        .open_account(&console(), draft("Studs", "eve@example.org"))
        .expect("a second shop");
    server.set_pin(&eve, "9630");
    refused(pin(&server, &here, &eve, "9630"), Kind::Unauthenticated);
    let badge = server
        .app
        .make_badge(&server.scope(&eve), &console(), eve.user)
        .expect("a badge");
    refused(
        server.app.sign_in_by_badge(&here, ana.tenant, &badge),
        Kind::Unauthenticated,
    );
    refused(
        server.app.sign_in_by_badge(&here, eve.tenant, &badge),
        Kind::Unauthenticated,
    );
    let signed_in = server
        .sign_in(&here, "eve@example.org", PASSWORD)
        .expect("in");
    assert_eq!(
        server.app.unlocked_for(&here).expect("known"),
        Some(bo.tenant).max(Some(signed_in.tenant))
    );
    assert!(
        server
            .app
            .sign_in_by_badge(&here, eve.tenant, &badge)
            .is_ok()
    );
    // Nobody of the one shop is ended by somebody of the other.
    assert!(pin(&server, &here, &bo, "1470").is_ok());
    server.sound();
}

#[test]
fn a_pin_that_was_wrong_five_times_is_asked_for_no_more() {
    let (server, ana, bo, here) = station();
    for _ in 0..5 {
        refused(pin(&server, &here, &bo, "1471"), Kind::Unauthenticated);
        server.wait(20);
    }
    let e = refused(pin(&server, &here, &bo, "1470"), Kind::Unauthenticated);
    assert!(e.message.starts_with("This PIN was wrong too often"), "{e}");
    assert!(pin(&server, &here, &ana, "2580").is_ok(), "of others it is");
    server.wait(60);
    server
        .sign_in(&door("desk"), "bo@example.org", PASSWORD)
        .expect("by password");
    pin(&server, &here, &bo, "1470").expect("it works again");
    server.was_noted(&ana, AuditKind::SignInFailed, "wrong PIN");
    server.sound();
}

#[test]
fn wrong_pins_are_slowed_down_like_passwords() {
    let (server, ana, bo, here) = station();
    refused(pin(&server, &here, &bo, "1471"), Kind::Unauthenticated);
    refused(pin(&server, &here, &bo, "1471"), Kind::Unauthenticated);
    let e = refused(pin(&server, &here, &bo, "1470"), Kind::RateLimited);
    assert_eq!(e.retry_after, Some(1));
    refused(
        server.sign_in(&door("desk"), "bo@example.org", PASSWORD),
        Kind::RateLimited,
    );
    server.wait(1);
    pin(&server, &here, &bo, "1470").expect("it is right");
    refused(pin(&server, &here, &bo, "1471"), Kind::Unauthenticated);
    pin(&server, &here, &bo, "1470").expect("success clears");
    for _ in 0..6 {
        let stranger = server
            .app
            .sign_in_by_pin(&here, bo.tenant, NOBODY, &secret("1470"));
        refused(stranger, Kind::Unauthenticated);
    }
    refused(pin(&server, &here, &ana, "2580"), Kind::RateLimited);
}

#[test]
fn people_without_a_pin_and_easy_pins() {
    let (server, _, bo, here) = station();
    let scope = server.scope(&bo);
    for easy in ["1234", "4321", "7777", "12", "123456789", "12x4"] {
        refused(
            server.app.set_pin(&scope, &here, Some(&secret(easy))),
            Kind::Invalid,
        );
    }
    server.app.set_pin(&scope, &here, None).expect("none");
    assert!(!server.app.me(&bo, false).expect("Bo").pin);
    refused(pin(&server, &here, &bo, "1470"), Kind::Unauthenticated);
    let unconfirmed = server.app.scope(&bo).expect("in");
    refused(
        server.app.set_pin(&unconfirmed, &here, None),
        Kind::Unconfirmed,
    );
    server.sound();
}

#[test]
fn another_person_by_badge() {
    let (server, ana, bo, here) = station();
    let badge = server
        .app
        .make_badge(&server.scope(&bo), &here, bo.user)
        .expect("his own");
    let scan = |badge: &str| {
        server
            .app
            .sign_in_by_badge(&here, bo.tenant, &secret(badge))
            .map(|(entry, _)| entry)
    };
    let read = format!("{}\r", badge.reveal().to_lowercase());
    let entry = scan(&read).expect("Bo");
    let me = server.app.me(&entry, false).expect("Bo");
    assert_eq!(
        (me.user, me.entrance, me.badge),
        (bo.user, Entrance::Badge, true)
    );
    refused(scan("%BAAAAAAAAAAAAAAAAAAAA%"), Kind::Unauthenticated);
    refused(
        server.app.make_badge(&server.scope(&bo), &here, ana.user),
        Kind::Forbidden,
    );
    server.was_noted(
        &ana,
        AuditKind::Refused,
        "manage people, their roles and sign-ins",
    );
    let second = server
        .app
        .make_badge(&server.scope(&ana), &here, bo.user)
        .expect("for him");
    refused(scan(badge.reveal()), Kind::Unauthenticated);
    scan(second.reveal()).expect("the new one");
    refused(
        server
            .app
            .sign_in_by_badge(&door("elsewhere"), bo.tenant, &second),
        Kind::Unauthenticated,
    );
    server
        .app
        .remove_person(&server.scope(&ana), &console(), bo.user)
        .expect("removed");
    refused(scan(second.reveal()), Kind::Unauthenticated);
    server.was_noted(
        &ana,
        AuditKind::CredentialChanged,
        "badge of bo@example.org",
    );
    server.sound();
}
