//! Adding lots one after the other: the number leads to the colours it is known in, to what the shop has
//! of it already, and to a place; place and condition of the lot before are remembered.

use ratatui::layout::Rect;

use super::inventory::{DEED, OVER};
use super::inventory_forms::Done;
use crate::api::{Answer, FreshRequest, Reply, Request, StockRequest};
use crate::domain::edit::{Edits, LotEdit};
use crate::domain::lot_draft::{LotDraft, PlaceProposal};
use crate::domain::rows::{ItemColorRow, ItemDetail, LotRow};
use crate::domain::{ColorId, Condition, ItemKey, ItemKind, LotShelf, Money};
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect};
use crate::tui::key::{Code, Key};
use crate::tui::screen::Cx;
use crate::tui::widgets::form::{Filled, Form};

const PART: usize = 0;
const COLOR: usize = 1;
const CONDITION: usize = 2;
const WHERE: usize = 3;
const QTY: usize = 4;
const PRICE: usize = 5;
const PLACE: usize = 6;
const COMMENTS: usize = 7;

/// The form of new lots.
#[derive(Debug)]
pub(super) struct AddForm {
    form: Form,
    shelf: LotShelf,
    /// The item of the number that was looked up last.
    item: Option<Box<ItemDetail>>,
    looked_up: String,
    /// The number is known to nobody.
    unknown: bool,
    /// BrickLink is asked for it.
    fetching: bool,
    places: Vec<PlaceProposal>,
    asked_places: Option<(ItemKey, ColorId)>,
    /// Where the lot before went.
    last_place: String,
    /// What is told above the fields besides the item.
    note: String,
}

impl AddForm {
    pub(super) fn new(shelf: LotShelf) -> Self {
        let mut add = Self {
            form: blank(),
            shelf,
            item: None,
            looked_up: String::new(),
            unknown: false,
            fetching: false,
            places: Vec::new(),
            asked_places: None,
            last_place: String::new(),
            note: String::new(),
        };
        add.tell();
        add
    }

    /// This item is meant; the colour is next.
    pub(super) fn fill(&mut self, key: &ItemKey) -> Vec<Effect> {
        let text = match key.kind {
            ItemKind::Part => key.no.clone(),
            kind => format!("{}:{}", kind.letter(), key.no),
        };
        self.form.set(PART, &text);
        self.form.go_to(COLOR);
        self.follow()
    }

    pub(super) fn refuse(&mut self, why: &str) {
        self.form.failed = Some(why.to_owned());
    }

    /// The lot is there: the next one begins, with the same condition and place.
    pub(super) fn added(&mut self) {
        let condition = self.form.chosen(CONDITION);
        self.form
            .value(PLACE)
            .trim()
            .clone_into(&mut self.last_place);
        let what = match &self.item {
            Some(item) => format!("{} {}", item.item.key.no, item.item.name),
            None => self.form.value(PART),
        };
        self.note = format!("Added {what}.");
        self.form = blank();
        for _ in 0..condition {
            self.form.go_to(CONDITION);
            self.form.on(Key::plain(Code::Right));
        }
        self.form.go_to(PART);
        (self.item, self.unknown) = (None, false);
        self.looked_up.clear();
        self.places.clear();
        self.asked_places = None;
        self.tell();
    }

    fn key(&self) -> Option<ItemKey> {
        let text = self.form.value(PART);
        let text = text.trim();
        let (kind, no) = match text.split_once(':') {
            Some((letter, no)) if letter.len() == 1 => {
                let letter = letter.chars().next()?.to_ascii_uppercase();
                (ItemKind::from_letter(letter)?, no.trim())
            }
            _ => (ItemKind::Part, text),
        };
        (!no.is_empty()).then(|| ItemKey::new(kind, no))
    }

