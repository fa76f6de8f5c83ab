//! How an answer is read: a closed list of outcomes, after CommCare's FormUploadResult, so that each has its schedule.
use super::{BODY_BYTES_MAX, BatchAnswer, BatchVerdict, Problem, ProblemKind, TYPE_PROBLEM, Verdict};
use crate::keys::OfficeVerifyingKey;
use crate::receipt::SignedReceipt;
use crate::sealing::Digest;
use crate::submission::SubmissionId;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What an HTTP client got back, as far as we look at it. Read at most [`BODY_BYTES_MAX`] bytes of the body.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Status line.
    pub status: u16,
    /// Header of this name, as it came.
    pub content_type: Option<&'a str>,
    /// Header of this name; only seconds are understood.
    pub retry_after: Option<&'a str>,
    /// The body's bytes.
    pub body: &'a [u8],
}

/// Why a call did not succeed. Nothing here ever deletes a letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Setback {
    /// This record only: park it with the problem's code, go on with the others.
    #[error("the office refuses this record: {}", .0.title)]
    RecordRefused(Problem),
    /// Same id, other bytes: park it, raise an alarm, never retry blindly.
    #[error("the office holds other bytes under this id")]
    OtherBytes(Problem),
    /// The office has it and fails over it: repeat slowly, tell a technician after some tries.
    #[error("the office cannot process it: {}", .0.title)]
    OfficeCannotProcess(Problem),
    /// The device is not known or revoked: stop all calls, keep everything, a technician enrols again.
    #[error("the office does not know this kiosk: {}", .0.title)]
    NotAuthorised(Problem),
    /// Set the offset to the office's clock and sign again at once.
    #[error("the kiosk's clock is wrong; the office says {office_time}")]
    ClockWrong { office_time: Timestamp },
    /// The nonce was taken already (a proxy repeated the request): sign again at once.
    #[error("the office has seen this very request before")]
    SignAgain,
    /// Stop all calls for so long.
    #[error("the office asks to wait {retry_after_s:?} s")]
    RateLimited { retry_after_s: Option<u64> },
    /// 502, 503, 504: come back later, or when the office says.
    #[error("the office is not available now")]
    OfficeDown { retry_after_s: Option<u64> },
    /// Success without the office's JSON: somebody between answers in its place.
    #[error("something between kiosk and office answers in its place (captive portal?); check the network")]
    CaptivePortal,
    /// The client must not follow redirects; the office makes none.
    #[error("the answer is a redirect, which the office never makes; check the office's address")]
    ForeignRedirect,
    /// Set by the client: TLS refused the certificate.
    #[error("the office's certificate is not valid; check the kiosk's clock and the office's address")]
    BadCertificate,
    /// Set by the client: no connection, cut connection, no name.
    #[error("the office cannot be reached")]
    Unreachable,
    /// Set by the client: no whole answer in time.
    #[error("the office did not answer in time")]
    TimedOut,
    /// The office's JSON, but a receipt that is not signed by it or not for what was sent.
    #[error("the office's answer cannot be believed: {0}")]
    LyingAnswer(&'static str),
    /// A status that nobody planned.
    #[error("the office answered with status {status}, which is not understood")]
    NotUnderstood { status: u16 },
}

impl Setback {
    /// One word for the store and the technician.
    pub fn code(&self) -> String {
        match self {
            Setback::RecordRefused(problem) => return problem.kind.code(),
            Setback::OtherBytes(_) => "other-bytes",
            Setback::OfficeCannotProcess(_) => "office-cannot-process",
            Setback::NotAuthorised(_) => "not-authorised",
            Setback::ClockWrong { .. } => "clock-wrong",
            Setback::SignAgain => "sign-again",
            Setback::RateLimited { .. } => "rate-limited",
            Setback::OfficeDown { .. } => "office-down",
            Setback::CaptivePortal => "captive-portal",
            Setback::ForeignRedirect => "foreign-redirect",
            Setback::BadCertificate => "bad-certificate",
            Setback::Unreachable => "unreachable",
            Setback::TimedOut => "timed-out",
            Setback::LyingAnswer(_) => "lying-answer",
            Setback::NotUnderstood { .. } => "not-understood",
        }
        .to_owned()
    }

    /// Repeating the same bytes cannot help: park the letter with its reason.
    pub fn parks_the_letter(&self) -> bool {
        matches!(self, Setback::RecordRefused(_) | Setback::OtherBytes(_))
    }

    /// The reason lies with the road or the office, not with the letter: pause all deliveries.
    pub fn pauses_the_courier(&self) -> bool {
        !self.parks_the_letter() && !matches!(self, Setback::OfficeCannotProcess(_) | Setback::LyingAnswer(_))
    }

    /// The pace the office asked for.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Setback::RateLimited { retry_after_s } | Setback::OfficeDown { retry_after_s } => *retry_after_s,
            _ => None,
        }
    }
}

/// The end of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// A case now: the receipt is verified and is for these bytes.
    Delivered(SignedReceipt),
    /// It was there already; exactly as good.
    AlreadyThere(SignedReceipt),
    /// Not now, or not at all.
    SetBack(Setback),
}

