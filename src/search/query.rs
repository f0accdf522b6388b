//! What somebody typed, taken apart once, and the steps in which it is answered.
//!
//! Steps run from the surest meaning (a number) to the vaguest (every word a beginning). Each
//! gives its items in rank order, and an item shows up in the first step that finds it.

use super::filter::Filter;
use super::nicknames::{Found, Nicknames, Target};
use super::tokens::{self, Words, whole};

/// A question to the index.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// As typed; a space at the end says that the last word is complete.
    pub text: &'a str,
    /// What else must hold.
    pub filter: &'a Filter,
    /// Only these items, sorted; `None`: all.
    pub only: Option<&'a [u32]>,
    /// How many items at most.
    pub limit: usize,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As typed, folded.
    pub text: String,
    /// As whole words are compared.
    pub whole: String,
}

impl Token {
    fn new(word: &str) -> Self {
        Self {
            text: word.to_owned(),
            whole: whole(word).to_owned(),
        }
    }
}

/// A query taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The whole text, folded, if it could be a number, an element id or a bin.
    pub raw: Option<String>,
    /// Its words.
    pub tokens: Vec<Token>,
    /// Whether the last word may go on.
    pub open: bool,
}

impl Parsed {
    /// Takes a text apart.
    pub fn new(text: &str) -> Self {
        let trimmed = text.trim();
        let mut words = Words::default();
        words.read(trimmed);
        let tokens: Vec<Token> = words.iter().map(Token::new).collect();
        let raw = (!trimmed.is_empty() && !trimmed.contains(char::is_whitespace)).then(|| {
            let mut folded = String::with_capacity(trimmed.len());
            tokens::fold_into(trimmed, &mut folded);
            folded
        });
        let open = !text.ends_with(char::is_whitespace)
            || tokens.last().is_some_and(|t| {
                t.text.ends_with('x') && t.text.starts_with(|c: char| c.is_ascii_digit())
            });
        Self { raw, tokens, open }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Whether word `at` is still being typed.
    pub fn is_open(&self, at: usize) -> bool {
        self.open && at + 1 == self.tokens.len()
    }

    /// Whether the last word is too short to count as a whole one.
    fn barely_begun(&self) -> bool {
        self.open && self.tokens.last().is_some_and(|t| t.text.len() < 3)
    }

    /// This query with a nickname replaced by what it stands for.
    fn expanded(&self, found: &Found<'_>) -> Self {
        let mut tokens = Vec::new();
        if let Target::Words(target) = found.target {
            let mut words = Words::default();
            words.read(target);
            tokens.extend(words.iter().map(Token::new));
        }
        let rest = self.tokens.iter().enumerate();
        tokens.extend(
            rest.filter(|(at, _)| !found.used.contains(at))
                .map(|(_, t)| t.clone()),
        );
        let last = self.tokens.len().checked_sub(1);
        Self {
            raw: None,
            tokens,
            open: self.open && last.is_some_and(|last| !found.used.contains(&last)),
        }
    }
}

/// Why an item is among the hits; the order is the order of the hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Its number, another number of it, an element id or its bin.
    Number,
    /// A nickname stands for it.
    Nickname,
    /// Its name has these words and no other.
    Name,
    /// Its name has all words.
    Words,
    /// Its name has all words, the last as a beginning.
    Start,
    /// A nickname, perhaps half typed, stands for it.
    MaybeNickname,
    /// Category, keywords and other spellings count too.
    Related,
    /// Every word is a beginning.
    Begun,
    /// An element id begins so.
    ElementStart,
    /// Nothing was asked: everything in order.
    All,
}

impl Tier {
    /// For lists: the surer, the higher.
    pub fn score(self) -> u32 {
        100 - 10 * (self as u32)
    }
}

/// One step of an answer. Indices point into [`Plan::queries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Item number.
    Exact,
    /// Item number but for a mould letter or set suffix.
    Variants,
    /// Alternate number.
    Alternate,
    /// Element id.
    Element,
    /// Bin.
    Bin,
    /// Numbers that a nickname stands for.
    Listed(usize),
    /// The name has exactly these words.
    Name(usize, bool),
    /// The name has these words.
    Words(usize, bool),
    /// The same, the last a beginning.
    Start(usize, bool),
    /// The number begins so.
    NumberStart,
    /// Words of categories and keywords count.
    Related(usize),
    /// All beginnings.
    Begun(usize),
    /// Element id begins so.
    ElementStart,
    /// Everything.
    All,
}

