//! One visit, happening by happening, without clock, screen or network.
use super::application::Service;
use super::settings::{SettingTouch, Settings, TextSize};
use super::stage::{
    Browse, CaseLine, CaseList, CaseMoment, Face, NotRated, NotTakenBack, RatingWay, Stage, TakingBack, Who,
};
use super::{Happening, Moment, Order, Overlay, Pauses, Session, Step};
use crate::notice::CardPrompt;
use jiff::civil::date;
use jiujin_contract::case::CaseState;
use jiujin_contract::form::Form;
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use std::sync::Arc;

pub(super) fn at(elapsed_ms: u64) -> Moment {
    Moment { elapsed_ms, unix_ms: 1_790_000_000_000, today: date(2026, 11, 22) }
}

pub(super) fn adult() -> Who {
    Arc::new(Resident {
        kind: CardKind::Resident,
        name: "王小一".into(),
        name_en: None,
        sex: Sex::Male,
        ethnicity: Some("汉".into()),
        nationality: None,
        birth: date(1990, 3, 7),
        address: Some("测试省样例市演示区青禾街道幸福路18号".into()),
        id_number: IdNumber::new("109999199003070017"),
        issuer: None,
        valid_to: Some(date(2040, 1, 1)),
    })
}

pub(super) fn service(id: &str) -> Arc<Service> {
    let item = jiujin_contract::catalogue::day_one()
        .items
        .into_iter()
        .find(|item| item.id == id)
        .expect("it is built in");
    let form = Form::compile(&item.translations, &item.schema, Some(&item.uischema)).expect("it compiles");
    Arc::new(Service { item, form: Arc::new(form) })
}

pub(super) fn after(happenings: impl IntoIterator<Item = Happening>) -> Step {
    let start = Step { session: Session::new(Settings::default(), Pauses::default()), orders: vec![] };
    happenings.into_iter().fold(start, |step, happening| step.session.apply(happening, at(1_000)))
}

pub(super) fn tell(session: Session, happenings: impl IntoIterator<Item = Happening>) -> Step {
    let start = Step { session, orders: vec![] };
    happenings.into_iter().fold(start, |step, happening| step.session.apply(happening, at(2_000)))
}

/// The office's answer about [`adult`].
pub(super) fn looked_up(shared: Option<serde_json::Value>) -> Happening {
    Happening::LookedUp { of: adult().id_number.clone(), shared }
}

fn at_consent() -> Vec<Happening> {
    vec![
        Happening::Woke,
        Happening::ServiceChosen(service("S038")),
        Happening::Started,
        Happening::CardRead(adult()),
        Happening::IdentityConfirmed(true),
    ]
}

#[test]
fn browsing_first_asks_for_the_card_only_when_the_errand_starts() {
    let step = after([Happening::Woke, Happening::ServiceChosen(service("S038")), Happening::Started]);
    assert!(matches!(step.session.stage, Stage::AskingCard { prompt: CardPrompt::Place, .. }));
    assert!(step.session.wants_card());
}

#[test]
fn a_card_on_the_attract_page_leads_to_the_catalogue_after_is_this_you() {
    let step = after([Happening::CardRead(adult())]);
    assert!(matches!(step.session.stage, Stage::Confirming { .. }));
    assert!(step.session.who().is_none(), "nobody is signed in before they said yes");
    let step = step.session.apply(Happening::IdentityConfirmed(true), at(2_000));
    assert!(matches!(step.session.stage, Stage::Browsing { who: Some(_), .. }));
}

#[test]
fn an_expired_card_goes_no_further() {
    let mut resident = adult().as_ref().clone();
    resident.valid_to = Some(date(2025, 4, 20));
    let step = after([Happening::CardRead(Arc::new(resident))]);
    assert!(matches!(step.session.stage, Stage::AskingCard { prompt: CardPrompt::Expired, .. }));
}

