//! The kiosk's one file: what was acknowledged, what is shown, what was done. A struct on SQLite, owned by the
//! loop; nothing here knows a network or a screen. A commit that returned is on the disk (WAL, FULL).
mod carve;
pub mod catalogue;
mod codes;
pub mod journal;
mod opening;
pub mod outbox;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod yardstick;

pub use opening::{Alarm, Opened};
pub use outbox::{Acknowledged, Asked, AttachmentLine, Ceiling, Comparison, Counts, Line, Numbered};

use jiff::Timestamp;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// What the outbox may hold, in the words of kiosk.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxLimits {
    pub rows: u64,
    pub bytes: u64,
    pub age_ms: i64,
    pub free_disk_bytes: u64,
    pub keep_sent_ms: i64,
}

impl OutboxLimits {
    pub fn of(limits: &crate::config::Limits) -> OutboxLimits {
        const MIB: u64 = 1024 * 1024;
        const DAY_MS: i64 = 86_400_000;
        let days = |count: u64| i64::try_from(count).unwrap_or(365) * DAY_MS;
        OutboxLimits {
            rows: limits.outbox_rows,
            bytes: limits.outbox_mib * MIB,
            age_ms: days(limits.outbox_age_days),
            free_disk_bytes: limits.free_disk_mib * MIB,
            keep_sent_ms: days(limits.keep_sent_days),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path}: another kiosk process has this store open; stop it first")]
    InUse { path: PathBuf },
    #[error("{path}: {source}; check that the folder exists, belongs to the kiosk and is writable")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error(
        "the store was written by a newer version (schema {found}, this program knows {known}); install that version again"
    )]
    Newer { found: i64, known: i64 },
    #[error("the disk is full; free some space, nothing that was queued is lost")]
    DiskFull,
    #[error("{0}")]
    Refused(Ceiling),
    #[error("saving submission {id} could not be proven; it is looked up again at the next start")]
    Uncertain { id: jiujin_contract::submission::SubmissionId },
    #[error("submission {id} is not here")]
    Unknown { id: String },
    #[error("catalogue version {offered} is not newer than {newest}, which was accepted before")]
    CatalogueRollback { offered: u64, newest: u64 },
    #[error("the catalogue is not whole: part {part} is missing or damaged; fetch it again")]
    CataloguePart { part: String },
    #[error("line {line} of the journal does not fit the one before; keep a copy of the file and report it")]
    JournalBroken { line: i64 },
    #[error(transparent)]
    Seal(#[from] jiujin_contract::sealing::SealError),
    #[error("no id could be made: {0}")]
    Id(#[from] jiujin_contract::submission::SubmissionError),
    #[error("the store answered: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => StoreError::DiskFull,
            _ => StoreError::Sqlite(error),
        }
    }
}

pub struct Store {
    pub(crate) db: Connection,
    /// `None` in memory.
    folder: Option<PathBuf>,
    limits: OutboxLimits,
    /// What the office said of letters while the disk was full: written down as soon as it can be.
    unsettled: Vec<(jiujin_contract::submission::SubmissionId, crate::letter::Fate)>,
    /// Held as long as this process owns the store.
    _lock: Option<std::fs::File>,
}

impl Store {
    /// The kiosk's own store: made if it is missing, recovered after a crash, set aside if it is damaged.
    pub fn open(path: &Path, limits: OutboxLimits, now: Timestamp) -> Result<Opened, StoreError> {
        opening::open(path, limits, now)
    }

    /// [`Store::open`] where kiosk.toml says.
    pub fn of(config: &crate::config::Config, now: Timestamp) -> Result<Opened, StoreError> {
        Store::open(&config.store_path(), OutboxLimits::of(&config.limits), now)
    }

    /// For commands beside a running kiosk: recovers nothing and takes no lock.
    pub fn inspect(path: &Path, limits: OutboxLimits) -> Result<Store, StoreError> {
        opening::inspect(path, limits)
    }

    pub fn in_memory() -> Result<Store, StoreError> {
        let db = opening::prepared(Connection::open_in_memory()?)?;
        let store = Store { db, folder: None, limits: UNLIMITED, unsettled: Vec::new(), _lock: None };
        opening::migrate(&store.db)?;
        Ok(store)
    }
}

/// For stores in memory.
const UNLIMITED: OutboxLimits = OutboxLimits {
    rows: u32::MAX as u64,
    bytes: u64::MAX / 2,
    age_ms: i64::MAX / 2,
    free_disk_bytes: 0,
    keep_sent_ms: 90 * 86_400_000,
};