    /// The colour that is meant: a known one by number or beginning of its name; `!` behind it takes any.
    fn color(&self) -> Result<ColorId, String> {
        let text = self.form.value(COLOR);
        let text = text.trim();
        let (text, any) = match text.strip_suffix('!') {
            Some(text) => (text.trim(), true),
            None => (text, false),
        };
        let known = self.item.as_ref().map_or(&[][..], |item| &item.colors);
        if text.is_empty() {
            return match known {
                [] => Ok(ColorId(0)),
                [only] => Ok(only.color.id),
                _ => Err("choose one".into()),
            };
        }
        let by_number = text.parse::<u16>().ok().map(ColorId);
        let wanted = text.to_lowercase();
        let name = |row: &&ItemColorRow| row.color.name.to_lowercase();
        let exact = known.iter().find(|row| name(row) == wanted);
        let begins: Vec<&ItemColorRow> = known
            .iter()
            .filter(|row| name(row).starts_with(&wanted))
            .collect();
        if let Some(id) = by_number {
            let is_known = known.iter().any(|row| row.color.id == id);
            return if is_known || any || known.is_empty() {
                Ok(id)
            } else {
                Err(format!(
                    "not known in colour {id}; {id}! takes it all the same"
                ))
            };
        }
        match (exact, begins.as_slice()) {
            (Some(row), _) => Ok(row.color.id),
            (None, [row]) => Ok(row.color.id),
            (None, []) => Err("no known colour; a number with ! behind it takes any".into()),
            (None, several) => {
                let names: Vec<&str> = several.iter().map(|row| row.color.name.as_str()).collect();
                Err(names.join(", "))
            }
        }
    }

    /// Lots of the same item, colour and condition: pieces can come to one of them.
    fn same(&self) -> Vec<&LotRow> {
        let (Some(item), Ok(color)) = (&self.item, self.color()) else {
            return Vec::new();
        };
        let condition = self.condition();
        item.lots
            .iter()
            .filter(|lot| lot.color.id == color && lot.condition == condition)
            .collect()
    }

    fn condition(&self) -> Condition {
        [Condition::New, Condition::Used][self.form.chosen(CONDITION).min(1)]
    }

    /// Everything that follows from what was typed.
    fn follow(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.form.at() > PART
            && let Some(key) = self.key()
            && self.looked_up != self.form.value(PART)
        {
            self.looked_up = self.form.value(PART);
            (self.item, self.unknown) = (None, false);
            effects.push(Effect::send(OVER, Request::Item { key }));
        }
        if let (Some(item), Ok(color)) = (&self.item, self.color()) {
            let wanted = (item.item.key.clone(), color);
            if self.form.at() > COLOR && self.asked_places.as_ref() != Some(&wanted) {
                let (item, color) = wanted.clone();
                self.asked_places = Some(wanted);
                let request = StockRequest::ProposePlaces { item, color };
                effects.push(Effect::send(OVER, Request::Stock(request)));
            }
        }
        let mut ways = vec!["a new lot".to_owned()];
        if self.shelf == LotShelf::Live {
            ways.extend(
                self.same()
                    .iter()
                    .take(3)
                    .map(|lot| format!("+ to {} ({})", lot.place.first(), lot.stock.available)),
            );
        }
        self.form.offer(WHERE, ways);
        self.check();
        self.tell();
        effects
    }

    fn check(&mut self) {
        let color = self.color().err().filter(|_| !self.looked_up.is_empty());
        self.form.mistake(COLOR, color.as_deref());
        let quantity = self.form.value(QTY);
        let wrong = !quantity.trim().is_empty() && quantity.trim().parse::<u32>().is_err();
        self.form.mistake(QTY, wrong.then_some("a whole number"));
        let price = self.form.value(PRICE);
        let wrong = !price.trim().is_empty() && Money::parse(&price).is_none();
        self.form.mistake(PRICE, wrong.then_some("such as 0.10"));
    }

    fn tell(&mut self) {
        let mut lines = Vec::new();
        match &self.item {
            Some(item) => {
                lines.push(item.item.name.clone());
                let pieces: u32 = item.lots.iter().map(|lot| lot.stock.available).sum();
                if !item.lots.is_empty() {
                    let places: Vec<&str> = item
                        .lots
                        .iter()
                        .map(|lot| lot.place.first())
                        .take(5)
                        .collect();
                    lines.push(format!(
                        "already in the shop: {} lots, {pieces} pcs, {}",
                        item.lots.len(),
                        places.join(", ")
                    ));
                }
            }
            None if self.unknown => {
                lines.push(if self.fetching {
                    "Asking BrickLink for it".into()
                } else {
                    "The catalogue does not know it: F5 fetches it, else it is kept as it is written."
                        .into()
                });
            }
            None if !self.note.is_empty() => lines.push(self.note.clone()),
            None => lines.push("Number of the part, or S:75105-1 for a set.".into()),
        }
        if let Some(first) = self.places.first() {
            lines.push(format!("place: {} ({})", first.place, first.why));
        }
        self.form.tell(lines);
    }

