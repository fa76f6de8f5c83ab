//! All services as files: compiled from pleasant TOML, checked, hashed, signed, embedded for day one.
//!
//! Life events (一件事) for a page that lists them: [`Catalogue::offered`] gives services and life events alike as
//! [`ServiceItem`]s; those with [`ServiceItem::joint`] are life events. Open one as any service; its guide page also
//! shows [`ServiceItem::savings`] and [`ServiceItem::parts`] (which departments). One submission goes out under the
//! joint id; the case answer then carries one [`crate::wire::PartView`] per department.
use crate::item::ServiceItem;
use include_dir::{Dir, include_dir};
use serde::Serialize;
use std::fmt;
use std::path::Path;

mod authoring;
pub mod board;
mod conditions;
mod definitions;
mod eligibility;
mod kinds;
pub mod life_event;
pub mod lint;
pub mod manifest;
mod questions;
mod source;
pub mod trust;

pub use board::Board;
pub use definitions::Definitions;
pub use life_event::{LifeEvent, SplitError};
pub use manifest::{Manifest, ManifestEntry, OpenState, SignedManifest};
pub use trust::{Root, SignedRoot, Trust};

/// The catalogue a kiosk has before it ever saw an office.
static DAY_ONE: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../assets/catalogue");

/// A mistake in a catalogue file, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct ItemProblem {
    pub file: String,
    /// Counted from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Key in the TOML file, or JSON pointer in a compiled item.
    pub key: String,
    pub message: String,
}

impl fmt::Display for ItemProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.key, self.message)
    }
}

/// What a directory of catalogue files holds; a broken item is named in `problems` and left out.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub items: Vec<ServiceItem>,
    pub life_events: Vec<LifeEvent>,
    pub problems: Vec<ItemProblem>,
    /// (item id, file) of every item, for messages.
    pub files: Vec<(String, String)>,
    pub definitions: Definitions,
}

impl Catalogue {
    pub fn item(&self, id: &str) -> Option<&ServiceItem> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Everything a resident can open: the services, then the life events as joint items. What kiosk and office
    /// list, sign, search and compile; a life event is opened exactly like a service.
    pub fn offered(&self) -> Vec<ServiceItem> {
        let joint = self.life_events.iter().filter_map(|event| event.as_item(self));
        self.items.iter().cloned().chain(joint).collect()
    }

    /// The file an item was read from.
    pub fn file_of(&self, id: &str) -> &str {
        self.files.iter().find(|(item, _)| item == id).map_or("", |(_, file)| file)
    }
}

/// Items of one catalogue; a district has a few hundred.
pub const ITEMS_MAX: usize = 2_000;
/// One file; the largest of ours has 8 kB.
pub const ITEM_FILE_BYTES_MAX: u64 = 512 * 1024;

/// The catalogue embedded in the program, compiled.
pub fn day_one() -> Catalogue {
    compile(&embedded_files())
}

/// How many services are built in, without reading them.
pub fn day_one_count() -> usize {
    DAY_ONE.get_dir("items").map_or(0, |items| items.files().count())
}

/// Reads `DIR/items/*.toml`, `DIR/life-events/*.toml` and `DIR/definitions/*.toml` (ours, where it has none);
/// a directory without `items/` holds the items itself. Compiled items (`*.json`) are read too.
pub fn load_dir(dir: &Path) -> std::io::Result<Catalogue> {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    read_tree(dir, "", &mut files, &mut problems)?;
    if !dir.join("items").is_dir() {
        let here = |path: &String| !path.contains('/');
        files.iter_mut().filter(|(path, _)| here(path)).for_each(|(path, _)| *path = format!("items/{path}"));
    }
    if !dir.join("definitions").is_dir() {
        files.extend(embedded_files().into_iter().filter(|(path, _)| path.starts_with("definitions/")));
    }
    let mut catalogue = compile(&files);
    catalogue.problems.splice(0..0, problems);
    Ok(catalogue)
}

/// `files`: (path inside the catalogue, text).
pub fn compile(files: &[(String, String)]) -> Catalogue {
    let folder = |name: &str, ending: &str| {
        let mut found: Vec<&(String, String)> =
            files.iter().filter(|(path, _)| path.starts_with(name) && path.ends_with(ending)).collect();
        found.sort();
        found
    };
    let shared: Vec<(String, String)> = folder("definitions/", ".toml").into_iter().cloned().collect();
    let (definitions, problems) = Definitions::read(&shared);
    let mut catalogue = Catalogue { problems, definitions, ..Catalogue::default() };
    for (path, text) in folder("items/", ".toml") {
        let item = authoring::compile_item(&catalogue.definitions, path, text);
        catalogue.admit(path, item);
    }
    for (path, text) in folder("items/", ".json") {
        catalogue.admit(path, read_compiled(path, text));
    }
    for (path, text) in folder("life-events/", ".toml") {
        match life_event::compile(&catalogue, path, text) {
            Ok(event) => {
                catalogue.files.push((event.id.clone(), path.clone()));
                catalogue.life_events.push(event);
            }
            Err(problem) => catalogue.problems.push(problem),
        }
    }
    catalogue.life_events.sort_by(|a, b| a.id.cmp(&b.id));
    catalogue
}

impl Catalogue {
    fn admit(&mut self, path: &str, item: Result<ServiceItem, ItemProblem>) {
        let whole = |message: String| ItemProblem { file: path.into(), line: 0, key: "id".into(), message };
        match item {
            Err(problem) => self.problems.push(problem),
            Ok(item) if self.item(&item.id).is_some() => {
                self.problems.push(whole(format!(
                    "{} stands in {} already",
                    item.id,
                    self.file_of(&item.id)
                )));
            }
            Ok(_) if self.items.len() >= ITEMS_MAX => {
                self.problems.push(whole(format!("more than {ITEMS_MAX} items")));
            }
            Ok(item) => {
                self.files.push((item.id.clone(), path.to_string()));
                self.items.push(item);
            }
        }
    }
}

fn read_compiled(path: &str, text: &str) -> Result<ServiceItem, ItemProblem> {
    serde_json::from_str(text).map_err(|error| ItemProblem {
        file: path.to_string(),
        line: error.line(),
        key: String::new(),
        message: error.to_string(),
    })
}

fn embedded_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect_embedded(&DAY_ONE, &mut files);
    files
}

fn collect_embedded(dir: &Dir, files: &mut Vec<(String, String)>) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            files.push((file.path().to_string_lossy().replace('\\', "/"), text.to_string()));
        }
    }
    dir.dirs().for_each(|child| collect_embedded(child, files));
}

/// Items, definitions and life events lie one folder deep.
fn read_tree(
    dir: &Path,
    prefix: &str,
    files: &mut Vec<(String, String)>,
    problems: &mut Vec<ItemProblem>,
) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(dir)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() && prefix.is_empty() {
            read_tree(&entry.path(), &format!("{path}/"), files, problems)?;
        } else if path.ends_with(".toml") || path.ends_with(".json") {
            match read_text(&entry.path()) {
                Ok(text) => files.push((path, text)),
                Err(message) => {
                    problems.push(ItemProblem { file: path, line: 0, key: String::new(), message })
                }
            }
        }
    }
    Ok(())
}

fn read_text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > ITEM_FILE_BYTES_MAX {
        return Err(format!("larger than {ITEM_FILE_BYTES_MAX} bytes"));
    }
    std::fs::read_to_string(path).map_err(|error| format!("cannot be read as UTF-8 text: {error}"))
}

#[cfg(test)]
mod tests;
