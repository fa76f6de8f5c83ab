//! What kiosk and office must agree on, byte for byte: identity, service items, the form engine,
//! sealed submissions, receipts, case events and the bodies that travel between them.
pub mod attachment;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod form;
pub mod identity;
pub mod item;
pub mod keys;
pub mod receipt;
pub mod sealing;
pub mod submission;
pub mod text;
pub mod wire;
