//! Everything that can go wrong on the line, on demand. Each fault spoils the next answer, or the next `times`.
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// Answers to spoil.
    pub times: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    Silence,
    Delay(Duration),
    /// Only the first bytes of the answer; shorter answers pass whole until a longer one comes.
    Cut(usize),
    /// Pieces of so many bytes with a gap between them.
    Chunk(usize, Duration),
    /// Noise before the answer.
    Garbage(usize),
    Checksum,
    Length,
    /// An old answer first.
    Stale,
    /// This status instead of the right answer.
    Status(u8),
    /// The cable is pulled after so many bytes of the answer and plugged in again after the pause.
    Disconnect(usize, Duration),
    /// The module talks at this rate from now on.
    Baud(u32),
    /// No more faults.
    None,
}

/// One line of `help`.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    pub kind: &'static str,
    pub arguments: &'static str,
    pub example: &'static str,
}

const fn describe(kind: &'static str, arguments: &'static str, example: &'static str) -> Description {
    Description { kind, arguments, example }
}

/// All faults with their arguments; `times` may follow every one of them (default 1).
pub const FAULTS: [Description; 12] = [
    describe("silence", "[TIMES]", "fault silence 2"),
    describe("delay", "MS [TIMES]", "fault delay 500"),
    describe("cut", "BYTES [TIMES]", "fault cut 700"),
    describe("chunk", "BYTES GAP_MS [TIMES]", "fault chunk 62 16"),
    describe("garbage", "BYTES [TIMES]", "fault garbage 20"),
    describe("checksum", "[TIMES]", "fault checksum"),
    describe("length", "[TIMES]", "fault length"),
    describe("stale", "[TIMES]", "fault stale"),
    describe("status", "HEX [TIMES]", "fault status 41 3"),
    describe("disconnect", "AFTER_BYTES PAUSE_MS", "fault disconnect 300 1000"),
    describe("baud", "RATE", "fault baud 9600"),
    describe("none", "", "fault none"),
];

/// Reads `KIND ARGUMENTS…`.
pub fn parse(words: &[&str]) -> Result<Fault, String> {
    let Some((kind, arguments)) = words.split_first() else {
        return Err("a fault needs a kind; try help".into());
    };
    let description = FAULTS
        .iter()
        .find(|known| known.kind == *kind)
        .ok_or_else(|| format!("no fault is called {kind}; try help"))?;
    let usage =
        || format!("usage: fault {} {}, for example: {}", kind, description.arguments, description.example);
    let number = |at: usize| arguments.get(at).and_then(|word| word.parse::<u64>().ok());
    let need = |at: usize| number(at).ok_or_else(usage);
    let ms = |at: usize| need(at).map(Duration::from_millis);
    let (fault, taken) = match *kind {
        "silence" => (FaultKind::Silence, 0),
        "delay" => (FaultKind::Delay(ms(0)?), 1),
        "cut" => (FaultKind::Cut(need(0)? as usize), 1),
        "chunk" => (FaultKind::Chunk((need(0)? as usize).max(1), ms(1)?), 2),
        "garbage" => (FaultKind::Garbage(need(0)?.min(65_536) as usize), 1),
        "checksum" => (FaultKind::Checksum, 0),
        "length" => (FaultKind::Length, 0),
        "stale" => (FaultKind::Stale, 0),
        "status" => {
            let hex = arguments.first().map(|word| word.trim_start_matches("0x")).unwrap_or_default();
            (FaultKind::Status(u8::from_str_radix(hex, 16).map_err(|_| usage())?), 1)
        }
        "disconnect" => (FaultKind::Disconnect(need(0)? as usize, ms(1)?), 2),
        "baud" => (FaultKind::Baud(u32::try_from(need(0)?).map_err(|_| usage())?), 1),
        _ => (FaultKind::None, 0),
    };
    let times = match arguments.get(taken) {
        None => 1,
        Some(word) => word.parse().map_err(|_| usage())?,
    };
    Ok(Fault { kind: fault, times })
}
