//! Schema -> nodes. `$ref` inside the document becomes a plain index, so recursion costs nothing and nothing is fetched.
use super::format::{FormatCheck, is_number_format};
use super::{Check, Checker, Node, Pattern, Rules, Test, Type, canonical};
use crate::form::path::js_keys;
use crate::form::resolve::resolve;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

impl Checker {
    pub fn compile(schema: &Value) -> Checker {
        let mut compiler = Compiler { document: schema, nodes: vec![], known: HashMap::new(), ids: None };
        let root = compiler.node(schema);
        let conditional = super::needed::is_conditional(&compiler.nodes);
        Checker { nodes: Arc::new(compiler.nodes), root, conditional }
    }
}

struct Compiler<'a> {
    document: &'a Value,
    nodes: Vec<Node>,
    /// A schema is one node however often it is referred to; its address in the document is its name.
    known: HashMap<*const Value, usize>,
    ids: Option<HashMap<String, &'a Value>>,
}

/// The node of a reference that leads nowhere: everything is accepted.
const ANY: usize = usize::MAX;

type OfBranches = fn(Vec<usize>) -> Test;

impl<'a> Compiler<'a> {
    fn node(&mut self, schema: &'a Value) -> usize {
        if let Some(index) = self.known.get(&std::ptr::from_ref(schema)) {
            return *index;
        }
        let index = self.nodes.len();
        self.known.insert(std::ptr::from_ref(schema), index);
        self.nodes.push(Node::Bool(schema != &Value::Bool(false)));
        if let Value::Object(map) = schema {
            let rules = self.rules(map);
            self.nodes[index] = Node::Schema(Box::new(rules));
        }
        index
    }

    fn nodes_of(&mut self, list: &'a [Value]) -> Vec<usize> {
        list.iter().map(|schema| self.node(schema)).collect()
    }

    fn rules(&mut self, map: &'a Map<String, Value>) -> Rules {
        let mut rules = Rules { types: types(map), ..Rules::default() };
        self.add_number(map, &mut rules.number);
        self.add_string(map, &mut rules.string);
        self.add_any(map, &mut rules.any);
        self.add_array(map, &mut rules.array);
        self.add_object(map, &mut rules.object);
        rules.type_first = match rules.types.as_slice() {
            [Type::Number] => rules.number.is_empty() && !map.contains_key("format"),
            [Type::String] => rules.string.is_empty() && !map.contains_key("format"),
            [Type::Array] => !ARRAY_KEYWORDS.iter().any(|key| map.contains_key(*key)),
            [Type::Object] => !OBJECT_KEYWORDS.iter().any(|key| map.contains_key(*key)),
            _ => true,
        };
        rules
    }

