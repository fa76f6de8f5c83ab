//! Commands without a device: bytes to frames and cards, commands to frames, checks of numbers.
use super::{OK, USAGE};
use crate::card::sdt::command::{Command, ReadSamId, Response};
use crate::card::sdt::frame::{self, Decoder, Direction, Found};
use crate::card::sdt::layout;
use crate::card::sdt::number::{self, Scheme};
use crate::card::sdt::payload::{Payload, TEXT_BYTES};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, Write};

/// Longest line of input; a whole recorded session fits.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Data up to this size is shown, longer data is hashed.
const SHOWN_BYTES_MAX: usize = 32;
/// Sizes of answers that are no card: nothing, found, selected, SAM id, newest address.
const SHORT_ANSWERS: [usize; 5] = [0, 4, 8, 16, 70];

#[derive(Deserialize)]
struct Chunks {
    chunks_hex: Vec<String>,
}

#[derive(Deserialize)]
struct Asked {
    cmd: u8,
    para: u8,
    #[serde(default)]
    data_hex: String,
}

#[derive(Deserialize)]
struct NumberAsked {
    input: String,
    scheme: Scheme,
}

/// Bytes of a reader to frames, one case per line.
pub fn decode(input: impl BufRead, output: impl Write, complain: impl Write) -> u8 {
    each(input, output, complain, |case: Chunks| {
        let mut decoder = Decoder::new(Direction::Response);
        let (mut frames, mut errors) = (Vec::new(), Vec::new());
        for chunk in &case.chunks_hex {
            let bytes = hex::decode(chunk).map_err(|error| format!("chunks_hex: {error}"))?;
            decoder.push(&bytes, |found| match found {
                Found::Frame(body) => {
                    frames.extend(Response::parse(body).map(|response| describe(&response)))
                }
                Found::Error(error) => errors.push(error.name()),
            });
        }
        let (discarded, pending) = (decoder.discarded_bytes(), decoder.pending_bytes());
        Ok(
            json!({"frames": frames, "errors": errors, "discarded_bytes": discarded, "pending_bytes": pending}),
        )
    })
}

/// Commands to frames, one case per line.
pub fn encode(input: impl BufRead, output: impl Write, complain: impl Write) -> u8 {
    each(input, output, complain, |asked: Asked| {
        let data = hex::decode(&asked.data_hex).map_err(|error| format!("data_hex: {error}"))?;
        let body = [&[asked.cmd, asked.para], data.as_slice()].concat();
        let frame = frame::encode(&body).ok_or("data_hex: longer than a frame can carry")?;
        Ok(json!({"frame_hex": hex::encode_upper(frame)}))
    })
}

/// Checks of identity numbers, one case per line.
pub fn id_check(input: impl BufRead, output: impl Write, complain: impl Write) -> u8 {
    each(input, output, complain, |asked: NumberAsked| {
        let checks = number::check(&asked.input, asked.scheme);
        let mut answer = Map::new();
        answer.insert("format_ok".into(), json!(checks.format_ok));
        answer.insert("checksum_ok".into(), json!(checks.checksum_ok));
        if asked.scheme != Scheme::Foreign15 {
            answer.insert("birth_ok".into(), json!(checks.birth_ok));
        }
        if asked.scheme == Scheme::Gb11643 {
            answer.insert("region_known".into(), json!(checks.region_known));
        }
        Ok(Value::Object(answer))
    })
}

/// Answers every line; an unreadable one is named and ends with [`USAGE`].
fn each<T: DeserializeOwned>(
    input: impl BufRead,
    mut output: impl Write,
    mut complain: impl Write,
    answer: impl Fn(T) -> Result<Value, String>,
) -> u8 {
    for (index, line) in lines(input).enumerate() {
        let answered = line
            .map_err(|error| error.to_string())
            .and_then(|line| serde_json::from_str(&line).map_err(|error| error.to_string()))
            .and_then(&answer);
        let written = match &answered {
            Ok(value) => writeln!(output, "{value}"),
            Err(message) => writeln!(complain, "standard input, line {}: {message}", index + 1),
        };
        if answered.is_err() || written.is_err() {
            return USAGE;
        }
    }
    OK
}

fn lines(mut input: impl BufRead) -> impl Iterator<Item = io::Result<String>> {
    std::iter::from_fn(move || {
        loop {
            let mut line = String::new();
            match io::Read::take(&mut input, LINE_BYTES_MAX).read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) if line.trim().is_empty() => {}
                Ok(_) => return Some(Ok(line)),
                Err(error) => return Some(Err(error)),
            }
        }
    })
}

/// What a frame says, as far as it can be told without knowing the question.
fn describe(response: &Response) -> Value {
    let mut frame = Map::new();
    let data = &response.data;
    frame.insert("sw1".into(), json!(response.sw1));
    frame.insert("sw2".into(), json!(response.sw2));
    frame.insert("sw3".into(), json!(response.status.code()));
    frame.insert("status".into(), json!(response.status.name()));
    frame.insert("data_len".into(), json!(data.len()));
    if data.len() <= SHOWN_BYTES_MAX {
        frame.insert("data_hex".into(), json!(hex::encode_upper(data)));
    } else {
        frame.insert("data_sha256".into(), json!(sha256(data)));
    }
    if response.status.code() == 0x90 {
        if let Ok(id) = ReadSamId::read(response.clone()) {
            frame.insert("sam_id".into(), json!(id.to_string()));
        }
        if is_meant_as_a_card(data) {
            describe_card(data, &mut frame);
        }
    }
    Value::Object(frame)
}

/// Good or damaged: the other answers are short or hold appended addresses.
fn is_meant_as_a_card(data: &[u8]) -> bool {
    let appended = data.len() <= 4 * 70 && data.len().is_multiple_of(70);
    data.starts_with(&[1, 0, 4, 0]) || !(SHORT_ANSWERS.contains(&data.len()) || appended)
}

fn describe_card(data: &[u8], frame: &mut Map<String, Value>) {
    let payload = match Payload::parse(data) {
        Ok(payload) => payload,
        Err(error) => {
            frame.insert("error".into(), json!(error.name()));
            return;
        }
    };
    let Ok(text) = <&[u8; TEXT_BYTES]>::try_from(payload.text()) else { return };
    let reading = layout::read(text);
    frame.insert("text_len".into(), json!(payload.text().len()));
    frame.insert("photo_len".into(), json!(payload.photo().len()));
    frame.insert("fp_len".into(), json!(payload.fingerprint_bytes()));
    frame.insert("card".into(), json!(reading.card));
    frame.insert("checks".into(), json!(reading.checks));
    frame.insert("warnings".into(), json!(reading.warnings));
    let photo = payload.photo();
    frame.insert("photo_sha256".into(), json!((!photo.is_empty()).then(|| sha256(photo))));
    if payload.fingerprint_bytes().is_some() {
        frame.insert("fingerprints".into(), json!(payload.fingers()));
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
