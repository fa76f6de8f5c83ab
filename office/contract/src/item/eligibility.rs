//! May this person apply at all? Asked before anything is typed, so that nobody queues for nothing.
use crate::text::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Rules over the facts `{card, shared, resident, today, age, answers}`; all must hold.
///
/// A fact that is not known (no card yet, offline) never refuses: write rules with `properties`
/// and without `required`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Eligibility {
    pub rules: Vec<Refusal>,
}

/// One rule, and what we say when it does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// JSON Schema the facts must satisfy.
    pub schema: Value,
    pub reason: Text,
    /// Where to go or what to do instead.
    pub instead: Text,
}

impl Eligibility {
    /// The rules that do not hold, in authored order; empty = go ahead.
    pub fn check(&self, facts: &Value) -> Vec<&Refusal> {
        self.rules.iter().filter(|rule| !rule.holds(facts)).collect()
    }
}

impl Refusal {
    /// A rule whose schema does not compile refuses nobody; `catalogue check` reports it.
    fn holds(&self, facts: &Value) -> bool {
        jsonschema::draft7::new(&self.schema).map_or(true, |validator| validator.is_valid(facts))
    }
}
