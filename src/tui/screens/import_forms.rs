//! What is asked when a list comes in: its path, changes of a row, and how it is booked.

use ratatui::layout::Rect;

use crate::api::{Answer, Reply};
use crate::domain::ListInto;
use crate::domain::lot_file::MAX_FILE_NAME;
use crate::domain::review::{Outlook, ReviewCounts, ReviewRow};
use crate::tui::canvas::Canvas;
use crate::tui::key::Key;
use crate::tui::screen::Cx;
use crate::tui::text::{Numbers, count};
use crate::tui::widgets::form::{Filled, Form};

/// Paths that are shown to choose from.
const SHOWN: usize = 8;

/// Which file.
#[derive(Debug)]
pub(super) struct PathForm(Form);

fn about_path() -> Vec<String> {
    vec![
        "BrickStore (.bsx), BrickLink XML, CSV, XLSX or JSON. Its rows are shown first;".into(),
        "nothing comes into the shop before you book it. Write the whole path.".into(),
    ]
}

impl PathForm {
    pub(super) fn new(path: &str) -> Self {
        let mut form = Form::new("Import a list")
            .text("Path", path)
            .keys("Enter look at it   Tab complete the path   Esc back");
        form.tell(about_path());
        Self(form)
    }

    pub(super) fn path(&self) -> String {
        self.0.value(0).trim().to_owned()
    }

    pub(super) fn refuse(&mut self, why: &str) {
        self.0.failed = Some(why.to_owned());
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.0.paste(text);
    }

    pub(super) fn on(&mut self, key: Key) -> Filled {
        let filled = self.0.on(key);
        match filled {
            Filled::Submitted if !self.path().starts_with('/') => {
                self.refuse("The path begins with /, such as /home/ana/lots.bsx.");
                Filled::Nothing
            }
            Filled::Changed => {
                self.0.tell(about_path());
                filled
            }
            _ => filled,
        }
    }

    /// Takes over what all paths have in common, and shows them.
    pub(super) fn completed(&mut self, answer: Answer) {
        let paths = match answer {
            Ok(Reply::Paths(paths)) => paths,
            Ok(_) => return,
            Err(error) => return self.refuse(&error.message),
        };
        let Some(first) = paths.first() else {
            return self.refuse("Nothing begins like this.");
        };
        let same = |len: usize| {
            first.is_char_boundary(len) && paths.iter().all(|path| path.starts_with(&first[..len]))
        };
        let common = (0..=first.len()).rev().find(|len| same(*len)).unwrap_or(0);
        if common > self.path().len() {
            self.0.set(0, &first[..common]);
        }
        if paths.len() == 1 {
            self.0.tell(about_path());
            return;
        }
        let name = |path: &String| {
            let plain = path.trim_end_matches('/');
            path[plain.rfind('/').map_or(0, |at| at + 1)..].to_owned()
        };
        let mut lines: Vec<String> = paths.iter().take(SHOWN).map(name).collect();
        if paths.len() > SHOWN {
            lines.push(format!("and {} more", paths.len() - SHOWN));
        }
        self.0.tell(lines);
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.0.draw(canvas, area);
    }
}

/// A change of a row, in the language of the inventory.
pub(super) fn change_form(row: &ReviewRow, text: &str) -> Form {
    let what = row.lot.as_ref().map_or_else(
        || "this row could not be read".to_owned(),
        |lot| format!("{} {}", lot.item, lot.name),
    );
    let mut form = Form::new(format!("Line {}: {what}", row.line));
    for problem in &row.problems {
        form = form.about(format!("{} {}", problem.field, problem.reason));
    }
    // Of a row that could not be read nothing is known, not even its item.
    let text = if row.lot.is_none() && text.is_empty() {
        "item="
    } else {
        text
    };
    form.about("Such as qty=5; price=0.10; color=Dark Red; item=3001; cond=used")
        .text("Change", text)
        .keys("Enter change it   Esc not now")
}

/// Where the lots go.
#[derive(Debug, Clone, Default)]
pub(super) struct Goal {
    file: Option<String>,
    pub(super) merge: bool,
}

impl Goal {
    pub(super) const fn of(file: Option<String>) -> Self {
        Self { file, merge: false }
    }

    pub(super) fn target(&self) -> ListInto {
        self.file.clone().map_or(ListInto::Live, ListInto::File)
    }
}

