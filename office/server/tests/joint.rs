//! Life events (一件事): one form, one submission, one receipt; one case per department, and one progress.
#[path = "support/bench.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod support;

use jiujin_contract::case::{CaseNumber, CaseState, state_of};
use jiujin_contract::catalogue::{Catalogue, LifeEvent, SignedManifest};
use jiujin_contract::identity::IdNumber;
use jiujin_contract::item::{LifeTheme, ServiceItem};
use jiujin_contract::sealing::seal_attachment;
use jiujin_contract::submission::{ItemRef, Submission};
use jiujin_contract::text::{Text, Translations};
use jiujin_contract::wire::{
    BatchAnswer, CaseView, CasesAnswer, Delivery, ProblemKind, Request, ResidentQuery, WithdrawAnswer,
    Withdrawal, delivery,
};
use jiujin_office::Moved;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{Bench, ID_NUMBER, Kiosk, service};

fn form(names: &[&str]) -> (Value, Value) {
    let text = json!({"type": "string", "minLength": 2, "maxLength": 11});
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.to_string(), text.clone())).collect();
    let control = |name: &&str| json!({"type": "Control", "scope": format!("#/properties/{name}")});
    let controls: Vec<Value> = names.iter().map(control).collect();
    let schema =
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false});
    (schema, json!({"type": "VerticalLayout", "elements": controls}))
}

fn member(id: &str, department: &str, questions: &[&str], days: u16) -> ServiceItem {
    let (schema, uischema) = form(questions);
    let mut item = service();
    item.id = id.to_owned();
    item.department = Text::new(department, department);
    item.guide.promised_days = days;
    item.guide.visits = 1;
    (item.schema, item.uischema) = (schema, uischema);
    item
}

/// Police and insurance, two services of the one and one of the other; all ask for the child's name.
fn catalogue() -> Catalogue {
    let items = vec![
        member("S901", "公安", &["child", "street"], 3),
        member("S902", "医保", &["child", "account"], 7),
        member("S903", "公安", &["child"], 1),
    ];
    let (schema, uischema) = form(&["child", "street", "s902_account"]);
    let names = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(own, joint)| (own.to_string(), joint.to_string())).collect()
    };
    let event = LifeEvent {
        id: "L90".into(),
        version: 4,
        name: Text::new("出生一件事", "A child is born"),
        summary: Text::new("一次办好", "All at once"),
        theme: LifeTheme::Newborn,
        members: vec!["S901".into(), "S902".into(), "S903".into()],
        mapping: BTreeMap::from([
            ("S901".into(), names(&[("child", "child"), ("street", "street")])),
            ("S902".into(), names(&[("child", "child"), ("account", "s902_account")])),
            ("S903".into(), names(&[("child", "child")])),
        ]),
        wanted: BTreeMap::new(),
        schema,
        uischema,
        translations: Translations::new(),
        wants_signature: false,
    };
    Catalogue { items, life_events: vec![event], ..Catalogue::default() }
}

async fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("office.db").display());
    Bench::open_offering(&database, dir, catalogue()).await
}

fn joint(kiosk: &Kiosk, sequence: u64) -> Submission {
    let mut submission = kiosk.submission(sequence);
    submission.item = ItemRef { id: "L90".into(), version: 4 };
    submission.consent.version = "L90.4".into();
    submission.answers = json!({"child": "王小禾", "street": "幸福路", "s902_account": "0123"});
    submission
}

async fn seen(kiosk: &Kiosk) -> Vec<CaseView> {
    let number = IdNumber::new(ID_NUMBER);
    let query = ResidentQuery::new(&number, "c1", &kiosk.enrolled.sealing_key, kiosk.id()).unwrap();
    kiosk.ask(Request::cases(&query)).await.read::<CasesAnswer>().unwrap().cases
}

#[tokio::test]
async fn a_joint_item_is_listed_and_signed_like_any_other() {
    let bench = bench().await;
    let manifest = support::send(&bench.url, Request::catalogue(None)).await;
    let signed: SignedManifest = manifest.read().unwrap();
    let entry = signed.manifest.items.iter().find(|entry| entry.id == "L90").unwrap();
    let reply = support::send(&bench.url, Request::catalogue_item("L90", &entry.hash)).await;
    let item: ServiceItem = reply.read().unwrap();
    signed.manifest.admit(&item).unwrap();
    let savings = item.savings().unwrap();
    assert_eq!((savings.questions_apart, savings.questions_together), (5, 3));
    // Three filings with a visit each, against one filing and one visit.
    assert_eq!((savings.questions(), savings.visits()), (2, 4));
    let departments: Vec<&str> = item.parts().iter().map(|part| part.department.zh.as_str()).collect();
    assert_eq!(departments, ["公安", "医保"]);
}

