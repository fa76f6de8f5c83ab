//! A resident fills in a form: prefill, rules, derived values, lists, checks, sealing.
use jiujin_contract::form::{
    AnswerError, Assurance, CodeLists, Draft, Facts, Form, FormError, Input, Source, TextKind, Timestamp,
};
use jiujin_contract::text::{Lang, Translations};
use serde_json::{Value, json};
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_795_348_800_000);

fn texts() -> Translations {
    let zh = [
        ("name.label", "姓名"),
        ("phone.label", "手机号码"),
        ("phone.description", "我们用它联系您。"),
        ("phone.example", "13900000000"),
        ("marital.single", "未婚"),
        ("marital.married", "已婚"),
        ("p1.label", "您"),
        ("end.error.compare0", "结束日期要晚于开始日期。"),
    ];
    let en = [("marital.married", "Married")];
    let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    Translations::from([(Lang::ZhCn, map(&zh)), (Lang::En, map(&en))])
}

fn schema() -> Value {
    json!({"type": "object", "required": ["name", "phone", "marital", "spouse"], "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 20, "x-input": "name", "x-prefill": {"source": "card.name", "lock": true}},
        "id": {"type": "string", "format": "id-card", "x-prefill": {"source": "card.id_number", "lock": true}},
        "born": {"type": "string", "format": "date", "readOnly": true, "x-derive": {"fn": "birth_date", "args": ["/id"]}},
        "phone": {"type": "string", "format": "mobile-cn", "x-prefill": {"source": "shared.phone"}},
        "marital": {"type": "string", "enum": ["single", "married"]},
        "spouse": {"type": "string", "minLength": 1, "maxLength": 20},
        "start": {"type": "string", "format": "date"},
        "end": {"type": "string", "format": "date", "x-compare": [{"op": ">", "other": "/start", "key": "compare0"}]},
        "income": {"type": "number", "minimum": 0}, "extra": {"type": "number"},
        "total": {"type": "number", "x-derive": {"fn": "sum", "args": ["/income", "/extra"]}},
        "family": {"type": "array", "maxItems": 3, "items": {"type": "object", "required": ["name", "relation"], "properties": {
            "name": {"type": "string", "minLength": 1}, "relation": {"enum": ["child", "parent"]},
            "school": {"type": "string"}}}}
    }})
}

fn uischema() -> Value {
    let control = |name: &str| json!({"type": "Control", "scope": format!("#/properties/{name}")});
    let mut spouse = control("spouse");
    spouse["rule"] = json!({"effect": "SHOW", "condition": {"scope": "#/properties/marital", "schema": {"const": "married"}, "failWhenUndefined": true}});
    let mut family = control("family");
    family["options"] = json!({"detail": {"type": "VerticalLayout", "elements": [control("name"), control("relation"),
        {"type": "Control", "scope": "#/properties/school", "rule": {"effect": "SHOW", "condition": {"scope": "#/properties/relation", "schema": {"const": "child"}}}}]}});
    json!({"type": "Categorization", "options": {"variant": "stepper"}, "elements": [
        {"type": "Category", "label": "You", "i18n": "p1", "elements": [control("name"), control("id"), control("born"), control("phone"), control("marital"), spouse]},
        {"type": "Category", "label": "Family", "elements": [family], "rule": {"effect": "HIDE", "condition": {"scope": "#/properties/marital", "schema": {"const": "single"}}}},
        {"type": "Category", "label": "Work", "elements": [control("start"), control("end"), control("income"), control("extra"), control("total")]}
    ]})
}

fn facts() -> Facts {
    Facts::new(
        json!({"card": {"name": "王青山", "id_number": "109999198403050010"}, "shared": null, "today": "2026-11-22"}),
    )
}

fn draft() -> Draft {
    let form = Form::compile(&texts(), &schema(), Some(&uischema())).unwrap();
    Draft::new(Arc::new(form), &facts(), NOW)
}

fn give(draft: &mut Draft, path: &str, value: Value) {
    draft.answer(path, Some(value), NOW).unwrap();
}

fn field(draft: &Draft, path: &str) -> jiujin_contract::form::FieldView {
    let pages = (0..draft.page_count()).map(|page| draft.page(page, Lang::ZhCn));
    pages
        .flat_map(|page| page.fields)
        .find(|field| field.path == path)
        .unwrap_or_else(|| panic!("{path} is not shown"))
}

