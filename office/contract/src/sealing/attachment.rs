//! A sealed attachment: the same suite as a submission, each with a key exchange of its own.
//!
//! | field | bytes | |
//! |---|---|---|
//! | magic | 4 | `JJA` and the format version 1 |
//! | suite | 1 | as in a submission |
//! | office key id | 8 | which of the office's keys opens it |
//! | encapsulated key | 32 | RFC 9180 `enc` |
//! | ciphertext | n | the paper's bytes, tag included |
//!
//! AAD: everything before the encapsulated key, the submission's id (16 bytes) and the path of the answer. Neither
//! stands in the bytes: who moves an attachment to another submission or question has something that does not open.
//! It needs no signature, the submission that names its digest has one.
use super::{
    Digest, KEY_BYTES, KeyId, OfficePublicKey, OfficeSealingKey, SUITE_X25519_AES256GCM, SealError,
    encapsulate, encrypt, open_bytes,
};
use crate::attachment::AttachmentNamed;
use crate::keys::KEY_ID_BYTES;
use crate::submission::SubmissionId;
use crate::wire::ATTACHMENT_TOTAL_MAX;
use std::fmt;
use zeroize::Zeroizing;

const MAGIC: &[u8; 4] = b"JJA\x01";
const HEAD_BYTES: usize = MAGIC.len() + 1 + KEY_ID_BYTES;
/// What sealing adds: head, encapsulated key, AES-GCM's tag.
pub const ATTACHMENT_SEAL_BYTES: usize = HEAD_BYTES + KEY_BYTES + 16;
/// Separates a sealed attachment from everything else the same keys seal.
const PURPOSE_ATTACHMENT: &[u8] = b"jiujin sealed attachment 1\n";

/// The bytes to keep and to send, unchanged on every retry.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedAttachment {
    digest: Digest,
    bytes: Vec<u8>,
}

impl SealedAttachment {
    /// Reads the outside; whose it is and what it says only [`SealedAttachment::open`] proves.
    pub fn parse(bytes: Vec<u8>) -> Result<SealedAttachment, SealError> {
        if bytes.len() as u64 > ATTACHMENT_TOTAL_MAX {
            return Err(SealError::AttachmentTooLarge { bytes: bytes.len() });
        }
        if bytes.len() < ATTACHMENT_SEAL_BYTES || !bytes.starts_with(MAGIC) {
            return Err(SealError::Malformed("it is no sealed attachment"));
        }
        if bytes[MAGIC.len()] != SUITE_X25519_AES256GCM {
            return Err(SealError::UnknownSuite(bytes[MAGIC.len()]));
        }
        Ok(SealedAttachment { digest: Digest::of(&bytes), bytes })
    }

    /// SHA-256 of [`Self::bytes`].
    pub fn digest(&self) -> Digest {
        self.digest
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As its submission names it.
    pub fn named(&self, path: &str, media_type: &str) -> AttachmentNamed {
        let bytes = self.bytes.len() as u64;
        AttachmentNamed { path: path.into(), digest: self.digest, bytes, media_type: media_type.into() }
    }

    /// At the office: only with the submission and the path it was sealed for.
    pub fn open(
        &self,
        office: &OfficeSealingKey,
        submission: SubmissionId,
        path: &str,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (head, rest) = self.bytes.split_at(HEAD_BYTES);
        let (encapsulated, ciphertext) = rest.split_at(KEY_BYTES);
        if head[MAGIC.len() + 1..] != office.public().key_id().0 {
            let mut asked = [0; KEY_ID_BYTES];
            asked.copy_from_slice(&head[MAGIC.len() + 1..]);
            return Err(SealError::OtherKey { asked: KeyId(asked) });
        }
        open_bytes(office, PURPOSE_ATTACHMENT, encapsulated, &bound_to(head, submission, path), ciphertext)
    }
}

impl fmt::Debug for SealedAttachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedAttachment({}, {} bytes)", self.digest, self.bytes.len())
    }
}

