//! What keeps an office and its kiosks in step: versions in their grace, revoked devices, letters on a stick,
//! attachments in pieces, the daily comparison.
#[path = "support/bench.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use jiujin_contract::catalogue::{Catalogue, OpenState, SignedManifest};
use jiujin_contract::sealing::{Digest, SealedSubmission};
use jiujin_contract::submission::{DeviceId, SubmissionId};
use jiujin_contract::wire::{
    Announced, AttachmentHeld, BatchItem, CHUNK_BYTES_MAX, Gap, ProblemKind, ReconcileAnswer,
    ReconcileRequest, Request,
};
use jiujin_office::{ImportError, Office};
use serde_json::json;
use sha2::Digest as _;
use std::path::Path;
use support::{Bench, Kiosk, Reply, service};

fn offered(version: u32) -> Catalogue {
    let mut item = service();
    item.version = version;
    item.consent.version = format!("c{version}");
    Catalogue { items: vec![item], ..Catalogue::default() }
}

async fn open(dir: &Path, version: u32, grace: SignedDuration) -> Bench {
    let database = format!("sqlite:{}", dir.join("office.db").display());
    let keys = dir.join("office.keys");
    let office = Office::open_with_grace(&database, &keys, offered(version), grace).await.unwrap();
    Bench::serving(office, tempfile::tempdir().unwrap()).await
}

fn letter_of(kiosk: &Kiosk, sequence: u64, version: u32, finished_at: Timestamp) -> SealedSubmission {
    let mut submission = kiosk.submission(sequence);
    submission.item.version = version;
    submission.consent.version = format!("c{version}");
    submission.created_at = finished_at;
    kiosk.seal(&submission)
}

#[tokio::test]
async fn a_replaced_version_is_taken_within_its_grace_and_refused_with_a_reason_afterwards() {
    let (dir, now) = (tempfile::tempdir().unwrap(), Timestamp::now());
    let day = SignedDuration::from_hours(24);
    let first = open(dir.path(), 2, day).await;
    let mut kiosk = first.kiosk().await;
    let begun = letter_of(&kiosk, 1, 2, now);
    let in_time = now - SignedDuration::from_hours(1);
    let on_the_road = letter_of(&kiosk, 2, 2, in_time);

    let second = open(dir.path(), 3, day).await;
    kiosk.url = second.url.clone();
    assert_eq!(kiosk.ask(Request::put_submission(&begun)).await.status, 201);
    assert_eq!(kiosk.ask(Request::put_submission(&letter_of(&kiosk, 3, 3, now))).await.status, 201);

    // The same office without grace: what was finished before the change still counts, what came after does not.
    let strict = open(dir.path(), 3, SignedDuration::ZERO).await;
    kiosk.url = strict.url.clone();
    assert_eq!(kiosk.ask(Request::put_submission(&on_the_road)).await.status, 201);
    let late = letter_of(&kiosk, 4, 2, Timestamp::now() + day);
    let problem = kiosk.ask(Request::put_submission(&late)).await.problem();
    assert_eq!((problem.kind, problem.kind.code().as_str()), (ProblemKind::VersionOver, "version-over"));
    assert!(problem.detail.unwrap().contains("Version 3 is offered now"));
    let unheard = letter_of(&kiosk, 5, 1, now);
    let problem = kiosk.ask(Request::put_submission(&unheard)).await.problem();
    assert_eq!(problem.kind, ProblemKind::UnknownItem);

    // Listing cases offers nothing and must not retire what is offered.
    let database = format!("sqlite:{}", dir.path().join("office.db").display());
    Office::open_with(&database, &dir.path().join("office.keys"), Catalogue::default()).await.unwrap();
    let back = open(dir.path(), 3, SignedDuration::ZERO).await;
    kiosk.url = back.url.clone();
    assert_eq!(kiosk.ask(Request::put_submission(&letter_of(&kiosk, 6, 3, now))).await.status, 201);
}

