//! The search engine against a small catalogue made up here, compared with counting by hand.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use brickops::search::{
    BinFilter, CatalogIndex, Facets, Filter, Known, Nicknames, Opened, Query, SearchDoc,
    SearchError, Stamp, Tier, rank_key,
};

/// A small table; the program's own is larger.
const NICKNAMES: &str = "\
# nickname\twords, or =numbers\n\
cheese slope\tslope 30 1 x 1 x 2/3\n\
cheese wedge\tslope 30 1 x 1 x 2/3\n\
cheese\tslope 30 1 x 1 x 2/3\n\
jumper\t=3794,3794b,15573,3794a,87580\n\
jumper plate\t=3794,3794b,15573,3794a,87580\n\
snot\t=4070,87087,11211,30414,47905,26604\n\
snot brick\t=4070,87087,11211,30414,47905,26604\n\
headlight\t=4070\n\
headlight brick\t=4070\n\
beam\tliftarm\n\
technic beam\ttechnic liftarm\n\
wand\tbar\n";

fn random(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed as usize
}

/// A made-up catalogue with all that can be asked for.
fn small(count: usize) -> Vec<SearchDoc> {
    let nouns = [
        "Brick",
        "Plate",
        "Tile",
        "Slope",
        "Wheel",
        "Minifigure, Head",
        "Technic, Pin",
        "Window",
    ];
    let extras = [
        "",
        " with Groove",
        " without Groove",
        " Modified",
        " (Jumper)",
        " with Pokémon Pattern",
        " - X-Wing",
    ];
    let kinds = b"PPPPMSGBCIOU";
    let mut seed = 42;
    let mut docs: Vec<SearchDoc> = (0..count)
        .map(|n| {
            let r = &mut seed;
            let kind = kinds[random(r) % kinds.len()];
            SearchDoc {
                id: 0,
                kind,
                no: match kind {
                    b'M' => format!("sw{n:04}"),
                    b'S' | b'I' | b'O' => format!("{}-1", 4000 + n),
                    _ => format!("{}{}", 3000 + n / 2, ["", "b", "pb01"][random(r) % 3]),
                },
                alternates: if n % 9 == 0 {
                    vec![format!("A{n}")]
                } else {
                    vec![]
                },
                name: format!(
                    "{} {} x {}{}",
                    nouns[random(r) % nouns.len()],
                    1 + random(r) % 4,
                    1 + random(r) % 8,
                    extras[random(r) % extras.len()]
                ),
                category: (random(r) % 12) as u32,
                category_path: ["Town / Fire", "Castle", "Star Wars / Star Wars Episode 3"]
                    [random(r) % 3]
                    .into(),
                year: (n % 3 != 0).then(|| 1980 + (random(r) % 40) as u16),
                colors: (0..random(r) % 4)
                    .map(|_| (random(r) % 9) as u16)
                    .collect::<HashSet<_>>()
                    .into_iter()
                    .collect(),
                elements: if n % 4 == 0 {
                    vec![format!("{}", 300_100 + n)]
                } else {
                    vec![]
                },
                printed: random(r).is_multiple_of(4),
                obsolete: [None, Some(true), Some(false)][random(r) % 3],
                bin: (n % 5 == 0).then(|| {
                    (
                        (b'A' + (random(r) % 4) as u8) as char,
                        (1 + random(r) % 20) as u16,
                    )
                }),
                vanished: n % 50 == 7,
                keywords: if n % 30 == 0 {
                    vec!["Liftarm".into()]
                } else {
                    vec![]
                },
            }
        })
        .collect();
    docs.sort_by_cached_key(rank_key);
    docs.dedup_by(|a, b| a.no == b.no && a.kind == b.kind);
    (0..).zip(&mut docs).for_each(|(id, doc)| doc.id = id);
    docs
}

fn build(docs: &[SearchDoc]) -> (tempfile::TempDir, CatalogIndex) {
    let dir = tempfile::tempdir().expect("a directory");
    let index = CatalogIndex::build(
        &dir.path().join("index"),
        docs,
        Stamp::new(1, 1),
        &mut |_| {},
    )
    .expect("builds");
    index.set_nicknames(Nicknames::parse(NICKNAMES).expect("a good table"));
    (dir, index)
}

