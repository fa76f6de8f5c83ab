//! Which services may be started, only finished, or neither. Kiosks read it in the manifest, intake holds them to it.
use super::{Store, StoreError, parsed, text};
use jiff::Timestamp;
use jiujin_contract::catalogue::OpenState;
use sqlx::Row;
use std::collections::BTreeMap;

/// Services that were ever closed or closing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemStates {
    states: BTreeMap<String, (OpenState, Timestamp)>,
    /// Grows with every change of any service.
    pub changes: u64,
}

impl ItemStates {
    pub fn of(&self, id: &str) -> OpenState {
        self.states.get(id).map_or(OpenState::Open, |(state, _)| *state)
    }

    /// Since when nobody may finish it any more.
    pub fn closed_since(&self, id: &str) -> Option<Timestamp> {
        self.states.get(id).filter(|(state, _)| *state == OpenState::Closed).map(|(_, since)| *since)
    }
}

fn code(state: OpenState) -> &'static str {
    match state {
        OpenState::Open => "open",
        OpenState::Closing => "closing",
        OpenState::Closed => "closed",
    }
}

fn read_state(code: &str) -> Result<OpenState, StoreError> {
    let states = [OpenState::Open, OpenState::Closing, OpenState::Closed];
    let found = states.into_iter().find(|state| self::code(*state) == code);
    found.ok_or(StoreError::Unreadable("state"))
}

impl Store {
    pub async fn item_states(&self) -> Result<ItemStates, StoreError> {
        let rows = sqlx::query(include_str!("item_state_list.sql")).fetch_all(&self.read).await?;
        let mut states = ItemStates::default();
        for row in &rows {
            let changes: i64 = row.try_get("changes").map_err(|_| StoreError::Unreadable("changes"))?;
            states.changes += changes.unsigned_abs();
            let state = (read_state(&text(row, "state")?)?, parsed(row, "since")?);
            states.states.insert(text(row, "id")?, state);
        }
        Ok(states)
    }

    /// False when the office never offered the service. Setting the same state again changes nothing.
    pub async fn set_item_state(
        &self,
        id: &str,
        state: OpenState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.begin().await?;
        let known: i64 = sqlx::query_scalar(include_str!("item_version_known.sql"))
            .bind(id.to_owned())
            .fetch_one(&mut *change)
            .await?;
        if known == 0 {
            return Ok(false);
        }
        sqlx::query(include_str!("item_state_write.sql"))
            .bind(id.to_owned())
            .bind(code(state))
            .bind(now.to_string())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(true)
    }
}
