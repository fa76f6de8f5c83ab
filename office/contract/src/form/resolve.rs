//! Which schema a scope means: steps through properties, `$ref` and the branches of combinators.
use super::path::decode;
use serde_json::Value;

/// Steps of one resolution; a `$ref` circle ends here instead of going on for ever.
const RESOLVE_STEPS_MAX: usize = 10_000;
/// `$ref` and combinators nested in one another.
const RESOLVE_DEPTH_MAX: usize = 64;

/// JSON Forms' `resolveSchema(schema, scope, rootSchema)`.
pub fn resolve<'a>(schema: &'a Value, scope: &str, root: &'a Value) -> Option<&'a Value> {
    Resolution { root, steps: 0 }.from(schema, scope, 0)
}

/// Follows `$ref` until something else is found.
pub fn deref<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(target) => resolve(root, target, root).unwrap_or(schema),
        None => schema,
    }
}

struct Resolution<'a> {
    root: &'a Value,
    steps: usize,
}

impl<'a> Resolution<'a> {
    fn from(&mut self, schema: &'a Value, scope: &str, depth: usize) -> Option<&'a Value> {
        let segments: Vec<String> = scope.split('/').map(decode).collect();
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let at_root: Vec<String> = target.split('/').map(decode).collect();
            let base = self.walk(self.root, &at_root, depth + 1);
            let found = base.and_then(|base| self.walk(base, &segments, depth + 1));
            if found.is_some() {
                return found;
            }
        }
        self.walk(schema, &segments, depth + 1)
    }

    fn walk(&mut self, schema: &'a Value, segments: &[String], depth: usize) -> Option<&'a Value> {
        self.steps += 1;
        if self.steps > RESOLVE_STEPS_MAX || depth > RESOLVE_DEPTH_MAX {
            return None;
        }
        let Some((segment, rest)) = segments.split_first() else { return Some(schema) };
        if is_empty(schema) {
            return None;
        }
        if segment == "#" || segment.is_empty() {
            return self.walk(schema, rest, depth + 1);
        }
        let direct = step(schema, segment).and_then(|next| {
            let next = self.follow(next, depth)?;
            self.walk(next, rest, depth + 1)
        });
        direct.or_else(|| self.branches(schema, segments, depth))
    }

    fn follow(&mut self, schema: &'a Value, depth: usize) -> Option<&'a Value> {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(target) => self.from(self.root, target, depth + 1),
            None => Some(schema),
        }
    }

    fn branches(&mut self, schema: &'a Value, segments: &[String], depth: usize) -> Option<&'a Value> {
        let lists = ["oneOf", "allOf", "anyOf"].iter().filter_map(|k| schema.get(k)?.as_array()).flatten();
        let single = ["then", "else"].iter().filter_map(|k| schema.get(k));
        for branch in lists.chain(single) {
            let branch = self.follow(branch, depth);
            let found = branch.and_then(|branch| self.walk(branch, segments, depth + 1));
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

fn step<'a>(schema: &'a Value, segment: &str) -> Option<&'a Value> {
    match schema {
        Value::Object(map) => map.get(segment),
        Value::Array(items) => segment.parse::<usize>().ok().and_then(|at| items.get(at)),
        _ => None,
    }
}

/// lodash `isEmpty`.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => true,
    }
}

/// JSON Forms' `deriveTypes`: the types a control is chosen by.
pub fn derive_types(schema: &Value) -> Vec<String> {
    if is_empty(schema) {
        return vec![];
    }
    let filled = |key: &str| schema.get(key).filter(|v| !is_empty(v));
    match schema.get("type") {
        Some(Value::String(one)) if !one.is_empty() => return vec![one.clone()],
        Some(Value::Array(many)) => return many.iter().filter_map(Value::as_str).map(String::from).collect(),
        _ => {}
    }
    if filled("properties").is_some() || filled("additionalProperties").is_some() {
        return vec!["object".into()];
    }
    if filled("items").is_some() {
        return vec!["array".into()];
    }
    if let Some(values) = filled("enum").and_then(Value::as_array) {
        let mut types: Vec<String> = vec![];
        for value in values {
            let found = if value.is_string() { vec!["string".to_string()] } else { derive_types(value) };
            for kind in found {
                if !types.contains(&kind) {
                    types.push(kind);
                }
            }
        }
        return types;
    }
    let parts = filled("allOf").and_then(Value::as_array).into_iter().flatten();
    parts.map(derive_types).find(|types| !types.is_empty()).unwrap_or_default()
}
