//! Two validators that were never written by the same hand say the same of every schema of our profile.
use super::{Checker, FormatCheck};
use crate::catalogue::day_one;
use jsonschema::error::{ValidationError, ValidationErrorKind as Kind};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const FORMATS: [&str; 8] =
    ["date", "id-card", "mobile-cn", "landline-cn", "uscc", "bank-card", "plate", "postal-code"];

type Named = BTreeSet<(String, String)>;

fn ours(schema: &Value, data: &Value) -> Named {
    let faults = Checker::compile(schema).faults(Some(data));
    // Ajv sums up a failed branch of `if` once more; the faults of the branch stand beside it.
    faults
        .into_iter()
        .filter(|fault| fault.keyword != "if")
        .map(|fault| (fault.path, fault.keyword.to_string()))
        .collect()
}

fn second_opinion(schema: &Value) -> jsonschema::Validator {
    let mut options = jsonschema::draft7::options().offline().should_validate_formats(true);
    for name in FORMATS.iter().filter(|name| **name != "date") {
        let check = FormatCheck::named(name);
        options = options.with_format(*name, move |text: &str| check.accepts(text));
    }
    options.build(schema).unwrap()
}

fn theirs(schema: &Value, data: &Value) -> Named {
    let mut named = Named::new();
    second_opinion(schema).iter_errors(data).for_each(|error| name(&error, &mut named));
    named
}

/// In Ajv's words: the missing property stands in the path, and failed branches are named with their faults.
fn name(error: &ValidationError<'_>, into: &mut Named) {
    let path = error.instance_path().to_string();
    let keyword = error.kind().keyword();
    match error.kind() {
        Kind::Required { property } if error.schema_path().as_str().ends_with("/required") => {
            let property = property.as_str().unwrap_or_default().replace('~', "~0").replace('/', "~1");
            into.insert((format!("{path}/{property}"), keyword.to_string()));
            return;
        }
        Kind::Required { .. } => {
            into.insert((path, "dependencies".to_string()));
            return;
        }
        Kind::FalseSchema => {
            into.insert((path, "false schema".to_string()));
            return;
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            context.iter().flatten().for_each(|inner| name(inner, into));
        }
        Kind::OneOfMultipleValid { context } => {
            // Both stop looking at the second branch that fits.
            let mut fitting = 0;
            for branch in context {
                fitting += usize::from(branch.is_empty());
                if fitting > 1 {
                    break;
                }
                branch.iter().for_each(|inner| name(inner, into));
            }
        }
        _ => {}
    }
    into.insert((path, keyword.to_string()));
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-4i64..12).prop_map(Value::from),
        (-4i64..12).prop_map(|n| json!(n as f64 / 2.0)),
        "[ab汉]{0,4}".prop_map(Value::from),
        prop_oneof![
            Just("2026-02-28"),
            Just("2026-02-30"),
            Just("109999198403050010"),
            Just("13900000001"),
            Just("010-12345678"),
            Just("京A12345"),
            Just("100000"),
        ]
        .prop_map(Value::from),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("c"), Just("d/e")].prop_map(String::from)
}

fn data() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            2 => prop::collection::btree_map(key(), inner.clone(), 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

fn leaf() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        Just("string"),
        Just("number"),
        Just("integer"),
        Just("boolean"),
        Just("object"),
        Just("array"),
        Just("null")
    ];
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        kind.clone().prop_map(|kind| json!({"type": kind})),
        prop::collection::btree_set(kind, 1..3)
            .prop_map(|kinds| json!({"type": kinds.into_iter().collect::<Vec<_>>()})),
        scalar().prop_map(|value| json!({"const": value})),
        prop::collection::vec(scalar(), 1..4).prop_map(unique).prop_map(|values| json!({"enum": values})),
        (0usize..4, 0usize..5)
            .prop_map(|(min, max)| json!({"type": "string", "minLength": min, "maxLength": max})),
        prop::sample::select(vec!["^a", "b$", "^[ab]{2}$", "汉", "^(a|b)*$"])
            .prop_map(|p| json!({"pattern": p})),
        prop::sample::select(FORMATS.to_vec()).prop_map(|name| json!({"type": "string", "format": name})),
        (-3i64..6, -3i64..6).prop_map(|(min, max)| json!({"minimum": min, "maximum": max})),
        (-3i64..6, -3i64..6).prop_map(
            |(min, max)| json!({"type": "number", "exclusiveMinimum": min, "exclusiveMaximum": max})
        ),
        (1i64..4).prop_map(|of| json!({"type": "integer", "multipleOf": of})),
    ]
}

