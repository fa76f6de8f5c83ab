//! What a resident hands in: immutable once made, under an id that exists before the first attempt to send it.
use crate::attachment::AttachmentNamed;
use crate::case::CaseNumber;
use crate::identity::{IdNumber, Resident};
use crate::receipt::{ReceiptNumber, ShortId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Most strokes of a signature; a name of four complex characters has fewer than a hundred.
pub const SIGNATURE_STROKES_MAX: usize = 400;
/// Most points of a signature over all its strokes.
pub const SIGNATURE_POINTS_MAX: usize = 8_000;
/// Longest device id.
pub const DEVICE_ID_CHARS_MAX: usize = 40;

/// Why something is not what a submission is made of.
#[derive(Debug, thiserror::Error)]
pub enum SubmissionError {
    #[error("no randomness from the system: {0}; check /dev/urandom")]
    Randomness(getrandom::Error),
    #[error("a submission id is a version 7 UUID")]
    Id,
    #[error("a device id is 1 to {DEVICE_ID_CHARS_MAX} of a-z 0-9 and -")]
    DeviceId,
    #[error("a signature has at most {SIGNATURE_STROKES_MAX} strokes and {SIGNATURE_POINTS_MAX} points")]
    Signature,
}

/// One id for life: a UUIDv7, stored before the first attempt, the same on every retry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct SubmissionId(Uuid);

impl SubmissionId {
    /// The one place where randomness enters a submission. A clock before 1970 counts as 1970.
    pub fn make(now: Timestamp) -> Result<SubmissionId, SubmissionError> {
        let mut random = [0; 10];
        getrandom::fill(&mut random).map_err(SubmissionError::Randomness)?;
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Ok(SubmissionId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()))
    }

    /// Reads the hyphenated form; other UUID versions are refused.
    pub fn parse(text: &str) -> Result<SubmissionId, SubmissionError> {
        Uuid::try_parse(text).map_err(|_| SubmissionError::Id).and_then(SubmissionId::checked)
    }

    /// Reads the 16 bytes of an envelope.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<SubmissionId, SubmissionError> {
        SubmissionId::checked(Uuid::from_bytes(bytes))
    }

    fn checked(uuid: Uuid) -> Result<SubmissionId, SubmissionError> {
        let is_v7 = uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122;
        if is_v7 { Ok(SubmissionId(uuid)) } else { Err(SubmissionError::Id) }
    }

    /// For the envelope and for a BLOB column.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for SubmissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.hyphenated())
    }
}

impl fmt::Debug for SubmissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for SubmissionId {
    type Err = SubmissionError;
    fn from_str(text: &str) -> Result<SubmissionId, SubmissionError> {
        SubmissionId::parse(text)
    }
}

impl Serialize for SubmissionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SubmissionId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<SubmissionId, D::Error> {
        SubmissionId::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The kiosk's name at its office since enrolment, also the `keyid` of its request signatures.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct DeviceId(String);

impl DeviceId {
    /// Lower-case letters, digits and hyphens only: it stands in headers, paths and logs.
    pub fn parse(text: &str) -> Result<DeviceId, SubmissionError> {
        let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let fits = (1..=DEVICE_ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(DeviceId(text.to_owned())) } else { Err(SubmissionError::DeviceId) }
    }

    /// As it stands in headers.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DeviceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<DeviceId, D::Error> {
        DeviceId::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Which service, and which of its versions the answers were given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemRef {
    /// As in the catalogue: `S041`.
    pub id: String,
    /// The version the visit began with and kept.
    pub version: u32,
}

/// What the resident agreed to, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentGiven {
    /// [`crate::item::Consent::version`] of the text that was shown.
    pub version: String,
    /// By the kiosk's clock.
    pub agreed_at: Timestamp,
    /// Who agreed for a child, by his or her own card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<Resident>,
}

/// A signature as the finger drew it; scales to any paper and holds no picture format.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureStrokes {
    /// Width of the pad in its own units.
    pub width: u16,
    /// Height of the pad in its own units.
    pub height: u16,
    /// One list of points per touch, in order.
    pub strokes: Vec<Vec<[u16; 2]>>,
}

impl SignatureStrokes {
    /// Within the limits, and something was drawn.
    pub fn check(&self) -> Result<(), SubmissionError> {
        let points: usize = self.strokes.iter().map(Vec::len).sum();
        let fits =
            self.strokes.len() <= SIGNATURE_STROKES_MAX && (1..=SIGNATURE_POINTS_MAX).contains(&points);
        if fits { Ok(()) } else { Err(SubmissionError::Signature) }
    }
}

impl fmt::Debug for SignatureStrokes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureStrokes({} strokes)", self.strokes.len())
    }
}

/// One resident's finished form. Exists in clear only between Confirm and [`crate::sealing::seal`].
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Made and stored first.
    pub id: SubmissionId,
    /// The service and version.
    pub item: ItemRef,
    /// Facts of the card; leave out the optional ones that the service does not need.
    pub resident: Resident,
    /// Answers without hidden questions.
    pub answers: Value,
    /// Where each answer came from: path -> the form engine's provenance as JSON.
    pub provenance: BTreeMap<String, Value>,
    /// Questions that were answered and then hidden by a rule: dropped, and named here.
    #[serde(default)]
    pub pruned_paths: Vec<String>,
    /// The consent under which this is sent.
    pub consent: ConsentGiven,
    /// The kiosk's name at the office.
    pub kiosk: DeviceId,
    /// The kiosk's four characters on paper.
    pub kiosk_short_id: ShortId,
    /// Already in the resident's hand when this arrives.
    pub receipt_number: ReceiptNumber,
    /// The kiosk's running number over its whole life; a gap at the office is an alarm.
    pub sequence: u64,
    /// By the kiosk's clock; the office stamps its own.
    pub created_at: Timestamp,
    /// Where the service asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureStrokes>,
    /// 补正: the case that asked for other answers to some of its questions; this is no new case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<CaseNumber>,
    /// Papers that travel apart; within the limits of [`crate::attachment::check`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentNamed>,
}

impl Submission {
    /// Whose it is; masked wherever it is shown.
    pub fn id_number(&self) -> &IdNumber {
        &self.resident.id_number
    }
}

/// Shows what may stand in a log: never a name, never an answer.
impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("id", &self.id)
            .field("item", &self.item.id)
            .field("receipt_number", &self.receipt_number)
            .finish_non_exhaustive()
    }
}
