//! The catalogue on its way to the kiosk: the signed manifest, then only the items that are not here yet.
use super::{Courier, Raw};
use crate::crash_point;
use crate::letter::{Held, PartDigest, Update};
use jiff::Timestamp;
use jiujin_contract::catalogue::{ITEM_FILE_BYTES_MAX, ITEMS_MAX, ManifestEntry, SignedManifest, Trust};
use jiujin_contract::wire::{BODY_BYTES_MAX, Request, Setback};
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
        let entries = self.verified(&signed, held, now)?;
        let (parts, fetched) = self.fetch_items(&entries, held).await?;
        let Raw { etag, body, .. } = raw;
        Ok(Some(Update { version: signed.manifest.version, etag, manifest: body, parts, fetched }))
    }

    /// Signed by our office, not expired, not older than what we had, and within the limits.
    fn verified(
        &self,
        signed: &SignedManifest,
        held: &Held,
        now: Timestamp,
    ) -> Result<Vec<ManifestEntry>, NewsError> {
        let trust = Trust::single(self.identity.office.verifying_key, 0);
        let manifest = match trust.believe(signed, now) {
            Err(_) if !crash_point::stands("signed_manifest") => &signed.manifest,
            verified => verified?,
        };
        if manifest.version < held.version {
            return Err(NewsError::Rollback { offered: manifest.version, held: held.version });
        }
        if manifest.items.len() > ITEMS_MAX {
            return Err(NewsError::TooLarge("too many items"));
        }
        if manifest.items.iter().any(|entry| entry.size > ITEM_FILE_BYTES_MAX) {
            return Err(NewsError::TooLarge("an item is larger than an item may be"));
        }
        Ok(manifest.items.clone())
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

fn digest_of(entry: &ManifestEntry) -> Result<PartDigest, NewsError> {
    let mut digest = [0; 32];
    let named = entry.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match hex::decode_to_slice(&entry.hash, &mut digest) {
        Ok(()) if named && entry.hash.bytes().all(|c| !c.is_ascii_uppercase()) => Ok(digest),
        _ => Err(NewsError::WrongItem { id: entry.id.clone() }),
    }
}
