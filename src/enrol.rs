//! Makes this kiosk known to an office: keys are made here and never leave, the office gives a name and its own
//! public keys. Both stand in two files beside the store, readable by the kiosk's user only.
use crate::config::{self, Config};
use crate::courier::{CourierError, Line};
use jiujin_contract::keys::{DeviceKey, KeyError};
use jiujin_contract::wire::{BODY_BYTES_MAX, EnrolAnswer, EnrolRequest, Request, Setback};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const KEY_FILE: &str = "device.key";
/// The key of an enrolment that the office has not answered yet.
const NEW_KEY_FILE: &str = "device.key.new";
const DEVICE_FILE: &str = "device.json";
/// Read and written by the owner only.
const SECRET_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;
/// The address `config init` writes: it counts as "not decided here".
const UNDECIDED_URL: &str = "http://127.0.0.1:8080";

#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error("{path}: {source}; the kiosk's user must own this folder")]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: {source}; restore the file from a backup or enrol again with a new code")]
    Key { path: PathBuf, source: KeyError },
    #[error("{path} is damaged: {source}; restore it from a backup or enrol again with a new code")]
    Device { path: PathBuf, source: serde_json::Error },
    #[error("{0:?} is no address of an office; write https://…, or http:// to this machine")]
    Address(String),
    #[error("a new key could not be made: {0}")]
    NewKey(#[source] KeyError),
    #[error("the office did not enrol this kiosk: {0}; ask for a new code with `jiujin-office device add`")]
    Refused(Box<Setback>),
}

/// What stands in `device.json`.
#[derive(Serialize, Deserialize)]
struct DeviceFile {
    office_url: String,
    office: EnrolAnswer,
}

/// Who this kiosk is, and who its office is.
pub struct Identity {
    pub key: DeviceKey,
    /// Device id, short id and the office's public keys.
    pub office: EnrolAnswer,
    enrolled_at: String,
}

impl Identity {
    pub fn new(key: DeviceKey, office: EnrolAnswer, office_url: &str) -> Identity {
        Identity { key, office, enrolled_at: office_url.to_owned() }
    }

    /// `None` when the kiosk was never enrolled.
    pub fn load(data_dir: &Path) -> Result<Option<Identity>, EnrolError> {
        let (path, key_path) = (data_dir.join(DEVICE_FILE), data_dir.join(KEY_FILE));
        let Some(text) = read(&path)? else { return Ok(None) };
        let file: DeviceFile =
            serde_json::from_str(&text).map_err(|source| EnrolError::Device { path, source })?;
        let Some(secret) = read(&key_path)? else { return Ok(None) };
        let secret = zeroize::Zeroizing::new(secret);
        let key = DeviceKey::from_secret_file(&secret)
            .map_err(|source| EnrolError::Key { path: key_path, source })?;
        Ok(Some(Identity { key, office: file.office, enrolled_at: file.office_url }))
    }

    /// Writes both files.
    pub fn save(&self, data_dir: &Path) -> Result<(), EnrolError> {
        write_secret(&data_dir.join(NEW_KEY_FILE), self.key.to_secret_file().as_bytes())?;
        keep(data_dir, &self.enrolled_at, &self.office)
    }

    /// kiosk.toml decides, unless it still says what `config init` wrote: then where the kiosk was enrolled.
    pub fn office_url<'a>(&'a self, configured: &'a config::Office) -> &'a str {
        if configured.url == UNDECIDED_URL { &self.enrolled_at } else { &configured.url }
    }
}

/// Asks the office with a one-time code. Safe to repeat with the same code after a lost answer: the key is kept
/// and the office gives the same answer.
pub async fn enrol(config: &Config, office_url: &str, code: &str) -> Result<EnrolAnswer, EnrolError> {
    if !config::is_office_url(office_url) {
        return Err(EnrolError::Address(office_url.to_owned()));
    }
    let folder = &config.storage.data_dir;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder)
        .map_err(|source| EnrolError::File { path: folder.clone(), source })?;
    let key = pending_key(folder)?;
    let line = Line::new(office_url, &config.office).map_err(|error| match error {
        CourierError::Enrol(error) => error,
        CourierError::Client(_) => refused(Setback::BadCertificate),
    })?;
    let request = Request::enrol(&EnrolRequest::new(code, &key));
    let raw = line.exchange(request, BODY_BYTES_MAX).await.map_err(refused)?;
    let answer: EnrolAnswer = raw.answer().read().map_err(refused)?;
    keep(folder, office_url, &answer)?;
    Ok(answer)
}

fn refused(setback: Setback) -> EnrolError {
    EnrolError::Refused(Box::new(setback))
}

/// The key of an attempt that was not answered, or a new one.
fn pending_key(folder: &Path) -> Result<DeviceKey, EnrolError> {
    let path = folder.join(NEW_KEY_FILE);
    if let Some(key) = read(&path)?.and_then(|text| DeviceKey::from_secret_file(&text).ok()) {
        return Ok(key);
    }
    let key = DeviceKey::generate().map_err(EnrolError::NewKey)?;
    write_secret(&path, key.to_secret_file().as_bytes())?;
    Ok(key)
}

/// Key first, then the name: a power cut in between asks for the same code again.
fn keep(folder: &Path, office_url: &str, answer: &EnrolAnswer) -> Result<(), EnrolError> {
    let (path, new_key) = (folder.join(DEVICE_FILE), folder.join(NEW_KEY_FILE));
    let file = DeviceFile { office_url: office_url.to_owned(), office: answer.clone() };
    let text = serde_json::to_vec_pretty(&file)
        .map_err(|source| EnrolError::Device { path: path.clone(), source })?;
    let key_text = read(&new_key)?.map(zeroize::Zeroizing::new).unwrap_or_default();
    write_secret(&folder.join(KEY_FILE), key_text.as_bytes())?;
    write_secret(&path, &text)?;
    fs::remove_file(&new_key).map_err(|source| EnrolError::File { path: new_key, source })
}

/// Written whole under another name, synced, then renamed.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), EnrolError> {
    let failed = |source| EnrolError::File { path: path.to_owned(), source };
    let draft = path.with_extension("tmp");
    let _ = fs::remove_file(&draft);
    let mut file =
        OpenOptions::new().create_new(true).write(true).mode(SECRET_MODE).open(&draft).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&draft, path).map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn read(path: &Path) -> Result<Option<String>, EnrolError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EnrolError::File { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests;
