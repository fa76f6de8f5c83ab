//! Errors as the office says them: RFC 9457 problem+json with a closed list of types.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Field problems of one answer; more would be a flood.
pub const FIELD_PROBLEMS_MAX: usize = 50;

/// What went wrong, as the `type` of the problem. Closed: a kiosk plans for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ProblemKind {
    /// 400: not the form this path takes.
    #[serde(rename = "urn:jiujin:problem:malformed")]
    Malformed,
    /// 401: no signature, or one that does not fit.
    #[serde(rename = "urn:jiujin:problem:not-authorised")]
    NotAuthorised,
    /// 401: the signature's time is too far from the office's; `office_time` tells the right one.
    #[serde(rename = "urn:jiujin:problem:clock-wrong")]
    ClockWrong,
    /// 401: this nonce was used before; sign anew.
    #[serde(rename = "urn:jiujin:problem:replayed")]
    Replayed,
    /// 403: the device was revoked; a technician enrols it again.
    #[serde(rename = "urn:jiujin:problem:device-revoked")]
    DeviceRevoked,
    /// 403: wrong, used, burnt or expired code.
    #[serde(rename = "urn:jiujin:problem:code-refused")]
    CodeRefused,
    /// 404
    #[serde(rename = "urn:jiujin:problem:not-found")]
    NotFound,
    /// 409: the office holds other bytes under this id. Park both, tell somebody.
    #[serde(rename = "urn:jiujin:problem:other-bytes")]
    OtherBytes,
    /// 409: this case was rated before, differently.
    #[serde(rename = "urn:jiujin:problem:already-rated")]
    AlreadyRated,
    /// 409: decided already, or the time in which a case may be taken back is over.
    #[serde(rename = "urn:jiujin:problem:too-late")]
    TooLate,
    /// 413
    #[serde(rename = "urn:jiujin:problem:too-large")]
    TooLarge,
    /// 422: the envelope does not open here: damaged, or sealed to a key this office does not have.
    #[serde(rename = "urn:jiujin:problem:unopenable")]
    Unopenable,
    /// 422: no such service or version.
    #[serde(rename = "urn:jiujin:problem:unknown-item")]
    UnknownItem,
    /// 422: the form was replaced by a newer version too long ago; the resident fills in the new one.
    #[serde(rename = "urn:jiujin:problem:version-over")]
    VersionOver,
    /// 409: the attachment goes on at another byte; ask what the office holds.
    #[serde(rename = "urn:jiujin:problem:other-offset")]
    OtherOffset,
    /// 422: all bytes of the attachment are here and do not make its digest; it starts anew.
    #[serde(rename = "urn:jiujin:problem:other-digest")]
    OtherDigest,
    /// 422: the answers do not fit the service's form; `fields` says where.
    #[serde(rename = "urn:jiujin:problem:invalid-answers")]
    InvalidAnswers,
    /// 429: come back after `retry_after_s`.
    #[serde(rename = "urn:jiujin:problem:rate-limited")]
    RateLimited,
    /// 503: come back later.
    #[serde(rename = "urn:jiujin:problem:unavailable")]
    Unavailable,
    /// 500: the office's own mistake; the submission is not at fault.
    #[serde(rename = "urn:jiujin:problem:office-failure")]
    OfficeFailure,
    /// A type of a newer office.
    #[serde(other, rename = "about:blank")]
    Other,
}

impl ProblemKind {
    /// The HTTP status it travels under.
    pub fn status(self) -> u16 {
        use ProblemKind::*;
        match self {
            Malformed => 400,
            NotAuthorised | ClockWrong | Replayed => 401,
            DeviceRevoked | CodeRefused => 403,
            NotFound => 404,
            OtherBytes | AlreadyRated | TooLate | OtherOffset => 409,
            TooLarge => 413,
            Unopenable | UnknownItem | VersionOver | OtherDigest | InvalidAnswers => 422,
            RateLimited => 429,
            Unavailable => 503,
            OfficeFailure | Other => 500,
        }
    }

    /// The last part of the type: `other-bytes`. Stored as the reason of a parked row.
    pub fn code(self) -> String {
        let uri = serde_json::to_value(self).ok();
        let uri = uri.as_ref().and_then(|v| v.as_str()).unwrap_or("about:blank");
        uri.rsplit(':').next().unwrap_or("blank").to_owned()
    }
}

/// One question whose answer does not fit; names the place and the rule, never the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// JSON pointer into the answers.
    pub path: String,
    /// The schema's keyword that failed: `required`, `format` …
    pub keyword: String,
}

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Decides what the kiosk does.
    #[serde(rename = "type")]
    pub kind: ProblemKind,
    /// One sentence for the log.
    pub title: String,
    /// Same as the status line.
    pub status: u16,
    /// What to do about it; no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Also as Retry-After.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// The office's clock, where the kiosk's is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub office_time: Option<Timestamp>,
    /// Where the answers do not fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

impl Problem {
    /// A problem with its status; add the rest where it helps.
    pub fn new(kind: ProblemKind, title: impl Into<String>) -> Problem {
        Problem {
            kind,
            title: title.into(),
            status: kind.status(),
            detail: None,
            retry_after_s: None,
            office_time: None,
            fields: Vec::new(),
        }
    }

    /// With what to do about it.
    pub fn detail(mut self, detail: impl Into<String>) -> Problem {
        self.detail = Some(detail.into());
        self
    }
}
