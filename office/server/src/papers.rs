//! Opens one attachment of a case with the office's private key, for the official who decides on it.
use crate::desk::Desk;
use crate::store::{PaperRow, StoreError};
use jiujin_contract::sealing::{SealError, SealedAttachment};
use jiujin_contract::submission::SubmissionId;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error(
        "no case here names an attachment at {path:?} of submission {submission}; `jiujin-office cases` lists them"
    )]
    NotNamed { submission: SubmissionId, path: String },
    #[error("the attachment at {path:?} has not arrived whole yet; the kiosk goes on with it by itself")]
    NotWhole { path: String },
    #[error("the attachment at {path:?} is damaged in the database; restore it from a backup")]
    Damaged { path: String },
    #[error("the attachment does not open: {0}")]
    Seal(#[from] SealError),
    #[error("{path}: {source}; name a new file in a folder that exists")]
    File { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PaperError {
    /// An answer, not a mistake.
    pub fn is_no(&self) -> bool {
        matches!(self, PaperError::NotNamed { .. } | PaperError::NotWhole { .. })
    }
}

/// Opens it into a new file that only its owner reads.
pub async fn open_into(
    desk: &Desk,
    submission: SubmissionId,
    path: &str,
    out: &Path,
) -> Result<PaperRow, PaperError> {
    let not_named = || PaperError::NotNamed { submission, path: path.to_owned() };
    let paper = desk.store.paper(submission, path).await?.ok_or_else(not_named)?;
    if !paper.complete {
        return Err(PaperError::NotWhole { path: path.to_owned() });
    }
    let sealed = SealedAttachment::parse(desk.store.sealed_paper(submission, paper.digest).await?)?;
    if sealed.digest() != paper.digest {
        return Err(PaperError::Damaged { path: path.to_owned() });
    }
    let opened = sealed.open(&desk.keys.sealing, submission, path)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(out);
    let written = file.and_then(|mut file| file.write_all(&opened).and_then(|()| file.sync_all()));
    written.map_err(|source| PaperError::File { path: out.to_owned(), source })?;
    Ok(paper)
}
