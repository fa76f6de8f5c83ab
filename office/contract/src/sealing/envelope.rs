//! The outside of a sealed submission, read without trust.
use super::{DeviceId, ItemRef, KEY_BYTES, KeyId, ReceiptNumber, SIGNATURE_BYTES, Submission, SubmissionId};
use super::{HEADER_TEXT_MAX, SEALED_BYTES_MAX, SUITE_X25519_AES256GCM, SealError};
use crate::keys::KEY_ID_BYTES;
use std::ops::Range;

/// `JJS` and the version of the format.
const MAGIC: &[u8; 4] = b"JJS\x01";
/// AES-GCM's tag: no ciphertext is shorter.
const TAG_BYTES: usize = 16;

/// What may be known of a submission without opening it: nothing about the resident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// 1 is the only suite so far.
    pub suite: u8,
    /// The office key it is sealed to.
    pub office_key: KeyId,
    /// One id for life.
    pub id: SubmissionId,
    /// The kiosk that sealed it.
    pub device: DeviceId,
    /// The service and version.
    pub item: ItemRef,
    /// The number in the resident's hand.
    pub receipt_number: ReceiptNumber,
    /// The kiosk's running number.
    pub sequence: u64,
    pub(super) encapsulated: [u8; KEY_BYTES],
    pub(super) aad_len: usize,
    pub(super) ciphertext: Range<usize>,
}

impl Envelope {
    pub(super) fn parse(bytes: &[u8]) -> Result<Envelope, SealError> {
        let mut rest = Reader { bytes, at: 0 };
        if rest.take(MAGIC.len())? != MAGIC {
            return Err(SealError::Malformed("it does not begin with JJS 1"));
        }
        let [suite] = rest.array()?;
        if suite != SUITE_X25519_AES256GCM {
            return Err(SealError::UnknownSuite(suite));
        }
        let office_key = KeyId(rest.array::<KEY_ID_BYTES>()?);
        let id =
            SubmissionId::from_bytes(rest.array()?).map_err(|_| SealError::Malformed("the submission id"))?;
        let device = DeviceId::parse(rest.text()?).map_err(|_| SealError::Malformed("the device id"))?;
        let item_id = rest.text()?.to_owned();
        let number = rest.text()?;
        let receipt_number =
            ReceiptNumber::parse(number).map_err(|_| SealError::Malformed("the receipt number"))?;
        if receipt_number.as_str() != number {
            return Err(SealError::Malformed("the receipt number is not in its fixed form"));
        }
        let item = ItemRef { id: item_id, version: u32::from_be_bytes(rest.array()?) };
        let sequence = u64::from_be_bytes(rest.array()?);
        let aad_len = rest.at;
        let encapsulated = rest.array()?;
        let length = u32::from_be_bytes(rest.array()?) as usize;
        let start = rest.at;
        if rest.take(length)?.len() < TAG_BYTES {
            return Err(SealError::Malformed("the ciphertext is shorter than its tag"));
        }
        let ciphertext = start..rest.at;
        rest.take(SIGNATURE_BYTES)?;
        if rest.at != bytes.len() {
            return Err(SealError::Malformed("bytes follow the signature"));
        }
        Ok(Envelope {
            suite,
            office_key,
            id,
            device,
            item,
            receipt_number,
            sequence,
            encapsulated,
            aad_len,
            ciphertext,
        })
    }

    pub(super) fn agrees_with(&self, inside: &Submission) -> Result<(), SealError> {
        let pairs = [
            (self.id == inside.id, "the id"),
            (self.device == inside.kiosk, "the kiosk"),
            (self.item == inside.item, "the service"),
            (self.receipt_number == inside.receipt_number, "the receipt number"),
            (self.sequence == inside.sequence, "the sequence"),
        ];
        match pairs.into_iter().find(|(agrees, _)| !agrees) {
            Some((_, what)) => Err(SealError::Contradiction(what)),
            None => Ok(()),
        }
    }
}

/// The envelope up to the encapsulated key: what the ciphertext is bound to.
pub(super) fn head(submission: &Submission, office_key: KeyId) -> Result<Vec<u8>, SealError> {
    let mut head = Vec::with_capacity(128);
    head.extend_from_slice(MAGIC);
    head.push(SUITE_X25519_AES256GCM);
    head.extend_from_slice(&office_key.0);
    head.extend_from_slice(submission.id.as_bytes());
    push_text(&mut head, submission.kiosk.as_str())?;
    push_text(&mut head, &submission.item.id)?;
    push_text(&mut head, submission.receipt_number.as_str())?;
    head.extend_from_slice(&submission.item.version.to_be_bytes());
    head.extend_from_slice(&submission.sequence.to_be_bytes());
    Ok(head)
}

fn push_text(head: &mut Vec<u8>, text: &str) -> Result<(), SealError> {
    let length = u8::try_from(text.len()).ok().filter(|n| usize::from(*n) <= HEADER_TEXT_MAX);
    head.push(length.ok_or(SealError::Unsealable("an id in its envelope is too long"))?);
    head.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Walks over the bytes and never past their end.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], SealError> {
        if count > SEALED_BYTES_MAX {
            return Err(SealError::Malformed("a length beyond the limit"));
        }
        let taken =
            self.bytes.get(self.at..self.at + count).ok_or(SealError::Malformed("it ends too early"))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SealError> {
        self.take(N)?.try_into().map_err(|_| SealError::Malformed("it ends too early"))
    }

    fn text(&mut self) -> Result<&'a str, SealError> {
        let [length] = self.array()?;
        if usize::from(length) > HEADER_TEXT_MAX {
            return Err(SealError::Malformed("an id is too long"));
        }
        std::str::from_utf8(self.take(length.into())?).map_err(|_| SealError::Malformed("an id is not UTF-8"))
    }
}
