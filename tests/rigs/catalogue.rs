//! R9: catalogues that somebody else made. A server in the office's place offers truncated, flipped, unsigned,
//! foreign, older, expired, mixed, oversized, endless and senseless ones; none comes into force, the good one stays,
//! memory does not grow, and the next good one is taken.
use super::*;
use crate::invariants::Verdict;
use crate::town::stranded_kiosk;
use jiff::SignedDuration;
use jiujin::courier::news::UPDATE_BYTES_MAX;
use jiujin_contract::catalogue::manifest::Manifest;
use jiujin_contract::catalogue::{ManifestEntry, OpenState, SignedManifest, day_one};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::keys::OfficeSigningKey;
use jiujin_contract::wire::Request;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const CATALOGUES: u64 = 2_000;
const KINDS: u64 = 10;
/// The version in force all the time.
const GOOD: u64 = 7;
const GROWTH_KIB_MAX: u64 = 64 * 1024;

/// What stands in the office's place: bodies by path. `endless` follows every body with more.
#[derive(Default)]
pub(super) struct Shop {
    bodies: HashMap<String, Vec<u8>>,
    endless: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_catalogue_never_comes_into_force() {
    let folder = tempfile::tempdir().unwrap();
    let office = stranded_kiosk(folder.path());
    let shop = Arc::new(Mutex::new(Shop::default()));
    let mut config = kiosk_config(folder.path());
    config.office.url = format!("http://{}", serve(shop.clone()).await);
    config.office.answer_timeout_s = 2;
    let courier = Courier::new(&config).unwrap().unwrap();
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let mut items = day_one().items;
    items.truncate(4);
    let last = items.pop().unwrap();
    *shop.lock().unwrap() = honest(&items, GOOD, &office);
    take(&mut store, &courier).await.unwrap();
    assert_eq!(store.catalogue_newest().unwrap(), GOOD);
    let forge = Forge { office, stranger: OfficeSigningKey::generate().unwrap(), items, last };
    let (mut dice, before, count) = (Dice(SEED), resident_kib(), runs(CATALOGUES));
    let (mut verdict, mut accepted) = (Verdict::default(), Vec::new());
    for number in 0..count {
        *shop.lock().unwrap() = forge.hostile(number % KINDS, &mut dice);
        if take(&mut store, &courier).await.is_ok() {
            accepted.push(number % KINDS);
        }
        let active = store.catalogue_active().unwrap();
        verdict.hold(active.is_some_and(|active| active.version == GOOD), "I7", format!("after {number}"));
        if !verdict.broken.is_empty() {
            break;
        }
    }
    let growth = resident_kib().saturating_sub(before);
    *shop.lock().unwrap() = honest(&forge.items, GOOD + 1, &forge.office);
    verdict.hold(take(&mut store, &courier).await.is_ok(), "R9", "the next good one is refused");
    verdict.hold(accepted.is_empty(), "R9", format!("kinds {accepted:?} were accepted"));
    verdict.hold(growth < GROWTH_KIB_MAX, "R9", format!("memory grew by {growth} KiB"));
    verdict.report(
        "R9",
        SEED,
        &format!("\"catalogues\":{count},\"accepted\":{},\"growth_kib\":{growth},", accepted.len()),
    );
    assert!(verdict.sound(), "{:#?}", verdict.broken);
}

/// What the loop does every few minutes.
pub(super) async fn take(store: &mut Store, courier: &Courier) -> Result<(), String> {
    let held = store.catalogue_held().unwrap();
    let update = courier.fetch_catalogue(&held, Timestamp::now()).await.map_err(|error| error.to_string())?;
    let update = update.ok_or("nothing newer")?;
    store.catalogue_take(&update, Timestamp::now()).map_err(|error| error.to_string())
}

pub(super) fn manifest(items: &[ServiceItem], version: u64) -> Manifest {
    let now = Timestamp::now();
    let expires = now.checked_add(SignedDuration::from_hours(24)).unwrap();
    let items = items.iter().map(|item| ManifestEntry::of(item, OpenState::Open)).collect();
    Manifest { version, issued: now, expires, items, board: None }
}

fn honest(items: &[ServiceItem], version: u64, office: &OfficeSigningKey) -> Shop {
    let mut shop = Shop::default();
    shop.offer(&manifest(items, version).sign(office.ed25519()));
    items.iter().for_each(|item| shop.stock(item, item.canonical_json().into_bytes()));
    shop
}

impl Shop {
    pub(super) fn offer(&mut self, signed: &SignedManifest) {
        self.bodies.insert(Request::catalogue(None).path, serde_json::to_vec(signed).unwrap());
    }

