//! The card room: turns what the reader read into the resident of this visit, and what went wrong into
//! what the resident should do. Only warnings of the card's own data are dropped here, never a field.
use crate::notice::CardPrompt;
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
