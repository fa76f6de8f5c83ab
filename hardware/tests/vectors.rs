//! Every public vector of the protocol, through the code that the commands and the driver use.
#[path = "support/pty.rs"]
mod pty;

use jiujin_hardware::card::sdt::command::{
    AnswerError, Command, FindCard, ReadCard, ReadNewestAddress, SamStatus, SelectCard,
};
use jiujin_hardware::card::sdt::driver::{Driver, Fault};
use jiujin_hardware::card::sdt::frame::{Decoder, Direction, Found};
use jiujin_hardware::card::sdt::payload::Payload;
use jiujin_hardware::card::sdt::status::Status;
use jiujin_hardware::cli;
use jiujin_hardware::port::Port;
use jiujin_hardware::simulator::{Options, Simulator, people};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const VECTORS: &str = include_str!("vectors/id-card-vectors.json");

fn vectors(kinds: &[&str]) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let wanted = |vector: &&Value| kinds.contains(&vector["kind"].as_str().unwrap());
    let found: Vec<Value> = all["vectors"].as_array().unwrap().iter().filter(wanted).cloned().collect();
    assert!(!found.is_empty(), "no vector of {kinds:?}");
    found
}

fn answer(command: fn(&[u8], &mut Vec<u8>, &mut Vec<u8>) -> u8, question: &Value) -> Value {
    let (mut output, mut complaints) = (Vec::new(), Vec::new());
    let code = command(question.to_string().as_bytes(), &mut output, &mut complaints);
    assert_eq!(code, cli::OK, "{}", String::from_utf8_lossy(&complaints));
    serde_json::from_slice(&output).unwrap()
}

fn decode(chunks: Value) -> Value {
    answer(|input, output, complain| cli::decode(input, output, complain), &json!({"chunks_hex": chunks}))
}

/// Every expected field is there with the expected value.
fn assert_covers(found: &Value, expected: &Value, id: &Value) {
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(found.get(key), Some(value), "{id}: {key}");
    }
}

#[test]
fn a_request_is_framed_as_in_every_vector() {
    for vector in vectors(&["request"]) {
        let answered =
            answer(|input, output, complain| cli::encode(input, output, complain), &vector["command"]);
        assert_eq!(answered["frame_hex"], vector["frame_hex"], "{}", vector["id"]);
    }
}

#[test]
fn every_frame_says_what_its_vector_expects() {
    for vector in vectors(&["response", "sam_id", "card", "card_error"]) {
        let answered = decode(json!([vector["frame_hex"]]));
        assert_eq!(answered["errors"], json!([]), "{}", vector["id"]);
        assert_covers(&answered["frames"][0], &vector["expect"], &vector["id"]);
    }
}

#[test]
fn a_stream_gives_the_same_frames_however_it_is_cut() {
    for vector in vectors(&["stream"]) {
        let expected = &vector["expect"];
        let whole: String =
            vector["chunks_hex"].as_array().unwrap().iter().map(|chunk| chunk.as_str().unwrap()).collect();
        let bytes: Vec<String> =
            whole.as_bytes().chunks(2).map(|pair| String::from_utf8(pair.to_vec()).unwrap()).collect();
        for chunks in [vector["chunks_hex"].clone(), json!([whole]), json!(bytes)] {
            let answered = decode(chunks);
            for key in ["errors", "discarded_bytes", "pending_bytes"] {
                assert_eq!(answered[key], expected[key], "{}: {key}", vector["id"]);
            }
            let frames = expected["frames"].as_array().unwrap();
            assert_eq!(answered["frames"].as_array().unwrap().len(), frames.len(), "{}", vector["id"]);
            for (found, expected) in answered["frames"].as_array().unwrap().iter().zip(frames) {
                assert_covers(found, expected, &vector["id"]);
            }
        }
    }
}

