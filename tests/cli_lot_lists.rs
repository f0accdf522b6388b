//! Saved views, the rule for places, and files beside the live stock, as a script works with them.

mod common;

use serde_json::{Value, json};

use common::Shop;

/// Runs a verb of the inventory that ends with this exit code and answers with JSON.
#[track_caller]
fn ends(shop: &Shop, code: i32, args: &[&str]) -> Value {
    let all = [&["inventory"], args, &["--format", "json"]].concat();
    shop.run(&all).ended(code).json()
}

#[track_caller]
fn done(shop: &Shop, args: &[&str]) -> Value {
    ends(shop, 0, args)
}

#[track_caller]
fn count(shop: &Shop, args: &[&str]) -> usize {
    let found = done(shop, &[args, &["--limit", "5000"]].concat());
    found.as_array().expect("an array").len()
}

#[test]
fn views_are_saved_listed_used_renamed_and_forgotten() {
    let shop = Shop::stocked();
    assert_eq!(done(&shop, &["views", "list"]), json!([]));
    let saved = done(
        &shop,
        &[
            "views",
            "save",
            "Red ones",
            "--filter",
            "color=Red",
            "--sort",
            "price:down",
            "--columns",
            "loc,no,price",
        ],
    );
    let wanted = json!({
        "name": "Red ones",
        "filter": "color=Red",
        "sort": ["price:down"],
        "shelf": "live",
        "columns": ["loc", "no", "price"],
    });
    assert_eq!(saved, wanted);
    let by_view = done(&shop, &["list", "--view", "red ONES", "--limit", "5000"]);
    let by_hand = done(
        &shop,
        &[
            "list",
            "--filter",
            "color=Red",
            "--sort",
            "price:down",
            "--limit",
            "5000",
        ],
    );
    assert_eq!(by_view, by_hand);
    assert!(by_view.as_array().is_some_and(|rows| !rows.is_empty()));
    let renamed = done(&shop, &["views", "rename", "red ones", "Scarlet"]);
    assert_eq!(renamed["name"], "Scarlet");
    let table = shop.run(&["inventory", "views", "list"]).ended(0).out;
    assert!(
        table.contains("Scarlet") && table.contains("color=Red"),
        "{table}"
    );
    done(&shop, &["views", "forget", "scarlet"]);
    let error = ends(&shop, 1, &["views", "forget", "scarlet"]);
    assert_eq!(error["error"]["code"], "NOT_FOUND");
    let wrong = ends(&shop, 1, &["views", "save", "x", "--filter", "qty<five"]);
    assert_eq!(wrong["error"]["code"], "INVALID");
    assert_eq!(done(&shop, &["views", "list"]), json!([]));
}

#[test]
fn a_rule_for_places_is_shown_tried_and_set() {
    let shop = Shop::stocked();
    let all = count(&shop, &["list"]);
    done(&shop, &["set", "--all", "remarks+= | sorted"]);
    let fit = done(&shop, &["place-rule", "show"]);
    assert_eq!(
        (&fit["rule"], &fit["lots"]),
        (&json!("remarks"), &json!(all))
    );
    let odd = fit["not_understood"].as_u64().expect("a number");
    assert_eq!(
        fit["understood"].as_u64().expect("a number")
            + fit["without_remarks"].as_u64().expect("a number")
            + odd,
        all as u64
    );
    let tried = done(&shop, &["place-rule", "try", "before", "|"]);
    assert_eq!(tried["rule"], "before |");
    assert!(
        tried["understood"].as_u64() >= fit["understood"].as_u64(),
        "{tried}"
    );
    let read = &tried["examples"][0];
    let remarks = read["remarks"].as_str().expect("a text");
    assert_eq!(read["place"].as_str(), remarks.strip_suffix(" | sorted"));
    assert_eq!(
        done(&shop, &["place-rule", "show"]),
        fit,
        "trying sets nothing"
    );
    let set = done(&shop, &["place-rule", "set", "before |"]);
    assert!(set["changed"].as_u64() > Some(0), "{set}");
    let now = done(&shop, &["place-rule", "show"]);
    assert_eq!(now, tried);
    let wrong = ends(&shop, 1, &["place-rule", "set", "behind", "|"]);
    let message = wrong["error"]["message"].as_str().expect("a sentence");
    assert!(
        message.contains("Write remarks, own, before |"),
        "{message}"
    );
    shop.run(&["check"]).ended(0);
}

#[test]
fn lots_go_into_a_file_are_compared_and_come_back() {
    let shop = Shop::stocked();
    let all = count(&shop, &["list"]);
    let red = count(&shop, &["list", "color=Red reserved=0"]);
    done(&shop, &["files", "create", "March"]);
    let would = done(
        &shop,
        &[
            "files",
            "put",
            "March",
            "--filter",
            "color=Red reserved=0",
            "--dry-run",
        ],
    );
    assert_eq!(
        (&would["what"], &would["changed"]),
        (&json!("into March"), &json!(red))
    );
    assert_eq!(count(&shop, &["list"]), all, "looking changes nothing");
    let put = done(
        &shop,
        &[
            "files",
            "put",
            "march",
            "--filter",
            "color=Red reserved=0",
            "--why",
            "fair",
        ],
    );
    assert_eq!(put["changed"], red);
    assert_eq!(count(&shop, &["list", "--shelf", "March"]), red);
    assert_eq!(count(&shop, &["list"]), all - red);
    // One of them comes back with other pieces and beside it the rest stays.
    let lots = done(&shop, &["list", "--shelf", "March", "--limit", "5000"]);
    let first = lots[0]["id"].to_string();
    done(&shop, &["files", "take", "March", "--lot", &first]);
    assert_eq!(count(&shop, &["list", "--shelf", "March"]), red - 1);
    let seen = done(&shop, &["files", "compare", "March"]);
    assert_eq!(
        (&seen["first"], &seen["second"]),
        (&json!("March"), &json!("the live stock"))
    );
    let number = |name: &str| seen[name].as_u64().expect("a number");
    let differ = seen["rows"].as_array().expect("rows");
    assert_eq!(differ.len() as u64, number("total"));
    assert!(
        number("only_first") > 0 && number("only_second") > 0,
        "{seen}"
    );
    let only = done(
        &shop,
        &[
            "files",
            "compare",
            "March",
            "--only",
            "only-first",
            "--limit",
            "2",
        ],
    );
    assert_eq!(only["total"], seen["only_first"]);
    for row in only["rows"].as_array().expect("rows") {
        assert_eq!(
            (&row["differs"], &row["second"]["lots"]),
            (&json!(["only-first"]), &json!(0))
        );
        assert_eq!(row["color"], "Red");
    }
    let release = done(
        &shop,
        &["files", "release", "March", "--merge", "--dry-run"],
    );
    let (merge, add) = (&release["would_merge"], &release["would_add"]);
    let sum = merge
        .as_u64()
        .zip(add.as_u64())
        .map(|(merge, add)| merge + add);
    assert_eq!(sum, Some(red as u64 - 1), "{release}");
    done(&shop, &["files", "release", "March", "--merge"]);
    let back = all - merge.as_u64().expect("a number") as usize;
    assert_eq!(count(&shop, &["list"]), back);
    done(&shop, &["undo", &put["deed"].to_string()]);
    shop.run(&["check"]).ended(0);
}
