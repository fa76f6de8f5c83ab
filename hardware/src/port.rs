//! The only user of `serialport`: one open line, raw, 8N1, exclusive. Modem lines are never touched; on
//! pseudo-terminals and many adapters they do not exist.
use crate::recording::{Recorder, Replay};
use serialport::{ClearBuffer, FlowControl, SerialPort};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long one read waits; bounds how late a cancel is noticed.
pub const READ_WAIT: Duration = Duration::from_millis(20);
/// Stable names of USB adapters on Linux.
const BY_ID: &str = "/dev/serial/by-id";

pub struct Port {
    line: Line,
    recorder: Option<Recorder>,
}

enum Line {
    Serial(Box<dyn SerialPort>),
    /// What once crossed a port, as a source for tests.
    Replayed(Replay),
}

/// The device a kiosk was set up with. Another one in its place is an alarm, not a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// `vendor:product` in hex; `None`: any.
    pub usb: Option<String>,
    /// `None`: any, as cheap adapters have none.
    pub serial_number: Option<String>,
}

impl Pin {
    pub fn matches(&self, found: Option<&Candidate>) -> bool {
        let same = |pinned: &Option<String>, found: &Option<String>| pinned.is_none() || pinned == found;
        found.is_some_and(|found| {
            same(&self.usb, &found.usb) && same(&self.serial_number, &found.serial_number)
        })
    }
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

/// How the other end says that it can take no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// It never has to; a card reader's frames contain XON and XOFF as data.
    #[default]
    None,
    /// RTS and CTS.
    Hardware,
    /// XON and XOFF.
    Software,
}

impl Port {
    pub fn open(path: &str, baud: u32) -> io::Result<Port> {
        Port::open_with(path, baud, Flow::None)
    }

    pub fn open_with(path: &str, baud: u32, flow: Flow) -> io::Result<Port> {
        let flow = match flow {
            Flow::None => FlowControl::None,
            Flow::Hardware => FlowControl::Hardware,
            Flow::Software => FlowControl::Software,
        };
        let line = serialport::new(path, baud).timeout(READ_WAIT).flow_control(flow).open();
        Ok(Port { line: Line::Serial(line.map_err(io::Error::from)?), recorder: None })
    }

    /// A port that answers as a recorded one did.
    pub fn replay(replay: Replay) -> Port {
        Port { line: Line::Replayed(replay), recorder: None }
    }

    /// Writes down what crosses the port from now on, personal data masked.
    pub fn record(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// What arrives within [`READ_WAIT`]; 0 for silence.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.line {
            Line::Serial(line) => read_serial(line.as_mut(), buffer),
            Line::Replayed(replay) => replay.read(buffer),
        };
        if let (Ok(count), Some(recorder)) = (&read, &mut self.recorder) {
            recorder.received(&buffer[..*count]);
        }
        read
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(recorder) = &mut self.recorder {
            recorder.sent(bytes);
        }
        match &mut self.line {
            Line::Serial(line) => {
                line.write_all(bytes)?;
                line.flush()
            }
            Line::Replayed(replay) => replay.write(bytes),
        }
    }

    /// Hands over what the line takes within [`READ_WAIT`]; 0 while the other end takes nothing.
    pub fn write_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.line {
            Line::Serial(line) => match line.write(bytes) {
                Err(error) if is_silence(&error) => Ok(0),
                other => other,
            },
            Line::Replayed(replay) => replay.write(bytes).map(|()| bytes.len()),
        }
    }

    /// Bytes handed over that have not left yet.
    pub fn unsent(&self) -> io::Result<u32> {
        match &self.line {
            Line::Serial(line) => line.bytes_to_write().map_err(io::Error::from),
            Line::Replayed(_) => Ok(0),
        }
    }

    /// Late bytes of an earlier answer would shift everything after them.
    pub fn discard_input(&mut self) -> io::Result<()> {
        match &self.line {
            Line::Serial(line) => line.clear(ClearBuffer::Input).map_err(io::Error::from),
            Line::Replayed(_) => Ok(()),
        }
    }

    /// Bytes that have arrived and were not read.
    pub fn waiting(&self) -> io::Result<u32> {
        match &self.line {
            Line::Serial(line) => line.bytes_to_read().map_err(io::Error::from),
            Line::Replayed(_) => Ok(0),
        }
    }

    /// Fails when the device is gone.
    pub fn check(&self) -> io::Result<()> {
        self.waiting().map(drop)
    }

    pub fn baud(&self) -> u32 {
        match &self.line {
            Line::Serial(line) => line.baud_rate().unwrap_or(115_200),
            Line::Replayed(_) => 115_200,
        }
    }

    pub fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        match &mut self.line {
            Line::Serial(line) => line.set_baud_rate(baud).map_err(io::Error::from),
            Line::Replayed(_) => Ok(()),
        }
    }
}

fn read_serial(line: &mut dyn SerialPort, buffer: &mut [u8]) -> io::Result<usize> {
    match line.read(buffer) {
        Ok(0) => Err(io::ErrorKind::BrokenPipe.into()),
        Err(error) if is_silence(&error) => Ok(0),
        other => other,
    }
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

/// Readers without a serial line, by vendor and product: their frames travel on USB pipes, which this driver does
/// not speak.
const NATIVE_USB_READERS: [(&str, &str); 1] = [("0400", "c35a")];
/// Where Linux lists what is plugged in.
const USB_DEVICES: &str = "/sys/bus/usb/devices";

/// `vendor:product` of every plugged reader that has no serial line.
pub fn native_usb_readers() -> Vec<String> {
    native_usb_readers_in(Path::new(USB_DEVICES))
}

fn native_usb_readers_in(devices: &Path) -> Vec<String> {
    let word = |device: &Path, name: &str| {
        std::fs::read_to_string(device.join(name)).unwrap_or_default().trim().to_lowercase()
    };
    let devices = std::fs::read_dir(devices).into_iter().flatten().flatten().map(|device| device.path());
    devices
        .map(|device| (word(&device, "idVendor"), word(&device, "idProduct")))
        .filter(|(vendor, product)| NATIVE_USB_READERS.contains(&(vendor, product)))
        .map(|(vendor, product)| format!("{vendor}:{product}"))
        .collect()
}

/// The device behind a path, whichever of its names was used.
pub fn device_at(path: &str) -> Option<Candidate> {
    let same = |other: &str| std::fs::canonicalize(other).ok() == std::fs::canonicalize(path).ok();
    candidates().into_iter().find(|candidate| candidate.path == path || same(&candidate.path))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_without_a_serial_line_is_known_by_its_usb_ids() {
        let folder = tempfile::tempdir().expect("a folder");
        for (device, vendor, product) in [("1-1", "1d6b", "0002"), ("1-2", "0400", "C35A")] {
            let device = folder.path().join(device);
            std::fs::create_dir(&device).expect("a device");
            std::fs::write(device.join("idVendor"), format!("{vendor}\n")).expect("written");
            std::fs::write(device.join("idProduct"), format!("{product}\n")).expect("written");
        }
        assert_eq!(native_usb_readers_in(folder.path()), ["0400:c35a"]);
    }
}
