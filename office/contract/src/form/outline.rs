//! A UI schema laid flat: gates (elements with their rules, parents first), questions and pages.
//! Rules are indexed by the paths they look at, so an answer re-evaluates only what it can change.
use super::FormError;
use super::element::{Element, Kind, generated};
use super::field::{self, Field, Shape};
use super::label::{control_label, i18n_prefix};
use super::limits::{FIELDS_MAX, RULES_MAX};
use super::path::compose;
use super::resolve::{deref, resolve};
use super::rule::Rule;
use serde_json::Value;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub struct Outline {
    pub gates: Vec<Gate>,
    pub fields: Vec<Field>,
    pub pages: Vec<Page>,
    pub watch: Watch,
    by_path: HashMap<String, Vec<usize>>,
    list_fields: Vec<usize>,
    comparing_fields: Vec<usize>,
    nested_fields: Vec<usize>,
}

/// One element. Its children are the gates up to `end`.
#[derive(Debug)]
pub struct Gate {
    pub parent: Option<usize>,
    pub end: usize,
    pub rule: Option<Rule>,
    pub readonly: Option<bool>,
    pub schema_readonly: bool,
    pub field: Option<usize>,
}

#[derive(Debug)]
pub struct Page {
    pub title: String,
    pub i18n: Option<String>,
    pub items: Vec<Item>,
}

#[derive(Debug)]
pub enum Item {
    Field(usize),
    Note { gate: usize, text: String, i18n: Option<String> },
}

/// Which gates and which derived fields look at a path.
#[derive(Debug, Default)]
pub struct Watch {
    at: HashMap<String, Vec<Watcher>>,
    below: HashMap<String, Vec<Watcher>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watcher {
    Rule(usize),
    Derived(usize),
}

impl Watch {
    fn add(&mut self, path: &str, watcher: Watcher) {
        self.at.entry(path.to_string()).or_default().push(watcher);
        for (cut, _) in path.match_indices('.') {
            self.below.entry(path[..cut].to_string()).or_default().push(watcher);
        }
        if !path.is_empty() {
            self.below.entry(String::new()).or_default().push(watcher);
        }
    }

    /// Everything that looks at `path`, at something around it or at something inside it.
    pub fn affected(&self, path: &str, into: &mut Vec<Watcher>) {
        let around = path.match_indices('.').map(|(cut, _)| &path[..cut]);
        let lists = std::iter::once("").chain(around).chain([path]).map(|at| self.at.get(at));
        for list in lists.chain([self.below.get(path)]).flatten() {
            into.extend(list);
        }
    }
}

/// Builds an outline; `base` is the schema that scopes start from (the item schema inside a list).
pub struct Builder<'a> {
    pub root: &'a Value,
    pub base: &'a Value,
    /// Path of the list inside the document, for i18n keys.
    pub list: String,
    pub outline: Outline,
}

