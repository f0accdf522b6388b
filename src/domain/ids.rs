//! Identifiers, each a type of its own so that a lot can never be taken for an order.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
        )]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A shop (business account). Every record of a shop begins with it.
    TenantId(u32)
);
id!(
    /// A person, or the program itself (0).
    UserId(u32)
);
id!(
    /// A lot of the inventory; given once, never reused.
    LotId(u64)
);
id!(
    /// An order as it is kept here; the marketplace's own number is a text of the order.
    OrderId(u64)
);
id!(
    /// A pick session.
    SessionId(u64)
);
id!(
    /// An entry of the ledger; rises with time.
    EntryId(u64)
);
id!(
    /// Ties together all ledger entries of one deed, so that it can be undone as one.
    CorrelationId(u64)
);
id!(
    /// A file (batch collection): lots that are not part of the live stock.
    FileId(u32)
);
id!(
    /// Chosen by the client for each write, so that a repetition after a lost answer is harmless.
    OperationId(u128)
);
id!(
    /// An ordered list of results that the server keeps for a client's table.
    ViewId(u64)
);
