//! An example of a body, made from its schema: what the schema gives itself, else what a value of that name looks like
//! in this API. Names mean one thing everywhere here, so that one list serves all.

use serde_json::{Map, Value, json};

/// A schema within a schema is followed so far: the deepest body has seven levels.
const DEPTH_MAX: usize = 12;

/// What values of these names look like.
const STRINGS: &[(&str, &str)] = &[
    ("name", "li.wei"),
    ("display_name", "李伟"),
    ("password", "a long enough password"),
    ("old", "a long enough password"),
    ("new", "another long password"),
    ("region", "140105"),
    ("organisation", "I-140105-01"),
    ("plate", "晋A12345"),
    ("plate_colour", "yellow"),
    ("colour", "yellow"),
    ("station", "A140105001"),
    ("station_name", "小店东环检查站"),
    ("passage", "A140105001-0000000042"),
    ("passages", "A140105001-0000000042"),
    ("reason", "依据文书 12 号"),
    ("vin", "LFWNHXSJ1K1E12345"),
    ("sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ("signing_key", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ("server_signing_key", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ("case_id", "C00112233445566778899"),
    ("candidate_id", "00112233445566778899"),
    ("code", "287082"),
    ("zh", "不透光度超过限值。"),
    ("en", "The opacity exceeds the limit."),
    ("actor", "li.wei"),
    ("address", "192.0.2.7"),
    ("program", "Mozilla/5.0"),
    ("rulebook", "HJ 845-2017"),
    ("clause", "HJ 845-2017, 6.1"),
    ("label", "检测线软件"),
    ("id", "00112233445566778899"),
    ("created_by", "admin"),
    ("opened_by", "li.wei"),
    ("decided_by", "li.wei"),
    ("added_by", "wang.zhuguan"),
    ("entered_by", "li.wei"),
    ("revoked_by", "admin"),
    ("rulebook_version", "2017-07-27.1"),
    ("external_id", "li.wei@city"),
    ("token", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
];

/// An example of what the schema describes.
pub(super) fn example_of(schema: &Value, components: &Value) -> Value {
    of(schema, components, "", DEPTH_MAX)
}

fn of(schema: &Value, components: &Value, name: &str, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.trim_start_matches("#/components/").split('/');
        let schema = target.fold(components, |place, step| &place[step]);
        return of(schema, components, name, depth - 1);
    }
    if let Some(given) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return given.clone();
    }
    if let Some(one) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return one.clone();
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(first) =
            schema[choice].as_array().and_then(|of| of.iter().find(|one| one["type"] != "null"))
        {
            return of(first, components, name, depth - 1);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().filter_map(|part| match of(part, components, name, depth - 1) {
            Value::Object(fields) => Some(fields),
            _ => None,
        });
        return Value::Object(parts.flatten().collect());
    }
    match kind(schema) {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields.map(|(name, schema)| (name.clone(), of(schema, components, name, depth - 1)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        "array" => json!([of(&schema["items"], components, name, depth - 1)]),
        "string" => string(schema, name),
        "integer" | "number" => number(schema, name),
        "boolean" => json!(false),
        _ => Value::Null,
    }
}

/// The type, or the first that is not null of several.
fn kind(schema: &Value) -> &str {
    let several = || schema["type"].as_array()?.iter().filter_map(Value::as_str).find(|kind| *kind != "null");
    schema["type"].as_str().or_else(several).unwrap_or_default()
}

fn string(schema: &Value, name: &str) -> Value {
    if let Some((_, text)) = STRINGS.iter().find(|(known, _)| *known == name) {
        return json!(text);
    }
    if name.ends_with("_day") || schema["format"] == "date" {
        return json!("2026-11-23");
    }
    // A list of words stands in the description: the first of them.
    let words = schema["description"].as_str().and_then(|text| text.split('`').nth(1));
    json!(words.filter(|word| !word.is_empty()).unwrap_or("…"))
}

fn number(schema: &Value, name: &str) -> Value {
    if name.ends_with("_utc_us") || name == "utc_us" {
        return json!(1_795_744_800_000_000_i64);
    }
    schema.get("minimum").filter(|least| **least != 0 && **least != 0.0).cloned().unwrap_or_else(|| json!(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_what_the_schema_gives_or_what_its_names_mean() {
        let components = json!({"schemas": {"Inner": {"type": "object", "properties": {
            "plate": {"type": ["string", "null"]}, "at_utc_us": {"type": "integer"},
            "state": {"type": "string", "description": "`opened` or `closed`."}}}}});
        let schema = json!({"type": "object", "properties": {
            "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
            "next": {"oneOf": [{"type": "null"}, {"type": "string", "example": "5~x"}]},
            "done": {"type": "boolean"}}});
        let expected = json!({"rows": [{"plate": "晋A12345", "at_utc_us": 1_795_744_800_000_000_i64,
            "state": "opened"}], "next": "5~x", "done": false});
        assert_eq!(example_of(&schema, &components), expected);
    }

    #[test]
    fn a_schema_that_holds_itself_ends() {
        let components = json!({"schemas": {"Loop": {"type": "object", "properties": {
            "inner": {"$ref": "#/components/schemas/Loop"}}}}});
        assert!(example_of(&json!({"$ref": "#/components/schemas/Loop"}), &components).is_object());
    }
}
