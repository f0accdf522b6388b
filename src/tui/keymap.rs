//! Which key does what: the defaults of [`Action`] with a person's changes over them.

use super::action::Action;
use super::key::{Chord, Code, Key};
use crate::config::{ConfigProblem, KeyOverride};
use crate::domain::Right;

/// Where keys are pressed. Each screen is one; what lies on top of it may be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// The overview.
    Home,
    /// The catalogue.
    Catalog,
    /// The catalogue's filters.
    Filter,
    /// An item.
    Item,
    /// Categories and colours.
    Browse,
    /// The inventory.
    Inventory,
    /// The orders.
    Orders,
    /// An order.
    Order,
    /// The picks to take up again.
    Walks,
    /// A pick.
    Pick,
    /// What runs in the background.
    Jobs,
    /// The person's own account.
    You,
    /// People of the shop.
    People,
    /// The audit log.
    Audit,
    /// Settings of the shop.
    Settings,
    /// Who changed what.
    History,
    /// Files: lots that are not for sale yet.
    Files,
    /// Places of the shop.
    Places,
    /// Counting what lies at a place.
    Stocktake,
    /// A list that comes in.
    Import,
    /// The shop's rule for places.
    PlaceRule,
    /// Two lists of lots side by side.
    Compare,
    /// Connections to marketplaces.
    Markets,
    /// A part from a photo.
    Identify,
    /// How the services outside are called.
    Machine,
}

impl Context {
    /// All of them, in the order of the README's table.
    pub const ALL: &'static [Self] = &[
        Self::Home,
        Self::Catalog,
        Self::Filter,
        Self::Item,
        Self::Browse,
        Self::Inventory,
        Self::Orders,
        Self::Order,
        Self::Walks,
        Self::Pick,
        Self::Jobs,
        Self::You,
        Self::People,
        Self::Audit,
        Self::Settings,
        Self::History,
        Self::Files,
        Self::Places,
        Self::Stocktake,
        Self::Import,
        Self::PlaceRule,
        Self::Compare,
        Self::Markets,
        Self::Identify,
        Self::Machine,
    ];

    /// Its name in help and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Home => "Overview",
            Self::Catalog => "Catalogue",
            Self::Filter => "Filters",
            Self::Item => "Item",
            Self::Browse => "Browse",
            Self::Inventory => "Inventory",
            Self::Orders => "Orders",
            Self::Order => "Order",
            Self::Walks => "Picks",
            Self::Pick => "Pick",
            Self::Jobs => "Jobs",
            Self::You => "You",
            Self::People => "People",
            Self::Audit => "Audit log",
            Self::Settings => "Settings",
            Self::History => "History",
            Self::Files => "Files",
            Self::Places => "Places",
            Self::Stocktake => "Stocktake",
            Self::Import => "Import",
            Self::PlaceRule => "Rule for places",
            Self::Compare => "Comparison",
            Self::Markets => "Marketplaces",
            Self::Identify => "Photo",
            Self::Machine => "Machine room",
        }
    }

    /// What one must be allowed to see to be here.
    pub const fn right(self) -> Option<Right> {
        match self {
            Self::Catalog | Self::Filter | Self::Item | Self::Browse => Some(Right::ReadCatalog),
            Self::Inventory
            | Self::History
            | Self::Files
            | Self::Places
            | Self::Stocktake
            | Self::PlaceRule
            | Self::Identify
            | Self::Compare => Some(Right::ReadInventory),
            Self::Orders | Self::Order => Some(Right::ReadOrders),
            Self::Walks => Some(Right::ReadPicks),
            Self::Pick => Some(Right::Pick),
            Self::Import => Some(Right::Inventory),
            Self::People => Some(Right::People),
            Self::Audit => Some(Right::Audit),
            Self::Settings => Some(Right::Settings),
            Self::Markets => Some(Right::Credentials),
            Self::Machine => Some(Right::Jobs),
            Self::Home | Self::Jobs | Self::You => None,
        }
    }
}

/// What a key means where it was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// This.
    Action(Action),
    /// The first of two keys.
    Prefix,
    /// Nothing.
    Nothing,
}

/// Keys of every action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<(Action, Vec<Chord>)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = Action::ALL
            .iter()
            .map(|action| (*action, defaults(*action)))
            .collect();
        Self { bindings }
    }
}

fn defaults(action: Action) -> Vec<Chord> {
    action
        .chords()
        .iter()
        .filter_map(|chord| Chord::parse(chord))
        .collect()
}

