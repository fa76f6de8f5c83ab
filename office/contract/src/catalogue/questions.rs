//! Pages and questions of an item -> JSON Schema, JSON Forms UI schema and translations.
use super::ItemProblem;
use super::conditions::Condition;
use super::definitions::Definitions;
use super::kinds;
use super::source::{Node, Tree};
use crate::text::{Lang, Text, Translations};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the pages of one item compile to.
pub struct CompiledForm {
    pub schema: Value,
    pub uischema: Value,
    pub translations: Translations,
    /// `card.…` and `shared.…` that the form is prefilled from.
    pub sources: BTreeSet<String>,
}

/// Questions a form may ask; more is not a form for a kiosk.
const QUESTIONS_MAX: usize = 60;

pub fn compile_pages(definitions: &Definitions, pages: &[Node]) -> Result<CompiledForm, ItemProblem> {
    let mut compiler =
        Compiler { definitions, words: Translations::new(), sources: BTreeSet::new(), asked: 0 };
    let mut scope = Scope::default();
    let mut categories = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        categories.push(compiler.page(page, number + 1, &mut scope)?);
    }
    for lang in Lang::ALL {
        compiler.words.entry(lang).or_default();
    }
    let mut schema = scope.schema();
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    let uischema =
        json!({"type": "Categorization", "options": {"variant": "stepper"}, "elements": categories});
    Ok(CompiledForm { schema, uischema, translations: compiler.words, sources: compiler.sources })
}

/// The object that holds the answers: the form, or one entry of a list.
#[derive(Default)]
struct Scope {
    /// Translation prefix with its dot: `family.`.
    prefix: String,
    properties: Map<String, Value>,
    required: Vec<String>,
    required_when: Vec<(Condition, String)>,
    shown_when: BTreeMap<String, Option<Condition>>,
}

impl Scope {
    fn schema(self) -> Value {
        let mut schema =
            json!({"type": "object", "properties": self.properties, "additionalProperties": false});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        let rule = |(condition, key): &(Condition, String)| json!({"if": condition.schema(), "then": {"required": [key]}});
        if !self.required_when.is_empty() {
            schema["allOf"] = self.required_when.iter().map(rule).collect();
        }
        schema
    }

    /// Own condition, the page's, and those of the questions it refers to: a question never
    /// outlives the answer that called for it.
    fn effective(
        &self,
        own: Option<Condition>,
        node: &Node,
        page: Option<&Condition>,
    ) -> Result<Option<Condition>, ItemProblem> {
        let mut all = own.clone();
        let mut inherited: Vec<Condition> = page.cloned().into_iter().collect();
        for key in own.iter().flat_map(Condition::keys) {
            match self.shown_when.get(key) {
                Some(Some(condition)) => inherited.push(condition.clone()),
                Some(None) => {}
                None => {
                    return Err(node.problem(format!("`when` refers to `{key}`, which is not asked before")));
                }
            }
        }
        for condition in inherited {
            let combined = match &all {
                Some(all) => all.and(&condition).map_err(|message| node.problem(message))?,
                None => condition,
            };
            all = Some(combined);
        }
        Ok(all)
    }
}

/// A question with the shared definition it builds on; its own keys win.
pub struct Asked<'a> {
    own: &'a Node,
    base: Option<&'a Node>,
    shared_name: Option<String>,
}

impl<'a> Asked<'a> {
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.own.get(key).or_else(|| self.base.and_then(|base| base.get(key)))
    }

    pub fn node(&self) -> &'a Node {
        self.own
    }

    pub fn flag(&self, key: &str) -> Result<bool, ItemProblem> {
        self.get(key).map_or(Ok(false), Node::bool)
    }
}

const QUESTION_KEYS: [&str; 25] = [
    "use",
    "key",
    "kind",
    "label",
    "help",
    "example",
    "choices",
    "optional",
    "when",
    "prefill",
    "lock",
    "derive",
    "compare",
    "min",
    "max",
    "max_chars",
    "pattern",
    "ask",
    "entry",
    "codes",
    "parent",
    "sensitivity",
    "error",
    "unit",
    "dpi",
];

struct Compiler<'d> {
    definitions: &'d Definitions,
    words: Translations,
    sources: BTreeSet<String>,
    asked: usize,
}

