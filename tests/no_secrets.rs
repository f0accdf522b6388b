//! A whole session with known keys: none of them is found in anything that the program writes, however it
//! is spelt. And with external calls switched off nothing is called and everything else works.

mod common;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use brickops::sandbox::{CONSUMER_KEY, CONSUMER_SECRET, OWL_KEY, TOKEN, TOKEN_SECRET};
use common::{PASSWORD, Ran, Shop, finish, pid, program, seed};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use rustix::process::{Signal, kill_process};
use serde_json::Value;

/// Keys that the services do not know: signs and blanks that addresses must encode.
const STRANGE: [&str; 4] = [
    "KNOWN/CONSUMER+KEY=0000000000001",
    "KNOWN&CONSUMER%SECRET?0000000002",
    "KNOWN:TOKEN#00000000000000000003",
    "KNOWN~TOKEN!SECRET*0000000000004",
];
const STRANGE_OWL: &str = "KNOWN+OWL/KEY=000000000000000005";

/// The services, played by a process of their own.
struct Played {
    child: Child,
    told: Value,
}

impl Played {
    fn start(faults: &[&str]) -> Self {
        let mut command = Command::new(program());
        command.args(["sandbox", "--port", "0", "--lots", "30", "--format", "json"]);
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut out = child.stdout.take().expect("its output");
        let mut said = String::new();
        while !said.trim_end().ends_with('}') {
            let mut piece = [0; 1_024];
            let count = out.read(&mut piece).expect("more");
            assert!(count > 0, "it ended early: {said}");
            said.push_str(std::str::from_utf8(&piece[..count]).expect("UTF-8"));
        }
        let told = serde_json::from_str(&said).expect("a document");
        Self { child, told }
    }

    /// A configuration that leads to it.
    fn config(&self, shop: &Shop, name: &str) -> String {
        let text = format!(
            "[market]\nbricklink_url = {}\nbrickowl_url = {}\nbrickognize_url = {}\n",
            self.told["bricklink"], self.told["brickowl"], self.told["brickognize"]
        );
        let path = shop.file(name, text);
        path.to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        let _ = kill_process(pid(&self.child), Signal::INT);
        let _ = self.child.wait();
    }
}

fn with_input(shop: &Shop, args: &[&str], input: &str) -> Ran {
    let mut command = shop.command();
    command.args(args).stdin(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    finish(child)
}

/// As it stands in an address.
fn encoded(text: &str, upper: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else if upper {
            let _ = write!(out, "%{byte:02X}");
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

/// Every spelling of a secret that a careless program might write.
fn spellings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut all = vec![
        secret.to_owned(),
        encoded(secret, true),
        encoded(secret, false),
        encoded(&encoded(secret, true), true),
        serde_json::to_string(secret)
            .expect("text")
            .trim_matches('"')
            .to_owned(),
        secret.to_lowercase(),
        HEXLOWER.encode(bytes),
        HEXUPPER.encode(bytes),
        BASE64.encode(bytes),
        BASE64_NOPAD.encode(bytes),
        BASE64URL_NOPAD.encode(bytes),
        bytes.iter().rev().map(|byte| char::from(*byte)).collect(),
    ];
    // In the middle of a longer text Base64 looks different by where it begins.
    for skip in 1..3 {
        let inner = &bytes[skip..bytes.len() - (bytes.len() - skip) % 3];
        all.push(BASE64.encode(inner));
    }
    all.push(
        secret
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .map(char::from)
            .collect(),
    );
    all.sort();
    all.dedup();
    all
}

/// Whether any of these is in the bytes.
fn found<'s>(bytes: &[u8], needles: &'s [String]) -> Option<&'s str> {
    // By their first two letters, so that a large file is gone through once.
    let mut starts: HashMap<[u8; 2], Vec<&'s str>> = HashMap::new();
    for needle in needles {
        let head = [needle.as_bytes()[0], needle.as_bytes()[1]];
        starts.entry(head).or_default().push(needle);
    }
    let mut begins = vec![false; 256];
    for head in starts.keys() {
        begins[usize::from(head[0])] = true;
    }
    let heads = bytes.windows(2).enumerate();
    let mut likely = heads.filter(|(_, pair)| begins[usize::from(pair[0])]);
    likely.find_map(|(at, pair)| {
        let there = &bytes[at..];
        let known = starts.get(&[pair[0], pair[1]])?;
        known
            .iter()
            .find(|needle| there.starts_with(needle.as_bytes()))
            .copied()
    })
}

