//! The demonstration's clerk, so that the pages of cases have something on them: it confirms the second candidate that comes
//! up and serves its notice. The first one waits for the person who looks.

use std::time::Duration;

use anyhow::Context;
use serde_json::json;

use crate::world::Api;

/// How often it looks into the queue: people do not work faster.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Works until one case has its notice, or at once not at all where there are cases from an earlier run. Gives the case.
pub fn work(server: &str, reviewer: &str, authority: &str) -> anyhow::Result<Option<String>> {
    let mut reviewing = Api::sign_in(server, "reviewer", reviewer)?;
    let known = reviewing.get("/cases")?;
    if known["cases"].as_array().is_some_and(|cases| !cases.is_empty()) {
        return Ok(None);
    }
    let candidate = loop {
        let queue = reviewing.get("/review")?;
        if let Some(second) = queue["candidates"].get(1) {
            break second["id"].as_str().context("a candidate without id")?.to_owned();
        }
        std::thread::sleep(LOOK_EVERY);
    };
    let said = json!({ "decision": "confirm", "reason": "演示：照片与读数一致，证据清楚" });
    let decided = reviewing.post(&format!("/review/{candidate}/decision"), &said)?;
    // Where the region asks for two people the clerk is only the first of them.
    let Some(case) = decided["case_id"].as_str().map(str::to_owned) else { return Ok(None) };
    let mut deciding = Api::sign_in(server, "authority", authority)?;
    let today = deciding.get("/rulebooks")?["today"].as_str().context("no day")?.to_owned();
    let notice = json!({ "event": "serve-notice", "reason": "演示：邮寄送达", "method": "letter",
        "paper": "演示 1 号", "received_day": today });
    deciding.post(&format!("/cases/{case}/events"), &notice)?;
    Ok(Some(case))
}