fn query<'a>(text: &'a str, filter: &'a Filter) -> Query<'a> {
    Query {
        text,
        filter,
        only: None,
        limit: 50,
    }
}

fn ids(index: &CatalogIndex, text: &str) -> Vec<u32> {
    index
        .all(&query(text, &Filter::default()))
        .expect("an answer")
}

fn passes(doc: &SearchDoc, f: &Filter) -> bool {
    (f.vanished || !doc.vanished)
        && (f.kinds.is_empty() || f.kinds.contains(&doc.kind))
        && f.color.is_none_or(|c| doc.colors.contains(&c))
        && (f.categories.is_empty() || f.categories.contains(&doc.category))
        && f.years
            .is_none_or(|(a, b)| doc.year.is_some_and(|y| (a..=b).contains(&y)))
        && f.printed.is_none_or(|p| p == doc.printed)
        && f.obsolete.is_none_or(|k| {
            k == match doc.obsolete {
                None => Known::Unknown,
                Some(true) => Known::Yes,
                Some(false) => Known::No,
            }
        })
        && f.bin.is_none_or(|b| {
            doc.bin
                .is_some_and(|(c, n)| c == b.cabinet && b.bin.is_none_or(|m| m == n))
        })
}

fn filters() -> Vec<Filter> {
    let none = Filter::default();
    vec![
        none.clone(),
        Filter {
            vanished: true,
            ..none.clone()
        },
        Filter {
            kinds: vec![b'P', b'S'],
            ..none.clone()
        },
        Filter {
            color: Some(3),
            ..none.clone()
        },
        Filter {
            color: Some(900),
            ..none.clone()
        },
        Filter {
            categories: vec![2, 5, 4_000_000_000],
            ..none.clone()
        },
        Filter {
            categories: vec![4_000_000_000],
            ..none.clone()
        },
        Filter {
            years: Some((1990, 1999)),
            ..none.clone()
        },
        Filter {
            printed: Some(true),
            ..none.clone()
        },
        Filter {
            obsolete: Some(Known::Unknown),
            printed: Some(false),
            ..none.clone()
        },
        Filter {
            obsolete: Some(Known::Yes),
            color: Some(1),
            ..none.clone()
        },
        Filter {
            bin: Some(BinFilter {
                cabinet: 'C',
                bin: None,
            }),
            ..none.clone()
        },
        Filter {
            bin: Some(BinFilter {
                cabinet: 'C',
                bin: Some(4),
            }),
            ..none.clone()
        },
        Filter {
            kinds: vec![b'P'],
            color: Some(2),
            categories: vec![1, 2, 3],
            years: Some((1985, 2010)),
            ..none
        },
    ]
}

const TEXTS: &[&str] = &[
    "",
    " ",
    "b",
    "br",
    "bric",
    "brick",
    "bricks",
    "brick ",
    "brick 2",
    "brick 2x4",
    "2x4 brick",
    "brick 4x2",
    "p 1",
    "plate gro",
    "30",
    "3001",
    "4001",
    "4001-",
    "sw00",
    "jumper",
    "jum",
    "cheese sl",
    "x-wing",
    "xwing",
    "pokemon",
    "star wars",
    "wars star pin",
    "technic beam",
    "liftarm",
    "C4",
    "300104",
    "30010",
    "a9",
    "nothing at all",
    "-",
    "é",
    "1 x",
    "1 x 2 ",
    "window fire",
    "head minifig",
];

