//! The master side of a pseudo-terminal that looks like a serial line: raw before anybody opens it, with a
//! stable second name, and with the host's rate readable.
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a module is delivered with.
const BAUD_DEFAULT: u32 = 115_200;

pub(crate) struct Line {
    master: OwnedFd,
    /// Kept open, because reading the master fails while nobody holds the other side.
    _slave: File,
    path: PathBuf,
    link: Option<PathBuf>,
}

impl Line {
    pub fn open(link: Option<&Path>) -> io::Result<Line> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let path = PathBuf::from(name.to_string_lossy().into_owned());
        let slave = OpenOptions::new().read(true).write(true).open(&path)?;
        // A cooked terminal would swallow 0x04, which is in every short frame, and echo everything.
        let mut modes = tcgetattr(&slave)?;
        modes.make_raw();
        // A host that sets no rate means the usual one; a new terminal would say 38400.
        modes.set_speed(BAUD_DEFAULT)?;
        tcsetattr(&slave, OptionalActions::Now, &modes)?;
        rustix::io::ioctl_fionbio(&master, true)?;
        if let Some(link) = link {
            replace_link(&path, link)?;
        }
        Ok(Line { master, _slave: slave, path, link: link.map(Path::to_owned) })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the host sent within `wait`; empty for silence.
    pub fn read(&self, wait: Duration) -> Vec<u8> {
        let mut fds = [PollFd::new(&self.master, PollFlags::IN)];
        let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: wait.subsec_nanos().into() };
        if !matches!(poll(&mut fds, Some(&wait)), Ok(ready) if ready > 0) {
            return Vec::new();
        }
        let mut buffer = [0; 1024];
        // EIO while the host reopens is silence too.
        rustix::io::read(&self.master, &mut buffer)
            .map_or_else(|_| Vec::new(), |count| buffer[..count].to_vec())
    }

    /// Sends bytes; what the host does not take within a second is lost, as on a real line.
    pub fn write(&self, mut bytes: &[u8]) {
        let mut patience = 100;
        while !bytes.is_empty() && patience > 0 {
            match rustix::io::write(&self.master, bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(rustix::io::Errno::AGAIN) => {
                    patience -= 1;
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(_) => return,
            }
        }
    }

    /// The rate the host has set.
    pub fn host_baud(&self) -> Option<u32> {
        tcgetattr(&self.master).ok().map(|modes| modes.output_speed())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(link) = &self.link
            && std::fs::read_link(link).is_ok_and(|target| target == self.path)
        {
            // A link that somebody removed already is as gone as it should be.
            let _ = std::fs::remove_file(link);
        }
    }
}

fn replace_link(path: &Path, link: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(link) {
        Ok(found) if found.file_type().is_symlink() => std::fs::remove_file(link)?,
        Ok(_) => {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{} is not a link", link.display()),
            ));
        }
        Err(_) => {}
    }
    std::os::unix::fs::symlink(path, link)
}
