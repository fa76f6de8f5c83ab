//! Sealing: a submission becomes bytes that only the office can open and that nobody can change unnoticed.
//!
//! The envelope, integers big-endian, strings as one length byte and UTF-8:
//!
//! | field | bytes | |
//! |---|---|---|
//! | magic | 4 | `JJS` and the format version 1 |
//! | suite | 1 | 1 = HPKE base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; 2 is kept for SM2/SM4 |
//! | office key id | 8 | which of the office's keys opens it |
//! | submission id | 16 | UUIDv7 |
//! | device id, item id, receipt number | 1 + n each | |
//! | item version | 4 | |
//! | sequence | 8 | |
//! | encapsulated key | 32 | RFC 9180 `enc` |
//! | length, ciphertext | 4 + n | JSON of the [`Submission`], tag included |
//! | signature | 64 | Ed25519 of the device over a purpose and everything before |
//!
//! Everything before the encapsulated key is the AAD. The digest is SHA-256 over the whole envelope.
//! A submission is sealed once; every retry sends the same bytes.
use crate::attachment::{self as papers, AttachmentError};
use crate::keys::{
    DeviceKey, DevicePublicKey, KEY_BYTES, KeyError, KeyId, OfficePublicKey, OfficeSealingKey,
    SIGNATURE_BYTES, SealingKem,
};
use crate::receipt::ReceiptNumber;
use crate::submission::{DeviceId, ItemRef, Submission, SubmissionId};
use crate::wire::ATTACHMENT_TOTAL_MAX;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::AesGcm256, kdf::HkdfSha256};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

mod attachment;
mod envelope;

pub use attachment::{ATTACHMENT_SEAL_BYTES, SealedAttachment, seal_attachment};
pub use envelope::Envelope;

/// Largest envelope that is made or read. Answers and strokes of the largest form stay under 200 KiB.
pub const SEALED_BYTES_MAX: usize = 1024 * 1024;
/// Longest device id, item id and receipt number in an envelope.
pub const HEADER_TEXT_MAX: usize = 64;
/// The suite that this version makes and opens.
pub const SUITE_X25519_AES256GCM: u8 = 1;

/// Separates a sealed submission from everything else the same keys seal and sign.
const PURPOSE_SUBMISSION: &[u8] = b"jiujin sealed submission 1\n";
const PURPOSE_QUERY: &[u8] = b"jiujin resident query 1\n";

