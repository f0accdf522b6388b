//! Every call of Brickognize's client. Asking twice does no harm there.

use std::io::Cursor;

use brickops::domain::market::{Failure, Guess, Score, Service, Sought};
use brickops::market::photo::{Photo, prepare};
use image::{ImageFormat, RgbImage};

use crate::verb::Harm::{self, Once, Reads};
use crate::verb::Verb;
use crate::world::World;

/// A photo.
pub fn photo() -> Photo {
    let mut png = Cursor::new(Vec::new());
    RgbImage::from_fn(32, 24, |x, y| image::Rgb([x as u8, y as u8, 90]))
        .write_to(&mut png, ImageFormat::Png)
        .expect("a picture");
    prepare(png.get_ref()).expect("a photo")
}

/// All of them.
pub fn verbs() -> Vec<Verb> {
    fn verb<T: std::fmt::Debug>(
        name: &'static str,
        harm: Harm,
        run: impl Fn(&World) -> Result<T, Box<Failure>> + 'static,
    ) -> Verb {
        Verb::new(Service::Brickognize, name, harm, run)
    }
    let guess = |sought| move |w: &World| w.eye.guess(sought, &photo());
    vec![
        verb("POST predict/", Reads, guess(Sought::Any)),
        verb("POST predict/parts/", Reads, guess(Sought::Parts)),
        verb("POST predict/sets/", Reads, guess(Sought::Sets)),
        verb("POST predict/figs/", Reads, guess(Sought::Minifigures)),
        verb("POST feedback/", Once, |w| {
            let guess = Guess {
                item: None,
                no: "3001".into(),
                word: "part".into(),
                name: String::new(),
                category: String::new(),
                score: Score(900),
                picture: String::new(),
                rank: 0,
            };
            w.eye.feedback("res-1", &guess, true)
        }),
        verb("GET health/", Reads, |w| w.eye.health()),
    ]
}
