//! One walk over the data. Every step is counted and the depth is bounded, so no schema and no answer can stall it.
mod branches;

use super::{Check, Fault, Node, Pattern, Rules, Test, Type, canonical, same};
use crate::form::path::{encode, js_keys};
pub(super) use branches::is_open;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// Nodes visited in one walk; a real form of 5,000 questions needs about 20,000.
pub const STEPS_MAX: usize = 2_000_000;
/// Schemas inside schemas on one path of the walk.
pub const DEPTH_MAX: usize = 200;
/// Faults worth naming; the rest of a hostile document is wrong as well.
pub const FAULTS_MAX: usize = 10_000;

pub(super) fn faults(nodes: &[Node], root: usize, value: Option<&Value>) -> Vec<Fault> {
    Walk::over(nodes).name_faults(root, value)
}

/// Of alternatives that all fail, only those to which nothing but answers is missing: what one can still do.
pub(super) fn guiding_faults(nodes: &[Node], root: usize, value: Option<&Value>) -> Vec<Fault> {
    Walk { guiding: true, ..Walk::over(nodes) }.name_faults(root, value)
}

pub(super) fn accepts(nodes: &[Node], root: usize, value: Option<&Value>) -> bool {
    let mut walk = Walk { silent: 1, ..Walk::over(nodes) };
    walk.node(root, value, 0) && !walk.exhausted
}

/// `res === parseInt(res)`: from 10^21 on JavaScript writes an exponent, and parseInt stops before it.
fn is_whole(quotient: f64) -> bool {
    quotient.fract() == 0.0 && quotient.abs() < 1e21
}

struct Walk<'n> {
    nodes: &'n [Node],
    steps: usize,
    faults: Vec<Fault>,
    path: String,
    /// Above zero inside `not`, `if` and conditions: only the verdict counts.
    silent: usize,
    /// A limit was reached: whatever the rest says, the document is not accepted.
    exhausted: bool,
    guiding: bool,
}

