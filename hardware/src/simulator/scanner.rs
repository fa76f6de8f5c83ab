//! The device side of a code scanner on a pseudo-terminal: sends what is held under its lens, once.
use super::line::Line;
use std::io;
use std::path::{Path, PathBuf};

/// A running scanner. Dropping it unplugs it.
pub struct ScannerSimulator {
    line: Line,
    port: PathBuf,
}

impl ScannerSimulator {
    /// `link`: another name for the port.
    pub fn start(link: Option<PathBuf>) -> io::Result<ScannerSimulator> {
        let line = Line::open(link.as_deref())?;
        let port = link.unwrap_or_else(|| line.path().to_owned());
        Ok(ScannerSimulator { line, port })
    }

    /// What a driver opens.
    pub fn port(&self) -> &Path {
        &self.port
    }

    /// Holds a code under the lens; it is sent as modules of the GM65 kind do, with a carriage return.
    pub fn scan(&self, code: &str) {
        self.line.write(format!("{code}\r").as_bytes());
    }
}
