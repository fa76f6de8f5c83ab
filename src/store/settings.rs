//! Small facts that must survive a restart: the pause on the road to the office, the offset of its clock, the
//! catalogue's ETag; and counters that never go back.
use super::{Store, StoreError, outbox};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// The catalogue's ETag at the office.
const CATALOGUE_ETAG: &str = "catalogue_etag";
/// Whom we believe about it: roots and the newest manifest.
const CATALOGUE_BELIEVED: &str = "catalogue_believed";
/// Milliseconds to add to our clock to have the office's.
const OFFICE_OFFSET_MS: &str = "office_offset_ms";
/// Below the time an answer takes on a slow line, and far below what signatures tolerate.
const OFFSET_MS_NOTICED: u64 = 5_000;
/// The daily comparison with the office: when, for which device, from which number on, and what the last one found.
const COMPARE_AT: &str = "compare_at";
const COMPARED_AS: &str = "compared_as";
const COMPARED_FROM: &str = "compared_from";
const COMPARISON: &str = "comparison";
const ROAD_CLOSED_UNTIL: &str = "road_closed_until";
const ROAD_REASON: &str = "road_reason";
const ROAD_FAILURES: &str = "road_failures";

/// How the way to the office is.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Road {
    /// Unix milliseconds; `None` when open.
    pub closed_until: Option<i64>,
    pub reason: String,
    /// Attempts since the office was last reached.
    pub failures: u32,
}

impl Store {
    pub fn road(&self) -> Result<Road, StoreError> {
        let failures = get(&self.db, ROAD_FAILURES)?.and_then(|n| n.parse().ok()).unwrap_or(0);
        let closed_until =
            get(&self.db, ROAD_CLOSED_UNTIL)?.and_then(|at| at.parse().ok()).filter(|at| *at > 0);
        Ok(Road { closed_until, reason: get(&self.db, ROAD_REASON)?.unwrap_or_default(), failures })
    }

    /// Opens the road at once, as when a technician asks for it or the cable is back.
    pub fn open_road(&mut self) -> Result<(), StoreError> {
        outbox::attachments_due_now(&self.db)?;
        open_road(&self.db)
    }

    pub fn catalogue_etag(&self) -> Result<Option<String>, StoreError> {
        Ok(get(&self.db, CATALOGUE_ETAG)?.filter(|etag| !etag.is_empty()))
    }

    /// The office's clock in every answer: remembered so that a wrong clock of ours does no harm.
    pub fn office_offset_ms(&self) -> Result<i64, StoreError> {
        Ok(get(&self.db, OFFICE_OFFSET_MS)?.and_then(|offset| offset.parse().ok()).unwrap_or(0))
    }

    /// Written only when it moved noticeably: every answer carries it, and every write is a sync.
    pub fn set_office_offset_ms(&mut self, offset: i64) -> Result<(), StoreError> {
        if self.office_offset_ms()?.abs_diff(offset) < OFFSET_MS_NOTICED {
            return Ok(());
        }
        set(&self.db, OFFICE_OFFSET_MS, &offset.to_string())
    }

    /// The kiosk's running number so far; never below one that was given out, even if the counter is damaged.
    pub fn sequence(&self) -> Result<u64, StoreError> {
        let given: Option<i64> = self
            .db
            .prepare_cached(include_str!("settings/last_given.sql"))?
            .query_row([], |row| row.get(0))?;
        Ok(counter(&self.db, "sequence")?.max(given.unwrap_or(0)).max(0) as u64)
    }
}

pub(super) fn comparison_due_at(db: &Connection) -> Result<Option<i64>, StoreError> {
    Ok(get(db, COMPARE_AT)?.and_then(|at| at.parse().ok()))
}

pub(super) fn compare_at(db: &Connection, unix_ms: i64) -> Result<(), StoreError> {
    set(db, COMPARE_AT, &unix_ms.to_string())
}

pub(super) fn compared_as(db: &Connection) -> Result<Option<String>, StoreError> {
    get(db, COMPARED_AS)
}

pub(super) fn compared_from(db: &Connection) -> Result<u64, StoreError> {
    Ok(get(db, COMPARED_FROM)?.and_then(|from| from.parse().ok()).unwrap_or(1))
}

pub(super) fn compare_from(db: &Connection, device: &str, first: u64) -> Result<(), StoreError> {
    set(db, COMPARED_AS, device)?;
    set(db, COMPARISON, "")?;
    set(db, COMPARED_FROM, &first.to_string())
}

pub(super) fn comparison(db: &Connection) -> Result<Option<String>, StoreError> {
    get(db, COMPARISON)
}

pub(super) fn set_comparison(db: &Connection, found: &str) -> Result<(), StoreError> {
    set(db, COMPARISON, found)
}

pub(super) fn close_road(db: &Connection, until: Timestamp, reason: &str) -> Result<(), StoreError> {
    let failures: u32 = get(db, ROAD_FAILURES)?.and_then(|n| n.parse().ok()).unwrap_or(0);
    set(db, ROAD_CLOSED_UNTIL, &until.as_millisecond().to_string())?;
    set(db, ROAD_REASON, reason)?;
    set(db, ROAD_FAILURES, &failures.saturating_add(1).to_string())
}

pub(super) fn open_road(db: &Connection) -> Result<(), StoreError> {
    if get(db, ROAD_FAILURES)?.is_some_and(|failures| failures != "0") {
        set(db, ROAD_CLOSED_UNTIL, "0")?;
        set(db, ROAD_REASON, "")?;
        set(db, ROAD_FAILURES, "0")?;
    }
    Ok(())
}

pub(super) fn counter(db: &Connection, name: &str) -> Result<i64, StoreError> {
    Ok(db.prepare_cached(include_str!("settings/counter.sql"))?.query_row([name], |row| row.get(0))?)
}

pub(super) fn count_to(db: &Connection, name: &str, value: i64) -> Result<(), StoreError> {
    db.prepare_cached(include_str!("settings/count_to.sql"))?.execute(params![name, value])?;
    Ok(())
}

pub(super) fn set_etag(db: &Connection, etag: &str) -> Result<(), StoreError> {
    set(db, CATALOGUE_ETAG, etag)
}

pub(super) fn believed(db: &Connection) -> Result<Option<String>, StoreError> {
    get(db, CATALOGUE_BELIEVED)
}

pub(super) fn set_believed(db: &Connection, believed: &str) -> Result<(), StoreError> {
    set(db, CATALOGUE_BELIEVED, believed)
}

fn get(db: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(db.prepare_cached(include_str!("settings/get.sql"))?.query_row([name], |row| row.get(0)).optional()?)
}

fn set(db: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    db.prepare_cached(include_str!("settings/set.sql"))?.execute([name, value])?;
    Ok(())
}
