//! kiosk.toml: everything a site may decide, read once at the start. Every limit that a site may set has its
//! name here; a mistake in the file names its line and key.
mod check;
mod keys;
#[cfg(test)]
mod tests;

pub use check::Mistake;
pub use keys::FURTHER_LANGUAGES;
use keys::{KEYS, SECTIONS};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A configuration is a page of text; more is something else.
const FILE_BYTES_MAX: u64 = 256 * 1024;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub site: Site,
    pub panel: Panel,
    pub reader: Reader,
    pub scanner: Scanner,
    pub printer: Printer,
    pub office: Office,
    pub storage: Storage,
    pub limits: Limits,
    pub session: SessionTimes,
    pub accessibility: Accessibility,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub centre_zh: String,
    pub centre_en: String,
    pub staff_zh: String,
    pub staff_en: String,
    pub district: String,
    /// A list of streets; empty without one.
    pub streets: PathBuf,
    pub utc_offset_min: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    pub width_px: u32,
    pub height_px: u32,
    pub diagonal_inch: f64,
    pub orientation: Orientation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    Portrait,
    Landscape,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    pub port: String,
    pub baud: u32,
    pub usb_serial: String,
    pub photo_decoder: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scanner {
    pub port: String,
    pub baud: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printer {
    pub port: String,
    pub paper_mm: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub url: String,
    pub catalogue_interval_s: u64,
    pub connect_timeout_s: u64,
    pub answer_timeout_s: u64,
    pub batch_letters: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    pub data_dir: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub outbox_rows: u64,
    pub outbox_mib: u64,
    pub outbox_age_days: u64,
    pub free_disk_mib: u64,
    pub keep_sent_days: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTimes {
    pub idle_timeout_s: u64,
    pub elder_timeout_s: u64,
    pub warning_s: u64,
    pub look_up_s: u64,
    pub resume_s: u64,
    pub goodbye_s: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accessibility {
    pub language: jiujin_contract::text::Lang,
    /// Empty, or one of [`FURTHER_LANGUAGES`].
    pub further_language: String,
    pub theme: String,
    pub text_size: u8,
    pub voice: bool,
    pub reach: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: {source}; `jiujin config init {path}` writes a new one")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path}: the file is larger than {FILE_BYTES_MAX} bytes; this is not a kiosk.toml")]
    TooLarge { path: String },
    #[error("{}", lines(.path, .mistakes))]
    Mistaken { path: String, mistakes: Vec<Mistake> },
}

impl ConfigError {
    /// Every mistake, for those who print one line per mistake.
    pub fn mistakes(&self) -> &[Mistake] {
        match self {
            ConfigError::Mistaken { mistakes, .. } => mistakes,
            _ => &[],
        }
    }
}

fn lines(path: &str, mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| format!("{path}: {mistake}")).collect::<Vec<_>>().join("\n")
}

impl Config {
    /// Reads a file; a relative `data_dir` or list of streets counts from the file's folder.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let name = path.display().to_string();
        let unreadable = |source| ConfigError::Unreadable { path: name.clone(), source };
        if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(ConfigError::TooLarge { path: name });
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let mut config = Config::parse(&name, &text)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        config.storage.data_dir = folder.join(&config.storage.data_dir);
        if !config.site.streets.as_os_str().is_empty() {
            config.site.streets = folder.join(&config.site.streets);
        }
        Ok(config)
    }

    /// Reads the text of a file; keys that are left out have their defaults.
    pub fn parse(path: &str, text: &str) -> Result<Config, ConfigError> {
        let mistaken = |mistakes| ConfigError::Mistaken { path: path.to_owned(), mistakes };
        let values = check::read(text).map_err(mistaken)?;
        values.try_into().map_err(|error: toml::de::Error| {
            let (key, wrong) = ("the file".to_owned(), error.message().to_owned());
            mistaken(vec![Mistake {
                line: 1,
                column: 1,
                key,
                wrong,
                instead: "compare with a new file".into(),
            }])
        })
    }

    /// The SQLite file.
    pub fn store_path(&self) -> PathBuf {
        self.storage.data_dir.join("kiosk.sqlite")
    }

    /// Every key with its default and an explanation, ready for an editor.
    pub fn commented() -> String {
        let mut text = String::from(
            "# Configuration of one Jiujin kiosk. Lines that begin with # are explanations.\n\
             # Check it after every change:  jiujin config check kiosk.toml\n\
             # A key that is left out has the value that stands here.\n",
        );
        for (section, about) in SECTIONS {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n# {about}\n[{section}]\n");
            for key in KEYS.iter().filter(|key| key.section == *section) {
                let _ =
                    write!(text, "# {} ({})\n{} = {}\n", key.about, key.kind.advice(), key.name, key.default);
            }
        }
        text
    }
}

/// Plain HTTP would give submissions' outsides and the device's name to everyone on the way.
pub fn is_office_url(url: &str) -> bool {
    let plain = |host: &str| matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return false,
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (rest, "443"),
    };
    let named = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.[]:".contains(c));
    named && port.parse::<u16>().is_ok_and(|port| port > 0) && (secure || plain(host))
}
