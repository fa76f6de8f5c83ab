//! What other answers make obligatory shows as obligatory, answered or not, and nobody gets to Submit without it.
use jiujin_contract::form::{Draft, Facts, FieldView, Form, Timestamp};
use jiujin_contract::text::{Lang, Translations};
use serde_json::{Value, json};
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_795_348_800_000);

fn draft(schema: Value, uischema: Option<Value>) -> Draft {
    let form = Form::compile(&Translations::new(), &schema, uischema.as_ref()).unwrap();
    Draft::new(Arc::new(form), &Facts::new(json!({"today": "2026-11-22"})), NOW)
}

fn field(draft: &Draft, path: &str) -> FieldView {
    let pages = (0..draft.page_count()).flat_map(|index| draft.page(index, Lang::En).fields);
    pages.into_iter().find(|field| field.path == path).unwrap()
}

fn missing(draft: &Draft) -> Vec<String> {
    draft.problems(Lang::En).into_iter().map(|problem| problem.path).collect()
}

fn set(draft: &mut Draft, path: &str, value: Value) {
    draft.answer(path, Some(value), NOW).unwrap();
}

fn controls() -> Option<Value> {
    let control = |name: &str| json!({"type": "Control", "scope": format!("#/properties/{name}")});
    Some(json!({"type": "VerticalLayout", "elements": [control("kind"), control("plate")]}))
}

/// `kind` decides whether `plate` is obligatory.
fn check(schema: Value) {
    let mut draft = draft(schema, controls());
    assert!(!field(&draft, "plate").required);
    set(&mut draft, "kind", json!("car"));
    assert!(field(&draft, "plate").required, "obligatory as soon as the condition holds");
    assert_eq!(missing(&draft), ["plate"]);
    set(&mut draft, "plate", json!("京A12345"));
    assert!(field(&draft, "plate").required, "an answer does not make it optional");
    assert!(missing(&draft).is_empty());
    set(&mut draft, "kind", json!("bike"));
    assert!(!field(&draft, "plate").required);
}

fn properties() -> Value {
    json!({"kind": {"enum": ["car", "bike"]}, "plate": {"type": "string"}})
}

#[test]
fn a_question_that_a_condition_makes_obligatory_shows_it() {
    let car = json!({"properties": {"kind": {"const": "car"}}, "required": ["kind"]});
    let then = json!({"if": car, "then": {"required": ["plate"]}});
    check(json!({"type": "object", "properties": properties(), "allOf": [then]}));
    let definitions = json!({"withPlate": {"required": ["plate"]}});
    check(json!({"type": "object", "properties": properties(), "definitions": definitions,
        "if": {"not": car}, "else": {"$ref": "#/definitions/withPlate"}}));
    let bike = json!({"properties": {"kind": {"const": "bike"}}});
    let either = json!([bike, {"properties": {"kind": {"const": "car"}}, "required": ["plate"]}]);
    check(json!({"type": "object", "properties": properties(), "oneOf": either}));
    check(json!({"type": "object", "properties": properties(), "dependencies": {"kind": {"anyOf": either}}}));
}

#[test]
fn an_answer_that_depends_on_another_is_asked_with_words() {
    let dependent = json!({"type": "object", "properties": {"card": {"type": "string"}, "bank": {"type": "string"}},
        "dependencies": {"card": ["bank"]}});
    let mut draft = draft(dependent, None);
    assert!(missing(&draft).is_empty());
    set(&mut draft, "card", json!("6222"));
    assert!(field(&draft, "bank").required);
    let problem = draft.problems(Lang::En).remove(0);
    assert_eq!((problem.path.as_str(), problem.message.as_str()), ("bank", "Fill this in."));
}

#[test]
fn conditions_hold_inside_each_entry_of_a_list() {
    let child = json!({"properties": {"relation": {"const": "child"}}, "required": ["relation"]});
    let entry = json!({"type": "object", "properties": {"relation": {"enum": ["child", "parent"]}, "school": {"type": "string"}},
        "if": child, "then": {"required": ["school"]}});
    let mut draft =
        draft(json!({"type": "object", "properties": {"family": {"type": "array", "items": entry}}}), None);
    draft.add_entry("family");
    draft.add_entry("family");
    set(&mut draft, "family.0.relation", json!("parent"));
    set(&mut draft, "family.1.relation", json!("child"));
    let jiujin_contract::form::Input::Entries(entries) = field(&draft, "family").input else { panic!() };
    let school = |at: usize| entries[at].fields.iter().find(|f| f.path.ends_with("school")).unwrap().required;
    assert_eq!((school(0), school(1)), (false, true));
    assert_eq!(missing(&draft), ["family.1.school"]);
}

#[test]
fn a_hidden_question_is_not_missed_though_the_schema_asks_for_it() {
    let control = |name: &str| json!({"type": "Control", "scope": format!("#/properties/{name}")});
    let mut plate = control("plate");
    plate["rule"] =
        json!({"effect": "HIDE", "condition": {"scope": "#/properties/kind", "schema": {"const": "car"}}});
    let page = json!({"type": "VerticalLayout", "elements": [control("kind"), plate]});
    let schema = json!({"type": "object", "properties": properties(), "dependencies": {"kind": ["plate"]}});
    let mut draft = draft(schema, Some(page));
    set(&mut draft, "kind", json!("car"));
    assert!(missing(&draft).is_empty());
    set(&mut draft, "kind", json!("bike"));
    assert_eq!(missing(&draft), ["plate"]);
}

#[test]
fn a_rule_about_the_whole_form_does_not_wait_for_the_office() {
    let schema = json!({"type": "object", "properties": properties(), "not": {"required": ["plate"]}});
    let mut draft = draft(schema, None);
    assert!(missing(&draft).is_empty());
    set(&mut draft, "plate", json!("京A12345"));
    assert_eq!(missing(&draft), ["plate"]);
}