/// Seals one paper to the office, for this answer of this submission only. Call it once and keep the bytes.
pub fn seal_attachment(
    paper: &[u8],
    office: &OfficePublicKey,
    submission: SubmissionId,
    path: &str,
) -> Result<SealedAttachment, SealError> {
    if (paper.len() + ATTACHMENT_SEAL_BYTES) as u64 > ATTACHMENT_TOTAL_MAX {
        return Err(SealError::AttachmentTooLarge { bytes: paper.len() + ATTACHMENT_SEAL_BYTES });
    }
    let mut bytes = Vec::with_capacity(paper.len() + ATTACHMENT_SEAL_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.push(SUITE_X25519_AES256GCM);
    bytes.extend_from_slice(&office.key_id().0);
    let (encapsulated, mut context) = encapsulate(office, PURPOSE_ATTACHMENT)?;
    let ciphertext = encrypt(&mut context, &bound_to(&bytes, submission, path), paper)?;
    bytes.extend_from_slice(&encapsulated);
    bytes.extend_from_slice(&ciphertext);
    SealedAttachment::parse(bytes)
}

fn bound_to(head: &[u8], submission: SubmissionId, path: &str) -> Vec<u8> {
    [head, submission.as_bytes(), path.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const PAPER: &[u8] = b"a scanned lease";

    fn id() -> SubmissionId {
        SubmissionId::make(Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn the_office_opens_an_attachment_for_its_own_submission_and_question_only() {
        let (office, own) = (OfficeSealingKey::generate().unwrap(), id());
        let sealed = seal_attachment(PAPER, &office.public(), own, "/lease").unwrap();
        let arrived = SealedAttachment::parse(sealed.bytes().to_vec()).unwrap();
        assert_eq!(arrived.open(&office, own, "/lease").unwrap().as_slice(), PAPER);
        assert!(matches!(arrived.open(&office, id(), "/lease"), Err(SealError::Unopenable)));
        assert!(matches!(arrived.open(&office, own, "/leas"), Err(SealError::Unopenable)));
        let thief = OfficeSealingKey::generate().unwrap();
        assert!(matches!(arrived.open(&thief, own, "/lease"), Err(SealError::OtherKey { .. })));
        assert!(!sealed.bytes().windows(5).any(|part| part == b"lease"));
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_of_an_attachment_is_noticed() {
        let (office, own) = (OfficeSealingKey::generate().unwrap(), id());
        let sealed = seal_attachment(PAPER, &office.public(), own, "/lease").unwrap();
        let opens = |bytes: Vec<u8>| {
            SealedAttachment::parse(bytes).and_then(|sealed| sealed.open(&office, own, "/lease")).is_ok()
        };
        assert!(opens(sealed.bytes().to_vec()), "the control: untouched it opens");
        for place in 0..sealed.bytes().len() {
            let mut bytes = sealed.bytes().to_vec();
            bytes[place] ^= 1 << (place % 8);
            assert!(!opens(bytes), "byte {place} changed unnoticed");
            assert!(!opens(sealed.bytes()[..place].to_vec()), "{place} bytes opened");
        }
    }

    #[test]
    fn the_same_paper_sealed_twice_shares_nothing() {
        let (office, own) = (OfficeSealingKey::generate().unwrap(), id());
        let seal = || seal_attachment(PAPER, &office.public(), own, "/lease").unwrap();
        assert_ne!(seal().digest(), seal().digest());
    }

    #[test]
    fn the_largest_attachment_is_sealed_and_one_byte_more_is_not() {
        let (office, own) = (OfficeSealingKey::generate().unwrap(), id());
        let most = vec![7; ATTACHMENT_TOTAL_MAX as usize - ATTACHMENT_SEAL_BYTES];
        let sealed = seal_attachment(&most, &office.public(), own, "/a").unwrap();
        assert_eq!(sealed.bytes().len() as u64, ATTACHMENT_TOTAL_MAX);
        let more = [most, vec![7]].concat();
        let refused = seal_attachment(&more, &office.public(), own, "/a");
        assert!(matches!(refused, Err(SealError::AttachmentTooLarge { .. })));
    }
}
