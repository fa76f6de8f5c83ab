//! I8 in memory: the real kiosk is stopped after a visit, idle on its first page, and every writable page of its memory
//! is searched for the resident who has gone. Two things are promised and asserted: the card's raw block is gone, and so
//! is the plain text that was sealed. The rest is counted and printed, because nobody can promise it: texts on a page
//! and in freed parts of the heap are not overwritten.
use super::*;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Read, Seek, SeekFrom};

/// After the last step of the rig's visit the resident leaves; the kiosk then waits for a card that does not come.
const GOODBYE: &str = r#"
    { tap = ["结束并取卡", "End and take card"] },
    { await = "goodbye" },
    { await = "attract" },
    { await = "confirm" },
]
"#;
/// Pages on which the process is stopped: one in the middle of the visit, where the words must be found, or this search
/// is blind.
const MIDST: &str = "await form";
const LEAVING: &str = "await goodbye";
const IDLE: &str = "await attract";
struct Found {
    card_block: usize,
    sealed_plain: usize,
    /// Name, number and address as UTF-8.
    words: [usize; 3],
    kib: usize,
}

#[test]
fn a_resident_who_left_is_not_in_the_kiosks_memory_where_that_can_be_promised() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let (office, url) = runtime.block_on(open_office(folder.path()));
    let code = runtime.block_on(office.add_device("memory")).expect("a code").code;
    let mut kiosk = Kiosk::new(folder.path().join("kiosk"), &url, &code, SEED);
    let visit = VISIT.trim_end().trim_end_matches(']').to_owned() + GOODBYE;
    std::fs::write(kiosk.folder.join("visit.toml"), visit).expect("written");
    kiosk.reader.say("place pensioner");
    let mut process = Command::new(PROGRAM)
        .args(["visit", "--config"])
        .arg(kiosk.folder.join("kiosk.toml"))
        .arg("--visit")
        .arg(kiosk.folder.join("visit.toml"))
        .env("TMPDIR", kiosk.folder.join("tmp"))
        .stderr(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the kiosk starts");
    let lines = listen(&mut process);
    let (mut midst, mut idle) = (None, None);
    while idle.is_none() {
        let line = lines.recv_timeout(2 * PATIENCE).expect("the visit goes on");
        match line["step"].as_str().unwrap_or_default() {
            MIDST => midst = copied(&process),
            LEAVING => kiosk.reader.say("lift"),
            IDLE => idle = Some(copied(&process)),
            _ => {}
        }
    }
    process.kill().expect("it ends");
    process.wait().expect("it ended");
    let (Some(midst), Some(Some(idle))) = (midst, idle) else {
        return println!(
            "{{\"rig\":\"I8 memory\",\"verdict\":\"NOT PROVEN\",\"why\":\"this system does not let a parent read /proc/PID/mem\"}}"
        );
    };
    let (midst, idle) = (search(&midst), search(&idle));
    let promised = idle.card_block + idle.sealed_plain;
    println!(
        "{{\"rig\":\"I8 memory\",\"card_block\":{},\"sealed_plain\":{},\"left_over\":{{\"name\":{},\"number\":{},\"address\":{}}},\"during_the_visit\":{{\"name\":{},\"number\":{}}},\"searched_kib\":{},\"verdict\":\"{}\"}}",
        idle.card_block,
        idle.sealed_plain,
        idle.words[0],
        idle.words[1],
        idle.words[2],
        midst.words[0],
        midst.words[1],
        idle.kib,
        if promised == 0 { "holds" } else { "BROKEN" }
    );
    assert!(midst.words[0] > 0 && midst.words[1] > 0, "the search is blind");
    assert_eq!(promised, 0, "the card's raw block or the plain text of the submission is still there");
}

/// Every writable part of its memory, copied while nothing moves: a visit's patience runs on meanwhile, so the search
/// itself comes later. `None` where the system forbids it.
fn copied(process: &Child) -> Option<Vec<Vec<u8>>> {
    let pid = Pid::from_child(process);
    kill_process(pid, Signal::STOP).expect("it can be stopped");
    let parts = parts(process.id());
    kill_process(pid, Signal::CONT).expect("it goes on");
    parts
}

fn parts(process: u32) -> Option<Vec<Vec<u8>>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = std::fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let mut parts = Vec::new();
    for (from, to) in maps.lines().filter_map(writable) {
        let mut part = vec![0; (to - from) as usize];
        memory.seek(SeekFrom::Start(from)).ok()?;
        // Pages of a device cannot be read; they hold no words.
        if memory.read_exact(&mut part).is_ok() {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then_some(parts)
}

fn search(parts: &[Vec<u8>]) -> Found {
    let [name, number, address] = CANARIES;
    let block: Vec<u8> = number.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let plain = format!("\"id_number\":\"{number}\"").into_bytes();
    let count = |word: &[u8]| parts.iter().map(|part| times(part, word)).sum();
    Found {
        card_block: count(&block),
        sealed_plain: count(&plain),
        words: [name, number, address].map(|word| count(word.as_bytes())),
        kib: parts.iter().map(Vec::len).sum::<usize>() >> 10,
    }
}

fn times(part: &[u8], word: &[u8]) -> usize {
    let (mut found, mut from) = (0, 0);
    while let Some(at) = part[from..].iter().position(|byte| *byte == word[0]) {
        found += usize::from(part[from + at..].starts_with(word));
        from += at + 1;
    }
    found
}

/// `7f00-7fff rw-p …`
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (range, rights) = (words.next()?, words.next()?);
    let (from, to) = range.split_once('-')?;
    let hex = |text| u64::from_str_radix(text, 16).ok();
    (rights.starts_with("rw") && !line.ends_with("[vvar]")).then_some((hex(from)?, hex(to)?))
}
