//! The choices of each kind of filter with their counts, and the filter after one was chosen.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::rows::{CategoryRow, ColorRow};
use crate::domain::{
    BinFilter, CatalogCounts, CatalogFilter, CategoryId, Color, ColorId, ItemKind, Obsolete,
    SortBin,
};
use crate::tui::text::width;

/// What the panel shows and changes.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What each choice would leave, once counted.
    pub counts: Option<&'a CatalogCounts>,
    /// Names of colours.
    pub colors: &'a [ColorRow],
    /// Names and tree of categories.
    pub categories: &'a [CategoryRow],
    /// What narrows now.
    pub filter: &'a CatalogFilter,
    /// Words of the shop's own notes that narrow, too.
    pub own: Option<&'a str>,
}

/// One choice.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) color: Option<Color>,
    pub(super) indent: usize,
    pub(super) count: Option<u32>,
    pub(super) chosen: bool,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Kind(ItemKind),
    Color(ColorId),
    Category(CategoryId),
    Year(u16),
    Printed(bool),
    Obsolete(Obsolete),
    Vanished,
    Bin(BinFilter),
    /// Whatever the shop has noted, or notes with what was typed.
    Own {
        any: bool,
    },
}

fn choice(label: impl Into<String>, count: Option<u32>, chosen: bool, what: What) -> Choice {
    Choice {
        label: label.into(),
        color: None,
        indent: 0,
        count,
        chosen,
        what,
    }
}

pub(super) fn kinds(facts: &Facts<'_>) -> Vec<Choice> {
    let counts = facts.counts.map_or(&[][..], |counts| &counts.kinds);
    ItemKind::ALL
        .into_iter()
        .map(|kind| {
            let count = counts
                .iter()
                .find(|(counted, _)| *counted == kind)
                .map(|(_, n)| *n);
            let count = count.or(facts.counts.map(|_| 0));
            let chosen = facts.filter.kinds.contains(&kind);
            choice(kind.word(), count, chosen, What::Kind(kind))
        })
        .filter(|choice| choice.chosen || choice.count != Some(0))
        .collect()
}

pub(super) fn colors(facts: &Facts<'_>) -> Vec<Choice> {
    let Some(counts) = facts.counts else {
        return Vec::new();
    };
    let mut ids = counts.colors.clone();
    if let Some(chosen) = facts.filter.color
        && !ids.iter().any(|(id, _)| *id == chosen)
    {
        ids.insert(0, (chosen, 0));
    }
    ids.into_iter()
        .map(|(id, count)| {
            let color = color_of(facts.colors, id);
            Choice {
                color: Some(color.clone()),
                ..choice(
                    format!("{} {id}", color.name),
                    Some(count),
                    facts.filter.color == Some(id),
                    What::Color(id),
                )
            }
        })
        .collect()
}

fn color_of(colors: &[ColorRow], id: ColorId) -> Color {
    colors.iter().find(|row| row.id() == id).map_or_else(
        || crate::domain::Color::unknown(id),
        |row| row.color.clone(),
    )
}

