//! Where a value lives: UI-schema scopes are JSON pointers into the *schema*; answers live under dotted *data* paths.
use serde_json::{Map, Value};
use std::borrow::Cow;

/// `#/properties/a/properties/b` -> `["a", "b"]`, as JSON Forms' `toDataPathSegments`: it cuts `oneOf/0/` and `then/`
/// out of the text wherever they stand, so a property whose name ends in one of them cannot be looked into.
pub fn scope_segments(scope: &str) -> Vec<String> {
    let plain =
        without_numbered(scope, &["anyOf", "allOf", "oneOf"]).replace("then/", "").replace("else/", "");
    let parts: Vec<String> = plain.split('/').map(decode).collect();
    let start = if matches!(parts[0].as_str(), "#" | "") { 2 } else { 1 };
    parts.into_iter().skip(start).step_by(2).collect()
}

/// Without every `<word>/<digits>/`.
fn without_numbered(text: &str, words: &[&str]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let after = words.iter().find_map(|word| rest.strip_prefix(word)?.strip_prefix('/'));
        let number = after.map_or(0, |after| after.bytes().take_while(u8::is_ascii_digit).count());
        match after.and_then(|after| after[number..].strip_prefix('/')).filter(|_| number > 0) {
            Some(beyond) => rest = beyond,
            None => {
                kept.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    kept
}

/// `composeWithUi`: the data path of a scoped element below `base`.
pub fn compose(base: &str, scope: Option<&str>) -> String {
    let below = scope.map(scope_segments).unwrap_or_default().join(".");
    match (base.is_empty(), below.is_empty()) {
        (true, _) => below,
        (_, true) => base.to_string(),
        _ => format!("{base}.{below}"),
    }
}

/// JSON pointer escapes, in the order JSON Forms undoes them.
pub fn decode(segment: &str) -> String {
    segment.replace("~1", "/").replacen("~0", "~", 1)
}

pub fn encode(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// `family.0.name` -> `/family/0/name`.
pub fn pointer(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    path.split('.').map(|segment| format!("/{}", encode(segment))).collect()
}

/// `/family/0/name` -> `family.0.name`.
pub fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(".")
}

/// The value at a data path. `None` is JavaScript's `undefined`, which is not `null`.
pub fn get<'a>(root: Option<&'a Value>, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return root;
    }
    path.split('.').try_fold(root?, |value, segment| match value {
        Value::Object(map) => map.get(segment),
        Value::Array(items) => items.get(index(segment)?),
        _ => None,
    })
}

/// Only `0`, `7`, `12` name an entry: `07` would be another property in JavaScript.
fn index(segment: &str) -> Option<usize> {
    if segment.len() > 1 && segment.starts_with(['0', '+']) { None } else { segment.parse().ok() }
}

/// What a condition sees at a path: besides `get` the `length` of a list or text and the letters of a text,
/// which are properties in JavaScript.
pub fn look<'a>(root: Option<&'a Value>, path: &str) -> Option<Cow<'a, Value>> {
    if let Some(value) = get(root, path) {
        return Some(Cow::Borrowed(value));
    }
    let (above, last) = path.rsplit_once('.').unwrap_or(("", path));
    match (get(root, above)?, last) {
        (Value::Array(items), "length") => Some(Cow::Owned(items.len().into())),
        (Value::String(text), "length") if !text.is_empty() => {
            Some(Cow::Owned(text.encode_utf16().count().into()))
        }
        (Value::String(text), at) => {
            let letter = text.chars().nth(index(at)?)?;
            Some(Cow::Owned(Value::String(letter.to_string())))
        }
        _ => None,
    }
}

/// Puts a value at a path, making the objects on the way. Lists are never made or lengthened here: an entry
/// is added by its own call, so a numeric segment needs an existing element. `false` when there is no such place.
pub fn set(root: &mut Value, path: &str, value: Value) -> bool {
    let mut here = root;
    let segments: Vec<&str> = path.split('.').collect();
    for (index, segment) in segments.iter().enumerate() {
        if !matches!(here, Value::Array(_) | Value::Object(_)) {
            *here = Value::Object(Map::new());
        }
        let next = match here {
            Value::Array(items) => segment.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
            Value::Object(map) => Some(map.entry(segment.to_string()).or_insert(Value::Null)),
            _ => None,
        };
        let Some(next) = next else { return false };
        if index + 1 == segments.len() {
            *next = value;
            return true;
        }
        here = next;
    }
    false
}

/// Takes a value out, and the objects that become empty by it.
pub fn remove(root: &mut Value, path: &str) -> Option<Value> {
    match path.split_once('.') {
        None => match root {
            Value::Object(map) => map.shift_remove(path),
            _ => None,
        },
        Some((head, tail)) => {
            let child = match root {
                Value::Object(map) => map.get_mut(head),
                Value::Array(items) => head.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
                _ => None,
            }?;
            let taken = remove(child, tail)?;
            let emptied = child.as_object().is_some_and(Map::is_empty);
            if let (true, Value::Object(map)) = (emptied, root) {
                map.shift_remove(head);
            }
            Some(taken)
        }
    }
}

/// Property names in the order a JavaScript engine lists them: whole numbers first, ascending.
pub fn js_keys(map: &Map<String, Value>) -> Vec<&String> {
    let number = |key: &str| {
        let canonical = key == "0" || (!key.starts_with('0') && !key.is_empty());
        let digits = key.len() <= 10 && key.bytes().all(|b| b.is_ascii_digit());
        (canonical && digits).then(|| key.parse::<u64>().ok()).flatten().filter(|n| *n < u64::from(u32::MAX))
    };
    let mut numbered: Vec<(u64, &String)> = map.keys().filter_map(|k| number(k).map(|n| (n, k))).collect();
    if numbered.is_empty() {
        return map.keys().collect();
    }
    numbered.sort();
    let named = map.keys().filter(|k| number(k).is_none());
    numbered.into_iter().map(|(_, key)| key).chain(named).collect()
}
