//! The catalogue on the disk: parts by their SHA-256 and the manifest in force. A new version comes into force
//! whole or not at all, never an older one; every part is checked against its hash at every load.
use super::settings::{believed, count_to, counter, set_believed, set_etag};
use super::{Store, StoreError, journal};
use crate::crash_point;
use crate::letter::{Believed, Held, PartDigest, Update};
use jiff::Timestamp;
use jiujin_contract::catalogue::{Board, OpenState, SignedManifest};
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
    /// Empty until the office has posted one.
    pub board: Board,
    /// Broken items, for the technician.
    pub left_out: Vec<String>,
    /// Since when the office has not renewed its word. Residents still see it (the office refuses versions out of
    /// their grace by itself); the technician hears of it, for somebody may be holding back the news.
    pub expired: Option<Timestamp>,
}

/// Whom we believe and the newest version accepted stand beside the key as well: a damaged store must let in neither
/// an old catalogue nor an old root.
const BELIEVED_FILE: &str = "catalogue.believed";

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
        self.refuse_rollback(update)?;
        let believed = serde_json::to_string(&update.believed).unwrap_or_default();
        self.remember(&believed)?;
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
            count_to(change, "catalogue", version.max(counter(change, "catalogue")?))?;
            set_believed(change, &believed)?;
            set_etag(change, update.etag.as_deref().unwrap_or_default())?;
            journal::append(change, now.as_millisecond(), "catalogue", &version.to_string(), "in force")
        })
    }

    /// The items residents may start, in force or built in; what cannot be read is named and left out.
    pub fn catalogue_items(&self, now: Timestamp) -> Result<Shown, StoreError> {
        let Some(active) = self.catalogue_active()? else {
            let day_one = jiujin_contract::catalogue::day_one();
            let left_out = day_one.problems.iter().map(ToString::to_string).collect();
            return Ok(Shown { items: day_one.offered(), left_out, ..Shown::default() });
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
            let board = listed.as_ref().ok().and_then(|manifest| manifest.board.as_ref());
            if board.is_some_and(|board| board.hash == name) {
                match Board::from_bytes(body) {
                    Ok(board) => shown.board = board,
                    Err(error) => shown.left_out.push(format!("the board: {error}")),
                }
                continue;
            }
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
        let (version, believed) = (self.catalogue_newest()?, self.catalogue_believed()?);
        Ok(Held { etag: self.catalogue_etag()?, version, believed, parts })
    }

    /// The newest version accepted from whom we believe now.
    pub fn catalogue_newest(&self) -> Result<u64, StoreError> {
        match self.catalogue_believed()? {
            Some(believed) => Ok(believed.trust.seen()),
            None => Ok(counter(&self.db, "catalogue")?.max(0) as u64),
        }
    }

    /// `None` before the first manifest. The file is written first, so it is the newer one unless somebody put an old
    /// one back.
    pub fn catalogue_believed(&self) -> Result<Option<Believed>, StoreError> {
        let here: Option<Believed> = believed(&self.db)?.and_then(|text| serde_json::from_str(&text).ok());
        let path = self.believed_file().filter(|_| crash_point::stands("newest_catalogue_remembered"));
        let text = path.and_then(|path| std::fs::read_to_string(path).ok());
        let beside: Option<Believed> = text.and_then(|text| serde_json::from_str(&text).ok());
        Ok(match (here, beside) {
            (Some(here), Some(beside)) if !moves_on(&here, &beside) => Some(here),
            (here, beside) => beside.or(here),
        })
    }

    fn believed_file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(BELIEVED_FILE))
    }

    fn refuse_rollback(&self, update: &Update) -> Result<(), StoreError> {
        let (offered, newest) = (update.version, self.catalogue_newest()?);
        let follows = match self.catalogue_believed()? {
            Some(before) => moves_on(&before, &update.believed),
            None => offered >= newest,
        };
        if follows && i64::try_from(offered).is_ok() {
            Ok(())
        } else {
            Err(StoreError::CatalogueRollback { offered, newest })
        }
    }

    /// Before the version comes into force: too early only refuses what is older, too late would forget.
    fn remember(&self, believed: &str) -> Result<(), StoreError> {
        let Some(path) = self.believed_file() else { return Ok(()) };
        let draft = path.with_extension("part");
        let written = File::create(&draft).and_then(|mut file| {
            writeln!(file, "{believed}")?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)
        });
        written.map_err(|source| StoreError::Folder { path, source })
    }
}

/// Another enrolment begins anew; the same one never goes back.
fn moves_on(before: &Believed, after: &Believed) -> bool {
    before.anchor != after.anchor || after.trust.supersedes(&before.trust)
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
