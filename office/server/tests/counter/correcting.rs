//! 补正: a case goes back to its resident, and the letter that corrects it comes in.
use super::*;
use jiujin_contract::sealing::seal_attachment;
use jiujin_contract::submission::Submission;
use jiujin_contract::wire::{
    AnnounceAnswer, Announced, AnswersAnswer, AnswersQuery, BatchAnswer, Holding, ReconcileAnswer,
    ReconcileRequest, Verdict,
};
use serde_json::json;

/// Two questions, of which the office names one.
async fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("office.db").display());
    bench_at(&database, dir).await
}

async fn bench_at(database: &str, dir: tempfile::TempDir) -> Bench {
    let mut item = support::service();
    item.schema["properties"]["home"] = json!({"type": "string", "maxLength": 40});
    let control = json!({"type": "Control", "scope": "#/properties/home"});
    item.uischema["elements"].as_array_mut().unwrap().push(control);
    let offered = jiujin_contract::catalogue::Catalogue { items: vec![item], ..Default::default() };
    Bench::open_offering(database, dir, offered).await
}

fn wanted(kiosk: &Kiosk, number: &CaseNumber, of: &str) -> Request {
    Request::answers(&AnswersQuery { resident: query(kiosk, of), case_number: number.clone() })
}

/// A case that was sent back because of its telephone number.
async fn sent_back(bench: &Bench, kiosk: &Kiosk) -> CaseNumber {
    let answers = json!({"phone": "13900000001", "home": "幸福路18号"});
    let first = Submission { answers, ..kiosk.submission(1) };
    assert_eq!(kiosk.ask(Request::put_submission(&kiosk.seal(&first))).await.status, 201);
    let number: CaseNumber = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    let asked = bench.office.ask_correction(&number, &["phone".into()], None).await.unwrap();
    assert_eq!(asked, Moved::To(CaseState::CorrectionRequested));
    number
}

fn correction(kiosk: &Kiosk, sequence: u64, number: &CaseNumber, phone: &str) -> Submission {
    let answers = json!({"phone": phone, "home": "幸福路18号"});
    Submission { answers, corrects: Some(number.clone()), ..kiosk.submission(sequence) }
}

async fn corrected_once(bench: Bench) {
    let kiosk = bench.kiosk().await;
    let number = sent_back(&bench, &kiosk).await;
    let held: AnswersAnswer = kiosk.ask(wanted(&kiosk, &number, ID_NUMBER)).await.read().unwrap();
    assert_eq!((&held.fields, &held.answers["phone"]), (&vec!["phone".to_owned()], &json!("13900000001")));

    let mut corrected = correction(&kiosk, 2, &number, "13900000002");
    let paper = seal_attachment(b"paper", &kiosk.enrolled.sealing_key, corrected.id, "/phone").unwrap();
    corrected.attachments = vec![paper.named("/phone", "image/jpeg")];
    let letter = kiosk.seal(&corrected);
    let first = kiosk.ask(Request::put_submission(&letter)).await;
    let again = kiosk.ask(Request::put_submission(&letter)).await;
    assert_eq!((first.status, again.status, &first.body), (201, 200, &again.body));
    let Verdict::Accepted(receipt) = first.read().unwrap() else { panic!("refused") };
    assert_eq!((&receipt.receipt.case_number, receipt.receipt.state), (&number, CaseState::Corrected));

    let cases = bench.office.cases().await.unwrap();
    assert_eq!((cases.len(), cases[0].state), (1, CaseState::Corrected), "no second case");
    assert_eq!(cases[0].corrections[0].id, letter.id());
    let named = &cases[0].attachments[0];
    assert_eq!((named.submission, cases[0].attachments_missing), (letter.id(), 1), "its paper is awaited");
    let asked = Announced { id: letter.id(), digest: letter.digest(), bytes: 1, sequence: 2 };
    let told: AnnounceAnswer = kiosk.ask(Request::announce(vec![asked])).await.read().unwrap();
    assert!(matches!(told.letters[0].holding, Holding::Held(_)), "the second confirmation");
    let span = ReconcileRequest { from_sequence: 1, to_sequence: 2 };
    let compared: ReconcileAnswer = kiosk.ask(Request::reconcile(span)).await.read().unwrap();
    assert_eq!((compared.held, compared.gaps.len(), compared.awaited.len()), (2, 0, 0));

    // What was corrected counts from now on.
    bench.office.ask_correction(&number, &["home".into()], None).await.unwrap();
    let held: AnswersAnswer = kiosk.ask(wanted(&kiosk, &number, ID_NUMBER)).await.read().unwrap();
    assert_eq!(held.answers["phone"], "13900000002");
}

