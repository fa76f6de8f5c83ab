//! The JSON bodies, both ways. Unknown keys are ignored in answers, so that an office may be newer than its kiosks.
use super::Problem;
use crate::case::{CaseEvent, CaseNumber, CaseState, Lamp};
use crate::catalogue::SignedRoot;
use crate::keys::{DeviceKey, DevicePublicKey, OfficePublicKey, OfficeVerifyingKey};
use crate::receipt::{ReceiptNumber, ShortId, SignedReceipt};
use crate::sealing::{Digest, SealError, SealedSubmission, seal_query};
use crate::submission::{DeviceId, ItemRef, SubmissionId};
use crate::text::Text;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the office decided about one submission. The body of a PUT's 200 and 201 and of every batch item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It is a case. The same answer, byte for byte, however often the same bytes are sent.
    Accepted(SignedReceipt),
    /// Not this submission; others may pass. In a batch only: a PUT answers with the problem itself.
    Refused(Problem),
}

/// One submission of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchItem {
    /// Must be the id in the envelope.
    pub id: SubmissionId,
    /// The sealed bytes in base64.
    pub sealed: String,
}

impl BatchItem {
    /// Wraps the sealed bytes for JSON.
    pub fn of(sealed: &SealedSubmission) -> BatchItem {
        BatchItem { id: sealed.id(), sealed: STANDARD.encode(sealed.bytes()) }
    }

    /// The sealed bytes again.
    pub fn open(&self) -> Result<SealedSubmission, SealError> {
        let bytes = STANDARD.decode(&self.sealed).map_err(|_| SealError::Malformed("not base64"))?;
        let sealed = SealedSubmission::parse(&bytes)?;
        if sealed.id() == self.id { Ok(sealed) } else { Err(SealError::Contradiction("the id")) }
    }
}

/// Body of [`super::PATH_BATCH`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchRequest {
    /// At most [`super::BATCH_ITEMS_MAX`].
    pub submissions: Vec<BatchItem>,
}

/// One item of [`BatchAnswer`], in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchVerdict {
    /// As sent.
    pub id: SubmissionId,
    /// False when the office had it before; the verdict is the same.
    pub is_new: bool,
    /// What was decided.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Answer to a batch: always 200, one verdict per item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchAnswer {
    /// As many as were sent.
    pub items: Vec<BatchVerdict>,
}

/// A letter the kiosk holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Announced {
    /// One id for life.
    pub id: SubmissionId,
    /// Of the sealed bytes.
    pub digest: Digest,
    /// Length of the sealed bytes.
    pub bytes: u64,
    /// The kiosk's running number.
    pub sequence: u64,
}

/// Body of [`super::PATH_ANNOUNCE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnnounceRequest {
    /// At most [`super::ANNOUNCE_ITEMS_MAX`]; send oldest first.
    pub letters: Vec<Announced>,
}

/// What the office knows of an announced letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "holding", rename_all = "snake_case")]
pub enum Holding {
    /// Not yet here: send it.
    Awaited,
    /// Here, with its receipt: this is the second confirmation after which a payload may be purged.
    Held(SignedReceipt),
    /// Here with another digest: park it and tell somebody.
    OtherBytes,
}

/// One line of [`AnnounceAnswer`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnnouncedHolding {
    /// As announced.
    pub id: SubmissionId,
    /// What is known.
    #[serde(flatten)]
    pub holding: Holding,
}

/// Answer to an announcement, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnnounceAnswer {
    /// One per letter.
    pub letters: Vec<AnnouncedHolding>,
}

/// A question about the resident at the kiosk: their ID number sealed to the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResidentQuery {
    /// [`seal_query`] in base64.
    pub resident: String,
    /// Which agreement of the resident covers the question; kept in the office's audit.
    pub consent_version: String,
}

impl ResidentQuery {
    /// Seals the number for one question.
    pub fn new(
        id_number: &crate::identity::IdNumber,
        consent_version: &str,
        office: &OfficePublicKey,
        device: &DeviceId,
    ) -> Result<ResidentQuery, SealError> {
        let sealed = seal_query(id_number.expose(), office, device)?;
        Ok(ResidentQuery { resident: STANDARD.encode(sealed), consent_version: consent_version.to_owned() })
    }
}

/// One case as its resident sees it at the kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseView {
    /// The office's number.
    pub case_number: CaseNumber,
    /// The number on the resident's receipt.
    pub receipt_number: ReceiptNumber,
    /// The submission behind it.
    pub submission: SubmissionId,
    /// The service in the catalogue.
    pub item: String,
    /// Now.
    pub state: CaseState,
    /// 红黄灯.
    pub lamp: Lamp,
    /// When the office took it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub received_at: Timestamp,
    /// From the first on.
    pub events: Vec<CaseEvent>,
    /// May still be rated.
    pub may_rate: bool,
    /// Until when the resident may take it back unless it is decided before; nothing when that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub withdraw_until: Option<Timestamp>,
    /// One per department of a joint case (一件事); empty for a single service. `state` and `lamp` above sum them up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartView>,
}

