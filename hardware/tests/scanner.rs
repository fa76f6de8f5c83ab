//! The code scanner on its own line: what it sends in any pieces arrives as codes, and a pulled cable passes.
#[path = "support/pty.rs"]
mod pty;
#[path = "support/timing.rs"]
mod timing;

use jiujin_hardware::scanner::{BAUD_DEFAULT, ScannerEvent, ScannerThread};
use std::io::Write;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

fn scanner(path: String) -> (ScannerThread, Receiver<ScannerEvent>) {
    let (tell, events) = channel();
    let thread = ScannerThread::spawn(path, BAUD_DEFAULT, move |event| drop(tell.send(event))).unwrap();
    (thread, events)
}

fn next(events: &Receiver<ScannerEvent>) -> ScannerEvent {
    events.recv_timeout(timing::PATIENCE).unwrap()
}

#[test]
fn codes_arrive_whole_in_whatever_pieces_they_come() {
    let pty::Pty { mut device, path, _held } = pty::open();
    let (_thread, events) = scanner(path);
    assert!(matches!(next(&events), ScannerEvent::Connected));
    for piece in [&b"JJ-20"[..], b"26-0001\r\nJJ-2026-", b"0002\r", &[0xCA, 0xDC], &[0xC0, 0xED]] {
        device.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    for expected in ["JJ-2026-0001", "JJ-2026-0002", "受理"] {
        assert!(matches!(next(&events), ScannerEvent::Scanned(code) if code == expected), "{expected}");
    }
}

#[test]
fn an_unplugged_scanner_is_told_once_and_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("scanner");
    let first = pty::open();
    std::os::unix::fs::symlink(&first.path, &link).unwrap();
    let (thread, events) = scanner(link.display().to_string());
    assert!(matches!(next(&events), ScannerEvent::Connected));
    drop(first);
    std::fs::remove_file(&link).unwrap();
    assert!(matches!(next(&events), ScannerEvent::Lost { reason } if reason.contains("cable")));
    let mut second = pty::open();
    std::os::unix::fs::symlink(&second.path, &link).unwrap();
    assert!(matches!(next(&events), ScannerEvent::Connected));
    second.device.write_all(b"JJ-2026-0003\n").unwrap();
    assert!(matches!(next(&events), ScannerEvent::Scanned(code) if code == "JJ-2026-0003"));
    drop(thread);
    timing::keeps(Duration::from_millis(300), || {
        let (thread, _events) = scanner(link.display().to_string());
        let started = Instant::now();
        drop(thread);
        started.elapsed()
    });
}
