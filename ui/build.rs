//! Compiles the pages. Debug information stays in, because the accessible label of an element is
//! its handle for scripted visits and for the layout walker.
//!
//! A further language, a folder of `lang/` beside the two Chinese ones, speaks Chinese where it has no words: Slint
//! itself would fall back to English.
use rspolib::{POFile, Save, TranslatedEntry, pofile};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Complete, checked by a test; every other language falls back to the first.
const COMPLETE: [&str; 2] = ["zh_CN", "zh_TW"];
const FILE: &str = "LC_MESSAGES/jiujin-ui.po";

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let words = out.join("lang");
    // In order, whatever the folder says: builds are to be the same everywhere.
    let mut shares = BTreeSet::new();
    println!("cargo:rerun-if-changed=lang");
    for folder in std::fs::read_dir("lang").expect("ui/lang is there") {
        let folder = folder.expect("ui/lang can be listed");
        let name = folder.file_name();
        let name = name.to_str().expect("languages have plain names");
        if folder.path().is_dir() {
            let (said, all) = bundle(name, &words.join(name).join(FILE));
            shares.insert(format!("({name:?}, {said}, {all}), "));
        }
    }
    settle(&words);
    let shares = String::from_iter(shares);
    std::fs::write(out.join("shares.rs"), format!("&[{shares}]")).expect("OUT_DIR can be written");
    let config = slint_build::CompilerConfiguration::new()
        .with_debug_info(true)
        .with_bundled_translations(words)
        .with_default_translation_context(slint_build::DefaultTranslationContext::None);
    slint_build::compile_with_config("app.slint", config).expect("ui/app.slint compiles");
}

/// Slint names the words as something to build anew for. Written during this run they would be newer than it, and every
/// call of cargo would compile all pages again; `lang` itself is watched instead.
fn settle(path: &Path) {
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        settle(&entry.path());
    }
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let old = File::open(path).and_then(|file| file.set_modified(long_ago));
    old.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// How many sentences it says in its own words, of how many.
fn bundle(name: &str, to: &Path) -> (usize, usize) {
    let from = Path::new("lang").join(name).join(FILE);
    std::fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("OUT_DIR can be written");
    if COMPLETE.contains(&name) {
        std::fs::copy(&from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        let all = read(&from).entries.len();
        return (all, all);
    }
    let mut own = read(&from);
    let chinese = read(&Path::new("lang").join(COMPLETE[0]).join(FILE)).entries;
    let (mut said, all) = (0, chinese.len());
    for chinese in chinese {
        // Unsure words count as missing, and so do plural forms left open: Slint would pass over both.
        let is_said = |said: &rspolib::POEntry| said.msgid == chinese.msgid && said.translated();
        if own.entries.iter().any(is_said) {
            said += 1;
        } else {
            own.entries.retain(|entry| entry.msgid != chinese.msgid);
            own.entries.push(chinese);
        }
    }
    own.save(&to.display().to_string());
    (said, all)
}

fn read(path: &Path) -> POFile {
    let name = path.display().to_string();
    // Given a name of no file, the crate would read the name itself.
    assert!(path.is_file(), "{name} is not there");
    pofile(name.as_str()).unwrap_or_else(|error| panic!("{name}: {error}"))
}
