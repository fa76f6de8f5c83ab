//! The office's root keys, made in a ceremony and handed to different people: a threshold of them says which key signs
//! the catalogue. The office itself keeps only that key and the chain of signed roots, beside its other keys.
use crate::keys::write_once;
use jiff::{SignedDuration, Timestamp};
use jiujin_contract::catalogue::manifest::ManifestError;
use jiujin_contract::catalogue::trust::ROOT_KEYS_MAX;
use jiujin_contract::catalogue::{Root, SignedRoot, Trust};
use jiujin_contract::keys::{KeyError, OfficeSigningKey, OfficeVerifyingKey};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

pub mod round;

/// How long a root counts; TUF's own repository takes a year, our people meet less often.
pub const ROOT_LIFETIME: SignedDuration = SignedDuration::from_hours(5 * 365 * 24);
/// The chain of roots, and the catalogue's key, beside the office's keys.
const CHAIN_ENDING: &str = "roots";
const CATALOGUE_KEY_ENDING: &str = "catalogue-key";

/// Why a ceremony did not come about; nothing is changed by one that fails.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    #[error(
        "{path}: {source}; the folder must exist and belong to the office, a key file is never overwritten"
    )]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Key { path: PathBuf, source: KeyError },
    #[error("no key could be made: {0}")]
    NewKey(KeyError),
    #[error("{path} holds no chain of roots; restore it from its backup")]
    Unreadable { path: PathBuf },
    #[error("this office has no keys yet; start it once with `jiujin-office serve`")]
    NoOffice,
    #[error("this office has roots already; `jiujin-office root rotate` makes the next one")]
    Exists,
    #[error("this office has no roots; `jiujin-office root make` makes the first one")]
    None,
    #[error("a threshold of 1 to the number of keys, and at most {ROOT_KEYS_MAX} keys")]
    Threshold,
    #[error("the keys at hand do not make the next root: {0}; bring a threshold of the people who hold one")]
    NotEnough(ManifestError),
    #[error("{path} holds no proposal for a root; `jiujin-office root propose` writes one")]
    NoProposal { path: PathBuf },
    #[error("{path} is the key of nobody whom this root asks; bring a root key in force")]
    NotAsked { path: PathBuf },
    #[error(
        "{path} names a catalogue key that is not this office's: it was changed on its way, tell the signers"
    )]
    NotOurs { path: PathBuf },
}

/// What the office has of them.
#[derive(Default)]
pub struct Roots {
    /// Oldest first.
    pub chain: Vec<SignedRoot>,
    /// `None` without roots: then the key of the receipts signs the catalogue too.
    pub catalogue: Option<OfficeSigningKey>,
}

/// New root keys.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// A folder for the new keys; each goes to another person and leaves this machine.
    pub out: PathBuf,
    pub keys: usize,
    pub threshold: usize,
}

/// The next root.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// A threshold of the keys in force.
    pub with: Vec<PathBuf>,
    /// `None`: the same people keep their keys.
    pub people: Option<Ceremony>,
    /// False when only people change; a stolen catalogue key must change.
    pub keep_catalogue_key: bool,
}

/// What a ceremony made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RootsMade {
    pub root: u32,
    pub threshold: usize,
    pub expires: Timestamp,
    /// Files to hand out; empty when nobody changed.
    pub key_files: Vec<PathBuf>,
    pub catalogue_key: String,
}

/// The signing half of the office's key file; the rest is not needed here.
#[derive(Deserialize)]
struct OfficeFile {
    signing: String,
}

impl Roots {
    /// Those beside the office's key file, if it has any.
    pub fn load(keys: &Path) -> Result<Roots, RootsError> {
        let path = keys.with_extension(CHAIN_ENDING);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Roots::default()),
            Err(source) => return Err(RootsError::File { path, source }),
        };
        let chain: Vec<SignedRoot> =
            serde_json::from_str(&text).map_err(|_| RootsError::Unreadable { path: path.clone() })?;
        let root = chain.last().map(|last| &last.root).ok_or(RootsError::Unreadable { path })?;
        // Written before the chain, so that the key of the root in force is always here.
        let catalogue = read_key(&catalogue_key_file(keys, root.version))?;
        Ok(Roots { chain, catalogue: Some(catalogue) })
    }
}

impl Ceremony {
    fn hold(&self, version: u32) -> Result<(Vec<OfficeSigningKey>, Vec<PathBuf>), RootsError> {
        if !(1..=self.keys).contains(&self.threshold) || self.keys > ROOT_KEYS_MAX {
            return Err(RootsError::Threshold);
        }
        let (mut keys, mut files) = (Vec::new(), Vec::new());
        for number in 1..=self.keys {
            let file = self.out.join(format!("root-{version}-{number}.key"));
            keys.push(new_key_in(&file)?);
            files.push(file);
        }
        Ok((keys, files))
    }
}

