//! Any text block: no panic, JSON comes out, and Debug shows no number.
//! Run: cargo fuzz run text_block (from hardware/, with RUSTC_BOOTSTRAP=1 on a stable toolchain)
#![no_main]
use jiujin_hardware::card::sdt::layout;
use jiujin_hardware::card::sdt::payload::TEXT_BYTES;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut block = [0; TEXT_BYTES];
    let length = bytes.len().min(TEXT_BYTES);
    block[..length].copy_from_slice(&bytes[..length]);
    let reading = layout::read(&block);
    let value = serde_json::to_value(&reading).expect("a reading is plain data");
    assert!(value["card"]["kind"].is_string());
    let debug = format!("{reading:?}");
    let number = value["card"]["id_number"].as_str().unwrap_or_default();
    assert!(!reading.checks.format_ok || !debug.contains(number));
});
