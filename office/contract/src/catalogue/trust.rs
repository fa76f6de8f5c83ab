//! Whom a kiosk believes about the catalogue.
//!
//! A few *root* keys lie offline with different people. A threshold of them (2 of 3) signs a [`Root`], which names
//! the office's online *catalogue* keys; these sign the manifest every day. A lost or stolen online key is replaced
//! by the next root; a lost root key as well, as long as a threshold of the old ones signs the change. A kiosk pins a
//! root at enrolment and follows the chain of roots that come with the manifest, one version at a time.
//!
//! These are the roles of TUF without its files. The crate `tough` was not taken: it wants the repository as files
//! behind its own transport and keeps state in a directory, while here one signed JSON document and items by hash
//! go through the kiosk's signed requests into its one SQLite transaction; snapshot and timestamp roles fall together
//! because a manifest lists every item with its hash and is new every day. `trust/tests.rs` holds this room to TUF's
//! list of attacks.
use super::ITEMS_MAX;
use super::manifest::{Manifest, ManifestError, SignedManifest};
use crate::item::canonical_json;
use crate::keys::{KeyId, OfficeSigningKey, OfficeVerifyingKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Root keys of one office; more people cannot be found in time.
pub const ROOT_KEYS_MAX: usize = 9;
/// Roots one update may walk through.
pub const ROOT_CHAIN_MAX: usize = 32;
/// Bytes of a signed manifest with its roots; ours has 30 KB.
pub const MANIFEST_BYTES_MAX: usize = 1024 * 1024;
/// How long a manifest may claim to count: a kiosk that is kept from newer ones notices at the latest then.
pub const MANIFEST_LIFETIME_MAX: SignedDuration = SignedDuration::from_hours(62 * 24);
/// A manifest's version counts days in millions. A stolen key could otherwise jump to the end of all numbers, and no
/// honest manifest would ever be newer; the next root, with other keys, starts the count anew.
const VERSION_LEAP_MAX: u64 = 800 * 1_000_000;
const SIGNED_AS: &[u8] = b"jiujin catalogue root v1\n";

/// Who may sign what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// Exactly one more than the root before.
    pub version: u32,
    pub expires: Timestamp,
    pub keys: Vec<OfficeVerifyingKey>,
    /// So many of `keys` sign the next root.
    pub threshold: usize,
    pub catalogue_keys: Vec<OfficeVerifyingKey>,
    /// So many of `catalogue_keys` sign a manifest.
    pub catalogue_threshold: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySignature {
    pub key_id: KeyId,
    /// Ed25519, hex.
    pub signature: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRoot {
    pub root: Root,
    pub signatures: Vec<KeySignature>,
}

impl KeySignature {
    pub(super) fn make(key: &OfficeSigningKey, bytes: &[u8]) -> KeySignature {
        KeySignature { key_id: key.public().key_id(), signature: hex::encode(key.sign(bytes)) }
    }
}

/// Different keys of `keys` whose signature fits; the same key counts once.
fn fitting(keys: &[OfficeVerifyingKey], signatures: &[KeySignature], bytes: &[u8]) -> usize {
    let fits = |given: &&KeySignature| {
        let key = keys.iter().find(|key| key.key_id() == given.key_id);
        let signature = hex::decode(&given.signature).unwrap_or_default();
        key.is_some_and(|key| key.verify(bytes, &signature).is_ok())
    };
    // A flood of signatures is not walked through.
    let looked_at = signatures.iter().take(2 * ROOT_KEYS_MAX);
    looked_at.filter(fits).map(|given| given.key_id).collect::<BTreeSet<_>>().len()
}

impl Root {
    pub fn sign(self, keys: &[&OfficeSigningKey]) -> SignedRoot {
        let bytes = self.signed_bytes();
        SignedRoot {
            signatures: keys.iter().map(|key| KeySignature::make(key, &bytes)).collect(),
            root: self,
        }
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).unwrap_or_default();
        [SIGNED_AS, canonical_json(&value).as_bytes()].concat()
    }

    fn is_sound(&self) -> bool {
        let distinct = |keys: &[OfficeVerifyingKey]| {
            keys.iter().map(OfficeVerifyingKey::key_id).collect::<BTreeSet<_>>().len() == keys.len()
        };
        let possible = |threshold: usize, keys: &[OfficeVerifyingKey]| {
            (1..=keys.len()).contains(&threshold) && keys.len() <= ROOT_KEYS_MAX && distinct(keys)
        };
        possible(self.threshold, &self.keys) && possible(self.catalogue_threshold, &self.catalogue_keys)
    }
}

/// What a kiosk keeps: the root in force and the newest manifest it accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    root: Root,
    /// 0 before the first manifest.
    seen: u64,
}

