//! Every sentence of the pages exists in every language, with the same holes for figures and names.
use jiujin::config::FURTHER_LANGUAGES;
use jiujin::screens::fonts;
use jiujin::session::settings::Settings;
use slint::ComponentHandle;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const BUNDLES: [&str; 2] = ["zh_CN", "zh_TW"];
/// Characters that only simplified writing has: none may stand in a traditional text.
const SIMPLIFIED: &str = "这为们个来时说请没对过还后里办证号码签继续输选择删显间钟当动务医疗险费单张页开关项户区镇乡县华东长门问题语声读认识";

#[test]
fn every_sentence_is_translated() {
    let sentences = sentences();
    assert!(sentences.len() > 300, "only {} sentences were found in ui/", sentences.len());
    for bundle in BUNDLES {
        let known = translations(bundle);
        let missing: Vec<_> = sentences
            .iter()
            .filter(|sentence| known.get(*sentence).is_none_or(|text| text.trim().is_empty()))
            .collect();
        assert!(missing.is_empty(), "{bundle} lacks {missing:#?}");
    }
}

#[test]
fn no_translation_is_left_over() {
    let sentences = sentences();
    for bundle in BUNDLES {
        let known = translations(bundle);
        let left: Vec<_> = known.keys().filter(|sentence| !sentences.contains(*sentence)).collect();
        assert!(left.is_empty(), "{bundle} still has {left:#?}");
    }
}

#[test]
fn translations_keep_their_holes() {
    for bundle in BUNDLES {
        let strays: Vec<_> = translations(bundle)
            .into_iter()
            .filter(|(sentence, text)| holes(sentence) != holes(text))
            .collect();
        assert!(strays.is_empty(), "{bundle}: {strays:#?}");
    }
}

#[test]
fn traditional_texts_are_written_in_traditional_characters() {
    let strays: Vec<_> = translations("zh_TW")
        .into_values()
        .filter(|text| text.chars().any(|c| SIMPLIFIED.contains(c)))
        .collect();
    assert!(strays.is_empty(), "{strays:#?}");
}

/// The words of a further language that is not complete, and why each of them would do harm.
#[test]
fn what_a_further_language_says_fits_a_page_and_is_drawn_by_our_fonts() {
    let folders = std::fs::read_dir("ui/lang").expect("languages are there").flatten();
    let folders = folders.filter(|folder| folder.path().is_dir());
    let names: BTreeSet<String> =
        folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    let further: BTreeSet<String> = FURTHER_LANGUAGES.iter().map(|name| (*name).to_owned()).collect();
    let complete: BTreeSet<String> = BUNDLES.map(str::to_owned).into();
    assert_eq!(&names - &complete, further, "folders of ui/lang, and what kiosk.toml may name");
    let sentences = sentences();
    for bundle in &further {
        for (sentence, words) in translations(bundle).into_iter().filter(|(_, words)| !words.is_empty()) {
            assert!(sentences.contains(&sentence), "{bundle}: no page says {sentence:?}");
            assert_eq!(holes(&sentence), holes(&words), "{bundle}: {words:?}");
            assert!(words.chars().all(fonts::draws), "{bundle}: our fonts do not draw all of {words:?}");
        }
    }
}

#[test]
fn a_further_language_falls_back_to_chinese_word_by_word() {
    let seen = super::stage(|samples| {
        let further = Settings { further: Some("qps"), in_further: true, ..Settings::default() };
        super::dress(samples, super::PORTRAIT, &further);
        samples.show("home");
        slint::platform::update_timers_and_animations();
        let walked = super::walker::walk(samples.window().window());
        super::dress(samples, super::PORTRAIT, &Settings::default());
        walked.targets.into_iter().map(|target| target.label).collect::<Vec<_>>()
    });
    for word in ["[Hélp]", "[Längüäge]", "字号", "对比度"] {
        assert!(seen.iter().any(|label| label.contains(word)), "{word} is not among {seen:?}");
    }
}

