//! Coming in, switching, locking, and what a role hides: key by key.

use super::shop::Shop;
use super::shop_people::{ANA, BADGE, PASSWORD, PIN, ana, ben};
use super::{Harness, plain};
use crate::api::client::Incoming;
use crate::api::{Event, Greeted};
use crate::domain::*;
use crate::tui::AppEvent;
use crate::tui::action::Action;
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

fn met_by(standing: Standing, width: u16, height: u16) -> Harness {
    let shop = Shop::new().met_by(standing);
    Harness::with(
        shop,
        Theme::new(Depth::Rgb),
        Destination::Home,
        width,
        height,
    )
}

fn signed_in(me: Me) -> Harness {
    met_by(Standing::SignedIn(Box::new(me)), 80, 24)
}

fn standing(harness: &Harness) -> Standing {
    harness.shop.present(|present| present.standing.clone())
}

fn sign_in(harness: &mut Harness, email: &str) {
    harness.type_in(email).press("Enter");
    harness.type_in(PASSWORD).press("Enter");
    harness.settle();
}

#[test]
fn the_first_start_opens_an_account_and_says_mistakes_while_typing() {
    let mut harness = met_by(Standing::NoAccount, 80, 24);
    harness.shows("Open an account");
    harness.type_in("Brick Corner").press("Enter");
    harness.type_in("Ana").press("Enter");
    harness.type_in("ana").shows("an address has an @");
    harness
        .type_in("@corner.example")
        .hides("an address has an @");
    harness.press("Enter").type_in("short");
    harness.shows("10 characters or more");
    harness.press("Ctrl+U").type_in(PASSWORD).press("Enter");
    harness.type_in("other").shows("not the same");
    harness.press("Ctrl+U").type_in(PASSWORD).hides(PASSWORD);
    harness
        .press("Enter Ctrl+U")
        .type_in("EURO")
        .shows("three letters");
    harness.press("Backspace Enter Ctrl+U").type_in("Mars/Base");
    harness.shows("such as Europe/Berlin");
    harness
        .press("Ctrl+U")
        .type_in("UTC")
        .press("Enter")
        .settle();
    harness.shows("Ana, owner").hides("Open an account");
}

#[test]
fn without_an_account_only_the_catalogue_is_open() {
    let mut harness = met_by(Standing::NoAccount, 80, 24);
    harness.press("Esc").shows("Only the catalogue is open");
    harness.press("Tab g i").shows("That needs an account.");
    harness.press("g h").settle();
    harness.shows("Open an account");
}

#[test]
fn a_wrong_password_is_said_and_typed_again() {
    let mut harness = met_by(Standing::SignedOut, 80, 24);
    harness.type_in(ANA).press("Enter").type_in("not-the-one");
    harness.hides("not-the-one").press("Enter").settle();
    harness.shows("The address or the password is wrong.");
    harness.type_in(PASSWORD).press("Enter").settle();
    harness.shows("Ana, owner").shows("Needs you");
}

#[test]
fn a_code_lets_a_new_person_in() {
    let mut harness = met_by(Standing::SignedOut, 80, 24);
    harness.press("F2").shows("I have a code");
    harness
        .type_in("ABCD-EFGH")
        .press("Enter")
        .hides("ABCD-EFGH");
    harness.type_in("Cas").press("Enter");
    harness.type_in(PASSWORD).press("Enter");
    harness.type_in("something else").press("Enter");
    harness.shows("not the same");
    harness
        .press("Ctrl+U")
        .type_in(PASSWORD)
        .press("Enter")
        .settle();
    harness.shows("Cas, picker");
}

#[test]
fn another_person_takes_over_by_pin_and_the_screen_stays() {
    let mut harness = signed_in(ana());
    harness.press("g c").type_in("plate 1x").settle();
    harness
        .press("Ctrl+T")
        .shows("Who is here?")
        .shows("plate 1x");
    harness.type_in("b1111").press("Enter").settle();
    harness.shows("The PIN is wrong.").hides("1111");
    harness.type_in(PIN).press("Enter").settle();
    harness
        .shows("Ben, picker")
        .shows("Find  plate 1x")
        .hides("Who is here?");
    // Whoever only looked in goes back without a change.
    harness
        .press("Ctrl+T Esc")
        .shows("Ben, picker")
        .hides("Who is here?");
}

