//! The kiosk. Data goes one way: a card becomes a resident (`card`), the visit decides (`session`), answers are
//! checked as they are given (the contract's form engine), a sealed submission is committed (`store`), then
//! delivered (`courier`). What the office answers enters again at the top, as an event of the loop (`kiosk`).
pub mod config;
pub mod enrol;

pub mod card;
pub mod codes;
pub mod notice;
pub mod session;
pub mod shelf;
pub mod search;
pub mod input;
pub mod typing;
pub mod screens;

pub mod crash_point;
pub mod letter;
pub mod store;
pub mod courier;

pub mod kiosk;
pub mod terminal;
pub mod visit;
#[cfg(feature = "demo")]
pub mod demo;
pub mod commands;
