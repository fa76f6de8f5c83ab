//! The catalogue on its way to the kiosk: the signed manifest, then only the items that are not here yet.
use super::{Courier, Raw};
use crate::crash_point;
use crate::letter::{Believed, Held, PartDigest, Update};
use jiff::Timestamp;
use jiujin_contract::catalogue::board::{BOARD_BYTES_MAX, BOARD_ID};
use jiujin_contract::catalogue::{ITEM_FILE_BYTES_MAX, ITEMS_MAX, ManifestEntry, SignedManifest, Trust};
use jiujin_contract::sealing::Digest;
use jiujin_contract::wire::{BODY_BYTES_MAX, EnrolAnswer, Request, Setback};
use sha2::{Digest as _, Sha256};

/// Bytes of all items of one update.
pub const UPDATE_BYTES_MAX: u64 = 10 * 1024 * 1024;
const STATUS_NOT_MODIFIED: u16 = 304;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NewsError {
    #[error("{0}")]
    SetBack(#[from] Setback),
    #[error(transparent)]
    Manifest(#[from] jiujin_contract::catalogue::manifest::ManifestError),
    #[error("the office offers catalogue {offered}, but {held} was accepted before; ask the office")]
    Rollback { offered: u64, held: u64 },
    #[error("the catalogue is too large: {0}")]
    TooLarge(&'static str),
    #[error("item {id} is not what the manifest says; the catalogue in force stays")]
    WrongItem { id: String },
}

impl NewsError {
    /// The office was reached, whatever it said.
    pub fn is_answer(&self) -> bool {
        !matches!(self, NewsError::SetBack(setback) if setback.pauses_the_courier())
    }
}

impl Courier {
    /// `None` when there is nothing newer. The catalogue in force is never touched here.
    pub async fn fetch_catalogue(&self, held: &Held, now: Timestamp) -> Result<Option<Update>, NewsError> {
        let raw = self.line.exchange(Request::catalogue(held.etag.as_deref()), BODY_BYTES_MAX).await?;
        if raw.status == STATUS_NOT_MODIFIED {
            return Ok(None);
        }
        let signed: SignedManifest = raw.answer().read()?;
        let (trust, entries) = self.verified(&signed, &raw.body, held, now)?;
        let (parts, fetched) = self.fetch_items(&entries, held).await?;
        let Raw { etag, body, .. } = raw;
        let believed = Believed { anchor: anchor(&self.identity.office), trust };
        let version = signed.manifest.version;
        Ok(Some(Update { version, believed, etag, manifest: body, parts, fetched }))
    }

    /// Where belief begins: what is in force since the last manifest, else what was pinned at enrolment.
    fn trust(&self, held: &Held) -> Result<Trust, NewsError> {
        let office = &self.identity.office;
        match (&held.believed, &office.root) {
            (Some(kept), _) if kept.anchor == anchor(office) => Ok(kept.trust.clone()),
            (_, Some(root)) => Ok(Trust::pin(root)?),
            (Some(_), None) => Ok(Trust::single(office.verifying_key, 0)),
            (None, None) => Ok(Trust::single(office.verifying_key, held.version)),
        }
    }

    /// Signed by whom the roots name, not expired, not older than what we had, and within the limits.
    fn verified(
        &self,
        signed: &SignedManifest,
        bytes: &[u8],
        held: &Held,
        now: Timestamp,
    ) -> Result<(Trust, Vec<ManifestEntry>), NewsError> {
        let before = self.trust(held)?;
        let (trust, manifest) = match before.read(bytes, now) {
            Err(_) if !crash_point::stands("signed_manifest") => (before.clone(), signed.manifest.clone()),
            believed => believed?,
        };
        if !trust.supersedes(&before) {
            return Err(NewsError::Rollback { offered: manifest.version, held: before.seen() });
        }
        if manifest.items.len() > ITEMS_MAX {
            return Err(NewsError::TooLarge("too many items"));
        }
        if manifest.board.as_ref().is_some_and(|board| board.id != BOARD_ID || board.size > BOARD_BYTES_MAX) {
            return Err(NewsError::TooLarge("the board is larger than a board may be"));
        }
        if manifest.items.iter().any(|entry| entry.size > ITEM_FILE_BYTES_MAX) {
            return Err(NewsError::TooLarge("an item is larger than an item may be"));
        }
        Ok((trust, manifest.entries()))
    }

    async fn fetch_items(
        &self,
        entries: &[ManifestEntry],
        held: &Held,
    ) -> Result<(Vec<PartDigest>, Vec<Vec<u8>>), NewsError> {
        let (mut parts, mut fetched, mut total) = (Vec::new(), Vec::new(), 0u64);
        for entry in entries {
            let digest = digest_of(entry)?;
            parts.push(digest);
            if held.parts.contains(&digest) {
                continue;
            }
            total += entry.size;
            if total > UPDATE_BYTES_MAX {
                return Err(NewsError::TooLarge("the update is larger than 10 MiB"));
            }
            fetched.push(self.fetch_item(entry, digest).await?);
        }
        Ok((parts, fetched))
    }

    async fn fetch_item(&self, entry: &ManifestEntry, digest: PartDigest) -> Result<Vec<u8>, NewsError> {
        let wrong = || NewsError::WrongItem { id: entry.id.clone() };
        let size = usize::try_from(entry.size).map_err(|_| wrong())?;
        let raw = self.line.exchange(Request::catalogue_item(&entry.id, &entry.hash), size).await?;
        // Reads the status and the media type; the bytes count by their hash only.
        raw.answer().read::<serde::de::IgnoredAny>()?;
        let found: PartDigest = Sha256::digest(&raw.body).into();
        if found == digest { Ok(raw.body) } else { Err(wrong()) }
    }
}

/// The name of what a kiosk pinned at its enrolment.
fn anchor(office: &EnrolAnswer) -> String {
    match &office.root {
        None => office.verifying_key.key_id().to_string(),
        Some(first) => Digest::of(&serde_json::to_vec(first).unwrap_or_default()).to_string(),
    }
}

fn digest_of(entry: &ManifestEntry) -> Result<PartDigest, NewsError> {
    let mut digest = [0; 32];
    let named = entry.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match hex::decode_to_slice(&entry.hash, &mut digest) {
        Ok(()) if named && entry.hash.bytes().all(|c| !c.is_ascii_uppercase()) => Ok(digest),
        _ => Err(NewsError::WrongItem { id: entry.id.clone() }),
    }
}