/// The tree in the order in which it is read, with how deep each node lies.
pub fn in_tree_order(rows: &[CategoryRow]) -> Vec<(usize, &CategoryRow)> {
    let mut children: BTreeMap<Option<CategoryId>, Vec<&CategoryRow>> = BTreeMap::new();
    let known: BTreeSet<CategoryId> = rows.iter().map(|row| row.id).collect();
    for row in rows {
        let parent = row.parent.filter(|parent| known.contains(parent));
        children.entry(parent).or_default().push(row);
    }
    for list in children.values_mut() {
        list.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let mut ordered = Vec::with_capacity(rows.len());
    let mut stack: Vec<(usize, &CategoryRow)> = Vec::new();
    let push = |stack: &mut Vec<(usize, _)>, depth: usize, parent| {
        for row in children.get(&parent).into_iter().flatten().rev() {
            stack.push((depth, *row));
        }
    };
    push(&mut stack, 0, None);
    while let Some((depth, row)) = stack.pop() {
        ordered.push((depth, row));
        // The server breaks circles; this only makes sure that none can hang the screen.
        if depth < 16 {
            push(&mut stack, depth + 1, Some(row.id));
        }
    }
    ordered
}

pub(super) fn categories(facts: &Facts<'_>) -> Vec<Choice> {
    let Some(counts) = facts.counts else {
        return Vec::new();
    };
    let counted: BTreeMap<CategoryId, u32> = counts.categories.iter().copied().collect();
    in_tree_order(facts.categories)
        .into_iter()
        .filter_map(|(depth, row)| {
            let chosen = facts.filter.category == Some(row.id);
            let count = counted.get(&row.id).copied();
            (chosen || count.is_some()).then(|| Choice {
                indent: depth.min(4),
                ..choice(row.name.clone(), count, chosen, What::Category(row.id))
            })
        })
        .collect()
}

pub(super) fn years(facts: &Facts<'_>) -> Vec<Choice> {
    let Some(counts) = facts.counts else {
        return Vec::new();
    };
    let inside = |year: u16| {
        let (from, to) = (facts.filter.year_from, facts.filter.year_to);
        (from.is_some() || to.is_some())
            && from.is_none_or(|from| year >= from)
            && to.is_none_or(|to| year <= to)
    };
    counts
        .years
        .iter()
        .rev()
        .map(|(year, count)| {
            choice(
                year.to_string(),
                Some(*count),
                inside(*year),
                What::Year(*year),
            )
        })
        .collect()
}

pub(super) fn printed(facts: &Facts<'_>) -> Vec<Choice> {
    let count = |of: fn(&CatalogCounts) -> u32| facts.counts.map(of);
    let is = |printed| facts.filter.printed == Some(printed);
    vec![
        choice(
            "not printed",
            count(|c| c.plain),
            is(false),
            What::Printed(false),
        ),
        choice(
            "printed",
            count(|c| c.printed),
            is(true),
            What::Printed(true),
        ),
    ]
}

pub(super) fn made(facts: &Facts<'_>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = [
        (Obsolete::No, "still made"),
        (Obsolete::Yes, "made no more"),
        (Obsolete::Unknown, "not known yet"),
    ]
    .into_iter()
    .map(|(state, label)| {
        let count = facts.counts.map(|counts| {
            counts
                .obsolete
                .iter()
                .find(|(is, _)| *is == state)
                .map_or(0, |(_, n)| *n)
        });
        choice(
            label,
            count,
            facts.filter.obsolete == Some(state),
            What::Obsolete(state),
        )
    })
    .collect();
    choices.push(choice(
        "also what vanished from BrickLink",
        None,
        facts.filter.vanished,
        What::Vanished,
    ));
    choices
}

pub(super) fn bins(facts: &Facts<'_>, typed: &str) -> Vec<Choice> {
    let cabinets = facts.counts.map_or(&[][..], |counts| &counts.cabinets);
    let mut choices: Vec<Choice> = cabinets
        .iter()
        .map(|(cabinet, count)| {
            let bin = BinFilter::Cabinet(*cabinet);
            let chosen = facts.filter.bin == Some(bin);
            choice(
                format!("Cabinet {cabinet}"),
                Some(*count),
                chosen,
                What::Bin(bin),
            )
        })
        .collect();
    let one = SortBin::parse(typed).or(match facts.filter.bin {
        Some(BinFilter::Bin(bin)) => Some(bin),
        _ => None,
    });
    if let Some(bin) = one {
        let filter = BinFilter::Bin(bin);
        let chosen = facts.filter.bin == Some(filter);
        choices.insert(
            0,
            choice(format!("Bin {bin}"), None, chosen, What::Bin(filter)),
        );
    }
    choices
}

/// The shop's own notes, with what was typed or with anything.
pub(super) fn own(facts: &Facts<'_>, typed: &str) -> Vec<Choice> {
    let mut choices = vec![choice(
        "with tags, notes or a bin of the shop",
        None,
        facts.own == Some(""),
        What::Own { any: true },
    )];
    let words = if typed.is_empty() {
        facts.own.unwrap_or_default()
    } else {
        typed
    };
    if !words.is_empty() {
        let chosen = facts.own == Some(words);
        let label = format!("the shop's own notes say \"{words}\"");
        choices.insert(0, choice(label, None, chosen, What::Own { any: false }));
    }
    choices
}

