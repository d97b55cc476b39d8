//! The API against its own description: schemathesis (PyPI) asks a real server everything that the OpenAPI document
//! allows and much that it does not, as a person of each kind, as a program with a key, and as a stranger. No answer may
//! be a failure of the server (5xx) or one that the document does not know.
//!
//! The examples are bounded and seeded. What would end the session that asks, and the endless stream, are left to
//! `server/src/http/tests`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use e2e::world::{Api, Server, World, wait_for};
use serde_json::json;

use crate::truck::drive;
use crate::{PATIENCE, turn};

/// The release that is used; another may find other things, on a day of its own choosing.
const SCHEMATHESIS: &str = "4.32.5";
/// Requests of a kind for each operation.
const EXAMPLES: &str = "10";
const SEED: &str = "20261127";
/// What must hold of every answer.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// Thousands of requests within seconds are no attack here. What is limited is tested in `http::tests`.
const GENEROUS: &str = "[http.rates]\nper_address = 1000000\nper_account = 1000000\nper_key = 1000000\n\
    sign_ins_per_address = 1000000\n";

/// The interpreter of a Python environment of its own under `target/`, with the program; made at the first use.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let home = root.join(format!("target/schemathesis-{SCHEMATHESIS}"));
    let python = home.join("bin/python");
    if python.exists() {
        return python;
    }
    // Made aside and renamed when whole: half an environment is never used. It finds its modules where it lies.
    let aside = root.join(format!("target/schemathesis-{SCHEMATHESIS}.{}", std::process::id()));
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        assert!(
            output.status.success(),
            "{} {arguments:?} failed; schemathesis comes from PyPI, which must be reachable, and needs python3-venv:\n{}",
            program.display(),
            told(&output)
        );
    };
    run(Path::new("python3"), &["-m", "venv", &aside.to_string_lossy()]);
    let package = format!("schemathesis=={SCHEMATHESIS}");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package];
    run(&aside.join("bin/python"), &pip);
    std::fs::rename(&aside, &home).expect("a folder beside it can be renamed");
    python
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Operations by which whoever asks ends the own session, or changes what it may: found ids are tried, too. They are
/// asked last, by sessions of their own.
const ENDING: [&str; 4] = [
    "delete_sessions_id",
    "delete_accounts_name_sessions",
    "patch_accounts_name",
    "delete_accounts_name_second_factor",
];

/// Who asks.
struct Asker {
    name: String,
    headers: Vec<String>,
    /// Only [`ENDING`], or all but them.
    ending: bool,
}

impl Asker {
    fn person(name: &str, api: &Api, ending: bool) -> Self {
        let headers = vec!["X-Plumewatch: 1".to_owned(), format!("Cookie: {}", api.cookie())];
        Self { name: name.to_owned(), headers, ending }
    }
}

#[test]
fn every_answer_of_the_api_is_one_that_its_description_knows() {
    let _turn = turn();
    let python = python();
    let mut world = World::new(1).serving(GENEROUS).with_station("A140105001").with_cameras().start();
    // So that there is something to be answered: passages with pictures, a candidate, health.
    drive(&mut world, 1, 5, Duration::from_secs(8));
    let server = &world.server;
    let reviewer = server.sign_in("reviewer").unwrap();
    wait_for("a candidate for review", PATIENCE, || {
        let queue = reviewer.get("/review").map_err(|error| format!("{error:#}"))?;
        if queue["waiting"].as_u64() > Some(0) { Ok(()) } else { Err(queue.to_string()) }
    });
    let mut admin = server.sign_in("admin").unwrap();
    let people: Vec<(&str, Api)> = ["authority", "admin", "reviewer", "enforcer"]
        .map(|name| (name, server.sign_in(name).unwrap()))
        .into();
    let mut askers: Vec<Asker> = people.iter().map(|(name, api)| Asker::person(name, api, false)).collect();
    for role in ["inspection-station", "repair-shop"] {
        let wish = json!({"label": "contract", "role": role, "organisation": "ORG-1", "region": "000000", "days": 1});
        let key = admin.post("/keys", &wish).unwrap();
        let header = format!("Authorization: Bearer {}", key["secret"].as_str().unwrap());
        askers.push(Asker { name: format!("a key of {role}"), headers: vec![header], ending: false });
    }
    askers.push(Asker {
        name: "a stranger".to_owned(),
        headers: vec!["X-Plumewatch: 1".to_owned()],
        ending: false,
    });
    let mut wrong = ask_all(&python, &world, &askers);
    // Whoever lost the session in between was told 401 ever after, and found nothing.
    for (name, api) in &people {
        assert_eq!(api.get("/session").unwrap()["account"]["name"], *name);
    }
    let last = Asker::person("admin", &world.server.sign_in("admin").unwrap(), true);
    wrong.extend(ask_all(&python, &world, &[last]));
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n\n"), world.server.tail());
}

