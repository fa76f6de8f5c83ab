//! R2: the power goes on a real file system. An ext4 on a loop device is shut down without a flush while a kiosk
//! writes, mounted again (its journal is replayed) and looked at. What the page cache held is gone, as with a real cut;
//! a disk that lies about its own cache is not part of this proof.
use super::*;
use crate::invariants::{Verdict, check};
use crate::town::{CANARIES, Town, stranded_kiosk};

const CUTS: u64 = 60;
/// Cuts around the moves that are written without a sync of their own.
const LATE_CUTS: u64 = 30;
/// After which move the kiosk of a late cut says its receipt.
const SAY_AFTER: &str = "JIUJIN_TEST_SAY_AFTER";
/// A kiosk writes for at most so long before the cut.
const WRITING_MS: u64 = 120;
const IMAGE_MIB: u64 = 192;

/// The child: submits until there is no more power.
pub fn write(folder: &Path) -> Result<(), StoreError> {
    let config = kiosk_config(folder);
    let mut store = Store::of(&config, Timestamp::now())?.store;
    let identity = jiujin::enrol::Identity::load(&config.storage.data_dir).unwrap().unwrap();
    loop {
        acknowledge(&try_submit(&mut store, &identity, &asked(&config))?);
    }
}

/// The child of the late cuts: the whole way to an office whose power stays on. It says a receipt when the move named
/// in the environment has returned, so that the cut falls right behind it.
pub async fn deliver(folder: &Path) -> Result<(), StoreError> {
    let config = kiosk_config(folder);
    let mut store = Store::of(&config, Timestamp::now())?.store;
    let courier = Courier::new(&config).unwrap().unwrap();
    let after = std::env::var(SAY_AFTER).unwrap_or_default();
    store.open_road()?;
    loop {
        let made = try_submit(&mut store, courier.identity(), &asked(&config))?;
        let say = |moved: &str| (moved == after).then(|| acknowledge(&made));
        say("queued");
        deliver_due(&mut store, &courier).await?;
        say("confirmed");
        confirm_again(&mut store, &courier).await?;
        say("purged");
    }
}

/// A file system of its own in a file.
struct Disk {
    image: PathBuf,
    mount: PathBuf,
    _folder: tempfile::TempDir,
}

impl Disk {
    fn new() -> Result<Disk, &'static str> {
        let folder = tempfile::tempdir().unwrap();
        let (image, mount) = (folder.path().join("image"), folder.path().join("disk"));
        std::fs::create_dir(&mount).unwrap();
        std::fs::File::create(&image).unwrap().set_len(IMAGE_MIB << 20).unwrap();
        if !said_yes(Command::new("mkfs.ext4").arg("-q").arg(&image)) {
            return Err("mkfs.ext4 is missing or failed");
        }
        let disk = Disk { image, mount, _folder: folder };
        if disk.plug_in() { Ok(disk) } else { Err("no loop device can be mounted here; that needs root") }
    }

    fn plug_in(&self) -> bool {
        said_yes(Command::new("mount").args(["-o", "loop"]).arg(&self.image).arg(&self.mount))
    }

    fn unplug(&self) -> bool {
        said_yes(Command::new("umount").arg(&self.mount))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unplug();
    }
}