    fn add_number(&mut self, map: &Map<String, Value>, into: &mut Vec<Check>) {
        let mut limit = |keyword: &'static str, test: fn(f64) -> Test| {
            if let Some(asked) = map.get(keyword).and_then(Value::as_f64) {
                into.push(Check { keyword, asked: map[keyword].clone().into(), test: test(asked) });
            }
        };
        limit("maximum", Test::Maximum);
        limit("minimum", Test::Minimum);
        limit("exclusiveMaximum", Test::ExclusiveMaximum);
        limit("exclusiveMinimum", Test::ExclusiveMinimum);
        limit("multipleOf", Test::MultipleOf);
        if let Some(name) = map.get("format").and_then(Value::as_str).filter(|name| is_number_format(name)) {
            let test = Test::NumberFormat(FormatCheck::named(name));
            into.push(Check { keyword: "format", asked: map["format"].clone().into(), test });
        }
    }

    fn add_string(&mut self, map: &Map<String, Value>, into: &mut Vec<Check>) {
        for (keyword, test) in
            [("maxLength", Test::MaxLength as fn(usize) -> Test), ("minLength", Test::MinLength)]
        {
            add_count(map, keyword, test, into);
        }
        if let Some(pattern) = map.get("pattern").and_then(Value::as_str) {
            let test = Test::Pattern(Pattern::new(pattern));
            into.push(Check { keyword: "pattern", asked: map["pattern"].clone().into(), test });
        }
        if let Some(name) = map.get("format").and_then(Value::as_str).filter(|name| !is_number_format(name)) {
            let test = Test::StringFormat(FormatCheck::named(name));
            into.push(Check { keyword: "format", asked: map["format"].clone().into(), test });
        }
    }

    fn add_any(&mut self, map: &'a Map<String, Value>, into: &mut Vec<Check>) {
        let mut add =
            |keyword, asked: &Value, test| into.push(Check { keyword, asked: asked.clone().into(), test });
        if let Some(target) = map.get("$ref").and_then(Value::as_str) {
            add("$ref", &Value::Null, Test::Ref(self.target(target)));
        }
        if let Some(value) = map.get("const") {
            add("const", value, Test::Const);
        }
        if let Some(listed @ Value::Array(values)) = map.get("enum") {
            add("enum", listed, Test::Enum(values.iter().map(canonical).collect()));
        }
        if let Some(schema) = map.get("not") {
            add("not", &Value::Null, Test::Not(self.node(schema)));
        }
        let lists: [(&'static str, OfBranches); 3] =
            [("anyOf", Test::AnyOf), ("oneOf", Test::OneOf), ("allOf", Test::AllOf)];
        for (keyword, test) in lists {
            if let Some(schemas) = map.get(keyword).and_then(Value::as_array) {
                add(keyword, &Value::Null, test(self.nodes_of(schemas)));
            }
        }
        if let Some(condition) = map.get("if") {
            let then = map.get("then").map(|schema| self.node(schema));
            let otherwise = map.get("else").map(|schema| self.node(schema));
            add("if", &Value::Null, Test::If { condition: self.node(condition), then, otherwise });
        }
    }

    fn add_array(&mut self, map: &'a Map<String, Value>, into: &mut Vec<Check>) {
        add_count(map, "maxItems", Test::MaxItems, into);
        add_count(map, "minItems", Test::MinItems, into);
        let mut add = |keyword, test| into.push(Check { keyword, asked: Value::Null.into(), test });
        if let (Some(Value::Array(tuple)), Some(extra)) = (map.get("items"), map.get("additionalItems")) {
            add("additionalItems", Test::AdditionalItems { from: tuple.len(), schema: self.node(extra) });
        }
        match map.get("items") {
            Some(Value::Array(tuple)) => add("items", Test::Tuple(self.nodes_of(tuple))),
            Some(each) => add("items", Test::Items(self.node(each))),
            None => {}
        }
        if let Some(schema) = map.get("contains") {
            add("contains", Test::Contains(self.node(schema)));
        }
        if map.get("uniqueItems") == Some(&Value::Bool(true)) {
            let among = map.get("items").and_then(Value::as_object).map(types).unwrap_or_default();
            let plain = !among.iter().any(|of| matches!(of, Type::Array | Type::Object));
            add("uniqueItems", Test::UniqueItems(if plain { among } else { vec![] }));
        }
    }

    fn add_object(&mut self, map: &'a Map<String, Value>, into: &mut Vec<Check>) {
        add_count(map, "maxProperties", Test::MaxProperties, into);
        add_count(map, "minProperties", Test::MinProperties, into);
        let mut add = |keyword, test| into.push(Check { keyword, asked: Value::Null.into(), test });
        if let Some(names) = map.get("required").and_then(Value::as_array) {
            add(
                "required",
                Test::Required(names.iter().filter_map(Value::as_str).map(String::from).collect()),
            );
        }
        if let Some(schema) = map.get("propertyNames") {
            add("propertyNames", Test::PropertyNames(self.node(schema)));
        }
        let properties = map.get("properties").and_then(Value::as_object);
        let patterns = map.get("patternProperties").and_then(Value::as_object);
        if let Some(extra) = map.get("additionalProperties") {
            let known = properties.into_iter().flat_map(|p| p.keys().cloned()).collect();
            let patterns = patterns.into_iter().flat_map(|p| p.keys().map(|k| Pattern::new(k))).collect();
            let schema = self.node(extra);
            add("additionalProperties", Test::AdditionalProperties { known, patterns, schema });
        }
        if let Some(dependencies) = map.get("dependencies").and_then(Value::as_object) {
            add("dependencies", self.dependencies(dependencies));
        }
        if let Some(properties) = properties {
            let names = js_keys(properties).into_iter();
            let named = names.map(|name| (name.clone(), self.node(&properties[name.as_str()]))).collect();
            add("properties", Test::Properties(named));
        }
        if let Some(patterns) = patterns {
            let each = patterns.iter().map(|(key, schema)| (Pattern::new(key), self.node(schema))).collect();
            add("patternProperties", Test::PatternProperties(each));
        }
    }

    fn dependencies(&mut self, dependencies: &'a Map<String, Value>) -> Test {
        let (mut names, mut schemas) = (vec![], vec![]);
        for key in js_keys(dependencies) {
            match &dependencies[key.as_str()] {
                Value::Array(needed) => {
                    let needed = needed.iter().filter_map(Value::as_str).map(String::from).collect();
                    names.push((key.clone(), needed));
                }
                schema => schemas.push((key.clone(), self.node(schema))),
            }
        }
        Test::Dependencies { names, schemas }
    }

    /// `#/definitions/x`, `#`, `#anchor` or an `$id` of this document; anything else accepts everything
    /// (packaging has resolved it or `Form::compile` has refused it).
    fn target(&mut self, target: &str) -> usize {
        let document = self.document;
        let found = match target.strip_prefix('#') {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => {
                document.pointer(&percent_decoded(pointer)).or_else(|| resolve(document, target, document))
            }
            _ => self.by_id(target),
        };
        found.map_or(ANY, |schema| self.node(schema))
    }

    fn by_id(&mut self, target: &str) -> Option<&'a Value> {
        let document = self.document;
        let ids = self.ids.get_or_insert_with(|| {
            let mut ids = HashMap::new();
            collect_ids(document, &mut ids);
            ids
        });
        ids.get(target).copied()
    }
}

