//! The nearest colour of a smaller palette, by how different it looks.

use ratatui::style::Color as Ink;

use crate::domain::Rgb;

/// The levels of each channel in the cube of the 256 colours.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// xterm's figures for the 16 colours; a terminal may show others, but they keep their names.
const ANSI: [(Ink, Rgb); 16] = [
    (Ink::Black, Rgb(0, 0, 0)),
    (Ink::Red, Rgb(205, 0, 0)),
    (Ink::Green, Rgb(0, 205, 0)),
    (Ink::Yellow, Rgb(205, 205, 0)),
    (Ink::Blue, Rgb(0, 0, 238)),
    (Ink::Magenta, Rgb(205, 0, 205)),
    (Ink::Cyan, Rgb(0, 205, 205)),
    (Ink::Gray, Rgb(229, 229, 229)),
    (Ink::DarkGray, Rgb(127, 127, 127)),
    (Ink::LightRed, Rgb(255, 0, 0)),
    (Ink::LightGreen, Rgb(0, 255, 0)),
    (Ink::LightYellow, Rgb(255, 255, 0)),
    (Ink::LightBlue, Rgb(92, 92, 255)),
    (Ink::LightMagenta, Rgb(255, 0, 255)),
    (Ink::LightCyan, Rgb(0, 255, 255)),
    (Ink::White, Rgb(255, 255, 255)),
];

/// How different two colours look: squares weighted by how the eye weighs the channels.
fn distance(a: Rgb, b: Rgb) -> i32 {
    let mean = i32::midpoint(i32::from(a.0), i32::from(b.0));
    let (r, g, b) = (
        i32::from(a.0) - i32::from(b.0),
        i32::from(a.1) - i32::from(b.1),
        i32::from(a.2) - i32::from(b.2),
    );
    (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * b * b) >> 8)
}

/// The nearest of the 16.
pub fn nearest_ansi(rgb: Rgb) -> Ink {
    ANSI.iter()
        .min_by_key(|(_, candidate)| distance(rgb, *candidate))
        .map_or(Ink::Reset, |(ink, _)| *ink)
}

/// The nearest of the 240 fixed ones among the 256; the first 16 differ between terminals.
pub fn nearest_indexed(rgb: Rgb) -> u8 {
    let level = |channel: u8| {
        (0..6u8)
            .min_by_key(|at| LEVELS[usize::from(*at)].abs_diff(channel))
            .unwrap_or(0)
    };
    let (r, g, b) = (level(rgb.0), level(rgb.1), level(rgb.2));
    let of = |at: u8| LEVELS[usize::from(at)];
    let cube = (Rgb(of(r), of(g), of(b)), 16 + 36 * r + 6 * g + b);
    let gray = (u16::from(rgb.0) + u16::from(rgb.1) + u16::from(rgb.2)) / 3;
    let step = (gray.saturating_sub(8) / 10).min(23) as u8;
    let shade = 8 + 10 * step;
    let ramp = (Rgb(shade, shade, shade), 232 + step);
    if distance(rgb, ramp.0) < distance(rgb, cube.0) {
        ramp.1
    } else {
        cube.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_colours_find_themselves() {
        assert_eq!(nearest_indexed(Rgb(255, 0, 0)), 196);
        assert_eq!(nearest_indexed(Rgb(255, 255, 255)), 231);
        assert_eq!(nearest_indexed(Rgb(128, 128, 128)), 244);
        assert_eq!(nearest_ansi(Rgb(0, 0, 0)), Ink::Black);
        assert_eq!(nearest_ansi(Rgb(250, 250, 10)), Ink::LightYellow);
    }

    #[test]
    fn part_colours_stay_recognisable_with_16() {
        // Red 5, Green 6, Dark Bluish Gray 85 as BrickLink shows them.
        assert_eq!(nearest_ansi(Rgb(0xb3, 0x00, 0x06)), Ink::Red);
        assert_eq!(nearest_ansi(Rgb(0x59, 0x5d, 0x60)), Ink::DarkGray);
    }
}
