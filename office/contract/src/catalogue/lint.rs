//! What `jiujin catalogue check` looks at, so that no resident meets a broken, half-translated or unfair form.
use super::{Catalogue, ItemProblem, load_dir};
use crate::item::{Kind, ServiceItem};
use crate::text::Lang;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

mod form;
mod reading;

/// Looks at one item at a time; every check adds what it finds.
pub struct Lint<'a> {
    catalogue: &'a Catalogue,
    /// Can the embedded font draw this character?
    drawable: &'a dyn Fn(char) -> bool,
}

/// Collects the problems of one item.
struct Findings<'a> {
    file: &'a str,
    problems: Vec<ItemProblem>,
}

impl Findings<'_> {
    fn add(&mut self, key: impl Into<String>, message: impl Into<String>) {
        self.problems.push(ItemProblem {
            file: self.file.to_string(),
            line: 0,
            key: key.into(),
            message: message.into(),
        });
    }
}

/// Words the tile has room for.
const SHORT_NAME_HANZI_MAX: usize = 10;
/// More is not an errand for a kiosk.
const QUESTIONS_MAX: usize = 25;
/// A life event spares other visits, so it may ask more at once.
const JOINT_QUESTIONS_MAX: usize = 40;

impl<'a> Lint<'a> {
    pub fn new(catalogue: &'a Catalogue, drawable: &'a dyn Fn(char) -> bool) -> Lint<'a> {
        Lint { catalogue, drawable }
    }

    /// Everything wrong with one item; empty = clean.
    pub fn item(&self, item: &ServiceItem) -> Vec<ItemProblem> {
        let mut found = Findings { file: self.catalogue.file_of(&item.id), problems: Vec::new() };
        check_promise(item, &mut found);
        check_completeness(item, &mut found);
        check_eligibility(item, &mut found);
        self.check_document(item, &mut found);
        form::check(item, &mut found);
        reading::check(item, self.drawable, &mut found);
        found.problems
    }

    fn check_document(&self, item: &ServiceItem, found: &mut Findings) {
        let Some(document) = &item.document else {
            if item.kind == Kind::QueryPrint {
                found.add("/document", "a query-and-print service defines what it prints");
            }
            return;
        };
        let known = self.catalogue.definitions.directory_paths();
        let tables = document.tables.iter().map(|table| &table.from);
        for from in document.rows.iter().map(|row| &row.from).chain(tables) {
            let fine = match from.strip_prefix("answers.") {
                Some(key) => item.schema.pointer(&format!("/properties/{key}")).is_some(),
                None => known.is_empty() || known.contains(&from.as_str()),
            };
            if !fine {
                found.add("/document", format!("`{from}` is neither an answer nor a directory field"));
            }
        }
    }
}

fn check_promise(item: &ServiceItem, found: &mut Findings) {
    let guide = &item.guide;
    if guide.promised_days > guide.statutory_days {
        let message =
            format!("promised {} days, the law allows {}", guide.promised_days, guide.statutory_days);
        found.add("/guide/promised_days", message);
    }
    match item.kind {
        Kind::Promised if guide.promised_days == 0 => {
            found.add("/guide/promised_days", "a promised service promises at least one day")
        }
        Kind::Immediate | Kind::QueryPrint if guide.promised_days > 0 => {
            found.add("/guide/promised_days", "done on the spot means 0 days");
        }
        _ => {}
    }
    let asked = item.schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (key, _) in asked.filter(|(_, property)| property.get("x-signature") == Some(&json!(true))) {
        let message = "the kiosk asks for the signature itself; name it among the materials: `sign`";
        found.add(format!("/schema/properties/{key}"), message);
    }
}