#[test]
fn identity_numbers_are_judged_as_in_every_vector() {
    for vector in vectors(&["id_number"]) {
        let question = json!({"input": vector["input"], "scheme": vector["scheme"]});
        let answered = answer(|input, output, complain| cli::id_check(input, output, complain), &question);
        assert_eq!(answered, vector["expect"], "{}", vector["id"]);
    }
}

#[test]
fn an_unreadable_line_is_named_and_nothing_panics() {
    let (mut output, mut complaints) = (Vec::new(), Vec::new());
    let code =
        cli::decode(&b"{\"chunks_hex\":[]}\n{\"chunks_hex\":[\"zz\"]}\n"[..], &mut output, &mut complaints);
    assert_eq!(code, cli::USAGE);
    assert!(String::from_utf8(complaints).unwrap().contains("line 2"));
}

fn bytes(step: &Value, key: &str) -> Vec<u8> {
    hex::decode(step[key].as_str().unwrap_or_default()).unwrap()
}

fn body_of(frame: &[u8]) -> Vec<u8> {
    let (mut decoder, mut bodies) = (Decoder::new(Direction::Request), Vec::new());
    decoder.push(frame, |found| {
        if let Found::Frame(body) = found {
            bodies.push(body.to_vec());
        }
    });
    bodies.pop().unwrap_or_default()
}

/// The holder of the card in the session, as the simulator's people are written.
fn holder(session: &Value) -> Option<(people::Person, Payload)> {
    let steps = session["steps"].as_array().unwrap();
    let frame = steps.iter().map(|step| bytes(step, "reader_hex")).find(|frame| frame.len() > 1_000)?;
    let payload = Payload::parse(body_of(&frame).get(3..)?).unwrap();
    let described = decode(json!([hex::encode(&frame)]));
    let card = &described["frames"][0]["card"];
    let field = |key: &str| format!("{:?}", card[key].as_str().unwrap_or_default());
    let toml = format!(
        "[[person]]\nname = \"holder\"\nlabel = \"\"\nkind = \"resident\"\nperson = {}\nsex = {}\nethnicity = {}\n\
         birth = {}\naddress = {}\nid_number = {}\nissuer = {}\nvalid_from = {}\nvalid_to = {}\n",
        field("name"),
        field("sex_code"),
        field("ethnicity_code"),
        field("birth"),
        field("address"),
        field("id_number"),
        field("issuer"),
        field("valid_from"),
        if card["long_term"] == json!(true) { "\"长期\"".into() } else { field("valid_to") },
    );
    Some((people::parse(&toml).unwrap().remove(0), payload))
}

/// The photo is noise in the vectors and other noise in the simulator.
fn without_photo(frame: &[u8], photo: &[u8]) -> Vec<u8> {
    let at = frame.windows(photo.len().max(1)).position(|part| part == photo);
    let mut body = body_of(frame);
    if let Some(at) = at {
        body[at - 7..at - 7 + photo.len()].fill(0);
    }
    body
}

#[test]
fn the_simulator_answers_every_session_as_its_vector_does() {
    for session in vectors(&["session"]) {
        let simulator = Simulator::start(Options { paced: false, ..Options::default() }).unwrap();
        let holder = holder(&session);
        let mut port = Port::open(&simulator.port().display().to_string(), 115_200).unwrap();
        for step in session["steps"].as_array().unwrap() {
            match step["event"].as_str() {
                Some("card placed") => simulator.place(holder.clone().unwrap().0),
                Some("card lifted") => simulator.lift(),
                Some(wait) => {
                    assert!(wait.contains("reopens at 38400"), "{wait}");
                    std::thread::sleep(Duration::from_millis(20));
                    port.set_baud(38_400).unwrap();
                }
                None => {}
            }
            let expected = bytes(step, "reader_hex");
            if expected.is_empty() {
                // The event reaches the reader's thread between two glances at its line.
                std::thread::sleep(Duration::from_millis(50));
                continue;
            }
            port.write(&bytes(step, "host_hex")).unwrap();
            let (mut answer, deadline) = (Vec::new(), Instant::now() + Duration::from_secs(2));
            while answer.len() < expected.len() && Instant::now() < deadline {
                let mut buffer = [0; 512];
                let count = port.read(&mut buffer).unwrap();
                answer.extend_from_slice(&buffer[..count]);
            }
            let Some((person, payload)) = holder.as_ref().filter(|_| expected.len() > 1_000) else {
                assert_eq!(hex::encode_upper(&answer), step["reader_hex"].as_str().unwrap());
                continue;
            };
            let theirs = without_photo(&expected, payload.photo());
            assert_eq!(without_photo(&answer, &person.photo()), theirs, "{}", session["id"]);
        }
    }
}