impl Trust {
    /// At enrolment, over the authenticated channel: the first root, whole and signed by itself.
    pub fn pin(first: &SignedRoot) -> Result<Trust, ManifestError> {
        let root = &first.root;
        let signed = fitting(&root.keys, &first.signatures, &root.signed_bytes());
        match root.is_sound() && signed >= root.threshold {
            true => Ok(Trust { root: root.clone(), seen: 0 }),
            false => Err(ManifestError::WrongRoot { version: root.version }),
        }
    }

    /// An office without root keys: its one key is the root and signs the manifest, and only a new enrolment
    /// changes it. `seen` is the newest version accepted so far.
    pub fn single(key: OfficeVerifyingKey, seen: u64) -> Trust {
        let (keys, catalogue_keys) = (vec![key], vec![key]);
        let expires = Timestamp::MAX;
        let root = Root { version: 0, expires, keys, threshold: 1, catalogue_keys, catalogue_threshold: 1 };
        Trust { root, seen }
    }

    /// The next root: signed by a threshold of the old keys *and* of its own. Other catalogue keys start the count of
    /// manifests anew, so that a stolen key cannot block the catalogue for ever.
    pub fn follow(&self, next: &SignedRoot) -> Result<Trust, ManifestError> {
        let (old, new) = (&self.root, &next.root);
        let bytes = new.signed_bytes();
        let follows = old.version.checked_add(1) == Some(new.version) && new.is_sound();
        let by_old = fitting(&old.keys, &next.signatures, &bytes) >= old.threshold;
        let by_new = fitting(&new.keys, &next.signatures, &bytes) >= new.threshold;
        if !(follows && by_old && by_new) {
            return Err(ManifestError::WrongRoot { version: new.version });
        }
        let seen = if old.catalogue_keys == new.catalogue_keys { self.seen } else { 0 };
        Ok(Trust { root: new.clone(), seen })
    }

    /// Reads what the office answered: roots first, then the manifest. Nothing changes unless all of it is believed;
    /// keep the returned trust with the manifest in one transaction.
    pub fn read(&self, bytes: &[u8], now: Timestamp) -> Result<(Trust, Manifest), ManifestError> {
        if bytes.len() > MANIFEST_BYTES_MAX {
            return Err(ManifestError::Endless { bytes: bytes.len() });
        }
        let signed: SignedManifest = serde_json::from_slice(bytes).map_err(|_| ManifestError::Unreadable)?;
        let mut trust = self.clone();
        let newer = signed.roots.iter().filter(|root| root.root.version > self.root.version);
        for root in newer.take(ROOT_CHAIN_MAX) {
            trust = trust.follow(root)?;
        }
        let manifest = trust.believe(&signed, now)?.clone();
        Ok((Trust { seen: manifest.version, ..trust }, manifest))
    }

    /// The manifest, if a threshold of the keys in force signed it, it counts now, and it is not older than the newest.
    pub fn believe<'m>(
        &self,
        signed: &'m SignedManifest,
        now: Timestamp,
    ) -> Result<&'m Manifest, ManifestError> {
        let (root, manifest) = (&self.root, &signed.manifest);
        if now > root.expires {
            return Err(ManifestError::Expired(root.expires));
        }
        let signatures = signed.all_signatures(&root.catalogue_keys);
        if fitting(&root.catalogue_keys, &signatures, &manifest.signed_bytes()) < root.catalogue_threshold {
            return Err(ManifestError::NotSigned);
        }
        if now > manifest.expires {
            return Err(ManifestError::Expired(manifest.expires));
        }
        // One from the future is no attack but a kiosk whose clock is behind; it counts.
        if manifest.expires.duration_since(manifest.issued) > MANIFEST_LIFETIME_MAX {
            return Err(ManifestError::WrongTime { issued: manifest.issued });
        }
        let (offered, seen) = (manifest.version, self.seen);
        if offered < seen {
            return Err(ManifestError::Older { offered, seen });
        }
        if seen > 0 && offered - seen > VERSION_LEAP_MAX {
            return Err(ManifestError::FastForward { offered, seen });
        }
        let ids: BTreeSet<&str> = manifest.items.iter().map(|entry| entry.id.as_str()).collect();
        match ids.len() == manifest.items.len() && ids.len() <= ITEMS_MAX {
            true => Ok(manifest),
            false => Err(ManifestError::Unreadable),
        }
    }

    /// The newest version accepted so far.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The root in force.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Nothing is taken back: neither a root nor, while the catalogue keys are the same, a manifest.
    pub fn supersedes(&self, before: &Trust) -> bool {
        let (new, old) = (&self.root, &before.root);
        let same_keys = new.catalogue_keys == old.catalogue_keys;
        new.version >= old.version && (self.seen >= before.seen || new.version > old.version && !same_keys)
    }
}

#[cfg(test)]
mod tests;
