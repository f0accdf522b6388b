//! Accounts, passwords, failures, sign-ins that end, and clocks that jump.

use brickops::domain::time::{DAY, SECOND};
use brickops::domain::{
    AuditKind, AuditQuery, Entrance, Role, Scope, TenantId, Timestamp, Topic, UserId, Whereabouts,
};
use brickops::error::Kind;
use brickops::services::Hashing;
use brickops::services::people::{AccountDraft, Threshold};
use brickops::store::tables::ShopRecord;

use super::setup::{
    NO_GRANTS, PASSWORD, START, console, door, draft, empty, over, refused, secret, server,
};

#[test]
fn an_account_is_opened_with_its_owner() {
    let server = empty();
    assert!(!server.app.any_account().expect("known"));
    let (entry, pass) = server
        .app
        .open_account(
            &console(),
            AccountDraft {
                currency: "usd".into(),
                time_zone: "Europe/Berlin".into(),
                practice: true,
                ..draft("  Ana's\u{7} Bricks ", "ana@example.org")
            },
        )
        .expect("an account");
    assert!(server.app.any_account().expect("known"));
    assert_eq!((entry.tenant, entry.user), (TenantId(1), UserId(1)));
    let me = server.app.me(&entry, true).expect("somebody");
    assert_eq!(
        (me.name.as_str(), me.shop.as_str()),
        ("ana", "Ana's Bricks")
    );
    assert_eq!(me.role, Some(Role::Owner));
    assert_eq!(me.owners, ["ana"]);
    assert_eq!(me.settings.time_zone, "Europe/Berlin");
    assert_eq!(me.entrance, Entrance::Password);
    assert!(me.practice && me.operator);
    let head = server
        .app
        .shop_record(&server.scope(&entry))
        .expect("a shop");
    assert_eq!(head.currency, "USD");
    assert_eq!(
        server.app.resume(&door("tty2"), &pass).expect("again"),
        entry
    );
    server.was_noted(
        &entry,
        AuditKind::AccountOpened,
        "Ana's Bricks with the owner ana@example.org",
    );
    server.sound();
}

#[test]
fn what_an_account_needs() {
    let server = empty();
    let bad: [fn(&mut AccountDraft); 8] = [
        |draft| draft.shop = " ".into(),
        |draft| draft.shop = "x".repeat(61),
        |draft| draft.email = "ana".into(),
        |draft| draft.password = secret("short"),
        |draft| draft.password = secret("ana@example.org"),
        |draft| draft.password = secret("aaaaaaaaaaaaaaa"),
        |draft| draft.currency = "Euro".into(),
        |draft| draft.time_zone = "Mars/Olympus".into(),
    ];
    for spoil in bad {
        let mut draft = draft("Bricks", "ana@example.org");
        spoil(&mut draft);
        refused(server.app.open_account(&console(), draft), Kind::Invalid);
    }
    let draft = draft("Bricks", "ana@example.org");
    refused(
        server.app.open_account(&door("tty1"), draft),
        Kind::Forbidden,
    );
    assert!(
        !server.app.any_account().expect("known"),
        "nothing was opened"
    );
}

#[test]
fn names_of_shops_are_unique_and_numbers_rise() {
    let (server, _) = server();
    refused(
        server
            .app
            .open_account(&console(), draft("bRICKS", "bo@example.org")),
        Kind::Conflict,
    );
    let (other, _) = server
        .app
        .open_account(&console(), draft("Studs", "ana@example.org"))
        .expect("a second shop");
    assert_eq!((other.tenant, other.user), (TenantId(2), UserId(1)));
    let rows = server.app.accounts(&console()).expect("accounts");
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Bricks", "Studs"]);
    assert_eq!((rows[1].people, rows[1].sign_ins), (1, 1));
    refused(server.app.accounts(&door("tty1")), Kind::Forbidden);
    server.sound();
}

