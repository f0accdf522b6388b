//! Pictures that come, that do not exist, that are broken, and a folder that is full.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use image::{Rgb, RgbImage};

use super::*;
use crate::clock::ManualClock;
use crate::domain::{ColorId, ItemKey};
use crate::market::scripted::{Scripted, says};
use crate::market::{Answer, Broke, Call};

const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);

struct Bench {
    pictures: Pictures,
    seen: Arc<Scripted>,
    clock: Arc<ManualClock>,
    told: Receiver<u64>,
    folder: tempfile::TempDir,
}

fn bench(
    limit: u64,
    script: impl Fn(&Call) -> std::result::Result<Answer, Broke> + Send + Sync + 'static,
) -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let seen = Scripted::new(script);
    let clock = ManualClock::at(NOW);
    let (pictures, told) = over(folder.path(), limit, &seen, &clock);
    Bench {
        pictures,
        seen,
        clock,
        told,
        folder,
    }
}

fn over(
    folder: &Path,
    limit: u64,
    seen: &Arc<Scripted>,
    clock: &Arc<ManualClock>,
) -> (Pictures, Receiver<u64>) {
    let (sender, told) = channel();
    let pictures = Pictures::with(
        (folder, limit),
        Some(seen.clone()),
        Host::default(),
        Meter::new(clock.clone()),
        (
            clock.clone(),
            Box::new(move |id| {
                let _ = sender.send(id);
            }),
        ),
    );
    (pictures, told)
}

fn key(no: &str, color: u16) -> PictureKey {
    PictureKey {
        item: ItemKey::part(no),
        color: ColorId(color),
    }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture: DynamicImage = RgbImage::from_fn(width, height, |x, y| {
        Rgb([
            (x * 7 % 256) as u8,
            (y * 5 % 256) as u8,
            ((x ^ y) % 256) as u8,
        ])
    })
    .into();
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("a PNG");
    bytes.into_inner()
}

fn wait(told: &Receiver<u64>) -> u64 {
    told.recv_timeout(Duration::from_secs(30)).expect("news")
}

#[test]
fn a_picture_comes_later_and_stays() {
    let bench = bench(1 << 20, |_| says(200, png(900, 300)));
    let brick = key("3001", 11);
    assert_eq!(bench.pictures.look(&brick, None), PictureLook::Coming);
    assert_eq!(wait(&bench.told), brick.id());
    let PictureLook::Here(bytes) = bench.pictures.look(&brick, None) else {
        panic!("it is here")
    };
    let back = image::load_from_memory(&bytes).expect("a PNG");
    assert_eq!((back.width(), back.height()), (320, 107));
    assert!(bytes.len() <= LARGEST);
    let calls = bench.seen.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0].url,
        "https://img.bricklink.com/ItemImage/PN/11/3001.png"
    );
    // The next start finds it, without asking anybody.
    let Bench {
        pictures,
        seen,
        clock,
        folder,
        ..
    } = bench;
    drop(pictures);
    let (pictures, _told) = over(folder.path(), 1 << 20, &seen, &clock);
    assert_eq!(pictures.look(&brick, None), PictureLook::Here(bytes));
    assert_eq!(seen.calls().len(), 1);
}

#[test]
fn what_does_not_exist_is_believed_for_days() {
    let bench = bench(1 << 20, |_| says(404, "nothing"));
    let brick = key("nosuch", 1);
    let also = Some("//img.bricklink.com/P/1/nosuch.jpg".to_owned());
    assert_eq!(
        bench.pictures.look(&brick, also.clone()),
        PictureLook::Coming
    );
    wait(&bench.told);
    assert_eq!(
        bench.pictures.look(&brick, also.clone()),
        PictureLook::Nothing
    );
    assert_eq!(bench.seen.calls().len(), 2, "both addresses");
    assert_eq!(
        bench.seen.calls()[1].url,
        "https://img.bricklink.com/P/1/nosuch.jpg"
    );
    bench.clock.advance(NOTHING_FOR - 1);
    assert_eq!(bench.pictures.look(&brick, None), PictureLook::Nothing);
    bench.clock.advance(1);
    assert_eq!(bench.pictures.look(&brick, None), PictureLook::Coming);
    wait(&bench.told);
    assert_eq!(bench.seen.calls().len(), 3);
}

