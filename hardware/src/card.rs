//! Identity cards: what was read from one, and the thread that owns the reader.
pub mod photo;
pub mod sdt;
mod thread;

use crate::port::{self, Port};
use sdt::driver::{Driver, Fault};
use sdt::layout::Reading;
use sdt::payload::Payload;
pub use thread::{ReaderConfig, ReaderEvent, ReaderThread};

/// The rate at which most readers leave the factory.
const READER_BAUD: u32 = 115_200;

/// The port of the first reader that answers; where nothing does, the first port, because its reader may be switched
/// on later. Takes seconds when several ports have to be asked.
pub fn find_port() -> Option<String> {
    let candidates = port::candidates();
    let answers = |path: &str| {
        let port = Port::open(path, READER_BAUD).map_err(Fault::Lost);
        port.and_then(|port| Driver::new(port).detect_baud(&|| false)).is_ok()
    };
    let found: Vec<bool> = match candidates.len() {
        0 | 1 => Vec::new(),
        _ => std::thread::scope(|scope| {
            let asked: Vec<_> =
                candidates.iter().map(|candidate| scope.spawn(|| answers(&candidate.path))).collect();
            asked.into_iter().map(|answer| answer.join().unwrap_or(false)).collect()
        }),
    };
    let at = found.iter().position(|answers| *answers).unwrap_or(0);
    candidates.into_iter().nth(at).map(|candidate| candidate.path)
}

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