#[test]
fn a_shop_of_an_earlier_version_is_taken_over() {
    let server = empty();
    let solo: Scope = server.app.solo();
    let old = ShopRecord {
        name: "My shop".into(),
        currency: "EUR".into(),
        practice: false,
        created: Timestamp::from_seconds(1),
    };
    server.app.open_shop(&solo, old).expect("a shop");
    let draft_usd = AccountDraft {
        currency: "USD".into(),
        ..draft("My shop", "ana@example.org")
    };
    let (entry, _) = server
        .app
        .open_account(&console(), draft_usd)
        .expect("an account");
    assert_eq!(entry.tenant, TenantId(1));
    let head = server
        .app
        .shop_record(&server.scope(&entry))
        .expect("a shop");
    assert_eq!(
        (head.currency.as_str(), head.created),
        ("USD", Timestamp::from_seconds(1))
    );
    let (second, _) = server
        .app
        .open_account(&console(), draft("Studs", "bo@example.org"))
        .expect("a second");
    assert_eq!(second.tenant, TenantId(2));
    server.sound();
}

#[test]
fn wrong_address_and_wrong_password_sound_alike() {
    let (server, ana) = server();
    let here = door("tty1");
    let password = refused(
        server.sign_in(&here, "ana@example.org", "wrong horse"),
        Kind::Unauthenticated,
    );
    let address = refused(
        server.sign_in(&here, "eve@example.org", "wrong horse"),
        Kind::Unauthenticated,
    );
    assert_eq!(password, address);
    // So does having to wait.
    for email in ["ana@example.org", "eve@example.org"] {
        refused(
            server.sign_in(&here, email, "wrong horse"),
            Kind::Unauthenticated,
        );
        let wait = refused(
            server.sign_in(&here, email, "wrong horse"),
            Kind::RateLimited,
        );
        assert_eq!(wait.retry_after, Some(1), "{email}");
    }
    server.wait(10);
    assert!(server.sign_in(&here, " Ana@Example.org", PASSWORD).is_ok());
    server.was_noted(&ana, AuditKind::SignInFailed, "wrong password");
    let strangers = server
        .store
        .read(|tx| {
            let nowhere = Scope::owner(TenantId(0), UserId(0), START);
            let mut found = Vec::new();
            tx.shop(&nowhere).each_audit(|_, entry| {
                found.push(entry.who);
                Ok(())
            })?;
            Ok(found)
        })
        .expect("the server's own entries");
    assert_eq!(strangers, ["eve@example.org", "eve@example.org"]);
    server.sound();
}

