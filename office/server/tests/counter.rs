//! What people do around submissions: enrol, ask for cases and shared data, rate, read the catalogue and the console.
#[path = "support/bench.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod support;

#[path = "counter/correcting.rs"]
mod correcting;

use jiujin_contract::case::{CaseNumber, CaseState, Lamp, state_of};
use jiujin_contract::catalogue::SignedManifest;
use jiujin_contract::identity::IdNumber;
use jiujin_contract::keys::DeviceKey;
use jiujin_contract::sealing::SealedSubmission;
use jiujin_contract::text::Text;
use jiujin_contract::wire::{
    CasesAnswer, DirectoryAnswer, EnrolAnswer, EnrolRequest, ProblemKind, Rating, RatingAnswer, Request,
    ResidentQuery, WithdrawAnswer, Withdrawal,
};
use jiujin_office::Moved;
use sqlx::Row;
use support::{Bench, ID_NUMBER, Kiosk, send};

fn query(kiosk: &Kiosk, number: &str) -> ResidentQuery {
    ResidentQuery::new(&IdNumber::new(number), "c1", &kiosk.enrolled.sealing_key, kiosk.id()).unwrap()
}

#[tokio::test]
async fn a_code_works_once_and_a_lost_answer_may_be_asked_again() {
    let bench = Bench::open().await;
    let key = DeviceKey::generate().unwrap();
    let code = bench.office.add_device("大厅").await.unwrap().code;
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let request = EnrolRequest::new(&typed, &key);
    let first: EnrolAnswer = send(&bench.url, Request::enrol(&request)).await.read().unwrap();
    let again: EnrolAnswer = send(&bench.url, Request::enrol(&request)).await.read().unwrap();
    assert_eq!((&first.device_id, &first.name), (&again.device_id, &"大厅".to_owned()));
    let thief = EnrolRequest::new(&code, &DeviceKey::generate().unwrap());
    let refused = send(&bench.url, Request::enrol(&thief)).await;
    assert_eq!(refused.problem().kind, ProblemKind::CodeRefused);
}

#[tokio::test]
async fn a_code_is_burnt_after_five_wrong_tries() {
    let bench = Bench::open().await;
    let key = DeviceKey::generate().unwrap();
    let code = bench.office.add_device("大厅").await.unwrap().code;
    for guess in ["AAAAA-AAAAA", "BBBBB-BBBBB", "", "12345-67890", "ZZZZZ-ZZZZZ"] {
        let reply = send(&bench.url, Request::enrol(&EnrolRequest::new(guess, &key))).await;
        assert_eq!(reply.problem().kind, ProblemKind::CodeRefused);
    }
    let late = send(&bench.url, Request::enrol(&EnrolRequest::new(&code, &key))).await;
    assert_eq!(late.problem().kind, ProblemKind::CodeRefused);

    let code = bench.office.add_device("大厅").await.unwrap().code;
    for _ in 0..4 {
        send(&bench.url, Request::enrol(&EnrolRequest::new("AAAAA-AAAAA", &key))).await;
    }
    assert_eq!(send(&bench.url, Request::enrol(&EnrolRequest::new(&code, &key))).await.status, 200);
}

#[tokio::test]
async fn an_enrolment_without_its_key_does_not_cost_a_try() {
    let bench = Bench::open().await;
    let code = bench.office.add_device("大厅").await.unwrap().code;
    let honest = EnrolRequest::new(&code, &DeviceKey::generate().unwrap());
    let stolen = EnrolRequest { public_key: DeviceKey::generate().unwrap().public(), ..honest.clone() };
    assert_eq!(send(&bench.url, Request::enrol(&stolen)).await.problem().kind, ProblemKind::Malformed);
    assert_eq!(send(&bench.url, Request::enrol(&honest)).await.status, 200);
}

#[tokio::test]
async fn a_resident_sees_their_own_cases_and_nobody_elses() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    kiosk.ask(Request::put_submission(&letter)).await;
    let own: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    assert_eq!(own.cases.len(), 1);
    let case = &own.cases[0];
    assert_eq!((case.submission, case.state, case.lamp), (letter.id(), CaseState::Submitted, Lamp::Green));
    assert_eq!(case.events.len(), 1);
    assert!(case.may_rate);
    let other: CasesAnswer =
        kiosk.ask(Request::cases(&query(&kiosk, "109999198505050059"))).await.read().unwrap();
    assert!(other.cases.is_empty());

    let second = bench.kiosk().await;
    let stolen = second.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await;
    assert_eq!(stolen.problem().kind, ProblemKind::Unopenable);
}