impl<'a> Builder<'a> {
    pub fn new(root: &'a Value, base: &'a Value, list: &str) -> Builder<'a> {
        Builder { root, base, list: list.to_string(), outline: Outline::default() }
    }

    pub fn build(mut self, element: &Element) -> Result<Outline, FormError> {
        self.element(element, None, None, "")?;
        if self.outline.pages.is_empty() {
            let page = Page { title: String::new(), i18n: None, items: self.all_items() };
            self.outline.pages.push(page);
        }
        self.watch();
        self.outline.index();
        Ok(self.outline)
    }

    fn all_items(&self) -> Vec<Item> {
        (0..self.outline.fields.len()).map(Item::Field).collect()
    }

    fn element(
        &mut self,
        element: &Element,
        parent: Option<usize>,
        page: Option<usize>,
        at: &str,
    ) -> Result<(), FormError> {
        let index = self.outline.gates.len();
        let schema = self.control_schema(element, at)?;
        self.outline.gates.push(Gate {
            parent,
            end: 0,
            rule: element.rule.clone(),
            readonly: element.readonly_option(),
            schema_readonly: schema.is_some_and(|s| s.get("readOnly") == Some(&Value::Bool(true))),
            field: None,
        });
        self.check_rule(element, at)?;
        let page = self.page_of(element, page);
        if let Some(schema) = schema {
            self.field(element, schema, index, page, at)?;
        }
        if let (Kind::Label, Some(page)) = (element.kind, page) {
            let text = element.text.clone().unwrap_or_default();
            let note = Item::Note { gate: index, text, i18n: element.i18n.clone() };
            self.outline.pages[page].items.push(note);
        }
        for (number, child) in element.elements.iter().enumerate() {
            self.element(child, Some(index), page, &format!("{at}/elements/{number}"))?;
        }
        self.outline.gates[index].end = self.outline.gates.len();
        Ok(())
    }

    /// A Category opens a page, unless it only holds further categories.
    fn page_of(&mut self, element: &Element, page: Option<usize>) -> Option<usize> {
        let nested = element.elements.iter().any(|child| child.kind == Kind::Categorization);
        if element.kind != Kind::Category || (nested && page.is_none()) {
            return page;
        }
        let title = element.label.as_ref().and_then(Value::as_str).unwrap_or_default().to_string();
        self.outline.pages.push(Page { title, i18n: element.i18n.clone(), items: vec![] });
        Some(self.outline.pages.len() - 1)
    }

    fn control_schema(&self, element: &Element, at: &str) -> Result<Option<&'a Value>, FormError> {
        if !matches!(element.kind, Kind::Control | Kind::ListWithDetail) {
            return Ok(None);
        }
        let scope = element.scope.as_deref().unwrap_or_default();
        match resolve(self.base, scope, self.root) {
            Some(schema) => Ok(Some(deref(schema, self.root))),
            None => Err(FormError::Scope { pointer: format!("{at}/scope"), scope: scope.to_string() }),
        }
    }

    fn check_rule(&self, element: &Element, at: &str) -> Result<(), FormError> {
        let Some(rule) = &element.rule else { return Ok(()) };
        for scope in rule.condition.scopes().into_iter().flatten() {
            let known = scope == "#" || resolve(self.base, scope, self.root).is_some();
            if !known {
                return Err(FormError::Scope {
                    pointer: format!("{at}/rule/condition"),
                    scope: scope.to_string(),
                });
            }
        }
        let rules = self.outline.gates.iter().filter(|gate| gate.rule.is_some()).count();
        if rules > RULES_MAX { Err(FormError::TooManyRules) } else { Ok(()) }
    }

    fn field(
        &mut self,
        element: &Element,
        schema: &'a Value,
        gate: usize,
        page: Option<usize>,
        at: &str,
    ) -> Result<(), FormError> {
        let path = compose("", element.scope.as_deref());
        let full = if self.list.is_empty() { path.clone() } else { format!("{}.{path}", self.list) };
        let multiline = element.options.get("multi") == Some(&Value::Bool(true));
        let shape = match entry_schema(schema, self.root) {
            Some(entry) => Shape::Entries(Box::new(self.detail(element, entry, &full, at)?)),
            None => field::shape(schema, self.root, multiline),
        };
        if self.outline.fields.len() >= FIELDS_MAX {
            return Err(FormError::TooManyFields);
        }
        let index = self.outline.fields.len();
        self.outline.fields.push(Field {
            gate,
            prefix: i18n_prefix(element.i18n.as_deref(), Some(schema), &full),
            label: control_label(element.label.as_ref(), element.scope.as_deref(), Some(schema)),
            required: self.is_required(element.scope.as_deref().unwrap_or_default()),
            max_chars: field::max_chars(schema),
            prefill: field::prefill(schema),
            derive: field::derive(schema),
            compare: field::compare(schema),
            schema: schema.clone(),
            shape,
            path,
        });
        self.outline.gates[gate].field = Some(index);
        if let Some(page) = page {
            self.outline.pages[page].items.push(Item::Field(index));
        }
        Ok(())
    }

    /// The questions of one list entry: `options.detail`, or one per property.
    fn detail(
        &self,
        element: &Element,
        entry: &'a Value,
        path: &str,
        at: &str,
    ) -> Result<Outline, FormError> {
        let detail = match element.options.get("detail") {
            Some(detail @ Value::Object(_)) => Element::read(detail),
            _ => generated(entry, self.root),
        };
        let nested = Builder::new(self.root, entry, path).build(&detail);
        nested.map_err(|error| error.below(&format!("{at}/options/detail")))
    }

    fn is_required(&self, scope: &str) -> bool {
        let mut parts = scope.rsplitn(3, '/');
        let (last, _, above) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or("#"));
        let name = super::path::decode(last);
        let parent = resolve(self.base, above, self.root).map(|schema| deref(schema, self.root));
        let names = parent.and_then(|schema| schema.get("required")).and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|required| required.as_str() == Some(&name)))
    }

    fn watch(&mut self) {
        let Outline { gates, fields, watch, .. } = &mut self.outline;
        for (index, gate) in gates.iter().enumerate() {
            let scopes = gate.rule.iter().flat_map(|rule| rule.condition.scopes());
            let mut paths: Vec<String> = scopes.map(|scope| compose("", scope)).collect();
            paths.sort();
            paths.dedup();
            paths.iter().for_each(|path| watch.add(path, Watcher::Rule(index)));
        }
        for (index, field) in fields.iter().enumerate() {
            let args = field.derive.iter().flat_map(|derive| &derive.args);
            args.for_each(|path| watch.add(path, Watcher::Derived(index)));
        }
    }
}

