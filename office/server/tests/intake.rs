//! Submissions arrive: once, twice, broken, forged, in crowds.
#[path = "support/bench.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod support;

use jiujin_contract::case::CaseState;
use jiujin_contract::form::{Draft, Facts, Form};
use jiujin_contract::identity::IdNumber;
use jiujin_contract::submission::{ItemRef, Submission};
use jiujin_contract::text::Lang;
use jiujin_contract::wire::{
    AnnounceAnswer, Announced, BatchAnswer, CasesAnswer, Delivery, EnrolRequest, Holding, ProblemKind,
    Rating, Request, ResidentQuery, Setback, Verdict, deliveries, delivery,
};
use jiujin_contract::{keys::DeviceKey, sealing};
use jiujin_office::Moved;
use serde_json::json;
use std::sync::Arc;
use support::{Bench, Kiosk, Reply, send, send_with};

fn outcome(reply: &Reply, letter: &sealing::SealedSubmission, kiosk: &Kiosk) -> Delivery {
    delivery(&reply.answer(), letter.id(), letter.digest(), &kiosk.enrolled.verifying_key)
}

#[tokio::test]
async fn a_submission_becomes_one_case_and_the_same_bytes_get_the_same_answer() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    let first = kiosk.ask(Request::put_submission(&letter)).await;
    assert_eq!(first.status, 201);
    assert!(matches!(outcome(&first, &letter, &kiosk), Delivery::Delivered(_)));
    assert!(first.headers.contains_key("jiujin-office-time"));

    let again = kiosk.ask(Request::put_submission(&letter)).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert!(matches!(outcome(&again, &letter, &kiosk), Delivery::AlreadyThere(_)));
    let receipt = kiosk.ask(Request::receipt(letter.id())).await;
    assert_eq!((receipt.status, &receipt.body), (200, &first.body));

    let cases = bench.office.cases().await.unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!((cases[0].id, cases[0].digest), (letter.id(), letter.digest()));
    let line = serde_json::to_string(&cases[0]).unwrap();
    assert!(!line.contains("测试") && !line.contains(support::ID_NUMBER), "{line}");
}

#[tokio::test]
async fn the_same_id_with_other_bytes_is_a_conflict_and_changes_nothing() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let submission = kiosk.submission(1);
    let (first, second) = (kiosk.seal(&submission), kiosk.seal(&submission));
    assert_ne!(first.digest(), second.digest());
    assert_eq!(kiosk.ask(Request::put_submission(&first)).await.status, 201);
    let conflict = kiosk.ask(Request::put_submission(&second)).await;
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.problem().kind, ProblemKind::OtherBytes);
    assert!(matches!(outcome(&conflict, &second, &kiosk), Delivery::SetBack(Setback::OtherBytes(_))));
    assert_eq!(bench.office.cases().await.unwrap()[0].digest, first.digest());
}

#[tokio::test]
async fn garbage_is_refused_with_a_reason_and_never_stored() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    let changed = |change: fn(&mut Vec<u8>)| {
        let mut request = Request::put_submission(&letter);
        change(&mut request.body);
        request
    };
    let cases: [(Request, ProblemKind); 5] = [
        (changed(|body| body.clear()), ProblemKind::Malformed),
        (changed(|body| body.truncate(100)), ProblemKind::Malformed),
        (changed(|body| body[4] = 9), ProblemKind::Malformed),
        (changed(|body| *body.last_mut().unwrap() ^= 1), ProblemKind::Unopenable),
        (changed(|body| body.extend(vec![0; 2 << 20])), ProblemKind::TooLarge),
    ];
    for (request, kind) in cases {
        let reply = kiosk.ask(request).await;
        assert_eq!(reply.problem().kind, kind);
        assert_eq!(reply.status, kind.status());
    }
    let mut elsewhere = Request::put_submission(&letter);
    elsewhere.path = elsewhere.path.replace(&letter.id().to_string(), &kiosk.letter(2).id().to_string());
    assert_eq!(kiosk.ask(elsewhere).await.problem().kind, ProblemKind::Malformed);
    assert!(bench.office.cases().await.unwrap().is_empty());
}

#[tokio::test]
async fn answers_are_judged_again_by_the_service_and_its_version() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let mut wrong = kiosk.submission(1);
    wrong.answers = json!({"phone": "110"});
    let reply = kiosk.ask(Request::put_submission(&kiosk.seal(&wrong))).await;
    let problem = reply.problem();
    assert_eq!((reply.status, problem.kind), (422, ProblemKind::InvalidAnswers));
    assert_eq!(problem.fields[0].path, "/phone");
    assert!(!String::from_utf8(reply.body).unwrap().contains("110\""), "the value must not come back");

    let mut old = kiosk.submission(2);
    old.item.version = 1;
    let reply = kiosk.ask(Request::put_submission(&kiosk.seal(&old))).await;
    assert_eq!(reply.problem().kind, ProblemKind::UnknownItem);
    let mut unagreed = kiosk.submission(3);
    unagreed.consent.version = "c0".into();
    let reply = kiosk.ask(Request::put_submission(&kiosk.seal(&unagreed))).await;
    assert_eq!(reply.problem().fields[0].path, "/consent");
}

