//! Where the pictures of items are: BrickLink keeps one for an item in a colour, and one for an item.

use serde::{Deserialize, Serialize};

use crate::domain::{ColorId, ItemKey, ItemKind};

/// Of what a picture is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PictureKey {
    /// Item.
    pub item: ItemKey,
    /// Colour; `(Not Applicable)` for the picture of the item as such.
    pub color: ColorId,
}

/// What there is of a picture now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureLook {
    /// The picture as a small PNG.
    Here(Vec<u8>),
    /// It is being fetched; a change of [`crate::domain::Topic::Pictures`] tells when it has come.
    Coming,
    /// There is none, or none can be fetched now.
    Nothing,
}

/// How pictures are shown in a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PictureMode {
    /// As the terminal says it can.
    #[default]
    Auto,
    /// Kitty's way.
    Kitty,
    /// iTerm2's way.
    Iterm2,
    /// Sixel.
    Sixel,
    /// Two points in every cell, in colours of the text.
    HalfBlocks,
    /// Not at all.
    None,
}

/// Where pictures are kept.
pub const HOST: &str = "https://img.bricklink.com";

impl PictureKey {
    /// The path of the picture on the host of pictures, such as `ItemImage/PN/11/3001.png`. Only parts have
    /// one for each colour. `None`: such things have none, or the number cannot stand in an address.
    pub fn path(&self) -> Option<String> {
        let no = &self.item.no;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        if no.is_empty() || no.starts_with('.') || !no.bytes().all(plain) {
            return None;
        }
        let color = match self.item.kind {
            ItemKind::Part => self.color.0,
            ItemKind::UnsortedLot => return None,
            _ => 0,
        };
        let letter = self.item.kind.letter();
        Some(format!("ItemImage/{letter}N/{color}/{no}.png"))
    }

    /// A number for it that is the same everywhere; two pictures hardly ever share one.
    pub fn id(&self) -> u64 {
        let path = self.path().unwrap_or_default();
        path.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// Its address below `host`, which has no slash at its end: [`HOST`], or the practice service.
    pub fn url(&self, host: &str) -> Option<String> {
        self.path().map(|path| format!("{host}/{path}"))
    }
}

/// An address with its scheme: services write `//img.bricklink.com/…`. `None`: no address of a picture.
/// Without encryption only this machine itself is asked.
pub fn whole_url(address: &str) -> Option<String> {
    let address = address.trim();
    if address.bytes().any(|b| b <= b' ' || b == 0x7f) {
        return None;
    }
    let url = match address.strip_prefix("//") {
        Some(rest) => format!("https://{rest}"),
        None => address.to_owned(),
    };
    let lower = url.to_ascii_lowercase();
    let local = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"]
        .iter()
        .any(|start| lower.starts_with(start));
    // BrickLink's own addresses work with encryption even where the catalogue writes them without.
    let bricklink = lower
        .strip_prefix("http://")
        .is_some_and(|rest| rest.starts_with("img.bricklink.com/"));
    match lower.strip_prefix("https://") {
        Some(host) if !host.is_empty() && !host.starts_with('/') => Some(url),
        _ if local => Some(url),
        _ if bricklink => Some(format!("https{}", &url["http".len()..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(kind: ItemKind, no: &str, color: u16) -> Option<String> {
        let key = PictureKey {
            item: ItemKey::new(kind, no),
            color: ColorId(color),
        };
        key.url(HOST)
    }

    #[test]
    fn addresses_follow_kind_and_colour() {
        for (kind, no, color, path) in [
            (ItemKind::Part, "3001", 11, "PN/11/3001.png"),
            (ItemKind::Part, "973pb0123c01", 0, "PN/0/973pb0123c01.png"),
            (ItemKind::Minifigure, "sw0001a", 5, "MN/0/sw0001a.png"),
            (ItemKind::Set, "75105-1", 0, "SN/0/75105-1.png"),
            (ItemKind::OriginalBox, "75105-1", 0, "ON/0/75105-1.png"),
        ] {
            let expected = format!("https://img.bricklink.com/ItemImage/{path}");
            assert_eq!(url(kind, no, color), Some(expected));
        }
        for no in ["", "../x", "a b", "a/b", "ü", "a?b"] {
            assert_eq!(url(ItemKind::Part, no, 1), None, "{no}");
        }
        assert_eq!(url(ItemKind::UnsortedLot, "1", 1), None);
    }

    #[test]
    fn addresses_get_their_scheme() {
        for (address, expected) in [
            (
                "//img.bricklink.com/P/11/3001.gif",
                Some("https://img.bricklink.com/P/11/3001.gif"),
            ),
            (
                "http://img.bricklink.com/a.png",
                Some("https://img.bricklink.com/a.png"),
            ),
            (
                "https://example.org/a.webp",
                Some("https://example.org/a.webp"),
            ),
            (
                "http://127.0.0.1:8080/a.png",
                Some("http://127.0.0.1:8080/a.png"),
            ),
            ("http://example.org/a.png", None),
            ("file:///etc/passwd", None),
            ("https://", None),
            ("https:///a", None),
            ("https://a b", None),
            ("", None),
        ] {
            assert_eq!(whole_url(address).as_deref(), expected, "{address}");
        }
    }
}
