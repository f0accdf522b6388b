//! What the papers promise is so: commands, keys, settings, links.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use brickops::config::Config;
use brickops::error::Kind;
use brickops::tui::key_table;
use brickops::tui::keymap::Keymap;

use common::Shop;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README")
}

/// Text between two markers.
#[track_caller]
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).expect(from);
    rest.split_once(to).expect(to).0
}

/// Every paper in the project's root.
fn papers() -> Vec<(PathBuf, String)> {
    let mut found: Vec<(PathBuf, String)> = fs::read_dir(root())
        .expect("can be read")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "md"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("UTF-8");
            (path, text)
        })
        .collect();
    found.sort();
    assert!(
        found.len() >= 4,
        "README, ARCHITECTURE, CONTRIBUTING, CHANGELOG"
    );
    found
}

#[test]
fn the_key_table_is_that_of_the_program() {
    let text = readme();
    let shown = between(&text, "<!-- keys -->", "<!-- /keys -->").trim();
    let real = key_table();
    assert_eq!(
        shown,
        real.trim(),
        "put this between the markers of the README:\n{real}"
    );
}

#[test]
fn the_settings_of_the_readme_can_be_used() {
    let text = readme();
    let mut keys = 0;
    for example in text.split("```toml\n").skip(1) {
        let (example, _) = example.split_once("```").expect("an end");
        let (config, problems) = Config::parse(example);
        assert_eq!(problems, []);
        keys += config.keys.len();
        let (_, problems) = Keymap::with_overrides(&config.keys);
        assert_eq!(problems, []);
    }
    assert!(keys > 0, "it shows how keys are changed");
}

/// The words of a command line up to the first argument.
fn subcommand(line: &str) -> Vec<&str> {
    line.split_whitespace()
        .take_while(|word| {
            let first = word.starts_with(|c: char| c.is_ascii_lowercase());
            first && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        })
        .filter(|word| *word != "brickops")
        .collect()
}

/// Texts in backticks.
fn code_spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_command_of_the_readme_exists() {
    let shop = Shop::new();
    let text = readme();
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| `brickops"))
        .collect();
    assert!(rows.len() >= 8, "the table of commands");
    let mut named = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        for line in code_spans(cells[0]) {
            let words = subcommand(line);
            named.insert(words.first().copied().unwrap_or_default().to_owned());
            let ran = shop.run(&[&words[..], &["--help"]].concat()).ended(0);
            // A row about one command may name further flags in its explanation.
            let alone = code_spans(cells[0]).len() == 1;
            let about = if alone { row } else { line };
            let flags = about
                .split(|c: char| c.is_whitespace() || c == '`')
                .filter(|word| word.starts_with("--"));
            for flag in flags {
                assert!(
                    ran.out.contains(flag),
                    "`{line}` knows {flag}:\n{}",
                    ran.out
                );
            }
            // The help of a command with parts lists them; one of the README is no such.
            assert!(
                words.is_empty() || !ran.out.contains("\nCommands:"),
                "`{line}` is not whole"
            );
        }
    }
    let help = shop.run(&["--help"]).ended(0).out;
    for command in between(&help, "Commands:\n", "\n\n").lines() {
        let name = command.split_whitespace().next().expect("a name");
        assert!(
            name == "help" || named.contains(name),
            "`brickops {name}` is in the README"
        );
    }
}

#[test]
fn the_quick_start_is_there() {
    let text = readme();
    assert!(text.contains("cargo run --release -- demo"));
    assert!(text.contains("\ncargo test "));
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let version = between(&manifest, "rust-version = \"", "\"");
    assert!(
        text.contains(&format!("Rust {version}")),
        "needs Rust {version}"
    );
    for placeholder in ["SCREENSHOT", "KEY_TABLE", "KEYS_EXAMPLE", "TODO", "FIXME"] {
        assert!(!text.contains(placeholder), "{placeholder}");
    }
    let picture = between(&text, "<!-- screen -->\n```text\n", "\n```");
    let widest = picture.lines().map(|line| line.chars().count()).max();
    assert!(
        picture.lines().count() <= 24 && widest <= Some(80),
        "a terminal of 80x24"
    );
    assert!(picture.contains("Catalogue"), "{picture}");
}

#[test]
fn the_codes_of_failures_are_listed() {
    let text = readme();
    for kind in [
        Kind::Invalid,
        Kind::NotFound,
        Kind::Conflict,
        Kind::Unauthenticated,
        Kind::Forbidden,
        Kind::Unconfirmed,
        Kind::RateLimited,
        Kind::Upstream,
        Kind::Storage,
        Kind::Internal,
    ] {
        assert!(
            text.contains(&format!("`{}`", kind.code())),
            "{}",
            kind.code()
        );
    }
}

#[test]
fn links_lead_somewhere_and_no_machine_is_named() {
    for (path, text) in papers() {
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let file = link.split('#').next().expect("a part");
            assert!(root().join(file).exists(), "{}: {link}", path.display());
        }
        for machine in ["/root/", "/home/", "/tmp/", "../shared"] {
            assert!(!text.contains(machine), "{}: {machine}", path.display());
        }
        for span in code_spans(&text) {
            let file = [
                "src/", "tests/", "seed/", "assets/", "formats/", "store/", "domain/",
            ]
            .iter()
            .any(|dir| span.starts_with(dir))
                && Path::new(span).extension().is_some_and(|ext| ext == "rs");
            if file {
                let there = root().join(span).exists() || root().join("src").join(span).exists();
                assert!(there, "{}: {span}", path.display());
            }
        }
    }
}
