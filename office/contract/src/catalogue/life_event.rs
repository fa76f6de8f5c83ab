//! Joint items (一件事): several services, one form, one signature, one submission that the office splits again.
use super::authoring::word;
use super::questions::compile_pages;
use super::source::Node;
use super::{Catalogue, ItemProblem};
use crate::item::{LifeTheme, Wanted};
use crate::text::{Text, Translations};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

mod joint;
mod merge;

use merge::Merge;

/// Several services merged into one form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeEvent {
    pub id: String,
    pub version: u32,
    pub name: Text,
    pub summary: Text,
    pub theme: LifeTheme,
    /// Item ids, in the order of the form.
    pub members: Vec<String>,
    /// Member -> its question -> the question of the joint form.
    pub mapping: BTreeMap<String, BTreeMap<String, String>>,
    pub schema: Value,
    pub uischema: Value,
    pub translations: Translations,
    /// Members that only some answers call for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub wanted: BTreeMap<String, Wanted>,
    /// One signature for all members that want one.
    pub wants_signature: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    #[error("{0} is not part of this life event")]
    NotAMember(String),
}

impl LifeEvent {
    /// The answers of one member service out of the joint answers.
    pub fn split(&self, member: &str, answers: &Value) -> Result<Value, SplitError> {
        let mapping = self.mapping.get(member).ok_or_else(|| SplitError::NotAMember(member.to_string()))?;
        let pick = |(own, joint): (&String, &String)| Some((own.clone(), answers.get(joint)?.clone()));
        Ok(Value::Object(mapping.iter().filter_map(pick).collect()))
    }
}

/// Reads `assets/catalogue/life-events/*.toml`.
pub fn compile(catalogue: &Catalogue, file: &str, text: &str) -> Result<LifeEvent, ItemProblem> {
    let node = Node::parse(file, text)?;
    node.only(&["id", "version", "name", "summary", "theme", "first", "members"])?;
    let id = node.require("id")?.str()?.to_string();
    let mut merge = Merge::default();
    if let Some(first) = node.get("first") {
        let form = compile_pages(&catalogue.definitions, first.list()?)?;
        merge.begin(&id, &form.schema, &form.uischema, &form.translations);
    }
    let (mut members, mut wanted) = (Vec::new(), BTreeMap::new());
    for member in node.require("members")?.list()? {
        let (name, only_if) = member_of(member)?;
        let item =
            catalogue.item(name).ok_or_else(|| member.problem(format!("there is no service {name}")))?;
        match only_if {
            None => merge.add(item),
            Some(only_if) if merge.can_answer(&only_if) => {
                merge.add(&merge::on_condition(item, &only_if));
                wanted.insert(name.to_string(), only_if);
            }
            Some(other) => {
                return Err(
                    member.problem(format!("`first` offers no {} = {}", other.question, other.answer))
                );
            }
        }
        members.push(name.to_string());
    }
    Ok(LifeEvent {
        id,
        version: super::authoring::small_number(node.require("version")?)?,
        name: node.require("name")?.text()?,
        summary: node.require("summary")?.text()?,
        theme: word(node.require("theme")?)?,
        wants_signature: merge.signatures > 0,
        members,
        wanted,
        schema: merge.schema(),
        uischema: json!({"type": "Categorization", "options": {"variant": "stepper"}, "elements": merge.pages}),
        translations: merge.words,
        mapping: merge.mapping,
    })
}

/// `"S105"`, or `{ id = "S099", when = { business_kind = "shop" } }`.
fn member_of(node: &Node) -> Result<(&str, Option<Wanted>), ItemProblem> {
    if let Ok(id) = node.str() {
        return Ok((id, None));
    }
    node.only(&["id", "when"])?;
    let when = node.require("when")?;
    let [(question, answer)] = when.entries()? else { return Err(when.problem("one question, one answer")) };
    let wanted = Wanted { question: question.clone(), answer: answer.str()?.to_string() };
    Ok((node.require("id")?.str()?, Some(wanted)))
}