#[test]
fn failures_are_left_alone_for_a_while() {
    for answer in [
        says(503, "<html>"),
        says(200, "<html>no picture</html>"),
        says(200, &png(10, 10)[..40]),
        Err(Broke::Lost("reset".into())),
        Err(Broke::Offline),
        Err(Broke::TooLarge),
    ] {
        let shown = format!("{answer:?}");
        let bench = bench(1 << 20, move |_| answer.clone());
        let brick = key("3001", 11);
        assert_eq!(bench.pictures.look(&brick, None), PictureLook::Coming);
        assert_eq!(wait(&bench.told), brick.id(), "{shown}");
        assert_eq!(
            bench.pictures.look(&brick, None),
            PictureLook::Nothing,
            "{shown}"
        );
        assert_eq!(bench.seen.calls().len(), 1);
        bench.clock.advance(LATER);
        assert_eq!(
            bench.pictures.look(&brick, None),
            PictureLook::Coming,
            "{shown}"
        );
    }
}

#[test]
fn a_damaged_file_is_fetched_again() {
    let bench = bench(1 << 20, |_| says(200, png(40, 40)));
    let brick = key("3001", 11);
    bench.pictures.look(&brick, None);
    wait(&bench.told);
    let file = bench
        .folder
        .path()
        .join(cache::name("ItemImage/PN/11/3001.png"));
    let whole = std::fs::read(&file).expect("a file");
    let mut flipped = whole.clone();
    flipped[60] ^= 1;
    for damaged in [&whole[..whole.len() / 2], &flipped, b"", b"short"] {
        std::fs::write(&file, damaged).expect("written");
        assert_eq!(bench.pictures.look(&brick, None), PictureLook::Coming);
        wait(&bench.told);
        assert!(matches!(
            bench.pictures.look(&brick, None),
            PictureLook::Here(_)
        ));
    }
}

#[test]
fn the_longest_unused_goes_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::open(folder.path(), 10_000);
    let picture = Kept::Picture(vec![7; 967]);
    let names: Vec<String> = (0..12).map(|at| cache::name(&at.to_string())).collect();
    for name in &names[..10] {
        cache.put(name, &picture).expect("kept");
    }
    assert_eq!(cache.bytes(), 10_000);
    assert_eq!(
        cache.get(&names[0], NOW),
        Some(picture.clone()),
        "used again"
    );
    cache.put(&names[10], &picture).expect("kept");
    assert_eq!(cache.bytes(), 9_000);
    assert_eq!(cache.get(&names[1], NOW), None, "unused for longest");
    assert_eq!(cache.get(&names[2], NOW), None);
    assert!(cache.get(&names[0], NOW).is_some());
    // Also when what lies there is found at the start, and what was never finished is removed.
    std::fs::write(folder.path().join(".tmpXYZ"), "half").expect("written");
    let again = Cache::open(folder.path(), 5_000);
    assert!(again.bytes() <= 5_000);
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left as u64 * 1_000, again.bytes());
}

#[test]
fn without_anybody_to_fetch_there_is_what_was_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = ManualClock::at(NOW);
    let pictures = Pictures::with(
        (folder.path(), 1 << 20),
        None,
        Host::default(),
        Meter::new(clock.clone()),
        (clock, Box::new(|_| {})),
    );
    let brick = key("3001", 11);
    assert_eq!(pictures.look(&brick, None), PictureLook::Nothing);
    let kept = Kept::Picture(vec![1, 2, 3]);
    let name = cache::name("ItemImage/PN/11/3001.png");
    pictures.0.cache.put(&name, &kept).expect("kept");
    assert_eq!(
        pictures.look(&brick, None),
        PictureLook::Here(vec![1, 2, 3])
    );
    assert_eq!(pictures.look(&key("../x", 1), None), PictureLook::Nothing);
}
