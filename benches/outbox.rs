//! What a promise costs: Submit touched -> durable against one bare synced insert of the same bytes, operations of
//! the queue with ten and with ten thousand rows, and the drain against a bare loop of the same HTTP client.
//!
//! Fails when Submit takes more than twice a bare insert, an operation is not flat, or the drain falls below 80 %.
//! Submits and inserts alternate on the same disk, so that a busy machine slows both.

use jiff::Timestamp;
use jiujin::config::{Config, Office};
use jiujin::courier::{Courier, schedule};
use jiujin::enrol::Identity;
use jiujin::letter::{Fate, Letter};
use jiujin::store::{OutboxLimits, Store};
use jiujin_contract::sealing::Sealer;
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{Request, Signer};
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};
use town::{Asked, Town, asked, submit, submit_with};

#[path = "../tests/support/town.rs"]
mod town;

const SUBMIT_RATIO_MAX: f64 = 2.0;
/// Ten thousand rows may cost two more levels of a tree, not a walk.
const FLAT_RATIO_MAX: f64 = 2.0;
const DRAIN_SHARE_MIN: f64 = 0.8;
const SUBMITS: usize = 400;
const ROWS: [usize; 2] = [10, 10_000];
/// Rounds of the drain, each so many letters our way and so many the bare way.
const ROUNDS: usize = 8;
const LETTERS: usize = 100;
const BATCH: usize = 20;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let town = runtime.block_on(Town::new());
    let bench = Bench::new(&town.config());
    let ratio = bench.submit_against_a_bare_insert(town.folder.path());
    let flat = bench.operations_with_more_rows(town.folder.path());
    let share = runtime.block_on(bench.drain_against_a_bare_loop(&town));
    assert!(ratio <= SUBMIT_RATIO_MAX, "Submit -> durable is {ratio:.2} bare inserts");
    assert!(flat <= FLAT_RATIO_MAX, "an operation takes {flat:.2} times as long with {} rows", ROWS[1]);
    assert!(share >= DRAIN_SHARE_MIN, "the drain reaches {share:.2} of a bare loop");
}

struct Bench {
    identity: Identity,
    asked: Asked,
    config: Config,
}

impl Bench {
    fn new(config: &Config) -> Bench {
        let identity = Identity::load(&config.storage.data_dir).unwrap().unwrap();
        Bench { identity, asked: asked(config), config: config.clone() }
    }

    fn store(&self, path: &Path) -> Store {
        let limits =
            OutboxLimits { free_disk_bytes: 0, rows: 1_000_000, ..OutboxLimits::of(&self.config.limits) };
        Store::open(path, limits, Timestamp::now()).unwrap().store
    }

    /// Encrypt, sign, journal and commit as the loop does them; it did the key exchange while the answers were checked.
    fn submit_against_a_bare_insert(&self, folder: &Path) -> f64 {
        let mut store = self.store(&folder.join("submit.sqlite"));
        let bare = Connection::open(folder.join("bare.sqlite")).unwrap();
        bare.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
             CREATE TABLE t (id BLOB NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT",
        )
        .unwrap();
        let mut insert = bare.prepare("INSERT INTO t (id, sealed) VALUES (?1, ?2)").unwrap();
        let (mut submits, mut inserts) = (Vec::new(), Vec::new());
        for _ in 0..SUBMITS {
            let (sealer, now) = (Sealer::new(&self.identity.office.sealing_key).unwrap(), Timestamp::now());
            let start = Instant::now();
            let made = submit_with(sealer, &mut store, &self.identity, &self.asked, now).unwrap();
            submits.push(start.elapsed());
            let sealed = store.due(Timestamp::now(), 1).unwrap().remove(0).sealed;
            let start = Instant::now();
            insert.execute((made.id.as_bytes(), sealed.bytes())).unwrap();
            inserts.push(start.elapsed());
        }
        let (submit, insert) = (report("submit to durable", submits), report("bare synced insert", inserts));
        let ratio = submit.as_secs_f64() / insert.as_secs_f64();
        println!("{{\"what\":\"submit ratio\",\"ratio\":{ratio:.2},\"max\":{SUBMIT_RATIO_MAX}}}");
        ratio
    }

    fn operations_with_more_rows(&self, folder: &Path) -> f64 {
        let [few, many] = ROWS.map(|rows| {
            let mut store = self.store(&folder.join(format!("rows-{rows}.sqlite")));
            (0..rows).for_each(|_| drop(submit(&mut store, &self.identity, &self.asked)));
            self.operations(&mut store, rows)
        });
        let ratios = few.iter().zip(&many).map(|((name, few), (_, many))| {
            let ratio = many.as_secs_f64() / few.as_secs_f64();
            println!(
                "{{\"what\":\"flat\",\"operation\":\"{name}\",\"ratio\":{ratio:.2},\"max\":{FLAT_RATIO_MAX}}}"
            );
            ratio
        });
        ratios.fold(0.0, f64::max)
    }

