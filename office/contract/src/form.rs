//! The form engine: JSON Schema and a JSON Forms UI schema in, pages of questions out.
//! The kiosk asks with it, the office checks with it, so both always agree on what a complete form is.
mod check;
mod describe;
mod element;
mod label;
mod path;
mod resolve;
mod rule;

pub use describe::{describe, describe_lines};
