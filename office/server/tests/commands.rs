//! The program itself, as acceptance and technicians run it.
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

fn office(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jiujin-office")).args(arguments).output().unwrap()
}

fn database(dir: &tempfile::TempDir) -> String {
    format!("sqlite:{}", dir.path().join("office.db").display())
}

#[test]
fn serve_says_where_it_listens_and_where_its_data_lives() {
    let dir = tempfile::tempdir().unwrap();
    let database = database(&dir);
    let mut serve = Command::new(env!("CARGO_BIN_EXE_jiujin-office"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database", &database])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(serve.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(said["listening"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert_eq!(said["database"], database.as_str());

    // A second process adds a device while the first one serves.
    let added = office(&["device", "add", "--database", &database, "--name", "大厅"]);
    assert_eq!(added.status.code(), Some(0), "{}", String::from_utf8_lossy(&added.stderr));
    let code: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!(code["code"].as_str().unwrap().len(), 11);
    assert!(code["expires"].is_string());
    let cases = office(&["cases", "--database", &database]);
    assert_eq!((cases.status.code(), cases.stdout.len()), (Some(0), 0));
    let number = jiujin_contract::case::CaseNumber::issue(109_999, jiff::civil::date(2026, 11, 22), 1);
    let none = office(&["move", "--database", &database, "--case", number.as_str(), "--to", "accepted"]);
    assert_eq!((none.status.code(), none.stdout.len()), (Some(1), 0));
    let typo = office(&["move", "--database", &database, "--case", number.as_str(), "--to", "axepted"]);
    assert_eq!(typo.status.code(), Some(2));
    let devices = office(&["device", "list", "--database", &database]);
    assert_eq!((devices.status.code(), devices.stdout.len()), (Some(0), 0));
    let revoked = office(&["device", "revoke", "--database", &database, "kiosk-k7f4-0123456789abcdef"]);
    assert_eq!((revoked.status.code(), revoked.stdout.len()), (Some(1), 0));
    let no_file = office(&["import", "--database", &database, "/nonexistent/letters.jsonl"]);
    assert_eq!(no_file.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&no_file.stderr).contains("check the stick"));
    let out = dir.path().join("lease.jpg").display().to_string();
    let opens = |id: &str| {
        let command = ["attachment", "--database", &database, "--submission", id];
        office(&[&command[..], &["--path", "/lease", "--out", &out]].concat())
    };
    let unknown = opens("0199b8a0-0000-7000-8000-000000000000");
    assert_eq!((unknown.status.code(), unknown.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("jiujin-office cases"));
    assert_eq!(opens("lease").status.code(), Some(2));
    assert!(!std::path::Path::new(&out).exists());
    serve.kill().unwrap();
    serve.wait().unwrap();
}

#[test]
fn mistakes_get_one_line_that_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let missing = database(&dir);
    let nowhere = format!("sqlite:{}", dir.path().join("no/such/dir/office.db").display());
    let cases: [&[&str]; 5] = [
        &["cases", "--database", &missing],
        &["serve", "--listen", "127.0.0.1:0", "--database", &nowhere],
        &["serve", "--listen", "127.0.0.1:0", "--database", "mysql://x"],
        &["serve", "--listen", "192.0.2.1:1", "--database", &missing],
        &["device", "add", "--database", &missing, "--name", " "],
    ];
    for arguments in cases {
        let output = office(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with("jiujin-office: ") && !said.contains("panicked"), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_damaged_database_or_key_file_is_named_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("office.db");
    std::fs::write(&file, "this is no database, it is a letter to a friend of mine").unwrap();
    let output = office(&["cases", "--database", &database(&dir)]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("this is no"));

    let keys = dir.path().join("other.db.keys");
    std::fs::write(&keys, "{}").unwrap();
    let other = format!("sqlite:{}", dir.path().join("other.db").display());
    let output = office(&["device", "add", "--database", &other, "--name", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("restore it from its backup"));
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), "{}");
}

#[test]
fn root_keys_are_made_once_and_changed_by_a_threshold_of_people() {
    let (dir, safe) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (database, out) = (database(&dir), safe.path().display().to_string());
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let early = office(&["root", "make", "--database", &database, "--out", &out]);
    assert_eq!(early.status.code(), Some(2));
    assert!(said(&early).contains("start it once"), "{}", said(&early));
    assert!(office(&["device", "add", "--database", &database, "--name", "x"]).status.success());

    let made = office(&["root", "make", "--database", &database, "--out", &out]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!((made["root"].as_u64(), made["key_files"].as_array().unwrap().len()), (Some(1), 3));
    let again = office(&["root", "make", "--database", &database, "--out", &out]);
    assert!(said(&again).contains("root rotate"), "{}", said(&again));

    let file = |number: usize| made["key_files"][number].as_str().unwrap();
    let rotate = |with: &[&str]| office(&[&["root", "rotate", "--database", &database], with].concat());
    let one = rotate(&["--with", file(0)]);
    assert_eq!(one.status.code(), Some(2));
    assert!(said(&one).contains("a threshold of the people"), "{}", said(&one));
    let two = rotate(&["--with", file(0), "--with", file(2)]);
    assert_eq!(two.status.code(), Some(0), "{}", said(&two));
    let next: serde_json::Value = serde_json::from_slice(&two.stdout).unwrap();
    assert_eq!(next["root"], 2);
    assert_ne!(next["catalogue_key"], made["catalogue_key"], "a stolen key is worth nothing any more");
}

#[test]
fn people_in_different_places_sign_the_next_root_one_after_the_other() {
    let (dir, safe) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (database, out) = (database(&dir), safe.path().display().to_string());
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let line = |output: &Output| -> serde_json::Value {
        assert_eq!(output.status.code(), Some(0), "{}", said(output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert!(office(&["device", "add", "--database", &database, "--name", "x"]).status.success());
    let proposal = safe.path().join("next.root").display().to_string();
    let propose = || office(&["root", "propose", "--database", &database, &proposal]);
    assert!(said(&propose()).contains("root make"), "there is no root to follow yet");
    let made = line(&office(&["root", "make", "--database", &database, "--out", &out]));
    let file = |number: usize| made["key_files"][number].as_str().unwrap();
    let sign = |with: &str, file: &str| office(&["root", "sign", "--with", with, file]);
    let finish = |file: &str| office(&["root", "finish", "--database", &database, file]);

    // Where the file cannot be written nothing stays behind, and the next try works.
    assert_eq!(
        office(&["root", "propose", "--database", &database, "/nowhere/next.root"]).status.code(),
        Some(2)
    );
    let proposed = line(&propose());
    assert_eq!((&proposed["root"], &proposed["signatures"]), (&2.into(), &0.into()));
    assert_ne!(proposed["catalogue_key"], made["catalogue_key"]);
    assert_eq!(
        propose().status.code(),
        Some(2),
        "a second one would make the first one's signatures worthless"
    );

    // One person twice is one; a stranger's key is none.
    assert_eq!(line(&sign(file(0), &proposal))["signatures"], 1);
    assert_eq!(line(&sign(file(0), &proposal))["signatures"], 1);
    let early = finish(&proposal);
    assert!(said(&early).contains("a threshold of the people"), "{}", said(&early));
    let other = tempfile::tempdir().unwrap();
    let elsewhere = format!("sqlite:{}", other.path().join("office.db").display());
    let strange = other.path().display().to_string();
    assert!(office(&["device", "add", "--database", &elsewhere, "--name", "x"]).status.success());
    line(&office(&["root", "make", "--database", &elsewhere, "--out", &strange]));
    let stranger = sign(&other.path().join("root-1-1.key").display().to_string(), &proposal);
    assert!(said(&stranger).contains("nobody whom this root asks"), "{}", said(&stranger));

    // Changed on its way: signatures made before do not fit any more, and a whole threshold signs in vain.
    let text = std::fs::read_to_string(&proposal).unwrap();
    let mut forged: serde_json::Value = serde_json::from_str(&text).unwrap();
    forged["root"]["catalogue_keys"] = forged["root"]["keys"].as_array().unwrap()[..1].into();
    let changed = safe.path().join("changed.root").display().to_string();
    std::fs::write(&changed, forged.to_string()).unwrap();
    line(&sign(file(1), &changed));
    assert_eq!(finish(&changed).status.code(), Some(2), "the first signature was for another root");
    line(&sign(file(2), &changed));
    let not_ours = finish(&changed);
    assert!(said(&not_ours).contains("not this office's"), "{}", said(&not_ours));

    assert_eq!(line(&sign(file(2), &proposal))["signatures"], 2);
    assert_eq!(line(&office(&["root", "show", &proposal]))["signatures"], 2);
    let next = line(&finish(&proposal));
    assert_eq!((&next["root"], &next["catalogue_key"]), (&2.into(), &proposed["catalogue_key"]));
    assert_eq!(finish(&proposal).status.code(), Some(2), "the same root does not follow itself");
    let rotated = office(&["root", "rotate", "--database", &database, "--with", file(0), "--with", file(1)]);
    assert_eq!(line(&rotated)["root"], 3, "the next ceremony follows the round");
}
