//! A picture on a screen: asked for, made ready on a thread of its own, drawn once it is there. Nothing
//! here waits, and the terminal is asked nothing: its environment says what it can.

use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ratatui::layout::{Rect, Size};
use ratatui_image::picker::{Picker, ProtocolType};
use ratatui_image::protocol::Protocol;
use ratatui_image::{Image, Resize};

use crate::api::{Event, Reply, Request, Topic};
use crate::domain::market::{PictureKey, PictureLook, PictureMode};
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Effect, Tag};
use crate::tui::screen::{Cx, ScreenEvent};
use crate::tui::theme::Depth;

/// Tags of requests for pictures have this bit: each picture has its own, so that an answer that comes
/// late is not taken for the next one's.
const MINE: Tag = 1 << 63;
/// The look whether it is ready.
const READY: Tag = MINE;

/// Somebody rests on it.
const RESTED: Tag = MINE | 1;

/// What one rests on for so long is asked for: who runs through a list asks for nothing on the way.
const REST: Duration = Duration::from_millis(120);
/// Between two looks.
const PATIENCE: Duration = Duration::from_millis(20);
/// How often it is looked; a picture that takes longer is given up.
const LOOKS: u16 = 250;
/// Longest side of a picture that is unpacked.
const SIDE: u32 = 1_024;

/// How pictures are shown here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Show {
    /// In which way.
    pub kind: ProtocolType,
    /// Width and height of a cell in points.
    pub cell: (u16, u16),
}

/// How pictures can be shown; `None`: not at all. `cell` is the size of a cell where the system knows it.
pub fn show(
    mode: PictureMode,
    depth: Depth,
    ascii: bool,
    env: &dyn Fn(&str) -> Option<String>,
    cell: Option<(u16, u16)>,
) -> Option<Show> {
    if depth == Depth::Mono || ascii {
        return None;
    }
    let kind = match mode {
        PictureMode::None => return None,
        PictureMode::Kitty => ProtocolType::Kitty,
        PictureMode::Iterm2 => ProtocolType::Iterm2,
        PictureMode::Sixel => ProtocolType::Sixel,
        PictureMode::HalfBlocks => ProtocolType::Halfblocks,
        PictureMode::Auto => guess(env),
    };
    // Half blocks need the exact colours.
    if kind == ProtocolType::Halfblocks && depth != Depth::Rgb {
        return None;
    }
    let cell = cell.filter(|(width, height)| *width > 2 && *height > 4);
    Some(Show {
        kind,
        cell: cell.unwrap_or((10, 20)),
    })
}

fn guess(env: &dyn Fn(&str) -> Option<String>) -> ProtocolType {
    let get = |name: &str| env(name).unwrap_or_default();
    let term = get("TERM");
    let program = get("TERM_PROGRAM");
    // What a multiplexer passes through is known to nobody.
    if ["tmux", "screen"].iter().any(|name| term.starts_with(name)) || !get("TMUX").is_empty() {
        return ProtocolType::Halfblocks;
    }
    if term.contains("kitty") || term.contains("ghostty") || program == "ghostty" {
        return ProtocolType::Kitty;
    }
    if ["iTerm.app", "WezTerm", "mintty"].contains(&program.as_str())
        || get("LC_TERMINAL").contains("iTerm")
    {
        return ProtocolType::Iterm2;
    }
    if term.starts_with("foot") || term.starts_with("mlterm") || term.contains("sixel") {
        return ProtocolType::Sixel;
    }
    ProtocolType::Halfblocks
}

/// What the thread leaves.
#[derive(Default)]
enum Made {
    /// Nothing yet.
    #[default]
    Working,
    /// Nothing at all: it was no picture.
    Nothing,
    /// Something to draw.
    Picture(Box<Protocol>),
}

/// Where it leaves it.
type Slot = Arc<Mutex<Made>>;

/// The one picture of a screen.
pub struct Picture {
    size: Size,
    key: Option<PictureKey>,
    slot: Slot,
    looks: u16,
    /// What is drawn; it changes with an event only, so that every change is drawn.
    shown: Option<Box<Protocol>>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Default for Picture {
    /// A picture in the pane beside a list.
    fn default() -> Self {
        Self::new(24, 10)
    }
}

impl Picture {
    /// A picture of at most so many columns and lines.
    pub fn new(columns: u16, lines: u16) -> Self {
        Self {
            size: Size::new(columns, lines),
            key: None,
            slot: Slot::default(),
            looks: 0,
            shown: None,
        }
    }

    /// Another size; what is shown is made ready again at the next [`Self::follow`].
    pub fn fit(&mut self, columns: u16, lines: u16) {
        let size = Size::new(columns, lines);
        if self.size != size {
            *self = Self::new(columns, lines);
        }
    }

    /// How many lines it takes, with the gap above it; 0 as long as there is none.
    pub fn lines(&self) -> u16 {
        let lines = self.shown.as_ref().map(|picture| picture.size().height);
        lines.map_or(0, |lines| lines + 1)
    }

