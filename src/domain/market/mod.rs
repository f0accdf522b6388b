//! What the shop knows of the services outside: what they hold, what they answer, how they fail.
//!
//! These are the program's own types. What travels over the wire has types of its own, in `market`
//! for the clients and in `sandbox` for the services played here.

pub mod advice;
pub mod breaker;
pub mod budget;
pub mod bulk_prices;
pub mod catalog_facts;
pub mod contents;
pub mod failure;
pub mod fetched;
pub mod guess;
pub mod identified;
pub mod keys;
pub mod listing;
pub mod machine_room;
pub mod market_order;
pub mod member;
pub mod order_change;
pub mod picture;
pub mod price_guide;
pub mod price_sheet;
pub mod price_view;
pub mod service;
pub mod spent;

pub use breaker::{Breaker, BreakerView};
pub use budget::{BudgetView, Lane, Plan};
pub use bulk_prices::{GuideNeed, PriceWish, PriceWishes, PricesFetched, percent_of_guide};
pub use catalog_facts::{CatalogFacts, ElementLink};
pub use contents::{Appears, Contained, Containing};
pub use failure::{Class, Done, Failure};
pub use fetched::{
    AgeCounts, Fetched, FetchedItem, FetchedPrice, FreshnessReport, OpenedItem, Reference,
    Refreshed, Trouble, Walked,
};
pub use guess::{ColorHint, Guess, Guesses, Score, Sought};
pub use identified::{
    Candidate, ColorGuess, Identified, Inbox, InboxPhoto, PhotoOrder, PhotoSource,
};
pub use keys::{BrickLinkKeys, KeyField, KeyState, KeyTest, MarketKeys, MarketRow};
pub use listing::{Grade, Listing, ListingChange, NewListing};
pub use machine_room::{
    AnswerCounts, CallTrouble, EndpointRoom, LaneRoom, MachineRoom, PictureCounts, QueueRow,
    ServiceRoom,
};
pub use market_order::{Address, MarketLine, MarketOrder, OrderHead, OrderMessage};
pub use member::{
    Coupon, Discount, Feedback, MemberNote, Notice, NoticeKind, Rating, Ratings, Reach,
    ShippingMethod,
};
pub use order_change::OrderChange;
pub use picture::{PictureKey, PictureLook, PictureMode};
pub use price_guide::{Guide, PriceGuide, PriceKey, PricePoint, Region};
pub use price_sheet::{Chart, OwnPrice, PriceCell, PriceFigures, PriceSheet};
pub use price_view::{PriceState, PriceView};
pub use service::{Purpose, Service, StoreFacts};
pub use spent::{Bucket, Spent};
