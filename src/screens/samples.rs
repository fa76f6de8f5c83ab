//! Every page with the sample data it carries itself, for pictures and for the layout walker.
use super::show;
use crate::session::settings::Settings;
use jiujin_ui::{App, AppWindow, Frame, Help, Keyboard, PageId, StillThere};
use slint::ComponentHandle;

/// Pages by the names of visits; two overlays stand on a page of their own.
const PAGES: &[(&str, PageId)] = &[
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
/// Pixels per inch of the 21.5-inch reference panel at 1080×1920.
const REFERENCE_PPI: f32 = 102.5;
/// A 10.1-inch counter-top panel of 1280×800.
const SMALL_PPI: f32 = 149.5;

pub struct Samples(AppWindow);

/// A window with sample data in the wished look.
pub fn samples(settings: &Settings, width: u32, height: u32) -> Result<Samples, slint::PlatformError> {
    let window = AppWindow::new()?;
    super::prepare(&window);
    window.global::<jiujin_ui::Theme>().set_motion(false);
    window.show()?;
    let samples = Samples(window);
    let ppi = if width.max(height) <= 1_280 { SMALL_PPI } else { REFERENCE_PPI };
    samples.dress(settings, (width, height), ppi);
    Ok(samples)
}

impl Samples {
    pub fn pages(&self) -> Vec<&'static str> {
        PAGES.iter().map(|(name, _)| *name).collect()
    }

    /// Another panel or another wish, as from a touch on the bar.
    pub fn dress(&self, settings: &Settings, (width, height): (u32, u32), ppi: f32) {
        self.0.global::<jiujin_ui::Theme>().set_ppi(ppi);
        self.0.window().set_size(slint::PhysicalSize::new(width, height));
        show::dress(&self.0, settings);
    }

    pub fn window(&self) -> &AppWindow {
        &self.0
    }

    pub fn show(&self, page: &str) {
        let Some((name, id)) = PAGES.iter().find(|(name, _)| *name == page) else { return };
        let window = &self.0;
        window.global::<App>().set_page(*id);
        window.global::<Frame>().set_signed_in(!UNNAMED.contains(id));
        window.global::<Frame>().set_can_back(!matches!(id, PageId::Attract | PageId::Home));
        window.global::<Keyboard>().set_shown(matches!(id, PageId::Search | PageId::Form));
        let layout =
            if *id == PageId::Search { jiujin_ui::KeyLayout::Pinyin } else { jiujin_ui::KeyLayout::IdNumber };
        window.global::<Keyboard>().set_layout(layout);
        window.global::<Help>().set_shown(*name == "help");
        window.global::<StillThere>().set_shown(*name == "still-there");
        if matches!(*name, "help" | "still-there") {
            show::fit_sheet(window);
        }
    }
}
