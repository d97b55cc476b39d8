//! A clock that jumps under a program, by libfaketime: the program is the one that is shipped.
//!
//! Only the time of day jumps. The monotonic clock goes on, as it does under a real kernel whose time is set.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// Where Debian's package `libfaketime` puts the library for programs with threads, below the machine's own folder.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// The time of day of one program.
#[derive(Clone, Debug)]
pub(super) struct WildClock {
    library: PathBuf,
    offset: PathBuf,
}

impl WildClock {
    /// A clock that is right for now; `offset` is the file that says how far it is wrong.
    pub(super) fn new(offset: PathBuf) -> anyhow::Result<Self> {
        let below = std::fs::read_dir("/usr/lib").context("cannot read /usr/lib")?;
        let library = below
            .filter_map(Result::ok)
            .map(|entry| entry.path().join(LIBRARY))
            .find(|path| path.is_file())
            .context("libfaketime is not installed; deploy/setup/debian.sh installs it")?;
        let clock = Self { library, offset };
        clock.jump(0)?;
        Ok(clock)
    }

    /// Puts the clock so many seconds before or after the right time.
    pub(super) fn jump(&self, seconds: i64) -> io::Result<()> {
        // Replaced at once, for the program reads it whenever it looks at its clock.
        let aside = self.offset.with_extension("new");
        std::fs::write(&aside, format!("{seconds:+}\n"))?;
        std::fs::rename(&aside, &self.offset)
    }

    /// Gives this clock to a program that is about to start.
    pub(super) fn give(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.offset)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    /// The folder of the offset, for messages.
    pub(super) fn place(&self) -> &Path {
        &self.offset
    }
}
