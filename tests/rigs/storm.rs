//! R19: a kiosk that is killed again and again while it starts. Every life finds a queue, recovers it and begins to
//! deliver; the next kill comes at any moment from the first millisecond of the process on. No start fails, nothing is
//! lost or doubled, and what the storm writes about itself stays small.
use super::*;
use crate::invariants::check;
use crate::town::{CANARIES, Town, submit};

const LIVES: u64 = 40;
const LETTERS: usize = 60;
/// Two lines for each letter that a life had in its hands, and a few of its own.
const LINES_EACH_MAX: i64 = 24;

/// The child: starts, recovers, delivers one letter at a time.
pub async fn start(folder: &Path) -> Result<(), StoreError> {
    let config = kiosk_config(folder);
    let opened = Store::of(&config, Timestamp::now())?;
    assert!(opened.alarm.is_none(), "the store is whole");
    let (mut store, courier) = (opened.store, Courier::new(&config).unwrap().unwrap());
    println!("READY");
    std::io::stdout().flush().unwrap();
    store.open_road()?;
    loop {
        let now = Timestamp::now();
        let letters = store.due(now, 1)?;
        let Some(id) = letters.first().map(|letter| letter.sealed.id()) else { break };
        store.mark_sending(&[id], now)?;
        let round = courier.deliver(letters, now).await;
        let failures = store.road()?.failures;
        store.apply(&schedule::fates(&round, failures, 0, now), now)?;
    }
    confirm_again(&mut store, &courier).await
}

/// Starts it and kills it so long after; whether it came to say that it is ready, and whether it panicked.
fn strike(folder: &Path, pause: Option<Duration>) -> (bool, bool) {
    let mut child = kiosk_process("storm", folder, &[]);
    if let Some(pause) = pause {
        std::thread::sleep(pause);
        let _ = child.kill();
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr).contains("panicked") || said.contains("STOP ");
    (said.contains("READY"), wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_restarts_loses_and_doubles_nothing() {
    let town = Town::new().await;
    let said: Receipts = {
        let config = town.config();
        let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
        let identity = jiujin::enrol::Identity::load(&config.storage.data_dir).unwrap().unwrap();
        let made = (0..LETTERS).map(|_| submit(&mut store, &identity, &asked(&config)));
        made.map(|made| (made.id.to_string(), (made.digest.to_string(), made.receipt.to_string()))).collect()
    };
    let (lives, folder) = (runs(LIVES), town.folder.path().to_owned());
    let storm = move || {
        // How long an undisturbed start takes on this machine, whatever else it does; the kills fall within.
        let (mut dice, mut ready, mut wrong) = (Dice(SEED), 0, 0);
        let mut window = Duration::from_millis(400);
        for _ in 0..lives {
            let pause = Duration::from_micros(dice.draw(window.as_micros() as u64));
            let (was_ready, went_wrong) = strike(&folder, Some(pause));
            ready += u64::from(was_ready);
            wrong += u64::from(went_wrong);
            // Neither always before it is ready nor always long after.
            window = if was_ready { window.mul_f64(0.9) } else { window.mul_f64(1.15) };
        }
        let (at_last, went_wrong) = strike(&folder, None);
        (ready, wrong + u64::from(went_wrong), at_last)
    };
    let (ready, wrong, at_last) = tokio::task::spawn_blocking(storm).await.unwrap();
    let mut verdict = check(&town.config(), &said, &town.office, &CANARIES).await;
    let store = Store::of(&town.config(), Timestamp::now()).unwrap().store;
    let (counts, lines) = (store.counts().unwrap(), store.journal_head().unwrap().0);
    verdict.hold(at_last && wrong == 0, "R19", format!("{wrong} starts failed"));
    verdict.hold(counts.waiting + counts.parked == 0, "I1", format!("not everything arrived: {counts:?}"));
    let lines_max = LINES_EACH_MAX * (LETTERS as i64 + lives as i64);
    verdict.hold(lines <= lines_max, "R19", format!("{lines} lines in the journal"));
    verdict.report("R19", SEED, &format!("\"kills\":{lives},\"ready\":{ready},\"journal_lines\":{lines},"));
    assert!(verdict.sound(), "{:#?}", verdict.broken);
}
