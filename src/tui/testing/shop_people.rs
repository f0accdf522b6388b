//! People of the pretended shop: Ana owns it, Ben picks. They come in, switch, and are refused like
//! real ones.

use std::sync::Arc;

use super::shop::{NOW, Shop, State};
use crate::api::client::{Conversation, Handler, Peer};
use crate::api::framing::Ticket;
use crate::api::{
    Answer, DoorRequest, Event, Greeted, Greeting, Invited, OfficeRequest, Reply, Request, SignedIn,
};
use crate::domain::*;
use crate::error::{Error, Kind, Result};

/// Ana's password, and Ben's.
pub const PASSWORD: &str = "bricks-and-plates";
/// Ben's PIN.
pub const PIN: &str = "2580";
/// Ben's badge.
pub const BADGE: &str = "%BABCDEFGHIJKLMNOPQRST%";
/// Ana's address.
pub const ANA: &str = "ana@corner.example";

/// Ana, the owner.
pub fn ana() -> Me {
    Me {
        user: UserId(1),
        name: "Ana".into(),
        email: ANA.into(),
        role: Some(Role::Owner),
        grants: Grants::default(),
        shop: "Brick Corner".into(),
        practice: false,
        owners: vec!["Ana".into()],
        entrance: Entrance::Password,
        expires: Timestamp::from_seconds(1_763_686_400),
        pin: false,
        badge: false,
        settings: ShopSettings::default(),
        whereabouts: None,
        operator: true,
    }
}

/// Ben, a picker.
pub fn ben() -> Me {
    Me {
        user: UserId(2),
        name: "Ben".into(),
        email: "ben@corner.example".into(),
        role: Some(Role::Picker),
        entrance: Entrance::Pin,
        pin: true,
        badge: true,
        operator: false,
        ..ana()
    }
}

/// Who is there, and what was changed.
#[derive(Debug)]
pub struct Present {
    pub standing: Standing,
    pub confirmed: bool,
    pub overlays: Vec<Overlay>,
    /// What clients said of where they are.
    pub places: Vec<Whereabouts>,
    pub settings: ShopSettings,
    pub connections: super::shop_keys::Connections,
    /// How what is fetched stands.
    pub fresh: super::shop_fresh::Fresh,
}

impl Default for Present {
    fn default() -> Self {
        Self {
            standing: Standing::SignedIn(Box::new(ana())),
            confirmed: false,
            overlays: Vec::new(),
            places: Vec::new(),
            settings: ShopSettings::default(),
            connections: super::shop_keys::Connections::default(),
            fresh: super::shop_fresh::Fresh::default(),
        }
    }
}

fn wrong() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "The address or the password is wrong.",
    )
}

fn row(me: &Me) -> PersonRow {
    PersonRow {
        person: Person {
            id: me.user,
            email: me.email.clone(),
            name: me.name.clone(),
            role: me.role,
            grants: me.grants,
            created: NOW,
            active: Some(NOW),
            removed: None,
            unix: None,
        },
        password: true,
        pin: me.pin,
        badge: me.badge,
        locked: None,
        signed_in: 1,
    }
}

impl State {
    fn come_in(&mut self, me: Me) -> Reply {
        self.present.standing = Standing::SignedIn(Box::new(me));
        self.present.confirmed = false;
        Reply::SignedIn(Box::new(SignedIn {
            standing: self.present.standing.clone(),
            pass: Secret::new("brs_TEST"),
        }))
    }