#[test]
fn three_cards_taken_away_too_soon_become_a_card_that_cannot_be_read() {
    let lifted = || Happening::CardFailed(CardPrompt::Lifted);
    let step = after([Happening::CardWanted, lifted(), lifted(), lifted()]);
    assert!(
        matches!(step.session.stage, Stage::AskingCard { prompt: CardPrompt::Unreadable, .. }),
        "{:?}",
        step.session.stage
    );
}

#[test]
fn refusing_consent_leads_back_to_the_guide_and_asks_nobody_anything() {
    let step = after(at_consent().into_iter().chain([Happening::Declined]));
    assert!(matches!(&step.session.stage, Stage::Guiding(guiding) if guiding.who.is_some()));
    assert_eq!(step.orders, vec![]);
}

#[test]
fn agreeing_asks_the_office_once_and_an_office_that_is_silent_only_costs_the_prefill() {
    let step = after(at_consent().into_iter().chain([Happening::Agreed]));
    assert!(matches!(step.orders.as_slice(), [Order::LookUp { .. }]));
    let deadline = step.session.deadline().expect("the wait has an end");
    let step = step.session.apply(Happening::DeadlinePassed, at(deadline));
    assert!(matches!(step.session.stage, Stage::Filling(_)), "{:?}", step.session.stage);
}

#[test]
fn a_service_that_needs_the_network_says_so_instead_of_opening_an_empty_form() {
    let mut happenings = at_consent();
    happenings[1] = Happening::ServiceChosen(service("S001"));
    let step = after(happenings.into_iter().chain([Happening::Agreed, looked_up(None)]));
    assert!(matches!(step.session.stage, Stage::Unavailable { .. }), "{:?}", step.session.stage);
}

#[test]
fn an_idle_visit_is_warned_then_ended_and_wiped() {
    let step = after(at_consent());
    let warned_at = step.session.deadline().expect("a visit has a deadline");
    let step = step.session.apply(Happening::DeadlinePassed, at(warned_at));
    assert!(matches!(step.session.overlay, Overlay::StillThere { .. }));
    let ends_at = step.session.deadline().expect("so has the warning");
    assert_eq!(ends_at, warned_at + Pauses::default().warning_ms);
    let step = step.session.apply(Happening::DeadlinePassed, at(ends_at));
    assert_eq!(step.session.stage, Stage::Ended { timed_out: true });
    assert_eq!(step.orders, vec![Order::WipeScreen]);
}

#[test]
fn one_touch_during_the_warning_keeps_the_visit() {
    let step = after(at_consent());
    let warned_at = step.session.deadline().expect("a visit has a deadline");
    let warned = step.session.apply(Happening::DeadlinePassed, at(warned_at)).session;
    let kept = warned.apply(Happening::ActivitySeen, at(warned_at + 10_000)).session;
    assert_eq!(kept.overlay, Overlay::None);
    assert_eq!(kept.deadline(), Some(warned_at + 10_000 + Pauses::default().idle_ms));
}

#[test]
fn a_deadline_that_comes_too_early_changes_nothing() {
    let step = after([Happening::Woke]);
    let again = step.session.clone().apply(Happening::DeadlinePassed, at(2_000));
    assert_eq!(again.session, step.session);
}

#[test]
fn the_end_resets_what_the_resident_changed() {
    let touches = [
        Happening::SettingTouched(SettingTouch::TextSize),
        Happening::SettingTouched(SettingTouch::Contrast),
    ];
    let step = after(at_consent().into_iter().chain(touches));
    assert_eq!(step.session.settings.text_size, TextSize::Large);
    let step = step.session.apply(Happening::VisitEnded, at(3_000));
    assert_eq!(step.session.settings, Settings::default());
    assert!(step.session.who().is_none());
}

#[test]
fn a_second_card_during_a_visit_changes_nothing() {
    let step = after(at_consent());
    let again = step.session.clone().apply(Happening::CardRead(adult()), at(1_000));
    assert_eq!(again.session, step.session);
}

#[test]
fn the_elder_mode_gives_more_time_and_the_largest_text() {
    let step = after([Happening::Woke, Happening::SettingTouched(SettingTouch::Elder)]);
    assert_eq!(step.session.settings.text_size, TextSize::Largest);
    assert_eq!(step.session.deadline(), Some(1_000 + Pauses::default().idle_slow_ms));
}

