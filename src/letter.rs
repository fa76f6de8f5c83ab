//! What goes between store and courier: a copy of one sealed submission on its way out, on its way back what is
//! to become of it, the papers that go before it, and a new catalogue. Plain values, so that the courier never sees the store.
use jiff::Timestamp;
use jiujin_contract::catalogue::Trust;
use jiujin_contract::receipt::SignedReceipt;
use jiujin_contract::sealing::{Digest, SealedAttachment, SealedSubmission};
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::Setback;
use std::collections::BTreeSet;

/// Letters that travel together: in base64 they stay below the wire's limit for a batch, which is 8 MiB.
pub const BATCH_SEALED_BYTES_MAX: usize = 5 * 1024 * 1024;

/// One sealed submission and how often it was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub sealed: SealedSubmission,
    pub attempts: u32,
}

/// What the office's answer makes of a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The office holds it and signed for it.
    Confirmed(SignedReceipt),
    /// This letter again, not before then.
    Later { due_at: Timestamp, reason: String },
    /// The way to the office is closed for every letter until then.
    RoadClosed { until: Timestamp, reason: String },
    /// Final: a person has to look. Letters behind it go on.
    Parked { reason: String },
}

/// What one resident hands in: the sealed submission and the sealed papers it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    pub submission: SealedSubmission,
    pub attachments: Vec<SealedAttachment>,
}

impl From<SealedSubmission> for Parcel {
    fn from(submission: SealedSubmission) -> Parcel {
        Parcel { submission, attachments: Vec::new() }
    }
}

/// One paper on its way, before the submission it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Enclosure {
    pub letter: SubmissionId,
    pub sealed: SealedAttachment,
    pub attempts: u32,
}

/// How far a journey brought an attachment.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    pub letter: SubmissionId,
    pub digest: Digest,
    pub attempts: u32,
    /// Bytes the office holds, as it said last.
    pub held: u64,
    pub total: u64,
    /// The office took at least one piece.
    pub moved: bool,
    /// Its digest fits at the office.
    pub complete: bool,
    pub setback: Option<Setback>,
    /// The office's clock, if it answered.
    pub office_time: Option<Timestamp>,
}

/// What that makes of an attachment.
#[derive(Debug, Clone, PartialEq)]
pub enum Passage {
    /// The office holds it whole.
    Whole,
    /// The rest is due at once.
    Onward,
    /// Not before then; with `all` no other attachment either. Letters go on and find out for themselves.
    Later { due_at: Timestamp, reason: String, all: bool },
    /// The office asked for a pause from everything, or knows this kiosk no longer.
    RoadClosed { until: Timestamp, reason: String },
    /// Final: its submission waits for a person.
    Parked { reason: String },
}

/// SHA-256 of a catalogue item.
pub type PartDigest = [u8; 32];

/// Whom the kiosk believes about the catalogue, and since which enrolment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Believed {
    /// Names what was pinned at enrolment: another office, or the same one enrolled anew, begins anew.
    pub anchor: String,
    pub trust: Trust,
}

/// What the kiosk has of the catalogue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Held {
    pub etag: Option<String>,
    /// The newest version ever accepted.
    pub version: u64,
    /// `None` before the first manifest.
    pub believed: Option<Believed>,
    pub parts: BTreeSet<PartDigest>,
}

/// A whole new version, verified against the office's key; the store takes it as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    pub version: u64,
    /// Kept with it in one transaction: a root that was followed is never left again.
    pub believed: Believed,
    pub etag: Option<String>,
    pub manifest: Vec<u8>,
    /// Every item of the version, in the manifest's order.
    pub parts: Vec<PartDigest>,
    /// Those that had to be fetched.
    pub fetched: Vec<Vec<u8>>,
}
