//! Code lists on the disk, looked up by parent through an index. They are copies of their sources: a list comes in
//! whole, in one transaction, and only when its source changed.
use super::{Store, StoreError};
use crate::codes::{Code, Codes};
use jiujin_contract::text::Text;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeSet;

impl Store {
    /// Takes a list in place of the one before; `false` if this very one is here already. An empty digest means
    /// that there is no such list.
    pub fn take_codes(
        &mut self,
        list: &str,
        digest: &str,
        rows: impl IntoIterator<Item = Code>,
    ) -> Result<bool, StoreError> {
        if self.codes_digest(list)? == digest {
            return Ok(false);
        }
        self.in_one(|change| {
            change.execute(include_str!("codes/empty.sql"), [list])?;
            let mut put = change.prepare_cached(include_str!("codes/put.sql"))?;
            for (place, row) in (0_i64..).zip(rows) {
                let en = Some(&row.name.en).filter(|en| !en.is_empty());
                put.execute(params![list, row.code, row.parent, place, row.name.zh, row.name.zh_tw, en])?;
            }
            change.execute(include_str!("codes/set_digest.sql"), [list, digest])?;
            Ok(())
        })?;
        Ok(true)
    }

    /// Digest of the list that is here; empty where there is none.
    fn codes_digest(&self, list: &str) -> Result<String, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("codes/digest.sql"))?;
        Ok(statement.query_row([list], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    /// Everything directly below `parent`, in the order of the source.
    pub fn codes_below(&self, list: &str, parent: &str) -> Result<Vec<Code>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("codes/below.sql"))?;
        Ok(statement.query_map([list, parent], code)?.collect::<Result<_, _>>()?)
    }

    pub fn code(&self, list: &str, sought: &str) -> Result<Option<Code>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("codes/find.sql"))?;
        Ok(statement.query_row([list, sought], code).optional()?)
    }

    /// Codes that something lies below.
    pub fn code_parents(&self, list: &str) -> Result<BTreeSet<String>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("codes/parents.sql"))?;
        Ok(statement.query_map([list], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Chinese names of the whole list, for the keyboard.
    pub fn code_names(&self, list: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("codes/names.sql"))?;
        Ok(statement.query_map([list], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

/// What the screens ask while somebody waits: a list that cannot be read has nothing to choose.
impl Codes for Store {
    fn below(&self, list: &str, parent: &str) -> Vec<Code> {
        self.codes_below(list, parent).unwrap_or_else(|error| unread(list, &error))
    }

    fn find(&self, list: &str, code: &str) -> Option<Code> {
        self.code(list, code).unwrap_or_else(|error| unread(list, &error))
    }
}

fn unread<T: Default>(list: &str, error: &StoreError) -> T {
    tracing::error!(list, %error, "code list");
    T::default()
}

fn code(row: &Row<'_>) -> rusqlite::Result<Code> {
    let zh: String = row.get(2)?;
    let en = row.get::<_, Option<String>>(4)?.unwrap_or_else(|| zh.clone());
    Ok(Code { code: row.get(0)?, parent: row.get(1)?, name: Text { zh, zh_tw: row.get(3)?, en } })
}

#[cfg(test)]
mod tests;
