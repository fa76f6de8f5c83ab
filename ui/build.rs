//! Compiles the pages. Debug information stays in, because the accessible label of an element is
//! its handle for scripted visits and for the layout walker.
//!
//! A further language, a folder of `lang/` beside the two Chinese ones, speaks Chinese where it has no words: Slint
//! itself would fall back to English.
use rspolib::{POFile, Save, pofile};
use std::path::{Path, PathBuf};

/// Complete, checked by a test; every other language falls back to the first.
const COMPLETE: [&str; 2] = ["zh_CN", "zh_TW"];
const FILE: &str = "LC_MESSAGES/jiujin-ui.po";

fn main() {
    let words = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("lang");
    println!("cargo:rerun-if-changed=lang");
    for folder in std::fs::read_dir("lang").expect("ui/lang is there") {
        let folder = folder.expect("ui/lang can be listed");
        let name = folder.file_name();
        let name = name.to_str().expect("languages have plain names");
        if folder.path().is_dir() {
            bundle(name, &words.join(name).join(FILE));
        }
    }
    let config = slint_build::CompilerConfiguration::new()
        .with_debug_info(true)
        .with_bundled_translations(words)
        .with_default_translation_context(slint_build::DefaultTranslationContext::None);
    slint_build::compile_with_config("app.slint", config).expect("ui/app.slint compiles");
}

fn bundle(name: &str, to: &Path) {
    let from = Path::new("lang").join(name).join(FILE);
    std::fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("OUT_DIR can be written");
    if COMPLETE.contains(&name) {
        std::fs::copy(&from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        return;
    }
    let mut own = read(&from);
    for chinese in read(&Path::new("lang").join(COMPLETE[0]).join(FILE)).entries {
        let is_said = |said: &rspolib::POEntry| {
            said.msgid == chinese.msgid
                && (said.msgstr.as_ref().is_some_and(|words| !words.is_empty())
                    || !said.msgstr_plural.is_empty())
        };
        if !own.entries.iter().any(is_said) {
            own.entries.retain(|entry| entry.msgid != chinese.msgid);
            own.entries.push(chinese);
        }
    }
    own.save(&to.display().to_string());
}

fn read(path: &Path) -> POFile {
    let name = path.display().to_string();
    // Given a name of no file, the crate would read the name itself.
    assert!(path.is_file(), "{name} is not there");
    pofile(name.as_str()).unwrap_or_else(|error| panic!("{name}: {error}"))
}
