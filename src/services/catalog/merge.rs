//! What an import run says, laid over what the store knows: the next catalogue, and how it differs.
//!
//! Pure: no store, no files. Known facts are never replaced by unknown ones, colours and bins of
//! items that a run does not mention stay, and an item vanishes only by the rule of [`Vanishing`].

use std::collections::{BTreeMap, HashMap, HashSet};

use super::gather::{Code, Folded, Gathered, Said};
use crate::domain::category::{DERIVED, TreeBuilder};
use crate::domain::report::{CatalogImport, Skipped};
use crate::domain::{
    Category, CategoryId, CategoryTree, Color, ColorId, Facts, Item, ItemColor, ItemKey, ItemKind,
    Source, Timestamp,
};

/// The catalogue as the store has it.
#[derive(Debug, Default)]
pub struct Stored {
    /// Every item.
    pub items: Vec<Item>,
    /// Every colour.
    pub colors: Vec<Color>,
    /// The category tree.
    pub tree: CategoryTree,
}

/// When a missing item counts as vanished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vanishing {
    /// When the run holds at least nine of ten stored items of its kind.
    MostlyComplete,
    /// When the run holds any of its kind: the caller says that it is complete.
    Complete,
}

/// The next catalogue. Items are not ranked yet.
#[derive(Debug)]
pub struct Merged {
    /// Every item.
    pub items: Vec<Item>,
    /// Every colour.
    pub colors: Vec<Color>,
    /// The category tree.
    pub tree: CategoryTree,
    /// Facts are the same but younger than the stored ones.
    pub confirmed: bool,
}

/// How a run is taken.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// What its facts are marked with.
    pub source: Source,
    /// When a missing item has vanished.
    pub vanishing: Vanishing,
    /// The time of the import.
    pub now: Timestamp,
}