#[tokio::test]
async fn only_enrolled_devices_are_heard_and_each_request_once() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    let unsigned = send(&bench.url, Request::put_submission(&letter)).await;
    assert_eq!(unsigned.problem().kind, ProblemKind::NotAuthorised);

    let stranger = Kiosk {
        key: DeviceKey::generate().unwrap(),
        url: bench.url.clone(),
        enrolled: kiosk.enrolled.clone(),
    };
    assert_eq!(stranger.ask(Request::put_submission(&letter)).await.status, 401);

    let signed = kiosk.signed(Request::put_submission(&letter));
    assert_eq!(send(&bench.url, signed.clone()).await.status, 201);
    assert_eq!(send(&bench.url, signed.clone()).await.problem().kind, ProblemKind::Replayed);
    let moved = Request { path: "/v1/submissions/announce".into(), method: "POST", ..signed };
    assert_eq!(send(&bench.url, moved).await.status, 401);
}

#[tokio::test]
async fn a_wrong_clock_is_told_the_right_time_and_then_heard() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    let stale = kiosk.signed_at(Request::put_submission(&letter), "2001-01-01T00:00:00Z".parse().unwrap());
    let reply = send(&bench.url, stale).await;
    let Delivery::SetBack(Setback::ClockWrong { office_time }) = outcome(&reply, &letter, &kiosk) else {
        panic!("expected the office's time, got {}", reply.status);
    };
    let corrected = kiosk.signed_at(Request::put_submission(&letter), office_time);
    assert_eq!(send(&bench.url, corrected).await.status, 201);
}

#[tokio::test]
async fn one_refused_letter_of_a_batch_does_not_touch_the_others() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let mut letters: Vec<_> = (1..=3).map(|n| kiosk.letter(n)).collect();
    let mut wrong = kiosk.submission(4);
    wrong.answers = json!({});
    letters.push(kiosk.seal(&wrong));
    letters.push(letters[0].clone());
    let reply = kiosk.ask(Request::batch(&letters)).await;
    let answer: BatchAnswer = reply.read().unwrap();
    let news: Vec<bool> = answer.items.iter().map(|item| item.is_new).collect();
    assert_eq!(news, [true, true, true, false, false]);
    assert!(matches!(&answer.items[3].verdict, Verdict::Refused(p) if p.kind == ProblemKind::InvalidAnswers));
    assert_eq!(bench.office.cases().await.unwrap().len(), 3);

    let sent: Vec<_> = letters[..3].iter().map(|letter| (letter.id(), letter.digest())).collect();
    let again = kiosk.ask(Request::batch(&letters[..3])).await;
    let outcomes = deliveries(&again.answer(), &sent, &kiosk.enrolled.verifying_key).unwrap();
    assert!(outcomes.iter().all(|(_, outcome)| matches!(outcome, Delivery::AlreadyThere(_))));

    let many: Vec<_> = (10..31).map(|n| kiosk.letter(n)).collect();
    assert_eq!(kiosk.ask(Request::batch(&many)).await.problem().kind, ProblemKind::TooLarge);
}

#[tokio::test]
async fn an_announcement_says_what_is_there_and_what_is_awaited() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let (held, awaited) = (kiosk.letter(1), kiosk.letter(2));
    kiosk.ask(Request::put_submission(&held)).await;
    let line = |letter: &sealing::SealedSubmission, sequence| Announced {
        id: letter.id(),
        digest: letter.digest(),
        bytes: letter.bytes().len() as u64,
        sequence,
    };
    let other = Announced { digest: awaited.digest(), ..line(&held, 1) };
    let list = vec![line(&held, 1), line(&awaited, 2), other];
    let answer: AnnounceAnswer = kiosk.ask(Request::announce(list)).await.read().unwrap();
    let Holding::Held(receipt) = &answer.letters[0].holding else {
        panic!("the office has the first letter")
    };
    receipt.verify_for(&kiosk.enrolled.verifying_key, held.id(), held.digest()).unwrap();
    assert_eq!(answer.letters[1].holding, Holding::Awaited);
    assert_eq!(answer.letters[2].holding, Holding::OtherBytes);
    let metrics = reqwest::get(format!("{}/metrics", bench.url)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("jiujin_office_letters_awaited 1"), "{metrics}");
}

