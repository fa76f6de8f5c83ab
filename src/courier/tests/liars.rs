//! Servers that lie, stall, cut and repeat, on real sockets.
use super::*;
use crate::enrol::Identity;
use crate::store::{Acknowledged, Numbered, Store};
use jiff::civil::date;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_contract::keys::{DeviceKey, OfficeSealingKey, OfficeSigningKey};
use jiujin_contract::receipt::{OfficeReceipt, ShortId};
use jiujin_contract::sealing::seal;
use jiujin_contract::submission::{ConsentGiven, DeviceId, ItemRef, Submission};
use jiujin_contract::wire::{BatchAnswer, BatchVerdict, EnrolAnswer, TYPE_JSON, TYPE_PROBLEM, Verdict};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(super) struct Bench {
    office: OfficeSigningKey,
    pub(super) letters: Vec<Letter>,
    made: Vec<Acknowledged>,
    identity: Option<Identity>,
}

pub(super) fn bench(letters: usize) -> Bench {
    let device = DeviceKey::generate().unwrap();
    let sealing = OfficeSealingKey::generate().unwrap();
    let office = OfficeSigningKey::generate().unwrap();
    let mut store = Store::in_memory().unwrap();
    let kiosk = ShortId::from_index(9);
    let seal_one = |numbered: &Numbered| seal(&submission(numbered, kiosk), &sealing.public(), &device);
    let made =
        (0..letters).map(|_| store.submit(now(), date(2026, 11, 22), kiosk, seal_one).unwrap()).collect();
    let answer = EnrolAnswer {
        device_id: DeviceId::parse("kiosk-9").unwrap(),
        short_id: kiosk,
        name: "test".into(),
        sealing_key: sealing.public(),
        verifying_key: office.public(),
        root: None,
        office_time: now(),
    };
    let letters = store.due(now(), 20).unwrap();
    Bench { office, letters, made, identity: Some(Identity::new(device, answer, "")) }
}

fn submission(numbered: &Numbered, kiosk: ShortId) -> Submission {
    submission_of(resident(), numbered, kiosk)
}

pub(super) fn submission_of(resident: Resident, numbered: &Numbered, kiosk: ShortId) -> Submission {
    Submission {
        id: numbered.id,
        item: ItemRef { id: "S041".into(), version: 1 },
        resident,
        answers: serde_json::json!({}),
        provenance: Default::default(),
        pruned_paths: vec![],
        consent: ConsentGiven { version: "1".into(), agreed_at: now(), guardian: None },
        kiosk: DeviceId::parse("kiosk-9").unwrap(),
        kiosk_short_id: kiosk,
        receipt_number: numbered.receipt_number.clone(),
        sequence: numbered.sequence,
        created_at: now(),
        signature: None,
        corrects: None,
        attachments: vec![],
    }
}

pub(super) fn resident() -> Resident {
    Resident {
        kind: CardKind::Resident,
        name: "赵示例".into(),
        name_en: None,
        sex: Sex::Male,
        ethnicity: None,
        nationality: None,
        birth: date(1980, 2, 3),
        address: None,
        id_number: IdNumber::new("109999198002030013"),
        issuer: None,
        valid_to: None,
    }
}

impl Bench {
    fn courier(&mut self, office: SocketAddr) -> Courier {
        self.courier_to(&format!("http://{office}"))
    }

    pub(super) fn courier_to(&mut self, url: &str) -> Courier {
        let mut config = Config::parse("kiosk.toml", "").unwrap();
        config.office.url = url.to_owned();
        config.office.answer_timeout_s = 1;
        Courier::with(self.identity.take().unwrap(), &config).unwrap()
    }

    fn verdict(&self, letter: usize, key: &OfficeSigningKey) -> Verdict {
        let made = &self.made[letter];
        let receipt = OfficeReceipt {
            id: made.id,
            digest: made.digest,
            receipt_number: made.receipt.clone(),
            case_number: CaseNumber::issue(109999, date(2026, 11, 22), 7),
            state: CaseState::Submitted,
            received_at: now(),
        };
        Verdict::Accepted(receipt.sign(key))
    }

    /// What one office that answers `answer` makes of the letters.
    async fn fates(&mut self, answer: Vec<u8>) -> Vec<Fate> {
        let address = serve(move |_, _| answer.clone()).await;
        let round = self.courier(address).deliver(self.letters.clone(), now()).await;
        schedule::fates(&round, 0, 1, now()).into_iter().map(|(_, fate)| fate).collect()
    }
}

fn http(status: &str, media: &str, extra: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {length}\r\n{extra}connection: close\r\n\r\n{body}")
        .into_bytes()
}

