//! Which items, in which versions, an office stands behind; signed, so that a kiosk believes nothing else.
use super::trust::{KeySignature, SignedRoot};
use crate::item::{ServiceItem, canonical_json};
use crate::keys::{OfficeSigningKey, OfficeVerifyingKey};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};

/// May people start this service, finish what they started, or neither (OpenRosa: open, closing, closed)?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenState {
    Open,
    Closing,
    Closed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestEntry {
    pub id: String,
    pub version: u32,
    /// SHA-256 of the item's canonical JSON, hex.
    pub hash: String,
    /// Bytes of the canonical JSON.
    pub size: u64,
    pub state: OpenState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Grows with every change; a kiosk never goes back.
    pub version: u64,
    pub issued: jiff::Timestamp,
    pub expires: jiff::Timestamp,
    pub items: Vec<ManifestEntry>,
    /// Notices and words of the site, by their hash as well; see [`super::board`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<ManifestEntry>,
}

/// The manifest as it travels. The signature covers its canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedManifest {
    pub manifest: Manifest,
    /// Ed25519 of the office's catalogue key, hex.
    pub signature: String,
    /// Of further catalogue keys, where the root asks for more than one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<KeySignature>,
    /// Every root after the first, oldest first; see [`super::trust`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<SignedRoot>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error(
        "the catalogue manifest is not signed by this office; enrol the kiosk again if the office changed its key"
    )]
    NotSigned,
    #[error("the catalogue manifest expired at {0}; check the clock of the kiosk, then the office")]
    Expired(jiff::Timestamp),
    #[error("item {id} does not match the manifest; it will be fetched again")]
    WrongItem { id: String },
    #[error("the answer is no catalogue manifest; something between kiosk and office may have changed it")]
    Unreadable,
    #[error("the catalogue manifest has {bytes} bytes, more than any; it was not read")]
    Endless { bytes: usize },
    #[error(
        "the catalogue manifest {offered} is older than {seen}, which was accepted before; ask the office"
    )]
    Older { offered: u64, seen: u64 },
    #[error(
        "the catalogue manifest leaps from {seen} to {offered}; ask the office whether its key was stolen"
    )]
    FastForward { offered: u64, seen: u64 },
    #[error("the catalogue manifest of {issued} claims to count for longer than any may; ask the office")]
    WrongTime { issued: jiff::Timestamp },
    #[error("root {version} is not signed by enough root keys or does not follow; ask the office")]
    WrongRoot { version: u32 },
}

/// Separates this signature from every other the office makes.
const SIGNED_AS: &[u8] = b"jiujin catalogue manifest v1\n";

impl ManifestEntry {
    pub fn of(item: &ServiceItem, state: OpenState) -> ManifestEntry {
        ManifestEntry {
            id: item.id.clone(),
            version: item.version,
            hash: item.content_hash(),
            size: item.canonical_json().len() as u64,
            state,
        }
    }
}

impl Manifest {
    pub fn sign(self, key: &SigningKey) -> SignedManifest {
        let signature = hex::encode(key.sign(&self.signed_bytes()).to_bytes());
        SignedManifest { manifest: self, signature, signatures: Vec::new(), roots: Vec::new() }
    }

    /// Everything that is fetched by its hash.
    pub fn entries(&self) -> Vec<ManifestEntry> {
        self.items.iter().chain(&self.board).cloned().collect()
    }

    pub(super) fn signed_bytes(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).unwrap_or_default();
        [SIGNED_AS, canonical_json(&value).as_bytes()].concat()
    }

    /// The same from bytes that were fetched: as long as listed, with the listed hash, and only then read.
    pub fn admit_bytes(&self, id: &str, bytes: &[u8]) -> Result<ServiceItem, ManifestError> {
        let wrong = || ManifestError::WrongItem { id: id.to_owned() };
        let entry = self.items.iter().find(|entry| entry.id == id).ok_or_else(wrong)?;
        if entry.size != bytes.len() as u64 || entry.hash != crate::sealing::Digest::of(bytes).to_string() {
            return Err(wrong());
        }
        let item: ServiceItem = serde_json::from_slice(bytes).map_err(|_| wrong())?;
        if item.id == entry.id && item.version == entry.version { Ok(item) } else { Err(wrong()) }
    }

    /// An item is taken only as the office listed it.
    pub fn admit(&self, item: &ServiceItem) -> Result<OpenState, ManifestError> {
        let listed = self.items.iter().find(|entry| entry.id == item.id && entry.version == item.version);
        match listed {
            Some(entry) if entry.hash == item.content_hash() => Ok(entry.state),
            _ => Err(ManifestError::WrongItem { id: item.id.clone() }),
        }
    }
}

impl SignedManifest {
    /// All signatures with the id of their key; the first one does not name it, so each key at hand may have made it.
    pub(super) fn all_signatures(&self, keys: &[OfficeVerifyingKey]) -> Vec<KeySignature> {
        let signature = &self.signature;
        let first =
            keys.iter().map(|key| KeySignature { key_id: key.key_id(), signature: signature.clone() });
        first.chain(self.signatures.iter().cloned()).collect()
    }

    /// One more catalogue key signs.
    pub fn countersign(mut self, key: &OfficeSigningKey) -> SignedManifest {
        self.signatures.push(KeySignature::make(key, &self.manifest.signed_bytes()));
        self
    }

    /// The manifest, if this office signed it and it still counts at `now`.
    pub fn verify(&self, key: &VerifyingKey, now: jiff::Timestamp) -> Result<&Manifest, ManifestError> {
        let bytes: Option<[u8; 64]> =
            hex::decode(&self.signature).ok().and_then(|bytes| bytes.try_into().ok());
        let signature = Signature::from_bytes(&bytes.ok_or(ManifestError::NotSigned)?);
        key.verify(&self.manifest.signed_bytes(), &signature).map_err(|_| ManifestError::NotSigned)?;
        match now > self.manifest.expires {
            true => Err(ManifestError::Expired(self.manifest.expires)),
            false => Ok(&self.manifest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let now: jiff::Timestamp = "2026-09-21T00:00:00Z".parse().unwrap();
        Manifest {
            version: 7,
            issued: now,
            expires: "2026-10-21T00:00:00Z".parse().unwrap(),
            items: vec![],
            board: None,
        }
    }

    #[test]
    fn a_manifest_of_another_office_is_not_believed() {
        let (ours, theirs) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let signed = manifest().sign(&theirs);
        let now = signed.manifest.issued;
        assert_eq!(signed.verify(&ours.verifying_key(), now), Err(ManifestError::NotSigned));
        assert!(signed.verify(&theirs.verifying_key(), now).is_ok());
    }

    #[test]
    fn a_changed_word_breaks_the_signature() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let mut signed = manifest().sign(&key);
        signed.manifest.version = 8;
        assert_eq!(
            signed.verify(&key.verifying_key(), signed.manifest.issued),
            Err(ManifestError::NotSigned)
        );
    }

    #[test]
    fn an_old_manifest_says_when_it_expired() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let signed = manifest().sign(&key);
        let late = "2026-11-01T00:00:00Z".parse().unwrap();
        assert_eq!(
            signed.verify(&key.verifying_key(), late),
            Err(ManifestError::Expired(signed.manifest.expires))
        );
    }
}
