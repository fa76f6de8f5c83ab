//! The next root for people in different places: the office proposes it in a file, the file goes from one to the
//! next, each adds a signature with a key that never leaves them, and the office takes the file back.
//!
//! The file holds nothing secret. People keep their keys here: only the catalogue key changes. New people get theirs
//! on one machine, with `rotate`.
use super::*;
use jiujin_contract::catalogue::trust::MANIFEST_BYTES_MAX;
use std::io::Write;

/// How far a proposal has come. Each person compares `catalogue_key` with what the office says over the telephone:
/// whoever changed the file on its way named a key of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundSoFar {
    pub root: u32,
    pub expires: Timestamp,
    pub catalogue_key: String,
    pub signatures: usize,
    /// So many are wanted.
    pub threshold: usize,
}

impl RoundSoFar {
    fn of(proposal: &SignedRoot) -> RoundSoFar {
        let root = &proposal.root;
        RoundSoFar {
            root: root.version,
            expires: root.expires,
            catalogue_key: root.catalogue_keys.iter().map(|key| key.key_id().to_string()).collect(),
            signatures: proposal.signatures.len(),
            threshold: root.threshold,
        }
    }
}

/// Writes the next root, unsigned, to `file`. Its catalogue key stays at the office; while that lies there no second
/// proposal is made, for the signatures of the first would be worth nothing.
pub fn propose(keys: &Path, file: &Path, now: Timestamp) -> Result<RoundSoFar, RootsError> {
    let before = Roots::load(keys)?;
    let last = before.chain.last().ok_or(RootsError::None)?;
    let version = last.root.version + 1;
    let key_file = catalogue_key_file(keys, version);
    let catalogue = new_key_in(&key_file)?;
    let catalogue_keys = vec![catalogue.public()];
    let root = Root { version, expires: now + ROOT_LIFETIME, catalogue_keys, ..last.root.clone() };
    let proposal = SignedRoot { root, signatures: Vec::new() };
    if let Err(error) = put(file, &proposal) {
        // Nobody has seen the key; left behind it would forbid the next try.
        let _ = fs::remove_file(&key_file);
        return Err(error);
    }
    Ok(RoundSoFar::of(&proposal))
}

/// What a proposal says, for whoever is asked to sign it.
pub fn show(file: &Path) -> Result<RoundSoFar, RootsError> {
    read(file).map(|proposal| RoundSoFar::of(&proposal))
}

/// Adds the signature of one person; the same person twice counts once. Needs no office, only file and key.
pub fn sign(file: &Path, with: &Path) -> Result<RoundSoFar, RootsError> {
    let mut proposal = read(file)?;
    let key = read_key(with)?;
    let id = key.public().key_id();
    if !proposal.root.keys.iter().any(|known| known.key_id() == id) {
        return Err(RootsError::NotAsked { path: with.to_owned() });
    }
    proposal.signatures.retain(|signature| signature.key_id != id);
    proposal.signatures.extend(proposal.root.clone().sign(&[&key]).signatures);
    // Whole or not at all: the file carries what others have signed.
    let mut draft = file.as_os_str().to_owned();
    draft.push(".draft");
    let draft = PathBuf::from(draft);
    // Left behind by a signer who was cut off.
    let _ = fs::remove_file(&draft);
    put(&draft, &proposal)?;
    fs::rename(&draft, file).map_err(|source| RootsError::File { path: file.to_owned(), source })?;
    Ok(RoundSoFar::of(&proposal))
}

/// Takes the signed file back, if a threshold signed it and it names the catalogue key that lies here.
pub fn finish(keys: &Path, file: &Path) -> Result<RootsMade, RootsError> {
    let before = Roots::load(keys)?;
    let trust = Trust::pin(before.chain.last().ok_or(RootsError::None)?).map_err(RootsError::NotEnough)?;
    let proposal = read(file)?;
    trust.follow(&proposal).map_err(RootsError::NotEnough)?;
    let ours = read_key(&catalogue_key_file(keys, proposal.root.version))?;
    if proposal.root.catalogue_keys != [ours.public()] {
        return Err(RootsError::NotOurs { path: file.to_owned() });
    }
    conclude(keys, (&trust, before.chain), proposal, Vec::new())
}

/// Never over another file; without hard links, which a stick's file system has not.
fn put(file: &Path, proposal: &SignedRoot) -> Result<(), RootsError> {
    let failed = |source| RootsError::File { path: file.to_owned(), source };
    let text = serde_json::to_string(proposal).unwrap_or_default();
    let mut new = fs::OpenOptions::new().write(true).create_new(true).open(file).map_err(failed)?;
    new.write_all(text.as_bytes()).and_then(|()| new.sync_all()).map_err(failed)
}

/// It comes by mail or on a stick: nothing endless is read.
fn read(file: &Path) -> Result<SignedRoot, RootsError> {
    let failed = |source| RootsError::File { path: file.to_owned(), source };
    let unreadable = || RootsError::NoProposal { path: file.to_owned() };
    if fs::metadata(file).map_err(failed)?.len() > MANIFEST_BYTES_MAX as u64 {
        return Err(unreadable());
    }
    let text = fs::read(file).map_err(failed)?;
    serde_json::from_slice(&text).map_err(|_| unreadable())
}
