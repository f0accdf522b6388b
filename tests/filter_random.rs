//! Random filters: every one that is understood is written and read back the same, and no text, however odd,
//! ends in anything but an expression or a mistake that can be shown.

use std::time::{Duration, Instant};

use brickops::domain::filter::{
    Anchor, CategoryTest, ColorTest, Completion, DateField, Expr, Field, Filter, Glyph, Matcher,
    MoneyField, NumberField, Span, SyncState, Test, TextField, apply, complete,
};
use brickops::domain::item::Grams;
use brickops::domain::{
    CategoryId, ColorId, Completeness, Condition, ItemKind, Marketplace, Money, Timestamp,
};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const NOW: Timestamp = Timestamp::from_seconds(1_773_500_000);

fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").expect("bundled")
}

/// Far from the time and place in which the filter was made.
fn elsewhere() -> (Timestamp, TimeZone) {
    let zone = TimeZone::get("Pacific/Auckland").expect("bundled");
    (Timestamp::from_seconds(1_900_000_000), zone)
}

fn matcher() -> impl Strategy<Value = Matcher> {
    let anchor = select(vec![
        Anchor::Nowhere,
        Anchor::Start,
        Anchor::End,
        Anchor::Both,
    ]);
    let text = prop_oneof![
        "[a-zäß0-9\"\\\\(),:=<>~ *?.!-]{1,8}",
        select(vec![
            "and", "or", "not", "-", "-red", "red", "!a", "a..b", "a,b", "..", "5", "\"", "\\",
            "&&", "İ"
        ])
        .prop_map(str::to_owned),
        "\\PC{1,6}",
    ];
    let glyph = prop_oneof![
        3 => prop_oneof!["[a-c0 \".,-]", "\\PC"]
            .prop_map(|c| c.chars().next().map_or(Glyph::Any, Glyph::One)),
        1 => Just(Glyph::Any),
        1 => Just(Glyph::Many),
    ];
    prop_oneof![
        (text, anchor.clone()).prop_filter_map("empty", |(text, at)| Matcher::text(&text, at)),
        (prop::collection::vec(glyph, 1..8), anchor)
            .prop_filter_map("everything", |(glyphs, at)| Matcher::pattern(&glyphs, at)),
    ]
}

fn span(least: i64, most: i64) -> impl Strategy<Value = Span<i64>> {
    (least..=most, least..=most, 0..4u8).prop_map(|(a, b, form)| match form {
        0 => Span::only(a),
        1 => Span {
            from: Some(a),
            to: None,
        },
        2 => Span {
            from: None,
            to: Some(a),
        },
        _ => Span {
            from: Some(a.min(b)),
            to: Some(a.max(b)),
        },
    })
}

fn map<T>(span: Span<i64>, change: impl Fn(i64) -> T) -> Span<T> {
    Span {
        from: span.from.map(&change),
        to: span.to.map(&change),
    }
}

fn some<T: Copy + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Vec<T>> {
    subsequence(all.to_vec(), 1..=all.len())
}

fn test() -> impl Strategy<Value = Test> {
    use SyncState::{Failed, InStep, Never, Waiting};
    let texts = select(vec![
        TextField::Number,
        TextField::Name,
        TextField::Place,
        TextField::Remarks,
        TextField::Comments,
        TextField::Tag,
        TextField::File,
        TextField::By,
    ]);
    let numbers = select(vec![
        NumberField::Quantity,
        NumberField::Tier,
        NumberField::Lot,
        NumberField::BrickOwlLot,
        NumberField::Guide,
    ]);
    let moneys = select(vec![MoneyField::Price, MoneyField::Cost, MoneyField::Value]);
    let dates = select(vec![DateField::Added, DateField::Changed]);
    let lacking: Vec<Field> = Field::all().filter(|field| field.can_miss()).collect();
    let market = prop::option::of(select(vec![Marketplace::BrickLink, Marketplace::BrickOwl]));
    let rooms = some(&['A', 'B', 'C']);
    let values = prop_oneof![
        4 => matcher().prop_map(Test::Words),
        4 => (texts, matcher()).prop_map(|(field, matcher)| Test::Text { field, matcher }),
        2 => matcher().prop_map(|m| Test::Color(ColorTest::Named(m))),
        1 => any::<u16>().prop_map(|id| Test::Color(ColorTest::Id(ColorId(id)))),
        1 => matcher().prop_map(|m| Test::Category(CategoryTest::Named(m))),
        1 => any::<u32>().prop_map(|id| Test::Category(CategoryTest::Id(CategoryId(id)))),
        2 => (numbers, span(0, 999_999_999_999_999_999))
            .prop_map(|(field, range)| Test::Number { field, range }),
        1 => span(-99, 99).prop_map(|range| Test::Number { field: NumberField::Sale, range }),
        1 => span(0, 9_999).prop_map(|range| Test::Number { field: NumberField::Year, range }),
        2 => (moneys, span(0, 9_999_999_999_999_999)).prop_map(|(field, range)| Test::Money {
            field,
            range: map(range, Money::from_raw),
        }),
        1 => span(0, u32::MAX.into()).prop_map(|range| {
            Test::Weight(map(range, |mg| Grams(u32::try_from(mg).expect("within"))))
        }),
        // 1900 to 2999
        2 => (dates, span(-2_208_988_800_000_000, 32_503_679_999_999_999)).prop_map(|(field, range)| {
            Test::Date { field, range: map(range, Timestamp::from_micros) }
        }),
    ];
    let choices = prop_oneof![
        some(&ItemKind::ALL).prop_map(Test::Kind),
        some(&[Condition::New, Condition::Used]).prop_map(Test::Condition),
        some(&[
            Completeness::Complete,
            Completeness::Incomplete,
            Completeness::Sealed
        ])
        .prop_map(Test::Completeness),
        rooms.prop_map(Test::Room),
        any::<bool>().prop_map(Test::Retain),
        any::<bool>().prop_map(Test::Known),
        (market, some(&[InStep, Waiting, Failed, Never]))
            .prop_map(|(market, states)| Test::Sync { market, states }),
        select(lacking.clone()).prop_map(Test::Missing),
        select(lacking).prop_map(Test::Has),
        any::<bool>().prop_map(|strict| Test::Duplicate { strict }),
    ];
    prop_oneof![3 => values, 1 => choices]
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        20 => test().prop_map(Expr::Test),
        1 => Just(Expr::All),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..5).prop_map(Expr::and),
            prop::collection::vec(inner.clone(), 1..5).prop_map(Expr::or),
            inner.prop_map(Expr::negated),
        ]
    })
}

