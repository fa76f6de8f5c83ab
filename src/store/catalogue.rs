//! The catalogue on the disk: parts by their SHA-256 and the manifest in force. A new version comes into force
//! whole or not at all, never an older one; every part is checked against its hash at every load.
use super::settings::{count_to, counter, set_etag};
use super::{Store, StoreError, journal};
use crate::crash_point;
use crate::letter::{Held, PartDigest, Update};
use jiff::Timestamp;
use jiujin_contract::catalogue::{OpenState, SignedManifest};
use jiujin_contract::item::ServiceItem;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// What the shelf is filled with.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// 0 is the catalogue built into the program.
    pub version: u64,
    pub items: Vec<ServiceItem>,
    /// Broken items, for the technician.
    pub left_out: Vec<String>,
    /// Since when the office has not renewed its word. Residents still see it (the office refuses versions out of
    /// their grace by itself); the technician hears of it, for somebody may be holding back the news.
    pub expired: Option<Timestamp>,
}

/// The newest version ever accepted stands beside the key as well: a damaged store must not let an old one in.
const NEWEST_FILE: &str = "catalogue.newest";

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
    /// Puts a fetched version into force, items and manifest in one transaction. The courier has verified the
    /// manifest's signature; hashes and version are checked here.
    pub fn catalogue_take(&mut self, update: &Update, now: Timestamp) -> Result<(), StoreError> {
        self.refuse_rollback(update.version)?;
        self.remember_newest(update.version)?;
        self.in_one(|change| {
            for body in &update.fetched {
                let digest: PartDigest = Sha256::digest(body).into();
                change
                    .prepare_cached(include_str!("catalogue/put_part.sql"))?
                    .execute(params![digest, body])?;
            }
            for part in &update.parts {
                sound_part(change, part)?;
            }
            let (version, list) = (update.version as i64, update.parts.concat());
            change.execute(include_str!("catalogue/stand_down.sql"), [])?;
            change
                .execute(include_str!("catalogue/activate.sql"), params![version, update.manifest, list])?;
            change.execute(include_str!("catalogue/drop_old.sql"), [])?;
            drop_unused(change)?;
            count_to(change, "catalogue", version)?;
            set_etag(change, update.etag.as_deref().unwrap_or_default())?;
            journal::append(change, now.as_millisecond(), "catalogue", &version.to_string(), "in force")
        })
    }

    /// The items residents may start, in force or built in; what cannot be read is named and left out.
    pub fn catalogue_items(&self, now: Timestamp) -> Result<Shown, StoreError> {
        let Some(active) = self.catalogue_active()? else {
            let day_one = jiujin_contract::catalogue::day_one();
            let left_out = day_one.problems.iter().map(ToString::to_string).collect();
            return Ok(Shown { version: 0, items: day_one.offered(), left_out, expired: None });
        };
        let mut shown = Shown { version: active.version, ..Shown::default() };
        let listed = serde_json::from_slice::<SignedManifest>(&active.manifest).map(|signed| signed.manifest);
        let office_now = now.as_millisecond().saturating_add(self.office_offset_ms()?);
        shown.expired = listed
            .as_ref()
            .ok()
            .map(|manifest| manifest.expires)
            .filter(|expires| expires.as_millisecond() < office_now);
        for (digest, body) in &active.parts {
            let name = hex::encode(digest);
            let state =
                listed.as_ref().ok().and_then(|manifest| manifest.items.iter().find(|e| e.hash == name));
            match (serde_json::from_slice::<ServiceItem>(body), state.map(|entry| entry.state)) {
                (Ok(item), Some(OpenState::Open)) => shown.items.push(item),
                (Ok(_), Some(OpenState::Closing | OpenState::Closed)) => {}
                (Ok(item), None) => shown.left_out.push(format!("{}: not in the manifest", item.id)),
                (Err(error), _) => shown.left_out.push(format!("{name}: {error}")),
            }
        }
        Ok(shown)
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

    /// What is here, for the courier to ask only for the rest.
    pub fn catalogue_held(&self) -> Result<Held, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("catalogue/digests.sql"))?;
        let parts = statement.query_map([], |row| row.get::<_, PartDigest>(0))?.collect::<Result<_, _>>()?;
        Ok(Held { etag: self.catalogue_etag()?, version: self.catalogue_newest()?, parts })
    }

    /// The newest version ever accepted.
    pub fn catalogue_newest(&self) -> Result<u64, StoreError> {
        let counted = counter(&self.db, "catalogue")?.max(0) as u64;
        let written = self.newest_file().filter(|_| crash_point::stands("newest_catalogue_remembered"));
        let written = written.and_then(|path| std::fs::read_to_string(path).ok());
        Ok(written.and_then(|text| text.trim().parse().ok()).unwrap_or(0).max(counted))
    }

    fn newest_file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(NEWEST_FILE))
    }

    fn refuse_rollback(&self, offered: u64) -> Result<(), StoreError> {
        let newest = self.catalogue_newest()?;
        let in_range = i64::try_from(offered).is_ok();
        if offered >= newest && in_range {
            Ok(())
        } else {
            Err(StoreError::CatalogueRollback { offered, newest })
        }
    }

    /// Before the version comes into force: too early only refuses what is older, too late would forget.
    fn remember_newest(&self, version: u64) -> Result<(), StoreError> {
        let Some(path) = self.newest_file() else { return Ok(()) };
        let draft = path.with_extension("part");
        let written = File::create(&draft).and_then(|mut file| {
            writeln!(file, "{version}")?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)
        });
        written.map_err(|source| StoreError::Folder { path, source })
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
