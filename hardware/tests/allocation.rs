//! Whatever bytes come in, the decoder and the text block hold no more than 64 KiB, and the decoder needs no new
//! memory once it runs.
use jiujin_hardware::card::sdt::command::Response;
use jiujin_hardware::card::sdt::frame::{Decoder, Direction, Found, encode};
use jiujin_hardware::card::sdt::layout;
use jiujin_hardware::card::sdt::payload::Payload;
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What no input may exceed.
const BYTES_MAX: i64 = 64 * 1024;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
    static TAKEN: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

fn count(bytes: i64) {
    HELD.with(|held| {
        held.set(held.get() + bytes);
        PEAK.with(|peak| peak.set(peak.get().max(held.get())));
    });
    TAKEN.with(|taken| taken.set(taken.get() + bytes.max(0)));
}

// Counting allocations is only possible by being the allocator.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Most bytes held at once, and all bytes taken, while `act` runs.
fn measured(act: impl FnOnce()) -> (i64, i64) {
    let (held, taken) = (HELD.get(), TAKEN.get());
    PEAK.set(held);
    act();
    (PEAK.get() - held, TAKEN.get() - taken)
}

fn everything(bytes: &[u8], size: usize) {
    let mut decoder = Decoder::new(Direction::Response);
    for piece in bytes.chunks(size) {
        decoder.push(piece, |found| {
            let Found::Frame(body) = found else { return };
            let Some(response) = Response::parse(body) else { return };
            let Ok(payload) = Payload::parse(&response.data) else { return };
            if let Ok(text) = payload.text().try_into() {
                std::hint::black_box(layout::read(text));
            }
        });
    }
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..5_000),
        Just(vec![0xAA; 3_000]),
        (0_u16..=u16::MAX).prop_map(|len| [&[0xAA, 0xAA, 0xAA, 0x96, 0x69][..], &len.to_be_bytes()].concat()),
        prop::collection::vec(any::<u8>(), 3..4_095).prop_map(|body| encode(&body).unwrap()),
        prop::collection::vec(any::<u8>(), 1_280)
            .prop_map(|card| { encode(&[&[0, 0, 0x90, 1, 0, 4, 0][..], &card].concat()).unwrap() }),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_stream_holds_more_than_64_kib(bytes in hostile(), size in 1_usize..20_000) {
        let (peak, _) = measured(|| everything(&bytes, size));
        prop_assert!(peak <= BYTES_MAX, "{peak}");
    }

    #[test]
    fn no_text_block_takes_more_than_64_kib(block in prop::collection::vec(any::<u8>(), 256), flag in any::<u8>()) {
        let mut block: [u8; 256] = block.try_into().unwrap();
        (block[248], block[249]) = (b"IYJ \0"[usize::from(flag) % 5], 0);
        let (_, taken) = measured(|| drop(std::hint::black_box(layout::read(&block))));
        prop_assert!(taken <= BYTES_MAX, "{taken}");
    }
}

#[test]
fn a_long_stream_needs_no_memory_once_the_decoder_runs() {
    let no_card = encode(&[0, 0, 0x80]).unwrap();
    for pattern in [vec![0xAA], no_card, vec![0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x0F, 0xFF]] {
        let bytes: Vec<u8> = pattern.iter().copied().cycle().take(1 << 16).collect();
        let mut decoder = Decoder::new(Direction::Response);
        let (_, taken) = measured(|| decoder.push(&bytes, |_| ()));
        assert_eq!(taken, 0);
    }
}
