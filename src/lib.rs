//! The kiosk. Data goes one way: a card becomes a resident (`card`), the visit decides (`session`), answers are
//! checked as they are given (the contract's form engine), a sealed submission is committed (`store`), then
//! delivered (`courier`). What the office answers enters again at the top, as an event of the loop (`kiosk`).
pub mod config;
pub mod enrol;

pub mod card;
pub mod codes;
pub mod input;
pub mod notice;
pub mod parked;
pub mod printer;
pub mod scanner;
pub mod screens;
pub mod search;
pub mod session;
pub mod shelf;
pub mod streets;
pub mod typing;

pub mod courier;
pub mod crash_point;
pub mod letter;
pub mod store;

pub mod commands;
#[cfg(feature = "demo")]
pub mod demo;
pub mod kiosk;
pub mod terminal;
pub mod visit;
