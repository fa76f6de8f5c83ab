//! Devices and the one-time codes that make them.
use super::{Store, StoreError, parsed, text};
use jiff::Timestamp;
use jiujin_contract::keys::DevicePublicKey;
use jiujin_contract::receipt::ShortId;
use jiujin_contract::submission::DeviceId;
use serde::Serialize;

/// A kiosk that was enrolled.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: DeviceId,
    pub short_id: ShortId,
    pub name: String,
    pub public_key: DevicePublicKey,
    pub active: bool,
}

/// One line of `jiujin-office device list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub short_id: ShortId,
    pub name: String,
    pub active: bool,
    pub enrolled_at: Timestamp,
}

impl Store {
    /// Every device that was ever enrolled, oldest first.
    pub async fn devices(&self) -> Result<Vec<DeviceRow>, StoreError> {
        let rows = sqlx::query(include_str!("device_list.sql")).fetch_all(&self.read).await?;
        let read = |row: &sqlx::any::AnyRow| {
            let Device { id, short_id, name, active, .. } = read_device(row)?;
            Ok(DeviceRow { id, short_id, name, active, enrolled_at: parsed(row, "enrolled_at")? })
        };
        rows.iter().map(read).collect()
    }

    /// Takes a device's rights away for ever; what it delivered stays. False when it has none.
    pub async fn revoke_device(&self, id: &DeviceId) -> Result<bool, StoreError> {
        let mut change = self.begin().await?;
        let revoked = sqlx::query(include_str!("device_revoke.sql")).bind(id.to_string());
        let revoked = revoked.execute(&mut *change).await?.rows_affected();
        change.commit().await?;
        Ok(revoked == 1)
    }

    /// The device of this id, revoked ones too.
    pub async fn device(&self, id: &DeviceId) -> Result<Option<Device>, StoreError> {
        let row = sqlx::query(include_str!("device_find.sql"))
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(read_device).transpose()
    }

    /// Opens a one-time code.
    pub async fn open_code(&self, code_hash: &str, name: &str, expires: Timestamp) -> Result<(), StoreError> {
        let mut change = self.begin().await?;
        sqlx::query(include_str!("enrolment_insert.sql"))
            .bind(code_hash)
            .bind(name)
            .bind(expires.to_string())
            .execute(&mut *change)
            .await?;
        Ok(change.commit().await?)
    }

    /// Uses a code once. A wrong code counts against every open one: whoever guesses burns them.
    /// The same key with the code it used gets the same device again, because answers are lost on the way.
    /// `None`: wrong, used by another key, burnt or expired.
    pub async fn use_code(
        &self,
        code_hash: &str,
        new_device: Device,
        now: Timestamp,
        wrong_tries_max: i64,
    ) -> Result<Option<Device>, StoreError> {
        let mut change = self.begin().await?;
        let row = sqlx::query(include_str!("enrolment_find.sql"))
            .bind(code_hash)
            .fetch_optional(&mut *change)
            .await?;
        let Some(row) = row else {
            let burn = sqlx::query(include_str!("enrolment_wrong_try.sql")).bind(wrong_tries_max);
            burn.execute(&mut *change).await?;
            change.commit().await?;
            return Ok(None);
        };
        let expires: Timestamp = parsed(&row, "expires_at")?;
        let state = text(&row, "state")?;
        if state == "used" && now <= expires {
            let found = sqlx::query(include_str!("device_find.sql"))
                .bind(text(&row, "device_id")?)
                .fetch_optional(&mut *change)
                .await?;
            let device = found.as_ref().map(read_device).transpose()?;
            let same_key = device.filter(|d| d.public_key == new_device.public_key && d.active);
            return Ok(same_key);
        }
        if state != "open" || now > expires {
            return Ok(None);
        }
        let device = Device { name: text(&row, "name")?, ..new_device };
        let used = sqlx::query(include_str!("enrolment_use.sql")).bind(code_hash).bind(device.id.to_string());
        if used.execute(&mut *change).await?.rows_affected() != 1 {
            return Ok(None);
        }
        sqlx::query(include_str!("device_insert.sql"))
            .bind(device.id.to_string())
            .bind(device.short_id.to_string())
            .bind(device.name.clone())
            .bind(device.public_key.to_string())
            .bind(now.to_string())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(Some(device))
    }

    /// Is this short id on paper already?
    pub async fn short_id_taken(&self, short_id: ShortId) -> Result<bool, StoreError> {
        let count: i64 = sqlx::query_scalar(include_str!("device_names_short_id.sql"))
            .bind(short_id.to_string())
            .fetch_one(&self.read)
            .await?;
        Ok(count > 0)
    }
}

fn read_device(row: &sqlx::any::AnyRow) -> Result<Device, StoreError> {
    let id = DeviceId::parse(&text(row, "device_id")?).map_err(|_| StoreError::Unreadable("device_id"))?;
    Ok(Device {
        id,
        short_id: parsed(row, "short_id")?,
        name: text(row, "name")?,
        public_key: parsed(row, "public_key")?,
        active: text(row, "state")? == "active",
    })
}