/// Pieces that mean something to the grammar, and some that do not.
fn soup() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "red",
        "qty",
        "color",
        "price",
        "added",
        "dup",
        "missing",
        "sync",
        "loc",
        "type",
        "any",
        "and",
        "or",
        "not",
        "(",
        ")",
        "-",
        "!",
        ":",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        "~",
        "^=",
        "$=",
        "..",
        ".",
        ",",
        "*",
        "?",
        "\"",
        "\\",
        " ",
        "  ",
        "\n",
        "5",
        "0.10",
        "30d",
        "2026-03-01",
        "today",
        "bl",
        "bl=",
        "waiting",
        "strict",
        "ä",
        "İ",
        "\u{3000}",
        "🧱",
        "\u{301}",
        "&&",
        "http://",
        "12:30",
        "P",
        "new",
    ];
    prop::collection::vec(select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

/// What must hold for any text.
fn holds(text: &str) {
    let zone = zone();
    let started = Instant::now();
    match Filter::parse(text, NOW, &zone) {
        Ok(filter) => {
            let shown = filter.to_string();
            let (then, there) = elsewhere();
            let again = Filter::parse(&shown, then, &there);
            assert_eq!(again, Ok(filter), "{text:?} -> {shown:?}");
        }
        Err(mistake) => {
            let span = mistake.span.clone();
            assert!(
                text.get(span).is_some(),
                "{text:?}: {mistake:?} is not within the text"
            );
            assert!(!mistake.expected.is_empty());
        }
    }
    for cursor in 0..=text.len() + 1 {
        completes(text, cursor, &complete(text, cursor));
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{text:?} took {:?}",
        started.elapsed()
    );
}

fn completes(text: &str, cursor: usize, completion: &Completion) {
    assert!(
        text.get(completion.replace.clone()).is_some(),
        "{text:?} at {cursor}: {completion:?}"
    );
    let chosen = completion
        .proposals()
        .first()
        .copied()
        .unwrap_or("Dark \"Red\"");
    let (new, at) = apply(text, completion, chosen);
    assert!(
        new.is_char_boundary(at),
        "{text:?} at {cursor}: {new:?} {at}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(expr in expr()) {
        let filter = Filter { expr };
        let shown = filter.to_string();
        let (then, there) = elsewhere();
        let read = Filter::parse(&shown, then, &there);
        prop_assert_eq!(read.as_ref(), Ok(&filter), "{}", shown);
        let json = serde_json::to_string(&filter).expect("plain derives");
        let back: Filter = serde_json::from_str(&json).expect("what was written");
        prop_assert_eq!(back, filter);
    }

    #[test]
    fn token_soup_is_harmless(text in soup()) {
        holds(&text);
    }

    #[test]
    fn any_text_is_harmless(text in "\\PC{0,40}") {
        holds(&text);
    }

    #[test]
    fn bytes_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        holds(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_filter_is_never_silently_cut_short(text in soup()) {
        // What stands behind a filter that is understood counts.
        if let Ok(filter) = Filter::parse(&text, NOW, &zone()) {
            let more = Filter::parse(&format!("({text} ) zzz"), NOW, &zone());
            if let Ok(more) = more {
                let expected = Expr::and([filter.expr, Expr::Test(Test::Words(
                    Matcher::Contains("zzz".into()),
                ))]);
                prop_assert_eq!(more.expr, expected);
            } else {
                prop_assert!(filter.is_empty(), "only empty brackets are refused: {}", text);
            }
        }
    }
}

#[test]
fn the_longest_texts_end_soon() {
    for piece in [
        "(", "-", "!", "not ", "a ", "\"", "a,", "color:a,", "-(", "* ", "x or ", "\\", "qty:",
        "..", "((a)", "loc:a*b?", "sync:bl=",
    ] {
        let started = Instant::now();
        let text = piece.repeat(16 * 1024 / piece.len());
        let parsed = Filter::parse(&text, NOW, &zone());
        if let Err(mistake) = parsed {
            assert!(text.get(mistake.span).is_some(), "{piece}");
        }
        let completion = complete(&text, text.len());
        assert!(completion.replace.end <= text.len());
        let took = started.elapsed();
        assert!(took < Duration::from_secs(2), "{piece}: {took:?}");
    }
}
