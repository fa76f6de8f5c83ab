//! Bytes on the line to frames and back. The decoder is a pure value: it resynchronises on damage, its
//! result does not depend on how the bytes were cut, and it never holds more than one frame.
//! Protocol description: SAM_V/SDT serial protocol, link layer.
use zeroize::Zeroize;

/// Starts every frame, in both directions.
pub const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];
/// Preamble and the two bytes of LEN.
const HEAD: usize = PREAMBLE.len() + 2;
/// Largest LEN accepted. The largest known frame has LEN 090A hex (2314); 4096 leaves room for extensions.
pub const LEN_MAX: usize = 4096;
/// SW1 SW2 SW3 CHK.
const RESPONSE_LEN_MIN: usize = 4;
/// CMD PARA CHK.
const REQUEST_LEN_MIN: usize = 3;
/// Bytes of the longest frame that can wait for its end.
pub const BUFFER_MAX: usize = HEAD + LEN_MAX;

/// Bytes taken into the buffer at a time.
const PIECE: usize = 1024;

/// Who sends the frames of a stream; only the smallest length differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Host to reader.
    Request,
    /// Reader to host.
    Response,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    BadLength,
    BadChecksum,
}

impl FrameError {
    /// The word used in test vectors and logs.
    pub fn name(self) -> &'static str {
        match self {
            FrameError::BadLength => "bad_length",
            FrameError::BadChecksum => "bad_checksum",
        }
    }
}

/// What one look at the stream gives.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Everything between LEN and CHK.
    Frame(&'a [u8]),
    Error(FrameError),
}

/// Exclusive or of all bytes; 0 over LEN to CHK of a good frame.
fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

/// Frames `body` (CMD PARA DATA, or SW1 SW2 SW3 DATA). `None` when it is longer than LEN can say.
pub fn encode(body: &[u8]) -> Option<Vec<u8>> {
    let mut frame = Vec::with_capacity(HEAD + body.len() + 1);
    encode_to(&mut frame, body).then_some(frame)
}

/// [`encode`] into a buffer that is used again; false, and nothing in it, when the body is too long.
pub fn encode_to(frame: &mut Vec<u8>, body: &[u8]) -> bool {
    frame.clear();
    let len = u16::try_from(body.len() + 1).ok().filter(|len| usize::from(*len) <= LEN_MAX);
    let Some(len) = len.map(u16::to_be_bytes) else { return false };
    frame.extend_from_slice(&PREAMBLE);
    frame.extend_from_slice(&len);
    frame.extend_from_slice(body);
    frame.push(checksum(&len) ^ checksum(body));
    true
}

/// What is left in the buffer may be a card.
impl Drop for Decoder {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

/// Finds frames in a stream of bytes.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    direction: Direction,
    discarded: u64,
}

impl Decoder {
    pub fn new(direction: Direction) -> Decoder {
        Decoder { buffer: Vec::with_capacity(BUFFER_MAX + PIECE), direction, discarded: 0 }
    }

    /// Takes what was read; `look` hears of every frame and error in order.
    pub fn push(&mut self, bytes: &[u8], mut look: impl FnMut(Found<'_>)) {
        // Fed in pieces, so that the buffer never holds more than one frame and one piece.
        for piece in bytes.chunks(PIECE) {
            self.buffer.extend_from_slice(piece);
            while self.step(&mut look) {}
        }
    }

    /// Bytes dropped so far because they belonged to no frame.
    pub fn discarded_bytes(&self) -> u64 {
        self.discarded
    }

    /// Bytes that may become a frame.
    pub fn pending_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Forgets what is pending, called after a time-out, and wipes what was received: it may be a card.
    pub fn clear(&mut self) {
        self.buffer.zeroize();
    }

    /// Looks at the next candidate; false when more bytes are needed.
    fn step(&mut self, look: &mut impl FnMut(Found<'_>)) -> bool {
        self.drop_noise();
        let Some(head) = self.buffer.get(PREAMBLE.len()..HEAD) else { return false };
        let len = usize::from(u16::from_be_bytes([head[0], head[1]]));
        let len_min = match self.direction {
            Direction::Request => REQUEST_LEN_MIN,
            Direction::Response => RESPONSE_LEN_MIN,
        };
        if !(len_min..=LEN_MAX).contains(&len) {
            look(self.reject(FrameError::BadLength));
            return true;
        }
        let Some(framed) = self.buffer.get(PREAMBLE.len()..HEAD + len) else { return false };
        if checksum(framed) != 0 {
            look(self.reject(FrameError::BadChecksum));
            return true;
        }
        look(Found::Frame(&framed[2..framed.len() - 1]));
        self.buffer.drain(..HEAD + len);
        true
    }

    /// Drops everything before a preamble, or before what may still become one.
    fn drop_noise(&mut self) {
        let start = self
            .buffer
            .windows(PREAMBLE.len())
            .position(|window| window == PREAMBLE)
            .unwrap_or_else(|| self.buffer.len() - self.preamble_tail());
        self.discarded += start as u64;
        self.buffer.drain(..start);
    }

    /// Length of the longest tail that is a proper prefix of the preamble.
    fn preamble_tail(&self) -> usize {
        let longest = (PREAMBLE.len() - 1).min(self.buffer.len());
        (0..=longest).rev().find(|length| self.buffer.ends_with(&PREAMBLE[..*length])).unwrap_or(0)
    }

    /// Only the preamble goes: if LEN itself was damaged, the next frame may stand inside.
    fn reject(&mut self, error: FrameError) -> Found<'static> {
        self.buffer.drain(..PREAMBLE.len());
        self.discarded += PREAMBLE.len() as u64;
        Found::Error(error)
    }
}
