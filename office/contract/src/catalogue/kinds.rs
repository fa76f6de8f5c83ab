//! Kinds of question and what each means as a JSON Schema property with the `x-` profile.
use super::ItemProblem;
use super::definitions::Definitions;
use super::questions::Asked;
use super::source::{Node, Tree};
use crate::form::STREETS;
use crate::text::Text;
use serde_json::{Value, json};

/// Characters of one answer where the question does not say otherwise.
const TEXT_CHARS_MAX: i64 = 60;
const PLACE_CHARS_MAX: i64 = 100;
const MULTILINE_CHARS_MAX: i64 = 300;
/// Ten characters of a Chinese name are many; foreign names are longer (GA 490).
const NAME_CHARS_MAX: i64 = 50;
/// Whole yuan; nobody's errand here is larger.
const YUAN_MAX: i64 = 100_000_000;
const ATTACHMENT_BYTES_MAX: i64 = 4_000_000;
const SCAN_DPI: i64 = 200;

/// Every word that may stand after `kind =`.
pub const KINDS: &str = "text, name, place, multiline, latin, id_card, mobile, landline, bank_card, uscc, plate, \
    postal_code, date, number, money, yes_no, accept, choice, multi, region, street, code, entries, attachment, note";

pub fn property(asked: &Asked, kind: &str) -> Result<Value, ItemProblem> {
    let string = |max: i64| json!({"type": "string", "minLength": 1, "maxLength": max});
    let formatted = |format: &str| json!({"type": "string", "format": format, "maxLength": 32});
    let mut property = match kind {
        "text" => string(TEXT_CHARS_MAX),
        "name" => string(NAME_CHARS_MAX),
        "place" => string(PLACE_CHARS_MAX),
        "multiline" => string(MULTILINE_CHARS_MAX),
        "latin" => {
            json!({"type": "string", "minLength": 1, "maxLength": TEXT_CHARS_MAX, "pattern": "^[A-Za-z0-9 .,/-]*$"})
        }
        "id_card" => formatted("id-card"),
        "mobile" => formatted("mobile-cn"),
        "landline" => formatted("landline-cn"),
        "bank_card" => formatted("bank-card"),
        "uscc" => formatted("uscc"),
        "plate" => formatted("plate"),
        "postal_code" => formatted("postal-code"),
        "date" => formatted("date"),
        "number" => json!({"type": "integer", "minimum": 0}),
        "money" => json!({"type": "number", "minimum": 0, "maximum": YUAN_MAX}),
        "yes_no" => json!({"type": "boolean"}),
        "accept" => json!({"type": "boolean", "const": true}),
        "choice" => json!({"type": "string", "enum": values(asked)?}),
        "multi" => {
            json!({"type": "array", "uniqueItems": true, "minItems": 1, "items": {"type": "string", "enum": values(asked)?}})
        }
        "region" => json!({"type": "string", "pattern": "^[0-9]{6}$", "x-codes": {"list": "divisions"}}),
        "street" => {
            json!({"type": "string", "minLength": 1, "maxLength": TEXT_CHARS_MAX, "x-input": "place", "x-codes": {"list": STREETS}})
        }
        "code" => json!({"type": "string", "maxLength": TEXT_CHARS_MAX}),
        "attachment" => json!({"type": "string", "minLength": 1, "x-attachment": {
            "types": ["image/jpeg", "application/pdf"], "max_bytes": ATTACHMENT_BYTES_MAX, "dpi": SCAN_DPI}}),
        _ => return Err(asked.node().problem(format!("unknown kind `{kind}`; known: {KINDS}"))),
    };
    if matches!(kind, "name" | "place" | "text" | "multiline") {
        property["x-input"] = json!(kind);
    }
    bounds(asked, &mut property)?;
    if asked.flag("optional")? && kind == "multi" {
        property["minItems"] = json!(0);
    }
    Ok(property)
}

fn values(asked: &Asked) -> Result<Value, ItemProblem> {
    let choices =
        asked.get("choices").ok_or_else(|| asked.node().problem("`choices` is missing"))?.entries()?;
    Ok(choices.iter().map(|(value, _)| Value::from(value.as_str())).collect())
}

fn bounds(asked: &Asked, property: &mut Value) -> Result<(), ItemProblem> {
    for (key, keyword) in [("min", "minimum"), ("max", "maximum"), ("max_chars", "maxLength")] {
        if let Some(node) = asked.get(key) {
            property[keyword] = json!(node.int()?);
        }
    }
    if let Some(node) = asked.get("pattern") {
        property["pattern"] = json!(node.str()?);
    }
    Ok(())
}