#[tokio::test]
async fn a_revoked_device_is_not_heard_any_more_and_neither_is_what_it_sealed() {
    let bench = Bench::open().await;
    let (kiosk, other) = (bench.kiosk().await, bench.kiosk().await);
    let letter = kiosk.letter(1);
    assert!(bench.office.revoke_device(kiosk.id()).await.unwrap());
    assert!(!bench.office.revoke_device(kiosk.id()).await.unwrap(), "once is enough");
    assert!(!bench.office.revoke_device(&DeviceId::parse("nobody").unwrap()).await.unwrap());
    let refused = kiosk.ask(Request::put_submission(&letter)).await.problem();
    assert_eq!(refused.kind, ProblemKind::DeviceRevoked);
    let carried = other.ask(Request::put_submission(&letter)).await.problem();
    assert_eq!(carried.kind, ProblemKind::Unopenable);
    let active: Vec<bool> =
        bench.office.devices().await.unwrap().iter().map(|device| device.active).collect();
    assert_eq!(active.iter().filter(|active| **active).count(), 1);
    assert_eq!(active.len(), 2);
}

/// As `jiujin outbox export` writes it.
fn exported(kiosk: &Kiosk, letters: &[SealedSubmission]) -> Vec<u8> {
    let head = json!({"jiujin_export": 1, "device": kiosk.id(), "public_key": kiosk.key.public(),
        "created_at": "2026-11-22T10:00:00Z"});
    let mut file = format!("{head}\n").into_bytes();
    for letter in letters {
        file.extend(serde_json::to_vec(&BatchItem::of(letter)).unwrap());
        file.push(b'\n');
    }
    let digest = sha2::Sha256::digest(&file);
    let signature = kiosk.key.sign(&[b"jiujin outbox export 1\n".as_slice(), &digest].concat());
    let foot = json!({"letters": letters.len(), "signature": STANDARD.encode(signature)});
    file.extend(format!("{foot}\n").into_bytes());
    file
}

#[tokio::test]
async fn letters_on_a_stick_are_taken_once_however_often_the_stick_comes() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letters: Vec<_> = (1..=45).map(|n| kiosk.letter(n)).collect();
    kiosk.ask(Request::put_submission(&letters[7])).await;
    let mut wrong = kiosk.submission(46);
    wrong.answers = json!({});
    let all: Vec<_> = letters.iter().cloned().chain([kiosk.seal(&wrong)]).collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letters.jsonl");
    std::fs::write(&path, exported(&kiosk, &all)).unwrap();
    for (taken, already_here) in [(44, 1), (0, 45)] {
        let imported = bench.office.import(&path).await.unwrap();
        assert_eq!((imported.letters, imported.taken, imported.already_here), (46, taken, already_here));
        assert_eq!(imported.refused[0].reason, "invalid-answers");
        assert_eq!(bench.office.cases().await.unwrap().len(), 45);
    }
    // The kiosk asks later and gets the receipts of what the stick brought.
    assert_eq!(kiosk.ask(Request::receipt(letters[0].id())).await.status, 200);
}

#[tokio::test]
async fn a_stick_with_one_wrong_byte_or_from_a_stranger_is_not_taken_at_all() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letters: Vec<_> = (1..=3).map(|n| kiosk.letter(n)).collect();
    let good = exported(&kiosk, &letters);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("letters.jsonl");
    let step = (good.len() / 60).max(1);
    for at in (0..good.len()).step_by(step) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert!(bench.office.import(&path).await.is_err(), "byte {at}");
        std::fs::write(&path, &good[..at]).unwrap();
        assert!(bench.office.import(&path).await.is_err(), "cut at {at}");
    }
    let stranger = Bench::open().await.kiosk().await;
    std::fs::write(&path, exported(&stranger, &[stranger.letter(1)])).unwrap();
    assert!(matches!(bench.office.import(&path).await, Err(ImportError::Stranger(_))));
    bench.office.revoke_device(kiosk.id()).await.unwrap();
    std::fs::write(&path, &good).unwrap();
    assert!(matches!(bench.office.import(&path).await, Err(ImportError::Stranger(_))));
    assert!(bench.office.cases().await.unwrap().is_empty());
}

fn held(reply: &Reply) -> Option<AttachmentHeld> {
    AttachmentHeld::from_headers(|name| reply.headers.get(name).and_then(|value| value.to_str().ok()))
}

async fn ask_held(kiosk: &Kiosk, id: SubmissionId, digest: Digest) -> Option<AttachmentHeld> {
    held(&kiosk.ask(Request::attachment_held(id, digest)).await)
}

