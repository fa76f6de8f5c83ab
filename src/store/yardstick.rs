//! One bare synced insert, what Submit is measured against: the same pragmas, the same disk, nothing around it.
use super::StoreError;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of a usual sealed submission.
const SEALED_BYTES: usize = 3_000;
const INSERTS: usize = 21;

/// The median of a few, in a file of its own in `folder`.
pub fn bare_insert(folder: &Path) -> Result<Duration, StoreError> {
    let path = folder.join("yardstick.sqlite");
    let db = super::opening::prepared(Connection::open(path)?)?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT")?;
    let mut insert = db.prepare("INSERT INTO t (sealed) VALUES (?1)")?;
    let mut took = [Duration::ZERO; INSERTS];
    for took in &mut took {
        let start = Instant::now();
        insert.execute(params![[7_u8; SEALED_BYTES]])?;
        *took = start.elapsed();
    }
    took.sort();
    Ok(took[INSERTS / 2])
}
