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
            SettingTouch::Language => self.lang = next_language(self.lang),
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
