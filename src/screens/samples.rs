//! Every page with the sample data it carries itself, for pictures and for the layout walker.
use super::show::{self, show};
use super::view::View;
use crate::session::settings::Settings;
use jiujin_ui::{App, AppWindow, Frame, Help, InkStroke, Keyboard, PageId, SignPage, StillThere};
use slint::{ComponentHandle, Model, ModelRc, VecModel};

/// Pages by the names of visits; two overlays stand on a page of their own.
pub(super) const PAGES: &[(&str, PageId)] = &[
    ("attract", PageId::Attract),
    ("home", PageId::Home),
    ("search", PageId::Search),
    ("guide", PageId::Guide),
    ("card", PageId::Card),
    ("confirm", PageId::Confirm),
    ("consent", PageId::Consent),
    ("form", PageId::Form),
    ("sign", PageId::Sign),
    ("check", PageId::Check),
    ("saving", PageId::Saving),
    ("result", PageId::Result),
    ("document", PageId::Document),
    ("cases", PageId::Cases),
    ("case-detail", PageId::CaseDetail),
    ("rating", PageId::Rating),
    ("unavailable", PageId::Unavailable),
    ("goodbye", PageId::Goodbye),
    ("help", PageId::Home),
    ("still-there", PageId::Form),
];
/// Pages before somebody has shown a card.
const UNNAMED: &[PageId] =
    &[PageId::Attract, PageId::Home, PageId::Search, PageId::Card, PageId::Confirm, PageId::Goodbye];
/// Pages that are not left by Back (`show` decides it for a real view).
const WITHOUT_BACK: &[PageId] =
    &[PageId::Attract, PageId::Home, PageId::Saving, PageId::Result, PageId::Goodbye];
/// Pixels per inch of the 21.5-inch reference panel at 1080×1920.
const REFERENCE_PPI: f32 = 102.5;
/// A 10.1-inch counter-top panel of 1280×800.
const SMALL_PPI: f32 = 149.5;

/// Short side of the panel the sample signature was written on, millimetres.
const REFERENCE_SIDE_MM: f32 = 267.7;
/// A lying panel leaves the pad little more than half of the height.
const LYING_PAD: f32 = 0.56;

pub struct Samples {
    window: AppWindow,
    ink: Vec<InkStroke>,
}

/// A window with sample data in the wished look.
pub fn samples(settings: &Settings, width: u32, height: u32) -> Result<Samples, slint::PlatformError> {
    let window = AppWindow::new()?;
    super::prepare(&window);
    window.global::<jiujin_ui::Theme>().set_motion(false);
    window.show()?;
    let ink = window.global::<SignPage>().get_strokes().iter().collect();
    let samples = Samples { window, ink };
    samples.dress(settings, (width, height), ppi_of((width, height)));
    Ok(samples)
}

impl Samples {
    /// Another panel or another wish, as from a touch on the bar.
    pub fn dress(&self, settings: &Settings, (width, height): (u32, u32), ppi: f32) {
        self.window.global::<jiujin_ui::Theme>().set_ppi(ppi);
        self.window.window().set_size(slint::PhysicalSize::new(width, height));
        show::dress(&self.window, settings);
        let ink = self.ink.iter().map(|stroke| scaled(stroke, pad((width, height), ppi)));
        self.window.global::<SignPage>().set_strokes(ModelRc::new(VecModel::from_iter(ink)));
    }

    /// A view instead of sample data. How many entries a page has room for is known once it was laid out:
    /// the second time they are cut to that.
    pub fn lay(&self, view: &View) {
        show(&self.window, view);
    }

    pub fn window(&self) -> &AppWindow {
        &self.window
    }

    pub fn show(&self, page: &str) {
        let Some((name, id)) = PAGES.iter().find(|(name, _)| *name == page) else { return };
        let window = &self.window;
        window.global::<App>().set_page(*id);
        window.global::<Frame>().set_signed_in(!UNNAMED.contains(id));
        window.global::<Frame>().set_can_back(!WITHOUT_BACK.contains(id));
        window.global::<Keyboard>().set_shown(matches!(id, PageId::Search | PageId::Form));
        let layout =
            if *id == PageId::Search { jiujin_ui::KeyLayout::Pinyin } else { jiujin_ui::KeyLayout::IdNumber };
        window.global::<Keyboard>().set_layout(layout);
        window.global::<Help>().set_shown(*name == "help");
        window.global::<StillThere>().set_shown(*name == "still-there");
    }
}

fn ppi_of((width, height): (u32, u32)) -> f32 {
    if width.max(height) <= 1_280 { SMALL_PPI } else { REFERENCE_PPI }
}

/// The signature pad of a panel against that of the reference panel.
fn pad((width, height): (u32, u32), ppi: f32) -> f32 {
    let lying = if width > height { LYING_PAD } else { 1.0 };
    width.min(height) as f32 * 25.4 / ppi / REFERENCE_SIDE_MM * lying
}

/// The sample signature fits the pad of a panel of this many pixels by this.
pub fn pad_of(size: (u32, u32)) -> f32 {
    pad(size, ppi_of(size))
}

/// The sample signature on a pad of another size.
fn scaled(stroke: &InkStroke, by: f32) -> InkStroke {
    let word = |word: &str| match word.parse::<f32>() {
        Ok(length) => format!("{:.1}", length * by),
        Err(_) => word.to_owned(),
    };
    let commands: Vec<_> = stroke.commands.split(' ').map(word).collect();
    InkStroke {
        commands: commands.join(" ").into(),
        x: stroke.x * by,
        y: stroke.y * by,
        width: stroke.width * by,
        height: stroke.height * by,
    }
}
