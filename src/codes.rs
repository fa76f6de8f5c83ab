//! Code lists too long for buttons, asked level by level. The rows live in the kiosk's store; here is what fills it
//! and what a question shows of it. Source of the divisions: see the head of `assets/divisions.tsv`.
use crate::config::Config;
use crate::store::{Store, StoreError};
use crate::streets;
use jiujin_contract::form::{CodeLists, DIVISIONS, STREETS, divisions, region_name};
use jiujin_contract::text::{Lang, Text};
use sha2::{Digest, Sha256};

/// County, street, community: a longer way up is a circle in somebody's file.
const LEVELS_MAX: usize = 6;

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub code: String,
    /// Empty at the top.
    pub parent: String,
    pub name: Text,
}

/// Where the rows come from, as far as a question needs them.
pub trait Codes {
    /// Everything directly below `parent`; the empty code stands for the top.
    fn below(&self, list: &str, parent: &str) -> Vec<Code>;
    fn find(&self, list: &str, code: &str) -> Option<Code>;
}

/// The open level of one question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Level {
    /// What is chosen above it.
    pub trail: String,
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub code: String,
    pub label: String,
    /// It is the answer that stands there.
    pub chosen: bool,
}

/// What stands below `parent`, for a question that is answered with `answer` so far.
pub fn level(codes: &dyn Codes, list: &str, parent: &str, answer: Option<&str>, lang: Lang) -> Level {
    let above = way(codes, list, parent);
    let trail = match list {
        DIVISIONS => region_name(parent).unwrap_or_default(),
        _ => joined(&above, lang),
    };
    let before = joined(&above, Lang::ZhCn);
    let choice = |row: Code| Choice {
        chosen: match list {
            DIVISIONS => answer == Some(row.code.as_str()),
            _ => answer.and_then(|answer| answer.strip_prefix(&before)) == Some(row.name.zh.as_str()),
        },
        label: row.name.get(lang).to_owned(),
        code: row.code,
    };
    Level { trail, choices: codes.below(list, parent).into_iter().map(choice).collect() }
}

/// What a row becomes as an answer: the code of a division, the Chinese name of anything only this site knows.
pub fn answer(codes: &dyn Codes, list: &str, code: &str) -> Option<String> {
    match list {
        DIVISIONS => Some(code.to_owned()),
        _ => Some(joined(&way(codes, list, code), Lang::ZhCn)).filter(|name| !name.is_empty()),
    }
}

/// The rows from the top of the list down to `code`.
fn way(codes: &dyn Codes, list: &str, code: &str) -> Vec<Code> {
    let mut rows: Vec<Code> = Vec::new();
    let mut here = code.to_owned();
    while let Some(row) = codes.find(list, &here).filter(|_| rows.len() < LEVELS_MAX) {
        here.clone_from(&row.parent);
        rows.push(row);
    }
    rows.reverse();
    rows
}

fn joined(rows: &[Code], lang: Lang) -> String {
    let names: Vec<&str> = rows.iter().map(|row| row.name.get(lang)).collect();
    names.join(if lang == Lang::En { ", " } else { "" })
}

/// Brings the store up to what the program and the site's files say; once, before the first page. A file of streets
/// with a mistake is told to the technician and left out: streets are typed then.
pub fn stock(store: &mut Store, config: &Config) {
    let streets = streets::load(config).unwrap_or_else(|error| {
        tracing::error!(%error, "streets are typed, not chosen");
        None
    });
    let streets = streets.unwrap_or_default();
    let country = country();
    let lists = [(DIVISIONS, digest(&country), country), (STREETS, streets.digest, streets.rows)];
    for (list, digest, rows) in lists {
        if let Err(error) = store.take_codes(list, &digest, &rows) {
            tracing::error!(list, %error, "code list");
        }
    }
}

/// The divisions built into the program.
pub fn country() -> Vec<Code> {
    let row = |row: jiujin_contract::form::Division| Code {
        code: row.code.to_owned(),
        parent: row.parent.to_owned(),
        name: Text::new(row.name, ""),
    };
    divisions().map(row).collect()
}

fn digest(rows: &[Code]) -> String {
    let mut sum = Sha256::new();
    for row in rows {
        sum.update(format!("{}\t{}\t{}\n", row.code, row.parent, row.name.zh));
    }
    hex::encode(sum.finalize())
}

/// What questions can be chosen from at this site.
pub fn lists(store: &Store, config: &Config) -> Result<CodeLists, StoreError> {
    let streets = store.code_parents(STREETS)?;
    Ok(CodeLists::default().with(STREETS, &config.site.district, streets))
}

#[cfg(test)]
mod tests;
