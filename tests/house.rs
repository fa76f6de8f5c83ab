//! The rules of the house, checked like any other behaviour. See README, "The house".
use std::fs;
use std::path::{Path, PathBuf};

/// A crate and the rooms of `src` that alone may name it.
const ROOMS: &[(&str, &[&str])] = &[
    ("slint::", WINDOWS),
    ("jiujin_ui::", WINDOWS),
    ("i_slint_backend_testing::", &["src/screens.rs", "src/screens"]),
    ("i_slint_core::", &["src/screens.rs", "src/screens"]),
    ("rusqlite::", &["src/store.rs", "src/store"]),
    ("reqwest::", &["src/courier.rs", "src/courier", "src/enrol.rs"]),
    ("serialport::", &["hardware/src/port.rs", "hardware/src/port", "tests/house.rs"]),
    ("jiujin_office::", &["src/demo.rs", "src/demo", "tests"]),
];

/// Rooms that may hold a window: the seam itself, and those that put a whole kiosk together around one. None of the
/// latter sets a property of a page; the dock is a window of its own and no part of the kiosk.
const WINDOWS: &[&str] = &[
    "src/screens.rs",
    "src/screens",
    "src/main.rs",
    "src/commands",
    "src/terminal.rs",
    "src/demo.rs",
    "src/demo",
];

/// Rooms and the words that must never stand in them.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "src/session",
        &[
            "slint",
            "rusqlite",
            "reqwest",
            "tokio",
            "serialport",
            "std::fs",
            "SystemTime",
            "Instant::now",
            "crate::store",
            "crate::courier",
            "crate::screens",
        ],
    ),
    ("src/notice", &["slint", "rusqlite", "reqwest", "tokio", "std::fs"]),
    ("src/store", &["slint", "reqwest", "tokio"]),
    ("src/courier", &["rusqlite", "slint"]),
    ("src/screens", &["rusqlite", "reqwest", "crate::store", "crate::courier"]),
    ("src/", &["Arc<Mutex", "Arc<RwLock"]),
    ("hardware/src", &["jiujin::", "jiujin_contract", "jiujin_ui", "jiujin_office"]),
    ("office/contract/src", &["jiujin::", "jiujin_hardware", "jiujin_ui", "jiujin_office"]),
    ("office/server/src", &["jiujin::", "jiujin_hardware", "jiujin_ui", "slint"]),
];

/// Longest source file, tests apart (house rule 11).
const FILE_LINES_MAX: usize = 400;
/// Longest function (house rule 11).
const FUNCTION_LINES_MAX: usize = 60;
/// Words that say nothing about what a thing is for.
const EMPTY_NAMES: &[&str] = &["Manager", "Helper", "Util", "Utils"];

#[test]
fn outside_crates_stay_in_their_room() {
    let mut strays = Vec::new();
    for (path, text) in sources() {
        for (name, rooms) in ROOMS {
            let at_home = rooms.iter().any(|room| path.starts_with(room));
            if path.starts_with("src") || *name == "serialport::" {
                strays.extend(
                    (!at_home && names(&text, name)).then(|| format!("{} names {name}", path.display())),
                );
            }
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn no_room_names_what_it_must_not_know() {
    let mut strays = Vec::new();
    for (path, text) in sources() {
        for (room, words) in FORBIDDEN.iter().filter(|(room, _)| path.to_string_lossy().starts_with(room)) {
            for word in words.iter().filter(|word| names(&text, word)) {
                strays.push(format!("{} ({room}) names {word}", path.display()));
            }
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn files_and_functions_stay_short() {
    let mut long = Vec::new();
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().count();
        if lines > FILE_LINES_MAX {
            long.push(format!("{}: {lines} lines", path.display()));
        }
        long.extend(
            long_functions(code)
                .into_iter()
                .map(|(name, lines)| format!("{}: fn {name}: {lines} lines", path.display())),
        );
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn no_name_says_manager_or_helper() {
    let mut strays = Vec::new();
    for (path, text) in sources() {
        for line in text.lines().map(str::trim_start).filter(|line| is_definition(line)) {
            strays.extend(
                EMPTY_NAMES
                    .iter()
                    .filter(|name| line.contains(*name))
                    .map(|_| format!("{}: {line}", path.display())),
            );
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn every_dependency_has_a_reason_beside_it() {
    let manifest = fs::read_to_string("Cargo.toml").expect("the manifest is readable");
    for part in ["[workspace.dependencies]", "[workspace.lints.rust]"] {
        assert!(manifest.contains(part), "{part} is missing from Cargo.toml");
    }
}

#[test]
fn nothing_points_outside_the_project() {
    let strays: Vec<_> = sources()
        .into_iter()
        .filter(|(path, text)| !path.ends_with("house.rs") && text.contains("../shared"))
        .map(|(path, _)| path)
        .collect();
    assert!(strays.is_empty(), "{strays:?}");
}

fn names(text: &str, word: &str) -> bool {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(word)
            .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

fn is_definition(line: &str) -> bool {
    ["struct ", "enum ", "trait ", "pub struct ", "pub enum ", "pub trait "]
        .iter()
        .any(|start| line.starts_with(start))
}

/// Functions longer than the limit, by counting the lines from `fn` to the closing brace of the same depth.
fn long_functions(code: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let signature = trimmed.split("fn ").nth(1).filter(|_| is_function(trimmed));
        let Some(signature) = signature else { continue };
        let closing = format!("{}}}", " ".repeat(indent));
        let end = lines[start..].iter().position(|line| *line == closing).unwrap_or(0);
        if end + 1 > FUNCTION_LINES_MAX {
            let name: String = signature.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push((name, end + 1));
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    [
        "fn ",
        "pub fn ",
        "async fn ",
        "pub async fn ",
        "pub(crate) fn ",
        "pub(super) fn ",
        "const fn ",
        "pub const fn ",
    ]
    .iter()
    .any(|start| line.starts_with(start))
        && !line.ends_with(';')
        && !line.ends_with('}')
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for root in ["src", "hardware/src", "office/contract/src", "office/server/src", "tests"] {
        collect(Path::new(root), &mut found);
    }
    assert!(!found.is_empty(), "the test runs at the top of the project");
    found
}

fn collect(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            found.push((path, text));
        }
    }
}
