//! Words that residents read and that travel as data: Chinese first, English complete.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod traditional;

pub use traditional::traditional;

/// A language the screens can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Lang {
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    #[serde(rename = "zh-TW")]
    ZhTw,
    #[serde(rename = "en")]
    En,
}

impl Lang {
    pub const ALL: [Lang; 3] = [Lang::ZhCn, Lang::ZhTw, Lang::En];

    /// BCP 47 tag, as written in configuration and on the command line.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::ZhCn => "zh-CN",
            Lang::ZhTw => "zh-TW",
            Lang::En => "en",
        }
    }

    /// Understands `zh`, `zh-CN`, `zh_CN`, `zh-TW`, `en`.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        match tag.replace('_', "-").to_ascii_lowercase().as_str() {
            "zh" | "zh-cn" | "zh-hans" => Some(Lang::ZhCn),
            "zh-tw" | "zh-hant" => Some(Lang::ZhTw),
            "en" | "en-us" | "en-gb" => Some(Lang::En),
            _ => None,
        }
    }
}

/// One sentence in every language; Traditional Chinese falls back to Simplified.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh_tw: Option<String>,
    pub en: String,
}

impl Text {
    /// One of our own sentences; its traditional form is made here.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text {
        let zh = zh.into();
        let zh_tw = Some(traditional(&zh)).filter(|zh_tw| *zh_tw != zh);
        Text { zh, zh_tw, en: en.into() }
    }

    /// Several in one line.
    pub fn listed<'a>(texts: impl Iterator<Item = &'a Text>) -> Text {
        let texts: Vec<&Text> = texts.collect();
        let line = |word: fn(&Text) -> &str, comma: &str| {
            texts.iter().map(|text| word(text)).collect::<Vec<_>>().join(comma)
        };
        Text::new(line(|text| &text.zh, "、"), line(|text| &text.en, ", "))
    }

    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhCn => &self.zh,
            Lang::ZhTw => self.zh_tw.as_deref().unwrap_or(&self.zh),
            Lang::En => &self.en,
        }
    }
}

/// Key -> sentence for each language of a form (JSON Forms i18n keys).
pub type Translations = BTreeMap<Lang, BTreeMap<String, String>>;
