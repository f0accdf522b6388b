//! The category tree.
//!
//! BrickLink's list of categories is flat, but its names are not: parts are grouped by a comma
//! (`Brick, Modified` under `Brick`) and sets by a path (`Town / City / Fire`). The tree makes
//! both visible. Nodes that BrickLink does not number get numbers from [`DERIVED`] upwards, made
//! from their full names, so that a new path does not renumber the others.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// BrickLink's category number, or one from [`DERIVED`] upwards for a node between.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct CategoryId(pub u32);

/// The first number of nodes that BrickLink does not number.
pub const DERIVED: u32 = 1_000_000;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its number.
    pub id: CategoryId,
    /// Its own name, without its parents' (`Fire` of `Town / City / Fire`), but whole for
    /// comma-named ones (`Brick, Modified`), as sellers know them by that name.
    pub name: String,
    /// The node above.
    pub parent: Option<CategoryId>,
}

/// All categories, with the way up and down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CategoryTree {
    nodes: BTreeMap<CategoryId, Category>,
    children: BTreeMap<Option<CategoryId>, Vec<CategoryId>>,
}

impl CategoryTree {
    /// A tree from stored nodes. A parent that does not exist, or a circle, makes a node a root.
    pub fn from_nodes(nodes: impl IntoIterator<Item = Category>) -> Self {
        let mut nodes: BTreeMap<CategoryId, Category> =
            nodes.into_iter().map(|node| (node.id, node)).collect();
        let loose: Vec<CategoryId> = nodes
            .keys()
            .copied()
            .filter(|id| !Self::reaches_root(&nodes, *id))
            .collect();
        for id in loose {
            if let Some(node) = nodes.get_mut(&id) {
                node.parent = None;
            }
        }
        let mut children: BTreeMap<Option<CategoryId>, Vec<CategoryId>> = BTreeMap::new();
        for node in nodes.values() {
            children.entry(node.parent).or_default().push(node.id);
        }
        for list in children.values_mut() {
            list.sort_by(|a, b| nodes[a].name.cmp(&nodes[b].name).then(a.cmp(b)));
        }
        Self { nodes, children }
    }

    fn reaches_root(nodes: &BTreeMap<CategoryId, Category>, id: CategoryId) -> bool {
        let mut at = id;
        for _ in 0..16 {
            match nodes.get(&at) {
                None => return false,
                Some(node) => match node.parent {
                    None => return true,
                    Some(parent) => at = parent,
                },
            }
        }
        false
    }

    /// One node.
    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.nodes.get(&id)
    }

    /// Every node, by number.
    pub fn nodes(&self) -> impl Iterator<Item = &Category> {
        self.nodes.values()
    }

    /// The nodes below `parent` (`None`: the roots), by name.
    pub fn children(&self, parent: Option<CategoryId>) -> &[CategoryId] {
        self.children.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// `id` and everything below it.
    pub fn with_descendants(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut found = vec![id];
        let mut at = 0;
        while at < found.len() {
            found.extend_from_slice(self.children(Some(found[at])));
            at += 1;
        }
        found
    }

    /// The names from the root to `id`; empty for an unknown one.
    pub fn path(&self, id: CategoryId) -> Vec<&str> {
        let mut path = Vec::new();
        let mut at = Some(id);
        while let Some(node) = at.and_then(|id| self.nodes.get(&id)) {
            path.push(node.name.as_str());
            at = node.parent;
        }
        path.reverse();
        path
    }
}

/// Builds the tree while an import runs: first every numbered category, then the paths that items
/// mention.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    named: BTreeMap<u32, String>,
    /// Paths below a numbered category; ordered, so that the numbers of nodes are reproducible.
    paths: BTreeSet<(u32, Vec<String>)>,
}

impl TreeBuilder {
    /// A builder that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A numbered category of BrickLink's list.
    pub fn add(&mut self, id: u32, name: &str) {
        self.named.insert(id, name.to_owned());
    }

    /// A path that an item mentions, as `Town / City / Fire` with the number of its first part.
    /// A number without a name in the list takes the path's first part as its name.
    pub fn mention(&mut self, id: u32, path: &str) {
        let mut parts = path
            .split(" / ")
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let Some(first) = parts.next() else {
            return;
        };
        self.named.entry(id).or_insert_with(|| first.to_owned());
        let rest: Vec<String> = parts.map(str::to_owned).collect();
        for depth in 1..=rest.len() {
            self.paths.insert((id, rest[..depth].to_vec()));
        }
    }

    /// A path below a numbered category, as another tree had it.
    pub fn mention_below(&mut self, id: u32, rest: &[String]) {
        for depth in 1..=rest.len() {
            self.paths.insert((id, rest[..depth].to_vec()));
        }
    }

