//! How a text becomes words, the same way for names and for what a hand types.
//!
//! LEGO names are full of measures, so `2 x 4`, `2x4` and `2 X4` become one word, a fraction
//! stays whole, and an `x` between numbers never is a word of its own. Accents and capitals are
//! folded; plurals and a few spellings are folded only where whole words are compared
//! ([`whole`]), never where a beginning is.

/// Words of one text, held in one buffer that can be used again.
#[derive(Debug, Default, Clone)]
pub struct Words {
    folded: String,
    raw: Vec<(usize, usize)>,
    text: String,
    ends: Vec<usize>,
    /// Where in the folded text each word begins.
    places: Vec<usize>,
}

impl Words {
    /// Splits `text`, forgetting what was there before.
    pub fn read(&mut self, text: &str) {
        self.folded.clear();
        self.raw.clear();
        self.text.clear();
        self.ends.clear();
        self.places.clear();
        fold_into(text, &mut self.folded);
        split(&self.folded, &mut self.raw);
        for &(from, to) in &self.raw {
            let piece = &self.folded[from..to];
            let start = self.ends.iter().rev().nth(1).copied().unwrap_or(0);
            let last = if self.ends.is_empty() {
                ""
            } else {
                &self.text[start..]
            };
            if joins(last, piece) {
                self.text.push_str(piece);
                if let Some(end) = self.ends.last_mut() {
                    *end = self.text.len();
                }
            } else {
                self.text.push_str(piece);
                self.ends.push(self.text.len());
                self.places.push(from);
            }
        }
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let word = &self.text[start..end];
            start = end;
            word
        })
    }

    /// The text without capitals and accents.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The words with the places in the folded text where they begin.
    pub fn placed(&self) -> impl Iterator<Item = (usize, &str)> {
        self.places.iter().copied().zip(self.iter())
    }
}

/// Folds capitals and accents; drops signs that never separate words.
pub fn fold_into(text: &str, out: &mut String) {
    let plain = |b: u8| b.is_ascii() && !matches!(b, b'\'' | b'"' | b'*');
    if text.bytes().all(plain) {
        let from = out.len();
        out.push_str(text);
        if let Some(added) = out.get_mut(from..) {
            added.make_ascii_lowercase();
        }
        return;
    }
    for c in text.chars() {
        if c.is_ascii() {
            match c {
                '\'' | '"' => {}
                '*' => out.push('x'),
                _ => out.push(c.to_ascii_lowercase()),
            }
            continue;
        }
        match c {
            '×' => out.push('x'),
            '°' | '’' | '‘' | '“' | '”' | '™' | '®' => {}
            'ß' => out.push_str("ss"),
            'æ' | 'Æ' => out.push_str("ae"),
            'œ' | 'Œ' => out.push_str("oe"),
            '½' => out.push_str("1/2"),
            _ => {
                for lower in c.to_lowercase() {
                    out.push(plain_letter(lower));
                }
            }
        }
    }
}

/// The letter under an accent.
fn plain_letter(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' | 'ţ' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => c,
    }
}

/// Pieces of letters and digits; `.`, `/` and `-` stay inside a piece between two digits.
fn split(folded: &str, out: &mut Vec<(usize, usize)>) {
    let mut start = None;
    let mut previous = ' ';
    let mut chars = folded.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inside = c.is_alphanumeric()
            || c == '_'
            || (matches!(c, '.' | '/' | '-')
                && previous.is_ascii_digit()
                && chars.peek().is_some_and(|&(_, next)| next.is_ascii_digit()));
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                out.push((from, at));
                start = None;
            }
            _ => {}
        }
        previous = c;
    }
    if let Some(from) = start {
        out.push((from, folded.len()));
    }
}

/// Whether a word is a measure or the beginning of one: `2`, `2x`, `1x2x2/3`.
fn is_measure(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'x' | b'/' | b'.'))
}

/// Whether `piece` goes on with the measure that `last` began.
fn joins(last: &str, piece: &str) -> bool {
    if !is_measure(last) {
        return false;
    }
    if last.ends_with('x') {
        return is_measure(piece);
    }
    piece
        .strip_prefix('x')
        .is_some_and(|rest| rest.is_empty() || is_measure(rest))
}

/// The form under which whole words are compared: plurals and spellings folded.
pub fn whole(word: &str) -> &str {
    let single = match word.as_bytes() {
        [.., before, b's'] if word.len() > 3 && before.is_ascii_alphabetic() => {
            if matches!(before, b's' | b'u' | b'i') {
                word
            } else {
                &word[..word.len() - 1]
            }
        }
        _ => word,
    };
    match single {
        "minifig" => "minifigure",
        "grey" => "gray",
        "tyre" => "tire",
        "colour" => "color",
        "aeroplane" => "airplane",
        _ => single,
    }
}

