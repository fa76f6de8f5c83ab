//! The QR scanner on its own serial line: residents scan a receipt to see its case. Codes are opaque text;
//! nothing here interprets or logs them.
use crate::port::Port;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How GM65-class modules leave the factory.
pub const BAUD_DEFAULT: u32 = 9_600;
/// Longest code taken; a longer one is dropped whole.
pub const CODE_BYTES_MAX: usize = 1_024;
/// Silence that ends a code whose module sends neither CR nor LF.
pub const SILENCE: Duration = Duration::from_millis(80);
/// A code held under the lens is read again and again; within this time it counts once.
pub const REPEAT: Duration = Duration::from_secs(3);
/// Pause before a lost port is tried again.
const REOPEN: Duration = Duration::from_secs(1);

/// Bytes to codes; time is an argument.
#[derive(Default)]
pub struct CodeReader {
    bytes: Vec<u8>,
    too_long: bool,
    last_byte: Option<Instant>,
    last_code: Option<(String, Instant)>,
}

impl CodeReader {
    /// Takes what arrived; `tell` hears every new code.
    pub fn push(&mut self, bytes: &[u8], now: Instant, mut tell: impl FnMut(String)) {
        self.tick(now, &mut tell);
        for &byte in bytes {
            match byte {
                b'\r' | b'\n' => self.finish(now, &mut tell),
                _ if self.bytes.len() < CODE_BYTES_MAX => self.bytes.push(byte),
                _ => self.too_long = true,
            }
        }
        if !bytes.is_empty() {
            self.last_byte = Some(now);
        }
    }

    /// Ends a code by silence.
    pub fn tick(&mut self, now: Instant, mut tell: impl FnMut(String)) {
        if self.last_byte.is_some_and(|at| now.saturating_duration_since(at) >= SILENCE) {
            self.finish(now, &mut tell);
        }
    }

    fn finish(&mut self, now: Instant, tell: &mut impl FnMut(String)) {
        self.last_byte = None;
        let (bytes, too_long) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.too_long));
        let code = text_of(&bytes);
        if code.is_empty() || too_long {
            return;
        }
        let repeated = self
            .last_code
            .as_ref()
            .is_some_and(|(last, at)| *last == code && now.saturating_duration_since(*at) < REPEAT);
        self.last_code = Some((code.clone(), now));
        if !repeated {
            tell(code);
        }
    }
}

/// UTF-8, else GB 18030, as older modules send Chinese.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(bytes).0.trim().to_owned(),
    }
}

/// What the scanner has to tell.
pub enum ScannerEvent {
    Connected,
    Lost { reason: String },
    Scanned(String),
}

/// Owns the scanner's port. Dropping it stops the thread.
pub struct ScannerThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ScannerThread {
    pub fn spawn(
        port: String,
        baud: u32,
        tell: impl Fn(ScannerEvent) + Send + 'static,
    ) -> std::io::Result<ScannerThread> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let live = move || listen(&port, baud, &|| stopped.load(Ordering::Relaxed), &tell);
        let thread = std::thread::Builder::new().name("code-scanner".into()).spawn(live)?;
        Ok(ScannerThread { stop, thread: Some(thread) })
    }
}

impl Drop for ScannerThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listen(path: &str, baud: u32, stopped: &dyn Fn() -> bool, tell: &dyn Fn(ScannerEvent)) {
    let mut told = false;
    while !stopped() {
        let error = match Port::open(path, baud) {
            Ok(port) => {
                tell(ScannerEvent::Connected);
                told = false;
                scan(port, stopped, tell)
            }
            Err(error) => Some(error),
        };
        let Some(error) = error else { return };
        if !told {
            told = true;
            tell(ScannerEvent::Lost { reason: format!("{path}: {error}; check the scanner's cable") });
        }
        let until = Instant::now() + REOPEN;
        while Instant::now() < until && !stopped() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Until the port is lost; `None` when stopped.
fn scan(mut port: Port, stopped: &dyn Fn() -> bool, tell: &dyn Fn(ScannerEvent)) -> Option<std::io::Error> {
    let (mut codes, mut buffer) = (CodeReader::default(), [0; 256]);
    while !stopped() {
        match port.read(&mut buffer) {
            Ok(count) => {
                codes.push(&buffer[..count], Instant::now(), |code| tell(ScannerEvent::Scanned(code)))
            }
            Err(error) => return Some(error),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(pieces: &[(&[u8], u64)]) -> Vec<String> {
        let (mut reader, mut now, mut found) = (CodeReader::default(), Instant::now(), Vec::new());
        for (bytes, ms_after) in pieces {
            reader.push(bytes, now, |code| found.push(code));
            now += Duration::from_millis(*ms_after);
        }
        reader.tick(now, |code| found.push(code));
        found
    }

    #[test]
    fn a_code_ends_with_a_line_end_or_with_silence() {
        assert_eq!(codes(&[(b"JJ-1\r\nJJ", 10), (b"-2", 80)]), ["JJ-1", "JJ-2"]);
        assert_eq!(codes(&[(b"JJ-3", 79)]), Vec::<String>::new());
    }

    #[test]
    fn chinese_comes_as_utf8_or_gb18030() {
        assert_eq!(
            codes(&[("回执\r".as_bytes(), 0), (&[0xCA, 0xDC, 0xC0, 0xED, b'\n'], 0)]),
            ["回执", "受理"]
        );
    }

    #[test]
    fn the_same_code_counts_once_until_three_seconds_of_absence() {
        assert_eq!(codes(&[(b"A\r", 500), (b"A\r", 2_900), (b"A\r", 3_000), (b"A\r", 0)]), ["A", "A"]);
    }

    #[test]
    fn an_endless_code_is_dropped_and_the_next_one_taken() {
        let long = [b'x'; 5_000];
        assert_eq!(codes(&[(&long, 0), (b"\rB\r", 0)]), ["B"]);
    }
}
