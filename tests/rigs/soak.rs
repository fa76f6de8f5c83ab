//! R15: three days of a busy kiosk in virtual time, in a process of its own: visits, journeys, hours without the
//! office, second confirmations, comparisons, catalogue polls. Its memory, its open files and its files on the disk
//! must be at the end what they were after the first day. `JIUJIN_SOAK_HOURS` makes it longer.
use super::*;
use crate::invariants::check;
use crate::town::{CANARIES, Town, submit_at};
use jiff::SignedDuration;
use std::collections::BTreeMap;

const HOURS: u64 = 72;
/// 200 a day.
const VISITS_AN_HOUR: u64 = 8;
/// The office is away for four of every eleven hours.
const AWAY: (u64, u64) = (11, 4);
const SOAK_HOURS: &str = "JIUJIN_SOAK_HOURS";
/// After the first day; the allocator keeps what a larger batch once needed.
const GROWTH_KIB_MAX: u64 = 4 * 1024;
const OPEN_FILES_MORE_MAX: u64 = 4;
const WAL_BYTES_MAX: u64 = 16 << 20;
/// Row, receipt and journal of one visit; its contents are gone.
const BYTES_A_VISIT_MAX: u64 = 6 * 1024;

fn hours() -> u64 {
    std::env::var(SOAK_HOURS).ok().and_then(|hours| hours.parse().ok()).unwrap_or(HOURS).max(48)
}

/// The child: every virtual hour once.
pub async fn live_long(folder: &Path) -> Result<(), StoreError> {
    let config = kiosk_config(folder);
    let (mut store, courier) =
        (Store::of(&config, Timestamp::now())?.store, Courier::new(&config).unwrap().unwrap());
    store.enrolled_as(courier.identity().office.device_id.as_str())?;
    // Ends now, so that nothing lies in the office's future.
    let begin = Timestamp::now().checked_sub(SignedDuration::from_hours(hours() as i64)).unwrap();
    for hour in 0..hours() {
        let now = begin.checked_add(SignedDuration::from_hours(hour as i64)).unwrap();
        for _ in 0..VISITS_AN_HOUR {
            store.may_begin(now)?;
            let made = submit_at(&mut store, courier.identity(), &asked(&config), now)?;
            acknowledge(&made);
        }
        if hour % AWAY.0 >= AWAY.1 || hour + 1 == hours() {
            store.open_road()?;
            while deliver_due(&mut store, &courier).await? > 0 {}
            confirm_again(&mut store, &courier).await?;
            look_for_news(&mut store, &courier, now).await?;
        }
        if hour == 24 || hour + 1 == hours() {
            measure(&config.store_path());
        }
    }
    Ok(())
}

async fn look_for_news(store: &mut Store, courier: &Courier, now: Timestamp) -> Result<(), StoreError> {
    let held = store.catalogue_held()?;
    if let Ok(Some(update)) = courier.fetch_catalogue(&held, Timestamp::now()).await {
        store.catalogue_take(&update, now)?;
    }
    store.catalogue_items(now)?;
    if store.comparison_due(now, 7)? {
        let asked = store.comparison(now, 7)?;
        if let Ok(answer) = courier.compare(asked.span, Timestamp::now()).await {
            store.settle_comparison(asked, &answer, (now, 7))?;
        }
    }
    Ok(())
}

fn measure(store: &Path) {
    let size = |ending: &str| {
        std::fs::metadata(format!("{}{ending}", store.display())).map_or(0, |found| found.len())
    };
    let files = std::fs::read_dir("/proc/self/fd").map_or(0, |files| files.count());
    println!("STOP MEASURED {} {files} {} {}", catalogue::resident_kib(), size("-wal"), size(""));
    std::io::stdout().flush().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_days_leave_memory_and_files_as_they_were() {
    let town = Town::new().await;
    let child = kiosk_process("soak", town.folder.path(), &[]);
    let life = tokio::task::spawn_blocking(move || live(child, None)).await.unwrap();
    let (measured, stops): (Vec<&String>, Vec<&String>) =
        life.stops.iter().partition(|stop| stop.starts_with("MEASURED "));
    let numbers =
        |line: &str| -> Vec<u64> { line.split(' ').skip(1).map(|number| number.parse().unwrap()).collect() };
    let [day_one, end] = [measured[0], measured[measured.len() - 1]].map(|line| numbers(line));
    let (hours, visits) = (hours(), hours() * VISITS_AN_HOUR);
    let mut verdict = check(&town.config(), &life.said, &town.office, &CANARIES).await;
    let store = Store::of(&town.config(), Timestamp::now()).unwrap().store;
    let states: BTreeMap<String, usize> = store
        .lines(None, usize::MAX >> 1, Timestamp::now())
        .unwrap()
        .into_iter()
        .fold(BTreeMap::new(), |mut states, line| {
            *states.entry(line.state).or_default() += 1;
            states
        });
    verdict.hold(stops.is_empty() && !life.panicked, "R15", format!("{stops:?}"));
    verdict.hold(states.keys().all(|state| state == "purged"), "R15", format!("{states:?}"));
    let compared = store.last_comparison().unwrap();
    verdict.hold(compared.is_some_and(|found| !found.is_alarming()), "R15", "the daily comparison");
    let grown = end[0].saturating_sub(day_one[0]);
    verdict.hold(grown < GROWTH_KIB_MAX, "R15", format!("memory grew by {grown} KiB"));
    verdict.hold(end[1] <= day_one[1] + OPEN_FILES_MORE_MAX, "R15", format!("{} files are open", end[1]));
    verdict.hold(end[2] < WAL_BYTES_MAX, "R15", format!("the log of the database has {} bytes", end[2]));
    verdict.hold(end[3] < visits * BYTES_A_VISIT_MAX + (4 << 20), "R15", format!("{} bytes", end[3]));
    verdict.report(
        "R15",
        SEED,
        &format!(
            "\"virtual_hours\":{hours},\"visits\":{visits},\"grown_kib\":{grown},\"files\":[{},{}],\"wal_kib\":{},\"store_kib\":{},",
            day_one[1],
            end[1],
            end[2] >> 10,
            end[3] >> 10
        ),
    );
    assert!(verdict.sound(), "{:#?}", verdict.broken);
    assert_eq!(life.said.len() as u64, visits);
}