#[tokio::test]
async fn a_resident_reads_how_the_case_moved_on_and_what_is_missing() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.letter(1))).await;
    let number = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    let missing = Text::new("请补一张照片", "Please bring a photo");
    let moves = [(CaseState::Received, None), (CaseState::CorrectionRequested, Some(&missing))];
    for (to, note) in moves {
        assert_eq!(bench.office.move_case(&number, to, note).await.unwrap(), Moved::To(to));
        // Repeating a move is no second event.
        assert_eq!(bench.office.move_case(&number, to, note).await.unwrap(), Moved::To(to));
    }
    let jump = bench.office.move_case(&number, CaseState::Delivered, None).await.unwrap();
    assert!(matches!(jump, Moved::NotAllowed(_)));
    let seen: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    let case = &seen.cases[0];
    assert_eq!((case.state, case.lamp, case.events.len()), (CaseState::CorrectionRequested, Lamp::Off, 3));
    assert_eq!(case.events[2].note.as_ref(), Some(&missing));
    assert_eq!(state_of(&case.events), Ok(case.state));
}

#[tokio::test]
async fn a_correction_names_questions_of_the_form_and_nothing_else() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.letter(1))).await;
    let number: CaseNumber = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    let why = Text::new("号码打不通", "Nobody answers this number");
    let ask = |fields: Vec<String>| {
        let (office, number, why) = (&bench.office, &number, &why);
        async move { office.ask_correction(number, &fields, Some(why)).await.unwrap() }
    };
    assert_eq!(ask(vec!["telephone".into()]).await, Moved::NoSuchQuestion);
    assert_eq!(ask(vec!["phone".into(); 21]).await, Moved::TooManyQuestions);
    assert_eq!(ask(vec!["phone".into()]).await, Moved::To(CaseState::CorrectionRequested));
    assert_eq!(ask(vec!["phone".into()]).await, Moved::To(CaseState::CorrectionRequested));
    let seen: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    let events = &seen.cases[0].events;
    assert_eq!((events.len(), events[0].fields.len()), (2, 0), "asking twice is one event");
    assert_eq!((&events[1].fields, &events[1].note), (&vec!["phone".to_owned()], &Some(why.clone())));
    let other = CaseNumber::issue(109_999, jiff::civil::date(2026, 11, 22), 7);
    let nowhere = bench.office.ask_correction(&other, &["phone".into()], None).await.unwrap();
    assert_eq!(nowhere, Moved::NoSuchCase);
}

fn five_stars(kiosk: &Kiosk, letter: &SealedSubmission) -> Rating {
    let (resident, submission) = (query(kiosk, ID_NUMBER), letter.id());
    Rating { resident, submission, stars: 5, tags: vec!["fast".into()], anonymous: false }
}

#[tokio::test]
async fn a_case_is_rated_once_and_the_first_rating_stands() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    kiosk.ask(Request::put_submission(&letter)).await;
    let rating = five_stars(&kiosk, &letter);
    let first: RatingAnswer = kiosk.ask(Request::rate(&rating)).await.read().unwrap();
    let again: RatingAnswer = kiosk.ask(Request::rate(&rating)).await.read().unwrap();
    assert_eq!(first, again);
    for other in [Rating { stars: 1, ..rating.clone() }, Rating { anonymous: true, ..rating.clone() }] {
        assert_eq!(kiosk.ask(Request::rate(&other)).await.problem().kind, ProblemKind::AlreadyRated);
    }
    let six = Rating { stars: 6, ..rating.clone() };
    assert_eq!(kiosk.ask(Request::rate(&six)).await.problem().kind, ProblemKind::Malformed);
    let unknown = Rating { submission: kiosk.letter(2).id(), ..rating };
    assert_eq!(kiosk.ask(Request::rate(&unknown)).await.problem().kind, ProblemKind::NotFound);
    let cases: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    assert!(!cases.cases[0].may_rate);
}

#[tokio::test]
async fn only_the_resident_of_a_case_rates_it() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    kiosk.ask(Request::put_submission(&letter)).await;
    let stranger = Rating { resident: query(&kiosk, "109999198505050059"), ..five_stars(&kiosk, &letter) };
    assert_eq!(kiosk.ask(Request::rate(&stranger)).await.problem().kind, ProblemKind::NotFound);
    let unproven = ResidentQuery { resident: "AAAA".into(), consent_version: "c1".into() };
    let nobody = Rating { resident: unproven, ..five_stars(&kiosk, &letter) };
    assert!((400..500).contains(&kiosk.ask(Request::rate(&nobody)).await.status));
    let cases: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    assert!(cases.cases[0].may_rate, "nobody has rated it");
}

