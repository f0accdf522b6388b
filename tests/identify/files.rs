//! Files that are no photos, are not there, are still arriving, or are traps.

use std::fs;
use std::path::Path;
use std::process::Command;

use brickops::domain::market::PhotoSource;
use brickops::error::Kind;
use image::ImageFormat;

use crate::bench::{Bench, is_a_sentence, photo, picture};

/// A PNG that says how large it is, and holds nothing.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    drop(encoder.write_header().expect("a header"));
    bytes
}

/// A PNG of 8,000 x 12,000 white points in a few kilobytes.
fn packed_tight() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8_000, 12_000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().expect("a header");
    writer
        .write_image_data(&vec![0xFF; 1_000 * 12_000])
        .expect("written");
    drop(writer);
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    bytes
}

#[test]
fn what_is_no_photo_is_refused_before_anybody_is_asked() {
    let bench = Bench::new();
    let jpeg = photo();
    let png = picture(64, 48, ImageFormat::Png);
    for (name, bytes, word) in [
        ("text.jpg", b"hello".to_vec(), "no JPEG"),
        ("page.png", b"<html>503</html>".to_vec(), "no JPEG"),
        ("mail.jpg", b"%PDF-1.7".to_vec(), "no JPEG"),
        ("begun.jpg", jpeg[..20].to_vec(), "damaged"),
        ("half.png", png[..png.len() / 2].to_vec(), "damaged"),
        ("empty.jpg", Vec::new(), "empty"),
        ("huge.png", claims(60_000, 60_000), "damaged"),
        ("bomb.png", packed_tight(), "8000 x 12000"),
        ("wide.png", claims(u32::MAX >> 1, 1), "."),
    ] {
        let path = bench.send_in(name, &bytes);
        // An empty one has not arrived, says the inbox.
        for source in [
            PhotoSource::File(path.display().to_string()),
            PhotoSource::Inbox(name.into()),
        ] {
            let from_inbox = matches!(source, PhotoSource::Inbox(_));
            let error = bench.look(source).expect_err(name);
            is_a_sentence(&error);
            let arriving = from_inbox && bytes.is_empty();
            let word = if arriving { "arriving" } else { word };
            assert!(error.message.contains(word), "{name}: {error}");
        }
        assert_eq!(
            fs::read(&path).expect("there"),
            bytes,
            "{name} is untouched"
        );
        bench.goes_on_by_search();
    }
    assert!(bench.calls.try_recv().is_err(), "nobody was asked");
}

#[test]
fn a_file_of_any_size_is_read_to_its_limit_only() {
    let bench = Bench::new();
    let path = bench.inbox_dir().join("film.jpg");
    let file = fs::File::create(&path).expect("a file");
    file.set_len(3 << 30).expect("a hole");
    let error = bench
        .look(PhotoSource::File(path.display().to_string()))
        .expect_err("too large");
    assert!(error.message.contains("larger than any photo"), "{error}");
    is_a_sentence(&error);
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let bench = Bench::new();
    let folder = bench.dir.path();
    let pipe = folder.join("pipe.jpg");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let gone = folder.join("gone.jpg");
    std::os::unix::fs::symlink(folder.join("nowhere.jpg"), &gone).expect("a link");
    for (path, word) in [
        (folder.to_owned(), "no file with a photo"),
        (pipe, "no file with a photo"),
        ("/dev/zero".into(), "no file with a photo"),
        (folder.join("none.jpg"), "no file none.jpg"),
        (gone, "no file gone.jpg"),
        (folder.join("Parts.xml/a.jpg"), "a.jpg"),
        ("relative.jpg".into(), "whole path"),
        ("".into(), "whole path"),
    ] {
        let text = path.display().to_string();
        let error = bench
            .look(PhotoSource::File(text.clone()))
            .expect_err(&text);
        is_a_sentence(&error);
        assert!(error.message.contains(word), "{text}: {error}");
    }
    bench.goes_on_by_search();
    assert!(bench.calls.try_recv().is_err(), "nobody was asked");
}

#[test]
fn names_that_would_move_a_terminal() {
    let bench = Bench::new();
    for name in ["a\u{1b}[31mred.jpg", "two\nlines.jpg", "bell\u{7}.jpg"] {
        let path = bench.send_in(name, b"");
        let error = bench
            .look(PhotoSource::Inbox(name.into()))
            .expect_err("empty");
        is_a_sentence(&error);
        let error = bench
            .look(PhotoSource::File(path.display().to_string()))
            .expect_err("no path");
        is_a_sentence(&error);
        // A good one of such a name is taken and put aside like any other.
        bench.send_in(name, &photo());
        bench
            .look(PhotoSource::Inbox(name.into()))
            .expect("candidates");
        bench
            .app
            .put_photo_aside(&bench.scope(), name)
            .expect("put aside");
        let gone = bench.app.put_photo_aside(&bench.scope(), name);
        let error = gone.expect_err("it is gone");
        assert!(!error.message.chars().any(char::is_control), "{error:?}");
    }
}

#[test]
fn the_inbox_shows_photos_only_and_waits_until_they_have_arrived() {
    let bench = Bench::new();
    let inside = bench.inbox_dir();
    for (name, bytes) in [
        (".hidden.jpg", &b"x"[..]),
        ("upload.jpg.part", b"x"),
        ("notes.txt", b"x"),
        ("no-end", b"x"),
        ("whole.JPG", &photo()),
    ] {
        bench.send_in(name, bytes);
    }
    fs::create_dir(inside.join("folder.jpg")).expect("made");
    fs::write(bench.dir.path().join("secret.jpg"), photo()).expect("written");
    std::os::unix::fs::symlink(bench.dir.path().join("secret.jpg"), inside.join("link.jpg"))
        .expect("a link");
    let odd = std::ffi::OsStr::new("odd");
    let odd = [std::os::unix::ffi::OsStrExt::as_bytes(odd), b"\xff.jpg"].concat();
    let odd: &Path = Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&odd));
    fs::write(inside.join(odd), photo()).expect("written");
    assert_eq!(bench.inbox(), ["whole.JPG"]);
    for name in [
        "link.jpg",
        "folder.jpg",
        "../secret.jpg",
        "notes.txt",
        ".hidden.jpg",
    ] {
        let error = bench.look(PhotoSource::Inbox(name.into())).expect_err(name);
        assert_eq!(error.kind, Kind::Invalid, "{name}: {error}");
    }
    // Written a moment from now, as this clock goes: it is still arriving.
    let half = bench.send_in("half.jpg", &photo()[..100]);
    let file = fs::File::options().append(true).open(&half).expect("open");
    let soon = std::time::SystemTime::now() + std::time::Duration::from_hours(1);
    file.set_modified(soon).expect("set");
    let error = bench
        .look(PhotoSource::Inbox("half.jpg".into()))
        .expect_err("it arrives");
    assert_eq!(error.kind, Kind::Conflict, "{error}");
    is_a_sentence(&error);
    assert!(half.is_file());
    assert!(bench.calls.try_recv().is_err(), "nobody was asked");
    // Now it is whole.
    fs::write(&half, photo()).expect("written");
    bench
        .look(PhotoSource::Inbox("half.jpg".into()))
        .expect("candidates");
}
