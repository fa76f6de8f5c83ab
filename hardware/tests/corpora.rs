//! The fuzzers' seeds as plain tests, so that every build runs what they found interesting.
use jiujin_hardware::card::sdt::frame::{Decoder, Direction, Found};
use jiujin_hardware::card::sdt::layout;
use std::path::Path;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let seeds: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(!seeds.is_empty());
    seeds
}

fn counted(bytes: &[u8], size: usize) -> (usize, u64, usize) {
    let (mut decoder, mut framed) = (Decoder::new(Direction::Response), 0);
    for piece in bytes.chunks(size) {
        decoder.push(piece, |found| {
            if let Found::Frame(body) = found {
                framed += body.len() + 8;
            }
        });
    }
    (framed, decoder.discarded_bytes(), decoder.pending_bytes())
}

#[test]
fn every_byte_of_a_stream_is_accounted_for() {
    for seed in corpus("stream") {
        let Some((&size, bytes)) = seed.split_first() else { continue };
        let whole = counted(bytes, usize::MAX);
        assert_eq!(whole.0 as u64 + whole.1 + whole.2 as u64, bytes.len() as u64);
        assert_eq!(counted(bytes, usize::from(size) + 1), whole);
    }
}

#[test]
fn every_text_block_becomes_a_card_whose_number_is_not_shown() {
    for seed in corpus("text_block") {
        let mut block = [0; 256];
        let length = seed.len().min(256);
        block[..length].copy_from_slice(&seed[..length]);
        let reading = layout::read(&block);
        let value = serde_json::to_value(&reading).unwrap();
        let number = value["card"]["id_number"].as_str().unwrap();
        assert!(!reading.checks.format_ok || !format!("{reading:?}").contains(number));
    }
}
