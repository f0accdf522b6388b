//! The path of a photo as people write and paste it: terminals quote, escape, or hand over an address.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The file that a text means. `home` is what `~` stands for.
///
/// # Errors
/// `Invalid` when it is no whole path.
pub(super) fn path(text: &str, home: Option<&Path>) -> Result<PathBuf> {
    let text = text.trim();
    let wrong = || {
        Error::invalid(
            "Write the whole path of the photo, such as /home/ana/photo.jpg or ~/photo.jpg.",
        )
    };
    let quoted = ['\'', '"'].iter().find_map(|quote| {
        text.strip_prefix(*quote)?
            .strip_suffix(*quote)
            .filter(|inside| !inside.contains(*quote))
    });
    let (text, plain) = match quoted {
        Some(inside) => (inside.trim(), true),
        None => (text, false),
    };
    let path = if let Some(rest) = file_address(text) {
        decoded(rest).ok_or_else(wrong)?
    } else if plain {
        text.to_owned()
    } else {
        unescaped(text)
    };
    if path.chars().any(char::is_control) {
        return Err(wrong());
    }
    let path = match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    };
    if path.is_absolute() {
        Ok(path)
    } else {
        Err(wrong())
    }
}

/// What follows `file://` and the name of this machine, still encoded.
fn file_address(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let Some(rest) = rest.strip_prefix("//") else {
        return Some(rest);
    };
    Some(rest.strip_prefix("localhost").unwrap_or(rest))
}

/// Without `%20` and the like; `None` when they make no text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Without the backslashes that a terminal puts before blanks and signs.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_people_write_and_paste_them() {
        let home = Path::new("/home/ana");
        for (text, expected) in [
            ("/tmp/a.jpg", "/tmp/a.jpg"),
            ("  /tmp/a.jpg\n", "/tmp/a.jpg"),
            ("'/tmp/my photo.jpg'", "/tmp/my photo.jpg"),
            ("\"/tmp/it's.jpg\"", "/tmp/it's.jpg"),
            ("/tmp/my\\ photo\\ \\(1\\).jpg", "/tmp/my photo (1).jpg"),
            ("~/photo.jpg", "/home/ana/photo.jpg"),
            ("file:///tmp/my%20photo.jpg", "/tmp/my photo.jpg"),
            ("file://localhost/tmp/%C3%A4.jpg", "/tmp/ä.jpg"),
            ("FILE:/tmp/a.jpg", "/tmp/a.jpg"),
            ("'file:///tmp/a.jpg'", "/tmp/a.jpg"),
            ("/tmp/50%.jpg", "/tmp/50%.jpg"),
        ] {
            assert_eq!(
                path(text, Some(home)).expect(text),
                PathBuf::from(expected),
                "{text}"
            );
        }
        for text in [
            "",
            "photo.jpg",
            "file://other.example/a.jpg",
            "file:///a%zz.jpg",
            "file:///a%00.jpg",
            "https://example.org/a.jpg",
            "''",
            "~other/a.jpg",
        ] {
            assert!(path(text, Some(home)).is_err(), "{text}");
        }
        assert!(path("~/a.jpg", None).is_err());
    }
}
