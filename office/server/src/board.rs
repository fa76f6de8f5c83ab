//! Notices and words of the site as they were posted: a file beside the office's keys, so that a running office and
//! its replicas on the same disk see a new one with the next look of a kiosk. The manifest signs its hash.
use jiujin_contract::calendar;
use jiujin_contract::catalogue::board::{BOARD_BYTES_MAX, BOARD_ID, BoardError};
use jiujin_contract::catalogue::{Board, ManifestEntry, OpenState};
use jiujin_contract::sealing::Digest;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const FILE_ENDING: &str = "board";

/// Why a board was not posted; the one before stays.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("{path}: {source}; check that the file is there and that the office may write beside its keys")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Board { path: PathBuf, source: BoardError },
    #[error("{path} holds no posted board; restore it from its backup")]
    Unreadable { path: PathBuf },
    #[error("this office has no keys yet; start it once with `jiujin-office serve`")]
    NoOffice,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// Grows with every posting, and the manifest's version with it.
    pub changes: u64,
    pub board: Board,
}

impl Posted {
    fn read(path: &Path) -> Result<Posted, PostError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Posted::default()),
            Err(source) => return Err(PostError::File { path: path.to_owned(), source }),
        };
        serde_json::from_slice(&text).map_err(|_| PostError::Unreadable { path: path.to_owned() })
    }

    /// How the manifest lists it, and its bytes; `None` before the first posting.
    pub fn entry(&self) -> Option<(ManifestEntry, String)> {
        let json = self.board.canonical_json();
        let (hash, size) = (Digest::of(json.as_bytes()).to_string(), json.len() as u64);
        let version = u32::try_from(self.changes).unwrap_or(u32::MAX);
        let entry = ManifestEntry { id: BOARD_ID.into(), version, hash, size, state: OpenState::Open };
        (self.changes > 0).then_some((entry, json))
    }
}

/// What lies beside the keys now.
pub struct BoardFile {
    path: PathBuf,
    /// Read again only when the file changed; a broken one leaves it as it was.
    last: Mutex<(Option<std::time::SystemTime>, Posted)>,
}

impl BoardFile {
    pub fn beside(keys: &Path) -> BoardFile {
        BoardFile { path: keys.with_extension(FILE_ENDING), last: Mutex::default() }
    }

    pub fn posted(&self) -> Posted {
        let changed = fs::metadata(&self.path).and_then(|about| about.modified()).ok();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if changed.is_some() && changed != last.0 {
            last.0 = changed;
            match Posted::read(&self.path) {
                Ok(posted) => {
                    calendar::learn(&posted.board.holidays);
                    last.1 = posted;
                }
                Err(error) => tracing::error!(%error, "the board stays as it was"),
            }
        }
        last.1.clone()
    }
}

/// Puts the board of a TOML file into force, whole or not at all. Kiosks fetch it with their next look.
pub fn post(keys: &Path, file: &Path) -> Result<Posted, PostError> {
    if !keys.exists() {
        return Err(PostError::NoOffice);
    }
    let board = read_toml(file)?;
    let path = keys.with_extension(FILE_ENDING);
    let posted = Posted { changes: Posted::read(&path)?.changes + 1, board };
    let draft = path.with_extension(format!("{FILE_ENDING}-draft-{}", std::process::id()));
    let written = fs::File::create(&draft).and_then(|mut new| {
        new.write_all(&serde_json::to_vec(&posted)?)?;
        new.sync_all()?;
        fs::rename(&draft, &path)
    });
    written.map_err(|source| PostError::File { path, source })?;
    Ok(posted)
}

fn read_toml(file: &Path) -> Result<Board, PostError> {
    let path = || file.to_owned();
    let failed = |source| PostError::File { path: path(), source };
    let bytes = fs::metadata(file).map_err(failed)?.len();
    if bytes > BOARD_BYTES_MAX {
        return Err(PostError::Board { path: path(), source: BoardError::TooLarge(bytes as usize) });
    }
    let text = fs::read_to_string(file).map_err(failed)?;
    Board::from_toml(&text).map_err(|source| PostError::Board { path: path(), source })
}
