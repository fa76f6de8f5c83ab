//! The seam to Slint: plain `View` values go in and are laid over the pages' globals; touches come out as
//! events. It knows pages and words, never the store, the courier or a file of the visit.
pub mod catalogue;
mod drawings;
mod example;
pub mod eyes;
pub mod fonts;
pub mod form;
pub mod headless;
pub mod identity;
mod ink;
mod keys;
mod listen;
pub mod outcome;
mod samples;
mod show;
pub mod view;
pub mod words;

use crate::config::{Config, FURTHER_LANGUAGES};
use crate::notice::Notice;
use crate::session::Happening;
use crate::session::settings::{Settings, TextSize, Theme};
use crate::typing::Key;
pub use example::example_visit;
use jiujin_contract::catalogue::board::Site;
use jiujin_contract::text::Text;
use jiujin_ui::AppWindow;
pub use listen::listen;
pub use samples::{Samples, pad_of, samples};
pub use show::show;
use slint::ComponentHandle;

/// What a finger did, as far as the loop has to know.
#[derive(Debug, Clone)]
pub enum Touch {
    Visit(Happening),
    /// A service, by its id; the loop has the shelf.
    Service(String),
    Key(Key),
    /// A level of a code list.
    Code {
        path: String,
        code: String,
    },
}

/// How the terminal itself is.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub centre: Text,
    /// Where a person helps.
    pub staff: Text,
    pub offset_min: i32,
    pub reader: bool,
    pub online: bool,
    pub storage: bool,
    /// A code scanner is configured.
    pub scanner: bool,
    /// A printer is configured.
    pub printer: bool,
    pub paper: bool,
}

impl Status {
    pub fn new(config: &Config) -> Status {
        let mut status = Status {
            centre: Text::default(),
            staff: Text::default(),
            offset_min: config.site.utc_offset_min,
            reader: true,
            online: true,
            storage: true,
            scanner: config.scanner.port != "off",
            printer: config.printer.port != "off",
            paper: true,
        };
        status.posted(config, &Site::default());
        status
    }

    /// The office's words for the site go before those of kiosk.toml, as long as it has posted any.
    pub fn posted(&mut self, config: &Config, site: &Site) {
        let own = &config.site;
        self.centre = site.centre.clone().unwrap_or_else(|| Text::new(&own.centre_zh, &own.centre_en));
        self.staff = site.staff.clone().unwrap_or_else(|| Text::new(&own.staff_zh, &own.staff_en));
    }

    /// The one honest line: what keeps residents from their errand first.
    pub fn worst(&self) -> Option<Notice> {
        [
            (!self.storage, Notice::StorageFull),
            (!self.reader, Notice::ReaderLost),
            (!self.online, Notice::OfficeUnreachable),
            (self.printer && !self.paper, Notice::PrinterOut),
        ]
        .into_iter()
        .find(|(wrong, _)| *wrong)
        .map(|(_, notice)| notice)
    }
}

/// For technicians: how far the words of the further language go, if the site names one.
pub fn further_share(config: &Config) -> Option<String> {
    let named = |share: &&(&str, usize, usize)| share.0 == config.accessibility.further_language;
    let (name, said, all) = jiujin_ui::SHARES.iter().find(named)?;
    Some(format!("{name} says {said} of {all} sentences, the others are said in Chinese"))
}

/// What every visit starts with.
pub fn house_settings(config: &Config) -> Settings {
    let wishes = &config.accessibility;
    Settings {
        lang: wishes.language,
        further: FURTHER_LANGUAGES.iter().copied().find(|known| *known == wishes.further_language),
        in_further: false,
        text_size: TextSize::from_number(wishes.text_size).unwrap_or_default(),
        theme: Theme::from_name(&wishes.theme).unwrap_or_default(),
        reach: wishes.reach,
        elder: false,
        voice: wishes.voice,
    }
}

/// Pixels per inch of the configured panel.
pub fn ppi(config: &Config) -> f32 {
    let panel = &config.panel;
    let pixels = f64::from(panel.width_px).hypot(f64::from(panel.height_px));
    (pixels / panel.diagonal_inch) as f32
}

/// Opens the one window. Fonts must be in place first: Slint panics without any.
pub fn open(config: &Config) -> Result<AppWindow, slint::PlatformError> {
    let window = AppWindow::new()?;
    prepare(&window);
    dress(&window, config);
    show(&window, &view::View::at_start(config));
    Ok(window)
}

/// What every window needs before it is shown.
fn prepare(window: &AppWindow) {
    drawings::keep(window);
    keys::follow(window);
}

/// Tells the window the size of its panel.
pub fn dress(window: &AppWindow, config: &Config) {
    window.global::<jiujin_ui::Theme>().set_ppi(ppi(config));
    window.window().set_size(slint::PhysicalSize::new(config.panel.width_px, config.panel.height_px));
}
