//! A recording replays through the driver and names nobody.
use jiujin_hardware::card::sdt::driver::{Driver, Outcome, Placement};
use jiujin_hardware::card::sdt::frame::encode;
use jiujin_hardware::cli::{self, ReadRequest};
use jiujin_hardware::port::{Candidate, Pin, Port};
use jiujin_hardware::recording::{Replay, masked};
use jiujin_hardware::simulator::{Options, Simulator, people};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_recorded_read_replays_with_an_invented_person() {
    let simulator = Simulator::start(Options { paced: false, ..Options::default() }).unwrap();
    simulator.place(people::find("pensioner").unwrap());
    let request = ReadRequest {
        port: simulator.port().display().to_string(),
        baud: None,
        timeout: Duration::from_secs(5),
    };
    let tape = Tape::default();
    assert_eq!(cli::record(&request, tape.clone(), std::io::stderr()), cli::OK);
    let text = String::from_utf8(tape.0.lock().unwrap().clone()).unwrap();
    let own: Vec<u8> = "109999195106120023".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(!text.to_uppercase().contains(&hex::encode_upper(own)));
    let mut driver = Driver::new(Port::replay(Replay::of(&text).unwrap()));
    let Outcome::Read(card) = driver.wait_card(&mut Placement::unknown(), &|| false, &mut |_| ()).unwrap()
    else {
        panic!("no card")
    };
    let expected = people::find("adult").unwrap().text_block();
    assert_eq!(card.payload.text(), expected);
    let mut output = Vec::new();
    assert_eq!(cli::replay(&text, &mut output, std::io::stderr()), cli::OK);
    assert!(String::from_utf8(output).unwrap().contains("109999199003070017"));
}

#[test]
fn a_fault_is_recorded_and_ends_as_it_did_when_replayed() {
    let simulator = Simulator::start(Options { paced: false, ..Options::default() }).unwrap();
    simulator.obey("place adult").unwrap();
    simulator.obey("fault status 66 100").unwrap();
    let request = ReadRequest {
        port: simulator.port().display().to_string(),
        baud: Some(115_200),
        timeout: Duration::from_secs(2),
    };
    let tape = Tape::default();
    assert_eq!(cli::record(&request, tape.clone(), Vec::new()), cli::OUT_OF_ORDER);
    let text = String::from_utf8(tape.0.lock().unwrap().clone()).unwrap();
    assert_eq!(cli::replay(&text, Vec::new(), Vec::new()), cli::OUT_OF_ORDER);
    let mut complaints = Vec::new();
    assert_eq!(cli::replay("{\"ms\":1}\nnonsense\n", Vec::new(), &mut complaints), cli::USAGE);
    assert!(String::from_utf8(complaints).unwrap().contains("line 2"));
}

#[test]
fn sixteen_bytes_of_a_card_do_not_pass_for_a_sam_id() {
    let name: Vec<u8> = "王小一王小一王小".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let frame = encode(&[&[0, 0, 0x90][..], &name].concat()).unwrap();
    assert!(!masked(&frame).windows(2).any(|pair| pair == &name[..2]));
}

#[test]
fn damage_stays_damage_when_masked() {
    let whole = hex::decode("AAAAAA9669000800009F0000000097").unwrap();
    assert_eq!(masked(&whole), whole);
    let mut spoilt = whole.clone();
    spoilt[14] ^= 0x40;
    assert_ne!(masked(&spoilt), whole);
    assert_eq!(masked(&whole[..9]).len(), 9);
    assert_eq!(masked(b"CA 109999"), vec![0; 9]);
}

#[test]
fn another_device_in_the_readers_place_does_not_match_its_pin() {
    let pin = Pin { usb: Some("1a86:7523".into()), serial_number: Some("A1".into()) };
    let found = |usb: &str, serial: &str| Candidate {
        path: "/dev/ttyUSB0".into(),
        usb: Some(usb.into()),
        serial_number: Some(serial.into()),
        product: None,
    };
    assert!(pin.matches(Some(&found("1a86:7523", "A1"))));
    assert!(!pin.matches(Some(&found("1a86:7523", "A2"))));
    assert!(!pin.matches(Some(&found("0403:6001", "A1"))) && !pin.matches(None));
    let by_serial = Pin { usb: None, serial_number: Some("A1".into()) };
    assert!(by_serial.matches(Some(&found("0403:6001", "A1"))));
    assert!(!by_serial.matches(Some(&found("0403:6001", "A2"))) && !by_serial.matches(None));
}