/// Every file below a folder, with its bytes.
fn files(dir: &Path, all: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            files(&entry.path(), all);
        } else if kind.is_file() {
            all.push((entry.path(), fs::read(entry.path()).expect("a file")));
        }
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one session from its beginning to its end"
)]
fn no_key_reaches_disk_or_log() {
    let shop = Shop::opened();
    let played = Played::start(&[
        "brickowl:GET user/details:http_500@3",
        "brickowl:GET user/details:truncated_json@4",
        "bricklink:GET orders:reset_after@4-9",
    ]);
    let config = played.config(&shop, "played.toml");
    let nobody = {
        // A port on which nobody listens.
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        port.local_addr().expect("an address").port()
    };
    let dead = shop.file(
        "dead.toml",
        format!("[market]\nbricklink_url = \"http://127.0.0.1:{nobody}/api/store/v1\"\nbrickowl_url = \"http://127.0.0.1:{nobody}/v1\"\n"),
    );
    let dead = dead.to_str().expect("UTF-8").to_owned();
    let mut said: Vec<Ran> = Vec::new();
    let mut run = |config: &str, args: &[&str], input: &str, code: Option<i32>| {
        let args = [&["--config", config, "--log-level", "trace"], args].concat();
        let ran = with_input(&shop, &args, input);
        if let Some(code) = code {
            assert_eq!(ran.code, code, "{args:?}: {}{}", ran.out, ran.err);
        }
        said.push(ran);
    };
    let link = |keys: &[&str; 4]| format!("{}\n{PASSWORD}\n", keys.join("\n"));
    let practice = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET];
    let connect = ["--password-stdin", "market", "connect"];
    let to = |market: &'static str| [&connect[..], &[market]].concat();
    // Keys that work, and all that can be asked with them.
    run(&config, &to("bricklink"), &link(&practice), Some(0));
    run(
        &config,
        &to("brickowl"),
        &format!("{OWL_KEY}\n{PASSWORD}\n"),
        Some(0),
    );
    for market in ["bricklink", "brickowl"] {
        run(&config, &["market", "test", market], "", Some(0));
        run(
            &config,
            &["market", "test", market, "--format", "json"],
            "",
            None,
        );
    }
    // The services fail in turn; then nobody is there.
    for config in [&config, &config, &dead] {
        for market in ["bricklink", "brickowl"] {
            run(config, &["market", "test", market], "", None);
        }
    }
    // Keys that the services do not know, with everything in them that addresses encode.
    run(&config, &to("bricklink"), &link(&STRANGE), Some(0));
    run(
        &config,
        &to("brickowl"),
        &format!("{STRANGE_OWL}\n{PASSWORD}\n"),
        Some(0),
    );
    for config in [&config, &dead] {
        for market in ["bricklink", "brickowl"] {
            run(config, &["market", "test", market], "", Some(1));
        }
    }
    // The rest of a day.
    let lots = seed("shop.bsx");
    run(
        &config,
        &["inventory", "import", lots.to_str().expect("UTF-8")],
        "",
        Some(0),
    );
    run(&config, &["market", "rotate-key"], "", Some(0));
    run(
        &config,
        &["market", "status", "--format", "json"],
        "",
        Some(0),
    );
    run(&config, &["audit", "list"], "", None);
    run(&config, &["check", "--format", "json"], "", Some(0));
    let change = ["--password-stdin", "market", "disable", "bricklink"];
    run(&config, &change, &format!("{PASSWORD}\n"), Some(0));
    // A wrong password, half of the keys, the wrong marketplace; last, as they make the next attempt wait.
    run(
        &config,
        &to("brickowl"),
        &format!("{STRANGE_OWL}\nnot it\n"),
        None,
    );
    run(
        &config,
        &to("bricklink"),
        &format!("{}\n{PASSWORD}\n", STRANGE[0]),
        None,
    );
    run(&config, &to("brickowl"), &link(&STRANGE), None);
    drop(played);

    let secrets = practice
        .iter()
        .chain(&STRANGE)
        .chain([&OWL_KEY, &STRANGE_OWL]);
    let needles: Vec<String> = secrets.flat_map(|secret| spellings(secret)).collect();
    let mut all = Vec::new();
    files(shop.root(), &mut all);
    let logs: usize = all
        .iter()
        .filter(|(path, _)| path.starts_with(shop.data().join("logs")))
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert!(logs > 2_000, "the log says a lot: {logs} bytes");
    assert!(all.iter().any(|(path, _)| path.ends_with("shop.redb")));
    for (path, bytes) in &all {
        assert_eq!(found(bytes, &needles), None, "{}", path.display());
    }
    for ran in &said {
        for text in [&ran.out, &ran.err] {
            assert_eq!(found(text.as_bytes(), &needles), None, "{text}");
        }
    }
    // The search finds what is there: the same bytes with a key in them.
    for spelling in spellings(STRANGE_OWL) {
        let mut bytes = all[0].1.clone();
        bytes.extend_from_slice(spelling.as_bytes());
        bytes.push(0);
        assert!(found(&bytes, &needles).is_some(), "{spelling}");
    }
}

