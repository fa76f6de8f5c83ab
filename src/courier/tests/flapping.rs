//! R4: days of bad network in virtual time. The store, its restarts and the schedule are real; the office and the
//! line are drawn from a seed, which every failure prints.
use super::liars::{resident, submission_of};
use super::*;
use crate::store::{OutboxLimits, Store};
use jiff::SignedDuration;
use jiff::civil::date;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::keys::{DeviceKey, OfficeSealingKey, OfficeSigningKey};
use jiujin_contract::receipt::{OfficeReceipt, ReceiptNumber, ShortId, SignedReceipt};
use jiujin_contract::sealing::seal;
use std::collections::BTreeMap;
use std::path::PathBuf;

const HOURS: i64 = 24;
/// Days of the gate, each with its own seed.
const SEEDS: u64 = 200;
const MINUTE_MS: i64 = 60_000;

struct Dice(u64);

impl Dice {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

struct World {
    dice: Dice,
    now: Timestamp,
    path: PathBuf,
    store: Option<Store>,
    device: DeviceKey,
    sealing: OfficeSealingKey,
    signing: OfficeSigningKey,
    office: BTreeMap<SubmissionId, (Digest, ReceiptNumber)>,
    acknowledged: BTreeMap<SubmissionId, Digest>,
    restarts: usize,
    attempts: usize,
    /// Deliveries that found the submission at the office already.
    repeats: usize,
}

fn limits() -> OutboxLimits {
    OutboxLimits {
        rows: 10_000,
        bytes: 1 << 40,
        age_ms: i64::MAX / 2,
        free_disk_bytes: 0,
        keep_sent_ms: 1 << 40,
    }
}

impl World {
    fn new(seed: u64, folder: &std::path::Path) -> World {
        let path = folder.join("kiosk.sqlite");
        let store = Store::open(&path, limits(), now()).unwrap().store;
        World {
            dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
            now: now(),
            path,
            store: Some(store),
            device: DeviceKey::generate().unwrap(),
            sealing: OfficeSealingKey::generate().unwrap(),
            signing: OfficeSigningKey::generate().unwrap(),
            office: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
            restarts: 0,
            attempts: 0,
            repeats: 0,
        }
    }

    fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    fn wait(&mut self, ms: i64) {
        self.now = self.now.checked_add(SignedDuration::from_millis(ms)).unwrap();
    }

    /// The process dies and comes back.
    fn crash(&mut self) {
        self.store = None;
        self.store = Some(Store::open(&self.path, limits(), self.now).unwrap().store);
        self.restarts += 1;
    }

    fn submit(&mut self) {
        let (now, kiosk) = (self.now, ShortId::from_index(9));
        let (device, office) = (self.device.clone(), self.sealing.public());
        let made = self
            .store()
            .submit(now, date(2026, 11, 22), kiosk, |numbered| {
                seal(&submission_of(resident(), numbered, kiosk), &office, &device)
            })
            .unwrap();
        self.acknowledged.insert(made.id, made.digest);
    }

    fn deliver(&mut self, up: bool) {
        let now = self.now;
        let letters = self.store().due(now, 20).unwrap();
        if letters.is_empty() {
            return;
        }
        let ids: Vec<_> = letters.iter().map(|letter| letter.sealed.id()).collect();
        self.store().mark_sending(&ids, now).unwrap();
        self.attempts += 1;
        if self.dice.draw(50) == 0 {
            return self.crash();
        }
        let round = self.travel(&letters, up);
        if self.dice.draw(50) == 0 {
            return self.crash();
        }
        let (failures, random) = (self.store().road().unwrap().failures, self.dice.draw(u64::MAX));
        self.store().apply(&schedule::fates(&round, failures, random, now), now).unwrap();
    }

    /// Down: nothing arrives. Up: now and then the office commits and its answer is lost, or somebody lies.
    fn travel(&mut self, letters: &[Letter], up: bool) -> Round {
        let setback = match (up, self.dice.draw(12)) {
            (false, 0) => Some(Setback::CaptivePortal),
            (false, 1) => Some(Setback::BadCertificate),
            (false, _) => Some(Setback::Unreachable),
            (true, 0) => Some(Setback::OfficeDown { retry_after_s: Some(30) }),
            (true, 1) => Some(Setback::RateLimited { retry_after_s: None }),
            (true, 2) => {
                letters.iter().for_each(|letter| drop(self.take(letter)));
                Some(Setback::TimedOut)
            }
            (true, _) => None,
        };
        let mut round = Round::default();
        for letter in letters {
            let delivery = match &setback {
                Some(setback) => Delivery::SetBack(setback.clone()),
                None => Delivery::Delivered(self.take(letter)),
            };
            round.letters.push(Delivered { id: letter.sealed.id(), attempts: letter.attempts, delivery });
        }
        round
    }

