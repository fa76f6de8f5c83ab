//! How this resident wants the screen: reset when the visit ends.
use jiujin_contract::text::Lang;

/// Text size in four steps; the body text is 5, 7, 9 or 11 mm high (accessibility point A2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TextSize {
    Small,
    #[default]
    Normal,
    Large,
    Largest,
}

impl TextSize {
    /// One to four, as on the command line.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    pub fn from_number(number: u8) -> Option<TextSize> {
        [TextSize::Small, TextSize::Normal, TextSize::Large, TextSize::Largest]
            .into_iter()
            .find(|size| size.number() == number)
    }

    fn next(self) -> TextSize {
        TextSize::from_number(self.number() + 1).unwrap_or(TextSize::Small)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    Light,
    /// High contrast, dark ground.
    Dark,
    /// High contrast, light ground.
    Contrast,
    /// Low glare.
    Calm,
}

impl Theme {
    pub const ALL: [(Theme, &'static str); 4] = [
        (Theme::Light, "light"),
        (Theme::Dark, "dark"),
        (Theme::Contrast, "contrast"),
        (Theme::Calm, "calm"),
    ];

    pub fn from_name(name: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|(_, known)| *known == name).map(|(theme, _)| theme)
    }

    fn next(self) -> Theme {
        match self {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Contrast,
            Theme::Contrast => Theme::Calm,
            Theme::Calm => Theme::Light,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    pub lang: Lang,
    /// A further language of this site, by its folder in ui/lang; what it has no words for is said in Chinese.
    pub further: Option<&'static str>,
    /// Chosen now; `lang` is then what it falls back to.
    pub in_further: bool,
    pub text_size: TextSize,
    pub theme: Theme,
    /// Every touch target in the lower 60 % of the screen.
    pub reach: bool,
    /// Large tiles, large text and more time.
    pub elder: bool,
    pub voice: bool,
}

/// One touch on the bottom bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingTouch {
    Language,
    TextSize,
    Contrast,
    Voice,
    Elder,
    Reach,
}

impl Settings {
    pub fn touched(mut self, touch: SettingTouch) -> Settings {
        match touch {
            SettingTouch::Language => self = self.in_next_language(),
            SettingTouch::TextSize => self.text_size = self.text_size.next(),
            SettingTouch::Contrast => self.theme = self.theme.next(),
            SettingTouch::Voice => self.voice = !self.voice,
            SettingTouch::Reach => self.reach = !self.reach,
            SettingTouch::Elder => {
                self.elder = !self.elder;
                self.text_size = if self.elder { TextSize::Largest } else { TextSize::Normal };
            }
        }
        self
    }

    /// The site's own language comes right after Chinese.
    fn in_next_language(mut self) -> Settings {
        self.in_further = self.further.is_some() && self.lang == Lang::ZhCn && !self.in_further;
        if !self.in_further {
            self.lang = next_language(self.lang);
        }
        self
    }

    /// The language of the pages' own words, as Slint calls its bundles.
    pub fn bundle(&self) -> &'static str {
        match (self.further.filter(|_| self.in_further), self.lang) {
            (Some(further), _) => further,
            (None, Lang::ZhCn) => "zh_CN",
            (None, Lang::ZhTw) => "zh_TW",
            (None, Lang::En) => "en",
        }
    }

    /// Voice and the elder mode get the longer of the two time-outs (A11).
    pub fn needs_more_time(&self) -> bool {
        self.voice || self.elder
    }
}

fn next_language(lang: Lang) -> Lang {
    match lang {
        Lang::ZhCn => Lang::En,
        Lang::En => Lang::ZhTw,
        Lang::ZhTw => Lang::ZhCn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sites_own_language_comes_after_chinese_and_falls_back_to_it() {
        let bundles = |mut settings: Settings| -> Vec<&str> {
            let next = |_| {
                settings = settings.touched(SettingTouch::Language);
                settings.bundle()
            };
            (0..4).map(next).collect()
        };
        let plain = Settings::default();
        assert_eq!(bundles(plain), ["en", "zh_TW", "zh_CN", "en"]);
        let own = Settings { further: Some("qps"), ..plain };
        assert_eq!(bundles(own), ["qps", "en", "zh_TW", "zh_CN"]);
        assert_eq!(own.touched(SettingTouch::Language).lang, Lang::ZhCn, "what it falls back to");
    }
}
