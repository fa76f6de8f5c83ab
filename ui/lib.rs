//! Generated handles of the touchscreen; no logic lives here.
#![allow(clippy::all, unused_qualifications)]
slint::include_modules!();

/// Languages of `lang/`: the name of the folder, how many sentences it says in its own words, and of how many.
pub const SHARES: &[(&str, usize, usize)] = include!(concat!(env!("OUT_DIR"), "/shares.rs"));