    fn take(&mut self, letter: &Letter) -> SignedReceipt {
        let (id, digest) = (letter.sealed.id(), letter.sealed.digest());
        let receipt_number = letter.sealed.envelope().receipt_number.clone();
        if let Some((known, _)) = self.office.insert(id, (digest, receipt_number.clone())) {
            assert_eq!(known, digest, "the same id never has other bytes");
            self.repeats += 1;
        }
        let case_number = CaseNumber::issue(109999, date(2026, 11, 22), 7);
        let state = CaseState::Submitted;
        OfficeReceipt { id, digest, receipt_number, case_number, state, received_at: self.now }
            .sign(&self.signing)
    }

    fn day(&mut self) {
        let end = self.now.as_millisecond() + HOURS * 60 * MINUTE_MS;
        let (mut up, mut turn) = (true, self.now.as_millisecond());
        while self.now.as_millisecond() < end {
            if self.now.as_millisecond() >= turn {
                up = !up;
                turn += 1 + self.dice.draw(40 * MINUTE_MS as u64) as i64;
            }
            if self.dice.draw(40) == 0 {
                self.submit();
            }
            self.deliver(up);
            if self.dice.draw(300) == 0 {
                self.crash();
            }
            self.wait(MINUTE_MS);
        }
    }

    /// The road is whole again: how many minutes until nothing waits, looked at for an hour.
    fn minutes_to_empty(&mut self) -> i64 {
        let repaired = self.now.as_millisecond();
        let late = repaired + 60 * MINUTE_MS;
        while self.store().counts().unwrap().waiting > 0 && self.now.as_millisecond() < late {
            let letters = {
                let now = self.now;
                self.store().due(now, 20).unwrap()
            };
            if !letters.is_empty() {
                let (now, ids): (_, Vec<_>) =
                    (self.now, letters.iter().map(|letter| letter.sealed.id()).collect());
                self.store().mark_sending(&ids, now).unwrap();
                let fates: Vec<_> =
                    letters.iter().map(|l| (l.sealed.id(), Fate::Confirmed(self.take(l)))).collect();
                self.store().apply(&fates, now).unwrap();
            }
            self.wait(1_000);
        }
        (self.now.as_millisecond() - repaired) / MINUTE_MS
    }
}

/// What the days of all seeds came to.
#[derive(Default)]
struct Tally {
    letters: usize,
    restarts: usize,
    attempts: usize,
    repeats: usize,
    slowest: i64,
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.letters += other.letters;
        self.restarts += other.restarts;
        self.attempts += other.attempts;
        self.repeats += other.repeats;
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// A process that dies leaves its pages to the system: nothing here needs a real disk, and one in memory is quick.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn live(seed: u64) -> Tally {
    let folder = folder();
    let mut world = World::new(seed, folder.path());
    world.day();
    let minutes = world.minutes_to_empty();
    assert!(minutes <= 15, "seed {seed}: empty only after {minutes} minutes");
    let arrived: BTreeMap<_, _> = world.office.iter().map(|(id, (digest, _))| (*id, *digest)).collect();
    assert_eq!(arrived, world.acknowledged, "seed {seed}");
    world.store().journal_check().unwrap();
    let (restarts, attempts, repeats) = (world.restarts, world.attempts, world.repeats);
    Tally { letters: arrived.len(), restarts, attempts, repeats, slowest: minutes }
}

/// `JIUJIN_RIG_SEEDS` days, from `JIUJIN_RIG_FIRST_SEED` on: a seed that failed can be had again alone.
#[test]
fn days_of_bad_network_lose_and_double_nothing() {
    let asked = |name: &str| std::env::var(name).ok().map(|n| n.parse::<u64>().unwrap());
    let (first, seeds) =
        (asked("JIUJIN_RIG_FIRST_SEED").unwrap_or(1), asked("JIUJIN_RIG_SEEDS").unwrap_or(SEEDS));
    let (started, mut tally) = (std::time::Instant::now(), Tally::default());
    std::thread::scope(|scope| {
        let days = |turn| move || (first + turn..first + seeds).step_by(2).map(live).collect::<Vec<_>>();
        let both = [0, 1].map(|turn| scope.spawn(days(turn)));
        both.into_iter().flat_map(|half| half.join().unwrap()).for_each(|day| tally.add(&day));
    });
    let Tally { letters, restarts, attempts, repeats, slowest } = tally;
    println!(
        "{{\"rig\":\"R4\",\"seed\":{first},\"seeds\":{seeds},\"hours\":{HOURS},\"letters\":{letters},\"attempts\":{attempts},\"restarts\":{restarts},\"repeats\":{repeats},\"lost\":0,\"doubled\":0,\"slowest_drain_min\":{slowest},\"s\":{},\"verdict\":\"holds\"}}",
        started.elapsed().as_secs()
    );
    assert!(letters > 0 && restarts > 0 && repeats > 0);
}
