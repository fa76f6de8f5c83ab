//! Joint items (一件事): several services, one form, one signature, one submission that the office splits again.
use super::authoring::word;
use super::source::Node;
use super::{Catalogue, ItemProblem};
use crate::item::{LifeTheme, ServiceItem};
use crate::text::{Lang, Text, Translations};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

mod joint;

/// Several services merged into one form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeEvent {
    pub id: String,
    pub version: u32,
    pub name: Text,
    pub summary: Text,
    pub theme: LifeTheme,
    /// Item ids, in the order of the form.
    pub members: Vec<String>,
    /// Member -> its question -> the question of the joint form.
    pub mapping: BTreeMap<String, BTreeMap<String, String>>,
    pub schema: Value,
    pub uischema: Value,
    pub translations: Translations,
    /// One signature for all members that want one.
    pub wants_signature: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    #[error("{0} is not part of this life event")]
    NotAMember(String),
}

impl LifeEvent {
    /// The answers of one member service out of the joint answers.
    pub fn split(&self, member: &str, answers: &Value) -> Result<Value, SplitError> {
        let mapping = self.mapping.get(member).ok_or_else(|| SplitError::NotAMember(member.to_string()))?;
        let pick = |(own, joint): (&String, &String)| Some((own.clone(), answers.get(joint)?.clone()));
        Ok(Value::Object(mapping.iter().filter_map(pick).collect()))
    }
}

/// Reads `assets/catalogue/life-events/*.toml`.
pub fn compile(catalogue: &Catalogue, file: &str, text: &str) -> Result<LifeEvent, ItemProblem> {
    let node = Node::parse(file, text)?;
    node.only(&["id", "version", "name", "summary", "theme", "members"])?;
    let mut merge = Merge::default();
    let mut members = Vec::new();
    for member in node.require("members")?.list()? {
        let id = member.str()?;
        let item = catalogue.item(id).ok_or_else(|| member.problem(format!("there is no service {id}")))?;
        merge.add(item);
        members.push(id.to_string());
    }
    Ok(LifeEvent {
        id: node.require("id")?.str()?.to_string(),
        version: super::authoring::small_number(node.require("version")?)?,
        name: node.require("name")?.text()?,
        summary: node.require("summary")?.text()?,
        theme: word(node.require("theme")?)?,
        wants_signature: merge.signatures > 0,
        members,
        schema: merge.schema(),
        uischema: json!({"type": "Categorization", "options": {"variant": "stepper"}, "elements": merge.pages}),
        translations: merge.words,
        mapping: merge.mapping,
    })
}

#[derive(Default)]
struct Merge {
    properties: Map<String, Value>,
    required: Vec<String>,
    rules: Vec<Value>,
    pages: Vec<Value>,
    words: Translations,
    mapping: BTreeMap<String, BTreeMap<String, String>>,
    signatures: usize,
}

impl Merge {
    fn add(&mut self, item: &ServiceItem) {
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
        self.take_pages(item, &names, &fresh);
        self.take_words(item, &names);
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
    fn take_pages(&mut self, item: &ServiceItem, names: &BTreeMap<String, String>, fresh: &[String]) {
        let prefix = item.id.to_ascii_lowercase();
        for page in item.uischema["elements"].as_array().into_iter().flatten() {
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

    fn take_words(&mut self, item: &ServiceItem, names: &BTreeMap<String, String>) {
        let prefix = item.id.to_ascii_lowercase();
        for (lang, words) in &item.translations {
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

    fn schema(&self) -> Value {
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
