//! Rules decide what is shown and what can be changed. A missing value is `None` (JavaScript's `undefined`), never `null`.
use super::check::{Checker, same};
use super::path::{compose, look};
use serde_json::Value;

/// AND in OR in AND …; deeper conditions count as fulfilled, like any unknown condition.
const CONDITION_DEPTH_MAX: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Show,
    Hide,
    Enable,
    Disable,
    Readonly,
    Writable,
    /// An effect this version does not know: the element stays as it is.
    Unknown,
}

#[derive(Debug, Clone)]
pub enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Leaf {
        scope: Option<String>,
        expected: Option<Value>,
    },
    Schema {
        scope: Option<String>,
        checker: Checker,
        fail_when_undefined: bool,
    },
    /// No or an unknown type: always fulfilled.
    Unknown,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub effect: Effect,
    pub condition: Condition,
}

impl Rule {
    pub fn read(source: &Value) -> Rule {
        let effect = match source.get("effect").and_then(Value::as_str) {
            Some("SHOW") => Effect::Show,
            Some("HIDE") => Effect::Hide,
            Some("ENABLE") => Effect::Enable,
            Some("DISABLE") => Effect::Disable,
            Some("READONLY") => Effect::Readonly,
            Some("WRITABLE") => Effect::Writable,
            _ => Effect::Unknown,
        };
        let condition = source.get("condition").map_or(Condition::Unknown, |c| Condition::read(c, 0));
        Rule { effect, condition }
    }

    pub fn shows(&self) -> bool {
        matches!(self.effect, Effect::Show | Effect::Hide)
    }

    pub fn enables(&self) -> bool {
        matches!(self.effect, Effect::Enable | Effect::Disable)
    }

    /// `base` is the data path of the list item the element stands in, empty outside lists.
    pub fn visible(&self, data: Option<&Value>, base: &str) -> bool {
        match self.effect {
            Effect::Show => self.condition.holds(data, base),
            Effect::Hide => !self.condition.holds(data, base),
            _ => true,
        }
    }

    pub fn enabled(&self, data: Option<&Value>, base: &str) -> bool {
        match self.effect {
            Effect::Enable => self.condition.holds(data, base),
            Effect::Disable => !self.condition.holds(data, base),
            _ => true,
        }
    }

    /// WRITABLE with a fulfilled condition means "not read-only", as JSON Forms 3.9 measures it.
    pub fn readonly(&self, data: Option<&Value>, base: &str) -> bool {
        match self.effect {
            Effect::Readonly => self.condition.holds(data, base),
            Effect::Writable => !self.condition.holds(data, base),
            _ => false,
        }
    }
}

impl Condition {
    fn read(source: &Value, depth: usize) -> Condition {
        if depth > CONDITION_DEPTH_MAX {
            return Condition::Unknown;
        }
        let scope = source.get("scope").and_then(Value::as_str).map(String::from);
        let parts = || {
            let list = source.get("conditions").and_then(Value::as_array);
            list.into_iter().flatten().map(|part| Condition::read(part, depth + 1)).collect()
        };
        match source.get("type").and_then(Value::as_str) {
            Some("AND") => Condition::And(parts()),
            Some("OR") => Condition::Or(parts()),
            Some("LEAF") => Condition::Leaf { scope, expected: source.get("expectedValue").cloned() },
            _ => match source.get("schema") {
                Some(schema) => Condition::Schema {
                    scope,
                    checker: Checker::compile(schema),
                    fail_when_undefined: source.get("failWhenUndefined").is_some_and(truthy),
                },
                None => Condition::Unknown,
            },
        }
    }

    pub fn holds(&self, data: Option<&Value>, base: &str) -> bool {
        match self {
            Condition::And(parts) => parts.iter().all(|part| part.holds(data, base)),
            Condition::Or(parts) => parts.iter().any(|part| part.holds(data, base)),
            Condition::Leaf { scope, expected } => {
                let value = look(data, &compose(base, scope.as_deref()));
                identical(value.as_deref(), expected.as_ref())
            }
            Condition::Schema { scope, checker, fail_when_undefined } => {
                let value = look(data, &compose(base, scope.as_deref()));
                (value.is_some() || !fail_when_undefined) && checker.accepts(value.as_deref())
            }
            Condition::Unknown => true,
        }
    }

    /// Every scope the condition looks at.
    pub fn scopes(&self) -> Vec<Option<&str>> {
        match self {
            Condition::And(parts) | Condition::Or(parts) => parts.iter().flat_map(|p| p.scopes()).collect(),
            Condition::Leaf { scope, .. } | Condition::Schema { scope, .. } => vec![scope.as_deref()],
            Condition::Unknown => vec![],
        }
    }
}

/// `===`: two missing values are identical, objects and lists never are.
fn identical(value: Option<&Value>, expected: Option<&Value>) -> bool {
    match (value, expected) {
        (None, None) => true,
        (Some(Value::Object(_) | Value::Array(_)), _) => false,
        (Some(value), Some(expected)) => same(value, expected),
        _ => false,
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}
