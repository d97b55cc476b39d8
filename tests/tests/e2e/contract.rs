//! The API against its own description: schemathesis (PyPI) asks a real server everything that the OpenAPI document
//! allows and much that it does not, as a person of each kind, as a program with a key, and as a stranger. No answer may
//! be a failure of the server (5xx) or one that the document does not know.
//!
//! The examples are bounded and seeded. What would end the session that asks, and the endless stream, are left to
//! `server/src/http/tests`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use e2e::world::{Api, Server};
use serde_json::{Value, json};

use crate::turn;

/// The release that is used; another may find other things, on a day of its own choosing.
const SCHEMATHESIS: &str = "4.32.5";
/// Requests of a kind for each operation.
const EXAMPLES: &str = "12";
const SEED: &str = "20261127";
/// What must hold of every answer.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// Thousands of requests within seconds are no attack here. What is limited is tested in `http::tests`.
const GENEROUS: &str = "[http.rates]\nper_address = 1000000\nper_account = 1000000\nper_key = 1000000\n\
    sign_ins_per_address = 1000000\n";

/// The program in a Python environment of its own under `target/`, made at the first use.
fn schemathesis() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let home = root.join(format!("target/schemathesis-{SCHEMATHESIS}"));
    let program = home.join("bin/schemathesis");
    if program.exists() {
        return program;
    }
    // Made aside and renamed when whole: half an environment is never used.
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
    run(Path::new("python3"), &["-m", "venv", "--copies", &aside.to_string_lossy()]);
    let package = format!("schemathesis=={SCHEMATHESIS}");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package];
    run(&aside.join("bin/python"), &pip);
    let _ = std::fs::remove_dir_all(&home);
    std::fs::rename(&aside, &home).expect("a folder beside it can be renamed");
    // Scripts name the interpreter they were installed for.
    let interpreter = home.join("bin/python");
    let module = ["-m", "schemathesis.cli", "--version"];
    assert!(Command::new(&interpreter).args(module).output().is_ok_and(|output| output.status.success()));
    program
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Who asks.
struct Asker {
    name: &'static str,
    headers: Vec<String>,
}

#[test]
fn every_answer_of_the_api_is_one_that_its_description_knows() {
    let _turn = turn();
    let program = schemathesis();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_configured(&folder.path().join("server"), GENEROUS).unwrap();
    let mut admin = server.sign_in("admin").unwrap();
    let mut askers = vec![Asker { name: "a stranger", headers: vec!["X-Plumewatch: 1".to_owned()] }];
    let people: Vec<(&str, Api)> =
        ["authority", "admin"].map(|name| (name, server.sign_in(name).unwrap())).into();
    for (name, api) in &people {
        let headers = vec!["X-Plumewatch: 1".to_owned(), format!("Cookie: {}", api.cookie())];
        askers.push(Asker { name, headers });
    }
    for role in ["inspection-station", "repair-shop"] {
        let wish = json!({"label": "schemathesis", "role": role, "organisation": "ORG-1", "region": "000000", "days": 1});
        let key = admin.post("/keys", &wish).unwrap();
        let header = format!("Authorization: Bearer {}", key["secret"].as_str().unwrap());
        askers.push(Asker { name: role, headers: vec![header] });
    }
    let mut wrong = Vec::new();
    for asker in &askers {
        let begun = Instant::now();
        let report = folder.path().join("report.json");
        let output = ask(&program, &server, asker, &report);
        let counted = cases(&report);
        println!("schemathesis {SCHEMATHESIS} as {}: {counted} in {:.0} s", asker.name, begun.elapsed().as_secs_f64());
        if !output.status.success() {
            wrong.push(format!("as {}:\n{}", asker.name, told(&output)));
        }
    }
    // Whoever lost the session in between was told 401 ever after, and found nothing.
    for (name, api) in &people {
        assert_eq!(api.get("/session").unwrap()["account"]["name"], *name);
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n\n"), server.tail());
}

fn ask(program: &Path, server: &Server, asker: &Asker, report: &Path) -> Output {
    let mut command = Command::new(program.with_file_name("python"));
    command.args(["-m", "schemathesis.cli", "run", &format!("{}/api/openapi.json", server.url())]);
    command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]);
    command.args(["--max-examples", EXAMPLES, "--seed", SEED, "--workers", "2", "--continue-on-failure"]);
    command.args(["--no-shrink", "--suppress-health-check", "all", "--warnings", "off"]);
    command.args(["--request-timeout", "30", "--report", "json"]).arg("--report-json-path").arg(report);
    // The stream has no end, and a session that asks must not end itself.
    command.args(["--exclude-path", "/api/v1/passages/live"]);
    command.args(["--exclude-operation-id", "delete_session"]);
    for header in &asker.headers {
        command.args(["--header", header]);
    }
    command.current_dir(report.parent().expect("a report lies in a folder"));
    command.output().expect("schemathesis starts")
}

/// How much was asked, in the program's own words.
fn cases(report: &Path) -> String {
    let text = std::fs::read_to_string(report).unwrap_or_default();
    let report: Value = serde_json::from_str(&text).unwrap_or_default();
    report["summary"].to_string()
}