/// Prefill, derivation, comparison, code list, sensitivity, retention.
pub fn add_profile(asked: &Asked, kind: &str, property: &mut Value) -> Result<(), ItemProblem> {
    if let Some(source) = asked.get("prefill") {
        property["x-prefill"] = json!({"source": source.str()?, "lock": asked.flag("lock")?});
    }
    if let Some(node) = asked.get("derive") {
        property["x-derive"] = derivation(node)?;
        property["readOnly"] = json!(true);
    }
    let compared: Vec<Value> = comparisons(asked)?.into_iter().map(|c| c.rule).collect();
    if !compared.is_empty() {
        property["x-compare"] = json!(compared);
    }
    if let Some(list) = asked.get("codes") {
        property["x-codes"] = json!({"list": list.str()?});
    }
    if let Some(parent) = asked.get("parent") {
        if property.get("x-codes").is_none() {
            return Err(parent.problem("`parent` filters a code list; this question has none"));
        }
        let key = parent.str()?;
        property["x-codes"]["parent"] = json!(format!("/{}", key.trim_start_matches('/')));
    }
    let sensitivity = match asked.get("sensitivity") {
        Some(node) => node.str()?,
        None => default_sensitivity(kind),
    };
    property["x-sensitivity"] = json!(sensitivity);
    property["x-retention"] = json!("case");
    Ok(())
}

fn default_sensitivity(kind: &str) -> &'static str {
    match kind {
        "id_card" | "bank_card" | "attachment" => "sensitive",
        "choice" | "multi" | "yes_no" | "accept" => "public",
        _ => "personal",
    }
}

/// `age(birth)` -> `{"fn": "age", "args": ["/birth"]}`.
fn derivation(node: &Node) -> Result<Value, ItemProblem> {
    const FUNCTIONS: [&str; 7] =
        ["age", "birth_date", "sex", "region_name", "working_days_between", "sum", "count"];
    let call = node.str()?.strip_suffix(')').and_then(|call| call.split_once('('));
    let Some((function, args)) = call.filter(|(function, _)| FUNCTIONS.contains(function)) else {
        return Err(node.problem(format!("write `function(key, …)`; functions: {}", FUNCTIONS.join(", "))));
    };
    let args: Vec<String> = args.split(',').map(|arg| format!("/{}", arg.trim())).collect();
    Ok(json!({"fn": function, "args": args}))
}

struct Comparison {
    rule: Value,
    key: String,
    text: Option<Text>,
    /// Set phrase for comparisons with today.
    phrase: String,
}

/// `compare = ["<= today"]` or `{ ">= start" = "中文 | English" }`.
fn comparisons(asked: &Asked) -> Result<Vec<Comparison>, ItemProblem> {
    let Some(node) = asked.get("compare") else { return Ok(Vec::new()) };
    match &node.value {
        Tree::Table(entries) => entries
            .iter()
            .enumerate()
            .map(|(i, (rule, text))| comparison(rule, i, text, Some(text.text()?)))
            .collect(),
        _ => {
            node.list()?.iter().enumerate().map(|(i, rule)| comparison(rule.str()?, i, rule, None)).collect()
        }
    }
}

fn comparison(rule: &str, number: usize, node: &Node, text: Option<Text>) -> Result<Comparison, ItemProblem> {
    let wrong = || node.problem("write an operator and `today` or the key of a question: \"<= today\"");
    let (operator, other) = rule.split_once(' ').ok_or_else(wrong)?;
    let name = match operator {
        "<" => "before",
        "<=" => "not_after",
        ">" => "after",
        ">=" => "not_before",
        "==" => "same",
        "!=" => "different",
        _ => return Err(wrong()),
    };
    if other != "today" && text.is_none() {
        return Err(node.problem(format!("say what is wrong: {{ \"{rule}\" = \"中文 | English\" }}")));
    }
    let key = format!("compare{number}");
    let target = if other == "today" { "today".to_string() } else { format!("/{other}") };
    let rule = json!({"op": operator, "other": target, "key": key});
    Ok(Comparison { rule, key, text, phrase: format!("error_{name}_today") })
}

/// (error key, sentence) of every comparison.
pub fn comparison_texts(
    asked: &Asked,
    definitions: &Definitions,
) -> Result<Vec<(String, Text)>, ItemProblem> {
    let text = |c: Comparison| (c.key, c.text.unwrap_or_else(|| definitions.phrase(&c.phrase, &[])));
    Ok(comparisons(asked)?.into_iter().map(text).collect())
}

/// An example may be the same in both languages: `"13900000000"`.
pub fn example(node: &Node) -> Result<Text, ItemProblem> {
    match node.str() {
        Ok(s) if !s.contains(" | ") => Ok(Text::new(s, s)),
        _ => node.text(),
    }
}
