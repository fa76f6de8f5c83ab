//! The reference office: what kiosks deliver to. It takes sealed submissions, makes each a case exactly once, signs
//! receipts, shows residents their cases, offers the catalogue and knows its devices.
//!
//! A request walks `routes` -> `door` (who asks?) -> `intake` (open, judge) -> `store` (one transaction).
//!
//! ```no_run
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! let office = jiujin_office::Office::open("sqlite:office.db").await?;
//! let code = office.add_device("demo").await?.code;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! println!("http://{} takes the code {code}", listener.local_addr()?);
//! office.serve(listener).await?;
//! # Ok(()) }
//! ```
mod board;
mod catalogue;
mod correction;
mod counts;
mod desk;
mod directory;
mod door;
mod enrolment;
mod import;
mod intake;
mod keys;
mod openapi;
mod papers;
mod refusal;
mod roots;
mod routes;
mod store;

pub use board::{PostError, Posted, post as post_board};
pub use door::{RATE_BURST, RATE_PER_S};
pub use enrolment::{CODE_LIFETIME, Enrolment, EnrolmentError, WRONG_TRIES_MAX};
pub use import::{ImportError, Imported, check_export};
pub use keys::OfficeKeysError;
pub use papers::PaperError;
pub use roots::{
    Ceremony, RootsError, RootsMade, Rotation, make as make_roots, rotate as rotate_roots,
    round as root_round,
};
pub use store::{AuditRow, CaseRow, DeviceRow, Moved, PaperRow, PartRow, StoreError, without_password};

use desk::Desk;
use jiff::{SignedDuration, Timestamp};
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::catalogue::{Catalogue, OpenState};
use jiujin_contract::keys::{OfficePublicKey, OfficeVerifyingKey};
use jiujin_contract::submission::{DeviceId, SubmissionId};
use jiujin_contract::text::Text;
use keys::OfficeKeys;
use roots::Roots;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Store;

/// Where the keys of a PostgreSQL office lie unless it is told otherwise.
pub const KEYS_FILE: &str = "jiujin-office.keys";

/// Why an office does not open.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] OfficeKeysError),
    #[error(transparent)]
    Roots(#[from] RootsError),
}

/// An open office; cheap to clone, all clones are the same office.
#[derive(Clone)]
pub struct Office {
    desk: Arc<Desk>,
}

impl Office {
    /// Opens or creates the office at `sqlite:PATH` or `postgres://…`, with the built-in catalogue.
    /// Its keys lie beside the SQLite file (`PATH.keys`), else in [`KEYS_FILE`] of the working directory.
    pub async fn open(database: &str) -> Result<Office, OfficeError> {
        Office::open_with(database, &keys_beside(database), catalogue::day_one()).await
    }

    /// Opens the office without its services: enough to list cases and add devices, and quicker.
    pub async fn open_records(database: &str) -> Result<Office, OfficeError> {
        Office::open_with(database, &keys_beside(database), Catalogue::default()).await
    }

    /// The same with another key file and other services.
    pub async fn open_with(database: &str, keys: &Path, offered: Catalogue) -> Result<Office, OfficeError> {
        Office::open_with_grace(database, keys, offered, catalogue::VERSION_GRACE).await
    }

    /// The same; replaced versions of services are still taken for `grace`.
    pub async fn open_with_grace(
        database: &str,
        keys: &Path,
        offered: Catalogue,
        grace: SignedDuration,
    ) -> Result<Office, OfficeError> {
        // The database first: a mistyped address must not leave a key file behind.
        let store = Store::open(database).await?;
        let (roots, board) = (Roots::load(keys)?, board::BoardFile::beside(keys));
        let keys = OfficeKeys::load_or_make(keys)?;
        let directory = directory::Directory::built_in(&keys, &offered.definitions.directory_sample());
        let (items, now) = (offered.offered(), Timestamp::now());
        // Listing cases offers nothing, and nothing is replaced by it.
        let replaced = if items.is_empty() { vec![] } else { store.remember_items(&items, now).await? };
        let shelf = catalogue::Shelf::of(items, &keys.signing, now).with_roots(roots, now);
        let shelf = shelf.with_replaced(replaced, grace);
        let (guard, counts) = Default::default();
        let desk = Desk { store, keys, shelf, board, directory, guard, counts };
        Ok(Office { desk: Arc::new(desk) })
    }