#[test]
fn back_from_a_group_stays_in_its_tab() {
    let opened = after([
        Happening::Woke,
        Happening::TabChosen(super::stage::Tab::Categories),
        Happening::GroupOpened("Tax".into()),
    ]);
    let back = opened.session.apply(Happening::WentBack, at(1_000));
    let Stage::Browsing { browse, .. } = back.session.stage else { panic!("still in the catalogue") };
    assert_eq!(browse, Browse { tab: super::stage::Tab::Categories, ..Browse::default() });
}

#[test]
fn a_child_goes_on_only_with_an_adult_who_agrees_with_their_own_card() {
    let mut child = adult().as_ref().clone();
    child.birth = date(2016, 5, 18);
    let child = Arc::new(child);
    let mut happenings = at_consent();
    happenings[3] = Happening::CardRead(child.clone());
    let alone = after(happenings);
    let Stage::Consenting { guardian: None, .. } = &alone.session.stage else {
        panic!("{:?}", alone.session.stage)
    };
    assert!(alone.session.wants_card(), "the guardian's card is asked for");
    let refused = alone.session.clone().apply(Happening::Agreed, at(2_000));
    assert_eq!(refused.session.stage, alone.session.stage);
    let another_child = alone.session.clone().apply(Happening::CardRead(child), at(2_000));
    assert_eq!(another_child.session.stage, alone.session.stage);
    let with_guardian = alone.session.apply(Happening::CardRead(adult()), at(2_000)).session;
    assert!(!with_guardian.wants_card());
    let agreed = with_guardian.apply(Happening::Agreed, at(3_000));
    let Stage::LookingUp { agreement, .. } = agreed.session.stage else { panic!("agreed") };
    assert_eq!(agreement.guardian, Some(adult()));
}

#[test]
fn what_the_office_knows_can_still_refuse_before_anything_is_typed() {
    let mut happenings = at_consent();
    happenings[1] = Happening::ServiceChosen(service("S090"));
    let elsewhere = serde_json::json!({ "household": { "local": false } });
    let known = after(happenings.into_iter().chain([Happening::Agreed, looked_up(Some(elsewhere))]));
    let Stage::Guiding(guiding) = &known.session.stage else { panic!("{:?}", known.session.stage) };
    assert!(guiding.shared.is_some(), "the guide says why");
}

/// At the first question, then silent until the visit ends by itself.
fn timed_out_at_the_first_question() -> Session {
    let known = looked_up(Some(serde_json::json!({})));
    let session = after(at_consent().into_iter().chain([Happening::Agreed, known])).session;
    assert!(matches!(session.stage, Stage::Filling(_)));
    let session = run_out(session);
    assert_eq!(session.stage, Stage::Ended { timed_out: true });
    session
}

/// Silent until the warning, and through it.
fn run_out(mut session: Session) -> Session {
    for _ in 0..2 {
        let deadline = session.deadline().expect("a visit has a deadline");
        session = session.apply(Happening::DeadlinePassed, at(deadline)).session;
    }
    session
}

fn present(session: Session, who: Who, elapsed_ms: u64) -> Session {
    let cards = [Happening::CardRead(who), Happening::IdentityConfirmed(true)];
    cards.into_iter().fold(session, |session, card| session.apply(card, at(elapsed_ms)).session)
}

#[test]
fn after_a_time_out_the_same_card_goes_on_where_it_stopped() {
    let ended = timed_out_at_the_first_question();
    assert!(ended.keeps_answers(), "and the goodbye page says so");
    let again = present(ended, adult(), 400_000);
    assert!(matches!(again.stage, Stage::Filling(_)), "{:?}", again.stage);
    assert!(!again.keeps_answers());
}