/// Lays a run over the stored catalogue and counts the differences into `report`.
pub fn merge(
    stored: Stored,
    mut run: Gathered,
    terms: Terms,
    report: &mut CatalogImport,
) -> Merged {
    let (colors, color_changes) = merge_colors(&stored.colors, &run);
    let (tree, paths) = merge_tree(&stored.tree, &run);
    report.reference_changes = color_changes + tree_changes(&stored.tree, &tree, &stored.items);
    let mut composer = Composer {
        by_name: colors
            .iter()
            .map(|color| (fold(&color.name), color.id))
            .collect(),
        tree: &tree,
        paths: &paths,
        terms,
    };
    let gone = vanishing_kinds(&stored.items, &run, terms.vanishing);
    settle_kinds(&stored.items, &mut run);
    let mut confirmed = false;
    let mut items = Vec::with_capacity(stored.items.len().max(run.items.len()));
    for old in stored.items {
        let key: Folded = (old.key.kind, old.key.folded());
        let said = run.items.remove(&key);
        let missing = said.is_none();
        let mut new = composer.compose(Some(&old), said, &key, &mut run);
        if missing && gone.contains(&old.key.kind) && old.basics.source != Source::Starter {
            new.vanished = old.vanished.or(Some(terms.now));
        }
        if old.vanished.is_some() && new.vanished.is_none() {
            report.returned += 1;
        } else if old.vanished.is_none() && new.vanished.is_some() {
            report.vanished += 1;
        } else if old.same_facts(&new) {
            report.unchanged += 1;
            confirmed |= new.basics.at > old.basics.at;
        } else {
            report.changed += 1;
        }
        items.push(new);
    }
    // In any order: ranking sorts them all.
    let fresh: Vec<(Folded, Said)> = run.items.drain().collect();
    for (key, said) in fresh {
        items.push(composer.compose(None, Some(said), &key, &mut run));
        report.added += 1;
    }
    leftover_codes(&mut run);
    report.skipped.append(std::mem::take(&mut run.skipped));
    report.items = items.len() as u64;
    report.elements = count_elements(&items);
    Merged {
        items,
        colors,
        tree,
        confirmed,
    }
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

fn count_elements(items: &[Item]) -> u64 {
    let ids: HashSet<&str> = items
        .iter()
        .flat_map(|item| &item.colors)
        .flat_map(|color| &color.elements)
        .map(String::as_str)
        .collect();
    ids.len() as u64
}

fn merge_colors(stored: &[Color], run: &Gathered) -> (Vec<Color>, u64) {
    let mut all: BTreeMap<u16, Color> = stored.iter().map(|c| (c.id.0, c.clone())).collect();
    let mut changes = 0;
    for (id, color) in &run.colors {
        let old = all.insert(*id, color.clone());
        changes += u64::from(old.as_ref() != Some(color));
    }
    (all.into_values().collect(), changes)
}

type Paths = BTreeMap<(u32, Vec<String>), CategoryId>;

fn merge_tree(stored: &CategoryTree, run: &Gathered) -> (CategoryTree, Paths) {
    let mut builder = TreeBuilder::new();
    for node in stored.nodes() {
        if node.id.0 < DERIVED {
            builder.add(node.id.0, &node.name);
        } else if let Some((numbered, rest)) = below(stored, node) {
            builder.mention_below(numbered, &rest);
        }
    }
    for (id, name) in &run.categories {
        builder.add(*id, name);
    }
    let mentioned: HashSet<(u32, &str)> = run
        .items
        .values()
        .filter_map(|said| Some((said.category?, said.path.as_deref()?)))
        .collect();
    for (id, path) in mentioned {
        builder.mention(id, path);
    }
    builder.build()
}

/// The numbered node above a derived one, and the names from there down.
fn below(tree: &CategoryTree, node: &Category) -> Option<(u32, Vec<String>)> {
    let mut rest = vec![node.name.clone()];
    let mut at = node.parent?;
    while at.0 >= DERIVED {
        let above = tree.get(at)?;
        rest.push(above.name.clone());
        at = above.parent?;
    }
    rest.reverse();
    Some((at.0, rest))
}

/// Nodes that are new or have another name. A first import has nothing to compare with.
fn tree_changes(old: &CategoryTree, new: &CategoryTree, items: &[Item]) -> u64 {
    if items.is_empty() {
        return 0;
    }
    new.nodes()
        .filter(|node| old.get(node.id).is_none_or(|was| was.name != node.name))
        .count() as u64
}

/// The kinds of which the run holds enough to say that what is missing has vanished.
fn vanishing_kinds(stored: &[Item], run: &Gathered, rule: Vanishing) -> HashSet<ItemKind> {
    let mut there: HashMap<ItemKind, (u64, u64)> = HashMap::new();
    for item in stored.iter().filter(|item| item.vanished.is_none()) {
        let (all, held) = there.entry(item.key.kind).or_default();
        *all += 1;
        *held += u64::from(run.items.contains_key(&(item.key.kind, item.key.folded())));
    }
    there
        .into_iter()
        .filter(|(_, (all, held))| match rule {
            Vanishing::MostlyComplete => held * 10 >= all * 9,
            Vanishing::Complete => *held > 0,
        })
        .map(|(kind, _)| kind)
        .collect()
}

/// Puts single items together.
struct Composer<'m> {
    by_name: HashMap<String, ColorId>,
    tree: &'m CategoryTree,
    paths: &'m Paths,
    terms: Terms,
}