#[test]
fn short_answers_begin_long_ones() {
    let docs = small(3000);
    let (_dir, index) = build(&docs);
    for filter in filters() {
        let may: HashSet<u32> = docs
            .iter()
            .filter(|d| passes(d, &filter))
            .map(|d| d.id)
            .collect();
        for text in TEXTS {
            let whole = index.all(&query(text, &filter)).expect("an answer");
            assert_eq!(
                whole.iter().collect::<HashSet<_>>().len(),
                whole.len(),
                "{text:?}: twice"
            );
            assert!(
                whole.iter().all(|id| may.contains(id)),
                "{text:?}: filter {filter:?}"
            );
            for limit in [0, 1, 2, 7, 50, 10_000] {
                let hits = index
                    .search(&Query {
                        text,
                        filter: &filter,
                        only: None,
                        limit,
                    })
                    .expect("an answer");
                assert_eq!(
                    hits.ids,
                    whole[..limit.min(whole.len())],
                    "{text:?} {limit}"
                );
                assert_eq!(hits.more, whole.len() > limit, "{text:?} {limit}");
                assert!(
                    hits.tiers.is_sorted() || hits.tiers.contains(&Tier::Nickname),
                    "{text:?}"
                );
                assert_eq!(hits.tiers.len(), hits.ids.len());
            }
            // a filter takes items away and changes nothing else
            let free = index
                .all(&query(
                    text,
                    &Filter {
                        vanished: true,
                        ..Filter::default()
                    },
                ))
                .expect("an answer");
            let kept: Vec<u32> = free.into_iter().filter(|id| may.contains(id)).collect();
            assert_eq!(whole, kept, "{text:?} {filter:?}");
        }
    }
}

fn count<T: Ord>(items: impl Iterator<Item = T>) -> BTreeMap<T, u32> {
    let mut out = BTreeMap::new();
    items.for_each(|item| *out.entry(item).or_default() += 1);
    out
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one dimension after the other, all against the same list"
)]
fn facets_are_what_counting_gives() {
    let docs = small(3000);
    let (_dir, index) = build(&docs);
    for text in TEXTS {
        let found: HashSet<u32> = index
            .all(&query(
                text,
                &Filter {
                    vanished: true,
                    ..Filter::default()
                },
            ))
            .expect("an answer")
            .into_iter()
            .collect();
        for filter in filters() {
            let facets: Facets = index.facets(&query(text, &filter)).expect("counts");
            let of = |f: Filter| {
                docs.iter()
                    .filter(move |d| passes(d, &f))
                    .filter(|d| found.contains(&d.id))
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                facets.total,
                of(filter.clone()).len(),
                "{text:?} {filter:?}"
            );
            let kinds = count(
                of(Filter {
                    kinds: vec![],
                    ..filter.clone()
                })
                .iter()
                .map(|d| d.kind),
            );
            assert_eq!(
                facets.kinds.iter().copied().collect::<BTreeMap<_, _>>(),
                kinds
            );
            let categories = count(
                of(Filter {
                    categories: vec![],
                    ..filter.clone()
                })
                .iter()
                .map(|d| d.category),
            );
            assert_eq!(
                facets
                    .categories
                    .iter()
                    .copied()
                    .collect::<BTreeMap<_, _>>(),
                categories
            );
            let colors = count(
                of(Filter {
                    color: None,
                    ..filter.clone()
                })
                .iter()
                .flat_map(|d| d.colors.clone()),
            );
            assert_eq!(
                facets.colors.iter().copied().collect::<BTreeMap<_, _>>(),
                colors
            );
            let years = count(
                of(Filter {
                    years: None,
                    ..filter.clone()
                })
                .iter()
                .filter_map(|d| d.year),
            );
            assert_eq!(
                facets.years.iter().copied().collect::<BTreeMap<_, _>>(),
                years
            );
            let printed = count(
                of(Filter {
                    printed: None,
                    ..filter.clone()
                })
                .iter()
                .map(|d| d.printed),
            );
            assert_eq!(
                [facets.unprinted, facets.printed],
                [false, true].map(|p| printed.get(&p).copied().unwrap_or(0))
            );
            let obsolete = count(
                of(Filter {
                    obsolete: None,
                    ..filter.clone()
                })
                .iter()
                .map(|d| d.obsolete),
            );
            assert_eq!(
                [facets.unknown, facets.current, facets.obsolete],
                [None, Some(false), Some(true)].map(|o| obsolete.get(&o).copied().unwrap_or(0))
            );
            let cabinets = count(
                of(Filter {
                    bin: None,
                    ..filter.clone()
                })
                .iter()
                .filter_map(|d| d.bin.map(|b| b.0)),
            );
            assert_eq!(
                facets.cabinets.iter().copied().collect::<BTreeMap<_, _>>(),
                cabinets
            );
        }
    }
}

