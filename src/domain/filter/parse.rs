//! From text to expression: words, tests, `and`, `or`, `not`, brackets.

use std::ops::Range;

use super::dates::Now;
use super::display;
use super::expr::{Expr, Test};
use super::matcher::{Anchor, Matcher};
use super::mistake::Mistake;
use super::names::Key;
use super::scan::{Item, Operator, Scanner, is_border};
use super::terms::Term;
use super::{MAX_DEPTH, MAX_TESTS, MAX_TEXT};
use crate::domain::text::is_unsafe;

/// Brackets that may be open at once; redundant ones count too.
const MAX_BRACKETS: usize = 2 * MAX_DEPTH;
/// A text shorter than this cannot have a canonical text that is too long.
const NEVER_TOO_LONG: usize = MAX_TEXT / 32;

/// Longer words are not repeated in a sentence.
const LONGEST_SHOWN: usize = 60;

const TERM: &str = "a word, or a field with a value such as qty<5";
const FIELD: &str = "the name of a field";
const AS_TEXT: &str = "To search for it as text, put it in quotes";

/// Reads a whole filter.
pub(super) fn parse(text: &str, now: Now<'_>) -> Result<Expr, Mistake> {
    if text.len() > MAX_TEXT {
        let start = (0..=MAX_TEXT)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        return Err(Mistake::wrong(
            start..text.len(),
            format!("at most {MAX_TEXT} bytes of filter"),
        ));
    }
    let mut parser = Parser {
        scanner: Scanner::new(text),
        now,
        open: Vec::new(),
    };
    let expr = parser.either()?;
    if parser.scanner.peek().is_some() {
        let here = parser.scanner.here();
        return Err(Mistake::wrong(here, "an opening bracket before this one")
            .help(AS_TEXT.to_owned() + "."));
    }
    let whole = 0..text.len();
    if expr.depth() > MAX_DEPTH {
        return Err(Mistake::wrong(whole, "fewer brackets within brackets"));
    }
    if expr.tests() > MAX_TESTS {
        return Err(Mistake::wrong(
            whole,
            format!("at most {MAX_TESTS} words and tests"),
        ));
    }
    if text.len() > NEVER_TOO_LONG && expr.to_string().len() > MAX_TEXT {
        return Err(Mistake::wrong(whole, "a shorter filter"));
    }
    Ok(expr)
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    now: Now<'a>,
    /// Where the open brackets stand.
    open: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyword {
    And,
    Or,
    Not,
}

const KEYWORDS: [(&str, Keyword); 3] = [
    ("and", Keyword::And),
    ("or", Keyword::Or),
    ("not", Keyword::Not),
];

impl Parser<'_> {
    fn either(&mut self) -> Result<Expr, Mistake> {
        let mut parts = vec![self.all()?];
        while let Some((Keyword::Or, span)) = self.keyword() {
            if parts.len() == 1 && parts[0] == Expr::All && self.nothing_before(span.start) {
                return Err(Mistake::wrong(span, TERM)
                    .help("Something must stand before \"or\"; the word itself needs quotes."));
            }
            self.scanner.at = span.end;
            self.operand("or")?;
            parts.push(self.all()?);
        }
        Ok(Expr::or(parts))
    }

    /// Whether a group or the text begins right before.
    fn nothing_before(&self, at: usize) -> bool {
        let before = self.scanner.text[..at].trim_end();
        before.is_empty() || before.len() == self.open.last().map_or(0, |open| open + 1)
    }

    fn all(&mut self) -> Result<Expr, Mistake> {
        let mut parts = Vec::new();
        loop {
            self.scanner.skip_blanks();
            match self.scanner.peek() {
                None | Some(')') => break,
                Some(_) => {}
            }
            match self.keyword() {
                Some((Keyword::Or, _)) => break,
                Some((Keyword::And, span)) => {
                    if parts.is_empty() {
                        return Err(Mistake::wrong(span, TERM).help(
                            "Something must stand before \"and\"; the word itself needs quotes.",
                        ));
                    }
                    self.scanner.at = span.end;
                    self.operand("and")?;
                }
                _ => {}
            }
            parts.push(self.one()?);
        }
        Ok(Expr::and(parts))
    }

    /// Something must follow here that is neither the end nor a closing bracket nor `and`, `or`.
    fn operand(&mut self, after: &str) -> Result<(), Mistake> {
        self.scanner.skip_blanks();
        let here = self.scanner.here();
        match (self.scanner.peek(), self.keyword()) {
            (None, _) => Err(Mistake::unfinished(here, TERM)),
            (Some(')'), _) => {
                Err(Mistake::wrong(here, TERM)
                    .help(format!("Nothing follows \"{after}\". {AS_TEXT}.")))
            }
            (_, Some((Keyword::And | Keyword::Or, next))) => {
                Err(Mistake::wrong(next, TERM).help(format!("Two of and, or in a row. {AS_TEXT}.")))
            }
            _ => Ok(()),
        }
    }

    fn keyword(&mut self) -> Option<(Keyword, Range<usize>)> {
        self.scanner.skip_blanks();
        let rest = self.scanner.rest();
        let begins = |(word, _): &(&str, Keyword)| {
            rest.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word))
                && rest[word.len()..]
                    .chars()
                    .next()
                    .is_none_or(|c| is_border(c) || c == '"')
        };
        let (word, keyword) = KEYWORDS.into_iter().find(begins)?;
        let start = self.scanner.at;
        Some((keyword, start..start + word.len()))
    }

    fn one(&mut self) -> Result<Expr, Mistake> {
        let mut negated = false;
        loop {
            self.scanner.skip_blanks();
            if let Some((Keyword::Not, span)) = self.keyword() {
                self.scanner.at = span.end;
                self.operand("not")?;
                negated = !negated;
                continue;
            }
            let start = self.scanner.here();
            let Some('-' | '!') = self.scanner.peek() else {
                break;
            };
            let mut next = self.scanner.clone();
            next.bump();
            match next.peek() {
                None => {
                    return Err(Mistake::unfinished(next.here(), TERM)
                        .help("A minus leaves out what follows it."));
                }
                Some(c) if c.is_whitespace() => break,
                Some(')') => {
                    return Err(Mistake::wrong(start, TERM)
                        .help(format!("A minus leaves out what follows it. {AS_TEXT}.")));
                }
                Some(_) => {}
            }
            if self.scanner.rest().starts_with("!=") {
                break;
            }
            self.scanner = next;
            negated = !negated;
        }
        let expr = if self.scanner.peek() == Some('(') {
            self.group()?
        } else {
            self.term()?
        };
        Ok(if negated { expr.negated() } else { expr })
    }

    fn group(&mut self) -> Result<Expr, Mistake> {
        let start = self.scanner.here();
        if self.open.len() == MAX_BRACKETS {
            return Err(Mistake::wrong(start, "fewer brackets within brackets"));
        }
        self.open.push(start.start);
        self.scanner.bump();
        self.scanner.skip_blanks();
        if self.scanner.peek() == Some(')') {
            return Err(Mistake::wrong(start.start..self.scanner.here().end, TERM)
                .help(format!("These brackets are empty. {AS_TEXT}.")));
        }
        let expr = self.either()?;
        if self.scanner.peek().is_none() {
            return Err(Mistake::unfinished(start, "a closing bracket for this one"));
        }
        self.scanner.bump();
        self.open.pop();
        Ok(expr)
    }

    fn term(&mut self) -> Result<Expr, Mistake> {
        let start = self.scanner.at;
        let name = self.scanner.name();
        let span = start..start + name.len();
        let mut after = self.scanner.clone();
        after.at = span.end;
        if after.peek().is_some_and(char::is_whitespace) && !name.is_empty() {
            after.skip_blanks();
        }
        match Operator::at(after.rest()) {
            Some((operator, len)) => {
                let sign = after.at..after.at + len;
                self.test(name, span, operator, sign)
            }
            None => self.words(),
        }
    }

    fn test(
        &mut self,
        name: &str,
        span: Range<usize>,
        operator: Operator,
        sign: Range<usize>,
    ) -> Result<Expr, Mistake> {
        let Some(key) = Key::find(name) else {
            return Err(self.no_field(name, span, sign));
        };
        if self.scanner.text[sign.end..].starts_with(['<', '>', '=']) && operator == Operator::Equal
        {
            let help = "Write <= or >=, with the equals sign last.";
            return Err(Mistake::wrong(sign, "an operator").help(help));
        }
        self.scanner.at = sign.end;
        let items = self.values(key, operator)?;
        Term {
            key,
            operator,
            sign,
            items: &items,
            now: self.now,
            len: self.scanner.text.len(),
        }
        .expr()
    }

    fn values(&mut self, key: Key, operator: Operator) -> Result<Vec<Item>, Mistake> {
        if key == Key::Duplicate {
            return Ok(vec![self.scanner.item(true)?]);
        }
        self.scanner.skip_blanks();
        let expected = || format!("a value after {}{}", key.name(), operator.sign());
        let mut items = Vec::new();
        loop {
            let item = self.scanner.item(true)?;
            if item.parts.is_empty() {
                let here = self.scanner.here();
                return Err(match self.scanner.peek() {
                    None => Mistake::unfinished(here, expected()),
                    Some('(') => Mistake::wrong(here, expected())
                        .help(format!("Several values are written with commas: {}:a,b. Text with brackets needs quotes.", key.name())),
                    Some(',') => Mistake::wrong(here, expected())
                        .help("There is nothing before this comma; text with commas needs quotes."),
                    Some(c) if c.is_whitespace() => Mistake::wrong(here, expected())
                        .help("Several values are written without blanks; text with commas needs quotes.")
                        .unfinished_if(self.scanner.rest().trim().is_empty()),
                    Some(_) => Mistake::wrong(here, expected()),
                });
            }
            items.push(item);
            if self.scanner.peek() != Some(',') {
                return Ok(items);
            }
            self.scanner.bump();
        }
    }

    fn no_field(&self, name: &str, span: Range<usize>, sign: Range<usize>) -> Mistake {
        let text = self.scanner.text;
        let rest = &text[sign.start..];
        let end = rest.find(is_border).unwrap_or(rest.len());
        let token = &text[span.start..sign.start + end];
        let quoted = if token.len() > LONGEST_SHOWN || token.chars().any(is_unsafe) {
            format!("{AS_TEXT}.")
        } else {
            format!("{AS_TEXT}: {}.", display::quoted(token))
        };
        if name.is_empty() {
            return Mistake::wrong(sign, format!("{FIELD} before this")).help(quoted);
        }
        let followed = &text[sign.end..];
        let whole = span.start..span.start + token.len();
        if followed.starts_with("//") {
            return Mistake::wrong(whole, "a word").help(format!("This is an address. {quoted}"));
        }
        let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        if digits(name) && name.bytes().all(|b| b.is_ascii_digit()) && digits(followed) {
            return Mistake::wrong(whole, "a word")
                .help(format!("A number is not a field. {quoted}"));
        }
        let help = match Key::nearest(name) {
            Some(meant) => format!("No such field; did you mean {meant}? {quoted}"),
            None => format!("No such field. {quoted}"),
        };
        Mistake::wrong(span, FIELD).help(help)
    }

    fn words(&mut self) -> Result<Expr, Mistake> {
        let len = self.scanner.text.len();
        let item = self.scanner.item(false)?;
        for part in item.parts.iter().filter(|part| !part.quoted) {
            if let Some((at, sign)) = part
                .text
                .char_indices()
                .find_map(|(at, _)| Operator::at(&part.text[at..]).map(|(_, len)| (at, len)))
            {
                let at = part.span.start + at;
                return Err(
                    Mistake::wrong(at..at + sign, "a blank, or the end of the quotes").help(
                        "The name of a field is written without quotes; text belongs inside them.",
                    ),
                );
            }
        }
        if let Some(mistake) = item.oddity() {
            return Err(mistake);
        }
        if let Some(mistake) = half_a_test(&item) {
            return Err(mistake);
        }
        if let Some(glyphs) = item.pattern() {
            return Ok(Matcher::pattern(&glyphs, Anchor::Both)
                .map_or(Expr::All, |matcher| Expr::Test(Test::Words(matcher))));
        }
        let last = item.span.end == len;
        match Matcher::text(&item.plain(), Anchor::Nowhere) {
            Some(matcher) => Ok(Expr::Test(Test::Words(matcher))),
            None => Err(Mistake::wrong(item.span, "text between the quotes").unfinished_if(last)),
        }
    }
}

/// A word that looks like a part of a test, which got lost.
fn half_a_test(item: &Item) -> Option<Mistake> {
    let first = item.parts.first().filter(|part| !part.quoted)?;
    if let Some((low, _)) = first.text.split_once("..")
        && low.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return Some(
            Mistake::wrong(item.span.clone(), "a word, or a field before the range").help(format!(
                "A range belongs to a field and holds no blanks, such as qty:5..20. {AS_TEXT}."
            )),
        );
    }
    let name = first.text.split(['!', '^', '$']).next()?;
    let sign = first.text[name.len()..].chars().next()?;
    let at = first.span.start + name.len();
    Key::find(name).map(|key| {
        Mistake::wrong(at..at + sign.len_utf8(), "an operator")
            .help(format!("After {} write {sign}=. {AS_TEXT}.", key.name()))
            .unfinished_if(at + sign.len_utf8() == first.span.end)
    })
}
