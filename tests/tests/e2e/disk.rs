//! The edge's disk is full: records stay readable and are delivered, evidence is shed first, and health says so.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use e2e::road::{Traffic, TrafficPlan};
use e2e::world::{Wire, World, wait_for};

use crate::truck::wait_received;
use crate::{PATIENCE, seeds, turn};

/// A small disk of its own, unmounted at the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(at: &Path, mib: u32) -> Option<Self> {
        std::fs::create_dir_all(at).ok()?;
        let size = format!("size={mib}m");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output().ok()?;
        mounted.status.success().then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}

#[test]
fn a_full_disk_costs_evidence_and_no_record() {
    let _turn = turn();
    seeds().into_iter().for_each(full_disk);
}

fn full_disk(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk"), 48) else {
        println!("SKIPPED: a full disk: this user may not mount one");
        return;
    };
    let limits = "[disk]\nevidence_mib = 40\nfloor_mib = 2\nballast_mib = 4\n";
    let mut world = World::new(seed)
        .with_station("A140105001")
        .configured(limits)
        .keeping_data_in(disk.0.join("edge"))
        .start();
    // The link is down, so nothing leaves; then something else fills the disk.
    world.station().link.set(Wire::Cut);
    let mut traffic = Traffic::new(TrafficPlan::new(seed, Duration::from_secs(8)));
    let measure = |world: &mut World, traffic: &mut Traffic, count: usize| {
        for passing in traffic.by_ref().take(count) {
            world.station().head().measure(&passing, Instant::now());
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    measure(&mut world, &mut traffic, 10);
    assert!(world.station().head().wait_acknowledged(PATIENCE));
    fill(&disk.0);
    measure(&mut world, &mut traffic, 10);
    let page = world.station().page().unwrap();
    wait_for("the roadside page to say that the disk is full", PATIENCE, || {
        let told = told(&page)?;
        let bad = told["parts"]
            .as_array()
            .is_some_and(|parts| parts.iter().any(|part| part["part"] == "disk" && part["state"] != "good"));
        if bad { Ok(()) } else { Err(told.to_string()) }
    });
    // Room again, or not: what was stored must come out whole once the wire is mended.
    world.station().kill();
    world.station().run().unwrap();
    world.station().link.set(Wire::Good);
    wait_received(&mut world, 10);
    std::fs::remove_file(disk.0.join("filler")).unwrap();
    assert!(world.station().head().wait_acknowledged(PATIENCE), "with room again the rest is taken");
    wait_received(&mut world, 20);
}

/// Fills a disk to its last block.
fn fill(disk: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(disk.join("filler")).unwrap();
    for size in [1 << 20, 4_096] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

/// What the roadside page is told of the unit's health.
fn told(page: &str) -> Result<serde_json::Value, String> {
    let text = |error: ureq::Error| error.to_string();
    let mut answer = ureq::get(format!("{page}/health")).call().map_err(text)?;
    let body = answer.body_mut().read_to_string().map_err(text)?;
    serde_json::from_str(&body).map_err(|error| error.to_string())
}