#[tokio::test]
async fn an_attachment_goes_on_where_it_was_cut_at_any_piece() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let sealed: Vec<u8> = (0..CHUNK_BYTES_MAX * 3 + 17).map(|n| (n % 251) as u8).collect();
    let digest = Digest::of(&sealed);
    for cut in 0..4 {
        let id = SubmissionId::make(Timestamp::now()).unwrap();
        assert_eq!(ask_held(&kiosk, id, digest).await, None);
        let mut now = AttachmentHeld { held: 0, total: sealed.len() as u64, complete: false };
        let mut piece = 0;
        while let Some(range) = now.next_piece() {
            let request = Request::attachment_piece(id, &sealed, range.clone());
            if piece == cut {
                // Half of the piece arrives: the signature over its digest does not fit, nothing is stored.
                let mut torn = kiosk.signed(request.clone());
                torn.body.truncate(torn.body.len() / 2);
                assert_eq!(support::send(&bench.url, torn).await.status, 401);
                let before = ask_held(&kiosk, id, digest).await.map_or(0, |held| held.held);
                assert_eq!(before, range.start as u64, "cut at piece {cut}");
                // It arrives whole but its answer is lost: sent again, it is no second piece.
                kiosk.ask(request.clone()).await;
            }
            let reply = kiosk.ask(request).await;
            assert_eq!(reply.status, 200);
            now = reply.read().unwrap();
            assert_eq!(ask_held(&kiosk, id, digest).await, Some(now));
            piece += 1;
        }
        assert_eq!((piece, now.complete, now.held), (4, true, sealed.len() as u64));
        let again = kiosk.ask(Request::attachment_piece(id, &sealed, 0..CHUNK_BYTES_MAX)).await;
        assert!(again.read::<AttachmentHeld>().unwrap().complete);
    }
}

#[tokio::test]
async fn a_kiosk_that_was_enrolled_anew_goes_on_with_what_it_began() {
    let bench = Bench::open().await;
    let (before, anew) = (bench.kiosk().await, bench.kiosk().await);
    let id = SubmissionId::make(Timestamp::now()).unwrap();
    let sealed = vec![7u8; 1_000];
    let digest = Digest::of(&sealed);
    assert_eq!(before.ask(Request::attachment_piece(id, &sealed, 0..400)).await.status, 200);
    bench.office.revoke_device(before.id()).await.unwrap();
    assert_eq!(ask_held(&before, id, digest).await, None, "the control: the old one hears nothing");
    assert_eq!(ask_held(&anew, id, digest).await.unwrap().held, 400);
    let head = Request { method: "HEAD", ..Request::attachment_held(id, digest) };
    assert_eq!(held(&anew.ask(head).await).unwrap().held, 400, "HEAD says the same");
    let reply = anew.ask(Request::attachment_piece(id, &sealed, 400..1_000)).await;
    assert!(reply.read::<AttachmentHeld>().unwrap().complete);
}

#[tokio::test]
async fn a_piece_that_does_not_fit_changes_nothing() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let id = SubmissionId::make(Timestamp::now()).unwrap();
    let sealed = vec![7u8; 1_000];
    let digest = Digest::of(&sealed);
    let early = kiosk.ask(Request::attachment_piece(id, &sealed, 500..1_000)).await;
    assert_eq!(early.problem().kind, ProblemKind::OtherOffset);
    assert_eq!(kiosk.ask(Request::attachment_piece(id, &sealed, 0..400)).await.status, 200);
    let mut other_size = Request::attachment_piece(id, &sealed, 400..1_000);
    other_size.path = other_size.path.replace("/1000/", "/1001/");
    assert_eq!(kiosk.ask(other_size).await.problem().kind, ProblemKind::OtherBytes);

    // Other bytes than were named: the whole is thrown away and may begin again.
    let mut lie = Request::attachment_piece(id, &sealed, 400..1_000);
    lie.body = vec![8u8; 600];
    assert_eq!(kiosk.ask(lie).await.problem().kind, ProblemKind::OtherDigest);
    assert_eq!(ask_held(&kiosk, id, digest).await.unwrap().held, 0);
    assert!(
        kiosk
            .ask(Request::attachment_piece(id, &sealed, 0..1_000))
            .await
            .read::<AttachmentHeld>()
            .unwrap()
            .complete
    );

    let large = vec![0u8; CHUNK_BYTES_MAX + 1];
    let reply = kiosk.ask(Request::attachment_piece(id, &large, 0..CHUNK_BYTES_MAX + 1)).await;
    assert_eq!(reply.problem().kind, ProblemKind::TooLarge);
    let mut endless = Request::attachment_piece(id, &sealed, 0..1_000);
    endless.path = endless.path.replace("/1000/0", &format!("/{}/0", u64::MAX));
    assert_eq!(kiosk.ask(endless).await.problem().kind, ProblemKind::TooLarge);
    let mut beyond = Request::attachment_piece(id, &sealed, 0..1_000);
    beyond.path = beyond.path.replace("/1000/0", "/1000/1000");
    assert_eq!(kiosk.ask(beyond).await.problem().kind, ProblemKind::Malformed);
    let unsigned = support::send(&bench.url, Request::attachment_held(id, digest)).await;
    assert_eq!(unsigned.status, 401);
}

