//! TOML as a tree that remembers where everything stands, so that a mistake names file, line and key.
use super::ItemProblem;
use crate::text::Text;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One value of a TOML file with its place.
#[derive(Debug, Clone)]
pub struct Node {
    pub value: Tree,
    pub file: Arc<str>,
    pub line: usize,
    /// Slash-separated way from the top of the file: `pages/2/ask/0/label`.
    pub key: String,
}

#[derive(Debug, Clone)]
pub enum Tree {
    Str(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Node>),
    /// In the order of the file.
    Table(Vec<(String, Node)>),
}

/// Nesting of a file we read; deeper is a mistake, not a form.
const TOML_DEPTH_MAX: usize = 24;

impl Node {
    pub fn parse(file: &str, text: &str) -> Result<Node, ItemProblem> {
        let file: Arc<str> = file.into();
        let table = DeTable::parse(text).map_err(|error| ItemProblem {
            file: file.to_string(),
            line: error
                .span()
                .map_or(1, |span| line_starts(text).partition_point(|start| *start <= span.start)),
            key: String::new(),
            message: format!("not TOML: {}", error.message()),
        })?;
        let builder = Builder { file: &file, line_starts: line_starts(text) };
        builder.table(table.get_ref(), table.span().start, String::new(), 0)
    }

    pub fn problem(&self, message: impl Into<String>) -> ItemProblem {
        ItemProblem {
            file: self.file.to_string(),
            line: self.line,
            key: self.key.clone(),
            message: message.into(),
        }
    }

    pub fn str(&self) -> Result<&str, ItemProblem> {
        match &self.value {
            Tree::Str(s) => Ok(s),
            _ => Err(self.problem("must be text in quotes")),
        }
    }

    pub fn int(&self) -> Result<i64, ItemProblem> {
        match self.value {
            Tree::Int(n) => Ok(n),
            _ => Err(self.problem("must be a whole number")),
        }
    }

    pub fn bool(&self) -> Result<bool, ItemProblem> {
        match self.value {
            Tree::Bool(b) => Ok(b),
            _ => Err(self.problem("must be true or false")),
        }
    }

    pub fn list(&self) -> Result<&[Node], ItemProblem> {
        match &self.value {
            Tree::List(items) => Ok(items),
            _ => Err(self.problem("must be a list in [ ]")),
        }
    }

    pub fn entries(&self) -> Result<&[(String, Node)], ItemProblem> {
        match &self.value {
            Tree::Table(entries) => Ok(entries),
            _ => Err(self.problem("must be a table in { }")),
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Tree::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    pub fn require(&self, key: &str) -> Result<&Node, ItemProblem> {
        self.get(key).ok_or_else(|| self.problem(format!("`{key}` is missing")))
    }

    /// Both languages: `"中文 | English"`, or a table `{ zh = …, en = …, zh_tw = … }` where the traditional
    /// form that is made from `zh` would be wrong.
    pub fn text(&self) -> Result<Text, ItemProblem> {
        if let Tree::Table(_) = self.value {
            self.only(&["zh", "en", "zh_tw"])?;
            let zh_tw = self.get("zh_tw").map(|node| node.str().map(str::to_string)).transpose()?;
            let (zh, en) = (self.require("zh")?.str()?, self.require("en")?.str()?);
            let made = Text::new(zh, en);
            return Ok(Text { zh_tw: zh_tw.or(made.zh_tw), ..made });
        }
        match self.str()?.split_once(" | ") {
            Some((zh, en)) if !zh.trim().is_empty() && !en.trim().is_empty() => {
                Ok(Text::new(zh.trim(), en.trim()))
            }
            _ => Err(self.problem("needs both languages: write \"中文 | English\"")),
        }
    }

    pub fn texts(&self) -> Result<Vec<Text>, ItemProblem> {
        self.list()?.iter().map(Node::text).collect()
    }

    pub fn strings(&self) -> Result<Vec<String>, ItemProblem> {
        self.list()?.iter().map(|node| node.str().map(str::to_string)).collect()
    }

    /// A key that nobody reads is a spelling mistake.
    pub fn only(&self, known: &[&str]) -> Result<(), ItemProblem> {
        match self.entries()?.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, node)) => {
                Err(node.problem(format!("unknown key `{key}`; known here: {}", known.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// The same value as plain JSON (for raw schemas).
    pub fn json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.value {
            Tree::Str(s) => Value::from(s.as_str()),
            Tree::Int(n) => Value::from(*n),
            Tree::Float(n) => Value::from(*n),
            Tree::Bool(b) => Value::from(*b),
            Tree::List(items) => items.iter().map(Node::json).collect(),
            Tree::Table(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.clone(), node.json())).collect())
            }
        }
    }
}

struct Builder<'a> {
    file: &'a Arc<str>,
    line_starts: Vec<usize>,
}

impl Builder<'_> {
    /// Counted from 1, as editors do.
    fn line_of(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    fn node(&self, value: Tree, at: usize, key: String) -> Node {
        Node { value, file: self.file.clone(), line: self.line_of(at), key }
    }

    fn table(&self, table: &DeTable<'_>, at: usize, key: String, depth: usize) -> Result<Node, ItemProblem> {
        let mut rows: Vec<_> = table.iter().collect();
        rows.sort_by_key(|(name, _)| name.span().start);
        let mut entries = Vec::with_capacity(rows.len());
        for (name, value) in rows {
            let path = join(&key, name.get_ref());
            // A table header `[a.b]` starts before its values; the key says better where it stands.
            let mut node = self.value(value, path, depth + 1)?;
            node.line = self.line_of(name.span().start);
            entries.push((name.get_ref().to_string(), node));
        }
        Ok(self.node(Tree::Table(entries), at, key))
    }

    fn value(&self, value: &Spanned<DeValue<'_>>, key: String, depth: usize) -> Result<Node, ItemProblem> {
        let at = value.span().start;
        if depth > TOML_DEPTH_MAX {
            return Err(self.node(Tree::Bool(false), at, key).problem("nested too deeply"));
        }
        let tree = match value.get_ref() {
            DeValue::String(s) => Tree::Str(s.to_string()),
            DeValue::Boolean(b) => Tree::Bool(*b),
            DeValue::Float(f) => Tree::Float(f.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Datetime(d) => Tree::Str(d.to_string()),
            DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
                Ok(n) => Tree::Int(n),
                Err(_) => return Err(self.node(Tree::Bool(false), at, key).problem("number out of range")),
            },
            DeValue::Array(items) => {
                let nodes = items.iter().enumerate();
                let nodes = nodes.map(|(i, item)| self.value(item, join(&key, &i.to_string()), depth + 1));
                Tree::List(nodes.collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => return self.table(table, at, key, depth),
        };
        Ok(self.node(tree, at, key))
    }
}

fn join(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_string() } else { format!("{key}/{name}") }
}

fn line_starts(text: &str) -> Vec<usize> {
    let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(after_breaks).collect()
}
