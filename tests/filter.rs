//! The filter of the inventory: what is written, what is understood, and what is said about mistakes.

use brickops::domain::filter::{
    CategoryTest, ColorTest, DateField, Expr, Field, Filter, Glyph, Key, Matcher, Mistake,
    MistakeKind, MoneyField, NumberField, Span, SyncState, Test, TextField, What, complete,
    fixed_values, operators,
};
use brickops::domain::item::Grams;
use brickops::domain::{
    CategoryId, ColorId, Completeness, Condition, ItemKind, Marketplace, Money, Timestamp,
};
use jiff::tz::TimeZone;

/// 2026-03-14 14:53:20 UTC.
const NOW: Timestamp = Timestamp::from_seconds(1_773_500_000);

fn parse(text: &str) -> Result<Expr, Mistake> {
    Filter::parse(text, NOW, &TimeZone::UTC).map(|filter| filter.expr)
}

fn expr(text: &str) -> Expr {
    parse(text).expect(text)
}

fn test(test: Test) -> Expr {
    Expr::Test(test)
}

fn word(text: &str) -> Expr {
    test(Test::Words(Matcher::Contains(text.into())))
}

fn text(field: TextField, matcher: Matcher) -> Expr {
    test(Test::Text { field, matcher })
}

fn quantity(from: Option<i64>, to: Option<i64>) -> Expr {
    test(Test::Number {
        field: NumberField::Quantity,
        range: Span { from, to },
    })
}

fn color(name: &str) -> Expr {
    test(Test::Color(ColorTest::Named(Matcher::Contains(
        name.into(),
    ))))
}

/// What is underlined, what was expected, and the help.
fn mistake(text: &str) -> (String, Mistake) {
    let mistake = parse(text).expect_err(text);
    (text[mistake.span.clone()].to_owned(), mistake)
}