fn problem_paths(draft: &Draft) -> Vec<String> {
    draft.problems(Lang::ZhCn).into_iter().map(|problem| problem.path).collect()
}

#[test]
fn the_card_answers_what_it_knows_and_locks_it() {
    let mut draft = draft();
    let name = field(&draft, "name");
    assert_eq!((name.shown.as_str(), name.source, name.locked), ("王青山", Source::Card, true));
    assert_eq!(field(&draft, "id").shown, "109999********0010");
    assert_eq!(draft.answer("name", Some(json!("别人")), NOW), Err(AnswerError::Locked));
    assert_eq!(field(&draft, "born").value, Some(json!("1984-03-05")));
    assert_eq!(field(&draft, "born").source, Source::Derived);
}

#[test]
fn texts_come_in_the_language_of_the_screen_and_fall_back_to_chinese() {
    let draft = draft();
    let phone = field(&draft, "phone");
    assert_eq!(
        (phone.label.as_str(), phone.help.as_str(), phone.example.as_str()),
        ("手机号码", "我们用它联系您。", "13900000000")
    );
    let english = draft.page(0, Lang::En);
    let marital = english.fields.iter().find(|field| field.path == "marital").unwrap();
    let Input::Choice(choices) = &marital.input else { panic!("not a choice") };
    assert_eq!(choices.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(), ["未婚", "Married"]);
    assert_eq!(draft.page(0, Lang::ZhTw).title, "您");
}

#[test]
fn a_hidden_question_is_no_problem_and_its_answer_comes_back() {
    let mut draft = draft();
    give(&mut draft, "phone", json!("13900000000"));
    give(&mut draft, "marital", json!("married"));
    assert_eq!(problem_paths(&draft), ["spouse"]);
    give(&mut draft, "spouse", json!("李安安"));
    give(&mut draft, "marital", json!("single"));
    assert_eq!(problem_paths(&draft), Vec::<String>::new());
    let finished = draft.finish();
    assert_eq!(finished.pruned_paths, ["spouse"]);
    assert!(finished.answers.get("spouse").is_none() && !finished.provenance.contains_key("spouse"));
    give(&mut draft, "marital", json!("married"));
    assert_eq!(field(&draft, "spouse").value, Some(json!("李安安")));
    assert!(draft.finish().pruned_paths.is_empty());
}

#[test]
fn a_hidden_page_does_not_count() {
    let mut draft = draft();
    assert_eq!(draft.page_count(), 3);
    give(&mut draft, "marital", json!("single"));
    assert_eq!(draft.page_count(), 2);
    assert_eq!(draft.page(1, Lang::En).title, "Work");
}

#[test]
fn every_sealed_value_says_where_it_came_from() {
    let mut draft = draft();
    give(&mut draft, "phone", json!("139 0000-0000"));
    let finished = draft.finish();
    assert_eq!(finished.answers["phone"], "13900000000");
    let of = |path: &str| (finished.provenance[path].source, finished.provenance[path].assurance);
    assert_eq!(of("name"), (Source::Card, Assurance::A));
    assert_eq!(of("born"), (Source::Derived, Assurance::A));
    assert_eq!(of("phone"), (Source::Resident, Assurance::D));
}

#[test]
fn sums_follow_their_parts() {
    let mut draft = draft();
    give(&mut draft, "marital", json!("single"));
    give(&mut draft, "income", json!(0.1));
    give(&mut draft, "extra", json!("0.2"));
    assert_eq!(field(&draft, "total").value, Some(json!(0.3)));
    draft.answer("income", None, NOW).unwrap();
    draft.answer("extra", None, NOW).unwrap();
    assert_eq!(field(&draft, "total").value, None);
}

#[test]
fn dates_are_compared_with_the_items_own_words() {
    let mut draft = draft();
    give(&mut draft, "marital", json!("single"));
    give(&mut draft, "start", json!("20260305"));
    give(&mut draft, "end", json!("2026年3月1日"));
    assert_eq!(field(&draft, "end").value, Some(json!("2026-03-01")));
    assert_eq!(field(&draft, "end").error.as_deref(), Some("结束日期要晚于开始日期。"));
    give(&mut draft, "end", json!("2026-03-06"));
    assert_eq!(field(&draft, "end").error, None);
}