impl Keymap {
    /// The defaults with these changes. A change that cannot be is reported and left out.
    pub fn with_overrides(overrides: &[KeyOverride]) -> (Self, Vec<ConfigProblem>) {
        let mut map = Self::default();
        let mut problems = Vec::new();
        let mut changed: Vec<(usize, Action)> = Vec::new();
        for change in overrides {
            match Self::read(change) {
                Ok((action, chords)) => {
                    map.set(action, chords);
                    changed.push((change.line, action));
                }
                Err(message) => problems.push(ConfigProblem {
                    line: change.line,
                    message,
                }),
            }
        }
        // The later line of two that want the same key loses, and gets its own keys back.
        while let Some((one, other, chord)) = map.clash() {
            let loser = changed
                .iter()
                .filter(|(_, action)| *action == one || *action == other)
                .max()
                .copied();
            let Some((line, action)) = loser else {
                break;
            };
            let winner = if action == one { other } else { one };
            problems.push(ConfigProblem {
                line,
                message: format!(
                    "`{}` cannot have {chord}: `{}` has it where both work.",
                    action.name(),
                    winner.name()
                ),
            });
            changed.retain(|(_, changed)| *changed != action);
            map.set(action, defaults(action));
        }
        problems.sort_by_key(|problem| problem.line);
        (map, problems)
    }

    fn read(change: &KeyOverride) -> Result<(Action, Vec<Chord>), String> {
        let action = Action::from_name(&change.action).ok_or_else(|| {
            format!(
                "there is no action `{}`; the key table of the README names them.",
                change.action
            )
        })?;
        if action == Action::Interrupt || action == Action::Back {
            return Err(format!(
                "the keys of `{}` cannot be changed.",
                change.action
            ));
        }
        let mut chords = Vec::new();
        for text in &change.chords {
            let chord = Chord::parse(text).ok_or_else(|| {
                format!("`{text}` is not a key; write it like Ctrl+P, F3, Space or g c.")
            })?;
            if chord.banned() {
                return Err(format!(
                    "{chord} belongs to the terminal and cannot be used."
                ));
            }
            chords.push(chord);
        }
        Ok((action, chords))
    }

    fn set(&mut self, action: Action, chords: Vec<Chord>) {
        for (bound, keys) in &mut self.bindings {
            if *bound == action {
                *keys = chords;
                return;
            }
        }
    }

    /// Two actions that want the same key on the same screen, or one whose key begins another's.
    pub fn clash(&self) -> Option<(Action, Action, Chord)> {
        for (at, (one, keys)) in self.bindings.iter().enumerate() {
            for (other, others) in &self.bindings[at + 1..] {
                let together = one.contexts().iter().any(|c| other.contexts().contains(c));
                if !together {
                    continue;
                }
                let same = keys.iter().find(|a| {
                    others.iter().any(|b| {
                        a.first == b.first
                            && (a.then == b.then || a.then.is_none() || b.then.is_none())
                    })
                });
                if let Some(chord) = same {
                    return Some((*one, *other, *chord));
                }
            }
        }
        None
    }

    /// What `key` means here, after `pending` was pressed.
    pub fn resolve(&self, context: Context, pending: Option<Key>, key: Key) -> Resolved {
        let mut prefix = false;
        for (action, chords) in &self.bindings {
            if !action.contexts().contains(&context) {
                continue;
            }
            for chord in chords {
                match (pending, chord.then) {
                    (None, None) if chord.first == key => return Resolved::Action(*action),
                    (None, Some(_)) if chord.first == key => prefix = true,
                    (Some(first), Some(then)) if chord.first == first && then == key => {
                        return Resolved::Action(*action);
                    }
                    _ => {}
                }
            }
        }
        if prefix {
            Resolved::Prefix
        } else {
            Resolved::Nothing
        }
    }