/// What the shipped driver makes of an answer.
fn status_of<C: Command>(driver: &mut Driver) -> (Option<Status>, Option<C::Answer>) {
    match driver.ask::<C>(&|| false) {
        Ok(answer) => (None, Some(answer)),
        Err(Fault::Answer(AnswerError::Status(status))) => (Some(status), None),
        Err(fault) => panic!("{fault}"),
    }
}

#[test]
fn the_driver_holds_every_session_as_its_vector_does() {
    for session in vectors(&["session"]) {
        let spoken: Vec<Value> = session["steps"].as_array().unwrap().clone();
        let steps: Vec<&Value> = spoken.iter().filter(|step| !step["host_hex"].is_null()).collect();
        let pty::Pty { mut device, path, _held } = pty::open();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for step in &steps {
                    let (expected, mut asked) = (bytes(step, "host_hex"), Vec::new());
                    while asked.len() < expected.len() && !done.load(Ordering::Relaxed) {
                        let mut buffer = [0; 64];
                        let count = device.read(&mut buffer).unwrap_or(0);
                        asked.extend_from_slice(&buffer[..count]);
                    }
                    assert_eq!(hex::encode_upper(&asked), step["host_hex"].as_str().unwrap());
                    device.write_all(&bytes(step, "reader_hex")).unwrap();
                }
            });
            hold(&session, &steps, &path);
            done.store(true, Ordering::Relaxed);
        });
    }
}

fn hold(session: &Value, steps: &[&Value], path: &str) {
    let mut driver = Driver::new(Port::open(path, 115_200).unwrap());
    for step in steps {
        let (asked, answered) = (body_of(&bytes(step, "host_hex")), body_of(&bytes(step, "reader_hex")));
        let refused = match asked.as_slice() {
            [0x11, 0xFF] if driver.port().baud() != 115_200 => continue,
            [0x11, 0xFF] => status_of::<SamStatus>(&mut driver).0,
            [0x20, 1] => status_of::<FindCard>(&mut driver).0,
            [0x20, 2] => status_of::<SelectCard>(&mut driver).0,
            [0x30, 1] => {
                let (refused, payload) = status_of::<ReadCard>(&mut driver);
                assert_eq!(payload, holder(session).map(|(_, payload)| payload));
                refused
            }
            [0x30, 3] => status_of::<ReadNewestAddress>(&mut driver).0,
            // A kiosk never asks for fingerprints, but a reader may send them unasked.
            [0x30, 0x10] => {
                assert_eq!(Payload::parse(&answered[3..]).unwrap().fingerprint_bytes(), Some(0));
                return write_raw(path, driver, &bytes(step, "host_hex"));
            }
            // Sets the rate, waits, switches the port and asks for the status there.
            [0x60, 2] => {
                driver.set_baud(38_400, &|| false).unwrap();
                assert_eq!(driver.port().baud(), 38_400);
                None
            }
            other => panic!("{other:?}"),
        };
        let expected = Status::from_code(answered[2]);
        let good = matches!(expected, Status::Ok | Status::CardFound | Status::NoContent);
        assert_eq!(refused, (!good).then_some(expected), "{}", session["id"]);
    }
}

fn write_raw(path: &str, driver: Driver, frame: &[u8]) {
    drop(driver);
    Port::open(path, 115_200).unwrap().write(frame).unwrap();
}
