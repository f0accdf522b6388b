//! Colours as BrickLink numbers and names them.

use serde::{Deserialize, Serialize};

/// BrickLink's colour number; 0 is "(Not Applicable)", used for everything without a colour.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct ColorId(pub u16);

impl std::fmt::Display for ColorId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Reads `BCE5DC`, as in the colour download.
    pub fn parse(hex: &str) -> Option<Self> {
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(hex, 16).ok()?;
        let [_, r, g, b] = value.to_be_bytes();
        Some(Self(r, g, b))
    }
}

/// The group a colour is listed under; it decides how a swatch is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ColorFamily {
    /// Plain plastic.
    Solid,
    /// See-through: drawn hatched.
    Transparent,
    /// Chrome, pearl, metallic, milky, glitter, speckle, satin and what comes next.
    Effect,
    /// Modulex bricks have colours of their own.
    Modulex,
    /// Not a colour ("(Not Applicable)").
    None,
}

impl ColorFamily {
    /// From the download's COLORTYPE (`Solid`, `Transparent`, `Pearl`, `N/A`, ...).
    pub fn from_type(text: &str) -> Self {
        match text {
            "Solid" => Self::Solid,
            "Transparent" | "Glitter" | "Satin" => Self::Transparent,
            "Modulex" => Self::Modulex,
            "N/A" | "" => Self::None,
            _ => Self::Effect,
        }
    }
}

/// A colour of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Color {
    /// BrickLink's number.
    pub id: ColorId,
    /// BrickLink's name.
    pub name: String,
    /// What it looks like; `None` for colour 0 and unknown ones.
    pub rgb: Option<Rgb>,
    /// BrickLink's own word for the group (`Pearl`, `Chrome`, ...).
    pub group: String,
    /// First year it was seen.
    pub year_from: Option<u16>,
    /// Last year it was seen.
    pub year_to: Option<u16>,
}

impl Color {
    /// What is shown of a colour that the catalogue does not know.
    pub fn unknown(id: ColorId) -> Self {
        Self {
            id,
            name: format!("Colour {id}"),
            rgb: None,
            group: String::new(),
            year_from: None,
            year_to: None,
        }
    }

    /// How to draw it.
    pub fn family(&self) -> ColorFamily {
        ColorFamily::from_type(&self.group)
    }
}
