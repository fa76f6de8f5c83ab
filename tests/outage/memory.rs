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
/// Largest part of memory that is read at once; words are shorter than the overlap.
const PART: usize = 1 << 20;
const OVERLAP: usize = 256;

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
            MIDST => midst = stopped(&process, search),
            LEAVING => kiosk.reader.say("lift"),
            IDLE => idle = Some(stopped(&process, search)),
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

/// Nothing moves while `look` looks.
fn stopped<T>(process: &Child, look: impl FnOnce(u32) -> T) -> T {
    let pid = Pid::from_child(process);
    kill_process(pid, Signal::STOP).expect("it can be stopped");
    let seen = look(process.id());
    kill_process(pid, Signal::CONT).expect("it goes on");
    seen
}

/// `None` where the system forbids it.
fn search(process: u32) -> Option<Found> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = std::fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let [name, number, address] = CANARIES;
    let block: Vec<u8> = number.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let plain = format!("\"id_number\":\"{number}\"").into_bytes();
    let wanted: [&[u8]; 5] = [&block, &plain, name.as_bytes(), number.as_bytes(), address.as_bytes()];
    let (mut counts, mut bytes) = ([0; 5], 0);
    for (from, to) in maps.lines().filter_map(writable) {
        memory.seek(SeekFrom::Start(from)).ok()?;
        let (mut left, mut tail) = ((to - from) as usize, Vec::new());
        bytes += left;
        while left > 0 {
            let mut part = vec![0; left.min(PART)];
            // Pages of a device cannot be read; they hold no words.
            if memory.read_exact(&mut part).is_err() {
                break;
            }
            left -= part.len();
            let overlap = tail.len();
            tail.append(&mut part);
            for (count, word) in counts.iter_mut().zip(wanted) {
                let starts = (0..tail.len().saturating_sub(word.len() - 1)).filter(|at| {
                    tail[*at] == word[0] && tail[*at..].starts_with(word) && at + word.len() > overlap
                });
                *count += starts.count();
            }
            tail.drain(..tail.len().saturating_sub(OVERLAP));
        }
    }
    let [card_block, sealed_plain, words @ ..] = counts;
    Some(Found { card_block, sealed_plain, words, kib: bytes >> 10 })
}

/// `7f00-7fff rw-p …`
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (range, rights) = (words.next()?, words.next()?);
    let (from, to) = range.split_once('-')?;
    let hex = |text| u64::from_str_radix(text, 16).ok();
    (rights.starts_with("rw") && !line.ends_with("[vvar]")).then_some((hex(from)?, hex(to)?))
}
