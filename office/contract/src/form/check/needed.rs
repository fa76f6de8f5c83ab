//! What the answers given so far make obligatory: `required` behind `if`, `dependencies`, `allOf`, `$ref` and the
//! branches that are still open. What stands in an object's own `required` is known when the form is compiled.
use super::{Node, Test, walk};
use crate::form::path::encode;
use serde_json::Value;
use std::collections::BTreeSet;

/// Nodes looked at in one survey.
const STEPS_MAX: usize = 200_000;
/// Schemas inside schemas on one path.
const DEPTH_MAX: usize = 64;

/// JSON pointers of properties that are obligatory now.
pub(super) fn needed(nodes: &[Node], root: usize, value: &Value) -> BTreeSet<String> {
    let mut survey = Survey { nodes, steps: 0, path: String::new(), found: BTreeSet::new() };
    survey.node(root, value, false, 0);
    survey.found
}

/// Without such a keyword there is nothing to survey.
pub(super) fn is_conditional(nodes: &[Node]) -> bool {
    let conditional = |node: &Node| match node {
        Node::Bool(_) => false,
        Node::Schema(rules) => {
            let some = |test: &Test| {
                matches!(
                    test,
                    Test::Ref(_)
                        | Test::AllOf(_)
                        | Test::AnyOf(_)
                        | Test::OneOf(_)
                        | Test::If { .. }
                        | Test::Dependencies { .. }
                )
            };
            rules.any.iter().chain(&rules.object).any(|check| some(&check.test))
        }
    };
    nodes.iter().any(conditional)
}

struct Survey<'n> {
    nodes: &'n [Node],
    steps: usize,
    path: String,
    found: BTreeSet<String>,
}

impl<'n> Survey<'n> {
    /// `behind`: a condition led here.
    fn node(&mut self, index: usize, value: &Value, behind: bool, depth: usize) {
        self.steps += 1;
        let Some(Node::Schema(rules)) = self.nodes.get(index) else { return };
        if self.steps > STEPS_MAX || depth > DEPTH_MAX {
            return;
        }
        for check in rules.any.iter().chain(&rules.array).chain(&rules.object) {
            self.test(&check.test, value, behind, depth + 1);
        }
    }

    fn test(&mut self, test: &'n Test, value: &Value, behind: bool, depth: usize) {
        match test {
            Test::Ref(node) => self.node(*node, value, true, depth),
            Test::AllOf(nodes) => nodes.iter().for_each(|node| self.node(*node, value, true, depth)),
            Test::AnyOf(nodes) | Test::OneOf(nodes) => self.branches(nodes, value, depth),
            Test::If { condition, then, otherwise } => {
                let holds = walk::accepts(self.nodes, *condition, Some(value));
                if let Some(node) = if holds { then } else { otherwise } {
                    self.node(*node, value, true, depth);
                }
            }
            Test::Items(node) => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.child(*node, &at.to_string(), item, behind, depth);
                }
            }
            _ => self.object(test, value, behind, depth),
        }
    }

    fn object(&mut self, test: &'n Test, value: &Value, behind: bool, depth: usize) {
        let Some(map) = value.as_object() else { return };
        match test {
            Test::Required(names) if behind => names.iter().for_each(|name| self.name(name)),
            Test::Dependencies { names, schemas } => {
                let asked = names.iter().filter(|(given, _)| map.contains_key(given));
                asked.flat_map(|(_, needed)| needed).for_each(|name| self.name(name));
                for (_, schema) in schemas.iter().filter(|(given, _)| map.contains_key(given)) {
                    self.node(*schema, value, true, depth);
                }
            }
            Test::Properties(named) => {
                for (name, schema) in named {
                    if let Some(inner) = map.get(name) {
                        self.child(*schema, name, inner, behind, depth);
                    }
                }
            }
            _ => {}
        }
    }

    fn child(&mut self, node: usize, segment: &str, value: &Value, behind: bool, depth: usize) {
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            return;
        }
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&encode(segment));
        self.node(node, value, behind, depth);
        self.path.truncate(length);
    }

    fn name(&mut self, name: &str) {
        self.found.insert(format!("{}/{}", self.path, encode(name)));
    }

    /// A branch is open while only missing answers speak against it; what every open branch wants is obligatory.
    fn branches(&mut self, nodes: &'n [usize], value: &Value, depth: usize) {
        let before = std::mem::take(&mut self.found);
        let mut common: Option<BTreeSet<String>> = None;
        for node in nodes {
            if !walk::is_open(&walk::faults(self.nodes, *node, Some(value))) {
                continue;
            }
            self.node(*node, value, true, depth);
            let wanted = std::mem::take(&mut self.found);
            common = Some(common.map_or(wanted.clone(), |common| &common & &wanted));
        }
        self.found = before;
        self.found.extend(common.unwrap_or_default());
    }
}