#[test]
fn another_card_or_a_late_one_finds_nothing_of_the_visit_before() {
    let mut other = adult().as_ref().clone();
    other.id_number = IdNumber::new("109999199511030011");
    let other = present(timed_out_at_the_first_question(), Arc::new(other), 400_000);
    assert!(matches!(other.stage, Stage::Browsing { .. }), "{:?}", other.stage);
    let ended = timed_out_at_the_first_question();
    let late = present(ended, adult(), 1_000_000);
    assert!(matches!(late.stage, Stage::Browsing { .. }), "{:?}", late.stage);
}

#[test]
fn a_passer_by_who_times_out_does_not_cost_the_resident_before_their_kept_answers() {
    let browsing = timed_out_at_the_first_question().apply(Happening::Woke, at(330_000)).session;
    assert!(matches!(browsing.stage, Stage::Browsing { who: None, .. }), "{:?}", browsing.stage);
    let again = present(run_out(browsing), adult(), 700_000);
    assert!(matches!(again.stage, Stage::Filling(_)), "{:?}", again.stage);
}

#[test]
fn whoever_ends_the_visit_leaves_nothing() {
    let known = looked_up(Some(serde_json::json!({})));
    let happenings = at_consent().into_iter().chain([Happening::Agreed, known, Happening::VisitEnded]);
    assert!(!after(happenings).session.keeps_answers());
}

#[test]
fn a_receipt_is_printed_once_however_often_the_button_is_touched() {
    let known = looked_up(Some(serde_json::json!({})));
    let session = after(at_consent().into_iter().chain([Happening::Agreed, known])).session;
    let Stage::Filling(filling) = session.stage.clone() else { panic!("{:?}", session.stage) };
    let saving = Stage::Saving { application: Box::new(filling.application) };
    let committed = Happening::Committed { receipt: "7K3M-1122-0001-P".into(), submission: "s".into() };
    let session = Session { stage: saving, ..session }.apply(committed, at(2_000)).session;
    let first = session.apply(Happening::PrintWanted, at(3_000));
    assert!(matches!(first.orders.as_slice(), [Order::Print(_)]));
    let second = first.session.apply(Happening::PrintWanted, at(3_100));
    assert_eq!(second.orders, vec![], "the paper is already coming out");
    let jammed = second.session.apply(Happening::PrintFailed, at(4_000));
    let again = jammed.session.apply(Happening::PrintWanted, at(5_000));
    assert!(matches!(again.orders.as_slice(), [Order::Print(_)]), "after a jam it may be tried again");
}

const RECEIPT: &str = "7K3M-1122-0007-Q";

fn case_of(receipt: &str) -> CaseLine {
    let (case_number, item) = ("109999-20261122-00007-X".to_owned(), "S040".to_owned());
    let (state, updated) = (CaseState::Processing, 0);
    let events = vec![CaseMoment { at: 0, state: CaseState::Submitted, note: None, fields: vec![] }];
    let (receipt, submission) = (receipt.to_owned(), format!("letter of {receipt}"));
    let (parts, withdraw_until, may_rate) = (vec![], Some(0), true);
    CaseLine {
        receipt,
        case_number,
        item,
        state,
        updated,
        events,
        withdraw_until,
        submission,
        may_rate,
        parts,
    }
}

fn told_of(receipts: &[&str]) -> Happening {
    let lines = receipts.iter().map(|receipt| case_of(receipt)).collect();
    Happening::CasesKnown { of: adult().id_number.clone(), list: CaseList::Known { lines, as_of: 0 } }
}

#[test]
fn a_late_answer_about_the_resident_before_is_not_shown_to_the_next() {
    let mut next = adult().as_ref().clone();
    next.id_number = IdNumber::new("109999195503010029");
    let next = Arc::new(next);
    let card = |who: &Who| [Happening::CardRead(who.clone()), Happening::IdentityConfirmed(true)];
    let first = after(card(&adult()));
    assert_eq!(first.orders, vec![Order::FetchCases(adult())]);
    let left = tell(first.session, [Happening::VisitEnded]);
    let second = tell(left.session, card(&next));
    let late = tell(second.session, [told_of(&[RECEIPT])]);
    assert_eq!(late.session.cases, None);
    let asking = tell(late.session, [Happening::CasesWanted, told_of(&[RECEIPT])]);
    assert!(matches!(asking.session.stage, Stage::Cases { cases: CaseList::Loading, .. }));
    let service = Happening::ServiceChosen(service("S038"));
    let home = tell(asking.session, [Happening::WentBack, service, Happening::Started, Happening::Agreed]);
    assert!(matches!(home.session.stage, Stage::LookingUp { .. }), "{:?}", home.session.stage);
    let told = tell(home.session, [looked_up(Some(serde_json::json!({})))]);
    assert!(matches!(told.session.stage, Stage::LookingUp { .. }), "another resident's record is not taken");
}