#[tokio::test]
async fn one_submission_becomes_one_case_per_department_under_one_number() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    let letter = kiosk.seal(&joint(&kiosk, 1));
    let first = kiosk.ask(Request::put_submission(&letter)).await;
    assert_eq!(first.status, 201);
    let outcome = delivery(&first.answer(), letter.id(), letter.digest(), &kiosk.enrolled.verifying_key);
    let Delivery::Delivered(receipt) = outcome else { panic!("{outcome:?}") };

    // Sent again, alone and in a batch: the same receipt, and no second set of parts.
    let again = kiosk.ask(Request::put_submission(&letter)).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let batch: BatchAnswer = kiosk.ask(Request::batch([&letter, &letter])).await.read().unwrap();
    assert!(batch.items.iter().all(|item| !item.is_new));

    let cases = seen(&kiosk).await;
    let [case] = cases.as_slice() else { panic!("{} cases", cases.len()) };
    assert_eq!(case.case_number, receipt.receipt.case_number);
    let parts: Vec<(String, Vec<String>)> =
        case.parts.iter().map(|part| (part.department.zh.clone(), part.items.clone())).collect();
    let expected = [("公安", vec!["S901", "S903"]), ("医保", vec!["S902"])];
    let expected =
        expected.map(|(d, i)| (d.to_owned(), i.into_iter().map(str::to_owned).collect::<Vec<_>>()));
    assert_eq!(parts, expected);
    assert_eq!(case.parts[1].case_number, case.case_number.part(2));
    let rows = bench.office.cases().await.unwrap();
    assert_eq!((rows.len(), rows[0].parts.len()), (1, 2));
}

#[tokio::test]
async fn one_correction_answers_every_department_that_asked_and_leaves_the_others_alone() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.seal(&joint(&kiosk, 1)))).await;
    let office = &bench.office;
    let whole: CaseNumber = office.cases().await.unwrap()[0].case_number.parse().unwrap();
    office.ask_correction(&whole.part(2), &["s902_account".into()], None).await.unwrap();
    let corrected = |account: &str, sequence| {
        let mut letter = joint(&kiosk, sequence);
        letter.answers["s902_account"] = json!(account);
        Submission { corrects: Some(whole.clone()), ..letter }
    };
    let mut strayed = corrected("9876", 2);
    strayed.answers["street"] = json!("别的路");
    let refused = kiosk.ask(Request::put_submission(&kiosk.seal(&strayed))).await;
    assert_eq!(&*refused.problem().fields[0].path, "/street", "the police did not ask");
    let taken = kiosk.ask(Request::put_submission(&kiosk.seal(&corrected("9876", 3)))).await;
    assert_eq!(taken.status, 201);
    let case = seen(&kiosk).await.remove(0);
    let states: Vec<CaseState> = case.parts.iter().map(|part| part.state).collect();
    assert_eq!(states, [CaseState::Submitted, CaseState::Corrected]);
    assert_eq!((case.state, office.cases().await.unwrap().len()), (CaseState::Submitted, 1));
}

