//! A pseudo-terminal whose device side a test plays itself.
use serialport::{SerialPort, TTYPort};
use std::fs::{File, OpenOptions};
use std::time::Duration;

/// The device's side, and the path that a driver opens. The second side is kept open, because reading the first one
/// fails while nobody holds it.
pub struct Pty {
    pub device: TTYPort,
    pub path: String,
    pub _held: File,
}

pub fn open() -> Pty {
    let (mut device, slave) = TTYPort::pair().unwrap();
    let path = slave.name().unwrap();
    let held = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    // Raw before anybody speaks: a cooked terminal swallows 0x04.
    let mut modes = rustix::termios::tcgetattr(&held).unwrap();
    modes.make_raw();
    rustix::termios::tcsetattr(&held, rustix::termios::OptionalActions::Now, &modes).unwrap();
    drop(slave);
    device.set_timeout(Duration::from_millis(5)).unwrap();
    Pty { device, path, _held: held }
}
