//! Streets and communities of the site, from the file that kiosk.toml names. Nobody publishes them for the whole
//! country, and a resident's address is nearly always below the site's own county.
use crate::codes::Code;
use crate::config::{Config, Mistake};
use jiujin_contract::form::divisions;
use jiujin_contract::text::Text;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// A large city has 300 streets and 6,000 communities.
pub const ROWS_MAX: usize = 20_000;
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Digits of a code: nine for a street and twelve for a community (GB/T 10114); sites number their own in between.
const CODE_DIGITS: std::ops::RangeInclusive<usize> = 7..=12;
/// Street and community together fit one answer of sixty characters.
const NAME_CHARS_MAX: usize = 30;
const ENGLISH_CHARS_MAX: usize = 80;
/// Mistakes worth naming at once.
const MISTAKES_MAX: usize = 50;
/// The key of kiosk.toml that a mistake belongs to.
const KEY: &str = "site.streets";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Streets {
    /// Of the file, so that it is only taken in when it changed; empty without one.
    pub digest: String,
    pub rows: Vec<Code>,
}

#[derive(Debug, thiserror::Error)]
pub enum StreetsError {
    #[error("{path}: {source}; correct site.streets in kiosk.toml or write \"\"")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path}: the file is larger than {FILE_BYTES_MAX} bytes; this is not a list of streets")]
    TooLarge { path: String },
    #[error("{}", lines(.path, .mistakes))]
    Mistaken { path: String, mistakes: Vec<Mistake> },
}

fn lines(path: &str, mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| format!("{path}: {mistake}")).collect::<Vec<_>>().join("\n")
}

/// The site's file; `None` where kiosk.toml names none.
pub fn load(config: &Config) -> Result<Option<Streets>, StreetsError> {
    let file = &config.site.streets;
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let path = file.display().to_string();
    let bytes = read(file, &path)?;
    let rows =
        parse(&bytes, &config.site.district).map_err(|mistakes| StreetsError::Mistaken { path, mistakes })?;
    Ok(Some(Streets { digest: hex::encode(Sha256::digest(&bytes)), rows }))
}

fn read(file: &Path, path: &str) -> Result<Vec<u8>, StreetsError> {
    let unreadable = |source| StreetsError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(file).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(StreetsError::TooLarge { path: path.to_owned() });
    }
    std::fs::read(file).map_err(unreadable)
}

/// Every row, or everything that is wrong.
fn parse(bytes: &[u8], district: &str) -> Result<Vec<Code>, Vec<Mistake>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        vec![mistake(line, "this is not UTF-8", "save the file as UTF-8")]
    })?;
    let mut reading = Reading::below(district);
    for (line, words) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if !words.trim().is_empty() && !words.starts_with('#') {
            reading.row(line, words);
        }
    }
    reading.end()
}

struct Reading<'a> {
    district: &'a str,
    counties: HashSet<&'a str>,
    /// Line of every code so far, and whether it is a street, which communities may lie below.
    known: HashMap<String, (usize, bool)>,
    rows: Vec<Code>,
    mistakes: Vec<Mistake>,
}

impl<'a> Reading<'a> {
    fn below(district: &'a str) -> Reading<'a> {
        let counties = divisions().map(|row| row.code).chain([district]).collect();
        Reading { district, counties, known: HashMap::new(), rows: Vec::new(), mistakes: Vec::new() }
    }

    fn row(&mut self, line: usize, words: &str) {
        match self.read(words) {
            Ok(row) => {
                let is_street = self.counties.contains(row.parent.as_str());
                self.known.insert(row.code.clone(), (line, is_street));
                self.rows.push(row);
            }
            Err((wrong, instead)) => self.mistakes.push(mistake(line, wrong, instead)),
        }
    }

    fn read(&self, words: &str) -> Result<Code, (String, &'static str)> {
        if self.rows.len() >= ROWS_MAX {
            return Err((format!("more than {ROWS_MAX} rows"), "leave out what lies in other districts"));
        }
        let columns: Vec<&str> = words.split('\t').map(str::trim).collect();
        let (code, parent, zh, en, zh_tw) = match columns.as_slice() {
            [code, parent, zh] => (code, parent, zh, "", None),
            [code, parent, zh, en] => (code, parent, zh, *en, None),
            [code, parent, zh, en, zh_tw] => (code, parent, zh, *en, Some(*zh_tw)),
            other => {
                let wrong = format!("{} columns instead of four", other.len());
                return Err((wrong, "write code, parent, Chinese name and English name with tabs between"));
            }
        };
        if !CODE_DIGITS.contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err((
                format!("{code:?} is no code"),
                "write the 9 digits of a street, 12 of a community",
            ));
        }
        if let Some((before, _)) = self.known.get(*code) {
            let wrong = format!("the code {code} stands in line {before} already");
            return Err((wrong, "give every street its own code"));
        }
        self.check_parent(parent)?;
        check_name(zh, NAME_CHARS_MAX, false)?;
        check_name(en, ENGLISH_CHARS_MAX, true)?;
        check_name(zh_tw.unwrap_or_default(), NAME_CHARS_MAX, true)?;
        let zh_tw = zh_tw.filter(|name| !name.is_empty()).map(str::to_owned);
        let name = Text { zh: (*zh).to_owned(), zh_tw, en: en.to_owned() };
        Ok(Code { code: (*code).to_owned(), parent: (*parent).to_owned(), name })
    }

    fn check_parent(&self, parent: &str) -> Result<(), (String, &'static str)> {
        let is_street = self.known.get(parent).map(|(_, is_street)| *is_street);
        match is_street {
            _ if self.counties.contains(parent) => Ok(()),
            Some(true) => Ok(()),
            Some(false) => {
                Err((format!("{parent} is a community itself"), "put it below a street or a county"))
            }
            None => Err((
                format!("{parent:?} is neither a county nor a street of a line above"),
                "write the six digits of the county, or put the street first",
            )),
        }
    }

    fn end(mut self) -> Result<Vec<Code>, Vec<Mistake>> {
        if self.mistakes.is_empty() && !self.rows.iter().any(|row| row.parent == self.district) {
            let wrong = format!("no street lies below {}, the district of this site", self.district);
            self.mistakes.push(mistake(1, wrong, "compare the second column with site.district"));
        }
        self.mistakes.truncate(MISTAKES_MAX);
        if self.mistakes.is_empty() { Ok(self.rows) } else { Err(self.mistakes) }
    }
}

fn check_name(name: &str, chars_max: usize, may_be_empty: bool) -> Result<(), (String, &'static str)> {
    let chars = name.chars().count();
    let fits = (usize::from(!may_be_empty)..=chars_max).contains(&chars);
    if fits && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let shown: String = name.chars().take(40).collect();
    Err((format!("{shown:?} is no name"), "write at most 30 Chinese or 80 English characters"))
}

fn mistake(line: usize, wrong: impl Into<String>, instead: impl Into<String>) -> Mistake {
    Mistake { line, column: 1, key: KEY.into(), wrong: wrong.into(), instead: instead.into() }
}

#[cfg(test)]
mod tests;
