use std::{os::unix::fs::PermissionsExt, path::PathBuf, sync::Arc, time::Duration};

use edge_core::matching::CameraRole;
use edge_vision::{source::SourceConfig, worker::WorkerConfig};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Camera, CameraState, pictures::Pictures};
use crate::{clock::Clock, config::ClockConfig};

/// Longer than anything here takes, shorter than anyone waits.
const SOON: Duration = Duration::from_secs(20);

fn camera(program: PathBuf) -> (Camera, Arc<CameraState>) {
    let source = SourceConfig::Follow { path: "/nowhere".into() };
    let state = Arc::new(CameraState::default());
    let camera = Camera {
        part: "camera-front-1".to_owned(),
        role: CameraRole::Front,
        task: WorkerConfig::new(source, edge_vision::track::CameraRole::Front),
        finite: false,
        program,
        inputs: mpsc::channel(1).0,
        pictures: Arc::new(Pictures::default()),
        state: state.clone(),
        clock: Clock::new(ClockConfig::Trusted),
    };
    (camera, state)
}

/// A worker that does what `body` says, as a shell script.
fn worker(folder: &tempfile::TempDir, body: &str) -> PathBuf {
    let path = folder.path().join("worker");
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn until(state: &CameraState, wanted: impl Fn(&super::CameraFacts) -> bool) {
    let seen = async {
        while !wanted(&state.facts()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, seen).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_or_talks_nonsense_is_started_again_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    for body in ["exit 3", "echo this is no message; exec sleep 100", "kill -SEGV $$"] {
        let (camera, state) = camera(worker(&folder, body));
        let stop = CancellationToken::new();
        let task = tokio::spawn(camera.run(stop.clone()));
        until(&state, |facts| facts.restarts >= 2).await;
        stop.cancel();
        tokio::time::timeout(SOON, task).await.unwrap().unwrap();
        assert!(!state.facts().running, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_does_not_keep_the_unit_from_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let (camera, state) = camera(worker(&folder, "exec sleep 1000"));
    let stop = CancellationToken::new();
    let task = tokio::spawn(camera.run(stop.clone()));
    until(&state, |facts| facts.running).await;
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}