#[tokio::test]
async fn a_rating_without_a_name_is_taken_once_and_leads_back_to_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("office.db").display());
    let bench = Bench::open_at(&database, dir).await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.letter(1);
    kiosk.ask(Request::put_submission(&letter)).await;
    let rating = Rating { anonymous: true, ..five_stars(&kiosk, &letter) };
    assert_eq!(kiosk.ask(Request::rate(&rating)).await.status, 200);
    let named = Rating { anonymous: false, ..rating.clone() };
    for again in [&rating, &named] {
        assert_eq!(kiosk.ask(Request::rate(again)).await.problem().kind, ProblemKind::AlreadyRated);
    }
    let cases: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    assert!(!cases.cases[0].may_rate);
    let kept = sqlx::AnyPool::connect(&database).await.unwrap();
    let named: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM ratings").fetch_one(&kept).await.unwrap();
    let rows = sqlx::query("SELECT * FROM anonymous_ratings").fetch_all(&kept).await.unwrap();
    let columns: Vec<&str> = rows[0].columns().iter().map(sqlx::Column::name).collect();
    assert_eq!((named, rows.len()), (0, 1));
    assert_eq!(columns, ["id", "item_id", "stars", "tags", "rated_in"]);
    let (lot, month): (String, String) = (rows[0].get("id"), rows[0].get("rated_in"));
    assert!(lot != letter.id().to_string() && month.len() == "2026-11".len(), "{lot} {month}");
}

#[tokio::test]
async fn shared_data_is_given_to_enrolled_kiosks_only() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let known: DirectoryAnswer =
        kiosk.ask(Request::directory(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    assert!(known.shared.is_some());
    let unknown: DirectoryAnswer =
        kiosk.ask(Request::directory(&query(&kiosk, "109999190001010001"))).await.read().unwrap();
    assert!(unknown.shared.is_none());
    assert_eq!(send(&bench.url, Request::directory(&query(&kiosk, ID_NUMBER))).await.status, 401);
}

#[tokio::test]
async fn every_look_into_the_directory_is_written_down_with_who_which_service_and_which_consent() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    let (key, id) = (&kiosk.enrolled.sealing_key, kiosk.id());
    let asked = ResidentQuery::new(&IdNumber::new(ID_NUMBER), "S040.3", key, id).unwrap();
    kiosk.ask(Request::directory(&asked)).await;
    kiosk.ask(Request::directory(&asked)).await;
    kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await;
    send(&bench.url, Request::directory(&asked)).await;
    let audited = bench.office.audited().await.unwrap();
    let seen: Vec<_> = audited
        .iter()
        .map(|row| (row.question.as_str(), row.service.as_deref(), row.consent.as_str()))
        .collect();
    let look = ("directory", Some("S040"), "S040.3");
    assert_eq!(
        seen,
        [look, look, ("cases", None, "c1")],
        "a stranger is refused before anything is looked up"
    );
    assert!(
        audited.iter().all(|row| row.device == kiosk.id().to_string() && row.resident == audited[0].resident)
    );
    let written = serde_json::to_string(&audited).unwrap();
    assert!(!written.contains(ID_NUMBER), "{written}");
}

#[tokio::test]
async fn the_catalogue_is_signed_and_sent_only_when_it_is_new() {
    let bench = Bench::open().await;
    let first = send(&bench.url, Request::catalogue(None)).await;
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    let signed: SignedManifest = first.read().unwrap();
    let manifest = signed.verify(bench.office.verifying_key().ed25519(), jiff::Timestamp::now()).unwrap();
    let same = send(&bench.url, Request::catalogue(Some(&etag))).await;
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(send(&bench.url, Request::catalogue(Some("\"old\""))).await.status, 200);

    let entry = &manifest.items[0];
    let item = send(&bench.url, Request::catalogue_item(&entry.id, &entry.hash)).await;
    assert_eq!(item.body.len() as u64, entry.size);
    manifest.admit(&item.read().unwrap()).unwrap();
    let missing = send(&bench.url, Request::catalogue_item(&entry.id, "00")).await;
    assert_eq!(missing.problem().kind, ProblemKind::NotFound);
}

