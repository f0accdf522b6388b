//! `brickops identify` with the real program and a Brickognize on a port of this machine.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use brickops::clock::SystemClock;
use brickops::domain::ItemKey;
use brickops::sandbox::listen::{Listening, listen};
use brickops::sandbox::{Sandbox, Setup, StockRow};

use crate::bench::{goods, photo};
use crate::common::{NOBODY, Ran, Shop, finish, program};

struct Played {
    sandbox: Arc<Sandbox>,
    at: Listening,
}

fn played() -> Played {
    let setup = Setup {
        seed: 1,
        goods: goods(),
        stock: vec![StockRow::new(ItemKey::part("3001"), 5, 10, 5_270)],
        ..Setup::default()
    };
    let sandbox = Arc::new(Sandbox::new(Arc::new(SystemClock), setup));
    let at = listen(Arc::clone(&sandbox), 0).expect("a port");
    Played { sandbox, at }
}

fn config(shop: &Shop, played: &Played) -> String {
    let text = format!(
        "[market]\nbrickognize_url = \"http://{}\"\n",
        played.at.address()
    );
    let path = shop.file("market.toml", text);
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_photo_is_identified_for_scripts_and_for_people() {
    let (shop, played) = (Shop::opened(), played());
    let config = config(&shop, &played);
    let file = shop.file("brick.jpg", photo());
    let file = file.to_str().expect("UTF-8");
    let found = shop.json(&["--config", &config, "identify", file, "--top", "2"]);
    assert_eq!(found["doubtful_below"], 85);
    let rows = found["candidates"].as_array().expect("rows");
    assert_eq!(rows.len(), 2, "{found}");
    assert_eq!(rows[0]["type"], "P");
    assert_eq!(rows[0]["percent"], 79);
    assert_eq!(rows[0]["doubtful"], true);
    assert_eq!(found["more"], 1);
    let said = shop.run(&["--config", &config, "identify", file]).ended(0);
    assert!(said.out.contains("79 % doubtful"), "{}", said.out);
    assert_eq!(said.out.lines().count(), 3, "{}", said.out);
    // What goes wrong outside is one sentence.
    for (fault, word) in [
        ("http_503", "makes no sense"),
        ("too_large", "too large"),
        ("rate_429_gateway", "too much to do"),
    ] {
        played
            .sandbox
            .fault(&format!("brickognize:POST predict:{fault}@*"))
            .expect(fault);
        let ran = shop.run(&["--config", &config, "identify", file]).ended(1);
        assert!(ran.sentence().contains(word), "{}", ran.err);
        played.sandbox.heal();
    }
    // It asked for a pause, which the next command still knows of.
    let ran = shop.run(&["--config", &config, "identify", file]).ended(1);
    assert!(ran.sentence().contains("no more photos now"), "{}", ran.err);
    let args = ["--offline", "--config", &config, "identify", file];
    let ran = shop.run(&args).ended(1);
    assert!(ran.sentence().contains("switched off"), "{}", ran.err);
}

/// Runs a command as somebody who owns nothing, where this test may do so.
fn as_nobody(shop: &Shop, args: &[&str]) -> Ran {
    let open = shop.root().join("program");
    fs::set_permissions(shop.root(), Permissions::from_mode(0o755)).expect("opened");
    let copied = Command::new("cp").arg(program()).arg(&open).status();
    assert!(copied.expect("cp runs").success());
    let mut command = Command::new(&open);
    shop.surround(&mut command);
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.args(args).current_dir("/");
    finish(command.spawn().expect("it starts"))
}

#[test]
fn files_that_cannot_be_read_are_said_before_anybody_is_asked() {
    let shop = Shop::new();
    for (name, bytes, word) in [
        ("empty.jpg", &b""[..], "is empty"),
        ("text.jpg", b"hello", "no JPEG"),
        ("half.jpg", &photo()[..20], "damaged"),
    ] {
        let file = shop.file(name, bytes);
        let ran = shop
            .run(&["identify", file.to_str().expect("UTF-8")])
            .ended(1);
        assert!(ran.sentence().contains(word), "{}", ran.err);
    }
    let folder = shop.root().join("files");
    for (path, word) in [
        (folder.clone(), "cannot be read"),
        (folder.join("none.jpg"), "cannot be read"),
    ] {
        let ran = shop
            .run(&["identify", path.to_str().expect("UTF-8")])
            .ended(1);
        assert!(ran.sentence().contains(word), "{}", ran.err);
    }
    let closed = shop.file("closed.jpg", photo());
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).expect("closed");
    let ran = as_nobody(&shop, &["identify", closed.to_str().expect("UTF-8")]).ended(1);
    assert!(ran.sentence().contains("ermission"), "{}", ran.err);
    assert!(!shop.data().exists(), "nothing was opened for it");
}

#[test]
fn addresses_of_the_own_network_need_a_word() {
    let (shop, played) = (Shop::opened(), played());
    let config = config(&shop, &played);
    let address = format!("http://{}/img/ItemImage/PN/5/3001.png", played.at.address());
    let args = ["--config", config.as_str(), "identify", address.as_str()];
    let ran = shop.run(&args).ended(1);
    assert!(ran.sentence().contains("--allow-local"), "{}", ran.err);
    let allowed = [&args[..], &["--allow-local", "--format", "json"]].concat();
    let found = shop.run(&allowed).ended(0).json();
    assert!(!found["candidates"].as_array().expect("rows").is_empty());
}
