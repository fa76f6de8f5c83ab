//! `jiujin form describe`: what JSON Forms would show for a schema, a UI schema and data, as plain JSON.
use super::check::Checker;
use super::element::{Element, Kind, generated};
use super::label::control_label;
use super::path::compose;
use super::resolve::resolve;
use serde_json::{Value, json};
use std::io::{BufRead, Read, Write};

/// One case on a line; longer ones are refused, not read.
pub const CASE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Controls in order, whether the data is valid, and every error. `data` `None` is JavaScript's `undefined`.
pub fn describe(schema: &Value, uischema: Option<&Value>, data: Option<&Value>) -> Value {
    let root = match uischema.filter(|u| !u.is_null()) {
        Some(uischema) => Element::read(uischema),
        None => generated(schema, schema),
    };
    let mut survey = Survey { schema, data, controls: vec![] };
    survey.element(&root, true, None);
    let faults = Checker::compile(schema).faults(data);
    let errors: Vec<Value> =
        faults.iter().map(|fault| json!({"path": fault.path, "keyword": fault.keyword})).collect();
    json!({"controls": survey.controls, "valid": errors.is_empty(), "errors": errors})
}

struct Survey<'a> {
    schema: &'a Value,
    data: Option<&'a Value>,
    controls: Vec<Value>,
}

impl Survey<'_> {
    fn element(&mut self, element: &Element, parent_visible: bool, parent_enabled: Option<bool>) {
        let rule = element.rule.as_ref();
        let visible = parent_visible && rule.is_none_or(|rule| rule.visible(self.data, ""));
        let is_control = element.kind == Kind::Control;
        let own = is_control.then(|| element.scope.as_deref().unwrap_or_default());
        let schema = own.and_then(|scope| resolve(self.schema, scope, self.schema));
        let read_only =
            is_control && schema.unwrap_or(self.schema).get("readOnly") == Some(&Value::Bool(true));
        let enabled = match rule.filter(|rule| rule.enables()) {
            Some(rule) => rule.enabled(self.data, ""),
            None => match element.readonly_option() {
                Some(readonly) => !readonly,
                None => !read_only && parent_enabled.unwrap_or(true),
            },
        };
        if is_control {
            self.controls.push(json!({
                "scope": element.scope,
                "path": compose("", element.scope.as_deref()),
                "visible": visible,
                "enabled": enabled,
                "label": control_label(element.label.as_ref(), element.scope.as_deref(), schema),
                // Where the scope leads nowhere JSON Forms hands the renderer the whole schema.
                "type": schema.unwrap_or(self.schema).get("type").cloned().unwrap_or(Value::Null),
            }));
        }
        for child in &element.elements {
            self.element(child, visible, Some(enabled));
        }
    }
}

/// One JSON document per line in, one per line out. 0, or 2 when a line could not be read.
pub fn describe_lines(mut input: impl BufRead, mut output: impl Write) -> u8 {
    let mut exit = 0;
    for number in 1.. {
        let line = match next_line(&mut input) {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(_) => return 2,
        };
        let answer = match described(&line) {
            Ok(Some(answer)) => answer,
            Ok(None) => continue,
            Err(error) => {
                eprintln!(
                    "line {number}: {error}; write {{\"schema\": …, \"uischema\": … or null, \"data\": …}}"
                );
                exit = 2;
                json!({"error": "unreadable"})
            }
        };
        if writeln!(output, "{answer}").is_err() {
            return 2;
        }
    }
    exit
}

/// The next line, of which no more than one byte too many is kept.
fn next_line(input: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = vec![];
    let read = input.by_ref().take(CASE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line)?;
    if read > CASE_BYTES_MAX && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok((read > 0).then_some(line))
}

fn described(line: &[u8]) -> Result<Option<Value>, String> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    if line.len() > CASE_BYTES_MAX {
        return Err(format!("longer than {CASE_BYTES_MAX} bytes"));
    }
    let case: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let schema = case.get("schema").ok_or("the key `schema` is missing")?;
    Ok(Some(describe(schema, case.get("uischema"), case.get("data"))))
}
