//! The child's side: what `plumewatch-edge camera-worker` does, and how the parent starts it.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::Context;
use edge_vision::worker::{WorkerConfig, run_worker};
use rustix::process::{Signal, set_parent_process_death_signal};

/// The longest description of its task that a worker reads, bytes: a path or an address, and few words.
const TASK_MAX: u64 = 64 << 10;

/// The program that the children run: this one, by the kernel's own link, which still leads to it after an
/// upgrade has replaced the file.
pub fn program() -> PathBuf {
    PathBuf::from("/proc/self/exe")
}

/// Starts a worker. Its task goes over standard input, because an address may hold a password and arguments are
/// everybody's to read. Call from a thread that lives as long as the unit: the child dies with it.
pub(super) fn start(program: &PathBuf, task: &WorkerConfig) -> io::Result<Child> {
    use std::os::unix::process::CommandExt;
    let mut child = Command::new(program)
        .arg("camera-worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0) // Ctrl-C is the unit's to handle.
        .spawn()?;
    let mut input = child.stdin.take().expect("it was piped");
    input.write_all(&serde_json::to_vec(task)?)?;
    Ok(child)
}

/// The worker: reads its task, looks at pixels until the source ends, and dies with its parent.
pub fn work() -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("cannot ask to die with the parent")?;
    let mut task = Vec::new();
    io::stdin().take(TASK_MAX).read_to_end(&mut task).context("cannot read the task")?;
    let task: WorkerConfig = serde_json::from_slice(&task).context("the task is malformed")?;
    run_worker(task, io::BufWriter::new(io::stdout().lock())).context("the camera worker ended early")
}