#[tokio::test]
async fn each_department_moves_its_part_and_the_whole_is_finished_on_the_same_day() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.seal(&joint(&kiosk, 1)))).await;
    let whole: CaseNumber = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    let office = &bench.office;
    assert_eq!(office.move_case(&whole, CaseState::Received, None).await.unwrap(), Moved::HasParts);
    let missing = Text::new("请补户口本", "Please bring the household book");
    let to = CaseState::CorrectionRequested;
    for (state, note) in [(CaseState::Received, None), (to, Some(&missing))] {
        office.move_case(&whole.part(1), state, note).await.unwrap();
        // A repeated move is no second event.
        assert_eq!(office.move_case(&whole.part(1), state, note).await.unwrap(), Moved::To(state));
    }
    let case = seen(&kiosk).await.remove(0);
    assert_eq!((case.state, case.parts[0].state, case.parts[1].state), (to, to, CaseState::Submitted));
    assert_eq!(case.parts[0].events.last().unwrap().note.as_ref(), Some(&missing));
    assert!(matches!(
        office.move_case(&whole.part(2), CaseState::Delivered, None).await.unwrap(),
        Moved::NotAllowed(_)
    ));
    assert_eq!(office.move_case(&whole.part(3), to, None).await.unwrap(), Moved::NoSuchCase);

    use CaseState::{Accepted, Approved, Concluded, Corrected, Processing};
    let rest = [(1, vec![Corrected, Accepted]), (2, vec![Accepted])];
    for (place, states) in rest {
        for state in states.into_iter().chain([Processing, Approved, Concluded]) {
            let moved = office.move_case(&whole.part(place), state, None).await.unwrap();
            assert_eq!(moved, Moved::To(state), "part {place}");
        }
        let expected = if place == 1 { CaseState::Submitted } else { Concluded };
        assert_eq!(seen(&kiosk).await[0].state, expected);
    }
    let case = seen(&kiosk).await.remove(0);
    assert!(case.parts.iter().all(|part| state_of(&part.events) == Ok(Concluded)));
    assert_eq!(office.cases().await.unwrap()[0].state, Concluded);
}

#[tokio::test]
async fn every_service_judges_its_own_share_of_the_answers() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    let cases = [
        (json!({"child": "王小禾", "street": "幸福路"}), "/s902_account"),
        (json!({"child": "王", "street": "幸福路", "s902_account": "0123"}), "/child"),
        (json!({"child": "王小禾", "street": "幸福路", "s902_account": "x".repeat(12)}), "/s902_account"),
    ];
    for (sequence, (answers, path)) in cases.into_iter().enumerate() {
        let wrong = Submission { answers, ..joint(&kiosk, sequence as u64) };
        let problem = kiosk.ask(Request::put_submission(&kiosk.seal(&wrong))).await.problem();
        assert_eq!(problem.kind, ProblemKind::InvalidAnswers);
        assert!(problem.fields.iter().all(|field| field.path == path), "{:?}", problem.fields);
    }
    let mut old = joint(&kiosk, 9);
    old.item.version = 3;
    let problem = kiosk.ask(Request::put_submission(&kiosk.seal(&old))).await.problem();
    assert_eq!(problem.kind, ProblemKind::UnknownItem);
    assert!(bench.office.cases().await.unwrap().is_empty());
}

/// A limited company out of the shipped catalogue: no shop, no food.
fn company(kiosk: &Kiosk) -> Submission {
    let mut submission = kiosk.submission(1);
    submission.item = ItemRef { id: "L05".into(), version: 2 };
    submission.consent.version = "L05.2".into();
    submission.answers = json!({
        "business_kind": "company", "sells_food": "no", "my_name": "测试人甲", "my_id": ID_NUMBER,
        "phone": "13900000001", "address": "青禾街道幸福路18号", "company_name": "青禾样例商贸有限公司",
        "industry": "trade", "company_scope": "日用百货", "seat": "幸福路20号1楼", "seat_right": "rent",
        "registered_capital": 100000, "paid_by": "2030-12-01", "sole": true, "supervisor": "李安安",
        "promise": true,
    });
    submission
}

#[tokio::test]
async fn a_company_is_registered_on_the_day_it_was_filed_and_no_shop_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("office.db").display());
    let bench = Bench::open_offering(&database, dir, jiujin_contract::catalogue::day_one()).await;
    let kiosk = bench.kiosk().await;
    let filed = kiosk.ask(Request::put_submission(&kiosk.seal(&company(&kiosk)))).await;
    assert_eq!(filed.status, 201, "{}", String::from_utf8_lossy(&filed.body));
    let whole: CaseNumber = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    let parts = seen(&kiosk).await.remove(0).parts;
    assert_eq!(parts.iter().map(|part| part.items.clone()).collect::<Vec<_>>(), [["S136"]]);
    use CaseState::{Accepted, Approved, Concluded, Processing};
    for state in [Accepted, Processing, Approved, Concluded] {
        assert_eq!(bench.office.move_case(&whole.part(1), state, None).await.unwrap(), Moved::To(state));
    }
    assert_eq!(seen(&kiosk).await[0].state, Concluded);

    let mut half = company(&kiosk);
    half.answers.as_object_mut().unwrap().remove("company_name");
    let refused = kiosk.ask(Request::put_submission(&kiosk.seal(&half))).await.problem();
    assert!(refused.fields.iter().any(|field| field.path.contains("company_name")), "{:?}", refused.fields);
}

