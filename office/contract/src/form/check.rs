//! What is wrong with an answer, in the words and the order of Ajv 8 (the validator JSON Forms was measured with):
//! the schema is compiled once into nodes, and one walk names every fault. Patterns are matched by `jsonschema`,
//! which also judges the whole document a second time at the office (`Form::accepts`).
mod compile;
mod format;
mod needed;
mod walk;

pub use format::FormatCheck;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// One fault: where, which keyword, and what the keyword asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// JSON pointer into the data; for `required` the missing property is appended.
    pub path: String,
    pub keyword: &'static str,
    /// The value of the keyword, for messages (`maxLength` -> 5, `format` -> "date"). Shared: ten thousand faults may
    /// all name the same list of five thousand values.
    pub asked: Arc<Value>,
}

/// A compiled schema.
#[derive(Debug, Clone)]
pub struct Checker {
    nodes: Arc<Vec<Node>>,
    root: usize,
    conditional: bool,
}

impl Checker {
    /// Every fault of `value`; `None` is JavaScript's `undefined`.
    pub fn faults(&self, value: Option<&Value>) -> Vec<Fault> {
        walk::faults(&self.nodes, self.root, value)
    }

    /// The faults a resident can do something about: of alternatives only those still open.
    pub fn guiding_faults(&self, value: &Value) -> Vec<Fault> {
        walk::guiding_faults(&self.nodes, self.root, Some(value))
    }

    /// The same walk without collecting.
    pub fn accepts(&self, value: Option<&Value>) -> bool {
        walk::accepts(&self.nodes, self.root, value)
    }

    /// JSON pointers of what conditions make obligatory for these answers, answered or not.
    pub fn needed(&self, value: &Value) -> BTreeSet<String> {
        match self.conditional {
            true => needed::needed(&self.nodes, self.root, value),
            false => BTreeSet::new(),
        }
    }
}

#[derive(Debug)]
enum Node {
    Bool(bool),
    Schema(Box<Rules>),
}

/// Keywords by the type they apply to, each group in the order of Ajv 8: those of any type first.
#[derive(Debug, Default)]
struct Rules {
    types: Vec<Type>,
    /// A single type with keywords of its own is reported with them, any other before all keywords.
    type_first: bool,
    number: Vec<Check>,
    string: Vec<Check>,
    any: Vec<Check>,
    array: Vec<Check>,
    object: Vec<Check>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::String => "string",
            Type::Array => "array",
            Type::Object => "object",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (Type::Null, Value::Null)
            | (Type::Boolean, Value::Bool(_))
            | (Type::Number, Value::Number(_)) => true,
            (Type::Integer, Value::Number(n)) => n.as_f64().is_some_and(|n| n.fract() == 0.0),
            (Type::String, Value::String(_)) => true,
            (Type::Array, Value::Array(_)) | (Type::Object, Value::Object(_)) => true,
            _ => false,
        }
    }
}

#[derive(Debug)]
struct Check {
    keyword: &'static str,
    asked: Arc<Value>,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Maximum(f64),
    Minimum(f64),
    ExclusiveMaximum(f64),
    ExclusiveMinimum(f64),
    MultipleOf(f64),
    NumberFormat(FormatCheck),
    MaxLength(usize),
    MinLength(usize),
    Pattern(Pattern),
    StringFormat(FormatCheck),
    Ref(usize),
    Const,
    /// The allowed values by their [`canonical`] text.
    Enum(HashSet<String>),
    Not(usize),
    AnyOf(Vec<usize>),
    OneOf(Vec<usize>),
    AllOf(Vec<usize>),
    If {
        condition: usize,
        then: Option<usize>,
        otherwise: Option<usize>,
    },
    MaxItems(usize),
    MinItems(usize),
    AdditionalItems {
        from: usize,
        schema: usize,
    },
    Items(usize),
    Tuple(Vec<usize>),
    Contains(usize),
    /// The types of the entries, where those are known and plain.
    UniqueItems(Vec<Type>),
    MaxProperties(usize),
    MinProperties(usize),
    Required(Vec<String>),
    PropertyNames(usize),
    AdditionalProperties {
        known: HashSet<String>,
        patterns: Vec<Pattern>,
        schema: usize,
    },
    Dependencies {
        names: Vec<(String, Vec<String>)>,
        schemas: Vec<(String, usize)>,
    },
    Properties(Vec<(String, usize)>),
    PatternProperties(Vec<(Pattern, usize)>),
}

/// A regular expression, run by `jsonschema` in linear time where possible and with a bounded number of steps elsewhere.
#[derive(Clone)]
struct Pattern(Option<Arc<jsonschema::Validator>>);

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pattern")
    }
}

impl Pattern {
    /// Longer values are not searched: no field of ours is longer, and time stays bounded.
    const TEXT_BYTES_MAX: usize = 65_536;
    /// Steps of the backtracking engine, needed only for look-around and back-references.
    const BACKTRACK_MAX: usize = 100_000;

    fn new(source: &str) -> Pattern {
        let schema = serde_json::json!({ "pattern": with_js_dots(source) });
        let linear = jsonschema::PatternOptions::regex();
        let built = jsonschema::draft7::options().with_pattern_options(linear).build(&schema);
        let built = built.or_else(|_| {
            let bounded = jsonschema::PatternOptions::fancy_regex().backtrack_limit(Self::BACKTRACK_MAX);
            jsonschema::draft7::options().with_pattern_options(bounded).build(&schema)
        });
        Pattern(built.ok().map(Arc::new))
    }

    fn matches(&self, text: &str) -> bool {
        let Some(validator) = &self.0 else { return false };
        text.len() <= Self::TEXT_BYTES_MAX && validator.is_valid(&Value::String(text.to_string()))
    }
}

/// `.` stops at four line ends in JavaScript, here only at one: it is written out.
fn with_js_dots(source: &str) -> String {
    let mut written = String::with_capacity(source.len());
    let (mut escaped, mut in_class) = (false, false);
    for c in source.chars() {
        match c {
            '.' if !escaped && !in_class => written.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            _ => written.push(c),
        }
        in_class = if escaped { in_class } else { c == '[' || (in_class && c != ']') };
        escaped = c == '\\' && !escaped;
    }
    written
}

/// Deep equality as in JavaScript: 1 and 1.0 are the same number, the order of properties does not matter.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// One text for all values that are the [`same`], so that long lists are compared by looking up.
fn canonical(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Number(number) => format!("{:?}", number.as_f64().map(|n| n + 0.0)),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(canonical).collect())),
        Value::Object(map) => {
            let mut pairs: Vec<String> =
                map.iter().map(|(key, value)| format!("{key:?}:{}", canonical(value))).collect();
            pairs.sort();
            format!("{{{}}}", joined(pairs))
        }
        plain => plain.to_string(),
    }
}

/// Whether a schema's regular expression can be run at all.
pub fn pattern_compiles(source: &str) -> bool {
    Pattern::new(source).0.is_some()
}

#[cfg(test)]
mod tests;