#[test]
fn family_members_are_added_checked_and_removed() {
    let mut draft = draft();
    give(&mut draft, "phone", json!("13900000000"));
    give(&mut draft, "marital", json!("married"));
    give(&mut draft, "spouse", json!("李安安"));
    draft.add_entry("family");
    draft.add_entry("family");
    assert_eq!(
        problem_paths(&draft),
        ["family.0.name", "family.0.relation", "family.1.name", "family.1.relation"]
    );
    give(&mut draft, "family.0.name", json!("王小青"));
    give(&mut draft, "family.0.relation", json!("child"));
    give(&mut draft, "family.0.school", json!("青禾小学"));
    give(&mut draft, "family.0.relation", json!("parent"));
    let finished = draft.finish();
    assert_eq!(finished.answers["family"][0], json!({"name": "王小青", "relation": "parent"}));
    assert_eq!(finished.pruned_paths, ["family.0.school"]);
    give(&mut draft, "family.1.name", json!("王大青"));
    draft.remove_entry("family", 0);
    let Input::Entries(entries) = field(&draft, "family").input else { panic!("no list") };
    assert_eq!((entries.len(), entries[0].title.as_str()), (1, "王大青"));
    assert_eq!(draft.answer("family.7.name", Some(json!("x")), NOW), Err(AnswerError::NoSuchQuestion));
}

#[test]
fn the_list_stops_growing_at_its_limit() {
    let mut draft = draft();
    for _ in 0..1_000 {
        draft.add_entry("family");
    }
    let Input::Entries(entries) = field(&draft, "family").input else { panic!("no list") };
    assert_eq!(entries.len(), jiujin_contract::form::limits::ENTRIES_MAX);
}

#[test]
fn hostile_answers_end_at_their_field() {
    let mut draft = draft();
    let huge = Value::String("长".repeat(10_000_000 / 3));
    assert_eq!(draft.answer("spouse", Some(huge.clone()), NOW), Err(AnswerError::TooLong { max: 20 }));
    assert_eq!(draft.answer("marital", Some(huge), NOW), Err(AnswerError::WrongKind));
    assert_eq!(draft.answer("income", Some(json!("NaN")), NOW), Err(AnswerError::WrongKind));
    assert_eq!(draft.answer("income", Some(json!(1e300)), NOW), Err(AnswerError::WrongKind));
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(draft.answer("phone", Some(deep.clone()), NOW), Err(AnswerError::WrongKind));
    assert_eq!(draft.answer("family", Some(deep), NOW), Err(AnswerError::WrongKind));
    assert_eq!(draft.answer("no.such.thing", Some(json!(1)), NOW), Err(AnswerError::NoSuchQuestion));
    assert_eq!(draft.answer("", Some(json!(1)), NOW), Err(AnswerError::NoSuchQuestion));
    assert!(field(&draft, "phone").error.is_some());
    assert_eq!(draft.finish().answers, draft.finish().answers);
}

#[test]
fn what_the_kiosk_finished_the_office_accepts() {
    let mut draft = draft();
    give(&mut draft, "phone", json!("13900000000"));
    give(&mut draft, "marital", json!("single"));
    assert_eq!(draft.problems(Lang::En), []);
    let form = Arc::new(Form::compile(&texts(), &schema(), Some(&uischema())).unwrap());
    assert_eq!(form.problems(&draft.finish().answers, &facts(), Lang::En), []);
    assert!(!form.problems(&json!({"phone": 5, "family": "x"}), &facts(), Lang::En).is_empty());
}

#[test]
fn debug_shows_no_answer() {
    let mut draft = draft();
    give(&mut draft, "phone", json!("13900000000"));
    let everything = format!(
        "{draft:?} {:?} {:?} {:?}",
        draft.finish(),
        draft.page(0, Lang::En),
        draft.problems(Lang::En)
    );
    assert!(
        !everything.contains("王青山")
            && !everything.contains("13900000000")
            && !everything.contains("10999919840305")
    );
}

#[test]
fn no_message_blames_the_resident() {
    let mut draft = draft();
    let wrong = [
        ("phone", json!("12")),
        ("marital", json!("x")),
        ("spouse", json!("x".repeat(99))),
        ("start", json!("32")),
        ("income", json!(-1)),
    ];
    for (path, value) in wrong {
        let _ = draft.answer(path, Some(value), NOW);
    }
    for lang in [Lang::ZhCn, Lang::ZhTw, Lang::En] {
        for problem in draft.problems(lang) {
            let words = problem.message.to_lowercase();
            assert!(
                !words.is_empty()
                    && !["invalid", "error", "错误", "请", "please"].iter().any(|bad| words.contains(bad)),
                "{words}"
            );
        }
    }
}

