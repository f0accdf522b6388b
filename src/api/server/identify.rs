//! Requests about photos: each becomes one verb of the services.

use super::desk::Desk;
use crate::api::{Answer, IdentifyRequest, Reply};
use crate::domain::Scope;

impl Desk {
    /// Answers a request about photos.
    pub(super) fn identify(&self, scope: &Scope, request: IdentifyRequest) -> Answer {
        let app = self.app();
        match request {
            IdentifyRequest::Photo(order) => {
                Ok(Reply::Identified(Box::new(app.identify(scope, &order)?)))
            }
            IdentifyRequest::Inbox => Ok(Reply::Inbox(Box::new(app.inbox(scope)?))),
            IdentifyRequest::Chosen {
                listing,
                rank,
                photo,
            } => {
                app.identified_as(scope, (&listing, rank), photo.as_deref())?;
                Ok(Reply::Done)
            }
            IdentifyRequest::PutAside { photo } => {
                app.put_photo_aside(scope, &photo)?;
                Ok(Reply::Done)
            }
        }
    }
}
