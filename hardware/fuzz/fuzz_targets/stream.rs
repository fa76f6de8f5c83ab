//! Any bytes in any pieces: no panic, every byte accounted for, and the cut makes no difference.
//! Run: cargo fuzz run stream (from hardware/, with RUSTC_BOOTSTRAP=1 on a stable toolchain)
#![no_main]
use jiujin_hardware::card::sdt::frame::{BUFFER_MAX, Decoder, Direction, Found};
use jiujin_hardware::card::sdt::layout;
use jiujin_hardware::card::sdt::payload::Payload;
use libfuzzer_sys::fuzz_target;

fn counted(bytes: &[u8], size: usize) -> (u64, u64, usize) {
    let mut decoder = Decoder::new(Direction::Response);
    let mut framed = 0;
    for piece in bytes.chunks(size) {
        decoder.push(piece, |found| {
            if let Found::Frame(body) = found {
                framed += body.len() as u64 + 8;
                let payload = body.get(3..).and_then(|data| Payload::parse(data).ok());
                if let Some(text) = payload.as_ref().and_then(|payload| payload.text().try_into().ok()) {
                    layout::read(text);
                }
            }
        });
    }
    (framed, decoder.discarded_bytes(), decoder.pending_bytes())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&size, bytes)) = bytes.split_first() else { return };
    let (framed, discarded, pending) = counted(bytes, usize::from(size) + 1);
    assert_eq!(framed + discarded + pending as u64, bytes.len() as u64);
    assert!(pending < BUFFER_MAX);
    assert_eq!(counted(bytes, usize::MAX), (framed, discarded, pending));
});
