//! The UI schema as a tree of elements; where an item has none, the one JSON Forms would generate.
use super::path::{encode, js_keys};
use super::resolve::{derive_types, is_empty, resolve};
use super::rule::Rule;
use serde_json::{Map, Value};

/// Layouts inside layouts. A document that nests this deep is refused when the item is compiled (`SCHEMA_DEPTH_MAX`)
/// and cannot be read from a line (serde_json stops at 128 objects and lists).
pub const LAYOUT_DEPTH_MAX: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Control,
    VerticalLayout,
    HorizontalLayout,
    Group,
    Categorization,
    Category,
    Label,
    ListWithDetail,
    Other,
}

#[derive(Debug, Clone)]
pub struct Element {
    pub kind: Kind,
    pub scope: Option<String>,
    pub label: Option<Value>,
    pub text: Option<String>,
    pub i18n: Option<String>,
    pub options: Map<String, Value>,
    pub rule: Option<Rule>,
    pub elements: Vec<Element>,
}

impl Element {
    /// Reads one element; unknown parts are kept out, as a renderer would ignore them.
    pub fn read(source: &Value) -> Element {
        Element::read_below(source, 0)
    }

    fn read_below(source: &Value, depth: usize) -> Element {
        let text = |key: &str| source.get(key).and_then(Value::as_str).map(String::from);
        let children = source.get("elements").and_then(Value::as_array);
        let children = children.filter(|_| depth < LAYOUT_DEPTH_MAX).map(Vec::as_slice).unwrap_or_default();
        Element {
            kind: kind(source.get("type").and_then(Value::as_str).unwrap_or_default()),
            scope: text("scope"),
            label: source.get("label").cloned(),
            text: text("text"),
            i18n: text("i18n"),
            options: source.get("options").and_then(Value::as_object).cloned().unwrap_or_default(),
            rule: source.get("rule").filter(|rule| rule.is_object()).map(Rule::read),
            elements: children.iter().map(|child| Element::read_below(child, depth + 1)).collect(),
        }
    }

    /// `options.readonly`, else `options.readOnly`.
    pub fn readonly_option(&self) -> Option<bool> {
        let flag = |key: &str| self.options.get(key).and_then(Value::as_bool);
        flag("readonly").or_else(|| flag("readOnly"))
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "Control" => Kind::Control,
        "VerticalLayout" => Kind::VerticalLayout,
        "HorizontalLayout" => Kind::HorizontalLayout,
        "Group" => Kind::Group,
        "Categorization" => Kind::Categorization,
        "Category" => Kind::Category,
        "Label" => Kind::Label,
        "ListWithDetail" => Kind::ListWithDetail,
        _ => Kind::Other,
    }
}

/// `generateDefaultUISchema`: a vertical layout with one control per property.
pub fn generated(schema: &Value, root: &Value) -> Element {
    let controls = generated_controls(schema, root);
    Element { elements: controls, ..bare(Kind::VerticalLayout, None) }
}

fn bare(kind: Kind, scope: Option<String>) -> Element {
    let options = Map::new();
    Element { kind, scope, label: None, text: None, i18n: None, options, rule: None, elements: vec![] }
}

fn generated_controls(schema: &Value, root: &Value) -> Vec<Element> {
    let control = |scope: String| bare(Kind::Control, Some(scope));
    let schema = followed(schema, root);
    let Some(types) = schema.and_then(control_types) else { return vec![] };
    let whole_object = types.as_slice() == ["object"] && !schema.is_some_and(is_combinator);
    if !whole_object {
        return vec![control("#".into())];
    }
    let properties = schema.and_then(|s| s.get("properties")).and_then(Value::as_object);
    let Some(properties) = properties else { return vec![] };
    let shown = |name: &&String| {
        let property = followed(&properties[name.as_str()], root);
        property.and_then(control_types).is_some()
    };
    let names = js_keys(properties).into_iter().filter(shown);
    names.map(|name| control(format!("#/properties/{}", encode(name)))).collect()
}

fn followed<'a>(schema: &'a Value, root: &'a Value) -> Option<&'a Value> {
    let mut here = schema;
    for _ in 0..LAYOUT_DEPTH_MAX {
        match here.get("$ref").and_then(Value::as_str) {
            Some(target) => here = resolve(root, target, root)?,
            None => return Some(here),
        }
    }
    None
}

/// The types without `null`; `None` where nothing would be generated.
fn control_types(schema: &Value) -> Option<Vec<String>> {
    if is_combinator(schema) {
        return Some(vec![]);
    }
    let types = derive_types(schema);
    if types.is_empty() {
        return None;
    }
    let solid: Vec<String> = types.iter().filter(|t| *t != "null").cloned().collect();
    Some(if solid.is_empty() { types } else { solid })
}

fn is_combinator(schema: &Value) -> bool {
    ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some_and(|v| !is_empty(v)))
}
