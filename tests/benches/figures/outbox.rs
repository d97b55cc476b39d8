//! Keeping one record (append and durable flush) against a bare write and fsync of the same bytes on the same disk.

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use edge_core::retention::Class;
use plumewatch_edge::outbox::store::SledOutbox;
use plumewatch_edge::outbox::{NewRecord, Outbox};
use plumewatch_shared::ids::FileHash;

use crate::times::{Times, ms};

/// Records a round; rounds of both kinds alternate, so that a busy machine slows both alike.
const ROUND: u64 = 500;
const ROUNDS: u32 = 6;
/// A usual sealed record, bytes.
const BYTES: usize = 3_000;

pub(crate) fn measure() {
    // Beside the build, not in /tmp, which is memory on some machines.
    let here = std::env::current_exe().unwrap();
    let folder = tempfile::tempdir_in(here.parent().unwrap()).unwrap();
    let outbox = SledOutbox::open(&folder.path().join("outbox")).unwrap();
    let mut file = File::create(folder.path().join("bare")).unwrap();
    let (mut kept, mut bare) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        for _ in 0..ROUND {
            let record = record(&outbox);
            let begun = Instant::now();
            outbox.append(&record).unwrap();
            kept.add(begun.elapsed());
        }
        for n in 0..ROUND {
            let payload = vec![n as u8; BYTES];
            let begun = Instant::now();
            file.write_all(&payload).unwrap();
            file.sync_data().unwrap();
            bare.add(begun.elapsed());
        }
    }
    println!("append and flush of {BYTES} bytes: {kept}");
    println!("bare write and fsync:             {bare}");
    println!("ratio of the medians: {:.2}", ms(kept.percentile(50)) / ms(bare.percentile(50)));
}

fn record(outbox: &SledOutbox) -> NewRecord {
    let head = outbox.head();
    let sequence = head.sequence + 1;
    // Bytes that do not compress and differ, as signed records do.
    let payload: Vec<u8> =
        (0..BYTES as u64).map(|n| (n.wrapping_mul(sequence * 2_654_435_761) >> 13) as u8).collect();
    NewRecord {
        sequence,
        link: FileHash::of(&payload),
        payload,
        origin: None,
        files: Vec::new(),
        class: Class::Unremarkable,
    }
}
