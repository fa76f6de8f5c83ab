//! `reader read` tells what went wrong by its exit code, and names nobody on standard error.
use jiujin_hardware::cli::{self, ReadRequest};
use jiujin_hardware::simulator::{Options, Simulator, people};
use std::time::Duration;

fn read_after(commands: &[&str], seconds: u64) -> (u8, String, String) {
    let simulator = Simulator::start(Options { paced: false, ..Options::default() }).unwrap();
    for command in commands {
        simulator.obey(command).unwrap();
    }
    let request = ReadRequest {
        port: simulator.port().display().to_string(),
        baud: None,
        timeout: Duration::from_secs(seconds),
    };
    let (mut output, mut complaints) = (Vec::new(), Vec::new());
    let code = cli::read(&request, &mut output, &mut complaints);
    (code, String::from_utf8(output).unwrap(), String::from_utf8(complaints).unwrap())
}

#[test]
fn every_kind_of_card_is_read() {
    std::thread::scope(|scope| {
        for person in people::built_in() {
            scope.spawn(move || {
                let (code, output, complaints) = read_after(&[&format!("place {}", person.name)], 60);
                assert_eq!(code, cli::OK, "{}: {complaints}", person.name);
                assert!(output.contains(&person.id_number), "{}", person.name);
            });
        }
    });
}

#[test]
fn every_passing_fault_is_survived() {
    let faults = [
        "silence",
        "delay 700",
        "cut 6",
        "chunk 3 30",
        "garbage 200",
        "checksum",
        "length",
        "stale",
        "status 41",
        "status 24",
        "status 80",
        "status 81",
        "status 77",
    ];
    std::thread::scope(|scope| {
        for fault in faults {
            scope.spawn(move || {
                let (code, _, complaints) = read_after(&["place adult", &format!("fault {fault}")], 60);
                assert_eq!(code, cli::OK, "{fault}: {complaints}");
            });
        }
    });
}

#[test]
fn damaged_answers_are_a_bad_cable_and_not_another_device() {
    for fault in ["length 1000", "checksum 1000", "cut 6 1000"] {
        let (code, _, complaints) = read_after(&["place adult", &format!("fault {fault}")], 60);
        assert_eq!(code, cli::NOT_ANSWERING, "{fault}: {complaints}");
        assert!(!complaints.contains("another protocol"), "{fault}: {complaints}");
    }
}

#[test]
fn what_does_not_pass_has_its_own_exit_code() {
    let cases: [(&[&str], u8); 7] = [
        (&[], cli::NO_CARD),
        (&["place adult", "fault silence 1000"], cli::NOT_ANSWERING),
        (&["place adult", "fault none", "fault status 60 1000"], cli::OUT_OF_ORDER),
        (&["place adult", "fault status 66 1000"], cli::OUT_OF_ORDER),
        (&["place adult", "fault status 23 1000"], cli::OUT_OF_ORDER),
        (&["place adult", "fault checksum 1000"], cli::NOT_ANSWERING),
        (&["fault baud 9600", "place adult"], cli::OK),
    ];
    std::thread::scope(|scope| {
        for (commands, expected) in cases {
            scope.spawn(move || {
                let (code, _, complaints) = read_after(commands, 8);
                assert_eq!(code, expected, "{commands:?}: {complaints}");
                assert!(!complaints.contains("王小一") && !complaints.contains("199003070017"));
            });
        }
    });
}