#[test]
fn switched_off_nothing_is_called_and_the_rest_works() {
    let shop = Shop::opened();
    let played = Played::start(&[]);
    let config = played.config(&shop, "played.toml");
    let input = format!("{OWL_KEY}\n{PASSWORD}\n");
    let connect = [
        "--config",
        &config,
        "--password-stdin",
        "market",
        "connect",
        "brickowl",
    ];
    with_input(&shop, &connect, &input).ended(0);
    let keys = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET].join("\n");
    let connect = [
        "--config",
        &config,
        "--password-stdin",
        "market",
        "connect",
        "bricklink",
    ];
    with_input(&shop, &connect, &format!("{keys}\n{PASSWORD}\n")).ended(0);
    for market in ["bricklink", "brickowl"] {
        let flag = ["--config", &config, "--offline", "market", "test", market];
        let ran = shop.run(&flag).ended(1);
        assert!(ran.err.contains("switched off"), "{}", ran.err);
        let mut command = shop.command();
        command
            .env("DISABLE_EXTERNAL_CALLS", "true")
            .args(["--config", &config, "market", "test", market]);
        let ran = finish(command.spawn().expect("it starts")).ended(1);
        assert!(ran.err.contains("switched off"), "{}", ran.err);
    }
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 64, image::Rgb([201, 26, 9]))
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .expect("a photo");
    let photo = shop.file("part.jpg", jpeg.into_inner());
    let photo = photo.to_str().expect("UTF-8");
    let ran = shop.run(&["--config", &config, "--offline", "identify", photo]);
    assert_ne!(ran.code, 0);
    assert!(ran.sentence().contains("switched off"), "{}", ran.err);
    let told = shop.json(&["--offline", "market", "status", "--verbose"]);
    assert_eq!(told["machine_room"]["offline"], true);
    // Everything else goes on.
    let lots = seed("shop.bsx");
    shop.run(&[
        "--offline",
        "inventory",
        "import",
        lots.to_str().expect("UTF-8"),
    ])
    .ended(0);
    let rows = shop.json(&["--offline", "market", "status"]);
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    shop.run(&["--offline", "inventory", "list"]).ended(0);
    assert!(!shop.found(&["3001", "--offline"]).is_empty());
    shop.is_as_before();
    // Nobody was called; with the switch off somebody is.
    let calls = |ends: &str| -> u64 {
        use std::net::TcpStream;
        let base = played.told["brickognize"].as_str().expect("an address");
        let mut line = TcpStream::connect(&base["http://".len()..]).expect("it listens");
        line.write_all(
            b"GET /__mock/state HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        )
        .expect("sent");
        let mut text = String::new();
        line.read_to_string(&mut text).expect("an answer");
        let body = text.split_once("\r\n\r\n").expect("a body").1;
        let state: Value = serde_json::from_str(body).expect("JSON");
        let counts = state["calls"].as_object().expect("counts");
        counts
            .iter()
            .filter(|(name, _)| name.ends_with(ends))
            .filter_map(|(_, count)| count.as_u64())
            .sum()
    };
    assert_eq!(calls(""), 0);
    shop.run(&["--config", &config, "market", "test", "brickowl"])
        .ended(0);
    assert_eq!(calls("user/details"), 1);
}
