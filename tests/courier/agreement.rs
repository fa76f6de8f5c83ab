//! The daily comparison with a real office: what it lost comes back under the same id, what we lost is told.
use super::*;
use jiujin::store::Comparison;
use jiujin_contract::wire::{Gap, ReconcileAnswer};

/// What the loop does once a day.
async fn compare(store: &mut Store, courier: &Courier) -> Comparison {
    let asked = store.comparison(Timestamp::now(), 0).unwrap();
    let answer = courier.compare(asked.span, Timestamp::now()).await.unwrap();
    store.settle_comparison(asked, &answer, (Timestamp::now(), 0)).unwrap()
}

/// The office's disk was restored from a backup that does not have this case yet.
fn forget_at_office(town: &Town, id: &str) {
    let office = rusqlite::Connection::open(town.folder.path().join("office.db")).unwrap();
    office.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    assert_eq!(office.execute("DELETE FROM cases WHERE id = ?1", [id]).unwrap(), 1);
    office.execute("DELETE FROM case_events WHERE id = ?1", [id]).unwrap();
}

fn state_of(store: &Store, id: jiujin_contract::submission::SubmissionId) -> String {
    store.lines(Some(id), 1, Timestamp::now()).unwrap().remove(0).state
}

fn told(store: &Store, event: &str) -> usize {
    store.journal_since(0, usize::MAX >> 1).unwrap().iter().filter(|line| line.event == event).count()
}

async fn kiosk(town: &Town) -> (Store, Courier) {
    let courier = Courier::new(&town.config()).unwrap().unwrap();
    let mut store = Store::of(&town.config(), Timestamp::now()).unwrap().store;
    store.enrolled_as(courier.identity().office.device_id.as_str()).unwrap();
    (store, courier)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_office_lost_goes_again_under_the_same_id() {
    let town = Town::new().await;
    let (mut store, courier) = kiosk(&town).await;
    let asked = asked(&town.config());
    let mut all = Receipts::new();
    let mut made = Vec::new();
    for _ in 0..2 {
        made.push(submit(&mut store, courier.identity(), &asked));
    }
    deliver_due(&mut store, &courier).await;
    confirm_again(&mut store, &courier).await;
    for _ in 0..3 {
        made.push(submit(&mut store, courier.identity(), &asked));
    }
    deliver_due(&mut store, &courier).await;
    // Not delivered yet: the office need not have it.
    made.push(submit(&mut store, courier.identity(), &asked));
    let (purged, confirmed, waiting) = (made[0].id, made[3].id, made[5].id);
    assert_eq!([purged, confirmed].map(|id| state_of(&store, id)), ["purged", "confirmed"]);
    assert!(!compare(&mut store, &courier).await.is_alarming());

    forget_at_office(&town, &purged.to_string());
    forget_at_office(&town, &confirmed.to_string());
    let found = compare(&mut store, &courier).await;
    assert_eq!((found.queued_again, found.missing_at_office, found.unknown_here), (1, 1, 0));
    assert_eq!([confirmed, waiting].map(|id| state_of(&store, id)), ["queued", "queued"]);
    deliver_due(&mut store, &courier).await;
    assert!(town.cases().await.contains_key(&confirmed.to_string()), "it is back under its own id");
    let again = compare(&mut store, &courier).await;
    assert_eq!((again.queued_again, again.missing_at_office), (0, 1), "only a backup has it");
    assert_eq!(told(&store, "missing_at_office"), 1, "said once, not every day");
    assert_eq!(store.last_comparison().unwrap(), Some(again));
    drop(store);
    all.extend(
        made.iter()
            .skip(1)
            .map(|made| (made.id.to_string(), (made.digest.to_string(), made.receipt.to_string()))),
    );
    let verdict = judged(&town, &all).await;
    assert!(verdict.sound(), "{:#?}", verdict.broken);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_was_put_back_gives_no_number_twice() {
    let town = Town::new().await;
    let (mut store, courier) = kiosk(&town).await;
    for _ in 0..3 {
        submit(&mut store, courier.identity(), &asked(&town.config()));
    }
    deliver_due(&mut store, &courier).await;
    drop(store);
    // The disk of the day before the kiosk took its first submission.
    for ending in ["", "-wal", "-shm"] {
        let file = format!("{}{ending}", town.config().store_path().display());
        let _ = std::fs::remove_file(file);
    }
    let (mut store, courier) = kiosk(&town).await;
    assert_eq!(store.sequence().unwrap(), 0);
    let found = compare(&mut store, &courier).await;
    assert_eq!((found.unknown_here, found.is_alarming()), (3, true));
    assert_eq!((store.sequence().unwrap(), told(&store, "unknown_here")), (3, 1));
    let made = submit(&mut store, courier.identity(), &asked(&town.config()));
    deliver_due(&mut store, &courier).await;
    assert_eq!(state_of(&store, made.id), "confirmed");
    assert_eq!((compare(&mut store, &courier).await.unknown_here, told(&store, "unknown_here")), (3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_contradicts_itself_changes_nothing() {
    let town = Town::new().await;
    let (mut store, courier) = kiosk(&town).await;
    let made = submit(&mut store, courier.identity(), &asked(&town.config()));
    deliver_due(&mut store, &courier).await;
    let gap = |from_sequence, to_sequence| Gap { from_sequence, to_sequence };
    for (held, gaps) in
        [(0, vec![]), (7, vec![gap(1, 1_001)]), (1, vec![gap(5, 2)]), (0, vec![gap(0, 9_999)])]
    {
        let asked = store.comparison(Timestamp::now(), 0).unwrap();
        let lie = ReconcileAnswer { held, gaps, awaited: vec![] };
        let found = store.settle_comparison(asked, &lie, (Timestamp::now(), 0)).unwrap();
        assert_eq!(found, Comparison::default());
    }
    assert_eq!((state_of(&store, made.id).as_str(), store.sequence().unwrap()), ("confirmed", 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_enrolment_compares_only_its_own_numbers() {
    let town = Town::new().await;
    let (mut store, courier) = kiosk(&town).await;
    submit(&mut store, courier.identity(), &asked(&town.config()));
    deliver_due(&mut store, &courier).await;
    let code = town.office.add_device("again").await.unwrap().code;
    enrol(&town.config(), &format!("http://{}", town.address), &code).await.unwrap();
    drop(store);
    let (mut store, courier) = kiosk(&town).await;
    let found = compare(&mut store, &courier).await;
    assert_eq!((found.queued_again, found.is_alarming()), (0, false), "the old name has the old numbers");
}