impl Composer<'_> {
    fn compose(
        &mut self,
        old: Option<&Item>,
        said: Option<Said>,
        key: &Folded,
        run: &mut Gathered,
    ) -> Item {
        let facts = |at| Facts {
            source: self.terms.source,
            at,
        };
        let mut item = match (old, said) {
            (Some(old), None) => old.clone(),
            (old, said) => self.basics(old, said.unwrap_or_default(), key),
        };
        if let Some(codes) = run.codes.remove(key) {
            let colors = self.colors(&codes, run);
            if !colors.is_empty() {
                item.colors = colors;
                item.colors_from = Some(facts(run.codes_at));
            }
        }
        if key.0 == ItemKind::Part
            && let Some(bin) = run.bins.get(&key.1)
        {
            item.bin = Some(*bin);
            item.bin_from = Some(facts(run.bins_at));
        }
        item
    }

    fn basics(&self, old: Option<&Item>, said: Said, key: &Folded) -> Item {
        let category = self.category(old, &said);
        let alternates = match old {
            Some(old) if said.alternates.is_empty() => old.alternates.clone(),
            _ => said.alternates,
        };
        Item {
            key: ItemKey::new(key.0, said.no),
            name: said.name,
            alternates,
            category,
            year: said.year.or_else(|| old.and_then(|old| old.year)),
            weight: said.weight.or_else(|| old.and_then(|old| old.weight)),
            dimensions: said
                .dimensions
                .or_else(|| old.and_then(|old| old.dimensions)),
            colors: old.map(|old| old.colors.clone()).unwrap_or_default(),
            image: old.and_then(|old| old.image.clone()),
            obsolete: old.and_then(|old| old.obsolete),
            bin: old.and_then(|old| old.bin),
            vanished: None,
            basics: Facts {
                source: self.terms.source,
                at: said.at,
            },
            colors_from: old.and_then(|old| old.colors_from),
            bin_from: old.and_then(|old| old.bin_from),
        }
    }

    /// The deepest node. A file with a bare number does not lift an item out of the path below
    /// that number, which another file gave.
    fn category(&self, old: Option<&Item>, said: &Said) -> CategoryId {
        let Some(id) = said.category else {
            return old.map_or(CategoryId(0), |old| old.category);
        };
        if let Some(path) = &said.path {
            let rest: Vec<String> = path
                .split(" / ")
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .skip(1)
                .map(str::to_owned)
                .collect();
            return self
                .paths
                .get(&(id, rest))
                .copied()
                .unwrap_or(CategoryId(id));
        }
        let deeper = old
            .map(|old| old.category)
            .filter(|was| was.0 >= DERIVED)
            .filter(|was| {
                let numbered = self.tree.get(*was).and_then(|node| below(self.tree, node));
                numbered.is_some_and(|(numbered, _)| numbered == id)
            });
        deeper.unwrap_or(CategoryId(id))
    }

    fn colors(&self, codes: &[Code], run: &mut Gathered) -> Vec<ItemColor> {
        let mut found: BTreeMap<ColorId, Vec<String>> = BTreeMap::new();
        for code in codes {
            let name = &run.color_names[code.color];
            if let Some(color) = self.by_name.get(&fold(name)) {
                found.entry(*color).or_default().push(code.element.clone());
            } else {
                let reason = format!("there is no colour named \"{name}\"");
                run.skipped.push(Skipped {
                    file: run.files[code.file].clone(),
                    line: code.line,
                    field: "colour".into(),
                    reason,
                });
            }
        }
        found
            .into_iter()
            .map(|(color, mut elements)| {
                elements.sort_unstable();
                elements.dedup();
                ItemColor { color, elements }
            })
            .collect()
    }
}

/// BrickLink's list of element ids calls everything a part, gear too. Where no part bears the
/// number and exactly one item of another kind does, that one is meant.
fn settle_kinds(stored: &[Item], run: &mut Gathered) {
    let mut kinds: HashMap<&str, Vec<ItemKind>> = HashMap::new();
    let folded: Vec<Folded> = stored
        .iter()
        .map(|item| (item.key.kind, item.key.folded()))
        .filter(|key| !run.items.contains_key(key))
        .collect();
    for (kind, no) in run.items.keys().chain(&folded) {
        kinds.entry(no).or_default().push(*kind);
    }
    let moves: Vec<(Folded, ItemKind)> = run
        .codes
        .keys()
        .filter_map(|key| match kinds.get(key.1.as_str()).map(Vec::as_slice) {
            Some([only]) if *only != key.0 => Some((key.clone(), *only)),
            _ => None,
        })
        .collect();
    for (key, kind) in moves {
        if let Some(codes) = run.codes.remove(&key) {
            run.codes.entry((kind, key.1)).or_default().extend(codes);
        }
    }
}

/// Element ids of items that nobody knows.
fn leftover_codes(run: &mut Gathered) {
    let mut left: Vec<(Folded, Vec<Code>)> = run.codes.drain().collect();
    left.sort_by(|a, b| a.0.cmp(&b.0));
    for ((_, no), codes) in left {
        for code in codes {
            run.skipped.push(Skipped {
                file: run.files[code.file].clone(),
                line: code.line,
                field: "item number".into(),
                reason: format!("there is no item {no}"),
            });
        }
    }
}
