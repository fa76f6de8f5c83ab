//! The photo on the card is a proprietary format whose decoders are licensed to a site and bound to its readers.
//! None ships here: without one the screen shows a neutral silhouette. A site that has one names a program of its
//! own, which gets the raw bytes on standard input and answers a BMP, PNG or JPEG on standard output. It runs as a
//! process apart, so that a closed library can neither crash the kiosk nor read its memory.
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use zeroize::Zeroizing;

/// Longest time a resident waits for a face.
pub const TIME_LIMIT: Duration = Duration::from_secs(2);
/// A picture of 102 by 126 dots has 38,862 bytes as BMP; more than this is none.
pub const IMAGE_BYTES_MAX: usize = 256 * 1024;

/// Why there is no face; the screen shows the silhouette, the technician reads this.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error("the photo decoder cannot be started: {0}; check its path and its rights")]
    NotStarted(#[source] std::io::Error),
    #[error("the photo decoder took longer than {} ms; check its licence and its reader", .0.as_millis())]
    TooSlow(Duration),
    #[error("the photo decoder ended with {0}; run it by hand with a photo on its standard input")]
    Failed(std::process::ExitStatus),
    #[error("the photo decoder answered no BMP, PNG or JPEG of at most {IMAGE_BYTES_MAX} bytes")]
    NoImage,
}

/// Turns the raw photo into an image file's bytes, which are wiped when dropped.
pub trait PhotoDecoder {
    fn decode(&self, photo: &[u8]) -> Result<Zeroizing<Vec<u8>>, PhotoError>;
}

/// A site's own decoder.
#[derive(Debug, Clone)]
pub struct DecoderProgram {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub time_limit: Duration,
}

impl DecoderProgram {
    pub fn at(program: impl Into<PathBuf>) -> DecoderProgram {
        DecoderProgram { program: program.into(), arguments: Vec::new(), time_limit: TIME_LIMIT }
    }
}

impl PhotoDecoder for DecoderProgram {
    fn decode(&self, photo: &[u8]) -> Result<Zeroizing<Vec<u8>>, PhotoError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(PhotoError::NotStarted)?;
        let read = exchange(&mut child, photo, self.time_limit);
        if read.is_err() {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
        }
        let status = child.wait().map_err(PhotoError::NotStarted)?;
        let image = read?;
        match status.success() {
            false => Err(PhotoError::Failed(status)),
            true if is_an_image(&image) => Ok(image),
            true => Err(PhotoError::NoImage),
        }
    }
}

/// Everything the decoder answers before it closes its output. Reading and writing happen beside this thread,
/// because either may block for ever on a decoder that hangs; both end when it is killed.
fn exchange(child: &mut Child, photo: &[u8], limit: Duration) -> Result<Zeroizing<Vec<u8>>, PhotoError> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(PhotoError::NoImage);
    };
    let photo = Zeroizing::new(photo.to_vec());
    // A decoder that reads nothing will be told by what it answers.
    std::thread::spawn(move || input.write_all(&photo));
    let (done, reading) = channel();
    std::thread::spawn(move || {
        let mut image = Zeroizing::new(Vec::with_capacity(IMAGE_BYTES_MAX + 1));
        let read = output.take(IMAGE_BYTES_MAX as u64 + 1).read_to_end(&mut image);
        // Nobody waits any more when it was too slow.
        let _ = done.send(read.map(|_| image));
    });
    match reading.recv_timeout(limit) {
        Ok(Ok(image)) if image.len() <= IMAGE_BYTES_MAX => Ok(image),
        Ok(_) | Err(RecvTimeoutError::Disconnected) => Err(PhotoError::NoImage),
        Err(RecvTimeoutError::Timeout) => Err(PhotoError::TooSlow(limit)),
    }
}

fn is_an_image(bytes: &[u8]) -> bool {
    [&b"BM"[..], b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF"].iter().any(|magic| bytes.starts_with(magic))
}