#[test]
fn a_wrong_schema_names_the_place() {
    let compile = |schema: Value, ui: Value| Form::compile(&texts(), &schema, Some(&ui)).unwrap_err();
    let ui = json!({"type": "VerticalLayout", "elements": []});
    let wrong_type = compile(json!({"properties": {"a": {"type": "strange"}}}), ui.clone());
    assert!(
        matches!(wrong_type, FormError::Schema { ref pointer, .. } if pointer.starts_with("/properties/a/type")),
        "{wrong_type}"
    );
    let scope =
        json!({"type": "VerticalLayout", "elements": [{"type": "Control", "scope": "#/properties/none"}]});
    assert!(
        matches!(compile(json!({"type": "object"}), scope), FormError::Scope { pointer, .. } if pointer == "/elements/0/scope")
    );
    let far = json!({"properties": {"a": {"$ref": "https://example.com/x.json"}}});
    assert!(
        matches!(compile(far, ui.clone()), FormError::Reference { pointer, .. } if pointer == "/properties/a")
    );
    let pattern = json!({"properties": {"a": {"pattern": "a".repeat(600)}}});
    assert!(
        matches!(compile(pattern, ui.clone()), FormError::Pattern { pointer } if pointer == "/properties/a/pattern")
    );
    let deep = (0..200).fold(json!({}), |inner, _| json!({"not": inner}));
    assert_eq!(compile(deep, ui.clone()), FormError::TooDeep { what: "schema" });
    let function = json!({"properties": {"a": {"x-derive": {"fn": "eval", "args": []}}}});
    assert!(
        matches!(compile(function, ui), FormError::Schema { pointer, .. } if pointer == "/properties/a/x-derive/fn")
    );
}

#[test]
fn every_limit_of_a_form_is_an_error_that_names_it() {
    use jiujin_contract::form::limits;
    let refused = |schema: &Value, ui: &Value| Form::compile(&texts(), schema, Some(ui)).unwrap_err();
    let one = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let control = json!({"type": "Control", "scope": "#/properties/a"});
    let page = |elements: Vec<Value>| json!({"type": "VerticalLayout", "elements": elements});
    let long = "x".repeat(limits::SCHEMA_BYTES_MAX);
    assert_eq!(refused(&json!({"description": long}), &control), FormError::TooLarge { what: "schema" });
    let heavy = json!({"type": "Label", "text": long});
    assert_eq!(refused(&one, &page(vec![heavy])), FormError::TooLarge { what: "uischema" });
    let nested = (0..limits::SCHEMA_DEPTH_MAX).fold(control.clone(), |inner, _| page(vec![inner]));
    assert_eq!(refused(&one, &nested), FormError::TooDeep { what: "uischema" });
    let mut ruled = control.clone();
    ruled["rule"] = json!({"effect": "SHOW", "condition": {"scope": "#", "schema": {"type": "object"}}});
    let many = page(vec![ruled; limits::RULES_MAX + 1]);
    assert_eq!(refused(&one, &many), FormError::TooManyRules);
    for error in [FormError::TooLarge { what: "schema" }, FormError::TooManyRules, FormError::TooManyFields] {
        assert!(error.to_string().contains(char::is_numeric), "{error} says how much is allowed");
    }
}

#[test]
fn every_limit_of_an_answer_ends_at_its_field() {
    use jiujin_contract::form::limits;
    let schema = json!({"type": "object", "properties": {
        "free": {"type": "string"},
        "several": {"type": "array", "items": {"enum": ["a", "b"]}},
        "whole": {"type": "object"},
        "paper": {"type": "string", "x-attachment": {"types": ["image/jpeg"]}},
        "pen": {"type": "string", "x-signature": true},
    }});
    let form = Arc::new(Form::compile(&texts(), &schema, None).unwrap());
    let mut draft = Draft::new(form, &facts(), NOW);
    let mut give = |path: &str, value: Value| draft.answer(path, Some(value), NOW).unwrap_err();
    let letters = |count: usize| Value::String("长".repeat(count));
    let max = limits::ANSWER_CHARS_MAX;
    assert_eq!(give("free", letters(max + 1)), AnswerError::TooLong { max });
    let max = limits::CHOICES_MAX;
    assert_eq!(give("several", json!(vec!["a"; max + 1])), AnswerError::TooMany { max });
    let deep = (0..limits::ANSWER_DEPTH_MAX).fold(json!({}), |inner, _| json!({"a": inner}));
    assert_eq!(give("whole", deep), AnswerError::WrongKind);
    let max = limits::ANSWER_BYTES_MAX;
    assert_eq!(give("whole", json!({"a": "x".repeat(max)})), AnswerError::TooLong { max });
    assert_eq!(give("pen", json!("x".repeat(max + 1))), AnswerError::TooLong { max });
    let max = limits::ATTACHMENT_BYTES_MAX;
    assert!(matches!(give("paper", json!("x".repeat(2 * max))), AnswerError::TooLong { .. }));
}

