//! The answer to "read card": text, photo and, from some readers unasked, fingerprints.
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The text block has one size.
pub const TEXT_BYTES: usize = 256;
/// The compressed photo of a card that has one.
pub const PHOTO_BYTES: usize = 1024;
/// One fingerprint template.
const FINGERPRINT_BYTES: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    #[error("the inner lengths of the card's data do not add up")]
    BadPayloadLengths,
    #[error("the card's text has {0} bytes instead of {TEXT_BYTES}")]
    BadTextLength(usize),
}

impl PayloadError {
    /// The word used in test vectors.
    pub fn name(self) -> &'static str {
        match self {
            PayloadError::BadPayloadLengths => "bad_payload_lengths",
            PayloadError::BadTextLength(_) => "bad_text_length",
        }
    }
}

/// Raw blocks of one card, wiped when dropped. The photo stays opaque: its format is not public.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Payload {
    text: Vec<u8>,
    photo: Vec<u8>,
    /// `None` where the answer had no length field for them.
    fingerprints: Option<Vec<u8>>,
}

impl Payload {
    /// Goes by the lengths, not by the command: some handhelds answer with the longer header.
    pub fn parse(data: &[u8]) -> Result<Payload, PayloadError> {
        let length = |at: usize| {
            let pair = data.get(at..at + 2).ok_or(PayloadError::BadPayloadLengths)?;
            Ok(usize::from(u16::from_be_bytes([pair[0], pair[1]])))
        };
        let (text, photo) = (length(0)?, length(2)?);
        let (head, fingerprints) = if data.len() == 4 + text + photo {
            (4, None)
        } else {
            let fingerprints = length(4)?;
            if data.len() != 6 + text + photo + fingerprints {
                return Err(PayloadError::BadPayloadLengths);
            }
            (6, Some(fingerprints))
        };
        if text != TEXT_BYTES {
            return Err(PayloadError::BadTextLength(text));
        }
        let part =
            |from: usize, bytes: usize| data.get(from..from + bytes).map(<[u8]>::to_vec).unwrap_or_default();
        Ok(Payload {
            text: part(head, text),
            photo: part(head + text, photo),
            fingerprints: fingerprints.map(|bytes| part(head + text + photo, bytes)),
        })
    }

    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Empty on cards without a photo.
    pub fn photo(&self) -> &[u8] {
        &self.photo
    }

    pub fn fingerprint_bytes(&self) -> Option<usize> {
        self.fingerprints.as_ref().map(Vec::len)
    }

    /// A kiosk has no reason to hold fingerprints: the driver drops them unread.
    pub fn without_fingerprints(mut self) -> Payload {
        self.fingerprints.zeroize();
        self
    }

    /// What each template says of itself, for the decoder command only.
    pub fn fingers(&self) -> Vec<Finger> {
        let templates = self.fingerprints.as_deref().unwrap_or_default();
        templates.chunks_exact(FINGERPRINT_BYTES).map(Finger::read).collect()
    }
}

/// Sizes only.
impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payload(text {}, photo {})", self.text.len(), self.photo.len())
    }
}

/// The public bytes of a fingerprint template: byte 4 registered, 5 position, 6 quality.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finger {
    pub registered: bool,
    pub position_code: u8,
    pub position: Option<&'static str>,
    pub quality: u8,
}

impl Finger {
    fn read(template: &[u8]) -> Finger {
        let byte = |at: usize| template.get(at).copied().unwrap_or_default();
        Finger {
            registered: byte(4) == 1,
            position_code: byte(5),
            position: position(byte(5)),
            quality: byte(6),
        }
    }
}

fn position(code: u8) -> Option<&'static str> {
    Some(match code {
        11 => "right_thumb",
        12 => "right_index",
        13 => "right_middle",
        14 => "right_ring",
        15 => "right_little",
        16 => "left_thumb",
        17 => "left_index",
        18 => "left_middle",
        19 => "left_ring",
        20 => "left_little",
        97 => "right_unknown",
        98 => "left_unknown",
        99 => "other_unknown",
        _ => return None,
    })
}
