//! What every request handler shares.
use crate::board::BoardFile;
use crate::catalogue::Shelf;
use crate::counts::Counts;
use crate::directory::Directory;
use crate::door::Guard;
use crate::keys::OfficeKeys;
use crate::store::Store;

/// Division code of the reference office: 109999 is no real place.
pub const REGION: u32 = 109_999;

/// One running office.
pub struct Desk {
    pub store: Store,
    pub keys: OfficeKeys,
    pub shelf: Shelf,
    pub board: BoardFile,
    pub directory: Directory,
    pub guard: Guard,
    pub counts: Counts,
}
