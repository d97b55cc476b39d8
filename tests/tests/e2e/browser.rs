//! A reviewer's day in a real Chromium: signs in, changes the password, sees passages, confirms a candidate by
//! keyboard, sees the case open; in both languages and on a phone's width.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use e2e::road::{Traffic, TrafficPlan};
use e2e::world::{World, wait_for};

use crate::truck::drive;
use crate::{PATIENCE, turn};

const CHROMIUM: &str = "/usr/bin/chromium";

/// Where pictures of the pages go; CI keeps the folder.
pub(crate) fn shots() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("shots")
}

/// Runs a script of `tests/browser` with these arguments and the folder for its pictures; what it says is shown, and it
/// must end well.
pub(crate) fn browse<A: AsRef<OsStr>>(script: &str, arguments: &[A]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let client = root.join("server/web/node_modules/puppeteer-core");
    for needed in [Path::new(CHROMIUM), &client, &root.join("server/web/dist/index.html")] {
        assert!(needed.exists(), "{} is missing; `make test` sets it up", needed.display());
    }
    let mut node = Command::new("node");
    let output =
        node.arg(root.join("tests/browser").join(script)).args(arguments).arg(shots()).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success(), "{script}: {said}");
}

#[test]
fn a_reviewer_confirms_a_candidate_by_keyboard_and_the_case_opens() {
    let _turn = turn();
    let mut world = World::new(1).with_station("A140105001").with_cameras().start();
    drive(&mut world, 1, 5, Duration::from_secs(8));
    let reviewer = world.server.sign_in("reviewer").unwrap();
    wait_for("a candidate for review", PATIENCE, || {
        let queue = reviewer.get("/review").map_err(|error| format!("{error:#}"))?;
        if queue["waiting"].as_u64() > Some(0) { Ok(()) } else { Err(queue.to_string()) }
    });
    let mut admin = world.server.sign_in("admin").unwrap();
    let newcomer = serde_json::json!({ "name": "newcomer", "display_name": "李复核", "role": "reviewer",
        "region": "140000", "password": "first password", "must_change_password": true });
    admin.post("/accounts", &newcomer).unwrap();

    let url = world.server.url();
    browse("review.mjs", &[&*url, "newcomer", "first password", "second password"]);

    let authority = world.server.sign_in("authority").unwrap();
    let cases = authority.get("/cases").unwrap();
    assert_eq!(cases["cases"].as_array().map(Vec::len), Some(1));
    let case = cases["cases"][0]["id"].as_str().unwrap();
    let history = authority.get(&format!("/cases/{case}")).unwrap()["history"].to_string();
    assert!(history.contains("newcomer"), "the audit names who decided: {history}");
    // What comes while a page is open appears on it without a reload: the script has seen one row more.
    let more = Traffic::new(TrafficPlan::new(9, Duration::from_secs(8))).next().unwrap();
    world.station().head().measure(&more, Instant::now());
    assert!(world.station().head().wait_acknowledged(PATIENCE));
}