#[test]
fn the_twelfth_failure_locks_for_a_quarter_of_an_hour() {
    let (server, ana) = server();
    let mut waits = Vec::new();
    for n in 0..12 {
        // Each from elsewhere: it is the account that counts.
        let there = door(&format!("tty{n}"));
        refused(
            server.sign_in(&there, "ana@example.org", "wrong horse"),
            Kind::Unauthenticated,
        );
        let wait = server
            .sign_in(&there, "ana@example.org", PASSWORD)
            .map_or_else(|e| e.retry_after.unwrap_or(0), |_| 0);
        if n == 0 {
            // One failure is followed by no wait, and a success clears it.
            refused(
                server.sign_in(&there, "ana@example.org", "wrong horse"),
                Kind::Unauthenticated,
            );
            continue;
        }
        waits.push(wait);
        server.wait(i64::from(wait));
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
    let there = door("tty99");
    refused(
        server.sign_in(&there, "ana@example.org", "wrong horse"),
        Kind::Unauthenticated,
    );
    // The right password does not help, nor does a restart, nor another terminal.
    let again = over(server.store.clone(), &server.clock, Hashing::CHEAP, 500);
    let e = refused(
        again.sign_in(&door("tty100"), None, "ana@example.org", &secret(PASSWORD)),
        Kind::RateLimited,
    );
    assert_eq!(e.retry_after, Some(900));
    assert_eq!(
        e.message,
        "Too many failed attempts. Try again in 15 minutes."
    );
    server.was_noted(&ana, AuditKind::Locked, "the account for 15 minutes");
    let rows = server
        .app
        .people(&server.scope(&ana), &ana)
        .expect("people");
    assert_eq!(
        rows.people[0].locked,
        Some(Timestamp::from_micros(
            server.app.now().micros() + 900 * SECOND
        ))
    );
    server.wait(900);
    assert!(server.sign_in(&there, "ana@example.org", PASSWORD).is_ok());
    // Success clears: a single mistake is followed by no wait again.
    refused(
        server.sign_in(&there, "ana@example.org", "wrong horse"),
        Kind::Unauthenticated,
    );
    assert!(server.sign_in(&there, "ana@example.org", PASSWORD).is_ok());
    server.sound();
}

#[test]
fn a_station_that_fails_with_many_addresses_waits_too() {
    let (server, _) = server();
    let here = door("tty1");
    for n in 0..6 {
        let email = format!("eve{n}@example.org");
        refused(
            server.sign_in(&here, &email, "wrong horse"),
            Kind::Unauthenticated,
        );
    }
    refused(
        server.sign_in(&here, "ana@example.org", PASSWORD),
        Kind::RateLimited,
    );
    assert!(
        server
            .sign_in(&door("tty2"), "ana@example.org", PASSWORD)
            .is_ok()
    );
    // The same station from another terminal is the same station.
    let moved = Threshold {
        place: "tty3".into(),
        ..here
    };
    refused(
        server.sign_in(&moved, "ana@example.org", PASSWORD),
        Kind::RateLimited,
    );
    server.wait(1);
    assert!(server.sign_in(&moved, "ana@example.org", PASSWORD).is_ok());
}

#[test]
fn one_address_in_several_shops() {
    let (server, _) = server();
    let open = |shop: &str, password: &str| {
        let draft = AccountDraft {
            password: secret(password),
            ..draft(shop, "ana@example.org")
        };
        server
            .app
            .open_account(&console(), draft)
            .expect("an account")
            .0
    };
    let studs = open("Studs", "another horse");
    let plates = open("Plates", PASSWORD);
    let here = door("tty1");
    let by_password = server
        .sign_in(&here, "ana@example.org", "another horse")
        .expect("Studs");
    assert_eq!(by_password.tenant, studs.tenant);
    let both = refused(
        server.sign_in(&here, "ana@example.org", PASSWORD),
        Kind::Conflict,
    );
    assert!(both.message.contains("Bricks, Plates") && both.message.ends_with("Name the shop."));
    let named = |shop: &str, password: &str| {
        server
            .app
            .sign_in(&here, Some(shop), "ana@example.org", &secret(password))
    };
    assert_eq!(
        named("plates", PASSWORD).expect("Plates").0.tenant,
        plates.tenant
    );
    refused(named("Studs", PASSWORD), Kind::Unauthenticated);
    refused(named("Nowhere", PASSWORD), Kind::Unauthenticated);
}

#[test]
fn the_owner_of_one_shop_cannot_try_passwords_of_another_without_end() {
    let (server, _) = server();
    let (eve, _) = server
        .app
        .open_account(&console(), draft("Eve's", "eve@example.org"))
        .expect("an account");
    let (ana2, _) = server
        .app
        .open_account(&console(), draft("Studs", "ana@example.org"))
        .expect("an account");
    let here = door("tty1");
    let mut told = 0;
    for n in 0..40 {
        // The address is hers in her own shop: each password she sets there is a guess at the other.
        let guess = if n == 39 {
            PASSWORD.to_owned()
        } else {
            format!("guess number {n}")
        };
        server
            .app
            .set_password(&server.scope(&ana2), &here, &ana2, &secret(&guess))
            .expect("a password");
        let outcome = server.sign_in(&here, "ana@example.org", &guess);
        told += u32::from(outcome.is_err());
    }
    assert_eq!(told, 0, "after some guesses the other shop is left out");
    assert_eq!(eve.tenant, TenantId(2));
}

#[test]
fn a_sign_in_lasts_a_day() {
    let (server, ana) = server();
    server.wait(DAY / SECOND - 1);
    assert!(server.app.scope(&ana).is_ok());
    server.wait(1);
    let e = refused(server.app.scope(&ana), Kind::Unauthenticated);
    assert_eq!(e.message, "This sign-in has run out. Sign in again.");
    refused(server.app.me(&ana, false), Kind::Unauthenticated);
}

#[test]
fn a_clock_that_is_set_back_keeps_no_door_open() {
    let (server, ana) = server();
    server.wait(-299);
    assert!(
        server.app.scope(&ana).is_ok(),
        "clocks are corrected by a little"
    );
    server.wait(-2);
    let e = refused(server.app.scope(&ana), Kind::Unauthenticated);
    assert_eq!(e.message, "The server's clock was set back. Sign in again.");
    // Years back and forth: nothing breaks, nobody is locked out.
    server.wait_days(-3_000);
    let back = server
        .sign_in(&door("tty1"), "ana@example.org", PASSWORD)
        .expect("in");
    assert!(server.app.scope(&back).is_ok());
    server.wait_days(3_000);
    refused(server.app.scope(&back), Kind::Unauthenticated);
    server.wait(301);
    assert!(
        server.app.scope(&ana).is_ok(),
        "the first one is still within its day"
    );
    server.sound();
}

#[test]
fn signing_out_ends_it_for_every_connection() {
    let (server, ana) = server();
    let (entry, pass) = server
        .app
        .sign_in(&door("tty1"), None, "ana@example.org", &secret(PASSWORD))
        .expect("in");
    server.app.sign_out(&door("tty1"), &entry).expect("out");
    server
        .app
        .sign_out(&door("tty1"), &entry)
        .expect("out, and nothing more");
    refused(server.app.scope(&entry), Kind::Unauthenticated);
    refused(
        server.app.resume(&door("tty1"), &pass),
        Kind::Unauthenticated,
    );
    assert!(server.app.scope(&ana).is_ok(), "the other sign-in stays");
    let outs = server
        .said(&ana)
        .iter()
        .filter(|(kind, _)| *kind == AuditKind::SignedOut)
        .count();
    assert_eq!(outs, 1);
}

#[test]
fn a_pass_of_another_shop_than_the_named_one_is_refused() {
    let (server, _) = server();
    let (entry, pass) = server
        .app
        .sign_in(&door("tty1"), None, "ana@example.org", &secret(PASSWORD))
        .expect("in");
    let named = |shop: &str| Threshold {
        shop: Some(shop.into()),
        ..door("tty1")
    };
    assert_eq!(
        server
            .app
            .resume(&named("BRICKS"), &pass)
            .expect("the same"),
        entry
    );
    refused(
        server.app.resume(&named("Studs"), &pass),
        Kind::Unauthenticated,
    );
    refused(
        server.app.resume(&door("tty1"), &secret("brs_x")),
        Kind::Unauthenticated,
    );
}

#[test]
fn hashes_are_made_anew_when_they_cost_more() {
    let (server, ana) = server();
    server.set_pin(&ana, "2580");
    let hash = || {
        server
            .store
            .read(|tx| tx.shop(&server.scope(&ana)).credentials(ana.user))
            .expect("credentials")
            .and_then(|credentials| credentials.password)
            .expect("a password")
    };
    let before = hash();
    assert!(before.contains("m=8,t=1,p=1"), "{before}");
    let dearer = Hashing {
        passes: 2,
        ..Hashing::CHEAP
    };
    let again = over(server.store.clone(), &server.clock, dearer, 900);
    let sign_in =
        |password: &str| again.sign_in(&door("tty1"), None, "ana@example.org", &secret(password));
    refused(sign_in("wrong horse"), Kind::Unauthenticated);
    assert_eq!(hash(), before, "only who knows it can make it anew");
    sign_in(PASSWORD).expect("in");
    assert!(hash().contains("m=8,t=2,p=1"), "{}", hash());
    sign_in(PASSWORD).expect("in with the new one");
}

#[test]
fn the_last_use_is_written_now_and_then_and_tells_nobody() {
    let (server, ana) = server();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listening = std::sync::Arc::clone(&told);
    server.store.listen(Box::new(move |committed| {
        listening.lock().expect("a list").push(committed.clone());
        true
    }));
    let commits = || told.lock().expect("a list").len();
    for _ in 0..10 {
        server.app.scope(&ana).expect("in");
        server.app.me(&ana, false).expect("somebody");
    }
    assert_eq!(commits(), 0);
    server.wait(300);
    server.app.me(&ana, false).expect("somebody");
    assert_eq!(commits(), 0, "looking who one is writes nothing");
    for _ in 0..10 {
        server.app.scope(&ana).expect("in");
    }
    assert_eq!(commits(), 1);
    assert!(told.lock().expect("a list")[0].changes.is_empty());
    let people = server
        .app
        .people(&server.scope(&ana), &ana)
        .expect("people");
    assert_eq!(people.people[0].person.active, Some(server.app.now()));
    assert_eq!(people.sign_ins[0].seen, server.app.now());
    server
        .sign_in(&door("tty1"), "ana@example.org", PASSWORD)
        .expect("in");
    let changes = told.lock().expect("a list")[1].changes.clone();
    assert!(
        changes
            .iter()
            .any(|of| of.topic == Topic::People && of.ids == [1]),
        "{changes:?}"
    );
}

#[test]
fn people_come_back_to_where_they_were() {
    let (server, ana) = server();
    let scope = server.scope(&ana);
    server
        .app
        .stay(&scope, Whereabouts::Order(brickops::domain::OrderId(7)))
        .expect("remembered");
    let again = server
        .sign_in(&door("tty9"), "ana@example.org", PASSWORD)
        .expect("in");
    let me = server.app.me(&again, false).expect("somebody");
    assert_eq!(
        me.whereabouts,
        Some(Whereabouts::Order(brickops::domain::OrderId(7)))
    );
    let query = brickops::domain::LotQuery::text("x".repeat(20_000));
    refused(
        server.app.stay(&scope, Whereabouts::Inventory(query)),
        Kind::Invalid,
    );
}

#[test]
fn the_password_given_again_counts_failures_like_the_door() {
    let (server, ana) = server();
    let here = door("tty1");
    let confirm = |password: &str| server.app.confirm(&here, &ana, &secret(password));
    confirm(PASSWORD).expect("it is");
    refused(confirm("wrong horse"), Kind::Unconfirmed);
    refused(confirm("wrong horse"), Kind::Unconfirmed);
    refused(confirm(PASSWORD), Kind::RateLimited);
    refused(
        server.sign_in(&door("tty2"), "ana@example.org", PASSWORD),
        Kind::RateLimited,
    );
    server.wait(1);
    confirm(PASSWORD).expect("it is");
    let query = AuditQuery {
        kinds: vec![AuditKind::SignInFailed],
        ..AuditQuery::default()
    };
    assert_eq!(server.audit(&ana, &query).len(), 2);
}

#[test]
fn old_sign_ins_are_forgotten() {
    let (server, ana) = server();
    for _ in 0..40 {
        let entry = server
            .sign_in(&door("tty1"), "ana@example.org", PASSWORD)
            .expect("in");
        server.app.sign_out(&door("tty1"), &entry).expect("out");
    }
    server.wait_days(9);
    let mut last = ana;
    for _ in 0..6 {
        last = server
            .sign_in(&door("tty1"), "ana@example.org", PASSWORD)
            .expect("in");
    }
    let kept = server
        .store
        .read(|tx| tx.shop(&server.scope(&last)).sign_ins_from(0, 1_000))
        .expect("sign-ins");
    assert!(kept.len() <= 12, "{}", kept.len());
    server.sound();
}

#[test]
fn somebody_without_a_role_is_somebody() {
    let (server, ana) = server();
    let bo = server.join(&ana, "bo@example.org", Role::Viewer, NO_GRANTS);
    server
        .app
        .set_role(&server.scope(&ana), &console(), bo.user, None, NO_GRANTS)
        .expect("no role");
    assert_eq!(server.app.scope(&bo).expect("still there").role, None);
    let me = server.app.me(&bo, false).expect("somebody");
    assert_eq!((me.role, me.owners), (None, vec!["ana".to_owned()]));
    server
        .app
        .remove_person(&server.scope(&ana), &console(), bo.user)
        .expect("removed");
    refused(server.app.scope(&bo), Kind::Unauthenticated);
    refused(
        server.sign_in(&door("x"), "bo@example.org", PASSWORD),
        Kind::Unauthenticated,
    );
    server.sound();
}

#[test]
fn asking_many_times_at_once_gives_no_more_guesses() {
    let clock = brickops::clock::ManualClock::at(START);
    let store = super::setup::store();
    let app = over(store, &clock, Hashing::CHEAP, 0);
    app.open_account(&console(), draft("Bricks", "ana@example.org"))
        .expect("an account");
    let start = std::sync::Barrier::new(16);
    let guesses = std::thread::scope(|threads| {
        let asking: Vec<_> = (0..16)
            .map(|n| {
                let (app, start) = (&app, &start);
                threads.spawn(move || {
                    start.wait();
                    let guess = secret(&format!("wrong horse {n}"));
                    let there = door(&format!("tty{n}"));
                    app.sign_in(&there, None, "ana@example.org", &guess)
                        .map_or_else(|e| e.kind, |_| Kind::Internal)
                })
            })
            .collect();
        asking
            .into_iter()
            .map(|one| one.join().expect("an answer"))
            .collect::<Vec<_>>()
    });
    let looked_at = guesses
        .iter()
        .filter(|kind| **kind == Kind::Unauthenticated);
    assert_eq!(looked_at.count(), 2, "{guesses:?}");
    let told_to_wait = guesses.iter().filter(|kind| **kind == Kind::RateLimited);
    assert_eq!(told_to_wait.count(), 14, "{guesses:?}");
}
