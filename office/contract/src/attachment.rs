//! Scanned papers that belong to a submission. They are sealed apart from it and travel apart, in pieces; the
//! submission names each inside its own seal, so that the office knows what is missing and nobody can swap one.
use crate::sealing::Digest;
use crate::wire::{ATTACHMENT_TOTAL_MAX, ATTACHMENTS_MAX};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Longest answer path: deep lists of long names stay far below.
pub const ATTACHMENT_PATH_BYTES_MAX: usize = 512;
/// Longest media type; RFC 6838 allows 127 for each half, those of scanners are short.
pub const MEDIA_TYPE_CHARS_MAX: usize = 80;

/// Why a list of attachments is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    #[error("a submission has at most {ATTACHMENTS_MAX} attachments; leave some papers for the counter")]
    TooMany,
    #[error("a sealed attachment has 1 to {ATTACHMENT_TOTAL_MAX} bytes; scan with fewer dots per inch")]
    Size,
    #[error("an attachment's path is a JSON pointer of at most {ATTACHMENT_PATH_BYTES_MAX} bytes, each once")]
    Path,
    #[error("two attachments of one submission are never the same sealed bytes; seal each by itself")]
    Twice,
    #[error("a media type is type/subtype in at most {MEDIA_TYPE_CHARS_MAX} characters")]
    MediaType,
}

impl AttachmentError {
    /// The schema's keyword of the same meaning, for a field problem.
    pub fn keyword(self) -> &'static str {
        match self {
            AttachmentError::TooMany => "maxItems",
            AttachmentError::Size => "maximum",
            AttachmentError::Path | AttachmentError::Twice => "uniqueItems",
            AttachmentError::MediaType => "format",
        }
    }
}

/// One attachment as its submission names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentNamed {
    /// JSON pointer of the answer that it is: `/lease_contract`.
    pub path: String,
    /// Of the sealed bytes, by which it travels.
    pub digest: Digest,
    /// Length of the sealed bytes.
    pub bytes: u64,
    /// `image/jpeg`, `application/pdf`.
    pub media_type: String,
}

impl AttachmentNamed {
    fn check(&self) -> Result<(), AttachmentError> {
        if !is_pointer(&self.path) {
            return Err(AttachmentError::Path);
        }
        if !(1..=ATTACHMENT_TOTAL_MAX).contains(&self.bytes) {
            return Err(AttachmentError::Size);
        }
        if is_media_type(&self.media_type) { Ok(()) } else { Err(AttachmentError::MediaType) }
    }
}

/// Every one within the limits, no path and no bytes twice.
pub fn check(attachments: &[AttachmentNamed]) -> Result<(), AttachmentError> {
    if attachments.len() > ATTACHMENTS_MAX {
        return Err(AttachmentError::TooMany);
    }
    let (mut paths, mut digests) = (BTreeSet::new(), BTreeSet::new());
    for named in attachments {
        named.check()?;
        if !paths.insert(&named.path) {
            return Err(AttachmentError::Path);
        }
        if !digests.insert(named.digest) {
            return Err(AttachmentError::Twice);
        }
    }
    Ok(())
}

/// RFC 6901, and never the whole of the answers.
fn is_pointer(path: &str) -> bool {
    let escaped = |part: &str| part.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    path.len() <= ATTACHMENT_PATH_BYTES_MAX
        && path.starts_with('/')
        && escaped(path)
        && !path.chars().any(char::is_control)
}

fn is_media_type(text: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"!#$&-^_.+".contains(&c);
    let named = |half: &str| !half.is_empty() && half.bytes().all(allowed);
    text.len() <= MEDIA_TYPE_CHARS_MAX
        && text.split_once('/').is_some_and(|(kind, subtype)| named(kind) && named(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> AttachmentNamed {
        let digest = Digest::of(path.as_bytes());
        AttachmentNamed { path: path.into(), digest, bytes: 900, media_type: "image/jpeg".into() }
    }

    #[test]
    fn a_list_within_its_limits_is_taken() {
        let most: Vec<_> = (0..ATTACHMENTS_MAX).map(|n| named(&format!("/family/{n}/card"))).collect();
        assert_eq!(check(&most), Ok(()));
        assert_eq!(check(&[]), Ok(()));
        let largest = AttachmentNamed { bytes: ATTACHMENT_TOTAL_MAX, ..named("/a~1b~0c") };
        assert_eq!(check(&[largest]), Ok(()));
    }

    #[test]
    fn every_limit_is_said_by_its_name() {
        let many: Vec<_> = (0..=ATTACHMENTS_MAX).map(|n| named(&format!("/{n}"))).collect();
        assert_eq!(check(&many), Err(AttachmentError::TooMany));
        for bytes in [0, ATTACHMENT_TOTAL_MAX + 1] {
            assert_eq!(check(&[AttachmentNamed { bytes, ..named("/a") }]), Err(AttachmentError::Size));
        }
        for path in ["", "lease", "/a~2", "/a\nb", &format!("/{}", "x".repeat(ATTACHMENT_PATH_BYTES_MAX))] {
            assert_eq!(check(&[named(path)]), Err(AttachmentError::Path), "{path:?}");
        }
        for media_type in ["", "jpeg", "image/", "image/jpeg; x=1", "Image/JPEG"] {
            let wrong = AttachmentNamed { media_type: media_type.into(), ..named("/a") };
            assert_eq!(check(&[wrong]), Err(AttachmentError::MediaType), "{media_type:?}");
        }
        assert_eq!(check(&[named("/a"), named("/a")]), Err(AttachmentError::Path));
        let twin = AttachmentNamed { path: "/b".into(), ..named("/a") };
        assert_eq!(check(&[named("/a"), twin]), Err(AttachmentError::Twice));
    }
}
