//! The API's description: complete enough to write a program against.

use std::collections::HashSet;

use serde_json::Value;

use crate::http::openapi_json;

fn document() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[test]
fn every_operation_says_who_may_ask_and_what_it_may_answer() {
    let document = document();
    let mut names = HashSet::new();
    for (operation, described) in operations(&document) {
        let name = described["operationId"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "{operation}: {name} is another's");
        assert!(described["summary"].is_string() || described["description"].is_string(), "{operation}");
        let responses = described["responses"].as_object().unwrap();
        let public = described["security"] == serde_json::json!([{}]);
        let mut needed = vec!["429"];
        if operation.contains(" /api/") {
            needed.extend(["500", "503"]);
        }
        if !public {
            needed.extend(["401", "403"]);
            assert!(described["security"].to_string().contains("\"key\""), "{operation}");
        }
        if operation.contains('{') {
            needed.push("404");
        }
        if described["requestBody"].is_object() {
            needed.extend(["400", "413", "415"]);
        }
        for status in needed {
            assert!(responses.contains_key(status), "{operation} does not say when it answers {status}");
        }
        for (status, response) in responses {
            let described = response["$ref"].is_string() || response["description"].is_string();
            assert!(described, "{operation} {status}");
        }
    }
    for scheme in ["session", "guard", "key"] {
        assert!(document["components"]["securitySchemes"][scheme].is_object(), "{scheme}");
    }
}

#[test]
fn every_body_has_an_example_and_every_error_is_a_problem() {
    let document = document();
    let problem = "#/components/schemas/ErrorBody";
    for (operation, described) in operations(&document) {
        if let Some(content) = described["requestBody"]["content"].as_object() {
            for (kind, body) in content {
                assert!(kind != "application/json" || body["example"].is_object(), "{operation}: its body");
            }
        }
        for (status, response) in described["responses"].as_object().unwrap() {
            for (kind, body) in response["content"].as_object().into_iter().flatten() {
                let is_problem = body["schema"]["$ref"] == problem;
                assert_eq!(is_problem, kind == "application/problem+json", "{operation} {status}");
                let needs_one = is_problem || kind == "application/json";
                assert!(!needs_one || !body["example"].is_null(), "{operation} {status}: no example");
                let number: u64 = status.parse().unwrap();
                assert!(!is_problem || body["example"]["status"] == number, "{operation} {status}");
            }
        }
    }
}