#[test]
fn the_catalogue_tells_how_far_the_residents_cases_are_until_the_visit_ends() {
    let home = after([Happening::CardRead(adult()), Happening::IdentityConfirmed(true), told_of(&[RECEIPT])]);
    let Some(CaseList::Known { lines, .. }) = &home.session.cases else { panic!("the cases are known") };
    assert_eq!(lines.len(), 1);
    let again = tell(home.session, [Happening::ServiceChosen(service("S038")), Happening::WentBack]);
    assert!(again.orders.is_empty(), "asked once a visit");
    assert_eq!(tell(again.session, [Happening::VisitEnded]).session.cases, None);
}

#[test]
fn a_question_about_ones_cases_that_times_out_keeps_the_answer_from_before() {
    let home = after([Happening::CardRead(adult()), Happening::IdentityConfirmed(true), told_of(&[RECEIPT])]);
    let known = home.session.cases.clone();
    let of = adult().id_number.clone();
    let silent = Happening::CasesKnown { of: of.clone(), list: CaseList::Offline };
    let asked = tell(home.session, [Happening::CasesWanted, silent.clone()]);
    assert_eq!(asked.session.cases, known);
    assert!(matches!(&asked.session.stage, Stage::Cases { cases, .. } if Some(cases) == known.as_ref()));
    let never = after([Happening::CardRead(adult()), Happening::IdentityConfirmed(true), silent]);
    assert_eq!(never.session.cases, Some(CaseList::Offline), "without an answer nothing is made up");
}

/// The page of one's own case, after these touches.
fn at_own_case(then: impl IntoIterator<Item = Happening>) -> Step {
    let home = after([Happening::CardRead(adult()), Happening::IdentityConfirmed(true), told_of(&[RECEIPT])]);
    let open = [Happening::CasesWanted, told_of(&[RECEIPT]), Happening::CaseOpened(0)];
    tell(home.session, open.into_iter().chain(then))
}

fn taking_back(session: &Session) -> TakingBack {
    let Stage::CaseDetail { taking_back, .. } = session.stage else { panic!("{:?}", session.stage) };
    taking_back
}

#[test]
fn a_case_is_taken_back_only_after_it_was_asked_once_more_and_the_office_said_so() {
    assert_eq!(at_own_case([Happening::WithdrawConfirmed]).orders, vec![], "nobody was asked");
    let asked = at_own_case([Happening::WithdrawWanted]);
    assert_eq!((taking_back(&asked.session), asked.orders.len()), (TakingBack::Asked, 0));
    let dropped = tell(asked.session.clone(), [Happening::WithdrawDropped]);
    assert_eq!((taking_back(&dropped.session), dropped.orders.len()), (TakingBack::No, 0));
    let sent = tell(asked.session, [Happening::WithdrawConfirmed]);
    let case_number = case_of(RECEIPT).case_number;
    assert_eq!(sent.orders, vec![Order::Withdraw { who: adult(), case_number }]);
    let twice = tell(sent.session, [Happening::WithdrawWanted, Happening::WithdrawConfirmed]);
    assert_eq!(twice.orders, vec![], "one at a time");
    let line = CaseLine { state: CaseState::Withdrawn, withdraw_until: None, ..case_of(RECEIPT) };
    let of = adult().id_number.clone();
    let done = tell(twice.session, [Happening::Withdrawn { of, answer: Ok(Box::new(line.clone())) }]);
    let known = CaseList::Known { lines: vec![line], as_of: 0 };
    assert!(matches!(&done.session.stage, Stage::CaseDetail { cases, .. } if *cases == known));
    assert_eq!((taking_back(&done.session), &done.session.cases), (TakingBack::No, &Some(known)));
    assert_eq!(taking_back(&tell(done.session, [Happening::WithdrawWanted]).session), TakingBack::No);
}