    pub(super) fn door(&mut self, request: DoorRequest) -> Answer {
        match request {
            DoorRequest::Standing => Ok(Reply::Standing(Box::new(self.present.standing.clone()))),
            DoorRequest::OpenAccount(new) => Ok(self.come_in(Me {
                name: new.name.clone(),
                email: new.email.clone(),
                shop: new.shop.clone(),
                ..ana()
            })),
            DoorRequest::SignIn {
                email, password, ..
            } => {
                let found = [ana(), ben()].into_iter().find(|me| me.email == email);
                match found.filter(|_| password.reveal() == PASSWORD) {
                    Some(me) => Ok(self.come_in(me)),
                    None => Err(wrong()),
                }
            }
            DoorRequest::UseCode { name, .. } => Ok(self.come_in(Me { name, ..ben() })),
            DoorRequest::Pin { user, pin } if user == UserId(2) && pin.reveal() == PIN => {
                Ok(self.come_in(ben()))
            }
            DoorRequest::Pin { .. } => Err(Error {
                retry_after: Some(2),
                ..Error::new(Kind::RateLimited, "The PIN is wrong.")
            }),
            DoorRequest::Badge { badge } if badge.reveal() == BADGE => Ok(self.come_in(ben())),
            DoorRequest::Badge { .. } => Err(Error::new(
                Kind::Unauthenticated,
                "Nobody of this shop has that badge.",
            )),
            DoorRequest::Faces => Ok(Reply::Faces(
                [ana(), ben()]
                    .into_iter()
                    .map(|me| Face {
                        user: me.user,
                        name: me.name,
                        role: me.role,
                        pin: me.pin,
                    })
                    .collect(),
            )),
            DoorRequest::Lock => {
                if let Standing::SignedIn(me) = &self.present.standing {
                    self.present.standing = Standing::Locked(me.clone());
                }
                Ok(Reply::Done)
            }
            DoorRequest::SignOut => {
                self.present.standing = Standing::SignedOut;
                Ok(Reply::Done)
            }
            DoorRequest::Confirm { password } if password.reveal() == PASSWORD => {
                self.present.confirmed = true;
                Ok(Reply::Done)
            }
            DoorRequest::Confirm { .. } => {
                Err(Error::new(Kind::Unconfirmed, "That is not your password."))
            }
            DoorRequest::Here(place) => {
                self.present.places.push(*place);
                Ok(Reply::Done)
            }
        }
    }

    /// Whether anybody is there who may ask at all.
    pub(super) fn somebody(&self) -> Result<()> {
        match &self.present.standing {
            // Without an account the catalogue is open; screens ask for nothing else then.
            Standing::SignedIn(_) | Standing::NoAccount => Ok(()),
            _ => Err(Error::new(Kind::Unauthenticated, "Nobody is signed in.")),
        }
    }

    pub(super) fn office(&mut self, request: OfficeRequest) -> Answer {
        let asks = matches!(
            request,
            OfficeRequest::Invite { .. }
                | OfficeRequest::SetRole { .. }
                | OfficeRequest::Remove { .. }
                | OfficeRequest::MakeToken { .. }
                | OfficeRequest::MakeBadge { .. }
                | OfficeRequest::Reset { .. }
                | OfficeRequest::SetPassword { .. }
                | OfficeRequest::SetPin { .. }
        );
        if asks && !self.present.confirmed {
            return Err(Error::new(
                Kind::Unconfirmed,
                "Give your password again to do this.",
            ));
        }
        Ok(match request {
            OfficeRequest::People => Reply::People(Box::new(People {
                people: vec![row(&ana()), row(&ben())],
                invitations: vec![invitation("cas@corner.example", Some(Role::Viewer))],
                sign_ins: vec![SignInRow {
                    id: 1,
                    user: UserId(1),
                    name: "Ana".into(),
                    entrance: Entrance::Password,
                    role: None,
                    place: "pts/3".into(),
                    started: NOW,
                    seen: NOW,
                    expires: Timestamp::from_seconds(1_763_686_400),
                    own: true,
                }],
            })),
            OfficeRequest::Invite { email, role, .. } => Reply::Invited(Box::new(Invited {
                invitation: invitation(&email, Some(role)),
                shop: "Brick Corner".into(),
                code: Secret::new("ABCD-EFGH-IJKL-MNOP"),
            })),
            OfficeRequest::MakeToken { .. } => Reply::Secret(Secret::new("brk_TOKEN")),
            OfficeRequest::MakeBadge { .. } => Reply::Secret(Secret::new(BADGE)),
            OfficeRequest::Settings => Reply::Settings {
                name: "Brick Corner".into(),
                settings: Box::new(self.present.settings.clone()),
            },
            OfficeRequest::SetSettings { settings, .. } => {
                self.present.settings = *settings;
                Reply::Done
            }
            OfficeRequest::TestAlert => Reply::Text("command: ran.".into()),
            OfficeRequest::Audit { query, .. } => {
                let kinds = [
                    AuditKind::SignedIn,
                    AuditKind::SignInFailed,
                    AuditKind::Invited,
                ];
                let entries = kinds.into_iter().enumerate().map(|(at, kind)| AuditEntry {
                    id: 3 - at as u64,
                    at: NOW,
                    user: Some(UserId(1)),
                    who: "Ana".into(),
                    kind,
                    detail: "by password".into(),
                    place: "pts/3".into(),
                });
                Reply::Audit(Box::new(AuditPage {
                    entries: entries
                        .filter(|entry| entry.kind.word().contains(query.text.trim()))
                        .collect(),
                    next: None,
                }))
            }
            _ => Reply::Done,
        })
    }

