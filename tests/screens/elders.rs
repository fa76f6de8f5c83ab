//! What a page owes to those who see little or choose slowly.
//!
//! - A2: body text has the height its size promises, and no word of a page is too small to be read. Heights are those
//!   of 国 in the font that draws, in millimetres at the distance the panel is read from (a counter-top panel is read
//!   from 40 cm, the reference from 60). How it looks to an eye is left to people with pictures.
//! - A9: size, contrast, language and voice are one touch away on every page. That the wishes end with the visit is
//!   a test of the session, not of a layout.
//! - A10: the easy view is offered where a visit begins, and no page asks to choose among more than six large things.
//!   That none of them advertises anything only a person can see.
use super::rules::cut;
use super::stage::{dress, stage};
use super::translations::{bar, say};
use super::walker::{ROUNDING, Seen, Target};
use super::{Look, PANELS, SIZES};
use jiujin::screens::Samples;
use jiujin::session::settings::{Settings, TextSize, Theme};
use jiujin_contract::text::Lang;
use slint::ComponentHandle;

/// A2: body height of a hanzi in the four sizes, millimetres at reading distance.
const BODY_MM: [f32; 4] = [5.0, 7.0, 9.0, 11.0];
/// VVSG 7.1-G, where A2 comes from: nothing at all under 3.5 mm.
const LEAST_MM: f32 = 3.5;
/// A10.
const CHOICES_MAX: usize = 6;
/// What is as wide as this part of the window is a large choice; Change and Delete are not.
const LARGE: f32 = 1.0 / 6.0;

/// Words of the frame in the language of a page.
pub struct Frame {
    settings: Vec<String>,
    easy: [String; 2],
    keyboard: String,
    bar: Vec<String>,
}

impl Frame {
    pub fn of(lang: Lang, can_speak: bool) -> Frame {
        let bundle = match lang {
            Lang::ZhCn => "zh_CN",
            Lang::ZhTw => "zh_TW",
            Lang::En => "en",
        };
        let mut settings = vec!["Text size", "Contrast", "Language"];
        settings.extend(can_speak.then_some("Read aloud"));
        Frame {
            settings: settings.into_iter().map(|sentence| say(bundle, sentence)).collect(),
            easy: ["Easy view", "Standard"].map(|sentence| say(bundle, sentence)),
            keyboard: say(bundle, "Keyboard"),
            bar: bar(bundle),
        }
    }
}

/// Everything a page in `look` owes; `begins` says that a visit begins on it.
pub fn defects(seen: &Seen, unit: f32, frame: &Frame, begins: bool) -> Vec<String> {
    let mut found = Vec::new();
    small_words(seen, unit, &mut found);
    for setting in &frame.settings {
        if !offers(seen, setting) {
            found.push(format!("A9 {setting} is not one touch away"));
        }
    }
    if begins && !frame.easy.iter().any(|label| offers(seen, label)) {
        found.push(format!("A10 {} is not offered", frame.easy[0]));
    }
    too_many_choices(seen, frame, &mut found);
    found
}

fn offers(seen: &Seen, label: &str) -> bool {
    let free = |target: &&Target| target.enabled && !cut(&target.rect, &target.seen);
    seen.targets.iter().filter(free).any(|target| target.label == label)
}

fn small_words(seen: &Seen, unit: f32, found: &mut Vec<String>) {
    let hanzi = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    for words in seen.words.iter().filter(|words| words.text.contains(hanzi)) {
        let height = words.size * body_height() / unit;
        if height < LEAST_MM {
            let text: String = words.text.chars().take(12).collect();
            found.push(format!("A2 small: {text} is {height:.1} mm high"));
        }
    }
}

fn too_many_choices(seen: &Seen, frame: &Frame, found: &mut Vec<String>) {
    let choice = |target: &&Target| {
        target.rect.width() > seen.window.width * LARGE
            && target.group != frame.keyboard
            && !frame.bar.contains(&target.label)
    };
    let choices: Vec<_> = seen.targets.iter().filter(choice).collect();
    for one in &choices {
        let alike = |other: &&&Target| {
            let (one, other) = (one.rect.size, other.rect.size);
            (one.width - other.width).abs() < ROUNDING && (one.height - other.height).abs() < ROUNDING
        };
        let count = choices.iter().filter(alike).count();
        if count > CHOICES_MAX {
            found.push(format!("A10 {count} choices like {}", one.label));
            return;
        }
    }
}

/// Height of 国 in parts of the text size.
fn body_height() -> f32 {
    static HEIGHT: std::sync::LazyLock<f32> = std::sync::LazyLock::new(|| {
        let face = ttf_parser::Face::parse(jiujin::screens::fonts::REGULAR, 0).expect("our own font");
        let glyph = face.glyph_index('国').expect("the font draws it");
        let drawn = face.glyph_bounding_box(glyph).expect("it has ink");
        f32::from(drawn.height()) / f32::from(face.units_per_em())
    });
    *HEIGHT
}

/// A millimetre as it is seen from where the panel is read, in pixels.
pub fn unit(samples: &Samples) -> f32 {
    /// Units of the drawing in a millimetre (theme.slint).
    const UNITS: f32 = 4.035;
    samples.window().global::<jiujin_ui::Theme>().get_u() * UNITS
}

#[test]
fn body_text_has_the_height_its_size_promises() {
    let short = stage(|samples| {
        let mut short = Vec::new();
        for panel in PANELS {
            for (size, wanted) in SIZES.into_iter().zip(BODY_MM) {
                let look = Look { panel, lang: Lang::ZhCn, size, theme: Theme::Light };
                dress(samples, panel, &Settings { text_size: size, ..look.settings() });
                let theme = samples.window().global::<jiujin_ui::Theme>();
                theme.set_give(1.0);
                let height = theme.get_fs_body() * body_height() / unit(samples);
                if height < wanted {
                    short.push(format!("{}: {height:.2} mm instead of {wanted}", look.words()));
                }
            }
        }
        short
    });
    assert!(short.is_empty(), "{short:#?}");
}

/// The rules themselves: a page without them must be found.
#[test]
fn a_page_that_owes_something_is_found() {
    let found = stage(|samples| {
        let look = Look { panel: PANELS[0], lang: Lang::ZhCn, size: TextSize::Normal, theme: Theme::Light };
        let mut seen = super::seen(samples, &super::PAGES[1], look);
        let frame = Frame::of(Lang::ZhCn, true);
        seen.targets.retain(|target| target.label != "长辈版");
        let tile = seen.targets.iter().find(|target| target.label.starts_with("异地")).cloned();
        seen.targets.extend(tile);
        defects(&seen, 2.0 * unit(samples), &frame, true)
    });
    for what in ["A2 small", "A9 朗读", "A10 长辈版", "A10 7 choices"] {
        assert!(found.iter().any(|defect| defect.starts_with(what)), "{what}: {found:#?}");
    }
}