/// The steps of an answer.
#[derive(Debug)]
pub struct Plan {
    /// The query itself, then those in which a nickname was replaced.
    pub queries: Vec<Parsed>,
    /// Numbers that nicknames stand for, with the query that must hold besides.
    pub lists: Vec<(Vec<String>, usize)>,
    /// What to do, in order.
    pub steps: Vec<(Tier, Step)>,
}

impl Plan {
    /// Plans the answer to a query.
    pub fn new(parsed: &Parsed, nicknames: &Nicknames) -> Self {
        let mut plan = Self {
            queries: Vec::new(),
            lists: Vec::new(),
            steps: Vec::with_capacity(16),
        };
        if parsed.is_empty() && parsed.raw.is_none() {
            plan.steps.push((Tier::All, Step::All));
            return plan;
        }
        let mut steps = Vec::with_capacity(16);
        if let Some(raw) = &parsed.raw {
            for step in [Step::Exact, Step::Variants, Step::Alternate] {
                steps.push((Tier::Number, step));
            }
            if raw.len() >= 4 && tokens::is_number(raw) {
                steps.push((Tier::Number, Step::Element));
            }
            steps.push((Tier::Number, Step::Bin));
        }
        let found = nicknames.find(&parsed.tokens, parsed.open);
        let mut later = Vec::new();
        let mut queries = vec![parsed.clone()];
        for nickname in &found {
            let at = queries.len();
            queries.push(parsed.expanded(nickname));
            if let Target::Numbers(numbers) = nickname.target {
                let tier = if nickname.full {
                    Tier::Nickname
                } else {
                    Tier::MaybeNickname
                };
                let list = if nickname.full {
                    &mut steps
                } else {
                    &mut later
                };
                list.push((tier, Step::Listed(plan.lists.len())));
                plan.lists.push((numbers.clone(), at));
                continue;
            }
            if nickname.full {
                for step in [
                    Step::Name(at, true),
                    Step::Words(at, true),
                    Step::Start(at, true),
                ] {
                    steps.push((Tier::Nickname, step));
                }
            }
            for step in [
                Step::Name(at, false),
                Step::Words(at, false),
                Step::Start(at, false),
                Step::Related(at),
            ] {
                later.push((Tier::MaybeNickname, step));
            }
        }
        if !parsed.is_empty() {
            steps.push((Tier::Name, Step::Name(0, false)));
            if !parsed.barely_begun() {
                steps.push((Tier::Words, Step::Words(0, false)));
            }
            steps.push((Tier::Start, Step::Start(0, false)));
        }
        let odd = parsed.raw.as_ref().is_some_and(|raw| {
            raw.len() > 1 && parsed.tokens.first().is_none_or(|t| t.text != *raw)
        });
        if odd && parsed.open {
            steps.push((Tier::Start, Step::NumberStart));
        }
        steps.append(&mut later);
        if !parsed.is_empty() {
            steps.push((Tier::Related, Step::Related(0)));
            if parsed.tokens.len() > 1 || !parsed.open {
                steps.push((Tier::Begun, Step::Begun(0)));
            }
        }
        let digits = parsed
            .raw
            .as_ref()
            .is_some_and(|raw| raw.len() >= 5 && tokens::is_number(raw));
        if digits && parsed.open {
            steps.push((Tier::ElementStart, Step::ElementStart));
        }
        plan.queries = queries;
        plan.steps = steps;
        plan
    }

    /// The text as a number, or nothing.
    pub fn raw(&self) -> &str {
        self.queries
            .first()
            .and_then(|q| q.raw.as_deref())
            .unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_ends_a_word_but_not_a_measure() {
        assert!(Parsed::new("brick").open);
        assert!(!Parsed::new("brick ").open);
        assert!(Parsed::new("brick 2 x ").open);
        assert_eq!(Parsed::new("brick 2 x 4").raw, None);
        assert_eq!(Parsed::new(" 75105-1 ").raw.as_deref(), Some("75105-1"));
    }

    #[test]
    fn nothing_asks_for_everything() {
        let plan = Plan::new(&Parsed::new("  "), &Nicknames::default());
        assert_eq!(plan.steps, [(Tier::All, Step::All)]);
        let plan = Plan::new(&Parsed::new("-"), &Nicknames::default());
        assert!(!plan.steps.contains(&(Tier::All, Step::All)));
    }
}
