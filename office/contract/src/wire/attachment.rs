//! Attachments travel sealed and in pieces, apart from their submission, and go on where they stopped:
//! GET says how much the office holds, PUT adds the next piece, and the last one is answered only when the digest
//! of the whole fits. A cut at any byte loses at most one piece, and a repeated piece does no harm.
use super::{Request, TYPE_SEALED};
use crate::sealing::Digest;
use crate::submission::SubmissionId;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// `PUT …/{submission}/{digest}/{total}/{offset}`, `GET` or `HEAD …/{submission}/{digest}`.
pub const PATH_ATTACHMENTS: &str = "/v1/attachments";
/// Bytes of one piece: two seconds of a slow line.
pub const CHUNK_BYTES_MAX: usize = 256 * 1024;
/// Bytes of one sealed attachment.
pub const ATTACHMENT_TOTAL_MAX: u64 = 8 * 1024 * 1024;
/// Attachments of one submission.
pub const ATTACHMENTS_MAX: usize = 20;
/// Bytes the office holds without a gap.
pub const HEADER_HELD: &str = "jiujin-held";
/// Bytes of the whole.
pub const HEADER_TOTAL: &str = "jiujin-total";
/// `true` once the digest was checked.
pub const HEADER_COMPLETE: &str = "jiujin-complete";

/// What the office holds of one attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachmentHeld {
    /// From the first byte on, without a gap.
    pub held: u64,
    pub total: u64,
    /// The digest fits: it may be deleted at the kiosk once its submission is confirmed.
    pub complete: bool,
}

impl AttachmentHeld {
    /// Out of the headers of GET or HEAD; `None` where somebody else answers in the office's place.
    pub fn from_headers<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<AttachmentHeld> {
        Some(AttachmentHeld {
            held: header(HEADER_HELD)?.parse().ok()?,
            total: header(HEADER_TOTAL)?.parse().ok()?,
            complete: header(HEADER_COMPLETE)?.parse().ok()?,
        })
    }

    /// The piece to send now; `None` when it is complete.
    pub fn next_piece(&self) -> Option<Range<usize>> {
        let start = usize::try_from(self.held).ok().filter(|_| !self.complete && self.held < self.total)?;
        Some(start..usize::try_from(self.total).ok()?.min(start + CHUNK_BYTES_MAX))
    }
}

impl Request {
    /// How much of an attachment is there? Answered by [`AttachmentHeld`]; 404 means nothing. HEAD tells the same in
    /// its headers, but a refusal of HEAD has no body, so a kiosk with a wrong clock would never learn why.
    pub fn attachment_held(submission: SubmissionId, digest: Digest) -> Request {
        Request::get(format!("{PATH_ATTACHMENTS}/{submission}/{digest}"))
    }

    /// The piece `range` of the sealed bytes; answered by [`AttachmentHeld`]. On 409 (`other-offset`) ask again
    /// what is held; on 422 (`other-digest`) start anew.
    pub fn attachment_piece(submission: SubmissionId, sealed: &[u8], range: Range<usize>) -> Request {
        let (digest, total, offset) = (Digest::of(sealed), sealed.len(), range.start);
        let piece = sealed.get(range).unwrap_or_default().to_vec();
        let path = format!("{PATH_ATTACHMENTS}/{submission}/{digest}/{total}/{offset}");
        Request::with_body("PUT", path, TYPE_SEALED, piece)
    }
}