fn unique(values: Vec<Value>) -> Vec<Value> {
    values.into_iter().fold(vec![], |mut kept, value| {
        if !kept.iter().any(|known| super::same(known, &value)) {
            kept.push(value);
        }
        kept
    })
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 40, 4, |inner| {
        let keys = || prop::collection::btree_set(key(), 0..4).prop_map(|keys| keys.into_iter().collect::<Vec<_>>());
        let properties = || prop::collection::btree_map(key(), inner.clone(), 0..4).prop_map(|map| map.into_iter().collect::<Map<_, _>>());
        let list = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            3 => (properties(), keys(), any::<bool>(), any::<bool>()).prop_map(|(properties, required, typed, closed)| {
                let mut schema = json!({"properties": properties, "required": &required});
                if typed { schema["type"] = json!("object"); }
                // A closed object that requires what it does not allow is refused by both, but jsonschema 0.61 also
                // names a property as missing that is there.
                let possible = required.iter().all(|name| schema["properties"].get(name).is_some());
                if closed && possible { schema["additionalProperties"] = json!(false); }
                schema
            }),
            2 => (inner.clone(), 0usize..3, 0usize..4, any::<bool>()).prop_map(|(items, min, max, unique)| {
                json!({"type": "array", "items": items, "minItems": min, "maxItems": max, "uniqueItems": unique})
            }),
            1 => list().prop_map(|all| json!({"allOf": all})),
            1 => list().prop_map(|any| json!({"anyOf": any})),
            1 => list().prop_map(|one| json!({"oneOf": one})),
            1 => inner.clone().prop_map(|not| json!({"not": not})),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(when, then, other)| json!({"if": when, "then": then, "else": other})),
            1 => (key(), keys()).prop_map(|(given, needed)| json!({"type": "object", "dependencies": {given: needed}})),
            1 => (key(), inner.clone()).prop_map(|(given, schema)| json!({"dependencies": {given: schema}})),
            1 => (0usize..3, 0usize..3).prop_map(|(min, max)| json!({"minProperties": min, "maxProperties": max})),
            1 => (inner.clone(), properties()).prop_map(|(shared, properties)| {
                let again = json!({"$ref": "#/definitions/shared"});
                json!({"definitions": {"shared": shared}, "properties": properties, "additionalProperties": again})
            }),
        ]
    })
}

/// `$ref` looks from the root; a schema with definitions inside another one keeps its own copy only at the root.
fn rooted(mut schema: Value) -> Value {
    fn strip(schema: &mut Value) {
        match schema {
            Value::Object(map) => {
                map.remove("definitions");
                if map.get("additionalProperties").is_some_and(|extra| extra.get("$ref").is_some()) {
                    map.remove("additionalProperties");
                }
                map.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let shared = schema.get("definitions").cloned().unwrap_or(json!({"shared": {"type": "string"}}));
    let extra = schema.get("additionalProperties").cloned();
    strip(&mut schema);
    if let Some(map) = schema.as_object_mut() {
        let mut shared = shared;
        strip(&mut shared);
        map.insert("definitions".into(), shared);
        extra.into_iter().for_each(|extra| drop(map.insert("additionalProperties".into(), extra)));
    }
    schema
}

fn cases() -> u32 {
    std::env::var("JIUJIN_AGREEMENT_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_validators_name_the_same_faults(schema in schema().prop_map(rooted), data in data()) {
        let (ours, theirs) = (comparable(ours(&schema, &data)), comparable(theirs(&schema, &data)));
        prop_assert_eq!(ours, theirs, "{} with {}", schema, data);
    }
}

/// xorshift: the same answers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    /// Fits more often than not.
    fn answer(&mut self, schema: &Value) -> Value {
        let garbage = [
            json!(null),
            json!(""),
            json!("13900000001"),
            json!(-1),
            json!(3.5),
            json!([]),
            json!({}),
            json!(true),
        ];
        if self.roll(4) == 0 {
            return garbage[self.roll(garbage.len())].clone();
        }
        let choices = schema.get("enum").and_then(Value::as_array);
        match (choices, schema["type"].as_str()) {
            (Some(choices), _) => choices[self.roll(choices.len())].clone(),
            (_, Some("boolean")) => json!(self.roll(2) == 0),
            (_, Some("integer" | "number")) => json!(self.roll(40)),
            (_, Some("array")) => (0..self.roll(4)).map(|_| self.answer(&schema["items"])).collect(),
            (_, Some("object")) => self.answers(schema),
            _ => match schema["format"].as_str() {
                Some("date") => json!(["2026-02-28", "1984-03-05", "2026-02-30"][self.roll(3)]),
                Some("mobile-cn") => json!("13900000001"),
                _ => json!(["王小禾", "幸福路18号", "1099991984030500", "109999198403050010"][self.roll(4)]),
            },
        }
    }

    fn answers(&mut self, schema: &Value) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut answers = Map::new();
        for (name, property) in properties {
            if self.roll(5) > 0 {
                answers.insert(name.clone(), self.answer(property));
            }
        }
        if self.roll(6) == 0 {
            answers.insert("unasked".into(), json!(1));
        }
        Value::Object(answers)
    }
}

/// Ajv compares only entries of the right type with one another, `jsonschema` all of them.
fn comparable(faults: Named) -> Named {
    let mistyped = |list: &str| {
        faults.iter().any(|(path, keyword)| {
            keyword == "type" && path.rsplit_once('/').is_some_and(|(above, _)| above == list)
        })
    };
    let kept = faults.iter().filter(|(path, keyword)| keyword != "uniqueItems" || !mistyped(path));
    kept.cloned().collect()
}

#[test]
fn both_validators_name_the_same_faults_in_every_service() {
    let catalogue = day_one();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut faulty, mut clean) = (0, 0);
    for item in catalogue.offered() {
        let (checker, second) = (Checker::compile(&item.schema), second_opinion(&item.schema));
        for _ in 0..30 {
            let answers = dice.answers(&item.schema);
            let ours: Named = checker
                .faults(Some(&answers))
                .into_iter()
                .filter(|fault| fault.keyword != "if")
                .map(|fault| (fault.path, fault.keyword.to_string()))
                .collect();
            let mut theirs = Named::new();
            second.iter_errors(&answers).for_each(|error| name(&error, &mut theirs));
            let (ours, theirs) = (comparable(ours), comparable(theirs));
            assert_eq!(ours, theirs, "{} with {answers}", item.id);
            *(if ours.is_empty() { &mut clean } else { &mut faulty }) += 1;
        }
    }
    assert!(faulty > 1_000 && clean > 10, "{faulty} faulty, {clean} clean: both kinds are needed");
}
