//! The `eligible` list of an item -> JSON Schemas over the facts, each with a reason and a way out.
use super::ItemProblem;
use super::conditions;
use super::definitions::Definitions;
use super::source::{Node, Tree};
use crate::item::{Eligibility, Refusal};
use crate::text::Text;
use serde_json::{Value, json};

pub fn compile(definitions: &Definitions, list: Option<&Node>) -> Result<Eligibility, ItemProblem> {
    let list = list.map_or(Ok(&[][..]), Node::list)?;
    let rules = list.iter().map(|node| rule(definitions, node)).collect::<Result<_, _>>()?;
    Ok(Eligibility { rules })
}

/// A name from definitions/eligibility.toml, `"age >= 60"`, or a table.
fn rule(definitions: &Definitions, node: &Node) -> Result<Refusal, ItemProblem> {
    match &node.value {
        Tree::Str(written) => match written.strip_prefix("age ") {
            Some(comparison) => age_rule(definitions, comparison, node),
            None => own_rule(definitions.eligibility(written, node)?),
        },
        _ => own_rule(node),
    }
}

fn age_rule(definitions: &Definitions, comparison: &str, node: &Node) -> Result<Refusal, ItemProblem> {
    let years = Text::new(
        comparison.trim_start_matches(['<', '>', '=', ' ']),
        comparison.trim_start_matches(['<', '>', '=', ' ']),
    );
    let phrase = if comparison.starts_with('>') { "age_too_young" } else { "age_too_old" };
    Ok(Refusal {
        schema: fact_schema("age", comparison, node)?,
        reason: definitions.phrase(phrase, &[&years]),
        instead: definitions.phrase("age_instead", &[]),
    })
}

/// `{ fact = "shared.disability.level", is = "in 1, 2", reason = "…", instead = "…" }` or with a raw `schema`.
fn own_rule(node: &Node) -> Result<Refusal, ItemProblem> {
    node.only(&["fact", "is", "schema", "reason", "instead"])?;
    let schema = match node.get("schema") {
        Some(schema) => schema.json(),
        None => fact_schema(node.require("fact")?.str()?, node.require("is")?.str()?, node)?,
    };
    Ok(Refusal { schema, reason: node.require("reason")?.text()?, instead: node.require("instead")?.text()? })
}

/// Nested `properties` without `required`: what is not known does not refuse.
fn fact_schema(fact: &str, comparison: &str, node: &Node) -> Result<Value, ItemProblem> {
    let parsed = conditions::Condition::parse(&format!("fact {comparison}"))
        .map_err(|message| node.problem(message))?;
    let [atoms] = parsed.any.as_slice() else { return Err(node.problem("one comparison only")) };
    let [atom] = atoms.as_slice() else { return Err(node.problem("one comparison only")) };
    let wrap = |schema: Value, step: &str| json!({"properties": {step: schema}});
    Ok(fact.rsplit('.').fold(atom.schema.clone(), wrap))
}
