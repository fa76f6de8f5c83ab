//! Whatever is sent, the engine answers, quickly and without a panic.
use jiujin_contract::form::{Draft, Facts, Form, Timestamp, describe, describe_lines};
use jiujin_contract::text::{Lang, Translations};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[a-z#/.~$0-9]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let keys = prop_oneof![
            Just("type".to_string()),
            Just("properties".to_string()),
            Just("items".to_string()),
            Just("$ref".to_string()),
            Just("oneOf".to_string()),
            Just("allOf".to_string()),
            Just("not".to_string()),
            Just("if".to_string()),
            Just("then".to_string()),
            Just("required".to_string()),
            Just("enum".to_string()),
            Just("const".to_string()),
            Just("pattern".to_string()),
            Just("format".to_string()),
            Just("scope".to_string()),
            Just("elements".to_string()),
            Just("rule".to_string()),
            Just("condition".to_string()),
            Just("schema".to_string()),
            Just("effect".to_string()),
            Just("options".to_string()),
            Just("label".to_string()),
            Just("x-derive".to_string()),
            Just("x-compare".to_string()),
            Just("maxLength".to_string()),
            Just("dependencies".to_string()),
            "[a-z]{1,3}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn form() -> Arc<Form> {
    let schema = json!({"type": "object", "required": ["a", "l"], "properties": {
        "a": {"type": "string", "maxLength": 9}, "n": {"type": "number"}, "b": {"type": "boolean"}, "d": {"type": "string", "format": "date"},
        "e": {"enum": ["x", 1, null]}, "m": {"type": "array", "uniqueItems": true, "items": {"enum": ["x", "y"]}}, "o": {"type": "object"},
        "id": {"type": "string", "format": "id-card"}, "age": {"type": "integer", "x-derive": {"fn": "age", "args": ["/id"]}},
        "days": {"type": "integer", "x-derive": {"fn": "working_days_between", "args": ["/d", "/id"]}},
        "l": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string", "x-compare": [{"op": "<", "other": "/d"}]}, "n": {"type": "integer"}}}}
    }});
    Arc::new(Form::compile(&Translations::new(), &schema, None).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_schema_with_any_data_is_described(schema in any_json(), ui in any_json(), data in any_json()) {
        let found = describe(&schema, Some(&ui), Some(&data));
        prop_assert!(found["controls"].is_array());
        let generated = describe(&schema, None, Some(&data));
        prop_assert_eq!(generated["valid"].as_bool(), generated["errors"].as_array().map(|errors| errors.is_empty()));
    }

    #[test]
    fn any_schema_compiles_or_says_why(schema in any_json(), ui in any_json()) {
        let _ = Form::compile(&Translations::new(), &schema, Some(&ui));
    }

    #[test]
    fn any_answer_anywhere_is_taken_or_refused(answers in prop::collection::vec(
        (prop_oneof!["[a-z]{1,2}", "l\\.[0-9]{1,3}\\.[an]", "[.a-z0-9]{0,10}", Just("id".to_string()), Just("l".to_string()), Just("m".to_string())], any_json()), 1..12)) {
        let mut draft = Draft::new(form(), &Facts::new(json!({"today": "2026-11-22"})), Timestamp(0));
        for (path, value) in answers {
            draft.add_entry("l");
            let _ = draft.answer(&path, Some(value), Timestamp(1));
            let _ = draft.page(0, Lang::ZhCn);
            let _ = draft.problems(Lang::En);
        }
        draft.remove_entry("l", 0);
        let finished = draft.finish();
        // What is sealed settles to the same at the office.
        let again = Draft::resume(form(), &finished.answers, &Facts::default());
        prop_assert_eq!(again.finish().answers, finished.answers);
    }

    #[test]
    fn any_document_arriving_at_the_office_is_judged(answers in any_json()) {
        let _ = form().problems(&answers, &Facts::default(), Lang::ZhCn);
        let _ = form().accepts(&answers);
    }

    #[test]
    fn any_line_gets_an_answer_or_exit_code_two(line in ".{0,200}") {
        let mut out = vec![];
        let code = describe_lines(line.as_bytes(), &mut out);
        prop_assert!(code == 0 || code == 2);
    }
}

/// Wide and deep enough to stall a validator without limits.
#[test]
fn a_schema_that_branches_for_ever_ends() {
    let branch = json!({"$ref": "#/definitions/a"});
    let schema = json!({"definitions": {"a": {"anyOf": [branch, branch, {"not": branch}]}}, "$ref": "#/definitions/a"});
    let began = Instant::now();
    let found = describe(&schema, Some(&json!({"type": "VerticalLayout"})), Some(&json!({})));
    assert_eq!(found["valid"], false);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_pattern_that_backtracks_for_ever_ends() {
    let schema = json!({"properties": {"a": {"type": "string", "pattern": "^(a+)+(?=b)$"}}});
    let began = Instant::now();
    describe(&schema, None, Some(&json!({"a": "a".repeat(5_000)})));
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn ten_megabytes_in_one_answer_are_refused_at_once() {
    let mut draft = Draft::new(form(), &Facts::default(), Timestamp(0));
    let huge = Value::String("x".repeat(10_000_000));
    let began = Instant::now();
    for path in ["a", "n", "b", "d", "e", "m", "o", "id", "l"] {
        assert!(draft.answer(path, Some(huge.clone()), Timestamp(1)).is_err(), "{path}");
        let field = draft.page(0, Lang::ZhCn).fields.into_iter().find(|field| field.path == path).unwrap();
        assert!(field.error.is_some(), "{path}");
    }
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn five_thousand_entries_are_looked_up_in_five_thousand_values_at_once() {
    let allowed: Vec<Value> = (0..5_000).map(|n| json!({"code": format!("c{n}"), "n": n})).collect();
    let entries: Vec<Value> = (0..5_000).map(|n| json!({"n": n as f64, "code": format!("c{n}")})).collect();
    let schema =
        json!({"properties": {"l": {"type": "array", "uniqueItems": true, "items": {"enum": allowed}}}});
    let began = Instant::now();
    assert_eq!(describe(&schema, None, Some(&json!({"l": entries})))["valid"], true);
    let strange: Vec<Value> = (0..5_000).map(|n| json!(format!("x{n}"))).collect();
    let found = describe(&schema, None, Some(&json!({"l": strange})));
    assert_eq!(found["errors"].as_array().unwrap().len(), 5_000);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}