#[test]
fn too_many_questions_are_refused() {
    let properties: serde_json::Map<String, Value> =
        (0..7_000).map(|i| (format!("q{i}"), json!({"type": "string"}))).collect();
    let schema = json!({"type": "object", "properties": properties});
    assert_eq!(Form::compile(&texts(), &schema, None).unwrap_err(), FormError::TooManyFields);
}

#[test]
fn rules_in_a_circle_come_to_rest() {
    let rule = |on: &str| json!({"effect": "SHOW", "condition": {"scope": format!("#/properties/{on}"), "schema": {"not": {"const": "x"}}}});
    let ui = json!({"type": "VerticalLayout", "elements": [
        {"type": "Control", "scope": "#/properties/a", "rule": rule("b")}, {"type": "Control", "scope": "#/properties/b", "rule": rule("a")}]});
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}});
    let form = Arc::new(Form::compile(&texts(), &schema, Some(&ui)).unwrap());
    let mut draft = Draft::new(form, &facts(), NOW);
    draft.answer("a", Some(json!("x")), NOW).unwrap();
    draft.answer("b", Some(json!("x")), NOW).unwrap();
    assert!(draft.finish().answers.is_object());
}

/// A county, a street of that county, and a street of the site's own.
fn address_of(facts: &Facts) -> Draft {
    let schema = json!({"properties": {
        "county": {"type": "string", "pattern": "^[0-9]{6}$", "x-codes": {"list": "divisions"}},
        "street": {"type": "string", "maxLength": 60, "x-input": "place", "x-codes": {"list": "streets", "parent": "/county"}},
        "here": {"type": "string", "maxLength": 60, "x-codes": {"list": "streets"}}
    }});
    let form = Form::compile(&Translations::new(), &schema, None).unwrap();
    Draft::new(Arc::new(form), facts, NOW)
}

fn inputs(draft: &Draft) -> Vec<Input> {
    draft.page(0, Lang::ZhCn).fields.into_iter().map(|field| field.input).collect()
}

fn chosen_below(list: &str, parent: Option<&str>) -> Input {
    Input::CodeList { list: list.into(), parent_value: parent.map(String::from) }
}

#[test]
fn a_street_is_chosen_where_the_site_has_some_below_the_county_and_typed_elsewhere() {
    let lists = CodeLists::default().with("streets", "109999", ["109999".to_string()].into());
    let mut draft = address_of(&Facts::default().with_lists(Arc::new(lists)));
    let typed = Input::Text(TextKind::Place);
    let here = chosen_below("streets", Some("109999"));
    assert_eq!(inputs(&draft), [chosen_below("divisions", None), typed.clone(), here.clone()]);
    draft.answer("county", Some(json!("109999")), NOW).unwrap();
    assert_eq!(inputs(&draft)[1..], [here.clone(), here.clone()]);
    draft.answer("county", Some(json!("110105")), NOW).unwrap();
    assert_eq!(inputs(&draft)[1..], [typed, here]);
}

#[test]
fn a_site_without_streets_types_them_and_the_office_takes_both() {
    let mut draft = address_of(&Facts::default().with_lists(Arc::default()));
    assert_eq!(inputs(&draft)[1..], [Input::Text(TextKind::Place), Input::Text(TextKind::Plain)]);
    draft.answer("here", Some(json!("青禾街道")), NOW).unwrap();
    assert_eq!(draft.page(0, Lang::En).fields[2].shown, "青禾街道");
    let office = address_of(&Facts::default());
    assert_eq!(inputs(&office)[1..], [chosen_below("streets", None), chosen_below("streets", None)]);
    assert_eq!(draft.problems(Lang::ZhCn), []);
}