/// SQLite runs every statement in the other tests; PostgreSQL reads the same files here.
#[tokio::test]
async fn the_same_road_on_postgresql() {
    let Some(server) = support::postgres::Server::start() else {
        eprintln!("NOT RUN: no PostgreSQL server program on this machine (apt install postgresql)");
        return;
    };
    let bench = Bench::open_offering(&server.url(), tempfile::tempdir().unwrap(), catalogue()).await;
    let kiosk = bench.kiosk().await;
    let mut submission = joint(&kiosk, 1);
    let paper = seal_attachment(&[7; 600], &kiosk.enrolled.sealing_key, submission.id, "/lease").unwrap();
    submission.attachments = vec![paper.named("/lease", "image/jpeg")];
    let letter = kiosk.seal(&submission);
    assert_eq!(kiosk.ask(Request::put_submission(&letter)).await.status, 201);
    let case = bench.office.cases().await.unwrap().remove(0);
    assert_eq!((case.attachments.len(), case.attachments_missing), (1, 1));
    let whole: CaseNumber = case.case_number.parse().unwrap();
    let moved = bench.office.move_case(&whole.part(2), CaseState::Accepted, None).await.unwrap();
    assert_eq!(moved, Moved::To(CaseState::Accepted));
    assert_eq!(bench.office.move_case(&whole, CaseState::Accepted, None).await.unwrap(), Moved::HasParts);
    assert_eq!(seen(&kiosk).await[0].parts[1].events.len(), 2);

    for range in [0..400, 400..paper.bytes().len()] {
        let reply = kiosk.ask(Request::attachment_piece(letter.id(), paper.bytes(), range)).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(
        kiosk.ask(Request::attachment_held(letter.id(), paper.digest())).await.headers["jiujin-complete"],
        "true"
    );
    assert_eq!(bench.office.cases().await.unwrap()[0].attachments_missing, 0);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("lease.jpg");
    bench.office.open_attachment(letter.id(), "/lease", &out).await.unwrap();
    assert_eq!(std::fs::read(out).unwrap(), [7; 600]);
    let span = jiujin_contract::wire::ReconcileRequest { from_sequence: 1, to_sequence: 3 };
    let answer: jiujin_contract::wire::ReconcileAnswer =
        kiosk.ask(Request::reconcile(span)).await.read().unwrap();
    assert_eq!((answer.held, answer.gaps.len()), (1, 1));
    assert_eq!(bench.office.devices().await.unwrap().len(), 1);
    assert!(bench.office.revoke_device(kiosk.id()).await.unwrap());
    bench.office.close().await;
}

#[tokio::test]
async fn a_life_event_is_taken_back_except_for_what_a_department_has_decided() {
    let bench = bench().await;
    let kiosk = bench.kiosk().await;
    kiosk.ask(Request::put_submission(&kiosk.seal(&joint(&kiosk, 1)))).await;
    let whole: CaseNumber = bench.office.cases().await.unwrap()[0].case_number.parse().unwrap();
    for state in [CaseState::Accepted, CaseState::Approved, CaseState::Concluded] {
        bench.office.move_case(&whole.part(2), state, None).await.unwrap();
    }
    let resident =
        ResidentQuery::new(&IdNumber::new(ID_NUMBER), "c1", &kiosk.enrolled.sealing_key, kiosk.id()).unwrap();
    let wanted = Request::withdraw(&Withdrawal { resident, case_number: whole });
    let first: WithdrawAnswer = kiosk.ask(wanted.clone()).await.read().unwrap();
    let again: WithdrawAnswer = kiosk.ask(wanted).await.read().unwrap();
    assert_eq!(first, again);
    let states: Vec<CaseState> = first.case.parts.iter().map(|part| part.state).collect();
    assert_eq!(states, [CaseState::Withdrawn, CaseState::Concluded]);
    assert_eq!((first.case.state, first.case.withdraw_until), (CaseState::Concluded, None));
    assert!(first.case.parts.iter().all(|part| state_of(&part.events) == Ok(part.state)));
}
