//! Opening the file: pragmas, migrations, recovery after a crash, and setting a damaged file aside.
use super::carve::{self, Salvage};
use super::{OutboxLimits, Store, StoreError};
use crate::crash_point;
use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Marks the file as ours: "JJST".
const APPLICATION_ID: i64 = 0x4A4A_5354;
/// Only ever appended to; a number is the index plus one.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_start.sql"),
    include_str!("migrations/002_codes.sql"),
    include_str!("migrations/003_attachments.sql"),
];
/// The `outbox` command may hold the file for a moment.
const BUSY_MAX: Duration = Duration::from_secs(5);
/// The write-ahead log is cut back to this after a checkpoint.
const WAL_BYTES_KEPT: i64 = 4 * 1024 * 1024;
/// Pages of 4 KiB after which the log of the database is moved into it, which costs two syncs: 12 MiB, a drain of 250
/// letters.
const WAL_PAGES: i64 = 3_000;

/// A store ready for use, and what had to be done for it.
pub struct Opened {
    pub store: Store,
    pub alarm: Option<Alarm>,
}

/// The file was damaged: a technician should know, residents need not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub set_aside: PathBuf,
    /// Sealed submissions that were found in the damaged file and queued again.
    pub salvaged: usize,
    pub reason: String,
}

pub(super) fn open(path: &Path, limits: OutboxLimits, now: Timestamp) -> Result<Opened, StoreError> {
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    std::fs::create_dir_all(&folder).map_err(|source| StoreError::Folder { path: folder.clone(), source })?;
    let lock = lock(path)?;
    let (db, salvage) = match sound(path) {
        Ok(db) => (db, None),
        Err(Unsound::Error(error)) => return Err(error),
        Err(Unsound::Damaged(reason)) => {
            let (set_aside, salvage) = set_aside(path, now)?;
            (fresh(path)?, Some((set_aside, salvage, reason)))
        }
    };
    let mut store = Store { db, folder: Some(folder), limits, unsettled: Vec::new(), _lock: Some(lock) };
    store.recover(now)?;
    let alarm = match salvage {
        Some((set_aside, salvage, reason)) => Some(store.take_over(set_aside, salvage, reason, now)?),
        None => None,
    };
    Ok(Opened { store, alarm })
}

pub(super) fn inspect(path: &Path, limits: OutboxLimits) -> Result<Store, StoreError> {
    if !path.exists() {
        let source = io::Error::from(io::ErrorKind::NotFound);
        return Err(StoreError::Folder { path: path.to_owned(), source });
    }
    let db = prepared(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?)?;
    refuse_newer(&db)?;
    Ok(Store { db, folder: path.parent().map(Path::to_owned), limits, unsettled: Vec::new(), _lock: None })
}

/// How long a held lock is waited for: a process that this one has just started holds it too until it runs its own program,
/// and a service manager starts the next kiosk while the last one is still going.
const LOCK_WAIT: Duration = Duration::from_secs(3);
const LOCK_PACE: Duration = Duration::from_millis(20);

/// One kiosk per store. The lock goes with the process, also when it is killed.
fn lock(path: &Path) -> Result<File, StoreError> {
    let path = path.with_extension("lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = opened.map_err(|source| StoreError::Folder { path: path.clone(), source })?;
    let until = Instant::now() + LOCK_WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOCK_PACE),
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(StoreError::Folder { path, source }),
        }
    }
}

enum Unsound {
    Damaged(String),
    Error(StoreError),
}

/// The file, checked and brought up to the current schema.
fn sound(path: &Path) -> Result<Connection, Unsound> {
    let is_new = match std::fs::metadata(path) {
        Ok(found) if found.len() == 0 => return Err(Unsound::Damaged("the file is empty".into())),
        Ok(_) => false,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !wal_of(path).exists() => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Unsound::Damaged("the file is missing, its log is not".into()));
        }
        Err(source) => return Err(Unsound::Error(StoreError::Folder { path: path.to_owned(), source })),
    };
    if is_new {
        return fresh(path).map_err(Unsound::Error);
    }
    let damaged = |error: StoreError| match error {
        StoreError::Sqlite(error) if is_damage(&error) => Unsound::Damaged(error.to_string()),
        other => Unsound::Error(other),
    };
    let db = Connection::open(path).map_err(StoreError::from).map_err(damaged)?;
    // A log that SQLite cannot read may still hold letters: closing a damaged file must not delete it.
    let keep_log = |keep| db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep).map(|_| ());
    keep_log(true).map_err(StoreError::from).map_err(damaged)?;
    prepare(&db).map_err(damaged)?;
    check(&db)?;
    migrate(&db).map_err(damaged)?;
    keep_log(false).map_err(StoreError::from).map_err(damaged)?;
    Ok(db)
}