    pub(super) fn stock(&mut self, item: &ServiceItem, body: Vec<u8>) {
        self.bodies.insert(Request::catalogue_item(&item.id, &item.content_hash()).path, body);
    }

    fn manifest(&mut self) -> &mut Vec<u8> {
        self.bodies.get_mut(&Request::catalogue(None).path).unwrap()
    }
}

/// Makes what an attacker on the line, or with an old office key, can make.
struct Forge {
    office: OfficeSigningKey,
    stranger: OfficeSigningKey,
    items: Vec<ServiceItem>,
    /// An item that the kiosk does not have yet.
    last: ServiceItem,
}

impl Forge {
    fn hostile(&self, kind: u64, dice: &mut Dice) -> Shop {
        let newer = GOOD + 1 + dice.draw(100);
        let mut all = self.items.clone();
        all.push(self.last.clone());
        let mut shop = honest(&all, newer, &self.office);
        match kind {
            0 => {
                let bytes = shop.manifest();
                bytes.truncate(dice.draw(bytes.len() as u64) as usize);
            }
            1 => flip(shop.manifest(), dice),
            2 => {
                let signature = if dice.draw(2) == 0 { String::new() } else { "00".repeat(64) };
                let signed = manifest(&all, newer).sign(self.office.ed25519());
                shop.offer(&SignedManifest { signature, ..signed });
            }
            3 => shop.offer(&manifest(&all, newer).sign(self.stranger.ed25519())),
            4 => shop.offer(&manifest(&all, dice.draw(GOOD)).sign(self.office.ed25519())),
            5 => {
                let mut old = manifest(&all, newer);
                old.expires =
                    Timestamp::from_second(Timestamp::now().as_second() - 1 - dice.draw(1 << 20) as i64)
                        .unwrap();
                shop.offer(&old.sign(self.office.ed25519()));
            }
            6 => shop.stock(&self.last, self.items[0].canonical_json().into_bytes()),
            7 => {
                let mut large = manifest(&all, newer);
                let size = 1 + UPDATE_BYTES_MAX + dice.draw(1 << 40);
                large.items.iter_mut().for_each(|entry| entry.size = size);
                shop.offer(&large.sign(self.office.ed25519()));
            }
            8 => shop.endless = true,
            _ => {
                let mut body = self.last.canonical_json().into_bytes();
                flip(&mut body, dice);
                shop.stock(&self.last, body);
            }
        }
        shop
    }
}

/// One bit that counts: whitespace between JSON words would not.
fn flip(bytes: &mut [u8], dice: &mut Dice) {
    loop {
        let at = dice.draw(bytes.len() as u64) as usize;
        if bytes[at].is_ascii_alphanumeric() {
            bytes[at] ^= 1;
            return;
        }
    }
}

/// One request for each connection; more bytes than anyone wants if the shop is endless.
pub(super) async fn serve(shop: Arc<Mutex<Shop>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 8 * 1024];
            let read = stream.read(&mut head).await.unwrap_or(0);
            let path =
                String::from_utf8_lossy(&head[..read]).split(' ').nth(1).unwrap_or_default().to_owned();
            let (body, endless) = {
                let shop = shop.lock().unwrap();
                (shop.bodies.get(&path).cloned(), shop.endless)
            };
            let (status, body) = body.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
            let length = if endless { u64::MAX >> 1 } else { body.len() as u64 };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&body).await;
            let more = vec![b' '; 64 * 1024];
            while endless && stream.write_all(&more).await.is_ok() {}
            let _ = stream.shutdown().await;
        }
    });
    address
}

pub(super) fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