#[test]
fn words_and_phrases_all_must_occur() {
    assert_eq!(expr(""), Expr::All);
    assert_eq!(expr("  \t "), Expr::All);
    assert_eq!(
        expr("Brick RED"),
        Expr::And(vec![word("brick"), word("red")])
    );
    assert_eq!(expr("\"Plate 2 x 4\""), word("plate 2 x 4"));
    assert_eq!(expr(r#""2\" \\ nail""#), word("2\" \\ nail"));
    assert_eq!(expr("ÄRGER"), word("ärger"));
    assert_eq!(
        expr("Slope, 45"),
        Expr::And(vec![word("slope,"), word("45")])
    );
    assert_eq!(expr("sword - long"), expr("sword \"-\" long"));
    assert_eq!(expr(", a"), Expr::And(vec![word(","), word("a")]));
    assert_eq!(expr("*"), Expr::All);
    assert_eq!(expr("30*"), test(Test::Words(Matcher::Starts("30".into()))));
    assert_eq!(expr("\"30*\""), word("30*"));
}

#[test]
fn joining_and_its_strength() {
    let [a, b, c] = [word("a"), word("b"), word("c")];
    assert_eq!(
        expr("a b or c"),
        Expr::Or(vec![Expr::And(vec![a.clone(), b.clone()]), c.clone()])
    );
    assert_eq!(
        expr("a and (b OR c)"),
        Expr::And(vec![a.clone(), Expr::Or(vec![b.clone(), c.clone()])])
    );
    assert_eq!(
        expr("not a b"),
        Expr::And(vec![a.clone().negated(), b.clone()])
    );
    assert_eq!(expr("-a"), a.clone().negated());
    assert_eq!(expr("!a"), a.clone().negated());
    assert_eq!(expr("not -a"), a.clone());
    assert_eq!(
        expr("-(a b)"),
        Expr::And(vec![a.clone(), b.clone()]).negated()
    );
    assert_eq!(expr("((a))(b)c"), Expr::And(vec![a.clone(), b, c]));
    assert_eq!(expr("\"or\""), word("or"));
    assert_eq!(expr("a-b"), word("a-b"));
}

#[test]
fn texts() {
    use Matcher::{Contains, Ends, Equals, Starts};
    let name = |matcher| text(TextField::Name, matcher);
    assert_eq!(expr("name:Tile"), name(Contains("tile".into())));
    assert_eq!(expr("name~Tile"), name(Contains("tile".into())));
    assert_eq!(expr("name=Tile"), name(Equals("tile".into())));
    assert_eq!(expr("name==Tile"), name(Equals("tile".into())));
    assert_eq!(expr("name^=Tile"), name(Starts("tile".into())));
    assert_eq!(expr("name$=Tile"), name(Ends("tile".into())));
    assert_eq!(expr("name!=Tile"), name(Equals("tile".into())).negated());
    assert_eq!(expr("name : Tile"), expr("name:Tile"));
    assert_eq!(
        expr("loc:A-12*"),
        text(TextField::Place, Starts("a-12".into()))
    );
    assert_eq!(expr("place=*12"), text(TextField::Place, Ends("12".into())));
    assert_eq!(
        expr("loc:\"A*\""),
        text(TextField::Place, Contains("a*".into()))
    );
    assert_eq!(
        expr("loc:\"Shelf 1\"*"),
        text(TextField::Place, Starts("shelf 1".into()))
    );
    let glyphs = [Glyph::One('a'), Glyph::Any, Glyph::Many, Glyph::One('1')];
    let wildcard = Matcher::pattern(&glyphs, brickops::domain::filter::Anchor::Both);
    assert_eq!(
        expr("loc:A?*1"),
        text(TextField::Place, wildcard.expect("a pattern"))
    );
    assert_eq!(
        expr("tag:xmas,\"big, blue\""),
        Expr::Or(vec![
            text(TextField::Tag, Contains("xmas".into())),
            text(TextField::Tag, Contains("big, blue".into())),
        ])
    );
    assert_eq!(expr("loc:*"), test(Test::Has(Field::Place)));
    assert_eq!(expr("loc=\"\""), test(Test::Missing(Field::Place)));
    assert_eq!(
        expr("loc!=\"\""),
        test(Test::Missing(Field::Place)).negated()
    );
    assert_eq!(expr("qty:*"), test(Test::Has(Field::Quantity)));
    assert_eq!(expr("room!=*"), test(Test::Has(Field::Room)).negated());
    assert_eq!(expr("no:*"), Expr::All, "every lot has one");
    assert_eq!(expr("any^=a"), test(Test::Words(Starts("a".into()))));
    assert_eq!(
        expr("remarks:12:30"),
        text(TextField::Remarks, Contains("12:30".into()))
    );
}

#[test]
fn numbers_and_amounts() {
    assert_eq!(expr("qty:5"), quantity(Some(5), Some(5)));
    assert_eq!(expr("qty < 5"), quantity(None, Some(4)));
    assert_eq!(expr("qty:>5"), quantity(Some(6), None));
    assert_eq!(expr("QTY:5..20"), quantity(Some(5), Some(20)));
    assert_eq!(expr("qty!=5..20"), quantity(Some(5), Some(20)).negated());
    assert_eq!(expr("qty:..3"), quantity(None, Some(3)));
    let money = |field, from: Option<i64>, to: Option<i64>| {
        test(Test::Money {
            field,
            range: Span {
                from: from.map(Money::from_raw),
                to: to.map(Money::from_raw),
            },
        })
    };
    assert_eq!(
        expr("price:0.10.."),
        money(MoneyField::Price, Some(1_000), None)
    );
    assert_eq!(expr("cost<1"), money(MoneyField::Cost, None, Some(9_999)));
    assert_eq!(
        expr("value>0.5"),
        money(MoneyField::Value, Some(5_001), None)
    );
    assert_eq!(
        expr("weight:1..2.5"),
        test(Test::Weight(Span {
            from: Some(Grams(1_000)),
            to: Some(Grams(2_500)),
        }))
    );
    let lot = |n| {
        test(Test::Number {
            field: NumberField::Lot,
            range: Span::only(n),
        })
    };
    assert_eq!(expr("lot:17,18"), Expr::Or(vec![lot(17), lot(18)]));
}

#[test]
fn dates_are_points_in_time() {
    let added = |from: Option<i64>, to: Option<i64>| {
        test(Test::Date {
            field: DateField::Added,
            range: Span {
                from: from.map(Timestamp::from_micros),
                to: to.map(Timestamp::from_micros),
            },
        })
    };
    let month_ago = (1_773_500_000 - 30 * 86_400) * 1_000_000;
    assert_eq!(expr("added<30d"), added(Some(month_ago + 1), None));
    assert_eq!(expr("added>30d"), added(None, Some(month_ago - 1)));
    let march = 1_772_323_200 * 1_000_000;
    assert_eq!(
        expr("created:2026-03-01"),
        added(Some(march), Some(march + 86_400_000_000 - 1))
    );
    let zone = TimeZone::get("America/New_York").expect("bundled");
    let there = Filter::parse("added>=2026-03-01", NOW, &zone).expect("a date");
    assert_eq!(there.expr, added(Some(march + 5 * 3_600_000_000), None));
}

#[test]
fn choices_colors_and_the_rest() {
    assert_eq!(
        expr("type:set,P"),
        test(Test::Kind(vec![ItemKind::Part, ItemKind::Set]))
    );
    assert_eq!(
        expr("cond:used,new,N"),
        test(Test::Condition(vec![Condition::New, Condition::Used]))
    );
    assert_eq!(
        expr("cond!=new"),
        test(Test::Condition(vec![Condition::New])).negated()
    );
    assert_eq!(
        expr("sub:Sealed"),
        test(Test::Completeness(vec![Completeness::Sealed]))
    );
    assert_eq!(
        expr("color:red,5"),
        Expr::Or(vec![
            color("red"),
            test(Test::Color(ColorTest::Id(ColorId(5))))
        ])
    );
    assert_eq!(expr("color:\"5\""), color("5"));
    assert_eq!(
        expr("cat:143"),
        test(Test::Category(CategoryTest::Id(CategoryId(143))))
    );
    assert_eq!(expr("room:b,a"), test(Test::Room(vec!['A', 'B'])));
    assert_eq!(
        expr("room:A,none"),
        Expr::Or(vec![
            test(Test::Room(vec!['A'])),
            test(Test::Missing(Field::Room))
        ])
    );
    assert_eq!(expr("known:no"), test(Test::Known(false)));
    assert_eq!(expr("retain:yes"), test(Test::Retain(true)));
    let sync = |market, states: &[SyncState]| {
        test(Test::Sync {
            market,
            states: states.to_vec(),
        })
    };
    assert_eq!(expr("sync:failed"), sync(None, &[SyncState::Failed]));
    assert_eq!(
        expr("sync:bl=waiting,failed,owl=never"),
        Expr::Or(vec![
            sync(
                Some(Marketplace::BrickLink),
                &[SyncState::Waiting, SyncState::Failed]
            ),
            sync(Some(Marketplace::BrickOwl), &[SyncState::Never]),
        ])
    );
    assert_eq!(expr("missing:price"), test(Test::Missing(Field::Price)));
    assert_eq!(
        expr("has:remarks,tag"),
        Expr::Or(vec![
            test(Test::Has(Field::Remarks)),
            test(Test::Has(Field::Tag))
        ])
    );
    let dup = |strict| test(Test::Duplicate { strict });
    assert_eq!(expr("dup:"), dup(false));
    assert_eq!(expr("dup: red"), Expr::And(vec![dup(false), word("red")]));
    assert_eq!(expr("(dup:)"), dup(false));
    assert_eq!(expr("dup:strict"), dup(true));
    assert_eq!(expr("dup:no"), dup(false).negated());
    assert_eq!(
        expr("color:red qty<5 loc:A-* -sticker"),
        Expr::And(vec![
            color("red"),
            quantity(None, Some(4)),
            text(TextField::Place, Matcher::Starts("a-".into())),
            word("sticker").negated(),
        ])
    );
}

#[test]
fn mistakes_say_where_and_what_to_do() {
    for (text, underlined, expected, help) in [
        (
            "red qty:abc",
            "abc",
            "a whole number, such as 5 or 5..20",
            "",
        ),
        (
            "colr:red",
            "colr",
            "the name of a field",
            "No such field; did you mean color?",
        ),
        ("colr:red", "colr", "", "put it in quotes: \"colr:red\""),
        ("foo:bar x", "foo", "", "\"foo:bar\""),
        ("12:30", "12:30", "a word", "put it in quotes: \"12:30\""),
        (
            "see http://a.b/c?d=1 x",
            "http://a.b/c?d=1",
            "a word",
            "\"http://a.b/c?d=1\"",
        ),
        ("price:0,10", "0,10", "an amount with a point", "0.10"),
        ("qty:1,000", "1,000", "a whole number", "without separators"),
        ("a) b", ")", "an opening bracket", ""),
        ("a ()", "()", "a word", "empty"),
        ("cond:mint x", "mint", "one of new, used", ""),
        ("cond<new", "<", "one of : = !=", ""),
        ("name<5", "<", "one of : = != ~ ^= $=", "text"),
        ("qty~5", "5", "a whole number", "compared with"),
        ("qty=<5", "=", "an operator", "<="),
        ("qty<5..20", "5..20", "one number", "qty:5..20"),
        ("qty:20..5 x", "20..5", "a whole number", "5..20"),
        ("or red", "or", "a word", "quotes"),
        ("red and or blue", "or", "a word", "in a row"),
        ("(a or) b", ")", "a word", ""),
        ("and", "and", "a word", "quotes"),
        ("a && b", "&&", "text", "Write and"),
        (":x", ":", "the name of a field before this", ""),
        ("color: ) ", ")", "a value after color:", ""),
        ("color:(red)", "(", "a value after color:", "color:a,b"),
        (
            "color:red, blue",
            " ",
            "a value after color:",
            "without blanks",
        ),
        ("color:,blue", ",", "a value", ""),
        (
            "missing:lot",
            "lot",
            "the name of a field",
            "Every lot has lot.",
        ),
        (
            "missing:pirce x",
            "pirce",
            "the name of a field",
            "did you mean price?",
        ),
        ("added:01.03.2026 x", "01.03.2026", "an age", "2026-03-01"),
        ("added=30d", "30d", "a date", "added"),
        ("loc:A-1..A-9", "A-1..A-9", "a text", "Ranges"),
        ("color:70000", "70000", "a name, or a number", ""),
        ("\"color\":red", ":", "a blank", ""),
        ("-) x", "-", "a word", ""),
        ("sync:ebay=waiting x", "ebay=waiting", "bl or owl", ""),
        ("qty:5 .. 20", "..", "a field before the range", "qty:5..20"),
        ("red 5..20", "5..20", "a field before the range", "quotes"),
        ("qty:5-20", "5-20", "a whole number", "5..20"),
        ("qty:5+", "5+", "a whole number", "5.."),
        ("name^slope", "^", "an operator", "^="),
        ("a || b", "|", "text", "or"),
        ("color:red|blue", "|", "text", "color:red,blue"),
        ("\u{201c}red\u{201d}", "\u{201c}", "text", "straight"),
        ("price:5€", "5€", "an amount", "without a currency"),
        ("added<1.5d", "1.5d", "an age", "36h"),
        ("added:last week", "last", "an age", "today"),
        (
            "a\u{1b}[1m:b",
            "a\u{1b}[1m",
            "the name",
            "put it in quotes.",
        ),
        ("plate = 4", "plate", "the name of a field", "No such field"),
    ] {
        let (found, mistake) = mistake(text);
        assert_eq!(found, underlined, "{text}: {mistake:?}");
        assert!(mistake.expected.contains(expected), "{text}: {mistake:?}");
        if text != "added=30d" {
            let said = mistake.help.clone().unwrap_or_default();
            assert!(said.contains(help), "{text}: {mistake:?}");
        }
        assert_eq!(mistake.kind, MistakeKind::Wrong, "{text}: {mistake:?}");
    }
}

#[test]
fn an_end_that_is_still_typed_is_unfinished() {
    for text in [
        "qty<",
        "qty< ",
        "qty:",
        "red -",
        "red not",
        "red or",
        "red and ",
        "(red",
        "(",
        "\"red",
        "loc:\"A",
        "color:red,",
        "cond:ne",
        "type:min",
        "added<3",
        "added<30",
        "changed>=2026-0",
        "price:0.",
        "qty:5.",
        "qty:5..2",
        "qty:..",
        "missing:pri",
        "missing:",
        "sync:bl",
        "sync:bl=",
        "sync:bl=wai",
        "sync:o",
        "sale:-",
        "(red or (blue",
        "name:\"\"",
        "\"\"",
        "dup:str",
        "name^",
        "qty!",
        "room:n",
    ] {
        let (_, mistake) = mistake(text);
        assert_eq!(mistake.kind, MistakeKind::Unfinished, "{text}: {mistake:?}");
    }
}

#[test]
fn everything_that_is_proposed_is_understood() {
    let keys = Field::all().map(Key::Field);
    for key in keys.chain([Key::Any, Key::Missing, Key::Has, Key::Duplicate]) {
        let fixed = fixed_values(key);
        for value in &fixed {
            expr(&format!("{}:{value}", key.name()));
        }
        for operator in operators(key) {
            let value = match key {
                Key::Field(Field::Added | Field::Changed) => "2026-03-01",
                _ => fixed.first().copied().unwrap_or("5"),
            };
            let text = format!("{}{}{value}", key.name(), operator.sign());
            assert_ne!(expr(&text), Expr::All, "{text}");
        }
        for name in key.names() {
            let proposed = complete(name, name.len());
            assert_eq!(proposed.what, What::Operators(key), "{name}");
        }
    }
}

#[test]
fn limits_are_said() {
    let (_, mistake) = mistake(&"(".repeat(65));
    assert!(mistake.expected.contains("brackets"), "{mistake}");
    let deep = format!("{}x{}", "-(a or (".repeat(17), "))".repeat(17));
    assert!(parse(&deep).is_err());
    let shallow = format!("{}x{}", "(a or (b ".repeat(14), "))".repeat(14));
    assert!(parse(&shallow).is_ok());
    let many = "a ".repeat(501);
    assert!(parse(&many).expect_err("many").expected.contains("500"));
    assert!(parse(&many[2..]).is_ok());
    let long = "ä".repeat(9_000);
    let error = parse(&long).expect_err("long");
    assert!(long.is_char_boundary(error.span.start), "{error:?}");
    assert!(parse(&long[..16 * 1024]).is_ok());
}

#[test]
fn the_canonical_text_is_short() {
    for (written, shown) in [
        ("", ""),
        ("Brick   AND red", "brick red"),
        ("qty<5", "qty<=4"),
        ("qty=5", "qty=5"),
        ("price>0.10", "price>=0.1001"),
        ("colour:Red,BLUE", "color:red,blue"),
        ("not (color:red,blue)", "-color:red,blue"),
        ("a (b or c)", "a (b or c)"),
        ("a or b c", "a or b c"),
        ("not(a b)", "-(a b)"),
        ("loc:A-12*", "loc^=a-12"),
        ("loc:a*b?\" \"", "loc:a*b?\" \""),
        ("\"and\"", "\"and\""),
        ("-*", "-*"),
        ("lot:17,18", "lot=17,18"),
        ("added>=2026-03-01", "added>=2026-03-01T00:00Z"),
        ("type:P,s", "type:part,set"),
        ("dup:", "dup:yes"),
        ("has:tag,loc", "has:tag,loc"),
    ] {
        let filter = Filter::parse(written, NOW, &TimeZone::UTC).expect(written);
        assert_eq!(filter.to_string(), shown, "{written}");
    }
}
