//! The only user of `serialport`: one open line, raw, 8N1, exclusive. Modem lines are never touched; on
//! pseudo-terminals and many adapters they do not exist.
use serialport::{ClearBuffer, SerialPort};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

/// How long one read waits; bounds how late a cancel is noticed.
pub const READ_WAIT: Duration = Duration::from_millis(20);
/// Stable names of USB adapters on Linux.
const BY_ID: &str = "/dev/serial/by-id";

pub struct Port {
    line: Box<dyn SerialPort>,
}

/// A port that may have a reader.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Candidate {
    pub path: String,
    /// `vendor:product` in hex, on USB.
    pub usb: Option<String>,
    pub serial_number: Option<String>,
    pub product: Option<String>,
}

impl Port {
    pub fn open(path: &str, baud: u32) -> io::Result<Port> {
        let line = serialport::new(path, baud).timeout(READ_WAIT).open().map_err(io::Error::from)?;
        Ok(Port { line })
    }

    /// What arrives within [`READ_WAIT`]; 0 for silence.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.line.read(buffer) {
            Ok(0) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => {
                Ok(0)
            }
            other => other,
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.write_all(bytes)?;
        self.line.flush()
    }

    /// Late bytes of an earlier answer would shift everything after them.
    pub fn discard_input(&mut self) -> io::Result<()> {
        self.line.clear(ClearBuffer::Input).map_err(io::Error::from)
    }

    /// Bytes that have arrived and were not read.
    pub fn waiting(&self) -> io::Result<u32> {
        self.line.bytes_to_read().map_err(io::Error::from)
    }

    /// Fails when the device is gone.
    pub fn check(&self) -> io::Result<()> {
        self.line.bytes_to_read().map(drop).map_err(io::Error::from)
    }

    pub fn baud(&self) -> u32 {
        self.line.baud_rate().unwrap_or(115_200)
    }

    pub fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.line.set_baud_rate(baud).map_err(io::Error::from)
    }
}

/// Every serial port of this machine, stable names first.
pub fn candidates() -> Vec<Candidate> {
    let mut found: Vec<Candidate> = serialport::available_ports()
        .unwrap_or_default()
        .into_iter()
        .map(|port| match port.port_type {
            serialport::SerialPortType::UsbPort(usb) => Candidate {
                path: stable_name(&port.port_name),
                usb: Some(format!("{:04x}:{:04x}", usb.vid, usb.pid)),
                serial_number: usb.serial_number,
                product: usb.product,
            },
            _ => Candidate { path: port.port_name, usb: None, serial_number: None, product: None },
        })
        .collect();
    found.sort_by_key(|candidate| candidate.usb.is_none());
    found
}

/// `/dev/ttyUSB0` may be another device tomorrow; its name under by-id is not.
fn stable_name(path: &str) -> String {
    let target = Path::new(path).file_name();
    let links = std::fs::read_dir(BY_ID).into_iter().flatten().flatten();
    links
        .map(|link| link.path())
        .find(|link| std::fs::read_link(link).is_ok_and(|to| to.file_name() == target))
        .map_or_else(|| path.to_owned(), |link| link.display().to_string())
}
