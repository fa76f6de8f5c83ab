//! One question, compiled: where its value lives, how it is asked, and our `x-` profile of it.
use super::limits::{ANSWER_CHARS_MAX, ATTACHMENT_BYTES_MAX};
use super::resolve::deref;
use super::view::TextKind;
use serde_json::Value;

#[derive(Debug)]
pub struct Field {
    /// Dotted data path; relative to the entry inside a list.
    pub path: String,
    /// Index of its element among the gates.
    pub gate: usize,
    /// i18n prefix.
    pub prefix: String,
    /// The label JSON Forms would show without translations.
    pub label: String,
    pub schema: Value,
    pub required: bool,
    pub shape: Shape,
    pub max_chars: usize,
    pub prefill: Option<Prefill>,
    pub derive: Option<Derive>,
    pub compare: Vec<Compare>,
}

/// What kind of value the question takes.
#[derive(Debug)]
pub enum Shape {
    Text(TextKind),
    Number {
        whole: bool,
    },
    Date,
    YesNo,
    Choice(Vec<Value>),
    Multi(Vec<Value>),
    Code {
        list: String,
        parent: Option<String>,
    },
    Entries(Box<super::outline::Outline>),
    Signature,
    Attachment {
        types: Vec<String>,
        max_bytes: usize,
        dpi: u32,
    },
    /// An object or a combinator that no input of ours covers; its value is only checked.
    Whole,
}

#[derive(Debug)]
pub struct Prefill {
    pub source: String,
    pub lock: bool,
}

#[derive(Debug)]
pub struct Derive {
    pub function: String,
    /// Dotted paths.
    pub args: Vec<String>,
}

#[derive(Debug)]
pub struct Compare {
    pub op: String,
    /// `today` or a dotted path.
    pub other: String,
    pub key: String,
}

/// `/a/b` -> `a.b`; `today` stays.
fn argument(pointer: &str) -> String {
    if pointer.starts_with('/') { super::path::dotted(pointer) } else { pointer.to_string() }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(String::from).collect()
}

pub fn prefill(schema: &Value) -> Option<Prefill> {
    let given = schema.get("x-prefill")?;
    let source = given.get("source")?.as_str()?.to_string();
    Some(Prefill { source, lock: given.get("lock") == Some(&Value::Bool(true)) })
}

pub fn derive(schema: &Value) -> Option<Derive> {
    let given = schema.get("x-derive")?;
    let args = strings(given.get("args")).iter().map(|arg| argument(arg)).collect();
    Some(Derive { function: given.get("fn")?.as_str()?.to_string(), args })
}

pub fn compare(schema: &Value) -> Vec<Compare> {
    let list = schema.get("x-compare").and_then(Value::as_array);
    let one = |(index, given): (usize, &Value)| {
        let text = |key: &str| given.get(key).and_then(Value::as_str);
        let key = text("key").map_or_else(|| format!("compare{index}"), String::from);
        Some(Compare { op: text("op")?.to_string(), other: argument(text("other")?), key })
    };
    list.into_iter().flatten().enumerate().filter_map(one).collect()
}

/// Everything but lists of objects, which need an outline of their own.
pub fn shape(schema: &Value, root: &Value, multiline: bool) -> Shape {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if schema.get("x-signature") == Some(&Value::Bool(true)) {
        return Shape::Signature;
    }
    if let Some(asked) = schema.get("x-attachment") {
        let number = |key: &str| asked.get(key).and_then(Value::as_u64);
        let max_bytes = number("max_bytes").map_or(ATTACHMENT_BYTES_MAX, |n| n as usize);
        let dpi = number("dpi").unwrap_or(200) as u32;
        return Shape::Attachment { types: strings(asked.get("types")), max_bytes, dpi };
    }
    if let Some(codes) = schema.get("x-codes") {
        let list = codes.get("list").and_then(Value::as_str).unwrap_or_default().to_string();
        return Shape::Code { list, parent: codes.get("parent").and_then(Value::as_str).map(argument) };
    }
    if let Some(values) = choices(schema) {
        return Shape::Choice(values);
    }
    match kind(schema) {
        Some("boolean") => Shape::YesNo,
        Some("integer") => Shape::Number { whole: true },
        Some("number") => Shape::Number { whole: false },
        Some("array") => match schema.get("items").map(|items| deref(items, root)).and_then(choices) {
            Some(values) => Shape::Multi(values),
            None => Shape::Whole,
        },
        Some("string") if matches!(text("format"), Some("date")) => Shape::Date,
        Some("string") => Shape::Text(text_kind(schema, multiline)),
        _ => Shape::Whole,
    }
}

/// The one type besides `null`.
pub fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Array(names)) => {
            let mut solid = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            let first = solid.next();
            first.filter(|_| solid.next().is_none())
        }
        _ if schema.get("properties").is_some() => Some("object"),
        _ => None,
    }
}

/// Values of an `enum` or of a `oneOf` made of constants.
fn choices(schema: &Value) -> Option<Vec<Value>> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Some(values.clone());
    }
    let branches = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)?.as_array())?;
    let constants: Vec<Value> = branches.iter().filter_map(|branch| branch.get("const").cloned()).collect();
    (!constants.is_empty() && constants.len() == branches.len()).then_some(constants)
}

pub fn text_kind(schema: &Value, multiline: bool) -> TextKind {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    match (text("format"), text("x-input")) {
        ("id-card", _) => TextKind::IdNumber,
        ("mobile-cn", _) => TextKind::Mobile,
        ("landline-cn", _) => TextKind::Landline,
        ("bank-card", _) => TextKind::BankCard,
        ("uscc", _) => TextKind::Uscc,
        ("plate", _) => TextKind::Plate,
        ("postal-code", _) => TextKind::PostalCode,
        (_, "name") => TextKind::Name,
        (_, "place") => TextKind::Place,
        (_, "multiline") => TextKind::Multiline,
        _ if multiline => TextKind::Multiline,
        ("email" | "uri", _) | (_, "latin") => TextKind::Latin,
        _ if text("pattern").starts_with("^[A-Za-z0-9") => TextKind::Latin,
        _ => TextKind::Plain,
    }
}

pub fn max_chars(schema: &Value) -> usize {
    let of_format = match schema.get("format").and_then(Value::as_str) {
        Some("id-card" | "uscc") => Some(18),
        Some("mobile-cn") => Some(14),
        Some("landline-cn") => Some(20),
        Some("bank-card") => Some(23),
        Some("plate") => Some(9),
        Some("postal-code") => Some(6),
        Some("date") => Some(11),
        _ => None,
    };
    let asked = schema.get("maxLength").and_then(Value::as_u64).map(|n| n as usize);
    let is_number = matches!(kind(schema), Some("integer" | "number"));
    of_format.or(asked).unwrap_or(if is_number { 15 } else { ANSWER_CHARS_MAX })
}