fn json(status: &str, body: &impl serde::Serialize) -> Vec<u8> {
    http(status, TYPE_JSON, "", &serde_json::to_string(body).unwrap())
}

fn problem(kind: ProblemKind, extra: &str) -> Vec<u8> {
    let body = serde_json::to_string(&Problem::new(kind, "no")).unwrap();
    http(&format!("{} x", kind.status()), TYPE_PROBLEM, extra, &body)
}

/// Answers every connection with what `answer` makes of its number and request head, then hangs up.
async fn serve(answer: impl Fn(usize, &str) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut count = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let head = request_head(&mut stream).await;
            let _ = stream.write_all(&answer(count, &head)).await;
            let _ = stream.shutdown().await;
            count += 1;
        }
    });
    address
}

async fn request_head(stream: &mut tokio::net::TcpStream) -> String {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut part).await.unwrap_or(0);
        bytes.extend_from_slice(&part[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            if read == 0 {
                return String::new();
            }
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        if read == 0 || bytes.len() >= end + 4 + length.unwrap_or(0) {
            return head;
        }
    }
}

pub(super) fn closed(fates: &[Fate]) -> &str {
    match fates {
        [Fate::RoadClosed { reason, .. }] => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_signed_receipt_is_the_only_success() {
    for status in ["201 Created", "200 OK"] {
        let mut bench = bench(1);
        let answer = json(status, &bench.verdict(0, &bench.office));
        assert!(matches!(bench.fates(answer).await.as_slice(), [Fate::Confirmed(_)]));
    }
}

#[tokio::test]
async fn a_page_with_status_200_is_a_captive_portal() {
    let page = http("200 OK", "text/html", "", "<html>Welcome! Please log in</html>");
    assert_eq!(closed(&bench(1).fates(page).await), "captive-portal");
    let other_json = http("200 OK", TYPE_JSON, "", "{\"status\":\"ok\"}");
    assert_eq!(closed(&bench(1).fates(other_json).await), "captive-portal");
}

#[tokio::test]
async fn a_redirect_to_elsewhere_is_never_followed() {
    static VISITS: AtomicUsize = AtomicUsize::new(0);
    let elsewhere = serve(|_, _| {
        VISITS.fetch_add(1, Ordering::SeqCst);
        http("201 Created", TYPE_JSON, "", "{}")
    })
    .await;
    for status in ["302 Found", "307 Temporary Redirect"] {
        let redirect = http(status, "text/html", &format!("location: http://{elsewhere}/x\r\n"), "");
        assert_eq!(closed(&bench(1).fates(redirect).await), "foreign-redirect");
    }
    assert_eq!(VISITS.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_receipt_of_somebody_else_is_not_believed() {
    let mut bench = bench(1);
    let stranger = OfficeSigningKey::generate().unwrap();
    let answer = json("201 Created", &bench.verdict(0, &stranger));
    let fates = bench.fates(answer).await;
    assert!(matches!(&fates[..], [Fate::Later { reason, .. }] if reason == "lying-answer"), "{fates:?}");
}

#[tokio::test]
async fn a_receipt_for_another_submission_is_not_believed() {
    let mut bench = bench(2);
    let answer = json("201 Created", &bench.verdict(1, &bench.office));
    bench.letters.truncate(1);
    let fates = bench.fates(answer).await;
    assert!(matches!(&fates[..], [Fate::Later { .. }]), "{fates:?}");
}

#[tokio::test]
async fn each_refusal_has_its_own_end() {
    for (kind, code) in [
        (ProblemKind::OtherBytes, "other-bytes"),
        (ProblemKind::InvalidAnswers, "invalid-answers"),
        (ProblemKind::UnknownItem, "unknown-item"),
    ] {
        let fates = bench(1).fates(problem(kind, "")).await;
        assert!(matches!(&fates[..], [Fate::Parked { reason }] if reason == code), "{fates:?}");
    }
    let unauthorised = bench(1).fates(problem(ProblemKind::NotAuthorised, "")).await;
    assert_eq!(closed(&unauthorised), "not-authorised", "a 401 never parks or deletes a letter");
    let fates = bench(1).fates(problem(ProblemKind::RateLimited, "retry-after: 77\r\n")).await;
    let Fate::RoadClosed { until, .. } = &fates[0] else { panic!("{fates:?}") };
    assert!(until.as_second() - now().as_second() >= 77);
    for (status, code) in [
        ("503 x", "office-down"),
        ("502 x", "office-down"),
        ("500 x", "not-understood"),
        ("511 x", "captive-portal"),
    ] {
        assert_eq!(closed(&bench(1).fates(http(status, "text/html", "", "oops")).await), code, "{status}");
    }
}

#[tokio::test]
async fn an_answer_cut_at_any_byte_is_no_success() {
    let mut bench = bench(1);
    let whole = json("201 Created", &bench.verdict(0, &bench.office));
    let cuts = whole.len();
    let served = whole.clone();
    let address = serve(move |count, _| served[..count.min(served.len())].to_vec()).await;
    let courier = bench.courier(address);
    for cut in 0..=cuts {
        let round = courier.deliver(bench.letters.clone(), now()).await;
        let delivered = matches!(round.letters[0].delivery, Delivery::Delivered(_));
        assert_eq!(delivered, cut == cuts, "cut after {cut} of {cuts} bytes");
    }
}

#[tokio::test]
async fn endless_data_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            request_head(&mut stream).await;
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            let chunk = [b"10000\r\n".to_vec(), vec![b' '; 65_536], b"\r\n".to_vec()].concat();
            while stream.write_all(&chunk).await.is_ok() {}
        }
    });
    let mut bench = bench(1);
    let round = bench.courier(address).deliver(bench.letters.clone(), now()).await;
    assert_eq!(round.letters[0].delivery, Delivery::SetBack(Setback::CaptivePortal));
}

