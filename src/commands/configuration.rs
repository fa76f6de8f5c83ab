//! `jiujin config`: writes a commented kiosk.toml, and names every mistake of one.
use crate::config::{Config, ConfigError};
use crate::screens;
use crate::streets::{self, StreetsError};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Writes a new file; an existing one is never overwritten.
pub fn init(file: &Path, out: &mut impl Write) -> io::Result<()> {
    let mut new = OpenOptions::new().create_new(true).write(true).open(file)?;
    new.write_all(Config::commented().as_bytes())?;
    writeln!(out, "{}", json!({"written": file.display().to_string()}))
}

/// One JSON line per mistake on `out`, one sentence each on `err`, those of the site's list of streets with its name.
/// Exit code 0, 1 with mistakes, 2 unreadable.
pub fn check(file: &Path, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    match Config::load(file) {
        Ok(config) => {
            // No mistake: a technician should know how much of it stays Chinese.
            if let Some(share) = screens::further_share(&config) {
                writeln!(err, "accessibility.further_language: {share}")?;
            }
            check_streets(&config, out, err)
        }
        Err(error @ ConfigError::Mistaken { .. }) => {
            for mistake in error.mistakes() {
                writeln!(out, "{}", json!(mistake))?;
            }
            writeln!(out, "{}", json!({"ok": false, "mistakes": error.mistakes().len()}))?;
            writeln!(err, "{error}")?;
            Ok(1)
        }
        Err(error) => {
            writeln!(err, "{error}")?;
            Ok(2)
        }
    }
}

fn check_streets(config: &Config, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    match streets::load(config) {
        Ok(_) => {
            writeln!(out, "{}", json!({"ok": true, "mistakes": 0}))?;
            Ok(0)
        }
        Err(error) => {
            writeln!(err, "{error}")?;
            let StreetsError::Mistaken { path, mistakes } = error else { return Ok(2) };
            for mistake in &mistakes {
                let mut line = json!(mistake);
                line["file"] = path.as_str().into();
                writeln!(out, "{line}")?;
            }
            writeln!(out, "{}", json!({"ok": false, "mistakes": mistakes.len()}))?;
            Ok(1)
        }
    }
}

#[cfg(test)]
mod tests;
