//! The reader's commands, as technicians, scripts and acceptance use them: JSON lines in, JSON lines out.
mod lines;
mod probing;
mod reading;

pub use lines::{decode, encode, id_check};
pub use probing::{probe, set_rate_back};
pub use reading::{ReadRequest, read, record, replay, simulate};

/// Exit code: it went well.
pub const OK: u8 = 0;
/// Exit code: unreadable input; one line on standard error names it.
pub const USAGE: u8 = 2;
/// Exit code of `read`: no card in time.
pub const NO_CARD: u8 = 3;
/// Exit code of `read`: the reader does not answer.
pub const NOT_ANSWERING: u8 = 4;
/// Exit code of `read`: the card cannot be read.
pub const UNREADABLE: u8 = 5;
/// Exit code of `read`: the reader says it is out of order.
pub const OUT_OF_ORDER: u8 = 6;
