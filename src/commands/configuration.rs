//! `jiujin config`: writes a commented kiosk.toml, and names every mistake of one.
use crate::config::{Config, ConfigError};
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

/// One JSON line per mistake on `out`, one sentence each on `err`. Exit code 0, 1 with mistakes, 2 unreadable.
pub fn check(file: &Path, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    match Config::load(file) {
        Ok(_) => {
            writeln!(out, "{}", json!({"ok": true, "mistakes": 0}))?;
            Ok(0)
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
