//! The architecture, proved from the manifests: which crate may know which, that the cores are pure, and that
//! what `deploy/` ships parses. See ARCHITECTURE.md, "Map".

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_path_buf()
}

/// Each member's name and the dependencies its manifest names, dev-dependencies apart.
fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    let read = |path: PathBuf| -> toml::Table {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let workspace = read(root().join("Cargo.toml"));
    let members = workspace["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            let manifest = read(root().join(member.as_str().unwrap()).join("Cargo.toml"));
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
            (name, dependencies.into_iter().flat_map(|table| table.keys().cloned()).collect())
        })
        .collect()
}

/// shared ◄── edge-core ◄── edge, shared ◄── server-core ◄── server; the two sides never know each other.
#[test]
fn the_arrows_between_crates_are_those_of_the_map() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("plumewatch-shared", [].as_slice()),
        ("edge-core", &["plumewatch-shared"]),
        ("edge-vision", &["plumewatch-shared"]),
        ("plumewatch-edge", &["plumewatch-shared", "edge-core", "edge-vision"]),
        ("server-core", &["plumewatch-shared"]),
        ("server-broker", &["plumewatch-shared"]),
        ("server-documents", &["plumewatch-shared"]),
        ("server-package", &["plumewatch-shared", "server-core"]),
        (
            "plumewatch-server",
            &["plumewatch-shared", "server-core", "server-broker", "server-documents", "server-package"],
        ),
        (
            "e2e",
            &[
                "plumewatch-shared",
                "edge-core",
                "edge-vision",
                "plumewatch-edge",
                "server-core",
                "plumewatch-server",
            ],
        ),
    ]);
    let manifests = manifests();
    let ours: BTreeSet<&String> = manifests.keys().collect();
    for (name, dependencies) in &manifests {
        let allowed = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not on the map"));
        for dependency in dependencies.iter().filter(|d| ours.contains(d)) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

/// Invariant 1: no async runtime, sockets, files, clock or randomness in the cores. The manifests show it.
#[test]
fn the_cores_depend_on_nothing_that_touches_the_world() {
    let pure: BTreeSet<&str> = [
        "serde",
        "serde_json",
        "thiserror",
        "jiff",
        "sha2",
        "hex",
        "ed25519-dalek",
        "utoipa",
        "plumewatch-shared",
    ]
    .into();
    let manifests = manifests();
    for core in ["plumewatch-shared", "edge-core", "server-core"] {
        for dependency in &manifests[core] {
            assert!(
                pure.contains(dependency.as_str()),
                "{core} depends on {dependency}, which is not known to be pure"
            );
        }
    }
}

/// The other half of invariant 1: nor does their code reach the world through the standard library.
#[test]
fn the_cores_do_not_reach_the_world_through_std() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::process",
        "std::env",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "std::thread",
    ];
    for folder in ["shared/src", "edge/core/src", "server/core/src"] {
        for file in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in forbidden {
                assert!(!product.contains(word), "{} names {word}", file.display());
            }
        }
    }
}

/// Invariant 11: each of these crates is named in one file or folder of each program. Tests that play the other
/// side of the wire name the client as well.
#[test]
fn each_outside_library_is_named_in_one_place() {
    let homes = [
        ("opencv::", vec!["edge/vision/"]),
        ("rten::", vec!["edge/vision/"]),
        ("sled::", vec!["edge/src/outbox/"]),
        ("tokio_serial::", vec!["edge/src/serial/"]),
        (
            "rumqttc::",
            vec!["edge/src/uplink/", "server/src/ingest/", "server/broker/tests/", "server/tests/", "tests/"],
        ),
        ("rmqtt::", vec!["server/broker/"]),
        ("sqlx::", vec!["server/src/store/", "tests/benches/"]),
        ("zip::", vec!["server/package/", "server/src/sheets/"]),
        ("openidconnect::", vec!["server/src/auth/oidc/", "server/src/http/tests/oidc.rs"]),
        ("totp_rs::", vec!["server/src/auth/second_factor.rs"]),
        ("qrcode::", vec!["server/src/auth/second_factor.rs", "server/documents/"]),
        ("typst::", vec!["server/documents/"]),
    ];
    for file in ["shared", "edge", "server", "tests"].iter().flat_map(|top| rust_files(&root().join(top))) {
        let name = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        if name == "tests/tests/workspace.rs" || name.contains("/target/") || name.contains("node_modules") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        for (word, places) in &homes {
            assert!(
                !text.contains(word) || places.iter().any(|place| name.starts_with(place)),
                "{name} names {word}, whose place is {places:?}"
            );
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
