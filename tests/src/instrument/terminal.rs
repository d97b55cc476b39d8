//! A pseudo-terminal under a fixed name, as `/dev/serial/by-id` gives a real port one.
//!
//! The far end is kept open here too, so that a program which is killed and started again finds the same line.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};

/// Bytes that may wait for the program at the other end. A real port's driver keeps none while nobody has the
/// port open; more than this waiting means that nobody reads.
const UNREAD_MAX: u64 = 2_048;

/// The near end of a serial line.
#[derive(Debug)]
pub struct Terminal {
    near: OwnedFd,
    far: OwnedFd,
    link: PathBuf,
}

impl Terminal {
    /// A line whose far end is found at `link`; what stands there is replaced.
    pub fn open(link: &Path) -> io::Result<Self> {
        let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&near)?;
        unlockpt(&near)?;
        let name = ptsname(&near, Vec::new())?;
        let far = rustix::fs::open(
            name.as_c_str(),
            OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut settings = tcgetattr(&far)?;
        settings.make_raw();
        tcsetattr(&far, OptionalActions::Now, &settings)?;
        rustix::fs::fcntl_setfl(&near, OFlags::NONBLOCK)?;
        let target = name.to_str().map_err(io::Error::other)?;
        // Aside and renamed: a program that looks for the port sees the old one or the new one, never none.
        let aside = link.with_extension("new");
        let _ = std::fs::remove_file(&aside);
        std::os::unix::fs::symlink(target, &aside)?;
        std::fs::rename(&aside, link)?;
        Ok(Self { near, far, link: link.to_owned() })
    }

    /// What the far end has written, at most `room` bytes; empty if nothing came within `wait`.
    pub fn read(&self, room: &mut [u8], wait: Duration) -> io::Result<usize> {
        let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: wait.subsec_nanos().into() };
        let mut ends = [PollFd::new(&self.near, PollFlags::IN)];
        if poll(&mut ends, Some(&wait))? == 0 {
            return Ok(0);
        }
        match rustix::io::read(&self.near, room) {
            Ok(count) => Ok(count),
            Err(rustix::io::Errno::AGAIN) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends bytes. What finds no room is lost, as on a wire that nobody listens to.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        // A program that was killed cannot give its exclusive hold of the port back; a real port does on close.
        rustix::termios::ioctl_tiocnxcl(&self.far)?;
        if rustix::io::ioctl_fionread(&self.far)? > UNREAD_MAX {
            tcflush(&self.far, QueueSelector::IFlush)?;
        }
        match rustix::io::write(&self.near, bytes) {
            Ok(_) | Err(rustix::io::Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn bytes_cross_the_line_both_ways_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("head-1");
        let terminal = Terminal::open(&link).unwrap();
        let mut port = std::fs::File::options().read(true).write(true).open(&link).unwrap();
        terminal.write(b"$A\r\n\x00\xff").unwrap();
        let mut heard = [0; 6];
        port.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"$A\r\n\x00\xff");
        port.write_all(b"K\r\n").unwrap();
        let count = terminal.read(&mut heard, Duration::from_secs(5)).unwrap();
        assert_eq!(&heard[..count], b"K\r\n");
    }

    #[test]
    fn a_line_that_nobody_reads_does_not_hold_the_instrument_up() {
        let folder = tempfile::tempdir().unwrap();
        let terminal = Terminal::open(&folder.path().join("head-1")).unwrap();
        for _ in 0..1_000 {
            terminal.write(&[b'x'; 200]).unwrap();
        }
    }
}
