//! Every public vector of the protocol, through the code that the commands and the driver use.
use jiujin_hardware::cli;
use serde_json::{Value, json};

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
