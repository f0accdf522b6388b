//! Every attribute of an item of the catalogue, the endpoint that it comes from, and how it is read.

use brickops::domain::market::Purpose;
use brickops::domain::{ColorId, ItemKey};
use brickops::market::bricklink::{BrickLink, PartOut};

use super::verbs::{PRICE, price_key};
use super::{Rig, good};

const ITEM: &str = r#"{"no":"3001","name":"Brick 2 x 4 &#40;Bright&#41;","type":"PART","category_id":5,"alternate_no":"3001old, 54534",
 "image_url":"//img.bricklink.com/ItemImage/PL/3001.png","thumbnail_url":"//img.bricklink.com/P/5/3001.jpg","weight":"2.32",
 "dim_x":"2.00","dim_y":"4.00","dim_z":"1.00","year_released":1958,"is_obsolete":true}"#;

type Read = fn(&BrickLink) -> String;

fn item(client: &BrickLink) -> brickops::domain::market::CatalogFacts {
    client
        .item(&ItemKey::part("3001"), Purpose::Catalogue)
        .expect("an item")
}

fn price(client: &BrickLink) -> brickops::domain::market::PriceGuide {
    client
        .price(&price_key(), Purpose::Catalogue)
        .expect("prices")
}

fn color(client: &BrickLink) -> brickops::domain::Color {
    client
        .colors(Purpose::Catalogue)
        .expect("colours")
        .remove(0)
}