    /// Serves until the process ends or the future is dropped.
    pub fn serve(
        &self,
        listener: tokio::net::TcpListener,
    ) -> impl Future<Output = Result<(), std::io::Error>> + Send + 'static {
        let router = routes::router(self.desk.clone());
        async move { axum::serve(listener, router).await }
    }

    /// A one-time code with which one kiosk may enrol within ten minutes.
    pub async fn add_device(&self, name: &str) -> Result<Enrolment, EnrolmentError> {
        enrolment::open(&self.desk.store, &self.desk.keys, name, Timestamp::now()).await
    }

    /// Every device that was ever enrolled.
    pub async fn devices(&self) -> Result<Vec<DeviceRow>, StoreError> {
        self.desk.store.devices().await
    }

    /// From now on nothing is taken from this device, neither requests nor what it sealed and somebody else brings.
    /// False when it is not known or was revoked before.
    pub async fn revoke_device(&self, id: &DeviceId) -> Result<bool, StoreError> {
        self.desk.store.revoke_device(id).await
    }

    /// Opens a service, lets only begun visits finish, or closes it. Kiosks learn it with the next manifest; letters of
    /// a closed service are taken as long as those of a replaced version. False when it was never offered here.
    pub async fn set_item_state(&self, id: &str, state: OpenState) -> Result<bool, StoreError> {
        self.desk.store.set_item_state(id, state, Timestamp::now()).await
    }

    /// Takes the letters of a kiosk's sealed export. Safe to repeat; one wrong byte and nothing is taken.
    pub async fn import(&self, file: &Path) -> Result<Imported, ImportError> {
        import::import(&self.desk, file).await
    }

    /// Every case, oldest first.
    pub async fn cases(&self) -> Result<Vec<CaseRow>, StoreError> {
        self.desk.store.all_cases().await
    }

    /// Opens one attachment of a case into a new file; its digest was checked.
    pub async fn open_attachment(
        &self,
        submission: SubmissionId,
        path: &str,
        out: &Path,
    ) -> Result<PaperRow, PaperError> {
        papers::open_into(&self.desk, submission, path, out).await
    }

    /// Who looked up whose data and cases, oldest first.
    pub async fn audited(&self) -> Result<Vec<AuditRow>, StoreError> {
        self.desk.store.audited().await
    }

    /// Moves a case on, as an official's desk does. Residents see the event and its note at the kiosk.
    pub async fn move_case(
        &self,
        number: &CaseNumber,
        to: CaseState,
        note: Option<&Text>,
    ) -> Result<Moved, StoreError> {
        let advice = store::Advice { note, fields: &[] };
        self.desk.store.move_case(number, to, advice, Timestamp::now()).await
    }

    /// Sends a case, or one department's part of it, back to its resident with everything that is to be corrected:
    /// questions of the form the resident answered, and why.
    pub async fn ask_correction(
        &self,
        number: &CaseNumber,
        fields: &[String],
        note: Option<&Text>,
    ) -> Result<Moved, StoreError> {
        if let Some(refused) = self.desk.store.refuses_questions(number, fields).await? {
            return Ok(refused);
        }
        let advice = store::Advice { note, fields };
        self.desk.store.move_case(number, CaseState::CorrectionRequested, advice, Timestamp::now()).await
    }

    /// What kiosks seal to; they learn it at enrolment.
    pub fn sealing_key(&self) -> OfficePublicKey {
        self.desk.keys.sealing.public()
    }

    /// By which receipts and the catalogue are believed; kiosks learn it at enrolment.
    pub fn verifying_key(&self) -> OfficeVerifyingKey {
        self.desk.keys.signing.public()
    }

    /// Ends running database work; requests after it fail.
    pub async fn close(&self) {
        self.desk.store.close().await;
    }
}

/// Where the keys of an office lie; its roots lie beside them.
pub fn keys_beside(database: &str) -> PathBuf {
    match store::sqlite_path(database) {
        Some(path) => PathBuf::from(format!("{path}.keys")),
        None => PathBuf::from(KEYS_FILE),
    }
}
