//! Generated handles of the touchscreen; no logic lives here.
#![allow(clippy::all, unused_qualifications)]
slint::include_modules!();
