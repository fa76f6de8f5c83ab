//! The number of the security module: it names the reader in audit records.
use super::command::AnswerError;
use std::fmt;

/// Bytes of the answer to "read SAM id".
const BYTES: usize = 16;

/// Printed as `aa.bb-yyyymmdd-nnnnnnnnnn-nnnnnnnnnn`, 36 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SamId {
    first: u16,
    second: u16,
    /// Production date as the decimal number yyyymmdd.
    produced: u32,
    serial: (u32, u32),
}

impl SamId {
    /// All groups are little-endian and unsigned.
    pub fn parse(data: &[u8]) -> Result<SamId, AnswerError> {
        let bytes: [u8; BYTES] =
            data.try_into().map_err(|_| AnswerError::DataLength { expected: BYTES, found: data.len() })?;
        let short = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let long = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Ok(SamId { first: short(0), second: short(2), produced: long(4), serial: (long(8), long(12)) })
    }

    /// The 16 bytes again, for the simulator.
    pub fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[0..2].copy_from_slice(&self.first.to_le_bytes());
        bytes[2..4].copy_from_slice(&self.second.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.produced.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.serial.0.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.serial.1.to_le_bytes());
        bytes
    }

    /// What a simulated reader calls itself: issuer 05, maker 99, so that nobody takes it for a real one.
    pub fn simulated() -> SamId {
        SamId { first: 5, second: 99, produced: 20_260_101, serial: (1, 1) }
    }
}

impl fmt::Display for SamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = self.serial;
        write!(f, "{:02}.{:02}-{:08}-{high:010}-{low:010}", self.first, self.second, self.produced)
    }
}