/// The schema of one entry, where the field is a list of objects.
fn entry_schema<'a>(schema: &'a Value, root: &'a Value) -> Option<&'a Value> {
    let items = schema.get("items").filter(|_| field::kind(schema) == Some("array"))?;
    let entry = deref(items, root);
    (field::kind(entry) == Some("object")).then_some(entry)
}

/// A question found by its path.
pub enum Place<'a> {
    Field(&'a Field),
    /// Inside an entry of `list`.
    Inside {
        list: &'a Field,
        field: &'a Field,
        detail: &'a Outline,
    },
}

impl<'a> Place<'a> {
    pub fn field(&self) -> &'a Field {
        match self {
            Place::Field(field) | Place::Inside { field, .. } => field,
        }
    }

    /// The question of the form itself: the list for a question inside one.
    pub fn top(&self) -> &'a Field {
        match self {
            Place::Field(field) | Place::Inside { list: field, .. } => field,
        }
    }
}

impl Outline {
    /// The question at `family` or `family.0.name`. Lists inside lists are one value of their entry.
    pub fn find(&self, path: &str) -> Option<Place<'_>> {
        if let Some(index) = self.by_path.get(path).and_then(|indices| indices.first()) {
            return Some(Place::Field(&self.fields[*index]));
        }
        let (list, inner) = self.inside(path)?;
        let Shape::Entries(detail) = &list.shape else { return None };
        let index = *detail.by_path.get(inner)?.first()?;
        Some(Place::Inside { list, field: &detail.fields[index], detail })
    }

    /// `family.0.name` -> the list field and `name`.
    fn inside<'a>(&self, path: &'a str) -> Option<(&Field, &'a str)> {
        for (cut, _) in path.match_indices('.') {
            let Some(index) = self.by_path.get(&path[..cut]).and_then(|indices| indices.first()) else {
                continue;
            };
            let field = &self.fields[*index];
            let (number, inner) = path[cut + 1..].split_once('.')?;
            let is_index = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            if matches!(field.shape, Shape::Entries(_)) && is_index {
                return Some((field, inner));
            }
        }
        None
    }

    /// `family.0.name` -> `family.0` and the outline of an entry.
    pub fn entry_of(&self, path: &str) -> Option<(String, &Outline)> {
        let (list, inner) = self.inside(path)?;
        let Shape::Entries(detail) = &list.shape else { return None };
        let entry = path.strip_suffix(inner)?.strip_suffix('.')?;
        Some((entry.to_string(), detail))
    }

    /// Gates of every control that asks for the value of this field.
    pub fn gates_of(&self, field: &Field) -> Vec<usize> {
        let indices = self.by_path.get(&field.path);
        indices.into_iter().flatten().map(|index| self.fields[*index].gate).collect()
    }

    pub fn lists(&self) -> impl Iterator<Item = &Field> {
        self.list_fields.iter().map(|index| &self.fields[*index])
    }

    pub fn comparing(&self) -> impl Iterator<Item = &Field> {
        self.comparing_fields.iter().map(|index| &self.fields[*index])
    }

    pub fn nested(&self) -> impl Iterator<Item = &Field> {
        self.nested_fields.iter().map(|index| &self.fields[*index])
    }

    fn index(&mut self) {
        for (index, field) in self.fields.iter().enumerate() {
            self.by_path.entry(field.path.clone()).or_default().push(index);
            if matches!(field.shape, Shape::Entries(_)) {
                self.list_fields.push(index);
            }
            if !field.compare.is_empty() {
                self.comparing_fields.push(index);
            }
            if field.path.contains('.') {
                self.nested_fields.push(index);
            }
        }
    }
}
