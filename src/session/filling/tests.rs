//! Answering questions: what opens, what follows, what a finger can reach.
use super::Filling;
use crate::session::Happening;
use crate::session::stage::Stage;
use crate::session::tests::{adult, after, at, looked_up, service};
use crate::session::{Session, Step};
use jiujin_contract::form::{FieldView, Input};

fn filling_in(id: &str) -> Session {
    let happenings = [
        Happening::Woke,
        Happening::ServiceChosen(service(id)),
        Happening::Started,
        Happening::CardRead(adult()),
        Happening::IdentityConfirmed(true),
        Happening::Agreed,
        looked_up(Some(serde_json::json!({}))),
    ];
    after(happenings).session
}

fn form(step: &Step) -> &Filling {
    let Stage::Filling(filling) = &step.session.stage else { panic!("{:?}", step.session.stage) };
    filling
}

fn tell(session: Session, happenings: impl IntoIterator<Item = Happening>) -> Step {
    let start = Step { session, orders: vec![] };
    happenings.into_iter().fold(start, |step, happening| step.session.apply(happening, at(2_000)))
}

/// The form of `id` on the first page that has a question like `wanted`, and that question.
fn on_page_with(id: &str, wanted: impl Fn(&Input) -> bool) -> (Step, FieldView) {
    let mut step = tell(filling_in(id), []);
    let draft = &form(&step).application.draft;
    let found = (0..draft.page_count()).find_map(|page| {
        let fields = draft.page(page, Default::default()).fields;
        fields.into_iter().find(|field| wanted(&field.input) && !field.locked).map(|field| (page, field))
    });
    let (page, field) = found.expect("the form has such a question");
    let Stage::Filling(filling) = &mut step.session.stage else { unreachable!() };
    filling.page = page;
    (step, field)
}

fn is_choice(input: &Input) -> bool {
    matches!(input, Input::Choice(_))
}

#[test]
fn a_question_answered_by_choosing_opens_when_its_row_is_touched() {
    let (step, choice) = on_page_with("S033", is_choice);
    let step = tell(step.session, [Happening::FieldOpened(choice.path.clone())]);
    assert_eq!(form(&step).open.as_ref(), Some(&choice.path));
    assert_eq!(form(&step).editing, None, "no keyboard for a choice");
}

#[test]
fn a_choice_closes_its_question_and_opens_the_next_one_that_is_empty() {
    let (step, choice) = on_page_with("S033", is_choice);
    let Input::Choice(choices) = &choice.input else { unreachable!() };
    let value = choices[0].value.as_str().expect("a word").to_owned();
    let made = Happening::ChoiceMade { path: choice.path.clone(), value };
    let step = tell(step.session, [Happening::FieldOpened(choice.path.clone()), made]);
    let fields = form(&step).fields();
    let answered = fields.iter().find(|field| field.path == choice.path).expect("it stays on the page");
    assert!(answered.value.is_some());
    let open = form(&step).open.as_ref().expect("the page has more questions");
    let next = fields.iter().find(|field| field.path == *open).expect("on this page");
    assert!(next.path != choice.path && next.value.is_none() && next.required, "{}", next.path);
}

#[test]
fn what_the_card_says_does_not_open() {
    let step = tell(filling_in("S040"), []);
    let locked = form(&step).fields().into_iter().find(|field| field.locked).expect("a name from the card");
    let step = tell(step.session, [Happening::FieldClosed, Happening::FieldOpened(locked.path)]);
    assert_eq!(form(&step).open, None);
}

#[test]
fn a_finished_entry_leads_back_to_its_list_so_that_one_more_can_be_added() {
    let (step, list) = on_page_with("S033", |input| matches!(input, Input::Entries(_)));
    let path = list.path;
    let step = tell(step.session, [Happening::EntryAdded(path.clone())]);
    assert_eq!(form(&step).entry, Some(format!("{path}.0")));
    let step = tell(step.session, [Happening::WentBack]);
    assert_eq!((form(&step).entry.as_ref(), form(&step).open.as_ref()), (None, Some(&path)));
}
