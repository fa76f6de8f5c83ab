//! R10: the wall clock of the kiosk jumps to 2001, a month ahead, an hour back, while it takes submissions and the
//! office comes and goes. Nothing is lost, the order is kept, and no pause made under a wrong clock outlives it.
use super::*;
use crate::invariants::check;
use crate::town::Town;

const JUMPS: u64 = 40;
const CLOCK: &str = "JIUJIN_WORLD_CLOCK";
/// Seconds that are added to the right time, one after the other.
const OFFSETS: [i64; 6] = [0, -795_000_000, 30 * 86_400, -3_600, 365 * 86_400, -86_400];
/// How long the last letters may take with the right time again; a pause of the road is at most a few seconds here.
const PATIENCE: Duration = Duration::from_secs(20);

/// The child: every submission under another clock, every third journey to an office that is not there.
pub async fn jump(folder: &Path) -> Result<(), StoreError> {
    let config = kiosk_config(folder);
    let clock = std::env::var(CLOCK).unwrap();
    let set = |offset: i64| std::fs::write(&clock, offset.to_string()).unwrap();
    let mut store = Store::of(&config, Timestamp::now())?.store;
    let courier = Courier::new(&config).unwrap().unwrap();
    let mut nowhere = config.clone();
    // Reserved for documentation in practice: nobody listens on port 1 of this machine.
    nowhere.office.url = "http://127.0.0.1:1".into();
    let identity = jiujin::enrol::Identity::load(&config.storage.data_dir).unwrap().unwrap();
    let nobody = Courier::with(identity, &nowhere).unwrap();
    for jump in 0..runs(JUMPS) as usize {
        set(OFFSETS[jump % OFFSETS.len()]);
        acknowledge(&try_submit(&mut store, courier.identity(), &asked(&config))?);
        let office = if jump % 3 == 2 { &nobody } else { &courier };
        deliver_due(&mut store, office).await?;
    }
    set(0);
    let start = Instant::now();
    while store.counts()?.waiting > 0 && start.elapsed() < PATIENCE {
        deliver_due(&mut store, &courier).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    confirm_again(&mut store, &courier).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_neither_loses_nor_holds_a_letter() {
    let Some((library, _)) = world() else { return not_proven("R10", "no C compiler") };
    let town = Town::new().await;
    let clock = town.folder.path().join("clock");
    let settings = [("LD_PRELOAD", library.display().to_string()), (CLOCK, clock.display().to_string())];
    let child = kiosk_process("jump", town.folder.path(), &settings);
    let life = tokio::task::spawn_blocking(move || live(child, None)).await.unwrap();
    let mut verdict = check(&town.config(), &life.said, &town.office, &town::CANARIES).await;
    let store = Store::of(&town.config(), Timestamp::now()).unwrap().store;
    let waiting = store.counts().unwrap().waiting;
    verdict.hold(waiting == 0, "R10", format!("{waiting} letters are held by a time that never comes"));
    verdict.hold(life.stops.is_empty() && !life.panicked, "R10", format!("{:?}", life.stops));
    // The office's own stamps, not the kiosk's.
    let (from, until) = (Timestamp::now().as_second() - 3_600, Timestamp::now().as_second() + 1);
    let stamped = town.office.cases().await.unwrap();
    let honest = stamped.iter().all(|case| (from..=until).contains(&case.received_at.as_second()));
    verdict.hold(honest, "R10", "the office took over a wrong time");
    let lines = store.lines(None, 10_000, Timestamp::now()).unwrap();
    let parked = lines.iter().filter(|line| line.state == "parked").count();
    verdict.hold(parked == 0, "R10", format!("{parked} letters are parked"));
    verdict.report("R10", SEED, &format!("\"jumps\":{},\"waiting\":{waiting},", runs(JUMPS)));
    assert!(verdict.sound(), "{:#?}", verdict.broken);
    assert_eq!(life.said.len() as u64, runs(JUMPS));
}
