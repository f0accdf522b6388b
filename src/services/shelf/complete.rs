//! What could be typed next into a filter, with how many lots of the shelf there are of each.

use std::collections::HashMap;

use super::Shelf;
use super::select;
use crate::domain::LotShelf;
use crate::domain::filter::{Expr, Field, fold};
use crate::services::names::Names;

/// Most proposals.
const MOST: usize = 40;

/// Values with how many lots have each; the most frequent first.
pub(crate) type Proposals = Vec<(String, u32)>;

/// What is asked.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) field: Field,
    /// What has been typed of the value.
    pub(crate) prefix: &'a str,
    pub(crate) shelf: LotShelf,
}

/// Values of a field that contain what was typed; those that begin with it first.
pub(super) fn proposals(held: &Shelf, names: &Names, asked: &Asked<'_>) -> Proposals {
    let columns = &held.columns;
    let bits = select::fitting(held, names, asked.shelf, &Expr::All);
    let count = |of: &dyn Fn(usize) -> u32| {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        for at in (0..columns.len()).filter(|at| bits.has(*at)) {
            *counts.entry(of(at)).or_default() += 1;
        }
        counts
    };
    let listed = |counts: HashMap<u32, u32>, text: &dyn Fn(u32) -> String| {
        counts
            .into_iter()
            .map(|(number, count)| (text(number), count))
            .collect::<Vec<_>>()
    };
    let by_id = |list: &[(u32, String)], id: u32| {
        list.iter()
            .find(|(at, _)| *at == id)
            .map_or_else(String::new, |(_, name)| name.clone())
    };
    let all = match asked.field {
        Field::Color => listed(count(&|at| u32::from(columns.color[at])), &|id| {
            names.color(crate::domain::ColorId(id as u16)).name
        }),
        Field::Place => listed(count(&|at| columns.place[at]), &|id| {
            columns.places.raw(id).to_owned()
        }),
        Field::Remarks => listed(count(&|at| columns.remarks[at]), &|id| {
            columns.remarked.raw(id).to_owned()
        }),
        Field::Comments => listed(count(&|at| columns.notes[at]), &|id| {
            columns.noted.raw(id).to_owned()
        }),
        Field::By => listed(count(&|at| columns.changed_by[at]), &|id| {
            by_id(&held.people, id)
        }),
        Field::File => listed(count(&|at| columns.file[at]), &|id| by_id(&held.files, id)),
        Field::Number => listed(count(&|at| columns.item[at]), &|id| {
            columns
                .goods
                .all
                .get(id as usize)
                .map_or_else(String::new, |good| good.key.no.clone())
        }),
        Field::Category => listed(
            count(&|at| {
                columns
                    .goods
                    .all
                    .get(columns.item[at] as usize)
                    .and_then(|good| good.category)
                    .map_or(0, |id| id.0)
            }),
            &|id| {
                names
                    .tree()
                    .get(crate::domain::CategoryId(id))
                    .map_or_else(String::new, |node| node.name.clone())
            },
        ),
        Field::Tag => {
            let mut tags: HashMap<String, u32> = HashMap::new();
            for (set, lots) in count(&|at| columns.tags[at]) {
                for tag in columns.tagged.raw(set).lines() {
                    *tags.entry(tag.to_owned()).or_default() += lots;
                }
            }
            tags.into_iter().collect()
        }
        _ => Vec::new(),
    };
    best(all, asked.prefix)
}

fn best(all: Vec<(String, u32)>, prefix: &str) -> Proposals {
    let prefix = fold(prefix);
    let mut found: Vec<(bool, String, u32)> = all
        .into_iter()
        .filter(|(text, _)| !text.is_empty())
        .filter_map(|(text, count)| {
            let folded = fold(&text);
            folded
                .contains(&prefix)
                .then(|| (!folded.starts_with(&prefix), text, count))
        })
        .collect();
    found.sort_by(|a, b| (a.0, b.2, &a.1).cmp(&(b.0, a.2, &b.1)));
    found.truncate(MOST);
    found
        .into_iter()
        .map(|(_, text, count)| (text, count))
        .collect()
}