#[test]
fn a_case_that_could_not_be_taken_back_says_why_and_stands_as_it_did() {
    let of = adult().id_number.clone();
    let sent = at_own_case([Happening::WithdrawWanted, Happening::WithdrawConfirmed]);
    let failed = |why| Happening::Withdrawn { of: of.clone(), answer: Err(why) };
    let silent = tell(sent.session.clone(), [failed(NotTakenBack::NoAnswer)]);
    assert_eq!(taking_back(&silent.session), TakingBack::Failed(NotTakenBack::NoAnswer));
    let again = tell(silent.session, [Happening::WithdrawWanted, Happening::WithdrawConfirmed]);
    assert_eq!(again.orders.len(), 1, "it may be tried again");
    let late = tell(sent.session, [failed(NotTakenBack::TooLate)]);
    assert_eq!(late.orders, vec![Order::FetchCases(adult())], "what the page showed was old");
    let told = tell(late.session, [told_of(&["7K3M-1101-0001-A"])]);
    assert_eq!(taking_back(&told.session), TakingBack::Failed(NotTakenBack::TooLate));
}

/// The page of one's own case that is over, after these touches.
fn at_closed_case(then: impl IntoIterator<Item = Happening>) -> Step {
    let state = CaseState::Concluded;
    let lines = vec![CaseLine { state, withdraw_until: None, ..case_of(RECEIPT) }];
    let (of, list) = (adult().id_number.clone(), CaseList::Known { lines, as_of: 0 });
    let known = tell(at_own_case([]).session, [Happening::CasesKnown { of, list }]);
    tell(known.session, then)
}

fn way_of(session: &Session) -> RatingWay {
    let Stage::CaseDetail { rating, .. } = session.stage else { panic!("{:?}", session.stage) };
    rating
}

fn rating_answered(answer: Result<(), NotRated>) -> Happening {
    let (of, submission) = (adult().id_number.clone(), case_of(RECEIPT).submission);
    Happening::Rated { of, submission, answer }
}

#[test]
fn a_case_that_is_over_is_rated_once_with_the_name_only_if_the_resident_leaves_it() {
    assert!(matches!(at_own_case([Happening::RatingWanted]).session.stage, Stage::CaseDetail { .. }));
    let open = [Happening::RatingWanted, Happening::LevelChosen(4), Happening::ReasonTouched(1)];
    let page = at_closed_case(open).session;
    let (who, submission, level, reasons) = (adult(), case_of(RECEIPT).submission, 4, vec![1]);
    for anonymous in [true, false] {
        let told =
            [Happening::NamelessChosen(true), Happening::NamelessChosen(anonymous), Happening::RatingSent];
        let (who, submission, reasons) = (who.clone(), submission.clone(), reasons.clone());
        let order = Order::SendRating { who, submission, level, reasons, anonymous };
        assert_eq!(tell(page.clone(), told).orders, vec![order]);
    }
    let sent = tell(page, [Happening::RatingSent]).session;
    assert_eq!(way_of(&sent), RatingWay::Sent);
    let thanked = tell(sent, [rating_answered(Ok(()))]).session;
    assert_eq!(way_of(&thanked), RatingWay::Thanked);
    let again = tell(thanked, [Happening::RatingWanted]).session;
    assert!(matches!(again.stage, Stage::CaseDetail { .. }), "once per case");
}

#[test]
fn a_rating_that_the_office_did_not_take_says_why() {
    let send = [Happening::RatingWanted, Happening::LevelChosen(1), Happening::RatingSent];
    let sent = at_closed_case(send).session;
    for (why, may_again) in [(NotRated::NoAnswer, true), (NotRated::Unknown, true), (NotRated::Before, false)]
    {
        let told = tell(sent.clone(), [rating_answered(Err(why))]).session;
        assert_eq!(way_of(&told), RatingWay::Failed(why));
        let again = tell(told, [Happening::RatingWanted]).session;
        assert_eq!(matches!(again.stage, Stage::Rating(_)), may_again, "{why:?}");
    }
}

