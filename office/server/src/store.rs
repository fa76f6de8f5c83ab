//! The office's one database: SQLite for a district, PostgreSQL for a province, the same statements for both.
//!
//! SQLite has one writing connection (WAL, synchronous=FULL); readers never wait for it.
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Row, Transaction};
use std::time::Duration;

mod attachments;
mod cases;
mod correcting;
mod devices;
mod papers;
mod parts;
mod progress;
mod rating;
mod service;
mod states;
mod versions;
mod withdrawing;

pub use attachments::{Attached, Chunk};
pub use cases::{CaseRow, NewCase, Placed};
pub use correcting::Correctable;
pub use devices::{Device, DeviceRow};
pub use papers::PaperRow;
pub use parts::{NewPart, PartRow};
pub use progress::{Advice, Moved};
pub use rating::Rated;
pub use service::AuditRow;
pub use states::ItemStates;
pub use versions::OldItem;
pub use withdrawing::Withdrawn;

/// Connections that only read.
const READERS_MAX: u32 = 8;
/// Writing connections of a PostgreSQL office.
const POSTGRES_WRITERS_MAX: u32 = 8;
/// How long a request waits for a connection before the office says it is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// Why the database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database must be sqlite:PATH or postgres://…, not {0:?}")]
    UnknownKind(String),
    #[error(
        "the database {place} cannot be opened: {source}; check the path, its rights and that the server runs"
    )]
    Open { place: String, source: sqlx::Error },
    #[error("the database was written by a newer office (schema {found}, known {known}); use that office")]
    NewerSchema { found: i64, known: i64 },
    #[error("the database failed: {0}; look at its log and at free disk space")]
    Failed(#[from] sqlx::Error),
    #[error("this machine gives no random numbers: {0}; restart it")]
    Randomness(getrandom::Error),
    #[error("the database holds something unreadable in {0}; restore it from a backup")]
    Unreadable(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Numbered migrations; only ever added to.
const SQLITE_MIGRATIONS: &[&str] = &[
    include_str!("store/migrations/sqlite/0001_first.sql"),
    include_str!("store/migrations/sqlite/0002_parts.sql"),
    include_str!("store/migrations/sqlite/0003_states.sql"),
    include_str!("store/migrations/sqlite/0004_anonymous.sql"),
    include_str!("store/migrations/sqlite/0005_fields.sql"),
    include_str!("store/migrations/sqlite/0006_corrections.sql"),
    include_str!("store/migrations/sqlite/0007_papers.sql"),
];
const POSTGRES_MIGRATIONS: &[&str] = &[
    include_str!("store/migrations/postgres/0001_first.sql"),
    include_str!("store/migrations/postgres/0002_parts.sql"),
    include_str!("store/migrations/postgres/0003_states.sql"),
    include_str!("store/migrations/postgres/0004_anonymous.sql"),
    include_str!("store/migrations/postgres/0005_fields.sql"),
    include_str!("store/migrations/postgres/0006_corrections.sql"),
    include_str!("store/migrations/postgres/0007_papers.sql"),
];

/// The open database.
#[derive(Debug, Clone)]
pub struct Store {
    kind: Kind,
    read: AnyPool,
    write: AnyPool,
}

impl Store {
    /// Opens or creates, and brings the schema up to date.
    pub async fn open(database: &str) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let (kind, address) = address_of(database)?;
        let writers = if kind == Kind::Sqlite { 1 } else { POSTGRES_WRITERS_MAX };
        let opened = |source| StoreError::Open { place: without_password(database), source };
        // A pool repeats failed attempts until its time is over; one plain connection fails at once, with the reason.
        probe(kind, &address).await.map_err(opened)?;
        // The writer comes first: it creates the file and turns WAL on.
        let write = pool(kind, writers).connect(&address).await.map_err(opened)?;
        let read = pool(kind, READERS_MAX).connect(&address).await.map_err(opened)?;
        let store = Store { kind, read, write };
        store.migrate().await?;
        Ok(store)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let migrations = if self.kind == Kind::Sqlite { SQLITE_MIGRATIONS } else { POSTGRES_MIGRATIONS };
        let known = migrations.len() as i64;
        let mut change = self.begin().await?;
        if self.kind == Kind::Postgres {
            // Two offices may start at once; the number is any constant of ours.
            change.execute("SELECT pg_advisory_xact_lock(4119)").await?;
        }
        change.execute(include_str!("store/schema_version.sql")).await?;
        let found: i64 =
            sqlx::query_scalar(include_str!("store/schema_version_read.sql")).fetch_one(&mut *change).await?;
        if found > known {
            return Err(StoreError::NewerSchema { found, known });
        }
        for (at, sql) in migrations.iter().enumerate().skip(found as usize) {
            sqlx::raw_sql(*sql).execute(&mut *change).await?;
            sqlx::query(include_str!("store/schema_version_write.sql"))
                .bind(at as i64 + 1)
                .execute(&mut *change)
                .await?;
        }
        Ok(change.commit().await?)
    }

    /// A writing transaction. SQLite takes its write lock at once, so that two processes wait instead of failing.
    async fn begin(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self.kind {
            Kind::Sqlite => self.write.begin_with("BEGIN IMMEDIATE").await,
            Kind::Postgres => self.write.begin().await,
        }
    }

    /// Lets go of the database after running work is done.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

async fn probe(kind: Kind, address: &str) -> Result<(), sqlx::Error> {
    let mut connection = AnyConnection::connect(address).await?;
    if kind == Kind::Sqlite {
        sqlx::raw_sql(include_str!("store/pragmas.sql")).execute(&mut connection).await?;
    }
    connection.close().await
}

fn pool(kind: Kind, connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).after_connect(
        move |connection, _| {
            Box::pin(async move {
                if kind == Kind::Sqlite {
                    sqlx::raw_sql(include_str!("store/pragmas.sql")).execute(connection).await?;
                }
                Ok(())
            })
        },
    )
}

fn address_of(database: &str) -> Result<(Kind, String), StoreError> {
    if let Some(path) = sqlite_path(database) {
        return Ok((Kind::Sqlite, format!("sqlite:{path}?mode=rwc")));
    }
    if database.starts_with("postgres://") || database.starts_with("postgresql://") {
        return Ok((Kind::Postgres, database.to_owned()));
    }
    Err(StoreError::UnknownKind(without_password(database)))
}

/// The file of a `sqlite:PATH` database.
pub fn sqlite_path(database: &str) -> Option<&str> {
    let path = database.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then_some(path)
}

/// The address as it may be printed.
pub fn without_password(database: &str) -> String {
    let Some((scheme, rest)) = database.split_once("://") else { return database.to_owned() };
    match rest.rsplit_once('@') {
        None => database.to_owned(),
        Some((login, place)) => {
            let user = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{place}")
        }
    }
}

fn text(row: &sqlx::any::AnyRow, column: &'static str) -> Result<String, StoreError> {
    row.try_get(column).map_err(|_| StoreError::Unreadable(column))
}

fn parsed<T: std::str::FromStr>(row: &sqlx::any::AnyRow, column: &'static str) -> Result<T, StoreError> {
    text(row, column)?.parse().map_err(|_| StoreError::Unreadable(column))
}