fn check_completeness(item: &ServiceItem, found: &mut Findings) {
    let digits = if item.joint.is_some() { item.id.strip_prefix('L') } else { item.id.strip_prefix('S') };
    let wanted = if item.joint.is_some() { 2 } else { 3 };
    if !digits.is_some_and(|rest| rest.len() == wanted && rest.bytes().all(|b| b.is_ascii_digit())) {
        found.add("/id", "write S and three digits; a life event has L and two");
    }
    let guide = &item.guide;
    for (pointer, empty) in [
        ("/keywords", item.keywords.is_empty()),
        ("/guide/conditions", guide.conditions.is_empty()),
        ("/guide/materials", guide.materials.is_empty()),
        ("/guide/legal_basis", guide.legal_basis.is_empty()),
        ("/consent/what", item.consent.what.is_empty()),
    ] {
        if empty {
            found.add(pointer, "must not be empty");
        }
    }
    if item.short_name.zh.chars().count() > SHORT_NAME_HANZI_MAX {
        found.add("/short_name", format!("a tile has room for {SHORT_NAME_HANZI_MAX} characters"));
    }
    let all = item.schema.get("properties").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    // Nobody answers for both a shop and a company.
    let questions = item.savings().map_or(all, |savings| savings.questions_together);
    let most = if item.joint.is_some() { JOINT_QUESTIONS_MAX } else { QUESTIONS_MAX };
    if questions > most {
        found.add("/schema", format!("{questions} questions; {most} are the most one sits through"));
    }
    if item.kind != Kind::QueryPrint && questions == 0 {
        found.add("/schema", "an application asks at least one question");
    }
}

fn check_eligibility(item: &ServiceItem, found: &mut Findings) {
    const FACTS: [&str; 6] = ["card", "shared", "resident", "today", "age", "answers"];
    for (i, rule) in item.eligibility.rules.iter().enumerate() {
        let pointer = format!("/eligibility/{i}/schema");
        if let Err(error) = jsonschema::draft7::new(&rule.schema) {
            found.add(&pointer, format!("not a JSON Schema: {error}"));
        }
        let named = rule.schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (fact, _) in named.filter(|(fact, _)| !FACTS.contains(&fact.as_str())) {
            found.add(&pointer, format!("there is no fact `{fact}`; facts: {}", FACTS.join(", ")));
        }
    }
}

/// `jiujin catalogue check DIR`: one JSON line per item with problems, then a summary line.
/// Returns the exit code: 0 clean, 1 problems, 2 not readable.
pub fn check_dir(dir: &Path, drawable: &dyn Fn(char) -> bool, out: &mut dyn Write) -> std::io::Result<i32> {
    match load_dir(dir) {
        Ok(catalogue) => check_catalogue(&catalogue, drawable, out),
        Err(error) => {
            writeln!(
                out,
                "{}",
                json!({"summary": {"readable": false, "dir": dir.display().to_string(), "error": error.to_string()}})
            )?;
            Ok(2)
        }
    }
}

/// The same for a catalogue already read, for example the embedded one.
pub fn check_catalogue(
    catalogue: &Catalogue,
    drawable: &dyn Fn(char) -> bool,
    out: &mut dyn Write,
) -> std::io::Result<i32> {
    let lint = Lint::new(catalogue, drawable);
    let mut problems = catalogue.problems.len();
    let mut faulty = 0;
    for problem in &catalogue.problems {
        faulty += 1;
        writeln!(out, "{}", json!({"item": null, "file": problem.file, "problems": [problem]}))?;
    }
    for item in &catalogue.offered() {
        let found = lint.item(item);
        if !found.is_empty() {
            faulty += 1;
            problems += found.len();
            writeln!(
                out,
                "{}",
                json!({"item": item.id, "file": catalogue.file_of(&item.id), "problems": found})
            )?;
        }
    }
    let zero = catalogue.items.iter().filter(|item| item.zero_material()).count();
    let summary = json!({"items": catalogue.items.len(), "life_events": catalogue.life_events.len(),
        "faulty": faulty, "problems": problems, "zero_material": zero});
    writeln!(out, "{}", json!({"summary": summary}))?;
    Ok(i32::from(problems > 0))
}

/// Both languages every resident may choose; Traditional Chinese falls back.
const COMPLETE: [Lang; 2] = [Lang::ZhCn, Lang::En];

#[cfg(test)]
mod tests;