#[test]
fn a_badge_is_read_wherever_one_is() {
    // Where keys are commands.
    let mut harness = signed_in(ana());
    harness.press("g o").settle();
    harness
        .type_in(BADGE)
        .hides("ABCDEFGH")
        .press("Enter")
        .settle();
    harness.shows("Ben, picker").shows("Orders");
    // In a text: it goes out of it again.
    let mut harness = signed_in(ana());
    harness.press("g c").type_in("plate").type_in(BADGE);
    harness.press("Enter").settle();
    harness
        .shows("Ben, picker")
        .shows("Find  plate")
        .hides("%B");
    // On the sign-in panel and the list of people.
    let mut harness = signed_in(ana());
    harness.press("Ctrl+T").type_in(BADGE).hides("ABCDEFGH");
    harness.press("Enter").settle();
    harness.shows("Ben, picker");
    let mut harness = met_by(Standing::SignedOut, 80, 24);
    harness.type_in(BADGE).press("Enter").settle();
    harness.shows("Ben, picker");
    // One that nobody has changes nothing.
    let mut harness = signed_in(ana());
    harness.type_in("%BZZZZZZZZZZZZZZZZZZZZ%").press("Enter");
    harness
        .shows("Nobody of this shop has that badge.")
        .shows("Ana, owner");
    harness
        .type_in("%nonsense")
        .press("Enter")
        .shows("That was no badge.");
    harness.type_in("%B").press("Esc g c").shows("Find");
}

#[test]
fn a_locked_station_shows_nothing_and_opens_to_where_one_was() {
    let mut harness = signed_in(ana());
    harness.press("g c").type_in("plate").settle();
    harness.press("Ctrl+O").settle();
    harness.shows("Locked").hides("plate").hides("Plate 1 x 2");
    assert!(matches!(standing(&harness), Standing::Locked(_)));
    harness.press("Esc g i").shows("Locked").hides("Quantity");
    harness
        .press("Up Down")
        .type_in(PIN)
        .press("Enter")
        .settle();
    harness.shows("Find  plate").hides("Locked");
}

#[test]
fn a_station_locks_itself_when_nobody_presses_a_key() {
    let mut harness = signed_in(ana());
    harness.press("g c").settle();
    harness.wait(14 * 60_000).shows("Find");
    harness.press("Down").wait(14 * 60_000).shows("Find");
    harness.wait(61_000).settle();
    harness.shows("Locked").hides("Find");
    // Zero minutes: never.
    let mut never = ana();
    never.settings.lock_after = 0;
    let mut harness = signed_in(never);
    harness.wait(10 * 3_600_000).hides("Locked");
}

#[test]
fn a_role_hides_what_it_does_not_include_and_says_whom_to_ask() {
    let mut harness = signed_in(ben());
    harness
        .press("g e")
        .shows("As picker you may not manage people")
        .shows("Ask Ana.");
    harness.press("g a").shows("read and export the audit log");
    harness.press("g ,").shows("change the shop's settings");
    harness
        .press("?")
        .hides("See people, invitations")
        .press("Esc");
    harness
        .press("Ctrl+P")
        .type_in("people")
        .hides("See people, invitations");
    harness.press("Esc g c").type_in("3001").press("Tab o");
    harness.shows("As picker you may not change the shop's tags");
    // Every action that a role lacks is refused, and none of them asks the server anything.
    for role in Role::ALL {
        let mut harness = signed_in(Me {
            role: Some(role),
            ..ben()
        });
        harness.answering = false;
        let before = harness.open_requests().len();
        for action in Action::ALL {
            let Some(right) = action.right() else {
                continue;
            };
            if right.given_to(Some(role), Grants::default()) {
                continue;
            }
            for chord in action.chords() {
                if action.contexts().len() > 10 {
                    harness.press(chord);
                    harness.shows("you may not");
                }
            }
        }
        assert_eq!(harness.open_requests().len(), before, "{role:?}");
    }
}

#[test]
fn a_person_without_a_role_sees_how_to_ask_for_one() {
    let mut harness = signed_in(Me {
        role: None,
        ..ben()
    });
    harness
        .shows("no role yet")
        .shows("To get a role, ask Ana.");
    harness
        .press("g c")
        .shows("You have no role in this shop yet. Ask Ana");
}

