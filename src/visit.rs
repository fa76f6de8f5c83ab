//! Scripted visits: a TOML file of steps, played with real touches on the real pages. Demo, acceptance and
//! tests use the same player; `assets/visits/README.md` explains the steps.
pub mod player;

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A visit that shows every page of one errand.
const BUILT_IN: &str = include_str!("../assets/visits/residence.toml");
/// Steps of one visit.
const STEPS_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// What this visit shows, in one sentence.
    pub title: String,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One thing a resident (or the world around the kiosk) does. Labels are what is read out for an
/// element; a list names the same button in several languages.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Puts one of the simulator's people on the reader.
    Place(String),
    /// Takes the card away.
    Lift(bool),
    /// A simulator fault, as `jiujin reader simulate` understands it.
    Fault(String),
    /// `up` or `down`: whether the office can be reached.
    Network(Network),
    /// Waits until a page is shown.
    Await(String),
    /// Touches the element with this label (or one of these).
    Tap(Labels),
    /// Touches it only if it is there.
    TapIf(Labels),
    /// Types on the keyboard on the screen, one key per character.
    Type(String),
    /// Answers every open question, page by page: by path, else with something that fits.
    Form(BTreeMap<String, String>),
    /// Writes a name on the signature pad.
    Sign(bool),
    /// Holds the receipt that was last on the screen under the code scanner.
    Scan(bool),
    /// Waits until the office has accepted the submission.
    Delivered(bool),
    /// An official sends the newest case back and names these questions.
    SendBack(Vec<String>),
    /// Keeps a picture under this name.
    Shot(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    Up,
    Down,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Labels {
    One(String),
    Any(Vec<String>),
}

impl Labels {
    pub fn list(&self) -> &[String] {
        match self {
            Labels::One(label) => std::slice::from_ref(label),
            Labels::Any(labels) => labels,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    #[error("{path}: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path}: {message}")]
    Malformed { path: String, message: String },
}

impl Visit {
    pub fn built_in() -> Result<Visit, VisitError> {
        Visit::parse("assets/visits/residence.toml", BUILT_IN)
    }

    pub fn load(path: &Path) -> Result<Visit, VisitError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| VisitError::Unreadable { path: name.clone(), source })?;
        Visit::parse(&name, &text)
    }

    pub fn parse(path: &str, text: &str) -> Result<Visit, VisitError> {
        let malformed = |message: String| VisitError::Malformed { path: path.to_owned(), message };
        let visit: Visit = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        if visit.steps.len() > STEPS_MAX {
            return Err(malformed(format!("{} steps, at most {STEPS_MAX} are played", visit.steps.len())));
        }
        Ok(visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_visit_is_readable() {
        assert!(Visit::built_in().expect("the built-in visit parses").steps.len() > 5);
    }

    #[test]
    fn an_unknown_step_names_the_file_and_the_line() {
        let error =
            Visit::parse("x.toml", "title = \"t\"\n[[step]]\njump = \"high\"\n").unwrap_err().to_string();
        assert!(error.contains("x.toml") && error.contains("jump") && error.contains("line 3"), "{error}");
    }
}