#[tokio::test]
async fn silence_and_a_closed_port_are_told_apart() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut waiting = bench(1);
    let round = waiting.courier(silent.local_addr().unwrap()).deliver(waiting.letters.clone(), now()).await;
    assert_eq!(round.letters[0].delivery, Delivery::SetBack(Setback::TimedOut));
    let address = silent.local_addr().unwrap();
    drop(silent);
    let mut alone = bench(2);
    let round = alone.courier(address).deliver(alone.letters.clone(), now()).await;
    let unreachable = Delivery::SetBack(Setback::Unreachable);
    assert!(round.letters.len() == 2 && round.letters.iter().all(|letter| letter.delivery == unreachable));
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_office_and_the_letter_goes_out() {
    let mut bench = bench(1);
    let mut wrong = Problem::new(ProblemKind::ClockWrong, "clock");
    wrong.office_time = Some(now());
    let refusal = http("401 x", TYPE_PROBLEM, "", &serde_json::to_string(&wrong).unwrap());
    let accepted = json("201 Created", &bench.verdict(0, &bench.office));
    let created = format!("created={}", now().as_second());
    let address =
        serve(move |_, head| if head.contains(&created) { accepted.clone() } else { refusal.clone() }).await;
    let years_ago = Timestamp::from_second(1_000_000_000).unwrap();
    let round = bench.courier(address).deliver(bench.letters.clone(), years_ago).await;
    assert!(matches!(round.letters[0].delivery, Delivery::Delivered(_)), "{round:?}");
    assert_eq!(round.office_time, Some(now()));
}

#[tokio::test]
async fn one_bad_letter_of_a_batch_does_not_hold_the_others() {
    let mut bench = bench(3);
    let items = (0..3)
        .map(|n| {
            let refused = Verdict::Refused(Problem::new(ProblemKind::InvalidAnswers, "no"));
            let verdict = if n == 1 { refused } else { bench.verdict(n, &bench.office) };
            BatchVerdict { id: bench.made[n].id, is_new: true, verdict }
        })
        .collect();
    let answer = json("200 OK", &BatchAnswer { items });
    let fates = bench.fates(answer).await;
    assert!(matches!(&fates[..], [Fate::Confirmed(_), Fate::Parked { .. }, Fate::Confirmed(_)]), "{fates:?}");
}

#[tokio::test]
async fn a_batch_that_the_office_stumbles_over_goes_letter_by_letter() {
    let mut bench = bench(3);
    let verdicts: Vec<_> = (0..3).map(|n| json("201 Created", &bench.verdict(n, &bench.office))).collect();
    let ids: Vec<_> = bench.made.iter().map(|made| made.id.to_string()).collect();
    let address = serve(move |_, head| match ids.iter().position(|id| head.contains(id.as_str())) {
        Some(1) => problem(ProblemKind::OfficeFailure, ""),
        Some(n) => verdicts[n].clone(),
        None => problem(ProblemKind::OfficeFailure, ""),
    })
    .await;
    let round = bench.courier(address).deliver(bench.letters.clone(), now()).await;
    let fates: Vec<_> = schedule::fates(&round, 0, 1, now()).into_iter().map(|(_, fate)| fate).collect();
    assert!(matches!(&fates[..], [Fate::Confirmed(_), Fate::Later { .. }, Fate::Confirmed(_)]), "{fates:?}");
}
