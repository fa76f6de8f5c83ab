//! R9, the roots: an attacker on the line with one root key, with the catalogue's key, or with yesterday's answers,
//! against the kiosk's own way from the line to the store. Only what a threshold has signed is ever followed, and
//! nothing that was followed is left again: not after a new start and not after the store was lost.
use super::catalogue::{Shop, manifest, serve, take};
use super::*;
use crate::invariants::Verdict;
use crate::town::stranded_kiosk_under;
use jiff::SignedDuration;
use jiujin_contract::catalogue::trust::{MANIFEST_BYTES_MAX, ROOT_KEYS_MAX};
use jiujin_contract::catalogue::{Root, SignedManifest, SignedRoot, day_one};
use jiujin_contract::item::ServiceItem;
use jiujin_contract::keys::OfficeSigningKey;
use std::sync::{Arc, Mutex};

const ATTACKS: u64 = 24;
/// The version in force before the rotation; after it the count begins anew, below.
const BEFORE: u64 = 7;
const AFTER: u64 = 3;
/// No office numbers its lists so far ahead.
const LEAP: u64 = 900_000_000;

struct Office {
    people: Vec<OfficeSigningKey>,
    first: Root,
    /// Stolen; replaced by the second root.
    old: OfficeSigningKey,
    new: OfficeSigningKey,
    items: Vec<ServiceItem>,
}

impl Office {
    fn new() -> Office {
        let key = || OfficeSigningKey::generate().unwrap();
        let (people, old): (Vec<_>, _) = ((0..3).map(|_| key()).collect(), key());
        let first = Root {
            version: 1,
            expires: in_hours(24 * 365),
            keys: people.iter().map(OfficeSigningKey::public).collect(),
            threshold: 2,
            catalogue_keys: vec![old.public()],
            catalogue_threshold: 1,
        };
        let mut items = day_one().items;
        items.truncate(2);
        Office { people, first, old, new: key(), items }
    }

    fn signers(&self, which: &[usize]) -> Vec<&OfficeSigningKey> {
        which.iter().map(|number| &self.people[*number]).collect()
    }

    /// The root that replaces the stolen key.
    fn second(&self) -> Root {
        Root { version: 2, catalogue_keys: vec![self.new.public()], ..self.first.clone() }
    }

    fn list(&self, version: u64, key: &OfficeSigningKey, roots: Vec<SignedRoot>) -> SignedManifest {
        SignedManifest { roots, ..manifest(&self.items, version).sign(key.ed25519()) }
    }

    fn shop(&self, signed: &SignedManifest) -> Shop {
        let mut shop = Shop::default();
        shop.offer(signed);
        self.items.iter().for_each(|item| shop.stock(item, item.canonical_json().into_bytes()));
        shop
    }

    /// What the thief of the catalogue's key and of one root key can offer before the rotation.
    fn attack(&self, kind: u64) -> (&'static str, SignedManifest) {
        let thief = &self.new;
        let lists = |version, root: SignedRoot| self.list(version, thief, vec![root]);
        let second = self.second();
        match kind {
            0 => ("one of two signatures", lists(8, second.sign(&self.signers(&[0])))),
            1 => ("one key twice", lists(8, second.sign(&self.signers(&[1, 1])))),
            2 => {
                let keys = vec![thief.public()];
                ("only its own keys", lists(8, Root { keys, threshold: 1, ..second }.sign(&[thief])))
            }
            3 => ("a root left out", lists(8, Root { version: 3, ..second }.sign(&self.signers(&[0, 1])))),
            4 => ("the same root anew", lists(8, Root { version: 1, ..second }.sign(&self.signers(&[0])))),
            5 => ("no threshold", lists(8, Root { threshold: 0, ..second }.sign(&self.signers(&[0])))),
            6 => {
                let expires = in_hours(-1);
                ("an expired root", lists(8, Root { expires, ..second }.sign(&self.signers(&[0, 1]))))
            }
            7 => {
                let keys = (0..=ROOT_KEYS_MAX).map(|_| OfficeSigningKey::generate().unwrap().public());
                let keys: Vec<_> = keys.collect();
                ("too many keys", lists(8, Root { keys, ..second }.sign(&self.signers(&[0, 1]))))
            }
            8 => ("fast-forward", self.list(BEFORE + LEAP, &self.old, vec![])),
            9 => ("rollback", self.list(BEFORE - 1, &self.old, vec![])),
            10 => {
                let roots = vec![second.sign(&self.signers(&[0])); 4_000];
                assert!(serde_json::to_vec(&roots).unwrap().len() > MANIFEST_BYTES_MAX);
                ("endless roots", self.list(8, &self.old, roots))
            }
            _ => ("a stranger's list", self.list(8, thief, vec![])),
        }
    }
}

fn in_hours(hours: i64) -> Timestamp {
    Timestamp::now().checked_add(SignedDuration::from_hours(hours)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_a_threshold_signed_is_followed_and_never_left() {
    let office = Office::new();
    let first = office.first.clone().sign(&office.signers(&[0, 2]));
    let folder = tempfile::tempdir().unwrap();
    stranded_kiosk_under(folder.path(), Some(first.clone()));
    let shop = Arc::new(Mutex::new(Shop::default()));
    let mut config = kiosk_config(folder.path());
    config.office.url = format!("http://{}", serve(shop.clone()).await);
    let courier = Courier::new(&config).unwrap().unwrap();
    let open = || Store::of(&config, Timestamp::now()).unwrap().store;
    let offer = |signed: &SignedManifest| *shop.lock().unwrap() = office.shop(signed);
    let (mut store, mut verdict) = (open(), Verdict::default());
    offer(&office.list(BEFORE, &office.old, vec![first.clone()]));
    take(&mut store, &courier).await.unwrap();
    let attacks = runs(ATTACKS);
    for number in 0..attacks {
        let (name, signed) = office.attack(number % 12);
        offer(&signed);
        let taken = take(&mut store, &courier).await.is_ok();
        let stands = store.catalogue_newest().unwrap() == BEFORE && root_of(&store) == 1;
        verdict.hold(!taken && stands, "I7", name);
    }
    // The honest rotation, with a list numbered lower than a leap of the thief could ever be.
    let second = office.second().sign(&office.signers(&[1, 2]));
    offer(&office.list(AFTER, &office.new, vec![first.clone(), second.clone()]));
    verdict.hold(take(&mut store, &courier).await.is_ok(), "R9", "the rotation is not followed");
    let old = office.list(BEFORE + 1, &office.old, vec![first]);
    let older = office.list(AFTER - 1, &office.new, vec![second]);
    for life in ["goes on", "started again", "lost its store"] {
        if life != "goes on" {
            drop(store);
            if life == "lost its store" {
                std::fs::write(config.store_path(), vec![0xEE; 8_192]).unwrap();
            }
            store = open();
        }
        for (what, signed) in [("the stolen key", &old), ("an older list", &older)] {
            offer(signed);
            let taken = take(&mut store, &courier).await.is_ok();
            verdict.hold(!taken && root_of(&store) == 2, "I7", format!("{what}, kiosk {life}"));
        }
    }
    verdict.report("R9 roots", SEED, &format!("\"attacks\":{},", attacks + 6));
    assert!(verdict.sound(), "{:#?}", verdict.broken);
}

fn root_of(store: &Store) -> u32 {
    store.catalogue_believed().unwrap().map_or(0, |believed| believed.trust.root().version)
}