#[tokio::test]
async fn kiosk_and_office_compare_their_numbers_once_a_day() {
    let bench = Bench::open().await;
    let (kiosk, other) = (bench.kiosk().await, bench.kiosk().await);
    for sequence in [1, 2, 5] {
        kiosk.ask(Request::put_submission(&kiosk.letter(sequence))).await;
    }
    other.ask(Request::put_submission(&other.letter(3))).await;
    let lost = kiosk.letter(6);
    let announced =
        Announced { id: lost.id(), digest: lost.digest(), bytes: lost.bytes().len() as u64, sequence: 6 };
    kiosk.ask(Request::announce(vec![announced])).await;
    let span = ReconcileRequest { from_sequence: 1, to_sequence: 6 };
    let answer: ReconcileAnswer = kiosk.ask(Request::reconcile(span)).await.read().unwrap();
    let gap = |from_sequence, to_sequence| Gap { from_sequence, to_sequence };
    assert_eq!((answer.held, answer.gaps, answer.awaited), (3, vec![gap(3, 4), gap(6, 6)], vec![lost.id()]));
    let backwards = ReconcileRequest { from_sequence: 2, to_sequence: 1 };
    assert_eq!(kiosk.ask(Request::reconcile(backwards)).await.problem().kind, ProblemKind::Malformed);
}

#[tokio::test]
async fn a_service_that_closes_says_so_in_the_manifest_and_is_refused_after_its_grace() {
    let dir = tempfile::tempdir().unwrap();
    let bench = open(dir.path(), 2, SignedDuration::ZERO).await;
    let kiosk = bench.kiosk().await;
    let listed = async || {
        let reply = support::send(&bench.url, Request::catalogue(None)).await;
        let signed: SignedManifest = reply.read().unwrap();
        (signed.manifest.items[0].state, signed.manifest.version)
    };
    let (state, first) = listed().await;
    assert_eq!(state, OpenState::Open);
    let begun = letter_of(&kiosk, 1, 2, Timestamp::now());
    assert!(bench.office.set_item_state("S900", OpenState::Closing).await.unwrap());
    let (state, second) = listed().await;
    assert_eq!((state, second > first), (OpenState::Closing, true));
    assert_eq!(
        kiosk.ask(Request::put_submission(&letter_of(&kiosk, 2, 2, Timestamp::now()))).await.status,
        201
    );

    for _ in 0..2 {
        assert!(bench.office.set_item_state("S900", OpenState::Closed).await.unwrap());
    }
    assert_eq!(listed().await, (OpenState::Closed, second + 1));
    assert_eq!(kiosk.ask(Request::put_submission(&begun)).await.status, 201, "finished before it closed");
    let late = kiosk.ask(Request::put_submission(&letter_of(&kiosk, 3, 2, Timestamp::now()))).await.problem();
    assert_eq!(late.kind, ProblemKind::VersionOver);
    assert!(bench.office.set_item_state("S900", OpenState::Open).await.unwrap());
    assert_eq!(
        kiosk.ask(Request::put_submission(&letter_of(&kiosk, 4, 2, Timestamp::now()))).await.status,
        201
    );
    assert!(!bench.office.set_item_state("S999", OpenState::Closed).await.unwrap());
}