#[tokio::test]
async fn the_console_lists_cases_without_giving_anybody_away() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.letter(1))).await;
    let page = reqwest::get(&bench.url).await.unwrap().text().await.unwrap();
    assert!(page.contains("测*甲") && page.contains("已提交"), "{page}");
    assert!(!page.contains("测试人甲") && !page.contains(ID_NUMBER) && !page.contains("13900000001"));
}

#[tokio::test]
async fn health_openapi_and_unknown_paths_answer_plainly() {
    let bench = Bench::open().await;
    let health: serde_json::Value =
        reqwest::get(format!("{}/healthz", bench.url)).await.unwrap().json().await.unwrap();
    assert_eq!(health["status"], "ok");
    let api: serde_json::Value =
        reqwest::get(format!("{}/openapi.json", bench.url)).await.unwrap().json().await.unwrap();
    assert!(api["paths"]["/v1/submissions/{id}"]["put"].is_object());
    let nowhere = reqwest::get(format!("{}/wp-login.php", bench.url)).await.unwrap();
    assert_eq!(nowhere.status(), 404);
    assert_eq!(nowhere.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn nothing_of_a_resident_is_readable_in_the_offices_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_owned();
    let database = format!("sqlite:{}", path.join("office.db").display());
    let bench = Bench::open_at(&database, dir).await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.letter(1))).await;
    kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await;
    for entry in std::fs::read_dir(&path).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for canary in [ID_NUMBER, "测试人甲", "13900000001"] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary}");
        }
    }
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(path.join("office.keys")).unwrap());
    assert_eq!(mode & 0o777, 0o600);
}

fn withdrawal(kiosk: &Kiosk, number: &str, case_number: &CaseNumber) -> Request {
    Request::withdraw(&Withdrawal { resident: query(kiosk, number), case_number: case_number.clone() })
}

#[tokio::test]
async fn a_resident_takes_a_case_back_once_however_often_it_is_asked() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.letter(1))).await;
    let listed: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    assert!(listed.cases[0].withdraw_until.is_some_and(|until| until > jiff::Timestamp::now()));
    let number = &listed.cases[0].case_number;
    let first = kiosk.ask(withdrawal(&kiosk, ID_NUMBER, number)).await;
    let again = kiosk.ask(withdrawal(&kiosk, ID_NUMBER, number)).await;
    assert_eq!((first.status, again.status, &first.body), (200, 200, &again.body));
    let answer: WithdrawAnswer = first.read().unwrap();
    assert_eq!((answer.case.state, answer.case.events.len()), (CaseState::Withdrawn, 2));
    assert_eq!((answer.case.withdraw_until, state_of(&answer.case.events)), (None, Ok(CaseState::Withdrawn)));
    let moved = bench.office.move_case(number, CaseState::Received, None).await.unwrap();
    assert!(matches!(moved, Moved::NotAllowed(_)), "nobody works on it any more");
}

#[tokio::test]
async fn nobody_takes_back_what_is_somebody_elses_or_decided() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.letter(1))).await;
    let number: CaseNumber = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    let stranger = kiosk.ask(withdrawal(&kiosk, "109999198505050059", &number)).await;
    assert_eq!(stranger.problem().kind, ProblemKind::NotFound);
    let unsigned = send(&bench.url, withdrawal(&kiosk, ID_NUMBER, &number)).await;
    assert_eq!(unsigned.status, 401);
    let other_kiosk = bench.kiosk().await.ask(withdrawal(&kiosk, ID_NUMBER, &number)).await;
    assert_eq!(other_kiosk.problem().kind, ProblemKind::Unopenable);
    for to in [CaseState::Accepted, CaseState::Approved] {
        bench.office.move_case(&number, to, None).await.unwrap();
    }
    let late = kiosk.ask(withdrawal(&kiosk, ID_NUMBER, &number)).await;
    assert_eq!((late.status, late.problem().kind), (409, ProblemKind::TooLate));
    assert_eq!(bench.office.cases().await.unwrap()[0].state, CaseState::Approved);
}

#[tokio::test]
async fn two_who_take_the_same_case_back_at_once_leave_one_event() {
    let bench = Bench::open().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.letter(1))).await;
    let number: CaseNumber = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    let (one, two) = tokio::join!(
        kiosk.ask(withdrawal(&kiosk, ID_NUMBER, &number)),
        kiosk.ask(withdrawal(&kiosk, ID_NUMBER, &number))
    );
    assert_eq!((one.status, two.status), (200, 200));
    let seen: CasesAnswer = kiosk.ask(Request::cases(&query(&kiosk, ID_NUMBER))).await.read().unwrap();
    assert_eq!(seen.cases[0].events.len(), 2);
}
