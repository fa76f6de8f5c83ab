//! The catalogue on the disk: parts by their SHA-256 and the manifest in force. A new version comes into force
//! whole or not at all, never an older one; every part is checked against its hash at every load.
use super::settings::{count_to, counter};
use super::{Store, StoreError, journal};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// SHA-256 of a part.
pub type PartDigest = [u8; 32];

/// A whole, verified version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveCatalogue {
    pub version: u64,
    /// The signed manifest as the office sent it.
    pub manifest: Vec<u8>,
    /// In the manifest's order.
    pub parts: Vec<(PartDigest, Vec<u8>)>,
}

impl Store {
    /// Which of these parts are not here yet: only they are fetched.
    pub fn catalogue_missing(&self, parts: &[PartDigest]) -> Result<Vec<PartDigest>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("catalogue/has_part.sql"))?;
        let mut missing = Vec::new();
        for part in parts {
            if !statement.exists([part])? {
                missing.push(*part);
            }
        }
        Ok(missing)
    }

    /// Puts the fetched parts and the manifest into force in one transaction. The caller has verified the
    /// manifest's signature; hashes and version are checked here.
    pub fn catalogue_switch(
        &mut self,
        version: u64,
        manifest: &[u8],
        parts: &[PartDigest],
        fetched: &[Vec<u8>],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.in_one(|change| {
            refuse_rollback(change, version)?;
            for body in fetched {
                let digest: PartDigest = Sha256::digest(body).into();
                change
                    .prepare_cached(include_str!("catalogue/put_part.sql"))?
                    .execute(params![digest, body])?;
            }
            for part in parts {
                sound_part(change, part)?;
            }
            change.execute(include_str!("catalogue/stand_down.sql"), [])?;
            let list: Vec<u8> = parts.concat();
            change
                .execute(include_str!("catalogue/activate.sql"), params![version as i64, manifest, list])?;
            change.execute(include_str!("catalogue/drop_old.sql"), [])?;
            drop_unused(change)?;
            count_to(change, "catalogue", version as i64)?;
            journal::append(change, now.as_millisecond(), "catalogue", &version.to_string(), "in force")
        })
    }

    /// The version in force with all its parts, or the last good one if it is damaged; `None` means that the
    /// catalogue built into the program is shown.
    pub fn catalogue_active(&self) -> Result<Option<ActiveCatalogue>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("catalogue/manifests.sql"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (version, manifest, list): (i64, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if let Ok(parts) = load(&self.db, &list) {
                return Ok(Some(ActiveCatalogue { version: version as u64, manifest, parts }));
            }
        }
        Ok(None)
    }

    /// The newest version ever accepted.
    pub fn catalogue_newest(&self) -> Result<u64, StoreError> {
        Ok(counter(&self.db, "catalogue")?.max(0) as u64)
    }
}

fn refuse_rollback(change: &Connection, offered: u64) -> Result<(), StoreError> {
    let newest = counter(change, "catalogue")?.max(0) as u64;
    let in_range = i64::try_from(offered).is_ok();
    if offered >= newest && in_range {
        Ok(())
    } else {
        Err(StoreError::CatalogueRollback { offered, newest })
    }
}

fn load(db: &Connection, list: &[u8]) -> Result<Vec<(PartDigest, Vec<u8>)>, StoreError> {
    list.as_chunks::<32>().0.iter().map(|part| Ok((*part, sound_part(db, part)?))).collect()
}

fn sound_part(db: &Connection, part: &PartDigest) -> Result<Vec<u8>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("catalogue/part.sql"))?;
    let body: Option<Vec<u8>> = statement.query_row([part], |row| row.get(0)).optional()?;
    body.filter(|body| <PartDigest>::from(Sha256::digest(body)) == *part)
        .ok_or_else(|| StoreError::CataloguePart { part: hex::encode(part) })
}

fn drop_unused(change: &Connection) -> Result<(), StoreError> {
    let mut used = BTreeSet::new();
    let mut manifests = change.prepare_cached(include_str!("catalogue/manifests.sql"))?;
    let mut rows = manifests.query([])?;
    while let Some(row) = rows.next()? {
        let list: Vec<u8> = row.get(2)?;
        used.extend(list.as_chunks::<32>().0.iter().copied());
    }
    let mut digests = change.prepare_cached(include_str!("catalogue/digests.sql"))?;
    let stored = digests.query_map([], |row| row.get::<_, PartDigest>(0))?.collect::<Result<Vec<_>, _>>()?;
    for digest in stored.iter().filter(|digest| !used.contains(*digest)) {
        change.prepare_cached(include_str!("catalogue/drop_part.sql"))?.execute([digest])?;
    }
    Ok(())
}
