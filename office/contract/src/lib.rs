//! What kiosk and office must agree on, byte for byte: identity, service items, the form engine,
//! sealed submissions, receipts, case events and the bodies that travel between them.
pub mod identity;
pub mod item;
pub mod text;
