//! Root keys go from one person to the next on a stick, and a stick has no hard links: the whole round on a file
//! system of that kind. FAT where the kernel has it, else exFAT through FUSE; where neither can be mounted it says so.
use jiujin_office::Office;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// mkfs.exfat makes nothing smaller useful.
const STICK_BYTES: u64 = 16 * 1024 * 1024;

/// A stick in a file, plugged in.
struct Stick {
    kind: &'static str,
    device: String,
    place: PathBuf,
    _folder: tempfile::TempDir,
}

impl Stick {
    fn plugged_in() -> Option<Stick> {
        ["vfat", "exfat-fuse"].into_iter().find_map(Stick::of)
    }

    fn of(kind: &'static str) -> Option<Stick> {
        let folder = tempfile::tempdir().unwrap();
        let (image, place) = (folder.path().join("image"), folder.path().join("stick"));
        std::fs::create_dir(&place).unwrap();
        std::fs::File::create(&image).unwrap().set_len(STICK_BYTES).unwrap();
        let make = if kind == "vfat" { "mkfs.vfat" } else { "mkfs.exfat" };
        done(Command::new(make).arg(&image))?;
        let looped = done(Command::new("losetup").args(["--find", "--show"]).arg(&image))?;
        let device = String::from_utf8_lossy(&looped.stdout).trim().to_owned();
        let mounted = match kind {
            "vfat" => done(Command::new("mount").args(["-t", kind, &device]).arg(&place)),
            _ => done(Command::new("mount.exfat-fuse").arg(&device).arg(&place)),
        };
        let stick = Stick { kind, device, place, _folder: folder };
        mounted.map(|_| stick)
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        // Whatever was not mounted need not be taken away.
        let _ = done(Command::new("umount").arg(&self.place));
        let _ = done(Command::new("losetup").args(["--detach", &self.device]));
    }
}

fn done(command: &mut Command) -> Option<Output> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then_some(output)
}

fn root(arguments: &[&str], database: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jiujin-office"));
    command.arg("root").args(arguments);
    if let Some(database) = database {
        command.args(["--database", database]);
    }
    command.output().unwrap()
}

fn said_yes(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn root_keys_and_the_next_root_travel_on_a_stick_without_hard_links() {
    let Some(stick) = Stick::plugged_in() else {
        let why =
            "no FAT or exFAT can be mounted: root, loop devices and dosfstools or exfat-fuse are needed";
        let line =
            format!("{{\"rig\":\"root keys on a stick\",\"verdict\":\"NOT PROVEN\",\"why\":\"{why}\"}}");
        // Past the test harness, which swallows what a passing test prints.
        let _ = writeln!(std::io::stderr(), "{line}");
        return;
    };
    assert!(links_are_refused(&stick.place), "the control: this file system has hard links");
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("office.db").display());
    Office::open(&database).await.unwrap().close().await;
    let at = |name: &str| stick.place.join(name).display().to_string();
    let place = stick.place.display().to_string();
    said_yes(&root(&["make", "--out", &place, "--keys", "3", "--threshold", "2"], Some(&database)));
    let keys = ["root-1-1.key", "root-1-2.key", "root-1-3.key"].map(&at);
    let texts = keys.clone().map(|key| std::fs::read(key).unwrap());
    let other = format!("sqlite:{}", folder.path().join("other.db").display());
    Office::open(&other).await.unwrap().close().await;
    let over = root(&["make", "--out", &place], Some(&other));
    assert!(!over.status.success(), "a key on the stick was overwritten");
    assert_eq!(keys.clone().map(|key| std::fs::read(key).unwrap()), texts);
    let next = at("next.root");
    said_yes(&root(&["propose", &next], Some(&database)));
    said_yes(&root(&["sign", "--with", &keys[0], &next], None));
    assert!(!root(&["finish", &next], Some(&database)).status.success(), "one of two is no threshold");
    said_yes(&root(&["sign", "--with", &keys[2], &next], None));
    said_yes(&root(&["finish", &next], Some(&database)));
    let with = ["--with", &keys[0], "--with", &keys[1], "--out", &place];
    said_yes(&root(&[&["rotate"], with.as_slice()].concat(), Some(&database)));
    let left = std::fs::read_dir(&stick.place).unwrap().map(|file| file.unwrap().file_name());
    let drafts = left.filter(|name| name.to_string_lossy().contains("draft")).count();
    println!(
        "{{\"rig\":\"root keys on a stick\",\"seed\":0,\"file_system\":\"{}\",\"keys\":6,\"drafts_left\":{drafts},\"verdict\":\"holds\"}}",
        stick.kind
    );
    assert_eq!(drafts, 0);
}

fn links_are_refused(place: &Path) -> bool {
    let (first, second) = (place.join("first"), place.join("second"));
    std::fs::write(&first, "1").unwrap();
    let refused = std::fs::hard_link(&first, second).is_err();
    std::fs::remove_file(&first).unwrap();
    refused
}
