//! Every call x every way to go wrong: what kind of failure it is, whether the client knows what it does
//! not know, and that nothing is done twice.

use brickops::domain::market::{Done, Service};

use crate::modes::{Effect, HARMLESS, Mode, failing};
use crate::table::{self, Row};
use crate::verb::{Harm, Verb, verbs};
use crate::world::World;

/// Attempts of a call that may be repeated.
const ATTEMPTS: usize = 4;

/// How the world looks before a call and after it was made once.
fn faces(verb: &Verb) -> (String, String) {
    let world = World::new();
    let made = (verb.run)(&world);
    assert!(made.is_ok(), "{}: {made:?}", verb.name);
    (World::new().face(), world.face())
}

/// What the sandbox keeps and does not show.
fn is_unseen(verb: &Verb) -> bool {
    ["POST order/notify", "POST order/feedback"].contains(&verb.name)
}

/// How often the client tries.
fn tries(verb: &Verb, mode: &Mode) -> usize {
    // BrickLink's client alone repeats by itself; a refused signature goes out once more with the right time.
    match (verb.service, mode.fault) {
        (Service::BrickLink, "oauth_flaky") => 2,
        (Service::BrickLink, _) if !mode.again => 1,
        (Service::BrickLink, _) if verb.harm == Harm::Once && mode.doubtful => 1,
        (Service::BrickLink, _) => ATTEMPTS,
        _ => 1,
    }
}

fn check(
    wrong: &mut Vec<String>,
    about: &str,
    is: &impl std::fmt::Debug,
    should: &impl std::fmt::Debug,
) {
    let (is, should) = (format!("{is:?}"), format!("{should:?}"));
    if is != should {
        wrong.push(format!("{about}: {is}, not {should}"));
    }
}

/// One call in one way, for good.
fn always(
    verb: &Verb,
    mode: &Mode,
    faces: &(String, String),
    wrong: &mut Vec<String>,
) -> Option<Row> {
    let (class, doubtful) = mode.meaning(verb)?;
    let about = format!("{} {} in {}", verb.service.name(), verb.name, mode.fault);
    let world = World::new();
    world.fault(&format!(
        "{}:*:{}@*",
        verb.service.name().to_lowercase(),
        mode.fault
    ));
    let failure = match (verb.run)(&world) {
        Ok(value) => {
            wrong.push(format!("{about}: it worked: {value}"));
            return None;
        }
        Err(failure) => failure,
    };
    let made = world.made();
    check(wrong, &about, &failure.class, &class);
    check(wrong, &about, &made, &tries(verb, mode));
    let reads = verb.harm == Harm::Reads;
    let done = if doubtful && !reads {
        Done::Unknown
    } else {
        Done::No
    };
    check(wrong, &about, &failure.done, &done);
    check(wrong, &about, &failure.endpoint, &verb.name);
    if !failure.text.ends_with('.') || failure.text.len() < 30 {
        wrong.push(format!("{about}: says {:?}", failure.text));
    }
    let face = world.face();
    let changed = face == faces.1 && faces.0 != faces.1;
    if face != faces.0 && face != faces.1 {
        wrong.push(format!(
            "{about}: done twice, or half\n{face}\n---\n{}",
            faces.1
        ));
    }
    check(
        wrong,
        &format!("{about}: changed"),
        &changed,
        &(!reads && !is_unseen(verb) && mode.effect == Effect::Done),
    );
    // What certainly did not happen did not happen.
    if failure.done == Done::No && face != faces.0 {
        wrong.push(format!("{about}: said not to be done, and it was"));
    }
    Some([
        format!(
            "{} {}{}",
            verb.service.name(),
            verb.name,
            if verb.harm == Harm::Once {
                " (once)"
            } else {
                ""
            }
        ),
        mode.fault.to_owned(),
        failure.class.word().to_owned(),
        failure.text.clone(),
        made.to_string(),
        match (reads, changed, failure.done) {
            _ if is_unseen(verb) => "not tried again; what it did is not shown".to_owned(),
            (true, ..) => "nothing to lose".to_owned(),
            (_, true, _) => "did it once; the failure says that only reading tells".to_owned(),
            (_, false, Done::Unknown) => {
                "did nothing; the failure says that only reading tells".to_owned()
            }
            (_, false, Done::No) => "did nothing, and the failure says so".to_owned(),
        },
    ])
}

/// One call whose first attempt goes wrong: what may be repeated works, and is done once.
fn at_first(verb: &Verb, mode: &Mode, faces: &(String, String), wrong: &mut Vec<String>) {
    if mode.meaning(verb).is_none() {
        return;
    }
    let about = format!(
        "{} {} with {} at first",
        verb.service.name(),
        verb.name,
        mode.fault
    );
    let world = World::new();
    world.fault(&format!(
        "{}:*:{}@1",
        verb.service.name().to_lowercase(),
        mode.fault
    ));
    let result = (verb.run)(&world);
    check(wrong, &about, &result.is_ok(), &(tries(verb, mode) > 1));
    let face = world.face();
    if result.is_ok() && face != faces.1 {
        wrong.push(format!("{about}: not done once\n{face}\n---\n{}", faces.1));
    }
    if result.is_err() && face != faces.0 && face != faces.1 {
        wrong.push(format!("{about}: done twice, or half"));
    }
}

#[test]
fn every_call_in_every_way_to_go_wrong() {
    let (mut wrong, mut rows) = (Vec::new(), Vec::new());
    for verb in verbs() {
        let faces = faces(&verb);
        assert_eq!(
            verb.harm == Harm::Reads || is_unseen(&verb),
            faces.0 == faces.1,
            "{} and what is seen of it",
            verb.name
        );
        for mode in failing() {
            rows.extend(always(&verb, &mode, &faces, &mut wrong));
            at_first(&verb, &mode, &faces, &mut wrong);
        }
    }
    table::write(&rows);
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows.len() > 1_000, "{}", rows.len());
}

/// Names nobody has heard of, nulls, numbers as text: the answer means the same.
#[test]
fn what_answers_wear_does_not_matter() {
    let mut wrong = Vec::new();
    for verb in verbs() {
        let plain = (verb.run)(&World::new()).expect(verb.name);
        for fault in HARMLESS {
            let about = format!("{} {} with {fault}", verb.service.name(), verb.name);
            let world = World::new();
            world.fault(&format!(
                "{}:*:{fault}@*",
                verb.service.name().to_lowercase()
            ));
            match (verb.run)(&world) {
                Err(failure) => wrong.push(format!("{about}: {failure:?}")),
                // Nulls take away what is optional.
                Ok(value) if fault != "null_fields" => check(&mut wrong, &about, &value, &plain),
                Ok(_) => {}
            }
            check(&mut wrong, &about, &world.made(), &1);
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
