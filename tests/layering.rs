//! The borders between the layers, read from the source itself.
//!
//! A single crate cannot enforce them. This test knows who may import whom and a few things that
//! belong to one place only: transactions, the clock, the terminal.

use std::fs;
use std::path::{Path, PathBuf};

/// Layer, and what it may use besides itself.
const MAY_USE: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("error", &[]),
    ("clock", &["domain"]),
    ("config", &["domain", "error"]),
    ("entropy", &["domain", "error"]),
    ("formats", &["domain", "error"]),
    ("labels", &["domain", "error"]),
    ("market", &["domain", "error", "clock", "config", "entropy"]),
    ("sandbox", &["domain", "error", "clock", "entropy"]),
    ("store", &["domain", "error"]),
    ("search", &["domain", "error"]),
    (
        "services",
        &[
            "domain", "error", "clock", "config", "entropy", "formats", "labels", "store",
            "search", "market",
        ],
    ),
    (
        "sync",
        &["domain", "error", "clock", "entropy", "market", "services"],
    ),
    ("web", &["domain", "error", "clock", "config", "services"]),
    ("api", &["domain", "error"]),
    (
        "api::server",
        &["api", "domain", "error", "clock", "config", "services"],
    ),
    ("tui", &["api", "domain", "error", "clock", "config"]),
    (
        "cli",
        &[
            "api",
            "api::server",
            "clock",
            "config",
            "domain",
            "entropy",
            "error",
            "formats",
            "market",
            "sandbox",
            "search",
            "services",
            "store",
            "sync",
            "tui",
            "web",
        ],
    ),
];

/// Text, the layers in which it may stand, and why.
const BELONGS: [(&str, &[&str], &str); 20] = [
    (
        "begin_write(",
        &["store"],
        "transactions are opened by the store",
    ),
    (
        "begin_read(",
        &["store"],
        "transactions are opened by the store",
    ),
    (
        "bincode::",
        &["store::codec", "api::framing"],
        "two places know the byte format",
    ),
    ("redb::", &["store"], "the store hides its library"),
    ("tantivy::", &["search"], "the index hides its library"),
    (
        "SystemTime::now",
        &["clock"],
        "time comes from the injected clock",
    ),
    (
        "Timestamp::now(",
        &["clock"],
        "time comes from the injected clock",
    ),
    (
        "Zoned::now",
        &["clock"],
        "time comes from the injected clock",
    ),
    ("println!", &["cli"], "only the command line prints"),
    ("print!(", &["cli"], "only the command line prints"),
    ("anyhow", &["cli"], "the library has one error type"),
    ("csv::", &["formats::lists"], "lists hide their libraries"),
    (
        "calamine::",
        &["formats::lists"],
        "lists hide their libraries",
    ),
    (
        "rust_xlsxwriter::",
        &["formats::lists"],
        "lists hide their libraries",
    ),
    (
        "getrandom::",
        &["entropy"],
        "randomness comes from the injected source",
    ),
    (
        "reqwest::",
        &["web", "market::wire"],
        "two places call out: alerts, and calls to the services",
    ),
    ("axum::", &["web"], "only the web layer listens to the web"),
    (
        "hyper::",
        &["sandbox::listen"],
        "the played services hang up in the middle of answers",
    ),
    (
        "metrics::",
        &["web", "api::server", "cli"],
        "the desk measures, the web layer shows",
    ),
    (
        "std::env::var",
        &["cli", "tui::theme"],
        "only the edge reads the environment",
    ),
];

/// Longer files hold two concepts.
const LONGEST_FILE: usize = 600;

fn source_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// `src/api/server/desk.rs` -> `api::server::desk`; `mod.rs` is its folder.
fn module(path: &Path) -> String {
    let parts: Vec<String> = path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .filter(|part| part != "mod")
        .collect();
    parts.join("::")
}

fn within(module: &str, layer: &str) -> bool {
    module == layer || module.starts_with(&format!("{layer}::"))
}