const INTO: usize = 0;
const FILE: usize = 1;
const MERGE: usize = 2;

/// How a list is booked, with what that would do.
#[derive(Debug)]
pub(super) struct Booking {
    form: Form,
    counts: String,
    questions: u64,
}

impl Booking {
    pub(super) fn new(file: &str, goal: &Goal, counts: ReviewCounts, cx: &Cx<'_>) -> Self {
        let rows = |number: u32, one: &str, many: &str| count(cx.numbers, number.into(), one, many);
        let mut text = format!("{} in", rows(counts.taken, "row comes", "rows come"));
        if counts.left_out > 0 {
            text = format!("{text}, {} out", rows(counts.left_out, "stays", "stay"));
        }
        if counts.warned > 0 {
            text = format!("{text}; {} odd", rows(counts.warned, "is", "are"));
        }
        text.push('.');
        let form = Form::new(format!("Book {file}"))
            .choice(
                "Lots come",
                &["into the live stock", "into a file"],
                usize::from(goal.file.is_some()),
            )
            .text("File", goal.file.as_deref().unwrap_or(""))
            .choice(
                "Equal lots",
                &["stay apart", "get the pieces"],
                usize::from(goal.merge),
            )
            .keys("Enter next, at the end book   Left Right choose   Esc not now");
        let mut booking = Self {
            form,
            counts: text,
            questions: 0,
        };
        booking.unknown();
        booking
    }

    /// The question whose answer is waited for.
    pub(super) const fn question(&self) -> u64 {
        self.questions
    }

    /// What it would do is not known any more.
    pub(super) fn unknown(&mut self) {
        self.questions += 1;
        self.say("Working out what that does ...".into(), String::new());
    }

    fn say(&mut self, what: String, more: String) {
        self.form.tell(vec![
            self.counts.clone(),
            what,
            more,
            "Equal lots have the same item, colour, condition, price and place.".into(),
        ]);
    }

    pub(super) fn goal(&self) -> Result<Goal, &'static str> {
        let name = self.form.value(FILE).trim().to_owned();
        let filed = self.form.chosen(INTO) == 1;
        if filed && name.is_empty() {
            return Err("Name the file; a new one is made.");
        }
        if filed && name.chars().count() > MAX_FILE_NAME {
            return Err("The name of a file has at most 60 characters.");
        }
        Ok(Goal {
            file: filed.then_some(name),
            merge: self.form.chosen(MERGE) == 1,
        })
    }

    pub(super) fn refuse(&mut self, why: &str) {
        self.form.failed = Some(why.to_owned());
        self.form.go_to(FILE);
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.form.paste(text);
    }

    pub(super) fn on(&mut self, key: Key) -> Filled {
        let typing = self.form.at() == FILE;
        match self.form.on(key) {
            // The name alone changes nothing while lots go into the live stock.
            Filled::Changed if typing && self.form.chosen(INTO) == 0 => Filled::Nothing,
            filled => filled,
        }
    }

    pub(super) fn answered(&mut self, answer: Answer, cx: &Cx<'_>) {
        match answer {
            Ok(Reply::Outlook(seen)) => {
                let (what, more) = words(&seen, cx.numbers);
                self.say(what, more);
            }
            Ok(_) => {}
            Err(error) => self.form.failed = Some(error.message),
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.form.draw(canvas, area);
    }
}

fn words(seen: &Outlook, numbers: Numbers) -> (String, String) {
    let mut text = count(numbers, seen.added, "new lot", "new lots");
    if seen.merged > 0 {
        let rows = count(numbers, seen.merged, "row goes", "rows go");
        text = format!("{text}, {rows} into equal lots");
    }
    let pieces = count(numbers, seen.pieces, "piece", "pieces");
    text = format!("{text}, {pieces} in all.");
    let mut more = Vec::new();
    if seen.already > 0 {
        let lots = count(numbers, seen.already, "lot is", "lots are");
        more.push(format!("{lots} there already"));
    }
    if seen.returned > 0 {
        let lots = count(
            numbers,
            seen.returned,
            "deleted lot comes",
            "deleted lots come",
        );
        more.push(format!("{lots} back"));
    }
    if seen.added + seen.merged == 0 {
        text = "Nothing would change.".into();
    }
    (text, more.join("; "))
}
