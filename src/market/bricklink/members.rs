//! What BrickLink tells a shop of its buyers and of itself: feedback, notes, notices, ways of sending,
//! coupons.

use serde_json::json;

use crate::domain::market::{
    Class, Coupon, Feedback, MemberNote, Notice, Purpose, Rating, Ratings, ShippingMethod,
};
use crate::market::Method;
use crate::market::redact::encode;

use super::facts::rating_number;
use super::line::{BrickLink, Told, Wish};
use super::mapping::{FromWire, Object};

impl BrickLink {
    /// What happened since it was last asked for. Reading may mark it as read.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn notices(&self, purpose: Purpose) -> Told<Vec<Notice>> {
        self.list(&Wish::get("GET notifications", "/notifications", purpose))
    }

    /// Feedback that the shop received, or gave.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn feedback(&self, received: bool, purpose: Purpose) -> Told<Vec<Feedback>> {
        let wish = Wish::get("GET feedback", "/feedback", purpose)
            .with("direction", if received { "in" } else { "out" })
            .large();
        self.list(&wish)
    }

    /// Judges the buyer of an order. Never repeated by itself.
    ///
    /// # Errors
    /// With `Done::Unknown` it may have been given; the order's feedback tells. See
    /// [`crate::domain::market::Failure`].
    pub fn give_feedback(
        &self,
        order: u64,
        rating: Rating,
        comment: &str,
        purpose: Purpose,
    ) -> Told<()> {
        let wish = Wish::write(Method::Post, "POST feedback", "/feedback", purpose).body(json!({
            "order_id": order,
            "rating": rating_number(rating),
            "comment": comment,
        }));
        self.tell(&wish)
    }

    /// Answers to feedback. Never repeated by itself.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn reply_to_feedback(&self, id: u64, reply: &str, purpose: Purpose) -> Told<()> {
        let wish = Wish::write(
            Method::Post,
            "POST feedback/{id}/reply",
            format!("/feedback/{id}/reply"),
            purpose,
        )
        .body(json!({"reply": reply}));
        self.tell(&wish)
    }

    /// How often a member was judged.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn ratings(&self, user: &str, purpose: Purpose) -> Told<Ratings> {
        let path = format!("/members/{}/ratings", encode(user));
        let found = self.maybe(&Wish::get("GET members/{user}/ratings", path, purpose))?;
        Ok(found.unwrap_or_default())
    }

    /// What the shop noted about a member.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`]; a member without a note is `None` or `NotFound`, as the
    /// service likes.
    pub fn member_note(&self, user: &str, purpose: Purpose) -> Told<Option<MemberNote>> {
        let wish = Wish::get("GET members/{user}/my_notes", note_path(user), purpose);
        let note: Option<MemberNote> = self.maybe(&wish)?;
        Ok(note.filter(|note| !note.text.is_empty()))
    }

    /// Notes something about a member: `new` when there is no note yet. A change is safe to repeat.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn note_member(&self, user: &str, text: &str, new: bool, purpose: Purpose) -> Told<()> {
        let (method, endpoint) = if new {
            (Method::Post, "POST members/{user}/my_notes")
        } else {
            (Method::Put, "PUT members/{user}/my_notes")
        };
        let wish = Wish::write(method, endpoint, note_path(user), purpose)
            .body(json!({"note_text": text}))
            .repeatable(!new);
        self.tell(&wish)
    }

    /// Forgets what was noted about a member. Safe to repeat.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn forget_member(&self, user: &str, purpose: Purpose) -> Told<()> {
        let wish = Wish::write(
            Method::Delete,
            "DELETE members/{user}/my_notes",
            note_path(user),
            purpose,
        )
        .repeatable(true);
        // A repeated call finds nothing where the first one worked and its answer was lost.
        self.ask(&wish, |asked, answer| match asked.done(answer) {
            Err(failure) if failure.class == Class::NotFound && asked.attempt > 1 => Ok(()),
            other => other,
        })
    }

    /// The ways of sending that the shop offers.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn shipping_methods(&self, purpose: Purpose) -> Told<Vec<ShippingMethod>> {
        let path = "/settings/shipping_methods";
        self.list(&Wish::get("GET settings/shipping_methods", path, purpose))
    }

    /// Coupons that the shop gave, or received. `status`: a letter, or empty for all.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn coupons(&self, given: bool, status: &str, purpose: Purpose) -> Told<Vec<Coupon>> {
        let mut wish = Wish::get("GET coupons", "/coupons", purpose)
            .with("direction", if given { "out" } else { "in" });
        if !status.is_empty() {
            wish = wish.with("status", status);
        }
        self.list(&wish)
    }

    /// One object, or none when none comes.
    fn maybe<T: FromWire>(&self, wish: &Wish) -> Told<Option<T>> {
        self.ask(wish, |asked, answer| {
            asked
                .data::<Object<T::Wire>>(answer)?
                .map(|data| T::from_wire(data.0))
                .transpose()
                .map_err(|why| {
                    asked.odd(
                        answer,
                        &format!("BrickLink's answer is incomplete ({why})."),
                    )
                })
        })
    }
}

fn note_path(user: &str) -> String {
    format!("/members/{}/my_notes", encode(user))
}
