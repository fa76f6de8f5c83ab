//! R17: the n-th open, write, sync, truncate, unlink or rename in the kiosk's folder fails, once or from then on,
//! with an I/O error or a full disk. No panic, no receipt without its row, and an end that has a name.
use super::*;
use crate::invariants::check;
use crate::town::Town;

/// The calls of one life; the rig finds out how many there are and goes through all of them in these steps.
const STEPS: u64 = 60;
const LETTERS: usize = 2;
const EIO: u64 = 5;
const ENOSPC: u64 = 28;

/// The child: one short life of a kiosk, to the end of the road.
pub async fn road(folder: &Path) -> Result<(), StoreError> {
    let config = kiosk_config(folder);
    let mut store = Store::of(&config, Timestamp::now())?.store;
    let courier = match Courier::new(&config) {
        Ok(courier) => courier.expect("it is enrolled"),
        Err(error) => {
            println!("STOP {error}");
            return Ok(());
        }
    };
    for _ in 0..LETTERS {
        // A resident who was refused is not the last one: the kiosk goes on.
        match try_submit(&mut store, courier.identity(), &asked(&config)) {
            Ok(made) => acknowledge(&made),
            Err(error) => println!("STOP {error}"),
        }
        if let Err(error) = deliver_due(&mut store, &courier).await {
            println!("STOP {error}");
        }
    }
    confirm_again(&mut store, &courier).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_call_that_fails_breaks_no_promise() {
    let Some((library, _)) = world() else { return not_proven("R17", "no C compiler") };
    let town = Town::new().await;
    let (folder, counted) = (town.folder.path(), town.folder.path().join("calls"));
    let with = |more: &[(&'static str, String)]| {
        let mut settings = vec![
            ("LD_PRELOAD", library.display().to_string()),
            ("JIUJIN_WORLD_FOLDER", folder.join("data").display().to_string()),
            ("JIUJIN_WORLD_COUNT", counted.display().to_string()),
        ];
        settings.extend_from_slice(more);
        let child = kiosk_process("road", folder, &settings);
        tokio::task::spawn_blocking(move || live(child, None))
    };
    // The first life makes the files.
    let mut all = with(&[]).await.unwrap().said;
    all.extend(with(&[]).await.unwrap().said);
    let calls: u64 = std::fs::read_to_string(&counted).unwrap().parse().unwrap();
    let (steps, mut stops, mut panics) = (runs(STEPS), 0, 0);
    for step in 0..steps {
        // Spread over the whole life, the end as well as the beginning.
        let nth = 1 + step * calls / steps;
        let fail = if step % 2 == 0 { nth.to_string() } else { format!("{nth}+") };
        let errno = if step % 4 < 2 { EIO } else { ENOSPC };
        let settings = [("JIUJIN_WORLD_FAIL", fail), ("JIUJIN_WORLD_ERRNO", errno.to_string())];
        let life = with(&settings).await.unwrap();
        stops += life.stops.len();
        panics += usize::from(life.panicked);
        all.extend(life.said);
    }
    drain(folder).await;
    let mut verdict = check(&town.config(), &all, &town.office, &town::CANARIES).await;
    if panics > 0 {
        verdict.broken.push(format!("{panics} processes panicked"));
    }
    verdict.report(
        "R17",
        SEED,
        &format!("\"calls\":{calls},\"failed\":{steps},\"named_ends\":{stops},\"panics\":{panics},"),
    );
    assert!(verdict.sound(), "{:#?}", verdict.broken);
    assert!(stops > 0, "some calls matter");
}
