//! The office's secrets: made at first start, kept beside the database, readable by their owner only.
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiujin_contract::keys::{KeyError, OfficeSealingKey, OfficeSigningKey};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of the lookup key (HMAC-SHA256).
const LOOKUP_BYTES: usize = 32;
/// Largest key file that is read.
const KEY_FILE_BYTES_MAX: u64 = 4096;

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum OfficeKeysError {
    #[error("the office's keys in {path} cannot be used: {source}; check the file's rights")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "{path} holds no office keys; restore it from its backup, without it no submission can be opened"
    )]
    Unreadable { path: PathBuf },
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Everything secret an office has.
#[derive(Clone)]
pub struct OfficeKeys {
    /// Opens submissions.
    pub sealing: OfficeSealingKey,
    /// Signs receipts and the catalogue.
    pub signing: OfficeSigningKey,
    lookup: Zeroizing<[u8; LOOKUP_BYTES]>,
}

#[derive(Serialize, Deserialize, Zeroize)]
#[zeroize(drop)]
struct KeyFile {
    sealing: String,
    signing: String,
    lookup: String,
}

impl OfficeKeys {
    /// Reads the keys at `path`, or makes them there. Two processes that start at once agree on one set.
    pub fn load_or_make(path: &Path) -> Result<OfficeKeys, OfficeKeysError> {
        let file_error = |source| OfficeKeysError::File { path: path.to_owned(), source };
        if !path.try_exists().map_err(file_error)? {
            let fresh = OfficeKeys::make()?;
            write_once(path, &fresh.to_file()).map_err(file_error)?;
        }
        if fs::metadata(path).map_err(file_error)?.len() > KEY_FILE_BYTES_MAX {
            return Err(OfficeKeysError::Unreadable { path: path.to_owned() });
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(file_error)?);
        OfficeKeys::from_file(&text).ok_or_else(|| OfficeKeysError::Unreadable { path: path.to_owned() })
    }

    fn make() -> Result<OfficeKeys, KeyError> {
        let mut lookup = Zeroizing::new([0; LOOKUP_BYTES]);
        getrandom::fill(lookup.as_mut()).map_err(KeyError::Randomness)?;
        Ok(OfficeKeys {
            sealing: OfficeSealingKey::generate()?,
            signing: OfficeSigningKey::generate()?,
            lookup,
        })
    }

    fn to_file(&self) -> Zeroizing<String> {
        let file = KeyFile {
            sealing: self.sealing.to_secret_file().to_string(),
            signing: self.signing.to_secret_file().to_string(),
            lookup: STANDARD.encode(self.lookup.as_ref()),
        };
        Zeroizing::new(serde_json::to_string(&file).unwrap_or_default())
    }

    fn from_file(text: &str) -> Option<OfficeKeys> {
        let file: KeyFile = serde_json::from_str(text).ok()?;
        let lookup = Zeroizing::new(STANDARD.decode(&file.lookup).ok()?);
        Some(OfficeKeys {
            sealing: OfficeSealingKey::from_secret_file(&file.sealing).ok()?,
            signing: OfficeSigningKey::from_secret_file(&file.signing).ok()?,
            lookup: Zeroizing::new(lookup.as_slice().try_into().ok()?),
        })
    }

    /// Keyed hash under which a resident's cases are found; useless without the key file.
    pub fn resident_key(&self, id_number: &str) -> String {
        self.hash("resident", id_number.trim().to_ascii_uppercase().as_bytes())
    }

    /// Keyed hash of an enrolment code.
    pub fn code_hash(&self, code: &str) -> String {
        self.hash("code", code.as_bytes())
    }

    fn hash(&self, purpose: &str, bytes: &[u8]) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.lookup.as_ref()) else { return String::new() };
        mac.update(purpose.as_bytes());
        mac.update(b"\n");
        mac.update(bytes);
        hex::encode(mac.finalize().into_bytes())
    }
}

/// Writes a whole file of mode 0600 or nothing; an existing one wins.
pub(crate) fn write_once(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    write_new(&draft, text)?;
    let placed = match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // A stick's file system has no links, and no network drive has them for sure.
        Err(_) => match write_new(path, text) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            other => other,
        },
        Ok(()) => Ok(()),
    };
    fs::remove_file(&draft)?;
    placed
}

/// A file that was not there before; what could not be written whole is taken away again.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(path);
    }
    written
}