    /// The keys of an action, as they are written.
    pub fn keys(&self, action: Action) -> Vec<String> {
        self.chords(action)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn chords(&self, action: Action) -> &[Chord] {
        self.bindings
            .iter()
            .find(|(bound, _)| *bound == action)
            .map_or(&[], |(_, chords)| chords.as_slice())
    }

    /// The key to show for an action. While text is typed only keys that are not letters work.
    pub fn shown(&self, action: Action, typing: bool) -> Option<String> {
        self.chords(action)
            .iter()
            .find(|chord| !typing || chord.first.text().is_none())
            .map(ToString::to_string)
    }

    /// What may follow a first key, for the line that helps to remember.
    pub fn following(&self, context: Context, first: Key) -> Vec<(String, Action)> {
        let mut found = Vec::new();
        for (action, chords) in &self.bindings {
            if !action.contexts().contains(&context) {
                continue;
            }
            for chord in chords {
                if let (true, Some(then)) = (chord.first == first, chord.then) {
                    found.push((then.to_string(), *action));
                }
            }
        }
        found
    }

    /// The actions of a screen, in the order of the help.
    pub fn actions(context: Context) -> impl Iterator<Item = Action> {
        Action::ALL
            .iter()
            .copied()
            .filter(move |action| action.contexts().contains(&context))
    }
}

/// Whether a key edits a line of text, so that a field gets it before any action.
pub fn edits_text(key: Key) -> bool {
    match key.code {
        Code::Backspace | Code::Delete | Code::Left | Code::Right | Code::Home | Code::End => {
            !key.alt
        }
        Code::Char('b' | 'f' | 'd') if key.alt => !key.ctrl,
        Code::Char('a' | 'e' | 'u' | 'k' | 'w' | 'd') if key.ctrl => !key.alt,
        _ => key.text().is_some(),
    }
}

/// The README's table of keys.
pub fn key_table() -> String {
    let map = Keymap::default();
    let mut table = String::from(
        "| Keys | What they do | Where | Name in `[keys]` |\n| --- | --- | --- | --- |\n",
    );
    for action in Action::ALL {
        let keys: Vec<String> = map
            .keys(*action)
            .iter()
            .map(|key| format!("`{key}`"))
            .collect();
        let place = if action.contexts().len() == Context::ALL.len() {
            "everywhere".to_owned()
        } else {
            let names: Vec<&str> = action.contexts().iter().map(|c| c.name()).collect();
            names.join(", ")
        };
        let name = format!("`{}`", action.name());
        let row = [keys.join(" "), action.about().to_owned(), place, name];
        table.push_str("| ");
        table.push_str(&row.join(" | "));
        table.push_str(" |\n");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(line: usize, action: &str, chords: &[&str]) -> KeyOverride {
        KeyOverride {
            line,
            action: action.to_owned(),
            chords: chords.iter().map(|chord| (*chord).to_owned()).collect(),
        }
    }

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        assert_eq!(Keymap::default().clash(), None);
    }

    #[test]
    fn every_default_is_a_key_and_none_is_banned() {
        for action in Action::ALL {
            for text in action.chords() {
                let chord = Chord::parse(text).expect(text);
                assert!(!chord.banned(), "{text}");
                assert!(
                    !(chord.first.ctrl && edits_text(chord.first)),
                    "{text} belongs to text fields"
                );
            }
        }
    }

    #[test]
    fn names_are_unique_and_every_action_works_somewhere() {
        for (at, action) in Action::ALL.iter().enumerate() {
            assert_eq!(Action::from_name(action.name()), Some(*action));
            assert_eq!(*action as usize, at, "help order is declaration order");
            assert!(!action.contexts().is_empty());
        }
    }

    #[test]
    fn two_keys_after_each_other() {
        let map = Keymap::default();
        let g = Key::char('g');
        assert_eq!(map.resolve(Context::Home, None, g), Resolved::Prefix);
        assert_eq!(
            map.resolve(Context::Home, Some(g), Key::char('o')),
            Resolved::Action(Action::Orders)
        );
        assert_eq!(
            map.resolve(Context::Home, Some(g), Key::char('9')),
            Resolved::Nothing
        );
        assert!(map.following(Context::Home, g).len() >= 6);
    }

    #[test]
    fn a_person_may_change_keys() {
        let (map, problems) = Keymap::with_overrides(&[change(3, "inventory", &["g v", "F3"])]);
        assert_eq!(problems, []);
        assert_eq!(map.keys(Action::Inventory), ["g v", "F3"]);
        assert_eq!(map.keys(Action::Orders), ["g o"], "the others stay");
    }

    #[test]
    fn changes_that_cannot_be_are_named_and_left_out() {
        let (map, problems) = Keymap::with_overrides(&[
            change(1, "fly", &["F2"]),
            change(2, "orders", &["Ctrl+J"]),
            change(3, "mark", &["Hyper+x"]),
            change(4, "take", &["l"]),
            change(5, "back", &["F9"]),
        ]);
        let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
        assert_eq!(map, Keymap::default());
        assert!(
            problems[3].message.contains("`later`"),
            "{}",
            problems[3].message
        );
    }

    #[test]
    fn two_actions_may_swap_their_keys() {
        let (map, problems) =
            Keymap::with_overrides(&[change(1, "short", &["l"]), change(2, "later", &["s"])]);
        assert_eq!(problems, []);
        assert_eq!(map.keys(Action::Later), ["s"]);
    }

    #[test]
    fn the_table_names_every_action() {
        let table = key_table();
        assert_eq!(table.lines().count(), Action::ALL.len() + 2);
        assert!(table.contains("| `g i` | Go to the inventory | everywhere |"));
    }

    #[test]
    fn while_typing_only_keys_that_are_no_letters_are_offered() {
        let map = Keymap::default();
        assert_eq!(map.shown(Action::Filters, false).as_deref(), Some("f"));
        assert_eq!(map.shown(Action::Filters, true).as_deref(), Some("Ctrl+F"));
        assert_eq!(map.shown(Action::Mark, true), None);
    }
}
