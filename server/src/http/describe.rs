//! Completes the API's description: what is true of every operation is said in one place instead of at each.
//!
//! Handlers describe what is their own: parameters, bodies, the answers that only they give. This adds who may ask
//! (security), the answers that any operation may give (not signed in, too often, too large …), the problem's content
//! type, unique names, and an example of every body ([`example`](super::example)).

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::error::{PROBLEM_JSON, title};
use super::example::example_of;
use super::session::COOKIE;

/// Methods that can be described.
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// An answer that many operations may give: status, name, code and what it means.
struct Common<'a> {
    status: &'a str,
    code: &'a str,
    about: &'a str,
}

const COMMON: [Common<'static>; 11] = [
    Common { status: "400", code: "invalid", about: "The request does not say what it must." },
    Common { status: "401", code: "signed-out", about: "Nobody is signed in, or the key is not good." },
    Common { status: "403", code: "forbidden", about: "The account or key may not do this." },
    Common {
        status: "404",
        code: "not-found",
        about: "There is no such thing, or none that the caller may see.",
    },
    Common { status: "409", code: "conflict", about: "It contradicts what is stored." },
    Common { status: "413", code: "too-large", about: "The request's body is too large." },
    Common { status: "415", code: "not-json", about: "The request's body is of another kind." },
    Common {
        status: "422",
        code: "idempotency-key-used",
        about: "The Idempotency-Key was used for another request.",
    },
    Common { status: "429", code: "too-often", about: "Too many requests; see Retry-After." },
    Common { status: "500", code: "internal", about: "The server has failed." },
    Common { status: "503", code: "unavailable", about: "The server cannot do this at the moment." },
];

/// The description with everything that is true of all operations.
pub(super) fn complete(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).expect("the document is made of strings and numbers");
    let components = document["components"].clone();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                    Operation { method, path, operation, components: &components }.complete();
                }
            }
        }
    }
    document["components"]["securitySchemes"] = json!({
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE,
            "description": "A person's session, from POST /api/v1/session."},
        "guard": {"type": "apiKey", "in": "header", "name": "X-Plumewatch",
            "description": "Always 1: proves that another site's page did not send the request."},
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "pwk_ and 64 hex digits",
            "description": "The key of an inspection station's or a repair shop's own program."},
    });
    document["components"]["responses"] =
        COMMON.iter().map(|common| (component(common.status), response(common, &components))).collect();
    document
}

/// The name of a common answer among the components.
fn component(status: &str) -> String {
    format!("Problem{status}")
}

fn response(common: &Common<'_>, components: &Value) -> Value {
    let example = problem(common, common.about, components);
    let mut response = json!({
        "description": common.about,
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ErrorBody"}, "example": example}},
    });
    if common.status == "429" {
        response["headers"]["Retry-After"] = json!({"description": "Seconds until it may be tried again.", "schema": {"type": "integer", "minimum": 1}});
    }
    response
}

/// An example of a problem. Its Chinese is the schema's own example: the words that are shown are the handler's.
fn problem(common: &Common<'_>, about: &str, components: &Value) -> Value {
    let mut example = example_of(&json!({"$ref": "#/components/schemas/ErrorBody"}), components);
    let zh = example["zh"].clone();
    let code = common.code;
    example["type"] = format!("urn:plumewatch:problem:{code}").into();
    example["title"] = title(code).into();
    example["status"] = common.status.parse::<u16>().unwrap_or(500).into();
    example["code"] = code.into();
    for key in ["detail", "en"] {
        example[key] = about.into();
    }
    example["error"] = json!({"code": code, "en": about, "zh": zh});
    example
}

/// One operation in the making.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a mut Map<String, Value>,
    components: &'a Value,
}