impl<'n> Walk<'n> {
    fn over(nodes: &'n [Node]) -> Walk<'n> {
        let (faults, path) = (vec![], String::new());
        Walk { nodes, steps: 0, faults, path, silent: 0, exhausted: false, guiding: false }
    }

    fn name_faults(mut self, root: usize, value: Option<&Value>) -> Vec<Fault> {
        self.node(root, value, 0);
        if self.exhausted && self.faults.is_empty() {
            self.fault("depth", &Value::Null);
        }
        self.faults
    }

    fn fault(&mut self, keyword: &'static str, asked: &Value) -> bool {
        self.note(keyword, || Arc::new(asked.clone()))
    }

    fn refuse(&mut self, check: &Check) -> bool {
        self.note(check.keyword, || check.asked.clone())
    }

    fn note(&mut self, keyword: &'static str, asked: impl FnOnce() -> Arc<Value>) -> bool {
        if self.silent == 0 && self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { path: self.path.clone(), keyword, asked: asked() });
        }
        false
    }

    fn missing(&mut self, name: &str) {
        let length = self.path.len();
        self.enter(name);
        self.fault("required", &Value::Null);
        self.path.truncate(length);
    }

    fn enter(&mut self, segment: &str) {
        self.path.push('/');
        self.path.push_str(&encode(segment));
    }

    fn node(&mut self, index: usize, value: Option<&Value>, depth: usize) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX || depth > DEPTH_MAX {
            self.exhausted = true;
            return self.fault("depth", &Value::Null);
        }
        match self.nodes.get(index) {
            Some(Node::Bool(false)) => self.fault("false schema", &Value::Null),
            Some(Node::Schema(rules)) => self.schema(rules, value, depth + 1),
            _ => true,
        }
    }

    fn child(&mut self, index: usize, segment: &str, value: &Value, depth: usize) -> bool {
        let length = self.path.len();
        self.enter(segment);
        let good = self.node(index, Some(value), depth);
        self.path.truncate(length);
        good
    }

    /// Judges without naming faults.
    fn silently(&mut self, index: usize, value: Option<&Value>, depth: usize) -> bool {
        self.silent += 1;
        let good = self.node(index, value, depth);
        self.silent -= 1;
        good
    }

    fn schema(&mut self, rules: &'n Rules, value: Option<&Value>, depth: usize) -> bool {
        let fits = rules.types.is_empty() || value.is_some_and(|v| rules.types.iter().any(|t| t.fits(v)));
        let mut good = fits;
        if !fits && rules.type_first {
            self.type_fault(rules);
            if self.silent > 0 {
                return false;
            }
        }
        let groups = [
            (&rules.any, None),
            (&rules.number, Some(Type::Number)),
            (&rules.string, Some(Type::String)),
            (&rules.array, Some(Type::Array)),
            (&rules.object, Some(Type::Object)),
        ];
        for (checks, of) in groups {
            if of.is_none_or(|of| value.is_some_and(|v| of.fits(v))) {
                good &= self.group(checks, value, depth);
            } else if !fits && !rules.type_first && of.is_some_and(|of| rules.types == [of]) {
                self.type_fault(rules);
            }
            if !good && self.silent > 0 {
                return false;
            }
        }
        good
    }

    fn type_fault(&mut self, rules: &Rules) {
        let names = rules.types.iter().map(|t| Value::String(t.name().into())).collect();
        self.fault("type", &Value::Array(names));
    }

    fn group(&mut self, checks: &'n [Check], value: Option<&Value>, depth: usize) -> bool {
        let mut good = true;
        for check in checks {
            good &= match value {
                Some(Value::Number(number)) => self.number(check, number.as_f64().unwrap_or(f64::NAN)),
                Some(Value::String(text)) => self.string(check, text),
                Some(Value::Array(items)) => self.array(check, items, depth),
                Some(Value::Object(map)) => self.object(check, map, depth),
                _ => None,
            }
            .unwrap_or_else(|| self.any(check, value, depth));
            if !good && self.silent > 0 {
                return false;
            }
        }
        good
    }

    fn verdict(&mut self, check: &Check, good: bool) -> Option<bool> {
        Some(good || self.refuse(check))
    }

    fn number(&mut self, check: &Check, number: f64) -> Option<bool> {
        let good = match &check.test {
            Test::Maximum(limit) => number <= *limit,
            Test::Minimum(limit) => number >= *limit,
            Test::ExclusiveMaximum(limit) => number < *limit,
            Test::ExclusiveMinimum(limit) => number > *limit,
            Test::MultipleOf(of) => is_whole(number / of),
            Test::NumberFormat(format) => format.accepts_number(number),
            _ => return None,
        };
        self.verdict(check, good)
    }

    fn string(&mut self, check: &Check, text: &str) -> Option<bool> {
        let good = match &check.test {
            Test::MaxLength(limit) => text.len() <= *limit || text.chars().count() <= *limit,
            Test::MinLength(limit) => text.chars().count() >= *limit,
            Test::Pattern(pattern) => pattern.matches(text),
            Test::StringFormat(format) => format.accepts(text),
            _ => return None,
        };
        self.verdict(check, good)
    }

    fn any(&mut self, check: &'n Check, value: Option<&Value>, depth: usize) -> bool {
        match &check.test {
            Test::Ref(node) | Test::Items(node) => self.node(*node, value, depth),
            Test::Const => value.is_some_and(|v| same(v, &check.asked)) || self.refuse(check),
            Test::Enum(allowed) => {
                value.is_some_and(|v| allowed.contains(&canonical(v))) || self.refuse(check)
            }
            Test::Not(node) => !self.silently(*node, value, depth) || self.fault("not", &Value::Null),
            Test::AnyOf(nodes) => self.any_of(nodes, value, depth),
            Test::OneOf(nodes) => self.one_of(nodes, value, depth),
            Test::AllOf(nodes) => self.all_of(nodes, value, depth),
            Test::If { condition, then, otherwise } => {
                if then.is_none() && otherwise.is_none() {
                    return true;
                }
                let branch = if self.silently(*condition, value, depth) { then } else { otherwise };
                let good = branch.is_none_or(|node| self.node(node, value, depth));
                good || self.fault("if", &Value::Null)
            }
            _ => true,
        }
    }

    fn array(&mut self, check: &'n Check, items: &[Value], depth: usize) -> Option<bool> {
        let good = match &check.test {
            Test::MaxItems(limit) => return self.verdict(check, items.len() <= *limit),
            Test::MinItems(limit) => return self.verdict(check, items.len() >= *limit),
            Test::UniqueItems(among) => {
                return self.verdict(check, Self::all_different(items, among));
            }
            Test::AdditionalItems { from, schema } => {
                if matches!(self.nodes.get(*schema), Some(Node::Bool(false))) {
                    return self.verdict(check, items.len() <= *from);
                }
                self.each(*schema, items, *from, depth)
            }
            Test::Items(schema) => self.each(*schema, items, 0, depth),
            Test::Tuple(schemas) => {
                let pairs = schemas.iter().zip(items).enumerate();
                pairs.fold(true, |good, (at, (schema, item))| {
                    self.child(*schema, &at.to_string(), item, depth) && good
                })
            }
            Test::Contains(schema) => self.contains(*schema, items, depth),
            _ => return None,
        };
        Some(good)
    }

    fn each(&mut self, schema: usize, items: &[Value], from: usize, depth: usize) -> bool {
        let mut good = true;
        for (at, item) in items.iter().enumerate().skip(from) {
            good &= self.child(schema, &at.to_string(), item, depth);
            if self.steps > STEPS_MAX {
                return false;
            }
        }
        good
    }

    fn contains(&mut self, schema: usize, items: &[Value], depth: usize) -> bool {
        let before = self.faults.len();
        let found =
            items.iter().enumerate().any(|(at, item)| self.child(schema, &at.to_string(), item, depth));
        if found {
            self.faults.truncate(before);
        }
        found || self.fault("contains", &Value::Null)
    }

    /// Where all entries are plain values of known types (`among`), Ajv compares only those that fit.
    fn all_different(items: &[Value], among: &[Type]) -> bool {
        let fits = |item: &&Value| among.is_empty() || among.iter().any(|of| of.fits(item));
        let mut seen = HashSet::new();
        items.iter().filter(fits).all(|item| seen.insert(canonical(item)))
    }

    fn object(
        &mut self,
        check: &'n Check,
        map: &serde_json::Map<String, Value>,
        depth: usize,
    ) -> Option<bool> {
        let good = match &check.test {
            Test::MaxProperties(limit) => return self.verdict(check, map.len() <= *limit),
            Test::MinProperties(limit) => return self.verdict(check, map.len() >= *limit),
            Test::Required(names) => {
                let absent = names.iter().filter(|name| !map.contains_key(*name));
                absent.fold(true, |_, name| {
                    self.missing(name);
                    false
                })
            }
            Test::PropertyNames(schema) => map.keys().fold(true, |good, name| {
                let name = Value::String(name.clone());
                let fits =
                    self.node(*schema, Some(&name), depth) || self.fault("propertyNames", &Value::Null);
                good && fits
            }),
            Test::AdditionalProperties { known, patterns, schema } => {
                let extra = |name: &&String| {
                    !known.contains(*name) && !patterns.iter().any(|pattern| pattern.matches(name))
                };
                let refused = matches!(self.nodes.get(*schema), Some(Node::Bool(false)));
                js_keys(map).into_iter().filter(extra).fold(true, |good, name| {
                    let fits = match refused {
                        true => self.fault("additionalProperties", &Value::String(name.clone())),
                        false => self.child(*schema, name, &map[name.as_str()], depth),
                    };
                    good && fits
                })
            }
            Test::Dependencies { names, schemas } => self.dependencies(names, schemas, map, depth),
            Test::Properties(named) => named.iter().fold(true, |good, (name, schema)| {
                let fits = map.get(name).is_none_or(|value| self.child(*schema, name, value, depth));
                good && fits
            }),
            Test::PatternProperties(each) => self.pattern_properties(each, map, depth),
            _ => return None,
        };
        Some(good)
    }

    fn pattern_properties(
        &mut self,
        each: &[(Pattern, usize)],
        map: &serde_json::Map<String, Value>,
        depth: usize,
    ) -> bool {
        let mut good = true;
        for (pattern, schema) in each {
            for name in js_keys(map).into_iter().filter(|name| pattern.matches(name)) {
                good &= self.child(*schema, name, &map[name.as_str()], depth);
            }
        }
        good
    }

    fn dependencies(
        &mut self,
        names: &[(String, Vec<String>)],
        schemas: &[(String, usize)],
        map: &serde_json::Map<String, Value>,
        depth: usize,
    ) -> bool {
        let mut good = true;
        for (_, needed) in names.iter().filter(|(name, _)| map.contains_key(name)) {
            for name in needed.iter().filter(|name| !map.contains_key(*name)) {
                good = self.fault("dependencies", &Value::String(name.clone()));
            }
        }
        for (_, schema) in schemas.iter().filter(|(name, _)| map.contains_key(name)) {
            let whole = Value::Object(map.clone());
            good &= self.node(*schema, Some(&whole), depth);
        }
        good
    }
}
