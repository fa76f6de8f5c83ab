//! What crossed the reader's port, as JSON lines that can be handed on: `{"ms":12,"out":"AA…"}` for requests,
//! `{"ms":30,"in":"AA…"}` for answers in the pieces they came in. Cards are replaced by an invented one of the
//! same size, so a recording replays through the driver and names nobody.
use crate::card::sdt::frame::{LEN_MAX, PREAMBLE, encode};
use crate::card::sdt::payload::TEXT_BYTES;
use crate::simulator::people;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Answer bytes held back until they can be masked; more than the longest answer.
const HELD_BYTES_MAX: usize = 16 * 1024;
/// Preamble, LEN and the three status bytes: never personal.
const PUBLIC_BYTES: usize = 10;
/// A SAM id: names the reader, not a person.
const SAM_ID_BYTES: usize = 16;

mod hex_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode_upper(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[derive(Serialize, Deserialize)]
struct Crossing {
    ms: u64,
    #[serde(rename = "out", with = "hex_text", default, skip_serializing_if = "Vec::is_empty")]
    sent: Vec<u8>,
    #[serde(rename = "in", with = "hex_text", default, skip_serializing_if = "Vec::is_empty")]
    received: Vec<u8>,
}

/// Writes crossings down.
pub struct Recorder {
    output: Box<dyn Write + Send>,
    started: Instant,
    held: Zeroizing<Vec<u8>>,
    pieces: Vec<(u64, usize)>,
}

impl Recorder {
    pub fn to(output: impl Write + Send + 'static) -> Recorder {
        Recorder {
            output: Box::new(output),
            started: Instant::now(),
            held: Zeroizing::new(Vec::new()),
            pieces: Vec::new(),
        }
    }

    pub fn sent(&mut self, bytes: &[u8]) {
        self.release();
        let ms = self.started.elapsed().as_millis() as u64;
        self.note(&Crossing { ms, sent: bytes.to_vec(), received: Vec::new() });
    }

    pub fn received(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.held.extend_from_slice(bytes);
        self.pieces.push((self.started.elapsed().as_millis() as u64, bytes.len()));
        if self.held.len() > HELD_BYTES_MAX {
            self.release();
        }
    }

    /// Masks the answers of one exchange and writes them in the pieces they came in.
    fn release(&mut self) {
        let masked = masked(&self.held);
        let mut rest = masked.as_slice();
        for (ms, length) in std::mem::take(&mut self.pieces) {
            let (piece, later) = rest.split_at(length.min(rest.len()));
            self.note(&Crossing { ms, sent: Vec::new(), received: piece.to_vec() });
            rest = later;
        }
        self.held = Zeroizing::new(Vec::new());
    }

    fn note(&mut self, crossing: &Crossing) {
        if let Ok(line) = serde_json::to_string(crossing) {
            // A full disk must not stop a read.
            let _ = writeln!(self.output, "{line}");
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.release();
        let _ = self.output.flush();
    }
}

/// The same bytes with nobody in them: as long, framed and damaged as before.
pub fn masked(bytes: &[u8]) -> Vec<u8> {
    let mut masked = vec![0; bytes.len()];
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = frame_length(rest);
        match length {
            None => at += 1,
            Some(length) => {
                let frame = &rest[..length.min(rest.len())];
                let replaced = masked_frame(frame, length);
                masked[at..at + frame.len()].copy_from_slice(&replaced[..frame.len()]);
                // The next preamble may stand inside a frame that was cut.
                at += if is_whole(frame, length) { length } else { PREAMBLE.len() };
            }
        }
    }
    masked
}

fn frame_length(bytes: &[u8]) -> Option<usize> {
    let length = bytes
        .strip_prefix(&PREAMBLE)?
        .first_chunk::<2>()
        .map(|pair| usize::from(u16::from_be_bytes(*pair)))?;
    (4..=LEN_MAX).contains(&length).then_some(length + 7)
}

fn is_whole(frame: &[u8], length: usize) -> bool {
    frame.len() == length && frame.iter().skip(PREAMBLE.len()).fold(0, |sum, byte| sum ^ byte) == 0
}

/// Issuer below 100 and a production date of our time; sixteen bytes of a card have neither.
fn is_a_sam_id(data: &[u8]) -> bool {
    let date = data.get(4..8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    data.get(1) == Some(&0) && (19_900_101..=20_991_231).contains(&date)
}

fn masked_frame(frame: &[u8], length: usize) -> Vec<u8> {
    let mut data = vec![0; length - PUBLIC_BYTES - 1];
    let own = frame.get(PUBLIC_BYTES..length - 1);
    match (data.len(), own) {
        (SAM_ID_BYTES, Some(own)) if is_whole(frame, length) && is_a_sam_id(own) => data.copy_from_slice(own),
        (card, _) if card >= 4 + TEXT_BYTES => {
            let header = if card % 512 == 6 + TEXT_BYTES { 6 } else { 4 };
            data[..4].copy_from_slice(&[1, 0, 4, 0]);
            let fingerprints = (card.saturating_sub(header + TEXT_BYTES + 1024) as u16).to_be_bytes();
            if header == 6 {
                data[4..6].copy_from_slice(&fingerprints);
            }
            let nobody = people::find("adult").map_or([0; TEXT_BYTES], |person| person.text_block());
            if let Some(text) = data.get_mut(header..header + TEXT_BYTES) {
                text.copy_from_slice(&nobody);
            }
        }
        _ => {}
    }
    let status = frame.get(7..PUBLIC_BYTES).unwrap_or(&[0, 0, 0]);
    let mut replaced = encode(&[status, &data].concat()).unwrap_or_default();
    replaced.resize(length, 0);
    if let (false, Some(checksum)) = (is_whole(frame, length), replaced.last_mut()) {
        // Damage stays damage.
        *checksum ^= 1;
    }
    replaced
}

/// A recording as the other end of a line.
pub struct Replay {
    crossings: VecDeque<Crossing>,
}

impl Replay {
    /// The message names the line that cannot be read.
    pub fn of(text: &str) -> Result<Replay, String> {
        let parsed =
            text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(index, line)| {
                serde_json::from_str(line).map_err(|error| format!("recording, line {}: {error}", index + 1))
            });
        Ok(Replay { crossings: parsed.collect::<Result<_, _>>()? })
    }

    /// Goes on to the next place where the same was asked.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        while let Some(crossing) = self.crossings.pop_front() {
            if crossing.sent == bytes {
                return Ok(());
            }
        }
        Err(io::Error::new(io::ErrorKind::BrokenPipe, "the recording ends here"))
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.crossings.front().is_none_or(|next| next.received.is_empty()) {
            std::thread::sleep(Duration::from_millis(1));
            return Ok(0);
        }
        let Some(next) = self.crossings.front_mut() else { return Ok(0) };
        let count = next.received.len().min(buffer.len());
        buffer[..count].copy_from_slice(&next.received[..count]);
        next.received.drain(..count);
        if next.received.is_empty() {
            self.crossings.pop_front();
        }
        Ok(count)
    }
}
