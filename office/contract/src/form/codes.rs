//! Which code lists of the site can be chosen from. Plain data: whoever asks the questions keeps the rows wherever it
//! likes, and the office, which only judges answers, needs neither.
use std::collections::{BTreeMap, BTreeSet};

/// Administrative divisions down to the county: the one list everybody has, answered with its code. Every other list
/// is the site's own and answered with the name, which can be read where the list is not.
pub const DIVISIONS: &str = "divisions";
/// Streets and communities below the site's county.
pub const STREETS: &str = "streets";

/// The site's lists, each with the codes that something lies below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeLists(BTreeMap<String, List>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    /// Where a question begins that names no parent.
    start: String,
    parents: BTreeSet<String>,
}

impl CodeLists {
    pub fn with(mut self, name: &str, start: &str, parents: BTreeSet<String>) -> CodeLists {
        self.0.insert(name.to_owned(), List { start: start.to_owned(), parents });
        self
    }

    /// The code below which this question is chosen; `None` where there is nothing to choose and it is typed.
    pub(super) fn opening(&self, name: &str, parent: Parent) -> Option<String> {
        let list = self.0.get(name)?;
        let code = match parent {
            Parent::NotNamed => list.start.clone(),
            Parent::Answered(code) => code,
            Parent::Open => return None,
        };
        list.parents.contains(&code).then_some(code)
    }
}

/// What a code list is filtered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parent {
    NotNamed,
    /// The question that decides is not answered yet.
    Open,
    Answered(String),
}

impl Parent {
    pub(super) fn code(self) -> Option<String> {
        if let Parent::Answered(code) = self { Some(code) } else { None }
    }
}
