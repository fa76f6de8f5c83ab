//! Papers on their way before their submission: cut, restarted, refused and stuck, against the real office.
use super::cuts::{Line, WHOLE};
use super::*;
use jiujin::letter::{Carried, Enclosure, Passage};
use jiujin_contract::sealing::seal_attachment;
use jiujin_contract::wire::{ATTACHMENTS_MAX, CHUNK_BYTES_MAX};
use std::os::unix::fs::PermissionsExt;
use town::submit_papers;

/// Nobody packs that smaller, and no two pieces are alike.
fn scan(bytes: usize) -> Vec<u8> {
    let mut state = 0x2026_1123_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// One and a half megabytes: six pieces.
const PAPER_BYTES: usize = 1_500_000;
const PIECES: usize = PAPER_BYTES.div_ceil(CHUNK_BYTES_MAX);

/// What the loop does with one due attachment.
async fn carry_due(store: &mut Store, courier: &Courier) -> Option<(Carried, Passage)> {
    let now = Timestamp::now();
    let enclosure = store.due_enclosure(now).unwrap()?;
    let carried = courier.carry(&enclosure, now).await;
    let passage = schedule::passage(&carried, 0, now);
    store.apply_carried(&carried, &passage, now).unwrap();
    Some((carried, passage))
}

fn reopened(town: &Town) -> Store {
    let mut store = Store::of(&town.config(), Timestamp::now()).unwrap().store;
    store.open_road().unwrap();
    store
}

fn courier_over(town: &Town, line: &Line) -> Courier {
    let mut config = town.config();
    config.office.url = format!("http://{}", line.address);
    Courier::with(Identity::load(&config.storage.data_dir).unwrap().unwrap(), &config).unwrap()
}

fn state_of(store: &Store, made: &jiujin::store::Acknowledged) -> (String, Option<String>) {
    let line = store.lines(Some(made.id), 1, Timestamp::now()).unwrap().remove(0);
    (line.state, line.reason)
}

async fn opened(town: &Town, made: &jiujin::store::Acknowledged, path: &str) -> Vec<u8> {
    let out = town.folder.path().join("opened");
    let _ = std::fs::remove_file(&out);
    town.office.open_attachment(made.id, path, &out).await.unwrap();
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::read(out).unwrap()
}

#[tokio::test]
async fn a_paper_arrives_before_its_submission_and_opens_to_the_same_bytes() {
    let town = Town::new().await;
    let (mut store, courier) = (reopened(&town), Courier::new(&town.config()).unwrap().unwrap());
    let paper = scan(PAPER_BYTES);
    let papers = [("/lease", paper.as_slice()), ("/family/0/card", b"small")];
    let made = submit_papers(&mut store, courier.identity(), &asked(&town.config()), &papers);
    assert_eq!(deliver_due(&mut store, &courier).await, 0, "the submission waits for its papers");
    let mut journeys = 0;
    while let Some((carried, passage)) = carry_due(&mut store, &courier).await {
        assert_eq!((carried.setback, passage), (None, Passage::Whole));
        journeys += 1;
    }
    assert_eq!(journeys, 2);
    assert!(store.attachments_of(made.id).unwrap().iter().all(|paper| paper.complete));
    assert_eq!(deliver_due(&mut store, &courier).await, 1);
    let case = town.office.cases().await.unwrap().remove(0);
    assert_eq!((case.attachments.len(), case.attachments_missing), (2, 0));
    assert_eq!(opened(&town, &made, "/lease").await, paper);
    assert_eq!(opened(&town, &made, "/family/0/card").await, b"small");
    let there = town.folder.path().join("opened");
    let over = town.office.open_attachment(made.id, "/lease", &there).await;
    assert!(over.is_err(), "a file that exists is not overwritten");
    assert!(town.office.open_attachment(made.id, "/other", &there).await.unwrap_err().is_no());
    // Purged together, and only after the second confirmation.
    assert_eq!(store.attachments_of(made.id).unwrap().len(), 2);
    confirm_again(&mut store, &courier).await;
    assert_eq!(
        (state_of(&store, &made).0.as_str(), store.attachments_of(made.id).unwrap().len()),
        ("purged", 0)
    );
    store.journal_check().unwrap();
}

/// Every life may carry little more than one piece: only who goes on where the office stopped ever arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paper_that_is_cut_in_every_life_goes_on_at_the_byte_the_office_holds() {
    let town = Town::new().await;
    let line = Line::to(town.address).await;
    let paper = scan(PAPER_BYTES);
    let mut store = reopened(&town);
    let identity = Identity::load(&town.config().storage.data_dir).unwrap().unwrap();
    let made = submit_papers(&mut store, &identity, &asked(&town.config()), &[("/lease", &paper)]);
    let (mut lives, mut sent, mut held) = (0, 0, 0);
    loop {
        lives += 1;
        assert!(lives <= 2 * PIECES, "it does not go on");
        // In turn: the way up is cut within the second piece, the way down within the answer to the first.
        line.cut_at(if lives % 2 == 1 { (CHUNK_BYTES_MAX + 40_000, usize::MAX) } else { (usize::MAX, 700) });
        let (carried, passage) = carry_due(&mut store, &courier_over(&town, &line)).await.unwrap();
        sent += line.state().passed.0;
        assert!(carried.held >= held, "the office's count went back");
        held = carried.held;
        drop(store);
        store = reopened(&town);
        if passage == Passage::Whole {
            break;
        }
        assert!(matches!(passage, Passage::Later { all: true, .. }), "{passage:?}");
    }
    // A life may lose what was cut, and its own headers, but sends no piece that was answered again.
    assert!(lives > 2, "the control: one life does not reach the end");
    assert!(sent < PAPER_BYTES + lives * 60_000, "{sent} bytes in {lives} lives");
    line.cut_at(WHOLE);
    assert_eq!(deliver_due(&mut store, &courier_over(&town, &line)).await, 1);
    assert_eq!(town.cases().await.len(), 1);
    assert_eq!(opened(&town, &made, "/lease").await, paper);
    println!(
        "{{\"rig\":\"attachment cuts\",\"bytes\":{PAPER_BYTES},\"pieces\":{PIECES},\"lives\":{lives},\"bytes_up\":{sent},\"verdict\":\"holds\"}}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paper_that_is_stuck_holds_up_nobody_else() {
    let town = Town::new().await;
    let line = Line::to(town.address).await;
    let mut store = reopened(&town);
    let courier = courier_over(&town, &line);
    let (identity, asked) = (courier.identity().clone(), asked(&town.config()));
    let paper = scan(CHUNK_BYTES_MAX + 1);
    let stuck = submit_papers(&mut store, &identity, &asked, &[("/lease", &paper)]);
    let small = submit_papers(&mut store, &identity, &asked, &[("/card", b"small")]);
    let plain = submit(&mut store, &identity, &asked);
    // Letters and small papers pass, a whole piece does not.
    for _ in 0..3 {
        line.cut_at((100_000, usize::MAX));
        tokio::time::sleep(Duration::from_millis(50)).await;
        carry_due(&mut store, &courier).await;
        deliver_due(&mut store, &courier).await;
        // As after the pause.
        store.open_road().unwrap();
    }
    assert_eq!(state_of(&store, &plain).0, "confirmed");
    assert_eq!(state_of(&store, &small).0, "confirmed");
    assert_eq!(state_of(&store, &stuck).0, "queued", "the control: it is stuck indeed");
    line.cut_at(WHOLE);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(carry_due(&mut store, &courier).await.unwrap().1, Passage::Whole);
    assert_eq!(deliver_due(&mut store, &courier).await, 1);
    assert_eq!(opened(&town, &stuck, "/lease").await, paper);
}

#[tokio::test]
async fn a_paper_that_is_refused_for_good_parks_its_submission_with_the_reason() {
    let town = Town::new().await;
    let (mut store, courier) = (reopened(&town), Courier::new(&town.config()).unwrap().unwrap());
    let made = submit_papers(&mut store, courier.identity(), &asked(&town.config()), &[("/lease", b"paper")]);
    // Strangers fill the submission's place at the office: the next one is one too many (413).
    for place in 0..ATTACHMENTS_MAX {
        let path = format!("/{place}");
        let office = &courier.identity().office.sealing_key;
        let sealed = seal_attachment(b"other", office, made.id, &path).unwrap();
        let other = Enclosure { letter: made.id, sealed, attempts: 0 };
        assert!(courier.carry(&other, Timestamp::now()).await.complete);
    }
    let (_, passage) = carry_due(&mut store, &courier).await.unwrap();
    assert_eq!(passage, Passage::Parked { reason: "too-large".into() });
    assert_eq!(state_of(&store, &made), ("parked".into(), Some("too-large".into())));
    assert!(carry_due(&mut store, &courier).await.is_none(), "parked, it is not asked again");
    store.retry(made.id, Timestamp::now()).unwrap();
    assert!(carry_due(&mut store, &courier).await.is_some(), "a person may send it again");
}

#[tokio::test]
async fn a_case_whose_paper_is_missing_is_flagged_and_not_lost() {
    let town = Town::new().await;
    let (mut store, courier) = (reopened(&town), Courier::new(&town.config()).unwrap().unwrap());
    let made = submit_papers(&mut store, courier.identity(), &asked(&town.config()), &[("/lease", b"paper")]);
    // The letter goes ahead on a stick.
    let mut letters = Vec::new();
    let taken = store.each_unconfirmed(|sealed| {
        letters.push(jiujin::letter::Letter { sealed: sealed.clone(), attempts: 0 });
        Ok::<(), jiujin::store::StoreError>(())
    });
    taken.unwrap();
    courier.deliver(letters, Timestamp::now()).await;
    let case = town.office.cases().await.unwrap().remove(0);
    assert_eq!((case.attachments.len(), case.attachments_missing), (1, 1));
    let out = town.folder.path().join("early");
    assert!(town.office.open_attachment(made.id, "/lease", &out).await.unwrap_err().is_no());
    // An announcement confirms a letter, never its papers: they stay and follow by the road.
    confirm_again(&mut store, &courier).await;
    assert_eq!(store.attachments_waiting().unwrap(), 1);
    assert_eq!(carry_due(&mut store, &courier).await.unwrap().1, Passage::Whole);
    assert_eq!(deliver_due(&mut store, &courier).await, 1);
    assert_eq!(town.office.cases().await.unwrap().remove(0).attachments_missing, 0);
    assert_eq!(opened(&town, &made, "/lease").await, b"paper");
}
