//! Identity cards: what was read from one, and the thread that owns the reader.
pub mod photo;
pub mod sdt;
mod thread;

use sdt::layout::Reading;
use sdt::payload::Payload;
pub use thread::{ReaderConfig, ReaderEvent, ReaderThread};

/// How long each step of a read took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Milliseconds {
    pub find: u64,
    pub select: u64,
    pub read: u64,
}

/// One card, read once. The raw blocks are wiped when it is dropped.
#[derive(Debug, Clone)]
pub struct CardRead {
    pub reading: Reading,
    /// Written to the card after its issue; counts more than the printed one.
    pub newest_address: Option<String>,
    pub payload: Payload,
    pub ms: Milliseconds,
}

/// A card reader of any make. The driver of the SDT protocol is the one that ships.
pub trait CardReader {
    /// Polls for a card only while a page asks for one.
    fn ask_for_card(&self, wanted: bool);
}