/// What is wrong, of everything that these ask.
fn ask_all(python: &Path, world: &World, askers: &[Asker]) -> Vec<String> {
    let mut wrong = Vec::new();
    for asker in askers {
        let begun = Instant::now();
        let output = ask(python, &world.server, asker, world.folder());
        let (seconds, said) = (begun.elapsed().as_secs_f64(), told(&output));
        let cases =
            said.lines().skip_while(|line| !line.starts_with("Test cases:")).nth(1).unwrap_or("?").trim();
        println!("schemathesis {SCHEMATHESIS} as {}: {cases} in {seconds:.0} s", asker.name);
        if !output.status.success() {
            wrong.push(format!("as {}:\n{said}", asker.name));
        }
    }
    wrong
}

fn ask(python: &Path, server: &Server, asker: &Asker, folder: &Path) -> Output {
    let mut command = Command::new(python);
    command.args(["-m", "schemathesis.cli", "run", &format!("{}/api/openapi.json", server.url())]);
    command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]);
    command.args(["--max-examples", EXAMPLES, "--seed", SEED, "--workers", "2", "--continue-on-failure"]);
    command.args(["--no-shrink", "--suppress-health-check", "all", "--warnings", "off"]);
    command.args(["--request-timeout", "30"]);
    if asker.ending {
        command.args(ENDING.iter().flat_map(|&operation| ["--include-operation-id", operation]));
    } else {
        command.args(ENDING.iter().flat_map(|&operation| ["--exclude-operation-id", operation]));
        // The stream has no end; whoever signs out is told 401 ever after.
        command.args(["--exclude-path", "/api/v1/passages/live", "--exclude-operation-id", "delete_session"]);
    }
    command.args(asker.headers.iter().flat_map(|header| ["--header", header.as_str()]));
    // It keeps what it found where it runs.
    command.current_dir(folder);
    command.output().expect("python starts")
}

/// The program that the documentation gives to others is run as it stands there.
#[test]
fn the_client_of_the_documentation_talks_to_a_server() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let mut admin = server.sign_in("admin").unwrap();
    let wish =
        json!({"label": "docs", "role": "repair-shop", "organisation": "M-1", "region": "140105", "days": 1});
    let key = admin.post("/keys", &wish).unwrap();
    let documentation = include_str!("../../../docs/api-client.md");
    let client = documentation.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("plumewatch.py"), client).unwrap();
    std::fs::write(at("key"), format!("{}\n", key["secret"].as_str().unwrap())).unwrap();
    std::fs::write(at("body.json"), "{}").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.arg(at("plumewatch.py")).args(arguments).current_dir(folder.path());
        command.env("PLUMEWATCH_SERVER", server.url()).env("PLUMEWATCH_KEY_FILE", at("key"));
        let output = command.output().expect("python3 is installed");
        let answer: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
        (output.status.code(), answer)
    };
    let (code, who) = run(&["get", "/session"]);
    assert_eq!((code, &who["account"]["organisation"]), (Some(0), &json!("M-1")));
    let (code, refused) = run(&["get", "/passages"]);
    assert_eq!((code, &refused["code"]), (Some(1), &json!("forbidden")));
    let (code, refused) = run(&["post", "/session/password", "body.json"]);
    assert_eq!((code, &refused["code"]), (Some(1), &json!("invalid")), "{refused}");
    let path = format!("/keys/{}", key["key"]["id"].as_str().unwrap());
    admin.delete(&path, &json!({"reason": "used up"})).unwrap();
    assert_eq!(run(&["get", "/session"]).1["code"], "wrong-key");
}
