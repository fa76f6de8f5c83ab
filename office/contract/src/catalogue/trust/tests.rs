//! TUF's list of attacks, one row each: what the attacker serves, and what the kiosk says to it.
use super::*;
use crate::catalogue::{ManifestEntry, OpenState};
use crate::item::ServiceItem;
use std::sync::LazyLock;

const NOW: &str = "2026-11-22T10:00:00Z";
/// Millions of days since 1970, as the office counts.
const VERSION: u64 = 20_779_000_135;

static ITEMS: LazyLock<Vec<ServiceItem>> = LazyLock::new(|| {
    let mut items = crate::catalogue::day_one().items;
    items.truncate(3);
    items
});

struct Office {
    roots: Vec<OfficeSigningKey>,
    online: OfficeSigningKey,
    next_online: OfficeSigningKey,
}

impl Office {
    fn new() -> Office {
        let key = || OfficeSigningKey::generate().unwrap();
        Office { roots: vec![key(), key(), key()], online: key(), next_online: key() }
    }

    fn root(&self, version: u32, online: &OfficeSigningKey) -> Root {
        Root {
            version,
            expires: "2036-01-01T00:00:00Z".parse().unwrap(),
            keys: self.roots.iter().map(OfficeSigningKey::public).collect(),
            threshold: 2,
            catalogue_keys: vec![online.public()],
            catalogue_threshold: 1,
        }
    }

    fn pinned(&self) -> Trust {
        Trust::pin(&self.root(1, &self.online).sign(&[&self.roots[0], &self.roots[1]])).unwrap()
    }

    fn rotated(&self, signers: &[&OfficeSigningKey]) -> SignedRoot {
        self.root(2, &self.next_online).sign(signers)
    }