/// Structure, ours at all, and both places that know the schema agree.
fn check(db: &Connection) -> Result<(), Unsound> {
    let ask = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let damaged = |error: rusqlite::Error| match is_damage(&error) {
        true => Unsound::Damaged(error.to_string()),
        false => Unsound::Error(error.into()),
    };
    // The quick check does not compare indexes with their tables: a store that passed it could fail at every look at
    // the queue, in this life and in the next.
    let verdict: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(damaged)?;
    if verdict != "ok" {
        return Err(Unsound::Damaged(verdict));
    }
    if ask("application_id").map_err(damaged)? != APPLICATION_ID {
        return Err(Unsound::Damaged("this is not a kiosk's store".into()));
    }
    let written: i64 = ask("user_version").map_err(damaged)?;
    let counted =
        db.query_row("SELECT value FROM counter WHERE name = 'schema'", [], |row| row.get::<_, i64>(0));
    if written < 1 || counted.map_err(damaged)? != written {
        return Err(Unsound::Damaged("the schema's number is damaged".into()));
    }
    refuse_newer(db).map_err(Unsound::Error)?;
    // A flipped bit in the text of the schema is sound structure and yet another table.
    let expected = Connection::open_in_memory().map_err(StoreError::from).map_err(Unsound::Error)?;
    migrate_to(&expected, MIGRATIONS, written).map_err(Unsound::Error)?;
    if schema(db).map_err(damaged)? != schema(&expected).map_err(damaged)? {
        return Err(Unsound::Damaged("the schema's text is damaged".into()));
    }
    Ok(())
}

fn schema(db: &Connection) -> rusqlite::Result<Vec<Option<String>>> {
    let mut statement = db.prepare("SELECT sql FROM sqlite_schema ORDER BY name")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, SchemaChanged, TypeMismatch, Unknown};
    match error.sqlite_error_code() {
        Some(code) => matches!(code, DatabaseCorrupt | NotADatabase | SchemaChanged | TypeMismatch | Unknown),
        // A missing row or a value of another type in our own schema.
        None => true,
    }
}

fn refuse_newer(db: &Connection) -> Result<(), StoreError> {
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if found > known { Err(StoreError::Newer { found, known }) } else { Ok(()) }
}

/// A new file, made whole under another name: what stands under its own name was finished once, so an empty or
/// half-made file there is damage and not a first start that was interrupted.
fn fresh(path: &Path) -> Result<Connection, StoreError> {
    let draft = path.with_extension("new");
    for leftover in [draft.clone(), with_ending(&draft, "-wal"), with_ending(&draft, "-shm")] {
        let _ = std::fs::remove_file(leftover);
    }
    let db = prepared(Connection::open(&draft)?)?;
    migrate(&db)?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::rename(&draft, path)
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(|source| StoreError::Folder { path: path.to_owned(), source })?;
    prepared(Connection::open(path)?)
}

/// What every connection needs before its first statement.
pub(super) fn prepared(db: Connection) -> Result<Connection, StoreError> {
    prepare(&db).map(|()| db)
}

fn prepare(db: &Connection) -> Result<(), StoreError> {
    db.busy_timeout(BUSY_MAX)?;
    // NORMAL was measured to lose acknowledged rows on a power cut.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
    )?;
    if !crash_point::stands("synced_commit") {
        db.execute_batch("PRAGMA synchronous = NORMAL")?;
    }
    db.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
    db.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    Ok(())
}

/// Every missing step in a transaction of its own, so that a power cut in between leaves a whole schema.
pub(super) fn migrate(db: &Connection) -> Result<(), StoreError> {
    migrate_to(db, MIGRATIONS, MIGRATIONS.len() as i64)
}

pub(super) fn migrate_to(db: &Connection, known: &[&str], target: i64) -> Result<(), StoreError> {
    let done: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let steps = (1i64..).zip(known).filter(|(step, _)| (done + 1..=target).contains(step));
    for (step, sql) in steps {
        if !crash_point::stands("whole_migration") {
            db.execute_batch(sql)?;
            db.pragma_update(None, "user_version", step)?;
            continue;
        }
        let change = db.unchecked_transaction()?;
        change.execute_batch(sql)?;
        change.execute("UPDATE counter SET value = ?1 WHERE name = 'schema'", [step])?;
        change.pragma_update(None, "application_id", APPLICATION_ID)?;
        change.pragma_update(None, "user_version", step)?;
        change.commit()?;
    }
    Ok(())
}

fn wal_of(path: &Path) -> PathBuf {
    with_ending(path, "-wal")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Reads what can be read, then renames the file and its log; nothing of it is ever deleted.
fn set_aside(path: &Path, now: Timestamp) -> Result<(PathBuf, Salvage), StoreError> {
    let failed = |source| StoreError::Folder { path: path.to_owned(), source };
    let (file, log) = (read_or_empty(path).map_err(failed)?, read_or_empty(&wal_of(path)).map_err(failed)?);
    let salvage = if crash_point::stands("salvage") { carve::carve(&file, &log) } else { Salvage::default() };
    let aside = path.with_extension(format!("damaged-{}", now.as_millisecond()));
    for (from, to) in [(path.to_owned(), aside.clone()), (wal_of(path), wal_of(&aside))] {
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    // Only an index of the log, made anew by whoever opens it.
    let _ = std::fs::remove_file(with_ending(path, "-shm"));
    Ok((aside, salvage))
}

fn read_or_empty(path: &Path) -> io::Result<Vec<u8>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    }
}