#[test]
fn words_are_found_as_reading_finds_them() {
    let docs = small(3000);
    let (_dir, index) = build(&docs);
    for (text, word) in [
        ("groove ", "Groove"),
        ("window ", "Window"),
        ("pokemon ", "Pokémon"),
        ("tile ", "Tile"),
        ("castle ", "Castle"),
    ] {
        let want: HashSet<u32> = docs
            .iter()
            .filter(|d| !d.vanished && (d.name.contains(word) || d.category_path.contains(word)))
            .map(|d| d.id)
            .collect();
        assert_eq!(
            ids(&index, text).into_iter().collect::<HashSet<_>>(),
            want,
            "{text:?}"
        );
    }
    let slow = |text: &str| {
        docs.iter()
            .filter(|d| !d.vanished && d.no.to_lowercase().starts_with(text))
            .count()
    };
    for prefix in ["sw00", "sw000"] {
        assert_eq!(ids(&index, prefix).len(), slow(prefix), "{prefix}");
    }
}

fn one(id: u32, no: &str, name: &str) -> SearchDoc {
    SearchDoc {
        id,
        kind: b'P',
        no: no.into(),
        name: name.into(),
        ..SearchDoc::default()
    }
}

#[test]
fn numbers_of_all_sorts() {
    let mut docs = vec![
        one(0, "3001", "Brick 2 x 4"),
        one(1, "3069b", "Tile 1 x 2"),
        one(2, "30010", "Other"),
        one(3, "3069bpb01", "Tile 1 x 2 Pattern"),
    ];
    docs[0].alternates = vec!["39789".into(), " 3001OLD ".into()];
    docs[0].elements = vec!["300101".into(), "4114306".into()];
    docs[0].bin = Some(('C', 303));
    docs.push(SearchDoc {
        kind: b'S',
        ..one(4, "75105-1", "Falcon")
    });
    docs.push(SearchDoc {
        kind: b'S',
        ..one(5, "TRUFALCON-1", "Toy")
    });
    let (_dir, index) = build(&docs);
    for (text, first) in [
        ("3001", 0),
        ("39789", 0),
        ("3001old", 0),
        ("300101", 0),
        ("30010", 2),
        ("4114", 0),
        ("41143", 0),
        ("C303", 0),
        ("c303", 0),
        ("c0303", 0),
        ("3069", 1),
        ("3069B", 1),
        ("3069bp", 3),
        ("75105", 4),
        ("75105-1", 4),
        ("75105-", 4),
        ("trufalcon-1", 5),
        ("trufalcon-", 5),
    ] {
        // beginnings of element ids count from five digits
        if text == "4114" {
            assert!(ids(&index, text).is_empty());
        } else {
            assert_eq!(ids(&index, text).first(), Some(&first), "{text}");
        }
    }
    assert!(ids(&index, "C304").is_empty());
    assert_eq!(ids(&index, "tile 3069b"), [1, 3]);
}

