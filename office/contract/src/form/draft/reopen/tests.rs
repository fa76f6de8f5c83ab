use super::*;
use crate::form::AnswerError;
use crate::text::Translations;
use serde_json::json;

const NOW: Timestamp = Timestamp(1_795_348_800_000);

/// A home; a landlord where it is rented; a family; what the card says.
fn form() -> Arc<Form> {
    let schema = json!({"type": "object", "required": ["home", "landlord"], "properties": {
        "name": {"type": "string", "x-prefill": {"source": "card.name", "lock": true}},
        "home": {"type": "string", "enum": ["rent", "own"]},
        "landlord": {"type": "string", "minLength": 1},
        "phone": {"type": "string"},
        "family": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "members": {"type": "integer", "x-derive": {"fn": "count", "args": ["/family"]}},
    }});
    let control = |name: &str| json!({"type": "Control", "scope": format!("#/properties/{name}")});
    let mut landlord = control("landlord");
    let rented = json!({"scope": "#/properties/home", "schema": {"const": "rent"}});
    landlord["rule"] = json!({"effect": "SHOW", "condition": rented});
    let names = ["name", "home", "phone", "family", "members"];
    let mut elements: Vec<Value> = names.iter().map(|name| control(name)).collect();
    elements.push(landlord);
    let ui = json!({"type": "VerticalLayout", "elements": elements});
    Arc::new(Form::compile(&Translations::default(), &schema, Some(&ui)).unwrap())
}

fn facts() -> Facts {
    Facts::new(
        json!({"card": {"name": "测试人乙"}, "shared": null, "today": "2026-11-23", "age": 30, "answers": {}}),
    )
}

fn sent() -> Value {
    json!({"name": "测试人甲", "home": "own", "phone": "13900000001", "family": [{"name": "测试人丙"}], "members": 1})
}

fn reopened(open: &[&str]) -> Draft {
    let open: Vec<String> = open.iter().map(|path| (*path).to_owned()).collect();
    let provenance = BTreeMap::from([("phone".to_owned(), Provenance::new(Source::Shared, Timestamp(1)))]);
    let sent = Sent { answers: &sent(), provenance: &provenance, open: &open };
    Draft::reopened(form(), &facts(), sent, NOW)
}

fn locked(draft: &Draft) -> Vec<String> {
    let fields = draft.page(0, Default::default()).fields;
    fields.into_iter().filter(|field| field.locked).map(|field| field.path).collect()
}

#[test]
fn only_the_named_question_is_open_and_the_rest_stands_as_it_was_sent() {
    let mut draft = reopened(&["phone"]);
    assert_eq!(locked(&draft), ["name", "home", "family", "members"]);
    assert_eq!(draft.answer("home", Some(json!("rent")), NOW), Err(AnswerError::Locked));
    assert_eq!(draft.answer("family.0.name", Some(json!("测试人丁")), NOW), Err(AnswerError::Locked));
    draft.add_entry("family");
    draft.remove_entry("family", 0);
    assert_eq!(draft.finish().answers, sent(), "nothing moved");
    assert_eq!(draft.finish().provenance["phone"].time, Timestamp(1), "what was sent keeps its source");
    draft.answer("phone", Some(json!("13900000002")), NOW).unwrap();
    assert_eq!(draft.finish().answers["phone"], "13900000002");
    assert_eq!(draft.finish().provenance["phone"].source, Source::Resident);
}

#[test]
fn what_a_corrected_answer_shows_anew_is_open_too() {
    let mut draft = reopened(&["home"]);
    draft.answer("home", Some(json!("rent")), NOW).unwrap();
    assert_eq!(draft.problems(Default::default())[0].path, "landlord");
    draft.answer("landlord", Some(json!("测试人戊")), NOW).unwrap();
    assert!(draft.problems(Default::default()).is_empty());
    let open = ["home".to_owned()];
    let strayed = Draft::strayed(&form(), &facts(), (&sent(), &open), &draft.finish().answers);
    assert_eq!(strayed, Vec::<String>::new(), "the office sees it the same way");
}

#[test]
fn a_question_inside_a_list_opens_the_list_and_one_of_the_card_asks_the_card_again() {
    let mut draft = reopened(&["family.0.name", "name"]);
    assert_eq!(draft.finish().answers["name"], "测试人乙", "the card says so now");
    draft.answer("family.0.name", Some(json!("测试人丁")), NOW).unwrap();
    draft.add_entry("family");
    assert_eq!(draft.finish().answers["members"], 2);
}

#[test]
fn a_case_that_names_nothing_opens_everything() {
    let draft = reopened(&[]);
    assert_eq!(locked(&draft), ["members"], "what is computed stays computed");
}

#[test]
fn every_other_answer_that_was_changed_is_named() {
    let open = ["phone".to_owned()];
    let strayed = |after: Value| Draft::strayed(&form(), &facts(), (&sent(), &open), &after);
    let with = |path: &str, value: Value| {
        let mut after = sent();
        after[path] = value;
        after
    };
    assert_eq!(strayed(with("phone", json!("1"))), Vec::<String>::new());
    assert_eq!(strayed(with("home", json!("rent"))), ["home"]);
    assert_eq!(strayed(with("family", json!([]))), ["family"]);
    assert_eq!(strayed(with("name", Value::Null)), ["name"]);
    assert_eq!(strayed(with("members", json!(7))), Vec::<String>::new(), "computed again at the office");
}
