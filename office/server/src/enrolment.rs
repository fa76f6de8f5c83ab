//! How a kiosk becomes a device of this office: a technician brings a code that works once, for ten minutes.
use crate::desk::Desk;
use crate::keys::OfficeKeys;
use crate::refusal::Refusal;
use crate::store::{Device, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use jiujin_contract::receipt::{ALPHABET, SHORT_ID_CHARS, ShortId};
use jiujin_contract::submission::DeviceId;
use jiujin_contract::wire::{EnrolAnswer, EnrolRequest, ProblemKind};
use serde::Serialize;

/// Ten characters of five bits: 50 bits.
pub const CODE_CHARS: usize = 10;
/// How long a code works.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Wrong tries after which every open code is burnt.
pub const WRONG_TRIES_MAX: i64 = 5;
/// Longest name of a device.
pub const DEVICE_NAME_CHARS_MAX: usize = 60;
/// Crockford's base 32: no I, L, O, U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Draws of a short id until a free one is found; at half a full office ten draws fail once in a thousand.
const SHORT_ID_DRAWS: usize = 64;

/// What `jiujin-office device add` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enrolment {
    pub code: String,
    pub expires: Timestamp,
}

/// Why no code could be made.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    #[error("a device's name has 1 to {DEVICE_NAME_CHARS_MAX} characters")]
    Name,
    #[error("no randomness from the system: {0}; check /dev/urandom")]
    Randomness(getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens a new code for one device.
pub async fn open(
    store: &Store,
    keys: &OfficeKeys,
    name: &str,
    now: Timestamp,
) -> Result<Enrolment, EnrolmentError> {
    let name = name.trim();
    if !(1..=DEVICE_NAME_CHARS_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(EnrolmentError::Name);
    }
    let mut random = [0; CODE_CHARS];
    getrandom::fill(&mut random).map_err(EnrolmentError::Randomness)?;
    let plain: String = random.iter().map(|byte| CROCKFORD[usize::from(byte % 32)] as char).collect();
    // Whole seconds: people read it.
    let expires = Timestamp::from_second(now.as_second()).unwrap_or(now) + CODE_LIFETIME;
    store.open_code(&keys.code_hash(&plain), name, expires).await?;
    let (first, second) = plain.split_at(CODE_CHARS / 2);
    Ok(Enrolment { code: format!("{first}-{second}"), expires })
}

/// What people type for a code, as it was drawn.
fn plain_code(typed: &str) -> String {
    let read = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    typed.chars().filter(|c| c.is_ascii_alphanumeric()).take(2 * CODE_CHARS).map(read).collect()
}

/// Takes a kiosk in, or refuses without saying why: wrong, used, burnt and expired look the same.
pub async fn enrol(desk: &Desk, request: &EnrolRequest, now: Timestamp) -> Result<EnrolAnswer, Refusal> {
    if !request.proves_its_key() {
        return Err(Refusal::new(ProblemKind::Malformed, "the proof does not fit the public key"));
    }
    let short_id = free_short_id(&desk.store).await?;
    let id = format!("kiosk-{}-{}", short_id.as_str().to_ascii_lowercase(), request.public_key.key_id());
    let new_device = Device {
        id: DeviceId::parse(&id).map_err(|_| Refusal::new(ProblemKind::OfficeFailure, "no device id"))?,
        short_id,
        name: String::new(),
        public_key: request.public_key,
        active: true,
    };
    let hash = desk.keys.code_hash(&plain_code(&request.code));
    match desk.store.use_code(&hash, new_device, now, WRONG_TRIES_MAX).await? {
        Some(device) => Ok(EnrolAnswer {
            device_id: device.id,
            short_id: device.short_id,
            name: device.name,
            sealing_key: desk.keys.sealing.public(),
            verifying_key: desk.keys.signing.public(),
            root: desk.shelf.root(),
            office_time: now,
        }),
        None => {
            desk.counts.wrong_codes.count();
            let refusal = Refusal::new(ProblemKind::CodeRefused, "the code is wrong, used or expired");
            Err(Refusal(refusal.0.detail("Ask for a new one: jiujin-office device add --name …")))
        }
    }
}

async fn free_short_id(store: &Store) -> Result<ShortId, Refusal> {
    let all = (ALPHABET.len() as u32).pow(SHORT_ID_CHARS as u32);
    for _ in 0..SHORT_ID_DRAWS {
        let mut random = [0; 4];
        getrandom::fill(&mut random)
            .map_err(|_| Refusal::new(ProblemKind::OfficeFailure, "the office has no randomness"))?;
        let drawn = ShortId::from_index(u32::from_le_bytes(random) % all);
        if !store.short_id_taken(drawn).await? {
            return Ok(drawn);
        }
    }
    Err(Refusal::new(ProblemKind::OfficeFailure, "no short id is free"))
}