#[tokio::test]
async fn a_correction_moves_its_case_on_once_and_is_no_second_case() {
    corrected_once(bench().await).await;
}

#[tokio::test]
async fn a_correction_moves_its_case_on_once_on_postgresql_too() {
    let Some(server) = support::postgres::Server::start() else {
        eprintln!("SKIPPED: no PostgreSQL on this machine (apt-get install postgresql)");
        return;
    };
    corrected_once(bench_at(&server.url(), tempfile::tempdir().unwrap()).await).await;
}

/// Without the comparison the second question would be changed by whoever holds the card at any kiosk.
#[tokio::test]
async fn a_correction_changes_only_what_the_office_named() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    let number = sent_back(&bench, &kiosk).await;
    let mut strayed = correction(&kiosk, 2, &number, "13900000002");
    strayed.answers["home"] = json!("别处1号");
    let refused = kiosk.ask(Request::put_submission(&kiosk.seal(&strayed))).await;
    assert_eq!(refused.problem().kind, ProblemKind::InvalidAnswers);
    assert_eq!((refused.status, &*refused.problem().fields[0].path), (422, "/home"));
    let broken = correction(&kiosk, 3, &number, "12");
    let refused = kiosk.ask(Request::put_submission(&kiosk.seal(&broken))).await;
    assert_eq!(&*refused.problem().fields[0].path, "/phone", "the form is checked as ever");
    assert_eq!(bench.office.cases().await.unwrap()[0].state, CaseState::CorrectionRequested);
}

#[tokio::test]
async fn a_correction_that_nobody_waits_for_is_refused_and_the_letters_beside_it_are_taken() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    let number = sent_back(&bench, &kiosk).await;
    let twice = [2, 3].map(|sequence| kiosk.seal(&correction(&kiosk, sequence, &number, "13900000002")));
    let answers = json!({"phone": "13900000009"});
    let other = kiosk.seal(&Submission { answers, ..kiosk.submission(4) });
    let batch = Request::batch([&twice[0], &twice[1], &other]);
    let told: BatchAnswer = kiosk.ask(batch).await.read().unwrap();
    let kinds: Vec<Option<ProblemKind>> = told
        .items
        .iter()
        .map(|item| if let Verdict::Refused(problem) = &item.verdict { Some(problem.kind) } else { None })
        .collect();
    assert_eq!(kinds, [None, Some(ProblemKind::TooLate), None]);
    assert_eq!(kiosk.ask(wanted(&kiosk, &number, ID_NUMBER)).await.problem().kind, ProblemKind::TooLate);
}

#[tokio::test]
async fn nobody_but_its_resident_sees_or_corrects_a_case() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    let number = sent_back(&bench, &kiosk).await;
    let stranger = "109999198505050059";
    assert_eq!(kiosk.ask(wanted(&kiosk, &number, stranger)).await.status, 404);
    let mut foreign = correction(&kiosk, 2, &number, "13900000002");
    foreign.resident.id_number = IdNumber::new(stranger);
    let refused = kiosk.ask(Request::put_submission(&kiosk.seal(&foreign))).await;
    assert_eq!(refused.problem().kind, ProblemKind::NotFound);
    let asked = bench.office.audited().await.unwrap();
    assert!(asked.iter().any(|row| row.question == "answers"), "written down who looked: {asked:?}");
}
