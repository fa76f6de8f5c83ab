//! What many items share, written once: questions, pages, departments, eligibility rules, directory fields, set phrases.
use super::ItemProblem;
use super::source::{Node, Tree};
use crate::text::{Lang, Text};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The files of `definitions/`, one topic each; another file there is a mistake.
const TOPICS: [&str; 6] = ["questions", "pages", "departments", "eligibility", "directory", "words"];

/// Everything under `definitions/`.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    topics: BTreeMap<String, Node>,
}

impl Definitions {
    /// `files`: (path, text). What cannot be read is reported and missing.
    pub fn read(files: &[(String, String)]) -> (Definitions, Vec<ItemProblem>) {
        let mut definitions = Definitions::default();
        let mut problems = Vec::new();
        for (path, text) in files {
            let topic = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml");
            match Node::parse(path, text) {
                Ok(node) if TOPICS.contains(&topic) => {
                    definitions.topics.insert(topic.to_string(), node);
                }
                Ok(node) => {
                    problems.push(node.problem(format!("unknown topic; known: {}", TOPICS.join(", "))))
                }
                Err(problem) => problems.push(problem),
            }
        }
        (definitions, problems)
    }

    fn get(&self, topic: &str, name: &str) -> Option<&Node> {
        self.topics.get(topic)?.get(name)
    }

    fn require<'a>(&'a self, topic: &str, name: &str, asked_by: &Node) -> Result<&'a Node, ItemProblem> {
        let missing = || asked_by.problem(format!("`{name}` is not defined in definitions/{topic}.toml"));
        self.get(topic, name).ok_or_else(missing)
    }

    pub fn question(&self, name: &str, asked_by: &Node) -> Result<&Node, ItemProblem> {
        self.require("questions", name, asked_by)
    }

    pub fn page(&self, name: &str, asked_by: &Node) -> Result<&Node, ItemProblem> {
        self.require("pages", name, asked_by)
    }

    pub fn department(&self, name: &str, asked_by: &Node) -> Result<&Node, ItemProblem> {
        self.require("departments", name, asked_by)
    }

    pub fn eligibility(&self, name: &str, asked_by: &Node) -> Result<&Node, ItemProblem> {
        self.require("eligibility", name, asked_by)
    }

    /// A field of the card or of the office's resident directory: `shared.insurance.status`.
    pub fn directory(&self, path: &str) -> Option<&Node> {
        self.get("directory", path)
    }

    /// A set phrase; `{0}` and so on are filled with `parts`.
    pub fn phrase(&self, name: &str, parts: &[&Text]) -> Text {
        let phrase = self.get("words", name).and_then(|node| node.text().ok());
        let mut phrase = phrase.unwrap_or_else(|| Text::new(name, name));
        for (i, part) in parts.iter().enumerate() {
            let slot = format!("{{{i}}}");
            phrase.zh = phrase.zh.replace(&slot, part.get(Lang::ZhCn));
            phrase.en = phrase.en.replace(&slot, part.get(Lang::En));
        }
        Text::new(phrase.zh, phrase.en)
    }

    /// What the directory holds about an invented resident: the samples of every `shared.` field.
    pub fn directory_sample(&self) -> Value {
        let mut sample = json!({});
        let fields = self.topics.get("directory").and_then(|node| node.entries().ok()).unwrap_or(&[]);
        for (path, node) in fields {
            if let (Some(path), Some(value)) = (path.strip_prefix("shared."), node.get("sample")) {
                place(&mut sample, path, value.json());
            }
        }
        sample
    }

    /// Every path a prefill, an eligibility rule or a document may name.
    pub fn directory_paths(&self) -> Vec<&str> {
        match self.topics.get("directory").map(|node| &node.value) {
            Some(Tree::Table(entries)) => entries.iter().map(|(path, _)| path.as_str()).collect(),
            _ => Vec::new(),
        }
    }
}

fn place(target: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        None => target[path] = value,
        Some((head, rest)) => {
            if !target[head].is_object() {
                target[head] = json!({});
            }
            place(&mut target[head], rest, value);
        }
    }
}
