//! Accounts, people, tokens and notes as a script uses them, through the real program.

mod common;

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use common::{OWNER, PASSWORD, Ran, Shop, finish, seed};

/// Runs with variables of the environment, such as a password.
#[track_caller]
fn with(shop: &Shop, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = shop.command();
    command.args(args).envs(env.iter().copied());
    finish(command.spawn().expect("the program starts"))
}

/// Runs with the owner's password.
#[track_caller]
fn owner(shop: &Shop, args: &[&str]) -> Ran {
    with(shop, &[("BRICKOPS_PASSWORD", PASSWORD)], args)
}

/// Invites a person, who joins and is signed in here from then on. Gives nothing back but the fact.
#[track_caller]
fn hire(shop: &Shop, email: &str, flags: &[&str]) {
    let invite = ["user", "invite", email, "--format", "json"];
    let invited = owner(shop, &[&invite[..], flags].concat()).ended(0).json();
    let code = invited["code"].as_str().expect("a code").to_owned();
    let env = [
        ("BRICKOPS_CODE", code.as_str()),
        ("BRICKOPS_PASSWORD", PASSWORD),
    ];
    with(shop, &env, &["user", "join", "--name", email]).ended(0);
}

#[track_caller]
fn login(shop: &Shop, email: &str) {
    owner(shop, &["login", email]).ended(0);
}

/// The error document of a command that failed with this exit code.
#[track_caller]
fn refused(ran: Ran, exit: i32) -> String {
    let error = ran.ended(exit).json()["error"].clone();
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.len() > 10)
    );
    assert!(error.get("retry_after").is_some());
    error["code"].as_str().expect("a code").to_owned()
}

#[test]
fn before_an_account_the_catalogue_is_open_and_nothing_else() {
    let shop = Shop::planted();
    assert_eq!(shop.found(&["3001", "--limit", "1"]), ["3001"]);
    shop.run(&["catalog", "show", "3001"]).ended(0);
    for args in [
        &["inventory", "list"][..],
        &["orders", "list"],
        &["overlay", "list"],
        &["whoami"],
        &["user", "list"],
    ] {
        let ran = shop.run(&[args, &["--format", "json"]].concat());
        assert!(ran.err.contains("brickops init"), "{args:?}: {}", ran.err);
        assert_eq!(refused(ran, 5), "UNAUTHENTICATED", "{args:?}");
    }
    let lots = seed("shop.bsx");
    let lots = lots.to_str().expect("UTF-8");
    shop.run(&["inventory", "import", lots]).ended(5);
    let login = shop.run(&["login", "ana@corner.example"]).ended(5);
    assert!(login.sentence().contains("brickops init"));
}

#[test]
fn init_leaves_its_maker_signed_in_and_closes_the_catalogue_to_others() {
    let shop = Shop::opened();
    let me = shop.json(&["whoami"]);
    assert_eq!(
        (&me["email"], &me["role"]),
        (&Value::from(OWNER), &"owner".into())
    );
    assert_eq!(me["shop"], "Brick Corner");
    shop.run(&["inventory", "list"]).ended(0);
    shop.run(&["logout"]).ended(0);
    for args in [
        &["catalog", "search", "3001"][..],
        &["catalog", "show", "3001"],
        &["inventory", "list"],
    ] {
        let ran = shop.run(&[args, &["--format", "json"]].concat());
        assert_eq!(refused(ran, 5), "UNAUTHENTICATED", "{args:?}");
    }
    // Whoever runs the server needs no account for what concerns the whole server.
    shop.run(&["check"]).ended(0);
    login(&shop, OWNER);
    assert_eq!(shop.found(&["3001", "--limit", "1"]), ["3001"]);
}