    pub(super) fn answered(&mut self, answer: Answer, _cx: &Cx<'_>) -> Vec<Effect> {
        match answer {
            Ok(Reply::Item(item)) => {
                self.item = Some(item);
                self.unknown = false;
            }
            Ok(Reply::PlaceProposals(places)) => {
                if self.form.value(PLACE).trim().is_empty() {
                    let place = places
                        .first()
                        .map_or(self.last_place.as_str(), |p| &p.place);
                    let place = place.to_owned();
                    self.form.set(PLACE, &place);
                }
                self.places = places;
            }
            Ok(Reply::Found(key)) => {
                self.fetching = false;
                return vec![Effect::send(OVER, Request::Item { key })];
            }
            Ok(_) => {}
            Err(error) => {
                self.unknown = self.item.is_none();
                if std::mem::take(&mut self.fetching) {
                    self.form.failed = Some(error.message);
                }
            }
        }
        self.follow()
    }

    pub(super) fn on(&mut self, key: Key, cx: &Cx<'_>) -> Done {
        if key == Key::plain(Code::F(9)) {
            return Done::Effects(vec![Effect::Go(Destination::Identify)]);
        }
        if key == Key::plain(Code::F(5)) && self.unknown && !self.fetching {
            let Some(item) = self.key() else {
                return Done::Nothing;
            };
            self.fetching = true;
            self.tell();
            let request = FreshRequest::Fetch {
                no: item.no,
                kind: Some(item.kind),
            };
            return Done::Effects(vec![Effect::send(OVER, Request::Fresh(request))]);
        }
        match self.form.on(key) {
            Filled::Cancelled => Done::Closed,
            Filled::Submitted => self.submit(cx),
            Filled::Changed | Filled::Nothing => {
                // A known part in one colour needs no choice.
                let effects = self.follow();
                Done::Effects(effects)
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str, _cx: &Cx<'_>) -> Vec<Effect> {
        self.form.paste(text);
        self.follow()
    }

    fn submit(&mut self, cx: &Cx<'_>) -> Done {
        let Some(key) = self.key() else {
            self.form.go_to(PART);
            self.form.failed = Some("Which part is it?".into());
            return Done::Nothing;
        };
        let quantity = self.form.value(QTY).trim().parse::<u32>();
        let (Ok(quantity), Ok(color)) = (quantity, self.color()) else {
            self.form.failed = Some("How many pieces are there, and in which colour?".into());
            return Done::Nothing;
        };
        let at = self.form.chosen(WHERE);
        let op = cx.operation();
        let request = match self.same().get(at.wrapping_sub(1)) {
            Some(lot) => StockRequest::Edit {
                lot: lot.id,
                seen: lot.last,
                edits: Edits(vec![LotEdit::Quantity(crate::domain::edit::Amount {
                    arithmetic: crate::domain::edit::Arithmetic::Add,
                    by: i64::from(quantity) * 10_000,
                })]),
                why: String::new(),
                op,
            },
            None => StockRequest::Add {
                draft: Box::new(LotDraft {
                    color,
                    condition: self.condition(),
                    quantity,
                    price: Money::parse(&self.form.value(PRICE)).unwrap_or(Money::ZERO),
                    comments: self.form.value(COMMENTS),
                    remarks: self.form.value(PLACE).trim().to_owned(),
                    file: match self.shelf {
                        LotShelf::File(file) => Some(file),
                        _ => None,
                    },
                    ..LotDraft::new(key)
                }),
                op,
            },
        };
        Done::Effects(vec![Effect::send(DEED, Request::Stock(request))])
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.form.draw(canvas, area);
    }
}

fn blank() -> Form {
    Form::new("Add a lot")
        .text("Part", "")
        .text("Colour", "")
        .choice("Condition", &["new", "used"], 0)
        .choice("Pieces go to", &["a new lot"], 0)
        .text("Quantity", "")
        .text("Price", "")
        .text("Location", "")
        .text("Comments", "")
        .keys("Enter next, at the end save   F9 photo   Esc back")
}
