//! A part from a photo, key by key, and what it looks like.

use super::shop_identify::{DOWN, GOOD, NOTHING};
use super::{Harness, Shop};
use crate::api::{IdentifyRequest, Request};
use crate::domain::market::{PhotoSource, Sought};
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

/// Whether answers come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    Come,
    AreWaitedFor,
}

/// How each look is reached.
const LOOKS: [(&str, &str, &str, Answers); 6] = [
    ("inbox", "", "Down Down", Answers::Come),
    ("waiting", GOOD, "Enter", Answers::AreWaitedFor),
    ("candidates", GOOD, "Enter Down", Answers::Come),
    ("nothing", NOTHING, "Enter", Answers::Come),
    ("failed", DOWN, "Enter", Answers::Come),
    ("failed_inbox", "", "Down Down Down Enter", Answers::Come),
];

fn at_photos(shop: Shop, theme: Theme, (width, height): (u16, u16)) -> Harness {
    let mut harness = Harness::with(shop, theme, Destination::Home, width, height);
    harness.press("g x").settle();
    harness
}

fn small() -> Harness {
    at_photos(Shop::new(), Theme::new(Depth::Rgb), (80, 24))
}

fn reach(
    theme: Theme,
    (_, text, keys, answers): (&str, &str, &str, Answers),
    size: (u16, u16),
) -> Harness {
    let mut harness = at_photos(Shop::new(), theme, size);
    harness.type_in(text);
    harness.answering = answers == Answers::Come;
    harness.press(keys);
    if harness.answering {
        harness.settle();
    }
    harness
}

fn asked(harness: &Harness) -> Vec<IdentifyRequest> {
    let requests = harness.open_requests().into_iter();
    requests
        .filter_map(|request| match request {
            Request::Identify(IdentifyRequest::Inbox) => None,
            Request::Identify(request) => Some(request),
            _ => None,
        })
        .collect()
}

#[test]
fn a_typed_path_leads_to_the_add_form() {
    let mut harness = small();
    harness.shows("Photos put into").shows("brick.jpg");
    harness.type_in(GOOD).press("Enter").settle();
    harness
        .shows("91 %")
        .shows("Plate 1 x 2")
        .shows("412 pcs")
        .shows("C-46")
        .shows("doubtful")
        .shows("unknown, r fetches")
        .shows("Colour, only a hint: Red 81 %");
    harness.press("Enter").settle();
    harness.shows("3023").shows("Quantity");
    // Esc leads back to the candidates, then to the inbox.
    harness.press("Esc").settle();
    harness.shows("Plate 1 x 2").shows("91 %");
    harness.press("Esc").settle();
    harness.shows("brick.jpg").hides("91 %");
}

#[test]
fn choosing_tells_the_service_which_one_it_was() {
    let mut harness = small();
    harness.press("Down").press("Enter").settle();
    harness.shows("91 %").press("Down");
    harness.answering = false;
    harness.press("Enter");
    let chosen = asked(&harness);
    let [
        IdentifyRequest::Chosen {
            listing,
            rank,
            photo,
        },
    ] = &chosen[..]
    else {
        panic!("{chosen:?}");
    };
    assert_eq!((listing.as_str(), *rank), ("res-1", 1));
    assert_eq!(photo.as_deref(), Some("brick.jpg"));
}

#[test]
fn what_is_looked_for_and_where_is_sent_as_it_was_typed() {
    for (text, source) in [
        ("~/my photo.jpg", PhotoSource::File("~/my photo.jpg".into())),
        (
            "HTTPS://example.org/a.jpg",
            PhotoSource::Web {
                address: "HTTPS://example.org/a.jpg".into(),
                local: false,
            },
        ),
    ] {
        let mut harness = small();
        harness.press("Tab f f").shows("Looks for sets");
        harness.press("Tab").type_in(text);
        harness.answering = false;
        harness.press("Enter");
        // A second Enter asks nothing more.
        harness.press("Enter");
        let asked = asked(&harness);
        let [IdentifyRequest::Photo(order)] = &asked[..] else {
            panic!("{asked:?}");
        };
        assert_eq!((&order.source, order.sought), (&source, Sought::Sets));
    }
}

#[test]
fn failures_say_how_to_go_on_and_nothing_is_lost() {
    let mut harness = small();
    harness.type_in(DOWN).press("Enter").settle();
    harness
        .shows("did not answer in time")
        .shows(DOWN)
        .shows("brick.jpg");
    // The same once more, as it stands there.
    harness.answering = false;
    harness.press("Enter");
    assert_eq!(asked(&harness).len(), 1);
    harness.shows("Looking at");
    harness.answering = true;
    harness.settle();
    harness.shows("did not answer in time").press("Esc");
    harness.hides("did not answer").shows(DOWN);
    // The search that the sentence speaks of is one key away.
    harness.press("Tab /").settle();
    harness.shows("Catalogue");

    // A photo of the inbox stays, and one stays at it.
    let mut harness = small();
    harness.press("Down Down Down Enter").settle();
    harness.shows("did not answer in time").shows("down.jpg");
    harness.answering = false;
    harness.press("Enter");
    let again = asked(&harness);
    assert!(
        matches!(&again[..], [IdentifyRequest::Photo(order)]
            if order.source == PhotoSource::Inbox("down.jpg".into())),
        "{again:?}"
    );
}

#[test]
fn a_photo_that_is_still_arriving_waits() {
    let mut harness = small();
    harness.press("Tab").settle();
    harness.answering = false;
    harness.press("Enter").shows("still arriving");
    assert_eq!(asked(&harness), []);
    harness.press("Down d");
    let aside = asked(&harness);
    assert_eq!(
        aside,
        [IdentifyRequest::PutAside {
            photo: "brick.jpg".into()
        }]
    );
}

#[test]
fn an_unknown_number_can_be_added_all_the_same() {
    let mut harness = small();
    harness.type_in(GOOD).press("Enter").settle();
    harness.press("Down Down Enter").settle();
    harness.shows("zz99999").shows("Quantity");
}

#[test]
fn how_it_looks() {
    for look in LOOKS {
        let name = look.0;
        for size in [(40, 12), (80, 24), (160, 48)] {
            let (width, height) = size;
            let mut plain = reach(Theme::new(Depth::Mono), look, size);
            insta::assert_snapshot!(
                format!("photo_{name}_{width}x{height}_mono"),
                plain.screen()
            );
            let mut colour = reach(Theme::new(Depth::Rgb), look, size);
            insta::assert_snapshot!(
                format!("photo_{name}_{width}x{height}_colour"),
                colour.styled()
            );
        }
    }
    for size in [(40, 12), (80, 24), (160, 48)] {
        let mut empty = at_photos(Shop::empty(), Theme::new(Depth::Mono), size);
        insta::assert_snapshot!(format!("photo_empty_{}x{}", size.0, size.1), empty.screen());
    }
}

#[test]
fn no_size_breaks_it_and_ascii_stays_ascii() {
    for look in LOOKS {
        let ascii = Theme::new(Depth::Ansi).with_ascii(true);
        let mut harness = reach(ascii, look, (80, 24));
        let screen = harness.screen();
        assert!(screen.is_ascii(), "{}:\n{screen}", look.0);
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for nth in 0..60 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let most = if nth % 3 == 0 { 201 } else { 45 };
            let (width, height) = ((state % most) as u16, (state >> 20) as u16 % most as u16);
            harness.resize(width, height);
            harness.buffer();
            if nth % 4 == 0 {
                harness.press("Down PageDown End PageUp").buffer();
            }
        }
    }
}