/// Why bytes could not be sealed, read or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the submission is too large to seal ({bytes} bytes, at most {SEALED_BYTES_MAX})")]
    TooLarge { bytes: usize },
    #[error(
        "the attachment is too large to seal ({bytes} bytes, at most {ATTACHMENT_TOTAL_MAX}); scan it again with fewer dots per inch"
    )]
    AttachmentTooLarge { bytes: usize },
    #[error("this submission cannot be sealed: {0}")]
    Unsealable(&'static str),
    #[error("this submission cannot be sealed: {0}")]
    Attachments(#[from] AttachmentError),
    #[error("not a sealed submission: {0}")]
    Malformed(&'static str),
    #[error("sealing suite {0} is not spoken here; update this side")]
    UnknownSuite(u8),
    #[error("sealed to key {asked}, which is not the key at hand")]
    OtherKey { asked: KeyId },
    #[error("the device's signature does not fit the sealed bytes")]
    WrongSignature,
    #[error("the office's key does not open it")]
    Unopenable,
    #[error("what was sealed contradicts its envelope: {0}")]
    Contradiction(&'static str),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// SHA-256 of bytes that are known by it: 64 hex digits as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(<Sha256 as sha2::Digest>::digest(bytes).into())
    }

    /// The raw 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Digest {
    type Err = SealError;
    fn from_str(text: &str) -> Result<Digest, SealError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| SealError::Malformed("a digest is 64 hex digits"))?;
        Ok(Digest(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A sealed submission: the bytes to keep and to send, and what may be known of them without opening.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSubmission {
    envelope: Envelope,
    digest: Digest,
    bytes: Vec<u8>,
}

impl SealedSubmission {
    /// Reads an envelope without opening it; anything but a whole, exact envelope is refused.
    pub fn parse(bytes: &[u8]) -> Result<SealedSubmission, SealError> {
        if bytes.len() > SEALED_BYTES_MAX {
            return Err(SealError::TooLarge { bytes: bytes.len() });
        }
        let envelope = Envelope::parse(bytes)?;
        Ok(SealedSubmission { envelope, digest: Digest::of(bytes), bytes: bytes.to_vec() })
    }

    /// What stands on the outside.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The submission's id.
    pub fn id(&self) -> SubmissionId {
        self.envelope.id
    }

    /// SHA-256 of [`Self::bytes`].
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What is stored and sent, unchanged on every retry.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Did this device seal these bytes?
    pub fn verify(&self, device: &DevicePublicKey) -> Result<(), SealError> {
        let (signed, signature) = self.bytes.split_at(self.bytes.len() - SIGNATURE_BYTES);
        device
            .verify(&with_purpose(PURPOSE_SUBMISSION, signed), signature)
            .map_err(|_| SealError::WrongSignature)
    }

    /// At the office: checks the device's signature, opens, and checks that inside and outside agree.
    pub fn open(&self, office: &OfficeSealingKey, device: &DevicePublicKey) -> Result<Submission, SealError> {
        self.verify(device)?;
        let outside = &self.envelope;
        if outside.office_key != office.public().key_id() {
            return Err(SealError::OtherKey { asked: outside.office_key });
        }
        let aad = &self.bytes[..outside.aad_len];
        let ciphertext = &self.bytes[outside.ciphertext.clone()];
        let plain = open_bytes(office, PURPOSE_SUBMISSION, &outside.encapsulated, aad, ciphertext)?;
        let submission: Submission = serde_json::from_slice(&plain)
            .map_err(|_| SealError::Contradiction("the content is no submission of this version"))?;
        outside.agrees_with(&submission)?;
        Ok(submission)
    }
}

impl fmt::Debug for SealedSubmission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSubmission({}, {} bytes)", self.envelope.id, self.bytes.len())
    }
}

/// Seals to the office and signs as the kiosk. Call it once per submission and keep the bytes.
pub fn seal(
    submission: &Submission,
    office: &OfficePublicKey,
    device: &DeviceKey,
) -> Result<SealedSubmission, SealError> {
    Sealer::new(office)?.seal(submission, device)
}

/// The key exchange of one submission, done before the submission exists: most of the work of sealing, so that it
/// is over when Submit is touched. It opens what it will seal, so it is made late and dropped with the visit.
pub struct Sealer {
    office: KeyId,
    encapsulated: Vec<u8>,
    context: Context,
}

type Context = hpke::aead::AeadCtxS<AesGcm256, HkdfSha256, SealingKem>;

impl Sealer {
    /// Good for one submission to this office.
    pub fn new(office: &OfficePublicKey) -> Result<Sealer, SealError> {
        let (encapsulated, context) = encapsulate(office, PURPOSE_SUBMISSION)?;
        Ok(Sealer { office: office.key_id(), encapsulated, context })
    }

    /// Seals and signs; [`seal`] in two steps.
    pub fn seal(
        mut self,
        submission: &Submission,
        device: &DeviceKey,
    ) -> Result<SealedSubmission, SealError> {
        papers::check(&submission.attachments)?;
        let plain = plain_bytes(submission).map_err(|_| SealError::Unsealable("its answers are no JSON"))?;
        let mut bytes = envelope::head(submission, self.office)?;
        let ciphertext = encrypt(&mut self.context, &bytes, &plain)?;
        bytes.extend_from_slice(&self.encapsulated);
        let length =
            u32::try_from(ciphertext.len()).map_err(|_| SealError::TooLarge { bytes: ciphertext.len() })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&ciphertext);
        let signature = device.sign(&with_purpose(PURPOSE_SUBMISSION, &bytes));
        bytes.extend_from_slice(&signature);
        SealedSubmission::parse(&bytes)
    }
}

/// An ID number on its way to the office, for status and directory questions: base mode like a submission,
/// with the asking device as AAD, so that another kiosk cannot ask with it.
pub fn seal_query(
    id_number: &str,
    office: &OfficePublicKey,
    device: &DeviceId,
) -> Result<Vec<u8>, SealError> {
    let (mut bytes, mut context) = encapsulate(office, PURPOSE_QUERY)?;
    let ciphertext = encrypt(&mut context, device.as_str().as_bytes(), id_number.as_bytes())?;
    bytes.extend_from_slice(&ciphertext);
    Ok(bytes)
}

/// Opens what [`seal_query`] made; at most [`HEADER_TEXT_MAX`] bytes come out.
pub fn open_query(
    sealed: &[u8],
    office: &OfficeSealingKey,
    device: &DeviceId,
) -> Result<Zeroizing<String>, SealError> {
    if !(KEY_BYTES..=KEY_BYTES + HEADER_TEXT_MAX + 16).contains(&sealed.len()) {
        return Err(SealError::Malformed("a resident query has another length"));
    }
    let (encapsulated, ciphertext) = sealed.split_at(KEY_BYTES);
    let plain = open_bytes(office, PURPOSE_QUERY, encapsulated, device.as_str().as_bytes(), ciphertext)?;
    let text = std::str::from_utf8(&plain).map_err(|_| SealError::Malformed("an ID number is text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Measured first, then written into one buffer that never grows: a grown one would leave its first half behind in the
/// heap, where nobody overwrites it.
fn plain_bytes(submission: &Submission) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, submission)?;
    let mut plain = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *plain, submission)?;
    Ok(plain)
}

/// Counts what is written to it and keeps nothing.
struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn with_purpose(purpose: &[u8], bytes: &[u8]) -> Vec<u8> {
    [purpose, bytes].concat()
}

fn encapsulate(office: &OfficePublicKey, info: &[u8]) -> Result<(Vec<u8>, Context), SealError> {
    let point = office.point()?;
    let (encapsulated, context) =
        hpke::setup_sender::<AesGcm256, HkdfSha256, SealingKem>(&OpModeS::Base, &point, info)
            .map_err(|_| SealError::Unsealable("the office's public key is unusable"))?;
    Ok((encapsulated.to_bytes().to_vec(), context))
}

fn encrypt(context: &mut Context, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    context.seal(plain, aad).map_err(|_| SealError::TooLarge { bytes: plain.len() })
}

fn open_bytes(
    office: &OfficeSealingKey,
    info: &[u8],
    encapsulated: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let encapsulated = <SealingKem as Kem>::EncappedKey::from_bytes(encapsulated)
        .map_err(|_| SealError::Malformed("the encapsulated key is no point"))?;
    let private = office.private()?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, SealingKem>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        info,
        ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| SealError::Unopenable)
}

#[cfg(test)]
mod tests;