#[test]
fn an_answer_about_taking_back_never_reaches_the_next_resident() {
    let sent = at_own_case([Happening::WithdrawWanted, Happening::WithdrawConfirmed]);
    let left = tell(sent.session, [Happening::VisitEnded]);
    let (of, line) = (adult().id_number.clone(), Box::new(case_of(RECEIPT)));
    let late = tell(left.session.clone(), [Happening::Withdrawn { of, answer: Ok(line) }]);
    assert_eq!(late.session.stage, left.session.stage);
}

#[test]
fn back_from_another_tab_leads_to_the_first_and_only_then_out() {
    let topics = after([Happening::Woke, Happening::TabChosen(super::stage::Tab::Categories)]);
    let first = tell(topics.session, [Happening::WentBack]);
    assert!(matches!(&first.session.stage, Stage::Browsing { browse, .. } if *browse == Browse::default()));
    assert_eq!(tell(first.session, [Happening::WentBack]).session.stage, Stage::Attract);
}

#[test]
fn a_scanned_receipt_opens_its_case_only_after_the_card_of_its_resident() {
    let scanned = Happening::ReceiptScanned(RECEIPT.into());
    let step = after([scanned]);
    assert!(matches!(step.session.stage, Stage::AskingCard { .. }), "{:?}", step.session.stage);
    assert_eq!(step.orders, vec![]);
    let step = step.session.apply(Happening::CardRead(adult()), at(2_000));
    let step = step.session.apply(Happening::IdentityConfirmed(true), at(3_000));
    assert!(matches!(step.orders.as_slice(), [Order::FetchCases(_)]));
    let step = step.session.apply(told_of(&["7K3M-1101-0001-A", RECEIPT]), at(4_000));
    assert!(matches!(step.session.stage, Stage::CaseDetail { index: 1, .. }), "{:?}", step.session.stage);
}

#[test]
fn a_receipt_of_somebody_else_shows_only_ones_own_cases() {
    let scanned = Happening::ReceiptScanned(RECEIPT.into());
    let step = after([scanned, Happening::CardRead(adult()), Happening::IdentityConfirmed(true)]);
    let step = step.session.apply(told_of(&["7K3M-1101-0001-A"]), at(4_000));
    assert!(matches!(step.session.stage, Stage::Cases { .. }), "{:?}", step.session.stage);
}

#[test]
fn a_receipt_under_the_scanner_does_not_interrupt_an_application() {
    let scanned = Happening::ReceiptScanned(RECEIPT.into());
    let before = after(at_consent());
    let step = before.session.clone().apply(scanned, at(2_000));
    assert_eq!(step.session.stage, before.session.stage);
}

#[test]
fn wanting_ones_cases_without_a_card_leads_to_them_and_not_to_the_catalogue() {
    let step = after([Happening::Woke, Happening::CasesWanted, Happening::CardRead(adult())]);
    let step = step.session.apply(Happening::IdentityConfirmed(true), at(2_000));
    assert!(matches!(step.session.stage, Stage::Cases { .. }), "{:?}", step.session.stage);
}

fn face_of(number: &str) -> Face {
    Face {
        of: IdNumber::new(number),
        width: 1,
        height: 1,
        rgb: Arc::new(zeroize::Zeroizing::new(vec![0; 3])),
    }
}

#[test]
fn a_late_face_is_never_shown_beside_another_name() {
    let step = after([Happening::CardRead(adult()), Happening::FaceKnown(face_of("109999195106120023"))]);
    assert!(matches!(&step.session.stage, Stage::Confirming { face: None, .. }));
    let step = step.session.apply(Happening::FaceKnown(face_of("109999199003070017")), at(2_000));
    assert!(matches!(&step.session.stage, Stage::Confirming { face: Some(_), .. }));
}