/// The same measure with its first two sides exchanged: `2x4` for `4x2`.
pub fn turned(word: &str) -> Option<String> {
    let (first, rest) = word.split_once('x')?;
    let (second, tail) = rest
        .split_once('x')
        .map_or((rest, None), |(s, t)| (s, Some(t)));
    if first == second || !is_measure(word) || first.is_empty() || second.is_empty() {
        return None;
    }
    Some(match tail {
        Some(tail) => format!("{second}x{first}x{tail}"),
        None => format!("{second}x{first}"),
    })
}

/// Whether a word is digits only.
pub fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// One number for a word.
pub fn word_hash(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in word.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // spread the last letters over all bits: sets are sums of these
    (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// One number for a set of words of which the hashes are given; never zero.
pub fn set_hash(hashes: &mut Vec<u64>) -> u32 {
    hashes.sort_unstable();
    hashes.dedup();
    let sum = hashes
        .iter()
        .fold(0_u64, |sum, hash| sum.wrapping_add(*hash));
    ((sum >> 32) as u32 ^ sum as u32).max(1)
}

/// Where in a folded name the core is: without remarks after a dash, a bracket or (for figures)
/// a comma, which say what tells it from others of the name.
pub fn core_end(kind: u8, folded: &str) -> usize {
    let bytes = folded.as_bytes();
    let ends = |at: usize| match &bytes[at..] {
        [b' ', b'(' | b'{', ..]
        | [b' ', b'-', b' ', ..]
        | [b',', b' ', b'w', b'i', b't', b'h', b' ', ..] => true,
        [b',', ..] => kind == b'M',
        _ => false,
    };
    (0..bytes.len()).find(|&at| ends(at)).unwrap_or(bytes.len())
}

/// Where in a folded core the part's own name begins: `axle 5` of `technic, axle 5`.
pub fn family_end(core: &str) -> usize {
    core.find(", ").map_or(0, |at| at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut w = Words::default();
        w.read(text);
        w.iter().map(str::to_owned).collect()
    }

    #[test]
    fn measures_become_one_word() {
        assert_eq!(words("Brick 2 x 4"), ["brick", "2x4"]);
        assert_eq!(words("BRICK 2X4"), ["brick", "2x4"]);
        assert_eq!(words("2x 4 brick"), ["2x4", "brick"]);
        assert_eq!(words("1 x4x3 window"), ["1x4x3", "window"]);
        assert_eq!(words("Slope 30° 1 x 1 x 2/3"), ["slope", "30", "1x1x2/3"]);
        assert_eq!(words("plate 1 x"), ["plate", "1x"]);
        assert_eq!(words("2 × 4"), ["2x4"]);
    }

    #[test]
    fn other_signs_separate() {
        assert_eq!(words("X-Wing (Poe's)"), ["x", "wing", "poes"]);
        assert_eq!(words("Technic, Pin 1/2"), ["technic", "pin", "1/2"]);
        assert_eq!(words("75105-1"), ["75105-1"]);
        assert_eq!(
            words("1592.1stk01 6166441_ET"),
            ["1592.1stk01", "6166441_et"]
        );
        assert_eq!(words("Pokémon Łódź"), ["pokemon", "lodz"]);
        assert_eq!(words("  ,.-  "), Vec::<String>::new());
    }

    #[test]
    fn whole_words_are_folded() {
        assert_eq!(whole("bricks"), "brick");
        assert_eq!(whole("glass"), "glass");
        assert_eq!(whole("bus"), "bus");
        assert_eq!(whole("minifigs"), "minifigure");
        assert_eq!(whole("grey"), "gray");
        assert_eq!(turned("4x2").as_deref(), Some("2x4"));
        assert_eq!(turned("4x1x3").as_deref(), Some("1x4x3"));
        assert_eq!(turned("2x2"), None);
        assert_eq!(turned("2x"), None);
        assert_eq!(turned("boxer"), None);
    }

    #[test]
    fn names_have_a_core() {
        let core = |kind, name: &'static str| &name[..core_end(kind, name)];
        assert_eq!(core(b'M', "darth vader (tan head)"), "darth vader");
        assert_eq!(core(b'M', "darth vader, santa"), "darth vader");
        assert_eq!(
            core(b'P', "tile 1 x 2 - (undetermined version)"),
            "tile 1 x 2"
        );
        assert_eq!(core(b'P', "x-wing"), "x-wing");
        assert_eq!(family_end("technic, axle 5"), 9);
        let set = |words: &[&str]| set_hash(&mut words.iter().map(|w| word_hash(w)).collect());
        assert_eq!(set(&["2x4", "brick"]), set(&["brick", "2x4", "brick"]));
        assert_ne!(set(&["2x4", "brick"]), set(&["2x3", "brick"]));
    }
}
