//! Putting the forms of several services behind one another, with every shared question asked once.
use crate::item::{ServiceItem, Wanted};
use crate::text::{Lang, Translations};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Merge {
    properties: Map<String, Value>,
    required: Vec<String>,
    rules: Vec<Value>,
    pub pages: Vec<Value>,
    pub words: Translations,
    pub mapping: BTreeMap<String, BTreeMap<String, String>>,
    pub signatures: usize,
}

impl Merge {
    /// Questions of the life event itself, before those of any service.
    pub fn begin(&mut self, id: &str, schema: &Value, uischema: &Value, words: &Translations) {
        for (key, property) in properties(schema) {
            self.properties.insert(key.clone(), property.clone());
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str).map(str::to_string));
        let rules = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        self.rules.extend(rules.cloned());
        let fresh: Vec<String> = self.properties.keys().cloned().collect();
        self.take_pages((id, uischema), &BTreeMap::new(), &fresh);
        self.take_words((id, words), &BTreeMap::new());
    }

    /// Whether a question of `begin` has this answer among its choices.
    pub fn can_answer(&self, wanted: &Wanted) -> bool {
        let choices = self.properties.get(&wanted.question).and_then(|property| property.get("enum"));
        choices.and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| *one == wanted.answer))
    }

    pub fn add(&mut self, item: &ServiceItem) {
        let mut names = BTreeMap::new();
        let mut fresh = Vec::new();
        self.signatures += usize::from(item.wants_signature());
        for (key, property) in properties(&item.schema) {
            let joint = self.joint_key(item, key, property);
            if !self.properties.contains_key(&joint) {
                self.properties.insert(joint.clone(), renamed(property, &names));
                fresh.push(joint.clone());
            }
            names.insert(key.clone(), joint);
        }
        let required = item.schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for key in required.filter_map(Value::as_str) {
            let joint = names[key].clone();
            if !self.required.contains(&joint) {
                self.required.push(joint);
            }
        }
        let rules = item.schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        self.rules.extend(rules.map(|rule| renamed(rule, &names)));
        self.take_pages((&item.id, &item.uischema), &names, &fresh);
        self.take_words((&item.id, &item.translations), &names);
        self.mapping.insert(item.id.clone(), names);
    }

    /// The same shared definition in the same words is the same question; anything else gets the item's name.
    fn joint_key(&self, item: &ServiceItem, key: &str, property: &Value) -> String {
        let label = format!("{key}.label");
        let asked =
            |words: &Translations| words.get(&Lang::ZhCn).and_then(|words| words.get(&label)).cloned();
        let same_words = asked(&self.words) == asked(&item.translations);
        let same = |known: &Value| known == property && property.get("x-shared").is_some() && same_words;
        match self.properties.get(key) {
            None => key.to_string(),
            Some(known) if same(known) => key.to_string(),
            Some(_) => format!("{}_{key}", item.id.to_ascii_lowercase()),
        }
    }

    /// Pages keep only the questions that were not asked by an earlier member.
    fn take_pages(
        &mut self,
        (id, uischema): (&str, &Value),
        names: &BTreeMap<String, String>,
        fresh: &[String],
    ) {
        let prefix = id.to_ascii_lowercase();
        for page in uischema["elements"].as_array().into_iter().flatten() {
            let mut page = renamed(page, names);
            let asked = |element: &Value| key_in_scope(element).is_none_or(|key| fresh.contains(&key));
            for again in page["elements"].as_array().into_iter().flatten().filter(|element| !asked(element)) {
                self.widen(again);
            }
            if let Some(elements) = page["elements"].as_array_mut() {
                elements.retain(asked);
                if !elements.iter().any(|element| key_in_scope(element).is_some()) {
                    continue;
                }
            }
            page["i18n"] = json!(format!("{prefix}.{}", page["i18n"].as_str().unwrap_or_default()));
            self.pages.push(page);
        }
    }

    /// A question that two services ask under different conditions is shown when either wants it.
    fn widen(&mut self, again: &Value) {
        for page in &mut self.pages {
            let here = |element: &&mut Value| element.get("scope") == again.get("scope");
            let elements = page.get_mut("elements").and_then(Value::as_array_mut).into_iter().flatten();
            if let Some(known) = elements.into_iter().find(here) {
                widen_rule(known, again.get("rule"));
                widen_rule(page, again.get("rule"));
                return;
            }
        }
    }

    fn take_words(&mut self, (id, translations): (&str, &Translations), names: &BTreeMap<String, String>) {
        let prefix = id.to_ascii_lowercase();
        for (lang, words) in translations {
            for (key, sentence) in words {
                let (head, rest) = key.split_once('.').unwrap_or((key, ""));
                let head = match names.get(head) {
                    Some(joint) => joint.clone(),
                    None if head.starts_with("page") => format!("{prefix}.{head}"),
                    None => head.to_string(),
                };
                self.words
                    .entry(*lang)
                    .or_default()
                    .entry(format!("{head}.{rest}"))
                    .or_insert(sentence.clone());
            }
        }
    }

    pub fn schema(&self) -> Value {
        let mut schema = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "properties": self.properties, "additionalProperties": false});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        if !self.rules.is_empty() {
            schema["allOf"] = json!(self.rules);
        }
        schema
    }
}

