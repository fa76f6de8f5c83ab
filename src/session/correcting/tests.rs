use crate::session::application::facts_json;
use crate::session::correcting::Correction;
use crate::session::stage::{CaseLine, CaseList, Correcting, NotReopened, Stage};
use crate::session::tests::{adult, after, at, service, tell};
use crate::session::{Happening, Order, Step};
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::form::{Draft, Facts, Input, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

const SERVICE: &str = "S040";

fn line() -> CaseLine {
    CaseLine {
        receipt: "7K3M-1101-0001-A".into(),
        case_number: number().to_string(),
        item: SERVICE.into(),
        state: CaseState::CorrectionRequested,
        updated: 0,
        events: vec![],
        withdraw_until: None,
        submission: "first".into(),
        may_rate: true,
        parts: vec![],
    }
}

fn number() -> CaseNumber {
    CaseNumber::issue(109_999, jiff::civil::date(2026, 11, 22), 7)
}

/// The page of a case that was sent back.
fn at_case(state: CaseState) -> Step {
    let of = adult().id_number.clone();
    let list = CaseList::Known { lines: vec![CaseLine { state, ..line() }], as_of: 0 };
    after([
        Happening::CardRead(adult()),
        Happening::IdentityConfirmed(true),
        Happening::CasesWanted,
        Happening::CasesKnown { of, list },
        Happening::CaseOpened(0),
    ])
}

/// Everything the form asks for, answered with what fits.
fn answers() -> Value {
    let facts = Facts::new(facts_json(&adult(), None, at(0)));
    let mut draft = Draft::new(service(SERVICE).form.clone(), &facts, Timestamp(0));
    let known = json!({"home": "own", "since": "2026-11-01", "phone": "13900000001", "purpose": "family"});
    for page in 0..draft.page_count() {
        for field in draft.page(page, Default::default()).fields {
            let value = match (&field.input, known.get(&field.path)) {
                (_, Some(value)) => value.clone(),
                (Input::Choice(choices), None) => choices[0].value.clone(),
                _ => json!("幸福路18号"),
            };
            let _ = draft.answer(&field.path, Some(value), Timestamp(0));
        }
    }
    draft.finish().answers
}

fn brought(fields: &[&str]) -> Happening {
    let correction = Correction {
        case_number: number(),
        service: service(SERVICE),
        answers: answers(),
        provenance: Default::default(),
        fields: fields.iter().map(|path| (*path).to_owned()).collect(),
    };
    Happening::Reopened { of: adult().id_number.clone(), answer: Ok(Arc::new(correction)) }
}

fn correcting(step: &Step) -> Correcting {
    let Stage::CaseDetail { correcting, .. } = step.session.stage else { panic!("{:?}", step.session.stage) };
    correcting
}

#[test]
fn a_case_that_was_sent_back_is_corrected_with_a_new_agreement_and_one_open_question() {
    let asked = tell(at_case(CaseState::CorrectionRequested).session, [Happening::ReopenWanted]);
    let (who, case_number, item) = (adult(), number().to_string(), SERVICE.to_owned());
    assert_eq!(asked.orders, vec![Order::Reopen { who, case_number, item }]);
    let twice = tell(asked.session, [Happening::ReopenWanted]);
    assert_eq!((correcting(&twice), twice.orders.len()), (Correcting::Asked, 0), "one at a time");
    let consent = tell(twice.session, [brought(&["home"])]);
    assert!(matches!(consent.session.stage, Stage::Consenting { .. }), "{:?}", consent.session.stage);

    let form = tell(consent.session, [Happening::Agreed]);
    assert_eq!(form.orders, vec![], "the office has told already");
    let Stage::Filling(filling) = &form.session.stage else { panic!("{:?}", form.session.stage) };
    assert_eq!(filling.open.as_deref(), Some("home"), "it has an answer and opens all the same");

    let chosen = Happening::ChoiceMade { path: "home".into(), value: "relative".into() };
    let review = tell(form.session.clone(), [chosen, Happening::WentOn]);
    assert!(matches!(review.session.stage, Stage::Reviewing { .. }), "nothing else is open");
    let saving = tell(review.session, [Happening::Submitted]);
    let [Order::Commit(application)] = saving.orders.as_slice() else { panic!("{:?}", saving.orders) };
    assert_eq!(application.draft.finish().answers["home"], "relative");
    assert_eq!(application.correction.as_ref().map(|c| c.case_number.clone()), Some(number()));

    let (receipt, submission) = ("7K3M-1101-0002-A".to_owned(), "second".to_owned());
    let done = tell(saving.session, [Happening::Committed { receipt, submission }]);
    let Stage::Done(done) = done.session.stage else { panic!("{:?}", done.session.stage) };
    assert!(done.rated, "a correction is no case of its own and is not rated");
    let back = tell(form.session, [Happening::WentBack, Happening::WentBack]);
    assert!(matches!(back.session.stage, Stage::Cases { .. }), "{:?}", back.session.stage);
}

#[test]
fn a_case_that_does_not_open_says_why_and_can_be_tried_again() {
    let asked = tell(at_case(CaseState::CorrectionRequested).session, [Happening::ReopenWanted]).session;
    let failed = |why| Happening::Reopened { of: adult().id_number.clone(), answer: Err(why) };
    let silent = tell(asked.clone(), [failed(NotReopened::NoAnswer)]);
    assert_eq!(correcting(&silent), Correcting::Failed(NotReopened::NoAnswer));
    assert_eq!(tell(silent.session, [Happening::ReopenWanted]).orders.len(), 1);
    let late = tell(asked.clone(), [failed(NotReopened::TooLate)]);
    assert_eq!(late.orders, vec![Order::FetchCases(adult())], "what the page showed was old");
    let gone = tell(asked, [Happening::WentBack, brought(&["home"])]);
    assert!(matches!(gone.session.stage, Stage::Cases { .. }), "whoever left is not called back");
}

#[test]
fn a_case_that_nobody_sent_back_is_not_opened() {
    let step = tell(at_case(CaseState::Processing).session, [Happening::ReopenWanted]);
    assert_eq!((correcting(&step), step.orders.len()), (Correcting::No, 0));
}

/// The answers of a time-out wait for the same card, those of a correction among them.
#[test]
fn a_correction_that_timed_out_goes_on_as_a_correction() {
    let asked = tell(at_case(CaseState::CorrectionRequested).session, [Happening::ReopenWanted]);
    let form = tell(asked.session, [brought(&["home"]), Happening::Agreed]).session;
    let warned = form.apply(Happening::DeadlinePassed, at(200_000)).session;
    let ended = warned.apply(Happening::DeadlinePassed, at(300_000)).session;
    let card = [Happening::CardRead(adult()), Happening::IdentityConfirmed(true)];
    let resumed = card.into_iter().fold(ended, |session, next| session.apply(next, at(310_000)).session);
    let Stage::Filling(filling) = resumed.stage else { panic!("{:?}", resumed.stage) };
    assert!(filling.application.correction.is_some());
}
