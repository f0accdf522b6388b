//! Damage to the records of people.

use super::*;
use crate::domain::{AuditEntry, AuditKind, Grants, Person, Role, Secret, Whereabouts};
use crate::services::people::{AccountDraft, Threshold};
use crate::services::{Hashing, Setup};
use crate::store::Batch;
use crate::store::codec::{pack, unpack};
use crate::store::people::{Credentials, Print, SignIn};
use crate::store::tables::{
    AUDIT, BADGES, INVITATIONS_BY_CODE, PEOPLE_BY_EMAIL, PEOPLE_BY_UNIX, SIGN_INS, SIGN_INS_BY_ID,
};

/// A shop with an owner who has a badge and a PIN, a Unix user, and an invitation that waits.
fn staffed() -> (App, Scope) {
    let opener: Opener = Arc::new(|| {
        Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .map_err(|e| crate::error::Error::storage(e.to_string()))
    });
    let store = Store::open(opener).expect("a store");
    let staged = store
        .stage_catalog(&Arc::new(catalog()), false, Timestamp::default(), |_| {})
        .expect("a catalogue");
    store.publish_catalog(staged).expect("a catalogue");
    let setup = Setup {
        hashing: Hashing::CHEAP,
        ..Setup::default()
    };
    let app = App::new(store, ManualClock::at(Timestamp::default()), setup).expect("an app");
    let door = Threshold {
        uid: 0,
        operator: true,
        station: false,
        key: Secret::new("key"),
        place: "tty1".into(),
        shop: None,
    };
    let draft = AccountDraft {
        shop: "Bricks".into(),
        email: "ana@example.org".into(),
        name: "Ana".into(),
        password: Secret::new("correct horse"),
        currency: "EUR".into(),
        time_zone: "UTC".into(),
        practice: false,
    };
    let (entry, _) = app.open_account(&door, draft).expect("an account");
    let scope = Scope::owner(entry.tenant, entry.user, app.now());
    app.set_pin(&scope, &door, Some(&Secret::new("2580")))
        .expect("a PIN");
    app.make_badge(&scope, &door, entry.user).expect("a badge");
    app.map_unix(&scope, &door, entry.user, Some(1_000))
        .expect("a Unix user");
    app.stay(&scope, Whereabouts::Home).expect("a place");
    app.invite(
        &scope,
        &door,
        "bo@example.org",
        Role::Viewer,
        Grants::default(),
        3,
    )
    .expect("an invitation");
    assert_eq!(app.check().expect("a check").problems, []);
    (app, scope)
}

fn after(damage: impl FnOnce(&redb::WriteTransaction)) -> Vec<Problem> {
    let (app, _) = staffed();
    app.store.damage(damage);
    app.check().expect("a check").problems
}

fn rewritten(change: fn(&mut Batch, &Scope, Person, Credentials, Print, SignIn)) -> Vec<Problem> {
    let (app, scope) = staffed();
    app.store
        .write(move |tx| {
            let shop = tx.shop(&scope);
            let person = shop.person(scope.user)?.expect("a person");
            let credentials = shop.credentials(scope.user)?.expect("credentials");
            let (print, sign_in) = shop.sign_in(1)?.expect("a sign-in");
            let mut batch = Batch::new();
            change(&mut batch, &scope, person, credentials, print, sign_in);
            Ok(Decided::new((), batch))
        })
        .expect("a write");
    app.check().expect("a check").problems
}

#[test]
fn a_shop_without_an_owner() {
    let problems = rewritten(|batch, scope, mut person, _, _, _| {
        person.role = Some(Role::Viewer);
        batch.put_person(scope, person);
    });
    says(&problems, "people", "none of them is an owner");
}

#[test]
fn people_who_left_and_can_still_come_in() {
    let problems = rewritten(|batch, scope, mut person, _, _, _| {
        person.removed = Some(Timestamp::default());
        batch.put_person(scope, person);
    });
    says(
        &problems,
        "people",
        "credentials of person 1, who is not there",
    );
    says(&problems, "people", "is open, but the person has left");
    says(&problems, "people", "where the person was is remembered");
}

#[test]
fn people_that_do_not_exist() {
    let problems = rewritten(|batch, scope, mut person, credentials, _, mut sign_in| {
        batch.put_credentials(
            scope,
            UserId(7),
            Some(Credentials {
                badge: None,
                ..credentials
            }),
        );
        sign_in.user = UserId(9);
        sign_in.id = 5;
        batch.put_sign_in([9; 32], sign_in);
        person.id = UserId(4);
        person.email = "other@example.org".into();
        person.unix = None;
        batch.put_person(scope, person);
    });
    says(&problems, "people", "credentials of person 7");
    says(&problems, "people", "Sign-in 5 is of person 9");
    says(&problems, "numbers", "The highest user is 4, but only 1");
    says(&problems, "numbers", "The highest sign-in is 5, but only 1");
}