#[test]
fn what_is_wrong_with_a_new_account_is_said_and_nothing_is_made() {
    let shop = Shop::planted();
    let good = [
        ("--shop", "Brick Corner"),
        ("--owner", OWNER),
        ("--currency", "EUR"),
        ("--time-zone", "UTC"),
    ];
    for (flag, wrong) in [
        ("--shop", " "),
        ("--owner", "ana"),
        ("--currency", "EURO"),
        ("--time-zone", "Atlantis/Port"),
    ] {
        let mut args = vec!["init", "--format", "json"];
        for (name, value) in good {
            args.extend([name, if name == flag { wrong } else { value }]);
        }
        assert_eq!(refused(owner(&shop, &args), 1), "INVALID", "{flag}");
    }
    let mut args = vec!["init"];
    args.extend(good.iter().flat_map(|(name, value)| [*name, *value]));
    let short = with(&shop, &[("BRICKOPS_PASSWORD", "short")], &args).ended(1);
    assert!(short.sentence().contains("10"), "{}", short.err);
    assert!(!short.err.contains("short\""), "no password is repeated");
    shop.run(&args).ended(5);
    assert!(
        shop.json(&["accounts"])
            .as_array()
            .is_some_and(Vec::is_empty)
    );
    owner(&shop, &args).ended(0);
    assert_eq!(
        refused(
            owner(&shop, &[&args[..], &["--format", "json"]].concat()),
            1
        ),
        "CONFLICT"
    );
}

#[test]
fn two_shops_on_one_server_share_the_catalogue_and_nothing_else() {
    let shop = Shop::stocked();
    shop.init("Plate Palace", "bo@palace.example");
    assert_eq!(shop.json(&["whoami"])["shop"], "Plate Palace");
    assert_eq!(shop.found(&["3001", "--limit", "1"]), ["3001"]);
    assert!(
        shop.json(&["inventory", "list"])
            .as_array()
            .is_some_and(Vec::is_empty)
    );
    assert!(
        shop.json(&["orders", "list"])
            .as_array()
            .is_some_and(Vec::is_empty)
    );
    shop.run(&["overlay", "set", "3001", "--tag", "palace"])
        .ended(0);
    let people = shop.json(&["user", "list"]);
    assert_eq!(people.as_array().map(Vec::len), Some(1));
    let audit = shop.run(&["audit", "export"]).ended(0).out;
    assert!(
        !audit.contains("Brick Corner") && !audit.contains(OWNER),
        "{audit}"
    );

    let corner = ["--shop", "brick corner"];
    let lots = shop.json(&[&["inventory", "list", "--limit", "5000"][..], &corner].concat());
    assert!(!lots.as_array().expect("lots").is_empty());
    let notes = shop.json(&[&["overlay", "list"][..], &corner].concat());
    assert!(notes.as_array().is_some_and(Vec::is_empty));
    let accounts = shop.json(&["accounts"]);
    assert_eq!(accounts.as_array().map(Vec::len), Some(2));
    shop.is_as_before();
}

#[test]
fn people_join_by_a_code_that_works_once_and_do_what_their_role_allows() {
    let shop = Shop::stocked();
    hire(&shop, "ben@corner.example", &["--role", "picker"]);
    assert_eq!(shop.json(&["whoami"])["role"], "picker");
    shop.run(&["inventory", "list"]).ended(0);
    let lots = seed("shop.bsx");
    let lots = lots.to_str().expect("UTF-8");
    let json = ["--format", "json"];
    for args in [
        &["inventory", "import", lots][..],
        &["user", "list"],
        &["audit", "list"],
        &["overlay", "set", "3001", "--tag", "x"],
        &["settings", "set", "--name", "Mine"],
    ] {
        let ran = shop.run(&[args, &json].concat());
        assert_eq!(refused(ran, 4), "FORBIDDEN", "{args:?}");
    }
    // A code that is wrong, and one that was used.
    login(&shop, OWNER);
    let invite = [
        "user",
        "invite",
        "cas@corner.example",
        "--role",
        "manager",
        "--grant",
        "inventory",
        "--format",
        "json",
    ];
    let invited = owner(&shop, &invite).ended(0).json();
    let code = invited["code"].as_str().expect("a code");
    let join = ["user", "join", "--name", "Cas", "--format", "json"];
    let with_code = |code: &str| {
        let env = [("BRICKOPS_CODE", code), ("BRICKOPS_PASSWORD", PASSWORD)];
        with(&shop, &env, &join)
    };
    assert_ne!(with_code("AAAA-BBBB-CCCC-DDDD").code, 0);
    with_code(&code.to_lowercase().replace('-', "")).ended(0);
    assert_ne!(with_code(code).code, 0, "it works once");
    assert_eq!(shop.json(&["whoami"])["grants"]["inventory"], true);
    shop.run(&["overlay", "set", "3001", "--tag", "cas was here"])
        .ended(0);
    let orders = seed("orders.xml");
    let orders = orders.to_str().expect("UTF-8");
    shop.run(&["orders", "import", orders]).ended(4);
}

