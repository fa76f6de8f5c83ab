//! Which versions of a service were ever offered, and since when the older ones are not: residents finish the form
//! they began, and letters may be weeks on the road.
use super::{Store, StoreError, text};
use jiff::{SignedDuration, Timestamp};
use jiujin_contract::item::ServiceItem;
use sqlx::Row;
use std::collections::HashMap;

/// Replaced versions are kept in memory for so long: no letter is on the road for a year.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(365 * 24);

/// A version that was replaced.
#[derive(Debug, Clone)]
pub struct OldItem {
    pub item: ServiceItem,
    pub replaced_at: Timestamp,
}

impl Store {
    /// Writes down what is offered from now on, and tells what was offered before.
    pub async fn remember_items(
        &self,
        offered: &[ServiceItem],
        now: Timestamp,
    ) -> Result<Vec<OldItem>, StoreError> {
        let current: HashMap<&str, u32> =
            offered.iter().map(|item| (item.id.as_str(), item.version)).collect();
        let mut change = self.begin().await?;
        for item in offered {
            sqlx::query(include_str!("item_version_insert.sql"))
                .bind(item.id.clone())
                .bind(i64::from(item.version))
                .bind(item.canonical_json())
                .execute(&mut *change)
                .await?;
        }
        let rows = sqlx::query(include_str!("item_version_list.sql")).fetch_all(&mut *change).await?;
        let mut old = Vec::new();
        for row in &rows {
            let id = text(row, "id")?;
            let version: i64 = row.try_get("version").map_err(|_| StoreError::Unreadable("version"))?;
            if current.get(id.as_str()).is_some_and(|offered| i64::from(*offered) == version) {
                continue;
            }
            let replaced = text(row, "replaced_at")?;
            let replaced_at = replaced.parse().unwrap_or(now);
            if replaced.is_empty() {
                let write = sqlx::query(include_str!("item_version_replace.sql"));
                write.bind(id).bind(version).bind(now.to_string()).execute(&mut *change).await?;
            }
            if now.duration_since(replaced_at) < REMEMBERED
                && let Ok(item) = serde_json::from_str(&text(row, "json")?)
            {
                old.push(OldItem { item, replaced_at });
            }
        }
        change.commit().await?;
        Ok(old)
    }
}
