//! Programs under test as child processes: found, started, killed, and their logs kept.
//!
//! No child outlives this process: each is started through `setpriv --pdeathsig` (util-linux), so the kernel
//! ends it when the thread that started it ends.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a program may take to stop when asked.
const STOP: Duration = Duration::from_secs(15);
/// Lines of a log that a failed test shows.
const TAIL: usize = 60;

/// The path of one of the workspace's programs, beside the program that asks.
pub fn program_path(name: &str) -> anyhow::Result<PathBuf> {
    let me = std::env::current_exe().context("a program knows where it lies")?;
    let mut folder = me.parent().context("a program lies in a folder")?;
    if folder.ends_with("deps") {
        folder = folder.parent().context("deps lies in a folder")?;
    }
    let path = folder.join(name);
    if !path.is_file() {
        bail!("{} is missing: build it first (cargo build --workspace --bins)", path.display());
    }
    Ok(path)
}

/// A running program.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts one of our programs; what it says is added to `log`.
    pub fn start<S: AsRef<std::ffi::OsStr>>(name: &str, arguments: &[S], log: &Path) -> anyhow::Result<Self> {
        let mut command = command(name)?;
        command.args(arguments);
        Self::spawn(name, command, log)
    }

    /// Starts any program; what it says is added to `log`.
    pub fn spawn(name: &str, mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let said = || File::options().create(true).append(true).open(log);
        let child = command
            .stdin(Stdio::null())
            .stdout(said().with_context(|| format!("cannot open {}", log.display()))?)
            .stderr(said().with_context(|| format!("cannot open {}", log.display()))?)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name: name.to_owned(), child, log: log.to_owned() })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Has it ended, and how?
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends it at once, as a power cut does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, and ends it if it does not. Gives whether it stopped by itself without an error.
    pub fn stop(&mut self) -> bool {
        if self.ended().is_none() {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        }
        let until = Instant::now() + STOP;
        while Instant::now() < until {
            if let Some(status) = self.ended() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        false
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// The end of what it has said, under its name, for a failed test.
    pub fn tail(&self) -> String {
        let said = self.said();
        let lines: Vec<&str> = said.lines().collect();
        let from = lines.len().saturating_sub(TAIL);
        format!("--- {} ({}) ---\n{}\n", self.name, self.log.display(), lines[from..].join("\n"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A command for one of our programs that dies with the thread that starts it, in a process group of its own so
/// that a Ctrl-C reaches only who is to handle it.
pub fn command(name: &str) -> anyhow::Result<Command> {
    Ok(dying(&program_path(name)?))
}

/// The same for any program.
pub(super) fn dying(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(program).process_group(0);
    command
}

/// Runs one of our programs to its end and gives what it printed; what it said in error is in the error.
pub fn run<S: AsRef<std::ffi::OsStr>>(name: &str, arguments: &[S]) -> anyhow::Result<String> {
    let output = Command::new(program_path(name)?).args(arguments).output().context("cannot start it")?;
    if !output.status.success() {
        bail!("{name} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
