//! Prints how long keeping one record takes (append and flush) against a bare write and fsync of the same bytes
//! on the same disk, in one run: a figure for `make bench`, not a test.
//!
//! `cargo run --release -p plumewatch-edge --example outbox_rate [FOLDER]`; FOLDER is on the disk to be measured.
#![allow(clippy::print_stdout, reason = "its output is the result")]

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use edge_core::retention::Class;
use plumewatch_edge::outbox::{NewRecord, Outbox, store::SledOutbox};
use plumewatch_shared::ids::FileHash;

/// Records a round; rounds of both kinds alternate, so that a busy machine slows both alike.
const ROUND: u64 = 500;
const ROUNDS: u32 = 6;
/// A usual sealed record, bytes.
const BYTES: usize = 3_000;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("plumewatch-outbox-rate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let measured = measure(&folder);
    std::fs::remove_dir_all(&folder)?;
    let (kept, bare) = measured?;
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(ROUNDS) / ROUND as f64;
    println!(
        "{}",
        serde_json::json!({
            "record_bytes": BYTES,
            "append_and_flush_us": each(kept).round(),
            "write_and_fsync_us": each(bare).round(),
            "ratio": (each(kept) / each(bare) * 100.0).round() / 100.0,
        })
    );
    Ok(())
}

/// The time of all appends, and of all bare writes.
fn measure(folder: &Path) -> anyhow::Result<(Duration, Duration)> {
    let outbox = SledOutbox::open(&folder.join("outbox"))?;
    let mut file = File::create(folder.join("bare"))?;
    let (mut kept, mut bare) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for _ in 0..ROUND {
            let sequence = outbox.head().sequence + 1;
            // Bytes that do not compress and differ, as signed records do.
            let payload: Vec<u8> =
                (0..BYTES as u64).map(|n| (n.wrapping_mul(sequence * 2_654_435_761) >> 13) as u8).collect();
            outbox.append(&NewRecord {
                sequence,
                link: FileHash::of(&payload),
                payload,
                origin: None,
                files: Vec::new(),
                class: Class::Unremarkable,
            })?;
        }
        kept += begun.elapsed();
        let begun = Instant::now();
        for n in 0..ROUND {
            let payload = vec![n as u8; BYTES];
            file.write_all(&payload)?;
            file.sync_data()?;
        }
        bare += begun.elapsed();
    }
    Ok((kept, bare))
}