#[test]
fn a_password_that_is_not_hashed() {
    let problems = rewritten(|batch, scope, _, mut credentials, _, _| {
        credentials.password = Some("correct horse".into());
        batch.put_credentials(scope, scope.user, Some(credentials));
    });
    says(&problems, "people", "is not a hash");
    assert!(!format!("{problems:?}").contains("correct horse"));
}

#[test]
fn indexes_of_people_that_lie() {
    let problems = after(|tx| {
        let mut table = tx.open_table(PEOPLE_BY_EMAIL).expect("a table");
        table.remove(("ana@example.org", 1)).expect("a row");
        table.insert(("eve@example.org", 1), 1).expect("a row");
    });
    says(&problems, "people", "An address is listed for person 1");
    let problems = after(|tx| {
        let mut table = tx.open_table(PEOPLE_BY_EMAIL).expect("a table");
        table.remove(("ana@example.org", 1)).expect("a row");
    });
    says(
        &problems,
        "people",
        "1 people are there, of whom 0 are found",
    );
    let problems = after(|tx| {
        let mut table = tx.open_table(PEOPLE_BY_UNIX).expect("a table");
        table.insert((0, 1), 1).expect("a row");
    });
    says(&problems, "people", "Unix user 0 is listed for person 1");
    let problems = after(|tx| {
        let mut table = tx.open_table(BADGES).expect("a table");
        table.insert(&[3; 32], (1, 1)).expect("a row");
    });
    says(&problems, "people", "A badge is listed for person 1");
    let problems = after(|tx| {
        let mut table = tx.open_table(INVITATIONS_BY_CODE).expect("a table");
        table.insert(&[3; 32], (1, 1)).expect("a row");
    });
    says(&problems, "people", "A code is listed for invitation 1");
    let problems = after(|tx| {
        let mut table = tx.open_table(SIGN_INS_BY_ID).expect("a table");
        table.insert((1, 1), &[3; 32]).expect("a row");
    });
    says(&problems, "people", "Sign-in 1 is listed under a secret");
    let problems = after(|tx| {
        let mut table = tx.open_table(SIGN_INS_BY_ID).expect("a table");
        table.remove((1, 1)).expect("a row");
    });
    says(&problems, "people", "1 sign-ins, of which 0 are found");
}

#[test]
fn records_of_people_that_cannot_be_read() {
    let problems = after(|tx| {
        let mut table = tx.open_table(SIGN_INS.definition()).expect("a table");
        table.insert(&[3; 32], [1u8, 2].as_slice()).expect("a row");
    });
    says(
        &problems,
        "people",
        "A sign-in in the database cannot be read",
    );
}

#[test]
fn an_audit_log_that_was_tampered_with() {
    for (tenant, prefix) in [(1, "Entry 1"), (0, "")] {
        let problems = after(move |tx| {
            let mut table = tx.open_table(AUDIT.definition()).expect("a table");
            let entry = AuditEntry {
                id: 99,
                at: Timestamp::default(),
                user: None,
                who: "eve".into(),
                kind: AuditKind::SignedIn,
                detail: String::new(),
                place: String::new(),
            };
            let bytes = pack(&entry).expect("bytes");
            assert_eq!(unpack::<AuditEntry>(&bytes).expect("an entry"), entry);
            let id = if tenant == 0 { 99 } else { 1 };
            table.insert((tenant, id), bytes.as_slice()).expect("a row");
        });
        if tenant == 1 {
            says(
                &problems,
                "audit",
                &format!("{prefix} of the audit log says that it is entry 99"),
            );
        } else {
            says(
                &problems,
                "audit",
                "The latest entry of the audit log is 99, but only 0",
            );
        }
    }
}

#[test]
fn an_entry_of_the_audit_log_cannot_be_written_twice() {
    let (app, scope) = staffed();
    let entries = |app: &App| {
        app.store
            .read(|tx| {
                let mut found = Vec::new();
                tx.shop(&scope).each_audit(|_, entry| {
                    found.push(entry);
                    Ok(())
                })?;
                Ok(found)
            })
            .expect("entries")
    };
    let before = entries(&app);
    // The counter is set back, so that the next number is one that is taken.
    app.store.damage(|tx| {
        let mut table = tx
            .open_table(crate::store::tables::COUNTERS)
            .expect("a table");
        table.insert((1, "audit"), 0).expect("a row");
    });
    let door = Threshold {
        uid: 0,
        operator: true,
        station: false,
        key: Secret::new(""),
        place: String::new(),
        shop: None,
    };
    app.note(&scope, &door, AuditKind::Exported, "x")
        .expect_err("it is taken");
    assert_eq!(entries(&app), before);
}