/// The first root. Signed by the office's own key as well: kiosks that trust only that one follow.
pub fn make(keys: &Path, people: &Ceremony, now: Timestamp) -> Result<RootsMade, RootsError> {
    if !Roots::load(keys)?.chain.is_empty() {
        return Err(RootsError::Exists);
    }
    let office = office_key(keys)?;
    let (root_keys, key_files) = people.hold(1)?;
    let catalogue = new_key_in(&catalogue_key_file(keys, 1))?;
    let root = Root {
        version: 1,
        expires: now + ROOT_LIFETIME,
        keys: public(&root_keys),
        threshold: people.threshold,
        catalogue_keys: vec![catalogue.public()],
        catalogue_threshold: 1,
    };
    let signers: Vec<_> = root_keys.iter().chain([&office]).collect();
    let trust = Trust::single(office.public(), 0);
    conclude(keys, (&trust, vec![]), root.sign(&signers), key_files)
}

/// The next root: other people, another catalogue key, or both.
pub fn rotate(keys: &Path, rotation: &Rotation, now: Timestamp) -> Result<RootsMade, RootsError> {
    let before = Roots::load(keys)?;
    let (Some(last), Some(catalogue)) = (before.chain.last(), before.catalogue) else {
        return Err(RootsError::None);
    };
    let at_hand = rotation.with.iter().map(|path| read_key(path)).collect::<Result<Vec<_>, _>>()?;
    // Whether they are enough is asked before a new key is made.
    let trust = Trust::pin(last).map_err(RootsError::NotEnough)?;
    let mut root = Root { version: last.root.version + 1, expires: now + ROOT_LIFETIME, ..last.root.clone() };
    let signers: Vec<&OfficeSigningKey> = at_hand.iter().collect();
    trust.follow(&root.clone().sign(&signers)).map_err(RootsError::NotEnough)?;
    let (new_keys, key_files) = match &rotation.people {
        Some(people) => people.hold(root.version)?,
        None => (Vec::new(), Vec::new()),
    };
    if let Some(people) = &rotation.people {
        (root.keys, root.threshold) = (public(&new_keys), people.threshold);
    }
    let key_file = catalogue_key_file(keys, root.version);
    match rotation.keep_catalogue_key {
        true => write(&key_file, &catalogue.to_secret_file())?,
        false => root.catalogue_keys = vec![new_key_in(&key_file)?.public()],
    }
    let signers: Vec<_> = at_hand.iter().chain(&new_keys).collect();
    let signed = root.sign(&signers);
    conclude(keys, (&trust, before.chain), signed, key_files)
}

/// Every kiosk must be able to follow; only then the chain is written, whole, under another name first.
fn conclude(
    keys: &Path,
    (before, mut chain): (&Trust, Vec<SignedRoot>),
    signed: SignedRoot,
    key_files: Vec<PathBuf>,
) -> Result<RootsMade, RootsError> {
    before.follow(&signed).map_err(RootsError::NotEnough)?;
    let root = &signed.root;
    let made = RootsMade {
        root: root.version,
        threshold: root.threshold,
        expires: root.expires,
        key_files,
        catalogue_key: root.catalogue_keys.iter().map(|key| key.key_id().to_string()).collect(),
    };
    chain.push(signed);
    let path = keys.with_extension(CHAIN_ENDING);
    let draft = keys.with_extension("roots-draft");
    // Left behind by a ceremony that was cut off.
    let _ = fs::remove_file(&draft);
    write(&draft, &serde_json::to_string(&chain).unwrap_or_default())?;
    fs::rename(&draft, &path).map_err(|source| RootsError::File { path, source })?;
    Ok(made)
}

fn catalogue_key_file(keys: &Path, version: u32) -> PathBuf {
    keys.with_extension(format!("{CATALOGUE_KEY_ENDING}-{version}"))
}

fn public(keys: &[OfficeSigningKey]) -> Vec<OfficeVerifyingKey> {
    keys.iter().map(OfficeSigningKey::public).collect()
}

fn new_key_in(path: &Path) -> Result<OfficeSigningKey, RootsError> {
    let key = OfficeSigningKey::generate().map_err(RootsError::NewKey)?;
    write(path, &key.to_secret_file())?;
    Ok(key)
}

/// A key that a ceremony left behind unused must not stand where another is meant.
fn write(path: &Path, text: &str) -> Result<(), RootsError> {
    let failed = |source| RootsError::File { path: path.to_owned(), source };
    write_once(path, text).map_err(failed)?;
    match fs::read_to_string(path).map_err(failed)? == text {
        true => Ok(()),
        false => Err(failed(std::io::ErrorKind::AlreadyExists.into())),
    }
}

fn read_key(path: &Path) -> Result<OfficeSigningKey, RootsError> {
    let text = fs::read_to_string(path)
        .map(zeroize::Zeroizing::new)
        .map_err(|source| RootsError::File { path: path.to_owned(), source })?;
    OfficeSigningKey::from_secret_file(&text)
        .map_err(|source| RootsError::Key { path: path.to_owned(), source })
}

fn office_key(keys: &Path) -> Result<OfficeSigningKey, RootsError> {
    let text = fs::read_to_string(keys).map(zeroize::Zeroizing::new).map_err(|_| RootsError::NoOffice)?;
    let file: OfficeFile = serde_json::from_str(&text).map_err(|_| RootsError::NoOffice)?;
    let signing = zeroize::Zeroizing::new(file.signing);
    OfficeSigningKey::from_secret_file(&signing)
        .map_err(|source| RootsError::Key { path: keys.to_owned(), source })
}