/// What one department does about a joint case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartView {
    /// The joint number with the part's place: `109999-20261122-00007-X/2`.
    pub case_number: CaseNumber,
    /// Whose desk it is on.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub department: Text,
    /// The services it decides.
    pub items: Vec<String>,
    /// Now.
    pub state: CaseState,
    /// 红黄灯 of this department.
    pub lamp: Lamp,
    /// From the first on.
    pub events: Vec<CaseEvent>,
}

/// Answer of [`super::PATH_CASES`], newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CasesAnswer {
    /// At most a hundred.
    pub cases: Vec<CaseView>,
}

/// Body of [`super::PATH_WITHDRAW`]: the resident whose card was read, and which of their cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Withdrawal {
    pub resident: ResidentQuery,
    /// Of the whole case: every part of a joint one that is not decided is taken back.
    pub case_number: CaseNumber,
}

/// Answer of [`super::PATH_WITHDRAW`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WithdrawAnswer {
    /// As it stands now.
    pub case: CaseView,
}

/// Body of [`super::PATH_ANSWERS`]: the resident whose card was read, and which of their cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswersQuery {
    pub resident: ResidentQuery,
    /// Of the whole case, also where one department asks.
    pub case_number: CaseNumber,
}

/// Answer of [`super::PATH_ANSWERS`]: the newest answers of the case, and what is to be corrected.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswersAnswer {
    /// The version they were given to.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub item: ItemRef,
    /// As they were sealed.
    pub answers: Value,
    /// As they were sealed: path -> the form engine's provenance.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub provenance: BTreeMap<String, Value>,
    /// Questions of all departments that ask, by their paths; empty where they name none, and then all are open.
    pub fields: Vec<String>,
}

impl std::fmt::Debug for AnswersAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AnswersAnswer({}, {} to correct)", self.item.id, self.fields.len())
    }
}

/// Answer of [`super::PATH_DIRECTORY`]: the `shared` facts of the form engine, or nothing on file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DirectoryAnswer {
    /// Object with `phone`, `address`, `family`, `insurance`, `household` as far as the office has them.
    pub shared: Option<Value>,
}

impl std::fmt::Debug for DirectoryAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DirectoryAnswer(found: {})", self.shared.is_some())
    }
}

/// Body of [`super::PATH_ENROL`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolRequest {
    /// From `jiujin-office device add`; case, blanks and hyphens do not matter.
    pub code: String,
    /// The kiosk's new key.
    pub public_key: DevicePublicKey,
    /// Ed25519 over the code by that key, base64: the asker really has it.
    pub proof: String,
}

impl EnrolRequest {
    /// For a fresh key. Sending the same request again after a lost answer gives the same answer.
    pub fn new(code: &str, key: &DeviceKey) -> EnrolRequest {
        let proof = STANDARD.encode(key.sign(&EnrolRequest::proven_bytes(code)));
        EnrolRequest { code: code.to_owned(), public_key: key.public(), proof }
    }

    /// Does the proof fit?
    pub fn proves_its_key(&self) -> bool {
        let proof = STANDARD.decode(&self.proof).unwrap_or_default();
        self.public_key.verify(&EnrolRequest::proven_bytes(&self.code), &proof).is_ok()
    }

    fn proven_bytes(code: &str) -> Vec<u8> {
        format!("jiujin enrolment 1\n{code}\n").into_bytes()
    }
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnrolRequest({})", self.public_key)
    }
}

/// What a kiosk needs to know of its office. Keep all of it; nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolAnswer {
    /// Stands in submissions and as `keyid` in signatures.
    pub device_id: DeviceId,
    /// Stands on receipts.
    pub short_id: ShortId,
    /// The name given at `device add`.
    pub name: String,
    /// Seal to this.
    pub sealing_key: OfficePublicKey,
    /// Believe only receipts signed with this.
    pub verifying_key: OfficeVerifyingKey,
    /// Whom to believe about the catalogue from now on. Without it the verifying key signs the catalogue too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub root: Option<SignedRoot>,
    /// The office's clock.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub office_time: Timestamp,
}

/// 好差评: five levels, voluntary, once per case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// Whose card was read: only a case of this resident is rated.
    pub resident: ResidentQuery,
    /// The submission whose case is rated; known offline, unlike the case number.
    pub submission: SubmissionId,
    /// 5 = 非常满意 … 1 = 非常不满意.
    pub stars: u8,
    /// Codes of the options ticked for this level, at most ten of at most 40 characters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Without a name: the office keeps that this case was rated, and apart from it how.
    #[serde(default)]
    pub anonymous: bool,
}

impl Rating {
    /// Within the scale and its limits.
    pub fn is_valid(&self) -> bool {
        let tags_fit = self.tags.len() <= 10 && self.tags.iter().all(|tag| tag.chars().count() <= 40);
        (1..=5).contains(&self.stars) && tags_fit
    }
}

/// Answer of [`super::PATH_RATINGS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RatingAnswer {
    /// The rated case.
    pub case_number: CaseNumber,
    /// When it was first rated; only the answer says it where the rating has no name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rated_at: Timestamp,
}