#[test]
fn inviting_asks_for_the_password_and_shows_the_code_once() {
    let mut harness = signed_in(ana());
    harness.press("g e").settle();
    harness
        .shows("Ben")
        .shows("picker")
        .shows("cas@corner.example");
    harness.press("i").type_in("dan@corner.example");
    harness.press("Enter Enter Enter Enter").settle();
    harness.shows("Your password once more");
    harness.type_in("wrong").press("Enter").settle();
    harness.shows("That is not your password.");
    harness
        .type_in(PASSWORD)
        .hides(PASSWORD)
        .press("Enter")
        .settle();
    harness
        .shows("ABCD-EFGH-IJKL-MNOP")
        .shows("dan@corner.example");
    harness.press("p").shows("No printer is set up");
    harness
        .press("Esc")
        .hides("ABCD-EFGH")
        .shows("Signed in, and tokens");
}

#[test]
fn one_comes_back_to_where_one_was_and_is_remembered_there() {
    let mut harness = signed_in(Me {
        whereabouts: Some(Whereabouts::Item(ItemKey::part("3001"))),
        ..ana()
    });
    harness.settle();
    harness.shows("Brick 2 x 4").shows("Part 3001");
    harness.press("g i").settle();
    harness.wait(2_100).answer_all();
    let places = harness.shop.present(|present| present.places.clone());
    assert_eq!(
        places.last(),
        Some(&Whereabouts::Inventory(LotQuery::default()))
    );
    let count = places.len();
    harness.press("Down").wait(5_000).answer_all();
    let places = harness.shop.present(|present| present.places.len());
    assert_eq!(places, count, "staying is told once");
}

fn end_sign_in(harness: &mut Harness) {
    harness
        .shop
        .present(|present| present.standing = Standing::SignedOut);
    let event = Event::Standing(Box::new(Standing::SignedOut));
    harness.app.feed(AppEvent::Incoming(Incoming::Event(event)));
    harness.settle();
}

#[test]
fn a_sign_in_that_ends_covers_the_screen_and_one_goes_on_after_it() {
    let mut harness = signed_in(ana());
    harness.press("g i").settle();
    let before = plain(harness.buffer());
    end_sign_in(&mut harness);
    harness
        .shows("This sign-in has ended.")
        .hides("Quantity")
        .hides("A-1");
    harness.type_in(PASSWORD).press("Enter").settle();
    harness.shows("Ana, owner");
    assert_eq!(
        plain(harness.buffer()).lines().nth(3),
        before.lines().nth(3),
        "the same rows"
    );
    // Somebody else, whose role may not see this.
    let mut harness = signed_in(ana());
    harness.press("g e").settle();
    end_sign_in(&mut harness);
    harness.press("Shift+Tab Ctrl+U");
    sign_in(&mut harness, "ben@corner.example");
    harness
        .shows("Ben, picker")
        .shows("As picker you may not")
        .shows("Overview");
}

#[test]
fn an_answer_that_nobody_is_signed_in_leads_to_the_door() {
    let mut harness = signed_in(ana());
    harness
        .shop
        .present(|present| present.standing = Standing::SignedOut);
    harness.press("g i").settle();
    harness.shows("Sign in").shows("Nobody is signed in.");
}

#[test]
fn a_role_that_changes_hides_at_once() {
    let mut harness = signed_in(ana());
    harness.press("g e").settle();
    let demoted = Standing::SignedIn(Box::new(Me {
        role: Some(Role::Viewer),
        ..ana()
    }));
    harness
        .shop
        .present(|present| present.standing = demoted.clone());
    let event = Event::Standing(Box::new(demoted));
    harness.app.feed(AppEvent::Incoming(Incoming::Event(event)));
    harness.settle();
    harness
        .shows("Ana, viewer")
        .shows("Overview")
        .hides("cas@corner.example");
}

#[test]
fn a_reconnection_keeps_the_screen_and_the_lock() {
    let back = |harness: &Harness| {
        AppEvent::Incoming(Incoming::Back(Box::new(Greeted {
            standing: standing(harness),
            note: None,
        })))
    };
    let mut harness = signed_in(ana());
    harness.press("g c").type_in("plate").settle();
    harness
        .app
        .feed(AppEvent::Incoming(Incoming::Lost("gone.".into())));
    harness.app.feed(back(&harness));
    harness.settle();
    harness.shows("Find  plate").shows("The server is back.");
    harness.press("Ctrl+O").settle();
    // The next server knows nothing of the lock.
    let somebody = Standing::SignedIn(Box::new(ana()));
    harness.shop.present(|present| present.standing = somebody);
    harness
        .app
        .feed(AppEvent::Incoming(Incoming::Lost("gone.".into())));
    harness.app.feed(back(&harness));
    harness.settle();
    harness.shows("Locked").hides("plate");
    assert!(matches!(standing(&harness), Standing::Locked(_)));
}

