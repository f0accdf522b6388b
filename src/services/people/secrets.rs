//! Secrets that the program makes itself: of sign-ins, tokens, codes and badges. They are random enough
//! that a plain fingerprint is kept of them, and nothing else.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::Secret;
use crate::entropy::Entropy;
use crate::error::Result;
use crate::store::people::Print;

/// Characters of a code, without its dashes.
const CODE: usize = 16;
/// Characters of a badge between its signs.
const BADGE: usize = 20;

/// What is kept of a secret.
pub(super) fn print(secret: &str) -> Print {
    Sha256::digest(secret.as_bytes()).into()
}

/// What is kept of a station's key; a client without one is no station.
pub(super) fn station_print(key: &Secret) -> Option<Print> {
    (!key.is_empty()).then(|| print(key.reveal()))
}

fn random(entropy: &dyn Entropy, bytes: usize) -> Result<Zeroizing<String>> {
    let mut raw = Zeroizing::new(vec![0; bytes]);
    entropy.fill(&mut raw)?;
    Ok(Zeroizing::new(BASE32_NOPAD.encode(&raw)))
}

/// Comes in again until a sign-in ends.
pub(super) fn pass(entropy: &dyn Entropy) -> Result<Secret> {
    Ok(Secret::new(format!("brs_{}", *random(entropy, 32)?)))
}

/// Lets a script in.
pub(super) fn token(entropy: &dyn Entropy) -> Result<Secret> {
    Ok(Secret::new(format!("brk_{}", *random(entropy, 32)?)))
}

/// Whether a text is meant to be a script's token.
pub(super) fn is_token(pass: &Secret) -> bool {
    pass.reveal().starts_with("brk_")
}

/// A code that a person types once, in groups of four.
pub(super) fn code(entropy: &dyn Entropy) -> Result<Secret> {
    let random = random(entropy, CODE * 5 / 8)?;
    let mut grouped = Zeroizing::new(String::with_capacity(CODE + 3));
    for (at, c) in random.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(c);
    }
    Ok(Secret::new(grouped.as_str()))
}

/// The fingerprint of a code as somebody typed it.
pub(super) fn code_print(typed: &Secret) -> Print {
    let plain: Zeroizing<String> = Zeroizing::new(
        typed
            .reveal()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| match c.to_ascii_uppercase() {
                // Codes hold neither; they look like these.
                '0' => 'O',
                '1' => 'I',
                c => c,
            })
            .collect(),
    );
    print(&plain)
}

/// What the bar code of a badge says.
pub(super) fn badge(entropy: &dyn Entropy) -> Result<Secret> {
    let random = random(entropy, BADGE * 5 / 8 + 1)?;
    Ok(Secret::new(format!("%B{}%", &random[..BADGE])))
}

/// The fingerprint of a badge as a scanner read it.
pub(super) fn badge_print(read: &Secret) -> Print {
    let upper = Zeroizing::new(read.reveal().trim().to_ascii_uppercase());
    let inner = upper.strip_prefix("%B").unwrap_or(&upper);
    print(inner.strip_suffix('%').unwrap_or(inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    #[test]
    fn secrets_look_as_they_should() {
        let entropy = CountingEntropy::default();
        let made = pass(&entropy).expect("a secret");
        assert!(made.reveal().starts_with("brs_"));
        assert_eq!(made.reveal().len(), 4 + 52);
        assert!(is_token(&token(&entropy).expect("a token")) && !is_token(&made));
        let made = code(&entropy).expect("a code");
        let groups: Vec<&str> = made.reveal().split('-').collect();
        assert_eq!(groups.iter().map(|g| g.len()).collect::<Vec<_>>(), [4; 4]);
        let made = badge(&entropy).expect("a badge");
        assert!(made.reveal().starts_with("%B") && made.reveal().ends_with('%'));
        assert_eq!(made.reveal().len(), 2 + 20 + 1);
        assert_ne!(badge(&entropy).expect("another"), made);
    }

    #[test]
    fn codes_and_badges_are_known_however_they_are_written() {
        let as_made = code_print(&Secret::new("ABCD-EFOI-2345-67AB"));
        for typed in [
            "abcdefoi234567ab",
            " ABCD EF01 2345 67AB ",
            "abcd-ef0i-2345-67ab",
        ] {
            assert_eq!(code_print(&Secret::new(typed)), as_made, "{typed}");
        }
        assert_ne!(code_print(&Secret::new("ABCD-EFOI-2345-67AC")), as_made);
        let as_made = badge_print(&Secret::new("%BABCDEFGHIJKLMNOPQRST%"));
        for read in ["%babcdefghijklmnopqrst%\r\n", "ABCDEFGHIJKLMNOPQRST"] {
            assert_eq!(badge_print(&Secret::new(read)), as_made, "{read}");
        }
    }
}