/// R16 of the reliability figures.
async fn a_thousand_retries_make_one_case(bench: &Bench, store: &str) {
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    let client = reqwest::Client::new();
    let calls: Vec<_> = (0..1_000)
        .map(|_| {
            let (client, url) = (client.clone(), bench.url.clone());
            let request = kiosk.signed(Request::put_submission(&letter));
            tokio::spawn(async move { send_with(&client, &url, request).await })
        })
        .collect();
    let mut replies = Vec::new();
    for call in calls {
        replies.push(call.await.unwrap());
    }
    let created = replies.iter().filter(|reply| reply.status == 201).count();
    let repeated = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!((created, repeated), (1, 999));
    assert!(replies.iter().all(|reply| reply.body == replies[0].body));
    let cases = bench.office.cases().await.unwrap().len();
    assert_eq!(cases, 1);
    println!(
        "{{\"rig\":\"R16\",\"seed\":0,\"store\":\"{store}\",\"retries\":1000,\"created\":{created},\"repeated\":{repeated},\"cases\":{cases},\"verdict\":\"holds\"}}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_concurrent_retries_make_one_case_on_sqlite() {
    a_thousand_retries_make_one_case(&Bench::open().await, "SQLite").await;
}

/// SQLite runs every statement in the other tests; PostgreSQL reads the same files here.
async fn every_other_statement_works(bench: &Bench) {
    let kiosk = bench.kiosk().await;
    let wrong = EnrolRequest::new("AAAAA-AAAAA", &DeviceKey::generate().unwrap());
    assert_eq!(send(&bench.url, Request::enrol(&wrong)).await.problem().kind, ProblemKind::CodeRefused);
    let letter = kiosk.letter(2);
    let line = Announced { id: letter.id(), digest: letter.digest(), bytes: 1, sequence: 2 };
    assert_eq!(kiosk.ask(Request::announce(vec![line])).await.status, 200);
    assert_eq!(kiosk.ask(Request::batch([&letter])).await.status, 200);
    let number = bench.office.cases().await.unwrap()[1].case_number.parse().unwrap();
    let moved = bench.office.move_case(&number, CaseState::Accepted, None).await.unwrap();
    assert_eq!(moved, Moved::To(CaseState::Accepted));
    let number = IdNumber::new(support::ID_NUMBER);
    let query = ResidentQuery::new(&number, "c1", &kiosk.enrolled.sealing_key, kiosk.id()).unwrap();
    let resident = query.clone();
    let rating = Rating { resident, submission: letter.id(), stars: 4, tags: vec![], anonymous: false };
    assert_eq!(kiosk.ask(Request::rate(&rating)).await.status, 200);
    let before: CasesAnswer = kiosk.ask(Request::cases(&query)).await.read().unwrap();
    let first = Rating { submission: before.cases[1].submission, anonymous: true, ..rating };
    assert_eq!(kiosk.ask(Request::rate(&first)).await.status, 200);
    let seen: CasesAnswer = kiosk.ask(Request::cases(&query)).await.read().unwrap();
    assert_eq!((seen.cases.len(), seen.cases[0].events.len(), seen.cases[0].may_rate), (2, 2, false));
    for path in ["/", "/metrics", "/healthz"] {
        assert_eq!(reqwest::get(format!("{}{path}", bench.url)).await.unwrap().status(), 200);
    }
}

/// Said past the test harness, which swallows what a passing test prints.
fn not_run(rig: &str, why: &str) {
    use std::io::Write;
    let line = format!("{{\"rig\":\"{rig}\",\"verdict\":\"NOT RUN\",\"why\":\"{why}\"}}");
    // Whoever closed the error channel does not want to read it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_concurrent_retries_make_one_case_on_postgresql() {
    let Some(server) = support::postgres::Server::start() else {
        return not_run("R16 on PostgreSQL", "no server program on this machine: apt-get install postgresql");
    };
    let bench = Bench::open_at(&server.url(), tempfile::tempdir().unwrap()).await;
    a_thousand_retries_make_one_case(&bench, "PostgreSQL").await;
    every_other_statement_works(&bench).await;
    bench.office.close().await;
}

#[tokio::test]
async fn a_form_of_day_one_that_the_engine_finished_is_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("office.db").display());
    let offered = jiujin_contract::catalogue::day_one();
    let item = offered.item("S001").unwrap().clone();
    let bench = Bench::open_offering(&database, dir, offered).await;
    let kiosk = bench.kiosk().await;
    let mut submission = kiosk.submission(1);

    let form = Form::compile(&item.translations, &item.schema, Some(&item.uischema)).unwrap();
    let facts =
        Facts::new(json!({"card": submission.resident, "shared": null, "today": "2026-11-22", "age": 36}));
    let mut draft = Draft::new(Arc::new(form), &facts, Default::default());
    draft.answer("purpose", Some(json!("job")), Default::default()).unwrap();
    assert!(draft.problems(Lang::ZhCn).is_empty());
    submission.answers = draft.finish().answers;
    submission.item = ItemRef { id: item.id, version: item.version };
    submission.consent.version = item.consent.version;
    assert_eq!(kiosk.ask(Request::put_submission(&kiosk.seal(&submission))).await.status, 201);

    let unanswered = Submission { id: kiosk.submission(2).id, answers: json!({}), ..submission };
    let reply = kiosk.ask(Request::put_submission(&kiosk.seal(&unanswered))).await;
    assert_eq!(reply.problem().fields[0].path, "/purpose");
}