fn category(client: &BrickLink) -> brickops::domain::Category {
    client
        .categories(Purpose::Catalogue)
        .expect("categories")
        .remove(0)
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn every_attribute_has_its_endpoint() {
    const FACTS: &str = "GET items/{type}/{no}";
    const COLORS: &str = "GET items/{type}/{no}/colors";
    const GUIDE: &str = "GET items/{type}/{no}/price";
    const COLOR: &str =
        r#"[{"color_id":5,"color_name":"Red","color_code":"B30006","color_type":"Solid"}]"#;
    const CATEGORY: &str =
        r#"[{"category_id":5,"category_name":"Brick &amp; more","parent_id":3}]"#;
    let table: [(&str, &str, &str, Read, &str); 28] = [
        (
            "kind",
            FACTS,
            ITEM,
            |c| item(c).key.kind.word().into(),
            "Part",
        ),
        ("number", FACTS, ITEM, |c| item(c).key.no, "3001"),
        (
            "name",
            FACTS,
            ITEM,
            |c| item(c).name,
            "Brick 2 x 4 (Bright)",
        ),
        (
            "alternates",
            FACTS,
            ITEM,
            |c| item(c).alternates.join(" "),
            "3001old 54534",
        ),
        (
            "category",
            FACTS,
            ITEM,
            |c| item(c).category.0.to_string(),
            "5",
        ),
        (
            "year",
            FACTS,
            ITEM,
            |c| format!("{:?}", item(c).year),
            "Some(1958)",
        ),
        (
            "weight",
            FACTS,
            ITEM,
            |c| item(c).weight.expect("known").to_string(),
            "2.32 g",
        ),
        (
            "dimensions",
            FACTS,
            ITEM,
            |c| item(c).dimensions.expect("known").to_string(),
            "2 x 4 x 1",
        ),
        (
            "image",
            FACTS,
            ITEM,
            |c| item(c).image,
            "https://img.bricklink.com/ItemImage/PL/3001.png",
        ),
        (
            "obsolete",
            FACTS,
            ITEM,
            |c| item(c).obsolete.to_string(),
            "true",
        ),
        (
            "colours",
            COLORS,
            r#"[{"color_id":"11","quantity":"3"},{"color_id":5,"quantity":9},{"color_id":5}]"#,
            |c| {
                format!(
                    "{:?}",
                    c.item_colors(&ItemKey::part("3001"), Purpose::Catalogue)
                        .expect("colours")
                )
            },
            "[ColorId(5), ColorId(11)]",
        ),
        (
            "element ids",
            "GET item_mapping/{type}/{no}",
            r#"[{"item":{"no":"3001","type":"PART"},"color_id":5,"color_name":"Red","element_id":300121}]"#,
            |c| {
                let found = c.elements_of(&ItemKey::part("3001"), None, Purpose::Catalogue);
                let found = found.expect("elements");
                format!(
                    "{} {} {}",
                    found[0].item.no, found[0].color, found[0].element
                )
            },
            "3001 5 300121",
        ),
        (
            "picture in a colour",
            "GET items/{type}/{no}/images/{color}",
            r#"{"no":"3001","type":"PART","thumbnail_url":"//img.bricklink.com/P/5/3001.jpg"}"#,
            |c| {
                c.item_image(&ItemKey::part("3001"), ColorId(5), Purpose::Catalogue)
                    .expect("a picture")
            },
            "https://img.bricklink.com/P/5/3001.jpg",
        ),
        (
            "what is in it",
            "GET items/{type}/{no}/subsets",
            r#"[{"match_no":0,"entries":[{"item":{"no":"3001","type":"PART","name":"B"},"color_id":5,"quantity":4}]}]"#,
            |c| {
                let found = c.subsets(
                    &ItemKey::part("x"),
                    None,
                    PartOut::default(),
                    Purpose::Catalogue,
                );
                let found = found.expect("parts");
                format!("{} of {}", found[0].quantity, found[0].item.no)
            },
            "4 of 3001",
        ),
        (
            "what it is in",
            "GET items/{type}/{no}/supersets",
            r#"[{"color_id":5,"entries":[{"item":{"no":"10-1","type":"SET","name":"S"},"quantity":4,"appears_as":"C"}]}]"#,
            |c| {
                let found = c
                    .supersets(&ItemKey::part("3001"), None, Purpose::Catalogue)
                    .expect("sets");
                format!("{} {:?}", found[0].item.no, found[0].appears)
            },
            "10-1 Counterpart",
        ),
        (
            "name of its colour",
            "GET colors",
            COLOR,
            |c| color(c).name,
            "Red",
        ),
        (
            "look of its colour",
            "GET colors",
            COLOR,
            |c| format!("{:?}", color(c).rgb.expect("known")),
            "Rgb(179, 0, 6)",
        ),
        (
            "group of its colour",
            "GET colors",
            COLOR,
            |c| color(c).group,
            "Solid",
        ),
        (
            "name of its category",
            "GET categories",
            CATEGORY,
            |c| category(c).name,
            "Brick & more",
        ),
        (
            "category above",
            "GET categories",
            CATEGORY,
            |c| format!("{:?}", category(c).parent),
            "Some(CategoryId(3))",
        ),
        (
            "lowest price",
            GUIDE,
            PRICE,
            |c| price(c).min.to_string(),
            "0.0100",
        ),
        (
            "highest price",
            GUIDE,
            PRICE,
            |c| price(c).max.to_string(),
            "1.0000",
        ),
        (
            "average price",
            GUIDE,
            PRICE,
            |c| price(c).average.to_string(),
            "0.2000",
        ),
        (
            "average by quantity",
            GUIDE,
            PRICE,
            |c| price(c).quantity_average.to_string(),
            "0.1500",
        ),
        (
            "sales or lots",
            GUIDE,
            PRICE,
            |c| price(c).count.to_string(),
            "3",
        ),
        (
            "pieces sold or for sale",
            GUIDE,
            PRICE,
            |c| price(c).pieces.to_string(),
            "70",
        ),
        (
            "each sale or offer",
            GUIDE,
            PRICE,
            |c| price(c).points.len().to_string(),
            "2",
        ),
        (
            "currency of prices",
            GUIDE,
            PRICE,
            |c| price(c).key.currency,
            "EUR",
        ),
    ];
    for (attribute, endpoint, reply, read, expected) in table {
        let rig = Rig::new([good(reply)]);
        assert_eq!(read(&rig.client), expected, "{attribute}");
        assert_eq!(rig.endpoints(), [endpoint], "{attribute}");
    }
}

#[test]
fn what_is_not_known_is_not_invented() {
    let rig = Rig::new([good(
        r#"{"no":"3001","type":"part","weight":"0.00","dim_x":"0.00","year_released":0,"alternate_no":null,"image_url":"","category_id":null}"#,
    )]);
    let facts = item(&rig.client);
    assert_eq!(
        (facts.year, facts.weight, facts.dimensions),
        (None, None, None)
    );
    assert_eq!((facts.image.as_str(), facts.alternates.len()), ("", 0));
}
