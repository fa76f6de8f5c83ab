//! All, any or one of several schemas, and which of their faults are worth naming.
use super::{Fault, Node, Walk};
use serde_json::Value;

/// Only something missing speaks against this branch of alternatives.
pub(in crate::form::check) fn is_open(faults: &[Fault]) -> bool {
    faults.iter().all(|fault| matches!(fault.keyword, "required" | "dependencies" | "if"))
}

impl Walk<'_> {
    /// Every branch is walked, so that every fault is named.
    pub(super) fn all_of(&mut self, nodes: &[usize], value: Option<&Value>, depth: usize) -> bool {
        let mut good = true;
        for node in nodes {
            good &= self.node(*node, value, depth);
        }
        good
    }

    /// The faults of the branches stay named when no branch fits.
    pub(super) fn any_of(&mut self, nodes: &[usize], value: Option<&Value>, depth: usize) -> bool {
        if nodes.iter().any(|node| self.always(*node)) {
            return true;
        }
        let before = self.faults.len();
        let mut starts = vec![];
        for node in nodes {
            starts.push(self.faults.len());
            if self.node(*node, value, depth) {
                self.faults.truncate(before);
                return true;
            }
        }
        self.keep_open(&starts);
        self.fault("anyOf", &Value::Null)
    }

    pub(super) fn one_of(&mut self, nodes: &[usize], value: Option<&Value>, depth: usize) -> bool {
        let before = self.faults.len();
        let mut fitting = 0;
        let mut starts = vec![];
        for node in nodes {
            starts.push(self.faults.len());
            fitting += usize::from(self.node(*node, value, depth));
            if fitting > 1 {
                break;
            }
        }
        if fitting == 1 {
            self.faults.truncate(before);
            return true;
        }
        if fitting == 0 {
            self.keep_open(&starts);
        }
        self.fault("oneOf", &Value::Null)
    }

    /// `starts`: where the faults of each branch begin. While one is open the others do not count.
    fn keep_open(&mut self, starts: &[usize]) {
        let Some(first) = starts.first().copied().filter(|_| self.guiding && self.silent == 0) else {
            return;
        };
        let mut branches: Vec<Vec<Fault>> = vec![];
        starts.iter().rev().for_each(|start| branches.push(self.faults.split_off(*start)));
        debug_assert_eq!(self.faults.len(), first);
        let any_open = branches.iter().any(|branch| is_open(branch));
        let kept = branches.into_iter().rev().filter(|branch| !any_open || is_open(branch));
        self.faults.extend(kept.flatten());
    }

    /// Ajv's `alwaysValidSchema`: true or a schema without keywords.
    fn always(&self, node: usize) -> bool {
        match self.nodes.get(node) {
            Some(Node::Schema(rules)) => {
                let groups = [&rules.number, &rules.string, &rules.any, &rules.array, &rules.object];
                rules.types.is_empty() && groups.iter().all(|checks| checks.is_empty())
            }
            Some(Node::Bool(verdict)) => *verdict,
            None => true,
        }
    }
}
