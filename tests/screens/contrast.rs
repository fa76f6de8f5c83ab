//! A4, A5, A6: contrast of the tokens, read from the theme as it runs.
use super::stage::stage;
use jiujin::screens::Samples;
use jiujin_ui::{Theme, ThemeId};
use slint::{Color, ComponentHandle};

/// What stands on what, and the least ratio in the default theme (mock-ups, table of contrasts).
struct Pair {
    name: &'static str,
    front: fn(&Theme) -> Color,
    ground: fn(&Theme) -> Color,
    /// Text that informs, or a mark, ring or border.
    text: bool,
}

macro_rules! pairs {
    ($($kind:ident $front:ident on $ground:ident;)*) => {
        &[$(Pair {
            name: concat!(stringify!($front), " on ", stringify!($ground)),
            front: |theme| theme.$front(),
            ground: |theme| theme.$ground(),
            text: stringify!($kind).len() == "text".len(),
        }),*]
    };
}

const PAIRS: &[Pair] = pairs! {
    text get_ink on get_surface;
    text get_ink on get_bg;
    text get_ink on get_sunken;
    text get_ink on get_key;
    text get_ink on get_key_fn;
    text get_ink_2 on get_surface;
    text get_ink_2 on get_bg;
    text get_on_primary on get_primary;
    text get_on_primary_pressed on get_primary_pressed;
    text get_primary_ink on get_primary_tint;
    text get_ok_ink on get_ok_tint;
    text get_warn_ink on get_warn_tint;
    text get_danger_ink on get_danger_tint;
    text get_danger_ink on get_surface;
    text get_link on get_surface;
    text get_link on get_bg;
    text get_on_hero on get_hero;
    text get_on_hero on get_hero_deep;
    marks get_vivid on get_surface;
    marks get_vivid on get_bg;
    marks get_ok on get_ok_tint;
    marks get_ok on get_surface;
    marks get_warn on get_warn_tint;
    marks get_danger on get_danger_tint;
    marks get_danger on get_surface;
    marks get_outline on get_surface;
    marks get_outline on get_bg;
    marks get_on_amber on get_amber;
    marks get_on_ok on get_ok;
    marks get_focus_in on get_focus_out;
};

/// Words that inform nobody of anything urgent: hints in empty fields, disabled controls.
const QUIET: &[Pair] = pairs! {
    text get_ink_off on get_surface;
    text get_ink_off on get_disabled;
};

/// WCAG 2.2, relative luminance.
fn luminance(colour: Color) -> f64 {
    let channel = |value: u8| {
        let part = f64::from(value) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(colour.red()) + 0.7152 * channel(colour.green()) + 0.0722 * channel(colour.blue())
}

fn ratio(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Pairs whose ratio is not within `wanted`, by name.
fn strays(
    theme: ThemeId,
    pairs: &'static [Pair],
    wanted: fn(&Pair, [Color; 2]) -> (f64, f64),
) -> Vec<String> {
    stage(move |samples: &Samples| {
        let tokens = samples.window().global::<Theme>();
        tokens.set_theme(theme);
        let stray = |pair: &Pair| {
            let colours = [(pair.front)(&tokens), (pair.ground)(&tokens)];
            let (least, most) = wanted(pair, colours);
            let ratio = ratio(colours[0], colours[1]);
            (ratio < least || ratio > most).then(|| format!("{}: {ratio:.2}:1", pair.name))
        };
        pairs.iter().filter_map(stray).collect()
    })
}

#[test]
fn default_colours_inform_at_ten_to_one() {
    let found = strays(ThemeId::Light, PAIRS, |pair, _| (if pair.text { 10.0 } else { 3.0 }, 21.0));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn high_contrast_on_light_is_twenty_to_one() {
    let found = strays(ThemeId::ContrastLight, PAIRS, |pair, _| (if pair.text { 20.0 } else { 3.0 }, 21.0));
    assert!(found.is_empty(), "{found:#?}");
}

/// White stands at 18:1 or more; yellow, which says "touch me", at 17.5:1.
#[test]
fn high_contrast_on_dark_is_eighteen_to_one_in_white_and_seventeen_and_a_half_in_yellow() {
    let found = strays(ThemeId::Dark, PAIRS, |pair, colours| {
        let yellow = colours.iter().any(|colour| colour.red() == 0xFF && colour.blue() < 0x80);
        let least = if yellow { 17.5 } else { 18.0 };
        (if pair.text { least } else { 3.0 }, 21.0)
    });
    assert!(found.is_empty(), "{found:#?}");
}

/// A5, low contrast: between 4.5:1 and 8:1.
const LOW_GLARE: (f64, f64) = (4.5, 8.0);

#[test]
fn low_glare_is_readable_and_soft() {
    let found = strays(ThemeId::LowGlare, PAIRS, |pair, _| if pair.text { LOW_GLARE } else { (3.0, 21.0) });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn even_hints_and_sleeping_buttons_can_be_read() {
    for theme in [ThemeId::Light, ThemeId::Dark, ThemeId::ContrastLight, ThemeId::LowGlare] {
        let found = strays(theme, QUIET, |_, _| (4.5, 21.0));
        assert!(found.is_empty(), "{theme:?}: {found:#?}");
    }
}

#[test]
fn the_focus_ring_stands_out_on_every_ground() {
    for theme in [ThemeId::Light, ThemeId::Dark, ThemeId::ContrastLight, ThemeId::LowGlare] {
        let weak = stage(move |samples| {
            let tokens = samples.window().global::<Theme>();
            tokens.set_theme(theme);
            let grounds =
                [tokens.get_bg(), tokens.get_surface(), tokens.get_kb_bed(), tokens.get_primary_tint()];
            let best = |ground: Color| {
                ratio(tokens.get_focus_out(), ground).max(ratio(tokens.get_focus_in(), ground))
            };
            grounds.into_iter().map(best).fold(21.0, f64::min)
        });
        assert!(weak >= 3.0, "{theme:?}: {weak:.2}:1");
    }
}