#[test]
fn nicknames_first_and_united_with_the_words() {
    let docs = vec![
        one(0, "1", "Slope 30 1 x 1 x 2/3"),
        SearchDoc {
            printed: true,
            ..one(1, "2", "Cheese Slope Sticker")
        },
        SearchDoc {
            printed: true,
            ..one(2, "3", "Slope 30 1 x 1 x 2/3 with Pattern")
        },
        one(3, "4070", "Brick, Modified 1 x 1 with Headlight"),
        one(4, "87087", "Brick, Modified 1 x 1 with Stud on Side"),
        one(5, "5", "Snow Flake"),
    ];
    let (_dir, index) = build(&docs);
    assert_eq!(ids(&index, "cheese slope"), [0, 1, 2]);
    assert_eq!(ids(&index, "slope cheese"), [0, 1, 2]);
    assert_eq!(ids(&index, "cheese slo"), [0, 1, 2]);
    assert_eq!(ids(&index, "snot"), [3, 4]);
    assert_eq!(ids(&index, "sno"), [5, 3, 4]);
    assert_eq!(ids(&index, "snot side"), [4]);
    // a shop's own word, from now on
    let mut table = Nicknames::parse(NICKNAMES).expect("a table");
    table.extend(Nicknames::parse("snot\t=5").expect("a table"));
    index.set_nicknames(table);
    assert_eq!(ids(&index, "snot"), [5]);
}

#[test]
fn spelling_is_helped() {
    let (_dir, index) = build(&small(3000));
    let none = Filter::default();
    for (text, meant) in [
        ("brcik 2x4", "brick 2x4"),
        ("palte", "plate"),
        ("tecnic pin", "technic pin"),
        ("minifgiure haed", "minifigure head"),
        ("brci", "brick"),
    ] {
        assert!(ids(&index, text).is_empty(), "{text}");
        let spelled = index
            .spelled(&query(text, &none))
            .expect("an answer")
            .expect("a guess");
        assert_eq!(spelled.text, meant);
        assert_eq!(
            spelled.hits,
            index.search(&query(meant, &none)).expect("an answer")
        );
    }
    assert_eq!(
        index
            .spelled(&query("qqqqqq zzzzzz", &none))
            .expect("an answer"),
        None
    );
    assert_eq!(index.spelled(&query("", &none)).expect("an answer"), None);
}

