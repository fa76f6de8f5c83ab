//! R5: a week without the office, then a slow line. The week passes in virtual time with the real store and the real
//! schedule; the drain is real, over 5 Mbit/s.
use super::*;
use crate::invariants::check;
use crate::town::{CANARIES, Town, submit_at};
use jiff::SignedDuration;
use jiujin::courier::{Delivered, Round};
use jiujin_contract::wire::{Delivery, Setback};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// 200 a day for seven days.
const LETTERS: u64 = 1_400;
const WEEK_MS: i64 = 7 * 86_400_000;
const STORE_BYTES_MAX: u64 = 50 << 20;
/// What a screen may wait for the queue: a page change has 100 ms for everything.
const LOOK_MAX: Duration = Duration::from_millis(100);
const DRAIN_MAX: Duration = Duration::from_secs(600);
const BITS_PER_S: u64 = 5_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_without_the_office_drains_in_order_over_a_slow_line() {
    let town = Town::new().await;
    let line = slow_line(town.address).await;
    town.point_kiosk_at(line);
    let config = town.config();
    let mut store = Store::of(&config, Timestamp::now()).unwrap().store;
    let courier = Courier::new(&config).unwrap().unwrap();
    let letters = runs(LETTERS);
    let (said, attempts, slowest) = week(&mut store, &courier, &asked(&config), letters);
    let bytes = std::fs::metadata(config.store_path()).unwrap().len();
    let start = Instant::now();
    store.open_road().unwrap();
    while deliver_due(&mut store, &courier).await.unwrap() > 0 {}
    let took = start.elapsed();
    while !store.announcement(500).unwrap().is_empty() {
        confirm_again(&mut store, &courier).await.unwrap();
    }
    let arrived: Vec<String> =
        town.office.cases().await.unwrap().into_iter().map(|case| case.receipt_number).collect();
    let in_order: Vec<String> = said.iter().map(|(_, _, receipt)| receipt.clone()).collect();
    drop(store);
    let all = said.into_iter().map(|(id, digest, receipt)| (id, (digest, receipt))).collect();
    let mut verdict = check(&config, &all, &town.office, &CANARIES).await;
    verdict.hold(arrived == in_order, "R5", "the oldest first");
    verdict.hold(bytes < STORE_BYTES_MAX, "R5", format!("the store has {bytes} bytes"));
    verdict.hold(slowest < LOOK_MAX, "R5", format!("a look at the queue took {slowest:?}"));
    verdict.hold(took < DRAIN_MAX, "R5", format!("the drain took {took:?}"));
    verdict.report(
        "R5",
        SEED,
        &format!(
            "\"days\":7,\"attempts\":{attempts},\"store_mib\":{},\"slowest_look_us\":{},\"drain_s\":{},",
            bytes >> 20,
            slowest.as_micros(),
            took.as_secs()
        ),
    );
    assert!(verdict.sound(), "{:#?}", verdict.broken);
}

type Said = Vec<(String, String, String)>;

/// Every letter at its time, every journey when it is due, every journey in vain.
fn week(store: &mut Store, courier: &Courier, asked: &town::Asked, letters: u64) -> (Said, u64, Duration) {
    let (end, mut dice) = (Timestamp::now(), Dice(SEED));
    let (mut said, mut attempts, mut slowest) = (Said::new(), 0, Duration::ZERO);
    for number in (1..=letters as i64).rev() {
        let now = end.checked_sub(SignedDuration::from_millis(WEEK_MS * number / letters as i64)).unwrap();
        let made = submit_at(store, courier.identity(), asked, now).unwrap();
        said.push((made.id.to_string(), made.digest.to_string(), made.receipt.to_string()));
        let start = Instant::now();
        store.may_begin(now).unwrap();
        let waiting = store.due(now, 20).unwrap();
        slowest = slowest.max(start.elapsed());
        if waiting.is_empty() {
            continue;
        }
        attempts += 1;
        let ids: Vec<_> = waiting.iter().map(|letter| letter.sealed.id()).collect();
        store.mark_sending(&ids, now).unwrap();
        let in_vain = |letter: &jiujin::letter::Letter| Delivered {
            id: letter.sealed.id(),
            attempts: letter.attempts,
            delivery: Delivery::SetBack(Setback::Unreachable),
        };
        let round = Round { letters: waiting.iter().map(in_vain).collect(), office_time: None };
        let failures = store.road().unwrap().failures;
        let fates = schedule::fates(&round, failures, dice.draw(u64::MAX), now);
        store.apply(&fates, now).unwrap();
    }
    (said, attempts, slowest)
}

/// Passes bytes on at the pace of a slow line, each direction for itself.
async fn slow_line(office: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((kiosk, _)) = listener.accept().await {
            let Ok(office) = TcpStream::connect(office).await else { continue };
            let (kiosk_in, kiosk_out) = kiosk.into_split();
            let (office_in, office_out) = office.into_split();
            tokio::spawn(pass(kiosk_in, office_out));
            tokio::spawn(pass(office_in, kiosk_out));
        }
    });
    address
}

async fn pass(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf) {
    let mut part = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut part).await {
        tokio::time::sleep(Duration::from_micros(read as u64 * 8_000_000 / BITS_PER_S)).await;
        if to.write_all(&part[..read]).await.is_err() {
            return;
        }
    }
}
