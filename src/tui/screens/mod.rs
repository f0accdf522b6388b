//! The screens, one module each.

mod audit;
pub mod browse;
pub mod catalog;
mod catalog_view;
mod compare;
mod files;
mod filter;
mod filter_choices;
mod history;
mod history_pages;
mod history_view;
mod history_when;
pub mod home;
mod identify;
mod identify_view;
mod import;
mod import_columns;
mod import_forms;
mod import_pages;
mod import_view;
pub mod inventory;
mod inventory_add;
mod inventory_change;
mod inventory_columns;
mod inventory_deeds;
mod inventory_filing;
mod inventory_forms;
mod inventory_lists;
mod inventory_saved;
mod inventory_view;
pub mod item;
mod item_view;
pub mod jobs;
mod labels;
mod machine;
mod machine_view;
mod markets;
mod markets_view;
pub mod order;
pub mod orders;
mod orders_view;
mod people;
mod people_forms;
pub mod pick;
mod pick_answers;
mod pick_view;
mod place_rule;
mod places;
mod places_view;
mod price_fetch;
mod settings;
mod stocktake;
mod stocktake_view;
pub mod walks;
mod you;

use super::effect::Destination;
use super::keymap::Context;
use super::screen::Screen;
use crate::domain::rows::HistoryQuery;

/// Makes the screen of a destination.
pub fn make(destination: &Destination) -> Box<dyn Screen> {
    match destination {
        Destination::Home => Box::new(home::Home::default()),
        Destination::Catalog => Box::new(catalog::Catalog::default()),
        Destination::Search(query) => Box::new(catalog::Catalog::asked((**query).clone())),
        Destination::Browse => Box::new(browse::Browse::default()),
        Destination::Item(key) => Box::new(item::ItemScreen::of(key.clone())),
        Destination::Inventory => Box::new(inventory::Inventory::default()),
        Destination::Orders => Box::new(orders::Orders::default()),
        Destination::Order(id) => Box::new(order::OrderScreen::of(*id)),
        Destination::Walks => Box::new(walks::Walks::default()),
        Destination::StartPick(orders) => Box::new(pick::Pick::start(orders.clone())),
        Destination::ResumePick(session) => Box::new(pick::Pick::resume(*session)),
        Destination::Jobs => Box::new(jobs::Jobs::default()),
        Destination::InventoryOf(query) => Box::new(inventory::Inventory::asked(query)),
        Destination::OrdersOf(query) => Box::new(orders::Orders::asked(query)),
        Destination::You => Box::new(you::You::default()),
        Destination::People => Box::new(people::PeopleScreen::default()),
        Destination::Audit => Box::new(audit::Audit::default()),
        Destination::Settings => Box::new(settings::Settings::default()),
        Destination::History(query) => Box::new(history::History::asked((**query).clone())),
        Destination::Files => Box::new(files::Files::default()),
        Destination::Places => Box::new(places::Places::default()),
        Destination::Import(file) => Box::new(import::Import::into(file.clone())),
        Destination::PlaceRule => Box::new(place_rule::PlaceRuleScreen::default()),
        Destination::Compare(query) => Box::new(compare::Comparison::of((**query).clone())),
        Destination::Markets => Box::new(markets::Markets::default()),
        Destination::Identify => Box::new(identify::IdentifyScreen::default()),
        Destination::Machine => Box::new(machine::Machine::default()),
        Destination::AddLot(key) => Box::new(inventory::Inventory::adding(key.clone())),
    }
}

/// The main screen that a destination is, if it is one: those lie directly on the overview and come
/// back as they were left.
pub fn main_context(destination: &Destination) -> Option<Context> {
    match destination {
        Destination::Home => Some(Context::Home),
        Destination::Catalog | Destination::Search(_) => Some(Context::Catalog),
        Destination::Browse => Some(Context::Browse),
        Destination::Inventory | Destination::InventoryOf(_) => Some(Context::Inventory),
        Destination::Orders | Destination::OrdersOf(_) => Some(Context::Orders),
        Destination::Walks => Some(Context::Walks),
        Destination::Jobs => Some(Context::Jobs),
        Destination::You => Some(Context::You),
        Destination::People => Some(Context::People),
        Destination::Audit => Some(Context::Audit),
        Destination::Settings => Some(Context::Settings),
        // The history of one lot lies on the screen it was asked from.
        Destination::History(query) if **query == HistoryQuery::default() => Some(Context::History),
        Destination::Files => Some(Context::Files),
        Destination::Places => Some(Context::Places),
        Destination::Markets => Some(Context::Markets),
        Destination::Identify => Some(Context::Identify),
        Destination::Machine => Some(Context::Machine),
        _ => None,
    }
}

/// Whether a screen is kept when it is left.
pub const fn is_main(context: Context) -> bool {
    matches!(
        context,
        Context::Catalog
            | Context::Filter
            | Context::Browse
            | Context::Inventory
            | Context::Orders
            | Context::Walks
            | Context::Jobs
            | Context::You
            | Context::People
            | Context::Audit
            | Context::Settings
            | Context::History
            | Context::Files
            | Context::Places
            | Context::Stocktake
            | Context::Markets
            | Context::Identify
            | Context::Machine
    )
}

/// The main screen that this is a part of, or itself.
pub const fn part_of(context: Context) -> Context {
    match context {
        Context::Stocktake => Context::Places,
        other => other,
    }
}

/// Whether a screen has a search box of its own.
pub const fn searches(context: Context) -> bool {
    matches!(
        context,
        Context::Catalog
            | Context::Inventory
            | Context::Orders
            | Context::Filter
            | Context::Audit
            | Context::History
            | Context::Places
            | Context::Stocktake
    )
}