fn said_yes(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn a_power_cut_loses_no_acknowledged_submission() {
    let Some((_, cutter)) = world() else { return not_proven("R2", "no C compiler") };
    let disk = match Disk::new() {
        Ok(disk) => disk,
        Err(why) => return not_proven("R2", why),
    };
    stranded_kiosk(&disk.mount);
    // Wait until the kiosk's own folder is on the disk for good.
    assert!(said_yes(Command::new("sync").arg("-f").arg(&disk.mount)));
    let (mut dice, cuts, mut after_cut) = (Dice(SEED), runs(CUTS), 0);
    let (mut all, mut verdict) = (Receipts::new(), Verdict::default());
    for _ in 0..cuts {
        let cut = || assert!(said_yes(Command::new(cutter).arg(&disk.mount)), "the power can be cut");
        let pause = Duration::from_millis(dice.draw(WRITING_MS));
        let life = live(kiosk_process("write", &disk.mount, &[]), Some((pause, &cut)));
        all.extend(life.said);
        after_cut += life.after_cut;
        assert!(disk.unplug() && disk.plug_in(), "the disk comes back");
        look(&disk.mount, &all, &mut verdict);
        if !verdict.sound() {
            break;
        }
    }
    verdict.acknowledged = all.len();
    verdict.report("R2", SEED, &format!("\"cuts\":{cuts},\"said_after_cut\":{after_cut},"));
    assert!(verdict.sound(), "{:#?}", verdict.broken);
    assert!(all.len() as u64 >= cuts, "every process acknowledged something");
}

/// Confirming and purging cost no sync: a cut forgets them, and the office is simply asked once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_after_confirmed_or_purged_doubles_nothing() {
    let Some((_, cutter)) = world() else { return not_proven("R2 late", "no C compiler") };
    let disk = match Disk::new() {
        Ok(disk) => disk,
        Err(why) => return not_proven("R2 late", why),
    };
    let town = Town::new().await;
    // The kiosk's folder goes to the disk whose power is cut; the office stays where it is.
    let copied = Command::new("cp").arg("-r").arg(town.folder.path().join("data")).arg(&disk.mount).status();
    assert!(copied.is_ok_and(|status| status.success()));
    for file in ["kiosk.toml", "item.json"] {
        std::fs::copy(town.folder.path().join(file), disk.mount.join(file)).unwrap();
    }
    assert!(said_yes(Command::new("sync").arg("-f").arg(&disk.mount)));
    let (cuts, config) = (runs(LATE_CUTS), kiosk_config(&disk.mount));
    let (mut all, mut verdict, mut forgotten) = (Receipts::new(), Verdict::default(), 0);
    for cut_number in 0..cuts as usize {
        let after = ["confirmed", "purged", "queued"][cut_number % 3];
        let cut = || assert!(said_yes(Command::new(cutter).arg(&disk.mount)), "the power can be cut");
        let child = kiosk_process("deliver", &disk.mount, &[(SAY_AFTER, after.to_owned())]);
        let life = tokio::task::block_in_place(|| live(child, Some((Duration::ZERO, &cut))));
        assert!(disk.unplug() && disk.plug_in(), "the disk comes back");
        let last = life.said.keys().next_back().cloned().unwrap_or_default();
        all.extend(life.said);
        verdict = check(&config, &all, &town.office, &CANARIES).await;
        if !verdict.sound() {
            break;
        }
        let store = Store::of(&config, Timestamp::now()).unwrap().store;
        let lines = store.lines(None, usize::MAX >> 1, Timestamp::now()).unwrap();
        let undone = |line: &jiujin::store::Line| line.id == last && line.state != after && after != "queued";
        forgotten += usize::from(lines.iter().any(undone));
    }
    if verdict.sound() {
        drain(&disk.mount).await;
        verdict = check(&config, &all, &town.office, &CANARIES).await;
        let store = Store::of(&config, Timestamp::now()).unwrap().store;
        let counts = store.counts().unwrap();
        verdict.hold(
            counts.waiting + counts.parked == 0,
            "I1",
            format!("not everything arrived: {counts:?}"),
        );
    }
    verdict.report("R2 late", SEED, &format!("\"cuts\":{cuts},\"moves_forgotten\":{forgotten},"));
    assert!(verdict.sound(), "{:#?}", verdict.broken);
    assert!(all.len() as u64 >= cuts, "every process acknowledged something");
}

/// The store opens, is not damaged, and has every acknowledged submission with its bytes.
fn look(folder: &Path, all: &Receipts, verdict: &mut Verdict) {
    let opened = Store::of(&kiosk_config(folder), Timestamp::now()).unwrap();
    if let Some(alarm) = opened.alarm {
        verdict.broken.push(format!("I1: damaged: {}", alarm.reason));
    }
    if opened.store.journal_check().is_err() {
        verdict.broken.push("I3: the journal's chain is broken".into());
    }
    let lines = opened.store.lines(None, usize::MAX >> 1, Timestamp::now()).unwrap();
    let here: std::collections::BTreeSet<_> = lines
        .iter()
        .filter(|line| line.state == "queued")
        .map(|line| (&line.id, line.digest.as_ref()))
        .collect();
    verdict.lost += all.iter().filter(|(id, (digest, _))| !here.contains(&(*id, Some(digest)))).count();
}