#[test]
fn notes_of_the_shop_are_edited_shown_found_and_taken_back() {
    let mut harness = signed_in(ana());
    harness.press("g c").type_in("3001").press("Tab").settle();
    harness.press("o").settle();
    harness.shows("3001: the shop's own notes");
    harness.type_in("fast, box 4").press("Enter");
    harness
        .type_in("Weigh. / Twice.")
        .press("Enter")
        .type_in("nowhere");
    harness
        .shows("a letter and a number")
        .press("Enter")
        .shows("own notes");
    harness
        .press("Ctrl+U")
        .type_in("d12")
        .press("Enter")
        .settle();
    harness.shows("Saved.").hides("the shop's own notes");
    let kept = harness.shop.present(|present| present.overlays.clone());
    assert_eq!(kept[0].tags, ["fast", "box 4"]);
    assert_eq!(kept[0].notes, "Weigh.\nTwice.");
    assert_eq!(kept[0].bin, SortBin::parse("D12"));
    // The filter by own notes, among the others.
    harness
        .press("f Left Left")
        .shows("tags, notes or a bin of the shop");
    harness.press("Enter Esc").settle();
    harness
        .shows("with own notes")
        .shows("3001")
        .hides("3001pb001");
    harness.press("x").settle();
    harness.shows("3001pb001");
    harness.press("u").settle();
    harness.shows("as they were before");
    assert!(harness.shop.present(|present| present.overlays.is_empty()));
}

#[test]
fn the_own_account_changes_with_the_password() {
    let mut harness = signed_in(ana());
    harness
        .press("g y")
        .shows("ana@corner.example")
        .shows("owner of Brick Corner");
    harness
        .press("Down Down Enter")
        .type_in("1357")
        .press("Enter");
    harness
        .type_in("1358")
        .press("Enter")
        .shows("The two are not the same.");
    harness
        .type_in("1357")
        .press("Enter")
        .type_in("1357")
        .press("Enter")
        .settle();
    harness.shows("Your password once more");
    harness.type_in(PASSWORD).press("Enter").settle();
    harness.shows("Your PIN is set.").hides("1357");
    harness.press("b").settle();
    harness.shows(BADGE);
    harness.press("X").settle();
    harness.shows("Sign in");
    assert_eq!(standing(&harness), Standing::SignedOut);
}

#[test]
fn settings_and_alerts() {
    let mut harness = signed_in(ana());
    harness.press("g ,").settle();
    harness.shows("after 15 minutes without a key");
    harness.press("t").settle();
    harness.shows("command: ran.");
    harness.press("Enter Enter Enter Ctrl+U").type_in("x");
    harness.shows("a number of minutes");
    harness
        .press("Ctrl+U")
        .type_in("5")
        .press("Enter Enter Enter")
        .settle();
    let after = harness.shop.present(|present| present.settings.lock_after);
    assert_eq!(after, 5);
}

#[test]
fn the_audit_log_is_narrowed_by_words() {
    let mut harness = signed_in(ana());
    harness.press("g a").settle();
    harness
        .shows("signed-in")
        .shows("sign-in-failed")
        .shows("invited");
    harness.press("/").type_in("failed").settle();
    harness.shows("sign-in-failed").hides("invited");
    harness.type_in("zzz").settle();
    harness.shows("No entry has these words.");
}

#[test]
fn what_one_comes_in_by_looks_right() {
    for (name, standing, keys) in [
        ("set-up", Standing::NoAccount, ""),
        ("sign-in", Standing::SignedOut, ""),
        ("code", Standing::SignedOut, "F2"),
        ("switch", Standing::SignedIn(Box::new(ana())), "Ctrl+T"),
        ("locked", Standing::SignedIn(Box::new(ana())), "Ctrl+O"),
        ("you", Standing::SignedIn(Box::new(ana())), "g y"),
        ("people", Standing::SignedIn(Box::new(ana())), "g e"),
        ("invite", Standing::SignedIn(Box::new(ana())), "g e i"),
        ("audit", Standing::SignedIn(Box::new(ana())), "g a"),
        ("settings", Standing::SignedIn(Box::new(ana())), "g ,"),
    ] {
        for (width, height) in [(60, 15), (80, 24), (160, 48)] {
            let mut harness = met_by(standing.clone(), width, height);
            harness.press(keys).settle();
            // The machine's time zone is offered; here it is always the same.
            if name == "set-up" {
                harness.press("Shift+Tab Ctrl+U").type_in("UTC");
            }
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), harness.screen());
        }
    }
}