impl Compiler<'_> {
    fn page(&mut self, page: &Node, number: usize, scope: &mut Scope) -> Result<Value, ItemProblem> {
        let page = match &page.value {
            Tree::Str(name) => self.definitions.page(name, page)?,
            _ => page,
        };
        page.only(&["title", "ask", "when"])?;
        let name = format!("page{number}");
        let title = page.require("title")?.text()?;
        self.say(&format!("{name}.label"), &title);
        let own = condition_of(page)?;
        let when = scope.effective(own, page, None)?;
        let mut elements = Vec::new();
        for question in page.require("ask")?.list()? {
            elements.extend(self.question(question, scope, when.as_ref())?);
        }
        let mut category = json!({"type": "Category", "label": title.zh, "i18n": name, "elements": elements});
        if let Some(when) = when {
            category["rule"] = json!({"effect": "SHOW", "condition": when.ui()});
        }
        Ok(category)
    }

    /// One line of `ask`; a shared definition may stand for several questions.
    fn question(
        &mut self,
        node: &Node,
        scope: &mut Scope,
        page: Option<&Condition>,
    ) -> Result<Vec<Value>, ItemProblem> {
        let shared = match &node.value {
            Tree::Str(name) => Some((name.clone(), node)),
            _ => node.get("use").map(|name| name.str().map(|s| (s.to_string(), name))).transpose()?,
        };
        let base = match &shared {
            Some((name, asked_by)) => Some(self.definitions.question(name, asked_by)?),
            None => None,
        };
        if let Some(group) = base.filter(|base| base.get("kind").is_none()) {
            let mut elements = Vec::new();
            for question in group.require("ask")?.list()? {
                elements.extend(self.question(question, scope, page)?);
            }
            return Ok(elements);
        }
        if matches!(node.value, Tree::Table(_)) {
            node.only(&QUESTION_KEYS)?;
        }
        if let Some(base) = base {
            base.only(&QUESTION_KEYS)?;
        }
        let asked = Asked { own: node, base, shared_name: shared.map(|(name, _)| name) };
        Ok(vec![self.one(&asked, scope, page)?])
    }

    fn one(
        &mut self,
        asked: &Asked,
        scope: &mut Scope,
        page: Option<&Condition>,
    ) -> Result<Value, ItemProblem> {
        let node = asked.node();
        self.asked += 1;
        if self.asked > QUESTIONS_MAX {
            return Err(node.problem(format!("more than {QUESTIONS_MAX} questions")));
        }
        let key = key_of(asked)?;
        let path = format!("{}{key}", scope.prefix);
        let own = asked.get("when").map(parse_condition).transpose()?;
        let when = scope.effective(own, node, page)?;
        let kind = asked.get("kind").ok_or_else(|| node.problem("`kind` is missing"))?.str()?;
        let mut element = match kind {
            "note" => self.note(asked, &path)?,
            _ => self.control(asked, kind, &key, &path, scope, &when)?,
        };
        if let Some(when) = when {
            element["rule"] = json!({"effect": "SHOW", "condition": when.ui()});
        }
        Ok(element)
    }

    fn note(&mut self, asked: &Asked, path: &str) -> Result<Value, ItemProblem> {
        let text = asked.get("label").ok_or_else(|| asked.node().problem("`label` is missing"))?.text()?;
        self.say(&format!("{path}.text"), &text);
        Ok(json!({"type": "Label", "text": text.zh, "i18n": path}))
    }

    fn control(
        &mut self,
        asked: &Asked,
        kind: &str,
        key: &str,
        path: &str,
        scope: &mut Scope,
        when: &Option<Condition>,
    ) -> Result<Value, ItemProblem> {
        let node = asked.node();
        let mut element = json!({"type": "Control", "scope": format!("#/properties/{key}")});
        let mut property = match kind {
            "entries" => {
                let (property, detail) = self.entries(asked, path)?;
                element["options"] = detail;
                property
            }
            _ => kinds::property(asked, kind)?,
        };
        kinds::add_profile(asked, kind, &mut property)?;
        if let Some(name) = &asked.shared_name {
            property["x-shared"] = json!(name);
        }
        if let Some(source) = property.pointer("/x-prefill/source").and_then(Value::as_str) {
            self.known_source(source, asked)?;
            self.sources.insert(source.to_string());
        }
        self.texts(asked, kind, path)?;
        let optional = asked.flag("optional")? || asked.get("derive").is_some();
        match when {
            _ if optional => {}
            Some(condition) => scope.required_when.push((condition.clone(), key.to_string())),
            None => scope.required.push(key.to_string()),
        }
        scope.shown_when.insert(key.to_string(), when.clone());
        match scope.properties.insert(key.to_string(), property) {
            Some(_) => Err(node.problem(format!("`{key}` is asked twice"))),
            None => Ok(element),
        }
    }

    /// A list of entries: the property, and the options of its control.
    fn entries(&mut self, asked: &Asked, path: &str) -> Result<(Value, Value), ItemProblem> {
        let node = asked.node();
        let mut scope = Scope { prefix: format!("{path}."), ..Scope::default() };
        let mut elements = Vec::new();
        let ask = asked.get("ask").ok_or_else(|| node.problem("a list needs `ask`"))?.list()?;
        for question in ask {
            elements.extend(self.question(question, &mut scope, None)?);
        }
        let entry = asked
            .get("entry")
            .ok_or_else(|| node.problem("a list needs `entry`, the name of one"))?
            .text()?;
        self.say(&format!("{path}.entry"), &entry);
        self.say(&format!("{path}.addTooltip"), &self.definitions.phrase("add_entry", &[&entry]));
        let title = scope.properties.keys().next().cloned().unwrap_or_default();
        let bound = |key: &str, default: i64| asked.get(key).map_or(Ok(default), Node::int);
        let property = json!({"type": "array", "minItems": bound("min", 1)?, "maxItems": bound("max", 10)?, "items": scope.schema()});
        let detail = json!({"type": "VerticalLayout", "elements": elements});
        Ok((property, json!({"detail": detail, "elementLabelProp": title})))
    }

    /// Every sentence of a question under its JSON Forms key.
    fn texts(&mut self, asked: &Asked, kind: &str, path: &str) -> Result<(), ItemProblem> {
        let label = asked.get("label").ok_or_else(|| asked.node().problem("`label` is missing"))?.text()?;
        self.say(&format!("{path}.label"), &label);
        for (key, suffix) in [("help", "description"), ("example", "example"), ("unit", "unit")] {
            if let Some(node) = asked.get(key) {
                let text = if key == "example" { kinds::example(node)? } else { node.text()? };
                self.say(&format!("{path}.{suffix}"), &text);
            }
        }
        if let Some(choices) = asked.get("choices") {
            for (value, node) in choices.entries()? {
                self.say(&format!("{path}.{value}"), &node.text()?);
            }
        }
        if kind == "accept" {
            self.say(&format!("{path}.error.const"), &self.definitions.phrase("error_accept", &[]));
        }
        for (key, text) in kinds::comparison_texts(asked, self.definitions)? {
            self.say(&format!("{path}.error.{key}"), &text);
        }
        if let Some(errors) = asked.get("error") {
            for (keyword, node) in errors.entries()? {
                self.say(&format!("{path}.error.{keyword}"), &node.text()?);
            }
        }
        Ok(())
    }

    fn known_source(&self, source: &str, asked: &Asked) -> Result<(), ItemProblem> {
        match self.definitions.directory(source) {
            Some(_) => Ok(()),
            None => Err(asked.node().problem(format!("`{source}` is not in definitions/directory.toml"))),
        }
    }

    fn say(&mut self, key: &str, text: &Text) {
        for lang in Lang::ALL {
            self.words.entry(lang).or_default().insert(key.to_string(), text.get(lang).to_string());
        }
    }
}

/// `key`, else the name of the shared definition.
fn key_of(asked: &Asked) -> Result<String, ItemProblem> {
    let key = match asked.get("key") {
        Some(key) => key.str()?.to_string(),
        None => asked.shared_name.clone().ok_or_else(|| asked.node().problem("`key` is missing"))?,
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match key.chars().all(plain) && key.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => Ok(key),
        false => Err(asked.node().problem(format!("key `{key}`: use small letters, digits and _"))),
    }
}

fn condition_of(node: &Node) -> Result<Option<Condition>, ItemProblem> {
    node.get("when").map(parse_condition).transpose()
}

fn parse_condition(node: &Node) -> Result<Condition, ItemProblem> {
    Condition::parse(node.str()?).map_err(|message| node.problem(message))
}
