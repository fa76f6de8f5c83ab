//! The little language of `when`: `reason == "other" and children >= 1`, compiled twice:
//! to a JSON Forms condition (what is shown) and to a JSON Schema (what is required).
use serde_json::{Value, json};

/// Any of: all of: atoms.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub any: Vec<Vec<Atom>>,
}

/// One comparison with the answer of another question.
#[derive(Debug, Clone, PartialEq)]
pub struct Atom {
    pub key: String,
    /// What the answer must satisfy; an answer not given never does.
    pub schema: Value,
}

/// Alternatives a condition may grow to when conditions are combined.
const ALTERNATIVES_MAX: usize = 32;

impl Condition {
    /// `a == x`, `a != x`, `a in x, y`, `a has x`, `a >= 3`, `a`, `!a`, joined by `and`, `or`.
    pub fn parse(text: &str) -> Result<Condition, String> {
        let any = text.split(" or ").map(|part| part.split(" and ").map(Atom::parse).collect());
        Ok(Condition { any: any.collect::<Result<_, String>>()? })
    }

    /// Both must hold.
    pub fn and(&self, other: &Condition) -> Result<Condition, String> {
        let mut any = Vec::new();
        for left in &self.any {
            for right in &other.any {
                let mut all = left.clone();
                all.extend(right.iter().filter(|atom| !left.contains(atom)).cloned());
                any.push(all);
            }
        }
        if any.len() > ALTERNATIVES_MAX {
            return Err("the condition has too many alternatives".into());
        }
        Ok(Condition { any })
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.any.iter().flatten().map(|atom| atom.key.as_str())
    }

    /// The condition of a JSON Forms rule.
    pub fn ui(&self) -> Value {
        let leaf = |atom: &Atom| {
            let scope = format!("#/properties/{}", atom.key);
            json!({"scope": scope, "schema": atom.schema, "failWhenUndefined": true})
        };
        self.build(
            &leaf,
            |all| json!({"type": "AND", "conditions": all}),
            |any| json!({"type": "OR", "conditions": any}),
        )
    }

    /// The same as a schema over the object that holds the answers.
    pub fn schema(&self) -> Value {
        let leaf = |atom: &Atom| json!({"properties": {&atom.key: atom.schema}, "required": [atom.key]});
        self.build(&leaf, |all| json!({"allOf": all}), |any| json!({"anyOf": any}))
    }

    fn build(
        &self,
        leaf: &impl Fn(&Atom) -> Value,
        all: impl Fn(Vec<Value>) -> Value,
        any: impl Fn(Vec<Value>) -> Value,
    ) -> Value {
        let alternatives = self.any.iter().map(|atoms| match atoms.as_slice() {
            [one] => leaf(one),
            many => all(many.iter().map(leaf).collect()),
        });
        let mut alternatives: Vec<Value> = alternatives.collect();
        if alternatives.len() == 1 { alternatives.remove(0) } else { any(alternatives) }
    }
}

impl Atom {
    fn parse(text: &str) -> Result<Atom, String> {
        let text = text.trim();
        for operator in ["==", "!=", ">=", "<=", ">", "<", " in ", " has "] {
            if let Some((key, value)) = text.split_once(operator) {
                let schema = comparison(operator.trim(), value.trim())?;
                return Atom::new(key.trim(), schema);
            }
        }
        match text.strip_prefix('!') {
            Some(key) => Atom::new(key.trim(), json!({"const": false})),
            None => Atom::new(text, json!({"const": true})),
        }
    }

    fn new(key: &str, schema: Value) -> Result<Atom, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if key.is_empty() || !key.chars().all(plain) {
            return Err(format!("`{key}` is not the key of a question"));
        }
        Ok(Atom { key: key.to_string(), schema })
    }
}

fn comparison(operator: &str, value: &str) -> Result<Value, String> {
    let number = || value.parse::<i64>().map_err(|_| format!("`{value}` is not a number"));
    Ok(match operator {
        "==" => json!({"const": scalar(value)}),
        "!=" => json!({"not": {"const": scalar(value)}}),
        ">=" => json!({"minimum": number()?}),
        "<=" => json!({"maximum": number()?}),
        ">" => json!({"exclusiveMinimum": number()?}),
        "<" => json!({"exclusiveMaximum": number()?}),
        "has" => json!({"contains": {"const": scalar(value)}}),
        _ => json!({"enum": value.split(',').map(|v| scalar(v.trim())).collect::<Vec<_>>()}),
    })
}

fn scalar(word: &str) -> Value {
    match word {
        "true" => json!(true),
        "false" => json!(false),
        _ => word.parse::<i64>().map_or_else(|_| json!(word.trim_matches('"')), |n| json!(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_reads_like_a_sentence() {
        let condition = Condition::parse("reason == other and children >= 1").unwrap();
        assert_eq!(condition.keys().collect::<Vec<_>>(), ["reason", "children"]);
        assert_eq!(condition.schema()["allOf"][0]["properties"]["reason"]["const"], "other");
        assert_eq!(condition.ui()["type"], "AND");
    }

    #[test]
    fn an_answer_not_given_never_satisfies_a_condition() {
        let condition = Condition::parse("reason != other").unwrap();
        assert_eq!(condition.ui()["failWhenUndefined"], true);
        assert_eq!(condition.schema()["required"][0], "reason");
    }

    #[test]
    fn combined_conditions_hold_only_together() {
        let left = Condition::parse("a or b").unwrap();
        let both = left.and(&Condition::parse("c").unwrap()).unwrap();
        assert_eq!(both.any.len(), 2);
        assert!(both.any.iter().all(|all| all.len() == 2));
    }

    #[test]
    fn a_condition_with_a_strange_key_is_refused() {
        assert!(Condition::parse("rea son == x").is_err());
    }
}