#[test]
fn a_further_language_says_nothing_but_its_own_words_and_chinese_on_any_page() {
    let own = said(Settings { further: Some("qps"), in_further: true, ..Settings::default() });
    let chinese = said(Settings::default());
    let is_stray = |words: &&String| !words.contains('[') && !chinese.contains(*words);
    let strays: Vec<_> = own.iter().filter(is_stray).collect();
    assert!(strays.is_empty(), "neither its own nor Chinese: {strays:?}");
    let keys = sentences();
    let raw: Vec<_> = own.intersection(&keys).collect();
    assert!(raw.is_empty(), "raw keys: {raw:?}");
    assert!(own.contains("[135 töpics]") && own.contains("共 135 项服务"), "{own:?}");
}

/// Every text and the label of every target, over all pages.
fn said(settings: Settings) -> BTreeSet<String> {
    super::stage(move |samples| {
        let mut said = BTreeSet::new();
        for pose in super::PAGES.iter().chain(super::STATES) {
            super::dress(samples, super::PORTRAIT, &settings);
            pose.strike(samples);
            samples
                .window()
                .global::<jiujin_ui::HomePage>()
                .set_count_services(pose.name != "home by topics");
            slint::platform::update_timers_and_animations();
            let seen = super::walker::walk(samples.window().window());
            said.extend(seen.targets.into_iter().map(|target| target.label));
            said.extend(seen.words.into_iter().map(|words| words.text));
        }
        samples.window().global::<jiujin_ui::HomePage>().set_count_services(true);
        super::dress(samples, super::PORTRAIT, &Settings::default());
        said
    })
}

/// `{n}` and `{}` of a sentence, each once; a figure only says which of several is meant.
fn holes(text: &str) -> BTreeSet<&str> {
    let inner = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    inner.map(|(hole, _)| hole.trim_matches(|c: char| c.is_ascii_digit())).collect()
}

/// One sentence in the language of a bundle; English is what the pages say themselves.
pub fn say(bundle: &str, sentence: &str) -> String {
    let known = if bundle == "en" { BTreeMap::new() } else { translations(bundle) };
    known.get(sentence).cloned().unwrap_or_else(|| sentence.to_owned())
}

/// What the buttons of the bottom bar say.
pub fn bar(bundle: &str) -> Vec<String> {
    const BAR: [&str; 8] =
        ["Back", "Easy view", "Standard", "Help", "Text size", "Contrast", "Read aloud", "Language"];
    BAR.iter().map(|sentence| say(bundle, sentence)).collect()
}

/// What stands in `@tr("…")` anywhere in ui/; of a plural the singular, which is the key.
fn sentences() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files(Path::new("ui")) {
        let text = std::fs::read_to_string(&file).expect("pages are UTF-8");
        for rest in text.split("@tr(").skip(1) {
            found.extend(quoted(rest.trim_start()));
        }
    }
    found
}

pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "slint") {
            found.push(path);
        }
    }
    found
}

/// The text between the first two quotes, escapes as they are written.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some(inner[..end].to_owned())
}

/// `msgid` to `msgstr` of a catalogue whose entries stand on one line each.
fn translations(bundle: &str) -> BTreeMap<String, String> {
    let path = format!("ui/lang/{bundle}/LC_MESSAGES/jiujin-ui.po");
    let text = std::fs::read_to_string(&path).expect("the translations are there");
    let mut known = BTreeMap::new();
    let mut key = None;
    for line in text.lines() {
        if let Some(id) = line.strip_prefix("msgid ").and_then(quoted) {
            key = Some(id).filter(|id| !id.is_empty());
        } else if let Some((_, text)) = line.split_once(' ').filter(|_| line.starts_with("msgstr"))
            && let (Some(id), Some(text)) = (key.take(), quoted(text))
        {
            known.insert(id, text);
        }
    }
    known
}
