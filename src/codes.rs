//! Code lists too long for buttons, asked level by level. The rows live in the kiosk's store; here is what fills it
//! and what a question shows of it. Source of the divisions: see the head of `assets/divisions.tsv`.
use crate::config::Config;
use crate::screens::fonts;
use crate::store::{Store, StoreError};
use crate::streets;
use jiff::civil::Date;
use jiujin_contract::calendar::{self, Holidays};
use jiujin_contract::form::{CodeLists, DIVISIONS, Division, STREETS, divisions, region_name};
use jiujin_contract::text::{Lang, Text, traditional};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// County, street, community: a longer way up is a circle in somebody's file.
const LEVELS_MAX: usize = 6;
/// Grows when rows are made of the same table in another way.
const ROWS_VERSION: &str = "1";

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
        DIVISIONS if lang == Lang::ZhTw => region_name(parent).map(|name| traditional(&name)),
        DIVISIONS => region_name(parent),
        _ => Some(joined(&above, lang)),
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
    Level {
        trail: trail.unwrap_or_default(),
        choices: codes.below(list, parent).into_iter().map(choice).collect(),
    }
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

/// Working days and holidays as a list: the day is the code, below `off` or `work`.
const HOLIDAYS: &str = "holidays";

/// Puts the holidays of the program and those the office announced into the store, and counts with what stands there
/// from now on.
pub fn keep_holidays(store: &mut Store, announced: &Holidays) -> Result<(), StoreError> {
    let known = Holidays::built_in().with(announced);
    let row = |(day, kind): (&Date, &str)| {
        let (code, parent, name) = (day.to_string(), kind.to_owned(), Text::default());
        Code { code, parent, name }
    };
    let off = known.off.iter().map(|day| (day, "off"));
    let rows: Vec<Code> = off.chain(known.work.iter().map(|day| (day, "work"))).map(row).collect();
    let mut sum = Sha256::new_with_prefix(ROWS_VERSION);
    rows.iter().for_each(|row| sum.update(format!("{}\t{}\n", row.code, row.parent)));
    store.take_codes(HOLIDAYS, &hex::encode(sum.finalize()), rows)?;
    let held = |kind: &str| -> Result<BTreeSet<Date>, StoreError> {
        let rows = store.codes_below(HOLIDAYS, kind)?;
        Ok(rows.iter().filter_map(|row| row.code.parse().ok()).collect())
    };
    calendar::learn(&Holidays { off: held("off")?, work: held("work")? });
    Ok(())
}

/// Brings the store up to what the program and the site's files say; once, before the first page. A file of streets
/// with a mistake is told to the technician and left out: streets are typed then.
pub fn stock(store: &mut Store, config: &Config) {
    let streets = streets::load(config).unwrap_or_else(|error| {
        tracing::error!(%error, "streets are typed, not chosen");
        None
    });
    let streets = streets.unwrap_or_default();
    let taken = [
        (DIVISIONS, store.take_codes(DIVISIONS, &country_digest(), country())),
        (STREETS, store.take_codes(STREETS, &streets.digest, streets.rows.into_iter().map(in_traditional))),
    ];
    for (list, taken) in taken {
        if let Err(error) = taken {
            tracing::error!(list, %error, "code list");
        }
    }
}

/// The divisions built into the program; made only where they are taken in, for every name is converted.
pub fn country() -> impl Iterator<Item = Code> {
    let row = |row: Division| Code {
        code: row.code.to_owned(),
        parent: row.parent.to_owned(),
        name: Text { zh: row.name.to_owned(), ..Text::default() },
    };
    divisions().map(row).map(in_traditional)
}

/// A name that stands only in simplified characters, in traditional ones too, as far as the font has them.
fn in_traditional(mut row: Code) -> Code {
    let converted = || Some(traditional(&row.name.zh)).filter(|name| name.chars().all(fonts::draws));
    row.name.zh_tw = row.name.zh_tw.take().or_else(converted);
    row
}

fn country_digest() -> String {
    let mut sum = Sha256::new_with_prefix(ROWS_VERSION);
    for row in divisions() {
        sum.update(format!("{}\t{}\t{}\n", row.code, row.parent, row.name));
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
