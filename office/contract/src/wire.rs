//! What travels between a kiosk and its office: the requests, byte for byte, and how an answer is read.
//!
//! The kiosk builds a [`Request`], signs it, gives it to its HTTP client, and hands what came back to
//! [`Answer::read`], [`delivery`] or [`deliveries`]. Only success is success: anything that is not the office's own
//! JSON (a captive portal, a proxy, a foreign redirect) is a [`Setback`] with a name.
use crate::keys::DeviceKey;
use crate::sealing::SealedSubmission;
use crate::submission::{DeviceId, SubmissionId};
use jiff::Timestamp;
use serde::Serialize;

mod attachment;
mod body;
mod outcome;
mod problem;
mod reconcile;
mod signature;

pub use attachment::*;
pub use body::*;
pub use outcome::{Answer, Delivery, Setback, deliveries, delivery};
pub use problem::{FIELD_PROBLEMS_MAX, FieldProblem, Problem, ProblemKind};
pub use reconcile::*;
pub use signature::{
    CLOCK_SKEW_S_MAX, NONCE_CHARS, RequestHead, SignatureError, Signed, content_digest, read_signature,
};

/// Liveness, with the office's time; no signature.
pub const PATH_HEALTH: &str = "/healthz";
/// The catalogue's manifest, with an ETag; no signature.
pub const PATH_CATALOGUE: &str = "/v1/catalogue";
/// One item by its hash: `/v1/catalogue/items/{id}/{hash}`; no signature.
pub const PATH_CATALOGUE_ITEMS: &str = "/v1/catalogue/items";
/// `PUT /v1/submissions/{id}`: one sealed submission.
pub const PATH_SUBMISSIONS: &str = "/v1/submissions";
/// Up to [`BATCH_ITEMS_MAX`] sealed submissions with a verdict for each.
pub const PATH_BATCH: &str = "/v1/submissions/batch";
/// What the kiosk holds and will send; answers what the office already has.
pub const PATH_ANNOUNCE: &str = "/v1/submissions/announce";
/// `GET /v1/receipts/{id}`: the receipt again, for the second confirmation.
pub const PATH_RECEIPTS: &str = "/v1/receipts";
/// The cases of the resident at the kiosk.
pub const PATH_CASES: &str = "/v1/cases/resident";
/// Takes one case of the resident at the kiosk back.
pub const PATH_WITHDRAW: &str = "/v1/cases/withdraw";
/// What a case that asks for corrections holds, for its resident at the kiosk.
pub const PATH_ANSWERS: &str = "/v1/cases/answers";
/// One-time code and public key against a device id.
pub const PATH_ENROL: &str = "/v1/enrol";
/// One rating per case.
pub const PATH_RATINGS: &str = "/v1/ratings";
/// Shared data of the resident who agreed to its use.
pub const PATH_DIRECTORY: &str = "/v1/directory";

/// Submissions of one batch.
pub const BATCH_ITEMS_MAX: usize = 20;
/// Bytes of a batch's JSON body; twenty submissions of ordinary size are 150 KB.
pub const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Letters of one announcement.
pub const ANNOUNCE_ITEMS_MAX: usize = 500;
/// Bytes of every other JSON body, either way.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Media type of a sealed submission.
pub const TYPE_SEALED: &str = "application/vnd.jiujin.sealed";
/// Media type of every other body.
pub const TYPE_JSON: &str = "application/json";
/// Media type of an error (RFC 9457).
pub const TYPE_PROBLEM: &str = "application/problem+json";
/// The office's clock in every answer (RFC 3339): a kiosk's clock may be wrong.
pub const HEADER_OFFICE_TIME: &str = "jiujin-office-time";

/// Who asks, with which key, and when by the best clock it has (its own plus the offset to the office's).
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// Given at enrolment.
    pub device: &'a DeviceId,
    /// Made at enrolment, never sent.
    pub key: &'a DeviceKey,
    /// Must be within [`CLOCK_SKEW_S_MAX`] of the office's clock; see [`Setback::ClockWrong`].
    pub now: Timestamp,
}