    /// The kiosk has seen today's manifest.
    fn trust(&self) -> Trust {
        self.pinned().read(&bytes(&manifest().sign(self.online.ed25519())), now()).unwrap().0
    }
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn manifest() -> Manifest {
    Manifest {
        version: VERSION,
        issued: "2026-11-22T00:00:00Z".parse().unwrap(),
        expires: "2026-12-22T00:00:00Z".parse().unwrap(),
        items: ITEMS.iter().map(|item| ManifestEntry::of(item, OpenState::Open)).collect(),
        board: None,
    }
}

fn bytes(signed: &SignedManifest) -> Vec<u8> {
    serde_json::to_vec(signed).unwrap()
}

type Serve = fn(&Office) -> Vec<u8>;

fn signed_with(office: &Office, change: fn(&mut Manifest)) -> Vec<u8> {
    let mut manifest = manifest();
    change(&mut manifest);
    bytes(&manifest.sign(office.online.ed25519()))
}

fn with_roots(office: &Office, roots: Vec<SignedRoot>) -> Vec<u8> {
    let mut signed = manifest().sign(office.next_online.ed25519());
    signed.roots = roots;
    bytes(&signed)
}

const ATTACKS: &[(&str, Serve, &str)] = &[
    ("rollback: yesterday's list", |o| signed_with(o, |m| m.version -= 1_000_000), "Older"),
    (
        "freeze: a list that ran out",
        |o| signed_with(o, |m| m.expires = "2026-11-22T09:00:00Z".parse().unwrap()),
        "Expired",
    ),
    (
        "freeze: a list that never runs out",
        |o| signed_with(o, |m| m.expires = "2099-01-01T00:00:00Z".parse().unwrap()),
        "WrongTime",
    ),
    ("fast-forward: the last of all numbers", |o| signed_with(o, |m| m.version = u64::MAX), "FastForward"),
    (
        "mix-and-match: one service twice",
        |o| signed_with(o, |m| m.items.push(m.items[0].clone())),
        "Unreadable",
    ),
    (
        "mix-and-match: an item of another list",
        |o| {
            let mut signed = manifest().sign(o.online.ed25519());
            signed.manifest.items[0].hash = signed.manifest.items[1].hash.clone();
            bytes(&signed)
        },
        "NotSigned",
    ),
    (
        "wrong key: another office",
        |_| bytes(&manifest().sign(OfficeSigningKey::generate().unwrap().ed25519())),
        "NotSigned",
    ),
    ("wrong key: a root key signs a list", |o| bytes(&manifest().sign(o.roots[0].ed25519())), "NotSigned"),
    ("wrong key: the key that is not in force yet", |o| with_roots(o, vec![]), "NotSigned"),
    (
        "wrong key: one root key alone names new keys",
        |o| with_roots(o, vec![o.rotated(&[&o.roots[0]])]),
        "WrongRoot",
    ),
    (
        "wrong key: the same root key twice",
        |o| with_roots(o, vec![o.rotated(&[&o.roots[0], &o.roots[0]])]),
        "WrongRoot",
    ),
    (
        "wrong key: root keys of a stranger",
        |o| {
            let stranger = Office::new();
            let root = stranger.root(2, &o.next_online).sign(&[&stranger.roots[0], &stranger.roots[1]]);
            with_roots(o, vec![root])
        },
        "WrongRoot",
    ),
    (
        "wrong key: a root that skips a version",
        |o| with_roots(o, vec![o.root(3, &o.next_online).sign(&[&o.roots[0], &o.roots[1]])]),
        "WrongRoot",
    ),
    (
        "wrong key: a root whose threshold is nobody",
        |o| {
            let mut root = o.root(2, &o.next_online);
            root.threshold = 0;
            with_roots(o, vec![root.sign(&[&o.roots[0], &o.roots[1]])])
        },
        "WrongRoot",
    ),
    (
        "endless data",
        |o| {
            let mut endless = signed_with(o, |_| {});
            endless.resize(MANIFEST_BYTES_MAX + 1, b' ');
            endless
        },
        "Endless",
    ),
    (
        "endless data: more services than a kiosk holds",
        |o| {
            signed_with(o, |m| {
                let entry = m.items[0].clone();
                m.items = (0..=ITEMS_MAX)
                    .map(|n| ManifestEntry { id: format!("X{n}"), hash: String::new(), ..entry.clone() })
                    .collect();
            })
        },
        "Unreadable",
    ),
    (
        "truncated",
        |o| {
            let mut cut = signed_with(o, |_| {});
            cut.truncate(cut.len() - 1);
            cut
        },
        "Unreadable",
    ),
    (
        "truncated: no signature",
        |o| {
            let mut signed = manifest().sign(o.online.ed25519());
            signed.signature.clear();
            bytes(&signed)
        },
        "NotSigned",
    ),
    ("arbitrary: a web page", |_| b"<html>Welcome to the free WLAN</html>".to_vec(), "Unreadable"),
    ("arbitrary: nothing", |_| vec![], "Unreadable"),
    (
        "arbitrary: a key nobody knows",
        |o| {
            let mut value = serde_json::to_value(manifest().sign(o.online.ed25519())).unwrap();
            value["extra"] = 1.into();
            serde_json::to_vec(&value).unwrap()
        },
        "Unreadable",
    ),
];

#[test]
fn every_attack_on_the_catalogue_is_refused_by_its_name_and_changes_nothing() {
    let office = Office::new();
    let trust = office.trust();
    for (attack, serve, refusal) in ATTACKS {
        let before = trust.clone();
        let refused = trust.read(&serve(&office), now()).unwrap_err();
        let said = format!("{refused:?}");
        assert!(said.starts_with(refusal), "{attack}: {said}");
        assert_eq!(trust, before, "{attack}");
        // The honest list is believed afterwards.
        trust.read(&signed_with(&office, |_| {}), now()).unwrap();
    }
}

#[test]
fn an_item_is_taken_only_in_the_bytes_that_are_listed() {
    let (manifest, item) = (manifest(), &ITEMS[0]);
    let bytes = item.canonical_json().into_bytes();
    assert_eq!(manifest.admit_bytes(&item.id, &bytes).unwrap().id, item.id);
    let other = ITEMS[1].canonical_json().into_bytes();
    let longer = [bytes.as_slice(), b" "].concat();
    for wrong in [&other[..], &longer, &bytes[..bytes.len() - 1], b"", b"{}"] {
        assert!(manifest.admit_bytes(&item.id, wrong).is_err());
    }
    assert!(manifest.admit_bytes("S999", &bytes).is_err());
}

#[test]
fn keys_are_changed_by_two_of_three_and_a_leap_of_a_stolen_key_is_healed_by_it() {
    let office = Office::new();
    let leap = signed_with(&office, |m| m.version += VERSION_LEAP_MAX);
    let (misled, _) = office.trust().read(&leap, now()).unwrap();
    assert!(misled.read(&signed_with(&office, |_| {}), now()).is_err(), "the honest list looks old now");

    let rotated = office.rotated(&[&office.roots[2], &office.roots[0]]);
    let healed = with_roots(&office, vec![rotated.clone()]);
    let (trust, manifest) = misled.read(&healed, now()).unwrap();
    assert_eq!((manifest.version, trust.seen()), (VERSION, VERSION));
    // The chain may be sent for ever; the stolen key counts no more.
    assert!(trust.read(&healed, now()).is_ok());
    assert_eq!(trust.read(&leap, now()), Err(ManifestError::NotSigned));
    let late = "2037-01-01T00:00:00Z".parse().unwrap();
    assert!(matches!(trust.read(&healed, late), Err(ManifestError::Expired(_))));
}

#[test]
fn a_root_is_pinned_only_if_enough_of_its_own_keys_signed_it() {
    let office = Office::new();
    let root = office.root(1, &office.online);
    assert!(Trust::pin(&root.clone().sign(&[&office.roots[1]])).is_err());
    let mut doubled = root.clone();
    doubled.keys[1] = doubled.keys[0];
    assert!(Trust::pin(&doubled.sign(&[&office.roots[0], &office.roots[2]])).is_err());
    assert!(Trust::pin(&root.sign(&[&office.roots[1], &office.roots[2]])).is_ok());
}

#[test]
fn a_kiosk_whose_clock_is_behind_still_gets_its_catalogue() {
    let office = Office::new();
    let years_ago = "2023-01-01T00:00:00Z".parse().unwrap();
    assert!(office.trust().read(&signed_with(&office, |_| {}), years_ago).is_ok());
}

#[test]
fn an_office_with_one_key_is_believed_like_one_with_roots() {
    let office = Office::new();
    let trust = Trust::single(office.online.public(), 0);
    let (trust, _) = trust.read(&signed_with(&office, |_| {}), now()).unwrap();
    let rollback = trust.read(&signed_with(&office, |m| m.version -= 1), now());
    assert!(matches!(rollback, Err(ManifestError::Older { .. })));
}