    pub(super) fn overlay_of(&self, key: &ItemKey) -> Option<Overlay> {
        let mut found = self.present.overlays.iter();
        found.rfind(|overlay| overlay.item == *key).cloned()
    }

    fn overlay_row(&self, key: &ItemKey) -> Reply {
        Reply::Overlay(self.overlay_of(key).map(|overlay| {
            Box::new(OverlayRow {
                overlay,
                name: String::new(),
                global_bin: None,
                by: "Ana".into(),
            })
        }))
    }

    pub(super) fn overlay(&self, key: &ItemKey) -> Reply {
        self.overlay_row(key)
    }

    pub(super) fn set_overlay(&mut self, key: &ItemKey, edit: OverlayEdit) -> Reply {
        let before = self.overlay_of(key);
        self.present.overlays.retain(|overlay| overlay.item != *key);
        let kept = Overlay {
            item: key.clone(),
            tags: edit.tags.unwrap_or_default(),
            notes: edit.notes.unwrap_or_default(),
            bin: edit
                .bin
                .unwrap_or_else(|| before.and_then(|overlay| overlay.bin)),
            changed: NOW,
            by: UserId(1),
        };
        if !kept.is_empty() {
            self.present.overlays.push(kept);
        }
        self.overlay_row(key)
    }
}

fn invitation(email: &str, role: Option<Role>) -> InvitationRow {
    InvitationRow {
        id: 1,
        email: email.into(),
        role,
        grants: Grants::default(),
        by: "Ana".into(),
        created: NOW,
        expires: Timestamp::from_seconds(1_763_859_200),
    }
}

impl Shop {
    /// The same shop with somebody else before it, or nobody.
    pub fn met_by(self, standing: Standing) -> Self {
        self.present(|present| present.standing = standing);
        self
    }

    /// How a connection stands.
    pub fn greeted(&self) -> Greeted {
        Greeted {
            standing: self.present(|present| present.standing.clone()),
            note: None,
        }
    }
}

/// A conversation with it: there is only one at a time.
struct Talk(Arc<Shop>);

impl Conversation for Talk {
    fn greeted(&self) -> Greeted {
        self.0.greeted()
    }

    fn handle(&self, _ticket: Ticket, request: Request, _tell: &dyn Fn(Event)) -> Answer {
        self.0.answer(request)
    }

    fn subscribe(&self, _tell: Box<dyn Fn(Event) -> bool + Send + Sync>) {}
}

impl Handler for Arc<Shop> {
    fn greet(&self, _peer: Peer, _greeting: Greeting) -> Result<Arc<dyn Conversation>> {
        Ok(Arc::new(Talk(Self::clone(self))))
    }
}
