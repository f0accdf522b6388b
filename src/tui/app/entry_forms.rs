//! The forms one comes in by, and what is wrong with them while they are filled in.

use crate::tui::widgets::form::Form;

pub(super) fn setup_form() -> Form {
    let zone = jiff::tz::TimeZone::system();
    Form::new("Open an account")
        .about("Nobody has opened a shop here yet. You become its owner.")
        .text("Shop", "")
        .text("Your name", "")
        .text("E-mail", "")
        .secret("Password")
        .secret("Once more")
        .text("Currency", "EUR")
        .text("Time zone", zone.iana_name().unwrap_or("UTC"))
        .keys("Enter go on   Esc look at the catalogue first   Ctrl+C Ctrl+C leave")
}

pub(super) fn sign_in_form(email: &str) -> Form {
    let mut form = Form::new("Sign in")
        .text("E-mail", email)
        .secret("Password")
        .keys("Enter go on   F2 I have a code   Ctrl+C Ctrl+C leave");
    if !email.is_empty() {
        form.go_to(1);
    }
    form
}

pub(super) fn code_form() -> Form {
    Form::new("I have a code")
        .about("The code is on the slip that the owner gave you.")
        .secret("Code")
        .text("Your name", "")
        .secret("Password")
        .secret("Once more")
        .keys("Enter go on   Esc back to sign in")
}

pub(super) fn check_password(form: &mut Form, row: usize) {
    let (first, second) = (form.value(row), form.value(row + 1));
    let short = !first.is_empty() && first.chars().count() < 10;
    form.mistake(row, short.then_some("10 characters or more"));
    let differ = !second.is_empty() && !first.starts_with(&second);
    form.mistake(row + 1, differ.then_some("not the same"));
}

/// What is wrong so far, for whoever is typing.
pub(super) fn check_setup(form: &mut Form) {
    let email = form.value(2);
    let wrong = !email.is_empty() && !email.contains('@');
    form.mistake(2, wrong.then_some("an address has an @"));
    check_password(form, 3);
    let currency = form.value(5);
    let good = currency.len() == 3 && currency.chars().all(|c| c.is_ascii_alphabetic());
    form.mistake(5, (!good).then_some("three letters, such as EUR"));
    let zone = jiff::tz::TimeZone::get(&form.value(6)).is_ok();
    form.mistake(6, (!zone).then_some("such as Europe/Berlin"));
}