impl Answer<'_> {
    /// A 2xx body of the office, or the reason why there is none.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Setback> {
        match self.status {
            200..=299 => self.success(),
            300..=399 => Err(Setback::ForeignRedirect),
            _ => Err(self.failure()),
        }
    }

    fn media_type(&self) -> &str {
        let full = self.content_type.unwrap_or_default();
        full.split(';').next().unwrap_or_default().trim()
    }

    fn success<T: DeserializeOwned>(&self) -> Result<T, Setback> {
        let is_json = self.media_type().eq_ignore_ascii_case(super::TYPE_JSON);
        if !is_json || self.body.len() > BODY_BYTES_MAX {
            return Err(Setback::CaptivePortal);
        }
        serde_json::from_slice(self.body).map_err(|_| Setback::CaptivePortal)
    }

    fn failure(&self) -> Setback {
        let is_problem =
            self.media_type().eq_ignore_ascii_case(TYPE_PROBLEM) && self.body.len() <= BODY_BYTES_MAX;
        let problem = is_problem.then(|| serde_json::from_slice::<Problem>(self.body).ok()).flatten();
        let asked = self.retry_after.and_then(|seconds| seconds.trim().parse().ok());
        match (problem, self.status) {
            (Some(problem), _) => from_problem(problem, asked),
            (None, 429) => Setback::RateLimited { retry_after_s: asked },
            (None, 502..=504) => Setback::OfficeDown { retry_after_s: asked },
            // 511: RFC 6585, a network that wants a login.
            (None, 511) => Setback::CaptivePortal,
            (None, status) => Setback::NotUnderstood { status },
        }
    }
}

fn from_problem(problem: Problem, asked: Option<u64>) -> Setback {
    use ProblemKind::*;
    let retry_after_s = asked.or(problem.retry_after_s);
    match problem.kind {
        OtherBytes => Setback::OtherBytes(problem),
        ClockWrong => match problem.office_time {
            Some(office_time) => Setback::ClockWrong { office_time },
            None => Setback::NotAuthorised(problem),
        },
        Replayed => Setback::SignAgain,
        NotAuthorised | DeviceRevoked => Setback::NotAuthorised(problem),
        RateLimited => Setback::RateLimited { retry_after_s },
        Unavailable => Setback::OfficeDown { retry_after_s },
        OfficeFailure | Other => Setback::OfficeCannotProcess(problem),
        Malformed | CodeRefused | NotFound | AlreadyRated | TooLate | TooLarge | Unopenable | UnknownItem
        | VersionOver | InvalidAnswers | OtherOffset | OtherDigest => Setback::RecordRefused(problem),
    }
}

fn judge(
    verdict: Verdict,
    is_new: bool,
    id: SubmissionId,
    digest: Digest,
    office: &OfficeVerifyingKey,
) -> Delivery {
    let receipt = match verdict {
        Verdict::Refused(problem) => return Delivery::SetBack(from_problem(problem, None)),
        Verdict::Accepted(receipt) => receipt,
    };
    match receipt.verify_for(office, id, digest) {
        Err(_) => {
            Delivery::SetBack(Setback::LyingAnswer("the receipt is not the office's for this submission"))
        }
        Ok(_) if is_new => Delivery::Delivered(receipt),
        Ok(_) => Delivery::AlreadyThere(receipt),
    }
}

/// The outcome of [`super::Request::put_submission`] or [`super::Request::receipt`].
pub fn delivery(
    answer: &Answer<'_>,
    id: SubmissionId,
    digest: Digest,
    office: &OfficeVerifyingKey,
) -> Delivery {
    match answer.read::<Verdict>() {
        Ok(verdict) => judge(verdict, answer.status == 201, id, digest, office),
        Err(setback) => Delivery::SetBack(setback),
    }
}

/// The outcome of [`super::Request::batch`], one for each letter sent, in its order.
pub fn deliveries(
    answer: &Answer<'_>,
    sent: &[(SubmissionId, Digest)],
    office: &OfficeVerifyingKey,
) -> Result<Vec<(SubmissionId, Delivery)>, Setback> {
    let mut verdicts: BTreeMap<_, _> =
        answer.read::<BatchAnswer>()?.items.into_iter().map(|item| (item.id, item)).collect();
    let mut told: Vec<_> = sent.iter().map(|letter| (*letter, verdicts.remove(&letter.0))).collect();
    let judge_all =
        |told: Vec<Told>| -> Vec<_> { told.into_iter().map(|told| judge_one(told, office)).collect() };
    if told.len() < LETTERS_FOR_TWO {
        return Ok(judge_all(told));
    }
    // Each receipt's signature costs more than everything else in a batch's answer; both cores share them.
    let second = told.split_off(told.len() / 2);
    Ok(std::thread::scope(|scope| {
        let ids: Vec<SubmissionId> = second.iter().map(|((id, _), _)| *id).collect();
        let other = scope.spawn(|| judge_all(second));
        let mut judged = judge_all(told);
        let lost = |id| (id, Delivery::SetBack(Setback::LyingAnswer("its receipt could not be verified")));
        judged.extend(other.join().unwrap_or_else(|_| ids.into_iter().map(lost).collect()));
        judged
    }))
}

/// Below that a thread costs more than it saves.
const LETTERS_FOR_TWO: usize = 8;

/// What was sent, and what the batch's answer says of it.
type Told = ((SubmissionId, Digest), Option<BatchVerdict>);

fn judge_one(((id, digest), told): Told, office: &OfficeVerifyingKey) -> (SubmissionId, Delivery) {
    match told {
        Some(item) => (id, judge(item.verdict, item.is_new, id, digest, office)),
        None => (id, Delivery::SetBack(Setback::LyingAnswer("the batch's answer leaves it out"))),
    }
}
