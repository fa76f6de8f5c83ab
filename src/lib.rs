//! Jiujin kiosk.
pub mod config;
pub mod crash_point;
pub mod input;
pub mod letter;
pub mod store;
pub mod courier;
pub mod enrol;