/// The most exact layer that a module lies in.
fn layer_of(module: &str) -> Option<&'static str> {
    MAY_USE
        .iter()
        .map(|(layer, _)| *layer)
        .filter(|layer| within(module, layer))
        .max_by_key(|layer| layer.len())
}

/// The code of a file without its tests and comments: tests may do as they like.
fn code(text: &str) -> String {
    let body = text
        .find("#[cfg(test)]\nmod tests")
        .map_or(text, |at| &text[..at]);
    body.lines()
        .map(|line| line.split(" // ").next().unwrap_or(line))
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The modules that code names after `crate::`, one or two steps deep. `{a, b}` counts as both.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let end = group.find('}').unwrap_or(group.len());
            for name in group[..end].split(',') {
                found.push(path_of(name.trim()));
            }
        } else {
            found.push(path_of(rest));
        }
    }
    found
}

fn path_of(text: &str) -> String {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .unwrap_or(text.len());
    text[..end].trim_end_matches(':').to_owned()
}

fn violations(module: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = code(text);
    if !text.starts_with("//!") {
        found.push(format!("{module}: does not begin with why it exists"));
    }
    if text.lines().count() > LONGEST_FILE {
        found.push(format!("{module}: over {LONGEST_FILE} lines"));
    }
    if let Some(layer) = layer_of(module) {
        let allowed = MAY_USE
            .iter()
            .find(|(of, _)| *of == layer)
            .map_or(&[][..], |(_, allowed)| allowed);
        for import in imports(&code) {
            let Some(target) = layer_of(&import) else {
                continue;
            };
            if target != layer && !allowed.contains(&target) {
                found.push(format!("{module}: {layer} may not use {target} ({import})"));
            }
        }
    } else if module != "lib" && module != "main" {
        found.push(format!("{module}: belongs to no layer"));
    }
    for (needle, places, why) in BELONGS {
        if code.contains(needle) && !places.iter().any(|place| within(module, place)) {
            found.push(format!("{module}: {needle} does not belong here; {why}"));
        }
    }
    found
}

#[test]
fn layers_hold() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&src, &mut files);
    assert!(files.len() > 40, "the source was found");
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        let path = file.strip_prefix(&src).expect("below src");
        let module = module(path);
        // Tests may do as they like.
        if !module
            .split("::")
            .any(|part| part == "tests" || part == "testing")
        {
            found.extend(violations(&module, &text));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn crossings_are_seen() {
    let crossing =
        |module: &str, text: &str| violations(module, &format!("//! Why.\n{text}")).len();
    assert_eq!(
        crossing("tui::screens::pick", "use crate::store::Store;"),
        1
    );
    assert_eq!(
        crossing("tui::screens::pick", "use crate::api::server::Desk;"),
        1
    );
    assert_eq!(
        crossing("tui::screens::pick", "use crate::{store, api};"),
        1
    );
    assert_eq!(
        crossing("domain::lot", "fn f() { crate::services::App::new() }"),
        1
    );
    assert_eq!(crossing("services::views", "let x = db.begin_write()?;"), 1);
    assert_eq!(crossing("services::views", "SystemTime::now()"), 1);
    assert_eq!(crossing("store::tables", "println!(\"x\");"), 1);
    assert_eq!(crossing("services::alerts", "use crate::web::courier;"), 1);
    assert_eq!(crossing("web::courier", "use crate::store::Store;"), 1);
    assert_eq!(crossing("web::courier", "use crate::services::App;"), 0);
    assert_eq!(crossing("api::server::desk", "use crate::web::metrics;"), 1);
    assert_eq!(crossing("services::people", "getrandom::fill(x)"), 1);
    assert_eq!(crossing("elsewhere", ""), 1);
    assert_eq!(
        violations("domain::lot", "use x;").len(),
        1,
        "no word on why"
    );
    assert_eq!(
        crossing("api::server::desk", "use crate::services::App;"),
        0
    );
    assert_eq!(
        crossing("tui::app", "use crate::api::Request; // crate::store"),
        0
    );
    let tests = "#[cfg(test)]\nmod tests { use crate::store::Store; }";
    assert_eq!(crossing("tui::app", tests), 0);
}