    fn operations(&self, store: &mut Store, rows: usize) -> Vec<(&'static str, Duration)> {
        let now = Timestamp::now();
        let mut times: [Vec<Duration>; 5] = Default::default();
        for _ in 0..100 {
            times[0].push(timed(|| store.may_begin(now)));
            times[1].push(timed(|| store.counts()));
            times[2].push(timed(|| store.due(now, ROWS[0])));
            let letters = store.due(now, ROWS[0]).unwrap();
            times[3].push(timed(|| set_back(store, &letters, now)));
            times[4].push(timed(|| submit(store, &self.identity, &self.asked)));
        }
        let names = ["may_begin", "counts", "due", "mark and set back", "submit"];
        names
            .into_iter()
            .zip(times)
            .map(|(name, times)| (name, report(&format!("{name}, {rows} rows"), times)))
            .collect()
    }

    /// The same office, the same batches, the same client, the same signatures; ours keeps books.
    async fn drain_against_a_bare_loop(&self, town: &Town) -> f64 {
        let mut store = Store::of(&self.config, Timestamp::now()).unwrap().store;
        let courier = Courier::new(&self.config).unwrap().unwrap();
        let (mut ours, mut bare) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..ROUNDS {
            (0..LETTERS).for_each(|_| drop(submit(&mut store, &self.identity, &self.asked)));
            let start = Instant::now();
            drain(&mut store, &courier).await;
            ours += start.elapsed();
            (0..LETTERS).for_each(|_| drop(submit(&mut store, &self.identity, &self.asked)));
            let letters = store.due(Timestamp::now(), LETTERS).unwrap();
            bare += self.bare_loop(&self.config.office, &letters).await;
            store.mark_sending(&ids(&letters), Timestamp::now()).unwrap();
            let parked = Fate::Parked { reason: "went the bare way".into() };
            let fates: Vec<_> = ids(&letters).into_iter().map(|id| (id, parked.clone())).collect();
            store.apply(&fates, Timestamp::now()).unwrap();
        }
        let share = bare.as_secs_f64() / ours.as_secs_f64();
        let per_s = |took: Duration| (ROUNDS * LETTERS) as f64 / took.as_secs_f64();
        assert_eq!(town.cases().await.len(), 2 * ROUNDS * LETTERS, "every letter arrived");
        println!(
            "{{\"what\":\"drain\",\"letters_per_s\":{:.0},\"bare_letters_per_s\":{:.0},\"share\":{share:.2},\"min\":{DRAIN_SHARE_MIN}}}",
            per_s(ours),
            per_s(bare)
        );
        share
    }

    async fn bare_loop(&self, office: &Office, letters: &[Letter]) -> Duration {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let start = Instant::now();
        for batch in letters.chunks(BATCH) {
            let device = &self.identity.office.device_id;
            let signer = Signer { device, key: &self.identity.key, now: Timestamp::now() };
            let request = Request::batch(batch.iter().map(|letter| &letter.sealed)).signed(&signer).unwrap();
            let mut call = client.post(format!("{}{}", office.url, request.path));
            for (name, value) in request.headers {
                call = call.header(name, value);
            }
            let answer = call.body(request.body).send().await.unwrap();
            assert!(answer.status().is_success());
            std::hint::black_box(answer.bytes().await.unwrap());
        }
        start.elapsed()
    }
}

fn ids(letters: &[Letter]) -> Vec<SubmissionId> {
    letters.iter().map(|letter| letter.sealed.id()).collect()
}

/// A journey that found the office closed for this letter alone.
fn set_back(store: &mut Store, letters: &[Letter], now: Timestamp) {
    store.mark_sending(&ids(letters), now).unwrap();
    let later = Fate::Later { due_at: now, reason: "measured".into() };
    let fates: Vec<_> = ids(letters).into_iter().map(|id| (id, later.clone())).collect();
    store.apply(&fates, now).unwrap();
}

/// As the loop does it: one portion is on its way while the next is marked and read.
async fn drain(store: &mut Store, courier: &Courier) {
    let mut ready = portion(store);
    while !ready.is_empty() {
        let (courier, letters) = (courier.clone(), std::mem::take(&mut ready));
        let journey = tokio::spawn(async move { courier.deliver(letters, Timestamp::now()).await });
        tokio::task::yield_now().await;
        ready = portion(store);
        let (round, now) = (journey.await.unwrap(), Timestamp::now());
        let failures = store.road().unwrap().failures;
        store.apply(&schedule::fates(&round, failures, 0, now), now).unwrap();
    }
}

fn portion(store: &mut Store) -> Vec<Letter> {
    let now = Timestamp::now();
    let letters = store.due(now, BATCH).unwrap();
    if !letters.is_empty() {
        store.mark_sending(&ids(&letters), now).unwrap();
    }
    letters
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

/// Prints one JSON line and returns the median.
fn report(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let (n, p50, p99) = (times.len(), at(50), at(99));
    println!(
        "{{\"what\":\"{what}\",\"n\":{n},\"p50_us\":{},\"p99_us\":{}}}",
        p50.as_micros(),
        p99.as_micros()
    );
    p50
}