    /// Draws it in the last lines of an area; answers what is left above it.
    pub fn draw_below(&self, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
        let lines = self.lines();
        // The text beside a list comes first.
        if area.height < lines + 12 {
            return area;
        }
        let above = Rect {
            height: area.height - lines,
            ..area
        };
        let below = Rect {
            y: above.bottom() + 1,
            height: lines.saturating_sub(1),
            ..area
        };
        if self.draw(canvas, below) > 0 {
            above
        } else {
            area
        }
    }

    /// Shows this from now on; asks for it when it is another one than before and one rests on it.
    pub fn follow(&mut self, key: Option<PictureKey>, cx: &Cx<'_>) -> Vec<Effect> {
        if cx.session.pictures.is_none() || self.key == key {
            return Vec::new();
        }
        self.key = key;
        self.slot = Slot::default();
        self.looks = 0;
        self.shown = None;
        let rests = self.key.as_ref().map(|_| Effect::After(REST, RESTED));
        rests.into_iter().collect()
    }

    fn ask(&self) -> Vec<Effect> {
        self.key
            .iter()
            .map(|key| Effect::send(tag(key), Request::Picture { key: key.clone() }))
            .collect()
    }

    /// Takes what is meant for it; `None`: it is not, and the screen goes on with it.
    pub fn on(&mut self, event: &ScreenEvent, cx: &Cx<'_>) -> Option<Vec<Effect>> {
        match event {
            ScreenEvent::Answered(of, answer) if of & MINE != 0 => {
                let current = self.key.as_ref().is_some_and(|key| tag(key) == *of);
                Some(match (&**answer, cx.session.pictures) {
                    (Ok(Reply::Picture(PictureLook::Here(bytes))), Some(show)) if current => {
                        self.begin(bytes.clone(), show)
                    }
                    _ => Vec::new(),
                })
            }
            ScreenEvent::Woken(READY) => Some(self.wait()),
            ScreenEvent::Woken(RESTED) => Some(self.ask()),
            ScreenEvent::Told(event) => match &**event {
                Event::Changed {
                    topic: Topic::Pictures,
                    ids,
                    ..
                } => {
                    let mine = self.key.as_ref().map(PictureKey::id);
                    let news = ids.is_empty() || mine.is_some_and(|id| ids.contains(&id));
                    Some(if news { self.ask() } else { Vec::new() })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Makes it ready on a thread of its own.
    fn begin(&mut self, bytes: Vec<u8>, show: Show) -> Vec<Effect> {
        let slot = Slot::default();
        self.slot = Arc::clone(&slot);
        self.looks = LOOKS;
        let size = self.size;
        let started = std::thread::Builder::new()
            .name("picture".into())
            .spawn(move || {
                let made = ready(&bytes, show, size)
                    .map_or(Made::Nothing, |picture| Made::Picture(Box::new(picture)));
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = made;
            });
        if started.is_err() {
            return Vec::new();
        }
        self.wait()
    }

    fn wait(&mut self) -> Vec<Effect> {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let made = std::mem::take(&mut *slot);
        drop(slot);
        self.looks = self.looks.saturating_sub(1);
        match made {
            Made::Picture(picture) => {
                self.shown = Some(picture);
                Vec::new()
            }
            Made::Working if self.looks > 0 => vec![Effect::After(PATIENCE, READY)],
            Made::Working | Made::Nothing => Vec::new(),
        }
    }

    /// Draws it, where there is room for all of it; answers how many lines it took.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let Some(picture) = &self.shown else {
            return 0;
        };
        let size = picture.size();
        if size.width > area.width || size.height > area.height {
            return 0;
        }
        canvas.widget(area, Image::new(picture));
        size.height
    }
}

fn tag(key: &PictureKey) -> Tag {
    MINE | (key.id() >> 1)
}

/// A picture as the terminal gets it.
fn ready(bytes: &[u8], show: Show, size: Size) -> Option<Protocol> {
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Png);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    #[expect(
        deprecated,
        reason = "the other ways ask the terminal, which would delay a frame"
    )]
    let mut picker = Picker::from_fontsize(show.cell.into());
    picker.set_protocol_type(show.kind);
    picker.new_protocol(picture, size, Resize::Scale(None)).ok()
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::tui::theme::Theme;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture: image::DynamicImage = image::RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 {
                [200, 0, 0]
            } else {
                [0, 0, 200]
            })
        })
        .into();
        let mut bytes = Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, image::ImageFormat::Png)
            .expect("a PNG");
        bytes.into_inner()
    }

    fn of(env: &[(&str, &str)]) -> Option<ProtocolType> {
        let env = |name: &str| {
            env.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        show(PictureMode::Auto, Depth::Rgb, false, &env, None).map(|show| show.kind)
    }

    #[test]
    fn the_environment_says_what_a_terminal_can() {
        use ProtocolType::{Halfblocks, Iterm2, Kitty, Sixel};
        for (env, kind) in [
            (&[("TERM", "xterm-kitty")][..], Kitty),
            (&[("TERM", "xterm-ghostty")], Kitty),
            (
                &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")],
                Iterm2,
            ),
            (
                &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")],
                Iterm2,
            ),
            (&[("TERM", "foot")], Sixel),
            (&[("TERM", "xterm-256color")], Halfblocks),
            (
                &[("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux")],
                Halfblocks,
            ),
            (&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/x")], Halfblocks),
            (&[], Halfblocks),
        ] {
            assert_eq!(of(env), Some(kind), "{env:?}");
        }
    }

    #[test]
    fn without_colours_there_are_no_pictures() {
        let none = |_: &str| None;
        for mode in [
            PictureMode::Auto,
            PictureMode::Kitty,
            PictureMode::HalfBlocks,
        ] {
            assert_eq!(show(mode, Depth::Mono, false, &none, None), None);
            assert_eq!(show(mode, Depth::Rgb, true, &none, None), None);
        }
        assert_eq!(
            show(PictureMode::None, Depth::Rgb, false, &none, None),
            None
        );
        assert_eq!(
            show(PictureMode::HalfBlocks, Depth::Indexed, false, &none, None),
            None
        );
        let cell = |size| show(PictureMode::Sixel, Depth::Indexed, false, &none, size);
        assert_eq!(cell(Some((9, 18))).map(|show| show.cell), Some((9, 18)));
        assert_eq!(cell(Some((0, 0))).map(|show| show.cell), Some((10, 20)));
    }

    #[test]
    fn half_blocks_show_the_picture_and_nothing_beside_it() {
        let show = Show {
            kind: ProtocolType::Halfblocks,
            cell: (10, 20),
        };
        let mut picture = Picture::new(16, 8);
        let made = ready(&png(320, 320), show, picture.size).expect("made");
        assert_eq!((made.size().width, made.size().height), (16, 8));
        picture.shown = Some(Box::new(made));
        let theme = Theme::new(Depth::Rgb);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 10));
        let mut canvas = Canvas::new(&mut buffer, &theme);
        assert_eq!(
            picture.draw(&mut canvas, Rect::new(4, 1, 15, 8)),
            0,
            "too narrow"
        );
        assert_eq!(picture.draw(&mut canvas, Rect::new(4, 1, 18, 9)), 8);
        let drawn = |x, y| {
            buffer[(x, y)].symbol() != " " || buffer[(x, y)].bg != ratatui::style::Color::Reset
        };
        for y in 0..10 {
            for x in 0..24 {
                let inside = (4..20).contains(&x) && (1..9).contains(&y);
                assert_eq!(drawn(x, y), inside, "{x} {y}");
            }
        }
        let colour = |x: u16| match buffer[(x, 4)].bg {
            ratatui::style::Color::Rgb(r, _, b) => (r > 150, b > 150),
            other => panic!("{other}"),
        };
        assert_eq!((colour(6), colour(17)), ((true, false), (false, true)));
    }

    #[test]
    fn each_way_sends_its_own_bytes_and_leaves_the_rest_alone() {
        for (kind, begins) in [
            (ProtocolType::Kitty, "\u{1b}_G"),
            (ProtocolType::Iterm2, "\u{1b}]1337;File="),
            (ProtocolType::Sixel, "\u{1b}P"),
        ] {
            let show = Show {
                kind,
                cell: (10, 20),
            };
            let mut picture = Picture::new(8, 4);
            let made = ready(&png(80, 80), show, picture.size).expect("made");
            assert_eq!((made.size().width, made.size().height), (8, 4), "{kind:?}");
            picture.shown = Some(Box::new(made));
            let theme = Theme::new(Depth::Rgb);
            let mut buffer = Buffer::empty(Rect::new(0, 0, 14, 8));
            let mut canvas = Canvas::new(&mut buffer, &theme);
            assert_eq!(picture.draw(&mut canvas, Rect::new(2, 1, 8, 4)), 4);
            let first = buffer[(2, 1)].symbol();
            assert!(first.contains(begins), "{kind:?}: {first:?}");
            for y in 0..8 {
                for x in 0..14 {
                    let inside = (2..10).contains(&x) && (1..5).contains(&y);
                    assert!(
                        inside || buffer[(x, y)].symbol() == " ",
                        "{kind:?} at {x} {y}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_no_picture_is_not_shown() {
        let show = Show {
            kind: ProtocolType::Kitty,
            cell: (10, 20),
        };
        let size = Size::new(8, 4);
        assert!(ready(&png(8, 8), show, size).is_some());
        assert!(ready(b"<html>", show, size).is_none());
        assert!(ready(&png(8, 8)[..30], show, size).is_none());
        assert!(
            ready(&png(1_500, 2), show, size).is_none(),
            "larger than any that is sent"
        );
    }
}