impl Operation<'_> {
    fn complete(mut self) {
        self.name();
        let public = self.is_public();
        if !public {
            self.secure();
        }
        self.problems();
        self.answers(public);
        self.good_answers();
        self.examples();
    }

    /// Said by the handler with `security(())`.
    fn is_public(&self) -> bool {
        self.operation.get("security").is_some_and(|security| *security == json!([{}]))
    }

    fn changes(&self) -> bool {
        self.method != "get"
    }

    /// `get /api/v1/cases/{id}` is `get_cases_id`: handlers of one name in several files would be one operation.
    fn name(&mut self) {
        let place = self.path.trim_start_matches("/api/v1");
        let words = place.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name = std::iter::once(self.method).chain(words).collect::<Vec<_>>().join("_");
        self.operation.insert("operationId".to_owned(), name.into());
    }

    fn secure(&mut self) {
        let session =
            if self.changes() { json!({"session": [], "guard": []}) } else { json!({"session": []}) };
        self.operation.insert("security".to_owned(), json!([session, {"key": []}]));
        if self.changes() {
            let key = json!({"name": "Idempotency-Key", "in": "header", "required": false,
                "description": "Sent again with the same key, the request is not done again and gets the same answer.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
                "example": "4f2c1d7e-8a90-4b1c-9d53-0f6c2b7a1e55"});
            let parameters = self.operation.entry("parameters").or_insert_with(|| json!([]));
            parameters.as_array_mut().expect("parameters are a list").push(key);
        }
    }

    /// Errors that the handler describes are problems, too.
    fn problems(&mut self) {
        let Some(responses) = self.operation.get_mut("responses").and_then(Value::as_object_mut) else {
            return;
        };
        for (status, response) in responses {
            let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { continue };
            let is_problem = |body: &Value| body["schema"]["$ref"] == "#/components/schemas/ErrorBody";
            if !content.get("application/json").is_some_and(is_problem) {
                continue;
            }
            let mut body = content.remove("application/json").unwrap_or_default();
            let other = Common { status, code: "refused", about: "The request is refused." };
            let common = COMMON.iter().find(|common| common.status == status).unwrap_or(&other);
            let words = response["description"].as_str().filter(|words| !words.is_empty());
            let words = words.unwrap_or(common.about).to_owned();
            body["example"] = problem(common, &words, self.components);
            response["content"] = json!({PROBLEM_JSON: body});
            response["description"] = words.into();
        }
    }

    /// The answers that any operation of its kind may give.
    fn answers(&mut self, public: bool) {
        let has = |key: &str| self.operation.get(key).is_some_and(|value| *value != json!([]));
        let (parameters, body, named) = (has("parameters"), has("requestBody"), self.path.contains('{'));
        let server = !self.path.starts_with("/api/");
        let may_give = |status: &str| match status {
            "429" => true,
            "500" | "503" => !server,
            "400" => parameters || body,
            "401" => !public,
            // A public operation that changes something wants the guard header, too.
            "403" => !public || self.changes(),
            "404" => named,
            "409" | "422" => self.changes() && !public,
            "413" | "415" => body,
            _ => false,
        };
        let given: Vec<&str> =
            COMMON.iter().map(|common| common.status).filter(|status| may_give(status)).collect();
        let responses = self.operation.entry("responses").or_insert_with(|| json!({}));
        let responses = responses.as_object_mut().expect("responses are a map");
        for status in given {
            let told = json!({"$ref": format!("#/components/responses/{}", component(status))});
            responses.entry(status).or_insert(told);
        }
    }

    /// Good answers that the handler does not describe in words.
    fn good_answers(&mut self) {
        let responses = self.operation["responses"].as_object_mut().into_iter().flatten();
        for (status, response) in responses {
            let silent = response["description"].as_str().unwrap_or_default().is_empty();
            if silent && response.get("$ref").is_none() {
                let words = match status.as_str() {
                    "200" => "What was asked for.",
                    "201" => "It was made.",
                    "204" => "It was done; there is nothing to tell.",
                    _ => "See the body.",
                };
                response["description"] = words.into();
            }
        }
    }

    fn examples(&mut self) {
        let components = self.components;
        let complete = |content: &mut Value| {
            for (kind, body) in content.as_object_mut().into_iter().flatten() {
                if kind == "application/json" && body.get("example").is_none() {
                    body["example"] = example_of(&body["schema"], components);
                }
            }
        };
        if let Some(body) = self.operation.get_mut("requestBody") {
            complete(&mut body["content"]);
        }
        for response in self.operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            if response.get("content").is_some() {
                complete(&mut response["content"]);
            }
        }
        let parameters = self.operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let (required, named) = (parameter["required"] == true, parameter.get("example").is_some());
            if required && !named {
                let mut schema = parameter["schema"].clone();
                schema["description"] = parameter["description"].clone();
                let within = json!({"type": "object", "properties": {
                    parameter["name"].as_str().unwrap_or_default(): schema}});
                let example = example_of(&within, components);
                parameter["example"] = example[parameter["name"].as_str().unwrap_or_default()].clone();
            }
        }
    }
}