#[test]
fn people_and_credentials_change_only_with_the_password() {
    let shop = Shop::opened();
    let json = ["--format", "json"];
    for args in [
        &["user", "invite", "ben@corner.example", "--role", "picker"][..],
        &["token", "make", "nightly", "--role", "viewer"],
        &["user", "badge"],
    ] {
        let ran = shop.run(&[args, &json].concat());
        assert_eq!(refused(ran, 5), "PASSWORD_NEEDED", "{args:?}");
        let wrong = with(&shop, &[("BRICKOPS_PASSWORD", "not-the-password")], args);
        assert_ne!(wrong.code, 0);
        assert!(!wrong.err.contains("not-the-password"));
    }
}

#[test]
fn a_password_may_come_on_standard_input() {
    let shop = Shop::opened();
    let mut child = shop
        .command()
        .args(["login", OWNER, "--password-stdin"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    writeln!(input, "{PASSWORD}").expect("written");
    drop(input);
    finish(child).ended(0);
}

#[test]
fn a_wrong_password_says_no_more_than_that() {
    let shop = Shop::opened();
    let json = ["--format", "json"];
    let attempt = |email: &str| {
        let env = [("BRICKOPS_PASSWORD", "wrong-as-can-be")];
        let ran = with(&shop, &env, &[&["login", email][..], &json].concat());
        let message = ran.json()["error"]["message"].clone();
        (refused(ran, 5), message)
    };
    let known = attempt(OWNER);
    assert_eq!(known.0, "UNAUTHENTICATED");
    assert_eq!(known, attempt("nobody@corner.example"));
}

#[test]
fn a_token_does_what_its_role_may_until_it_is_revoked() {
    let shop = Shop::stocked();
    let made = owner(
        &shop,
        &[
            "token", "make", "nightly", "--role", "viewer", "--format", "json",
        ],
    );
    let token = made.ended(0).json()["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    shop.run(&["logout"]).ended(0);
    let env = [("BRICKOPS_TOKEN", token.as_str())];
    with(&shop, &env, &["inventory", "list"]).ended(0);
    let lots = seed("shop.bsx");
    let lots = lots.to_str().expect("UTF-8");
    with(&shop, &env, &["inventory", "import", lots]).ended(4);
    with(&shop, &env, &["user", "list"]).ended(4);
    login(&shop, OWNER);
    let tokens = shop.json(&["token", "list"]);
    let id = tokens[0]["id"].to_string();
    assert!(
        !tokens.to_string().contains(&token[8..]),
        "never shown again"
    );
    shop.run(&["token", "revoke", &id]).ended(0);
    let ran = with(&shop, &env, &["inventory", "list", "--format", "json"]);
    assert_eq!(refused(ran, 5), "UNAUTHENTICATED");
}

#[test]
fn notes_of_the_shop_are_set_shown_and_found() {
    let shop = Shop::opened();
    let set = shop.json(&[
        "overlay",
        "set",
        "3001",
        "--tag",
        "fast",
        "--tag",
        "Fast",
        "--tag",
        "box 4",
        "--note",
        "Weigh them.",
        "--bin",
        "d12",
    ]);
    assert_eq!(set["tags"], serde_json::json!(["fast", "box 4"]));
    assert_eq!(set["bin"], "D12");
    shop.run(&["overlay", "set", "3001", "--untag", "FAST"])
        .ended(0);
    shop.run(&["overlay", "set", "3020", "--note", "Sticks."])
        .ended(0);
    let shown = shop.json(&["overlay", "show", "3001"]);
    assert_eq!(shown["tags"], serde_json::json!(["box 4"]));
    assert_eq!(shown["notes"], "Weigh them.");
    let found = |words: &str| {
        let rows = shop.json(&["overlay", "list", words]);
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| row["no"].as_str().expect("a number").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found(""), ["3001", "3020"]);
    assert_eq!(found("weigh box"), ["3001"]);
    assert_eq!(found("d12"), ["3001"]);
    // The catalogue's own record and its search know nothing of it.
    assert!(shop.found(&["weigh them"]).is_empty());
    shop.run(&["overlay", "set", "3020", "--note", ""]).ended(0);
    assert_eq!(found(""), ["3001"]);
    let unknown = [
        "overlay",
        "set",
        "no-such-part",
        "--tag",
        "x",
        "--format",
        "json",
    ];
    assert_eq!(refused(shop.run(&unknown), 1), "NOT_FOUND");
    shop.run(&["overlay", "set", "3001"]).ended(1);
    shop.run(&["overlay", "set", "3001", "--bin", "nowhere"])
        .ended(1);
}

#[test]
fn the_audit_log_names_what_happened_and_no_secret() {
    let shop = Shop::opened();
    hire(&shop, "ben@corner.example", &["--role", "picker"]);
    login(&shop, OWNER);
    let env = [("BRICKOPS_PASSWORD", "wrong-as-can-be")];
    with(&shop, &env, &["login", "ben@corner.example"]).ended(5);
    owner(&shop, &["user", "role", "ben@corner.example", "viewer"]).ended(0);
    shop.run(&["settings", "set", "--lock-after", "5"]).ended(0);
    let log = shop.json(&["audit", "export"]);
    let kinds: Vec<&str> = log
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["kind"].as_str().expect("a kind"))
        .collect();
    for kind in [
        "account-opened",
        "signed-in",
        "invited",
        "invitation-used",
        "sign-in-failed",
        "role-changed",
        "settings-changed",
    ] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let text = log.to_string();
    assert!(!text.contains("wrong-as-can-be") && !text.contains(PASSWORD));
    let exported = shop.json(&["audit", "list", "--kind", "exported"]);
    assert_eq!(exported.as_array().map(Vec::len), Some(1));
    let failed = shop.json(&["audit", "list", "--kind", "sign-in-failed"]);
    assert_eq!(failed.as_array().map(Vec::len), Some(1));
    let of_ben = shop.json(&["audit", "list", "--user", "ben@corner.example"]);
    assert!(of_ben.to_string().contains("invitation-used"));
    shop.run(&["audit", "list", "--kind", "nonsense"]).ended(1);
    let none = shop.json(&["audit", "list", "--until", "2001-01-01"]);
    assert!(none.as_array().is_some_and(Vec::is_empty));
    // What the directory holds shows no secret either, the remembered sign-ins apart.
    for file in common::files_below(&shop.data()) {
        if file.ends_with("sign-ins.json") {
            continue;
        }
        let bytes = std::fs::read(shop.data().join(&file)).expect("a file");
        for secret in [PASSWORD, "wrong-as-can-be"] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{file} holds a password");
        }
    }
}

#[test]
fn the_last_owner_stays_and_somebody_who_is_removed_is_out_at_once() {
    let shop = Shop::opened();
    let json = ["--format", "json"];
    let demote = ["user", "role", OWNER, "viewer"];
    let ran = owner(&shop, &[&demote[..], &json].concat());
    assert_eq!(refused(ran, 1), "CONFLICT");
    hire(&shop, "ben@corner.example", &["--role", "owner"]);
    owner(&shop, &demote).ended(0);
    owner(&shop, &["user", "remove", OWNER]).ended(0);
    let ran = owner(&shop, &["login", OWNER, "--format", "json"]);
    assert_eq!(refused(ran, 5), "UNAUTHENTICATED");
    assert_eq!(shop.json(&["whoami"])["email"], "ben@corner.example");
    // The operator helps an owner who has forgotten the password.
    shop.run(&["logout"]).ended(0);
    let reset = [
        "user",
        "reset",
        "ben@corner.example",
        "--operator",
        "--format",
        "json",
    ];
    let code = shop.run(&reset).ended(0).json()["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    let env = [
        ("BRICKOPS_CODE", code.as_str()),
        ("BRICKOPS_PASSWORD", "another-password"),
    ];
    with(&shop, &env, &["user", "join"]).ended(0);
    assert_eq!(
        refused(
            owner(&shop, &["login", "ben@corner.example", "--format", "json"]),
            5
        ),
        "UNAUTHENTICATED"
    );
    with(&shop, &env, &["login", "ben@corner.example"]).ended(0);
}