#[test]
fn single_items_change() {
    let docs = small(1500);
    let (dir, index) = build(&docs);
    let mut now: HashMap<u32, SearchDoc> = docs.iter().map(|d| (d.id, d.clone())).collect();
    for round in 0..12_u32 {
        let mut changed = vec![one(
            2000 + round,
            &format!("new{round}"),
            "Brick 2 x 4 Brandnew",
        )];
        let mut old = now[&(round * 7)].clone();
        old.name = format!("Renamed Brick {round}");
        changed.push(old);
        for d in &changed {
            now.insert(d.id, d.clone());
        }
        index
            .update(&changed, u64::from(round) + 2)
            .expect("updates");
        assert_eq!(index.stamp().seq, u64::from(round) + 2);
        assert_eq!(index.len(), now.len());
    }
    let renamed: Vec<u32> = (0..12)
        .map(|r| r * 7)
        .filter(|id| !now[id].vanished)
        .collect();
    assert_eq!(ids(&index, "renamed "), renamed);
    assert_eq!(ids(&index, "brandnew"), (2000..2012).collect::<Vec<_>>());
    // the same as an index that was built so in the first place
    let mut fresh: Vec<SearchDoc> = now.into_values().collect();
    fresh.sort_by_key(|d| d.id);
    let (_dir, built) = build(&fresh);
    for text in TEXTS {
        for filter in filters() {
            let q = query(text, &filter);
            assert_eq!(
                index.all(&q).expect("an answer"),
                built.all(&q).expect("an answer"),
                "{text:?}"
            );
            assert_eq!(
                index.search(&q).expect("an answer"),
                built.search(&q).expect("an answer"),
                "{text:?}"
            );
            assert_eq!(
                index.facets(&q).expect("counts"),
                built.facets(&q).expect("counts"),
                "{text:?}"
            );
        }
    }
    drop(index);
    let path = dir.path().join("index");
    assert!(matches!(
        CatalogIndex::open(&path, Stamp::new(1, 13)),
        Opened::Ready(_)
    ));
    let Opened::Stale {
        found,
        index: Some(_),
    } = CatalogIndex::open(&path, Stamp::new(2, 1))
    else {
        panic!("another generation")
    };
    assert_eq!((found.generation, found.seq), (1, 13));
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

#[test]
fn damage_is_told_and_never_panics() {
    let (dir, index) = build(&small(400));
    drop(index);
    let (good, bad) = (dir.path().join("index"), dir.path().join("bad"));
    let stamp = Stamp::new(1, 1);
    assert!(matches!(
        CatalogIndex::open(&dir.path().join("none"), stamp),
        Opened::Missing
    ));
    assert!(matches!(CatalogIndex::open(&good, stamp), Opened::Ready(_)));
    let names: Vec<_> = fs::read_dir(&good)
        .expect("a directory")
        .filter_map(|e| Some(e.ok()?.file_name()))
        .collect();
    for name in names
        .iter()
        .filter(|n| !n.to_string_lossy().ends_with(".lock"))
    {
        let len = fs::metadata(good.join(name)).expect("a file").len();
        let text = name.to_string_lossy();
        let try_it = |what: &str, change: &mut dyn FnMut(&Path)| {
            copy(&good, &bad);
            change(&bad.join(name));
            let opened = CatalogIndex::open(&bad, stamp);
            assert!(
                matches!(opened, Opened::Unreadable { .. }),
                "{text} {what}: {opened:?}"
            );
        };
        try_it("gone", &mut |path| fs::remove_file(path).expect("removes"));
        // the last byte of the lists is a line end
        let cuts = [
            0,
            1,
            len / 2,
            len - if text.ends_with(".json") { 2 } else { 1 },
        ];
        for keep in cuts {
            try_it(&format!("cut to {keep}"), &mut |path| {
                fs::File::options()
                    .write(true)
                    .open(path)
                    .expect("opens")
                    .set_len(keep)
                    .expect("cuts");
            });
        }
        let mut seed = len + 7;
        for _ in 0..40 {
            let at = random(&mut seed) % len as usize;
            if text.ends_with(".json") {
                break; // a changed space in there is no damage
            }
            try_it(&format!("byte {at}"), &mut |path| {
                let mut bytes = fs::read(path).expect("reads");
                bytes[at] ^= 0x55;
                fs::write(path, bytes).expect("writes");
            });
        }
        try_it("rubbish", &mut |path| {
            fs::write(path, vec![0xa5; len as usize]).expect("writes");
        });
    }
    // the whole is made again over the ruins
    CatalogIndex::build(&bad, small(10), stamp, &mut |_| {}).expect("builds");
    assert!(matches!(CatalogIndex::open(&bad, stamp), Opened::Ready(_)));
}

#[test]
fn odd_items_are_refused_or_taken_never_lost() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("index");
    let odd = SearchDoc {
        kind: b'?',
        ..one(0, "1", "x")
    };
    let result = CatalogIndex::build(&path, [odd], Stamp::new(1, 1), &mut |_| {});
    assert!(matches!(result, Err(SearchError::Document { .. })));
    let none: [SearchDoc; 0] = [];
    let index =
        CatalogIndex::build(&path, none, Stamp::new(1, 1), &mut |_| {}).expect("an empty index");
    assert!(index.is_empty());
    for text in TEXTS {
        assert!(ids(&index, text).is_empty());
    }
    let index = CatalogIndex::build(
        &path,
        [one(0, "", ""), one(1, "ß\n\t", "日本 \n 2 x \u{0}")],
        Stamp::new(1, 1),
        &mut |_| {},
    )
    .expect("builds");
    assert_eq!(ids(&index, ""), [0, 1]);
    assert_eq!(ids(&index, "日本"), [1]);
    assert_eq!(ids(&index, "日"), [1]);
}

#[test]
fn similar_items() {
    let docs = vec![
        one(0, "3069b", "Tile 1 x 2"),
        one(1, "3069a", "Tile 1 x 2 Old"),
        one(2, "3069bpb1", "Tile Print"),
        one(3, "30690", "Else"),
        one(4, "99", "Tile 1 x 2"),
    ];
    let (_dir, index) = build(&docs);
    assert_eq!(index.similar(0).expect("an answer"), [1, 2, 4]);
    assert!(index.similar(77).expect("an answer").is_empty());
}