    /// The tree, and for each mentioned path below a number the id of its node.
    pub fn build(&self) -> (CategoryTree, BTreeMap<(u32, Vec<String>), CategoryId>) {
        let mut nodes = BTreeMap::new();
        let groups = self.add_groups(&mut nodes);
        for (id, name) in &self.named {
            let parent = name
                .split_once(", ")
                .and_then(|(head, _)| groups.get(head))
                .copied();
            add(&mut nodes, CategoryId(*id), name, parent);
        }
        let mut found: BTreeMap<(u32, Vec<String>), CategoryId> = BTreeMap::new();
        for (id, rest) in &self.paths {
            let Some((name, above)) = rest.split_last() else {
                continue;
            };
            // Shorter paths sort before longer ones, so the parent is there already.
            let parent = found
                .get(&(*id, above.to_vec()))
                .copied()
                .unwrap_or(CategoryId(*id));
            let node = free_number(&nodes, &format!("{id}/{}", rest.join("/")));
            add(&mut nodes, node, name, Some(parent));
            found.insert((*id, rest.clone()), node);
        }
        (CategoryTree::from_nodes(nodes.into_values()), found)
    }

    /// Nodes above comma-named categories: the category of that name, or a new node where two or
    /// more share the head.
    fn add_groups(&self, nodes: &mut BTreeMap<CategoryId, Category>) -> BTreeMap<&str, CategoryId> {
        let by_name: BTreeMap<&str, u32> = self
            .named
            .iter()
            .map(|(id, name)| (name.as_str(), *id))
            .collect();
        let mut heads: BTreeMap<&str, u32> = BTreeMap::new();
        for name in self.named.values() {
            if let Some((head, _)) = name.split_once(", ") {
                *heads.entry(head).or_default() += 1;
            }
        }
        let mut groups = BTreeMap::new();
        for (head, count) in heads {
            if let Some(id) = by_name.get(head) {
                groups.insert(head, CategoryId(*id));
            } else if count > 1 {
                let id = free_number(nodes, head);
                add(nodes, id, head, None);
                groups.insert(head, id);
            }
        }
        groups
    }
}

fn add(
    nodes: &mut BTreeMap<CategoryId, Category>,
    id: CategoryId,
    name: &str,
    parent: Option<CategoryId>,
) {
    let name = name.to_owned();
    nodes.insert(id, Category { id, name, parent });
}

/// A number from [`DERIVED`] upwards that depends on the name alone, unless two names collide.
fn free_number(nodes: &BTreeMap<CategoryId, Category>, name: &str) -> CategoryId {
    // FNV-1a; nothing here needs more than spreading.
    let mut hash = 0x811c_9dc5_u32;
    for byte in name.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    let mut id = CategoryId(DERIVED + (hash & 0x3fff_ffff));
    while nodes.contains_key(&id) {
        id.0 += 1;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> (CategoryTree, BTreeMap<(u32, Vec<String>), CategoryId>) {
        let mut builder = TreeBuilder::new();
        builder.add(5, "Brick");
        builder.add(7, "Brick, Modified");
        builder.add(67, "Town");
        builder.add(16, "Minifigure, Headgear");
        builder.add(18, "Minifigure, Legs");
        builder.add(90, "Alone, Really");
        builder.mention(67, "Town / City / Fire");
        builder.mention(67, "Town / City");
        builder.build()
    }

    #[test]
    fn commas_and_paths_make_a_tree() {
        let (tree, paths) = tree();
        assert_eq!(tree.path(CategoryId(7)), ["Brick", "Brick, Modified"]);
        assert_eq!(
            tree.path(CategoryId(18)),
            ["Minifigure", "Minifigure, Legs"]
        );
        assert_eq!(tree.path(CategoryId(90)), ["Alone, Really"]);
        let fire = paths[&(67, vec!["City".to_owned(), "Fire".to_owned()])];
        assert_eq!(tree.path(fire), ["Town", "City", "Fire"]);
        assert_eq!(tree.with_descendants(CategoryId(67)).len(), 3);
    }

    #[test]
    fn the_same_input_gives_the_same_tree() {
        assert_eq!(tree(), tree());
    }

    #[test]
    fn a_new_path_does_not_renumber_others() {
        let mut more = TreeBuilder::new();
        more.add(67, "Town");
        more.mention(67, "Town / Airport");
        more.mention(67, "Town / City / Fire");
        let (_, paths) = more.build();
        let fire = (67, vec!["City".to_owned(), "Fire".to_owned()]);
        assert_eq!(paths[&fire], tree().1[&fire]);
    }

    #[test]
    fn circles_and_orphans_become_roots() {
        let node = |id, parent: Option<u32>| Category {
            id: CategoryId(id),
            name: format!("n{id}"),
            parent: parent.map(CategoryId),
        };
        let tree =
            CategoryTree::from_nodes([node(1, Some(2)), node(2, Some(1)), node(3, Some(99))]);
        assert_eq!(tree.children(None).len(), 3);
    }
}