/// One HTTP request: method, path below the office's address, headers, body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD`, `PUT` or `POST`.
    pub method: &'static str,
    /// Absolute path without a query.
    pub path: String,
    /// Set exactly these; names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Send exactly these bytes; empty for GET.
    pub body: Vec<u8>,
}

impl Request {
    fn get(path: String) -> Request {
        Request { method: "GET", path, headers: vec![("accept", TYPE_JSON.to_owned())], body: Vec::new() }
    }

    fn post(path: &str, body: &impl Serialize) -> Request {
        // Bodies of this room are plain structs with text keys: they always serialise.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Request::with_body("POST", path.to_owned(), TYPE_JSON, body)
    }

    fn with_body(method: &'static str, path: String, media_type: &str, body: Vec<u8>) -> Request {
        let headers = vec![("accept", TYPE_JSON.to_owned()), ("content-type", media_type.to_owned())];
        Request { method, path, headers, body }
    }

    /// The manifest, if it is not the one we have. Needs no signature.
    pub fn catalogue(etag: Option<&str>) -> Request {
        let mut request = Request::get(PATH_CATALOGUE.to_owned());
        if let Some(etag) = etag {
            request.headers.push(("if-none-match", etag.to_owned()));
        }
        request
    }

    /// One item's bytes, named by their hash. Needs no signature.
    pub fn catalogue_item(id: &str, hash: &str) -> Request {
        Request::get(format!("{PATH_CATALOGUE_ITEMS}/{id}/{hash}"))
    }

    /// Deliver one letter; answered by 201 or 200 with a [`Verdict`]. Read it with [`delivery`].
    pub fn put_submission(sealed: &SealedSubmission) -> Request {
        let path = format!("{PATH_SUBMISSIONS}/{}", sealed.id());
        Request::with_body("PUT", path, TYPE_SEALED, sealed.bytes().to_vec())
    }

    /// Deliver up to [`BATCH_ITEMS_MAX`] letters; answered by 200 with a [`BatchAnswer`]. Read it with [`deliveries`].
    pub fn batch<'a>(letters: impl IntoIterator<Item = &'a SealedSubmission>) -> Request {
        let submissions = letters.into_iter().map(BatchItem::of).collect();
        Request::post(PATH_BATCH, &BatchRequest { submissions })
    }

    /// Say what will come; answered by an [`AnnounceAnswer`].
    pub fn announce(letters: Vec<Announced>) -> Request {
        Request::post(PATH_ANNOUNCE, &AnnounceRequest { letters })
    }

    /// The receipt of a submission once more; answered by a [`Verdict`] or 404. Read it with [`delivery`].
    pub fn receipt(id: SubmissionId) -> Request {
        Request::get(format!("{PATH_RECEIPTS}/{id}"))
    }

    /// The resident's cases; answered by [`CasesAnswer`].
    pub fn cases(query: &ResidentQuery) -> Request {
        Request::post(PATH_CASES, query)
    }

    /// Take a case back; answered by [`WithdrawAnswer`], the same however often it is asked.
    pub fn withdraw(withdrawal: &Withdrawal) -> Request {
        Request::post(PATH_WITHDRAW, withdrawal)
    }

    /// What was sent with a case that asks for corrections; answered by [`AnswersAnswer`].
    pub fn answers(query: &AnswersQuery) -> Request {
        Request::post(PATH_ANSWERS, query)
    }

    /// The resident's shared data; answered by [`DirectoryAnswer`].
    pub fn directory(query: &ResidentQuery) -> Request {
        Request::post(PATH_DIRECTORY, query)
    }

    /// Become a device of this office; answered by [`EnrolAnswer`]. Not signed: the body proves the key.
    pub fn enrol(request: &EnrolRequest) -> Request {
        Request::post(PATH_ENROL, request)
    }

    /// Rate a case; answered by [`RatingAnswer`].
    pub fn rate(rating: &Rating) -> Request {
        Request::post(PATH_RATINGS, rating)
    }

    /// Adds Content-Digest, Signature-Input and Signature (RFC 9421, RFC 9530). Sign anew for every attempt:
    /// the office takes each nonce once.
    pub fn signed(mut self, signer: &Signer<'_>) -> Result<Request, SignatureError> {
        let headers = signature::sign(self.method, &self.path, &self.body, signer)?;
        self.headers.extend(headers);
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
