//! The engine agrees with JSON Forms, case by case.
use jiujin_contract::form::{CASE_BYTES_MAX, describe, describe_lines};
use serde_json::Value;

fn cases(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let keys = expected.as_object().unwrap().keys();
    keys.filter(|key| expected[*key] != found[*key])
        .map(|key| format!("{key}: expected {} found {}", expected[key], found[key]))
        .collect()
}

#[test]
fn every_example_of_the_json_forms_package_is_described_alike() {
    assert_described_alike(include_str!("data/json-forms-cases.json"));
}

#[test]
fn every_random_rule_shows_and_enables_alike() {
    let document = cases(include_str!("data/json-forms-rules.json"));
    for case in document["cases"].as_array().unwrap() {
        let found = describe(&document["schema"], case.get("uischema"), case.get("data"));
        assert_eq!(
            differences(&case["expect"], &found["controls"][0]),
            Vec::<String>::new(),
            "{}",
            case["name"]
        );
    }
}

fn assert_described_alike(document: &str) {
    for case in cases(document)["cases"].as_array().unwrap() {
        let found = describe(&case["schema"], case.get("uischema"), case.get("data"));
        assert_eq!(differences(&case["expect"], &found), Vec::<String>::new(), "{}", case["name"]);
    }
}

#[test]
fn every_schema_we_made_up_is_described_alike() {
    assert_described_alike(include_str!("data/json-forms-generated.json"));
}

#[test]
fn every_other_example_of_the_json_forms_package_is_described_alike() {
    assert_described_alike(include_str!("data/json-forms-examples.json"));
}

#[test]
fn every_unusual_name_scope_rule_layout_and_keyword_is_described_alike() {
    assert_described_alike(include_str!("data/json-forms-unusual.json"));
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_next_one_is_described() {
    let long = format!("{{\"schema\":{{}},\"data\":\"{}\"}}\n", "x".repeat(CASE_BYTES_MAX));
    let mut output = Vec::new();
    let exit =
        describe_lines((long + "{\"schema\":{\"type\":\"string\"},\"data\":1}").as_bytes(), &mut output);
    let lines: Vec<Value> = output
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    assert_eq!(exit, 2);
    assert_eq!(lines[0], serde_json::json!({"error": "unreadable"}));
    assert_eq!(lines[1]["errors"], serde_json::json!([{"path": "", "keyword": "type"}]));
}