/// `a%20b` -> `a b`; what is no escape stays.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_string())
}

fn collect_ids<'a>(schema: &'a Value, ids: &mut HashMap<String, &'a Value>) {
    match schema {
        Value::Object(map) => {
            if let Some(id) = map.get("$id").and_then(Value::as_str) {
                ids.insert(id.to_string(), schema);
            }
            map.values().for_each(|child| collect_ids(child, ids));
        }
        Value::Array(items) => items.iter().for_each(|child| collect_ids(child, ids)),
        _ => {}
    }
}

const ARRAY_KEYWORDS: [&str; 6] =
    ["maxItems", "minItems", "additionalItems", "items", "contains", "uniqueItems"];
const OBJECT_KEYWORDS: [&str; 8] = [
    "maxProperties",
    "minProperties",
    "required",
    "propertyNames",
    "additionalProperties",
    "dependencies",
    "properties",
    "patternProperties",
];

fn add_count(
    map: &Map<String, Value>,
    keyword: &'static str,
    test: fn(usize) -> Test,
    into: &mut Vec<Check>,
) {
    let number = map.get(keyword).and_then(Value::as_f64).filter(|n| *n >= 0.0);
    if let Some(number) = number {
        into.push(Check { keyword, asked: map[keyword].clone().into(), test: test(number.ceil() as usize) });
    }
}

fn types(map: &Map<String, Value>) -> Vec<Type> {
    let one = |name: &str| match name {
        "null" => Some(Type::Null),
        "boolean" => Some(Type::Boolean),
        "integer" => Some(Type::Integer),
        "number" => Some(Type::Number),
        "string" => Some(Type::String),
        "array" => Some(Type::Array),
        "object" => Some(Type::Object),
        _ => None,
    };
    let mut types: Vec<Type> = match map.get("type") {
        Some(Value::String(name)) => one(name).into_iter().collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter_map(one).collect(),
        _ => vec![],
    };
    if map.get("nullable") == Some(&Value::Bool(true)) && !types.contains(&Type::Null) {
        types.push(Type::Null);
    }
    types
}