/// The service as it stands in a form where an earlier answer may spare it: nothing of it is shown or required
/// unless that answer calls for it.
pub fn on_condition(item: &ServiceItem, wanted: &Wanted) -> ServiceItem {
    let mut item = item.clone();
    let (question, answer) = (&wanted.question, &wanted.answer);
    let asked = json!({"properties": {question: {"const": answer}}, "required": [question]});
    let always = item.schema.as_object_mut().and_then(|schema| schema.remove("required"));
    let mut rules: Vec<Value> = item.schema["allOf"].as_array_mut().map(std::mem::take).unwrap_or_default();
    for rule in &mut rules {
        rule["if"] = json!({"allOf": [asked, rule["if"]]});
    }
    rules.extend(always.map(|keys| json!({"if": asked, "then": {"required": keys}})));
    item.schema["allOf"] = json!(rules);
    let shown = json!({"scope": format!("#/properties/{question}"), "schema": {"const": answer}, "failWhenUndefined": true});
    for page in item.uischema["elements"].as_array_mut().into_iter().flatten() {
        narrow(page, &shown);
        page["elements"].as_array_mut().into_iter().flatten().for_each(|element| narrow(element, &shown));
    }
    item
}

/// Shown only where `condition` holds as well.
fn narrow(element: &mut Value, condition: &Value) {
    let both = match element.get("rule").and_then(|rule| rule.get("condition")) {
        Some(own) => json!({"type": "AND", "conditions": [condition, own]}),
        None => condition.clone(),
    };
    element["rule"] = json!({"effect": "SHOW", "condition": both});
}

/// Shown under its own rule or under the other one; no rule = always.
fn widen_rule(element: &mut Value, other: Option<&Value>) {
    let Some(own) = element.get("rule").cloned() else { return };
    match other {
        Some(other) if *other == own => {}
        Some(other) => {
            let either = json!([own["condition"], other["condition"]]);
            element["rule"]["condition"] = json!({"type": "OR", "conditions": either});
        }
        None => {
            element.as_object_mut().map(|map| map.remove("rule"));
        }
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn key_in_scope(element: &Value) -> Option<String> {
    element.get("scope")?.as_str()?.strip_prefix("#/properties/").map(str::to_string)
}

/// Every place where a schema or UI schema names a question, with the joint names.
fn renamed(value: &Value, names: &BTreeMap<String, String>) -> Value {
    let name = |key: &str| names.get(key).cloned().unwrap_or_else(|| key.to_string());
    match value {
        Value::Array(items) => items.iter().map(|item| renamed(item, names)).collect(),
        Value::String(text) => match (text.strip_prefix("#/properties/"), text.strip_prefix('/')) {
            (Some(key), _) => json!(format!("#/properties/{}", name(key))),
            (None, Some(key)) => json!(format!("/{}", name(key))),
            _ => value.clone(),
        },
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, inner)| renamed_entry(key, inner, names)).collect())
        }
        scalar => scalar.clone(),
    }
}

fn renamed_entry(key: &str, inner: &Value, names: &BTreeMap<String, String>) -> (String, Value) {
    let name = |key: &str| names.get(key).cloned().unwrap_or_else(|| key.to_string());
    let new = match (key, inner) {
        // Inside a list entry the names are the entry's own.
        ("items" | "detail", _) => inner.clone(),
        ("properties", Value::Object(map)) => {
            Value::Object(map.iter().map(|(key, inner)| (name(key), renamed(inner, names))).collect())
        }
        ("required", Value::Array(keys)) => {
            keys.iter().filter_map(Value::as_str).map(|key| json!(name(key))).collect()
        }
        _ => renamed(inner, names),
    };
    (key.to_string(), new)
}