fn toggled<T: PartialEq>(now: Option<&T>, wanted: T) -> Option<T> {
    if now == Some(&wanted) {
        None
    } else {
        Some(wanted)
    }
}

/// The filter after a choice: choosing what is chosen takes it away.
pub(super) fn chosen(filter: &CatalogFilter, choice: &Choice) -> CatalogFilter {
    let mut next = filter.clone();
    match choice.what {
        // Not part of the global filter.
        What::Own { .. } => {}
        What::Kind(kind) => {
            if choice.chosen {
                next.kinds.retain(|other| *other != kind);
            } else {
                next.kinds.push(kind);
                next.kinds.sort_unstable();
            }
        }
        What::Color(id) => next.color = toggled(filter.color.as_ref(), id),
        What::Category(id) => next.category = toggled(filter.category.as_ref(), id),
        What::Year(year) => choose_year(&mut next, year, choice.chosen),
        What::Printed(printed) => next.printed = toggled(filter.printed.as_ref(), printed),
        What::Obsolete(state) => next.obsolete = toggled(filter.obsolete.as_ref(), state),
        What::Vanished => next.vanished = !filter.vanished,
        What::Bin(bin) => next.bin = toggled(filter.bin.as_ref(), bin),
    }
    next
}

/// A first year stands alone, a second one makes a span; a year of the span takes it away.
fn choose_year(filter: &mut CatalogFilter, year: u16, inside: bool) {
    let span = match (filter.year_from, filter.year_to) {
        _ if inside => None,
        (None, None) => Some((year, year)),
        (from, to) => {
            let (from, to) = (from.unwrap_or(year), to.unwrap_or(year));
            Some((from.min(year), to.max(year)))
        }
    };
    filter.year_from = span.map(|(from, _)| from);
    filter.year_to = span.map(|(_, to)| to);
}

/// What narrows, in words; the second says whether it does.
pub fn chips(facts: &Facts<'_>) -> Vec<(String, bool)> {
    let filter = facts.filter;
    let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.word()).collect();
    let color = filter.color.map(|id| {
        let color = color_of(facts.colors, id);
        format!("{} {id}", color.name)
    });
    let category = filter.category.map(|id| {
        facts
            .categories
            .iter()
            .find(|row| row.id == id)
            .map_or_else(|| format!("category {}", id.0), |row| row.name.clone())
    });
    let bin = filter.bin.map(|bin| match bin {
        BinFilter::Cabinet(cabinet) => format!("cabinet {cabinet}"),
        BinFilter::Bin(bin) => format!("bin {bin}"),
    });
    let mut all = vec![
        (kinds.join(" "), "any type"),
        (color.unwrap_or_default(), "any colour"),
        (category.unwrap_or_default(), "any category"),
        (bin.unwrap_or_default(), "any bin"),
    ];
    match facts.own {
        None => {}
        Some("") => all.push(("with own notes".into(), "")),
        Some(words) => all.push((format!("own notes: {words}"), "")),
    }
    let year = match (filter.year_from, filter.year_to) {
        (None, None) => String::new(),
        (Some(from), Some(to)) if from == to => from.to_string(),
        (from, to) => {
            let of = |year: Option<u16>| year.map_or_else(String::new, |year| year.to_string());
            format!("{}–{}", of(from), of(to))
        }
    };
    let printed = match filter.printed {
        None => "",
        Some(true) => "printed",
        Some(false) => "not printed",
    };
    let obsolete = match filter.obsolete {
        None => "",
        Some(Obsolete::Yes) => "made no more",
        Some(Obsolete::No) => "still made",
        Some(Obsolete::Unknown) => "production unknown",
    };
    let vanished = if filter.vanished { "with vanished" } else { "" };
    for extra in [year.as_str(), printed, obsolete, vanished] {
        if !extra.is_empty() {
            all.push((extra.to_owned(), ""));
        }
    }
    let mut chips: Vec<(String, bool)> = all
        .into_iter()
        .map(|(text, any)| {
            let active = !text.is_empty();
            (if active { text } else { any.to_owned() }, active)
        })
        .collect();
    // What narrows comes first: the line may be too short for all.
    chips.sort_by_key(|(text, active)| (!*active, if *active { width(text) } else { 0 }));
    chips
}
