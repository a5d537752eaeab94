//! Calls of builtins that need nobody else, with their results and errors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use kpol_builtins::{HostBuiltins, HostCall, Options, Standard};
use serde_json::{Value as Json, json};

fn call(name: &str, args: &Json) -> Result<Json, String> {
    let args = args.to_string();
    let call = HostCall {
        name,
        args: &args,
        now_ns: 0,
        file: None,
    };
    let answer = Standard::new(Options::default()).call(&call);
    let answer = answer.map_err(|error| error.message)?.unwrap();
    Ok(serde_json::from_str(&answer).unwrap())
}

/// The errors of a document, each as `type field: description`.
fn faults(document: &Json, schema: &Json) -> Result<Vec<String>, String> {
    let document = json!(document.to_string());
    let result = call("json.match_schema", &json!([document, schema]))?;
    let faults = result[1].as_array().unwrap();
    assert_eq!(result[0], faults.is_empty());
    let text = |fault: &Json| {
        assert_eq!(fault.as_object().unwrap().len(), 4);
        let error = fault["error"].as_str().unwrap();
        let [kind, field, description] =
            ["type", "field", "desc"].map(|key| fault[key].as_str().unwrap());
        assert_eq!(error, format!("{field}: {description}"));
        format!("{kind} {error}")
    };
    Ok(faults.iter().map(text).collect())
}

#[test]
fn documents_are_matched() {
    let long = "string_gte a: String length must be greater than or equal to 3";
    for (document, schema, wanted) in [
        (json!(5), json!({"type": "integer"}), &[][..]),
        (json!(5.0), json!({"type": "integer"}), &[]),
        (json!(null), json!({}), &[]),
        (
            json!(1.5),
            json!({"type": ["integer", "null"]}),
            &["invalid_type (Root): Invalid type. Expected: [integer,null], given: number"],
        ),
        (
            json!({"a": "x", "b": 1}),
            json!({"properties": {"a": {"minLength": 3}}, "required": ["c"], "additionalProperties": false}),
            &[
                "required (Root): c is required",
                "additional_property_not_allowed (Root): Additional property b is not allowed",
                long,
            ],
        ),
        (
            json!([1, "x", 1.0]),
            json!({"items": {"type": "number"}, "uniqueItems": true, "maxItems": 2}),
            &[
                "invalid_type 1: Invalid type. Expected: number, given: string",
                "array_max_items (Root): Array must have at most 2 items",
                "unique (Root): array items[0,2] must be unique",
            ],
        ),
        (
            json!(1_000_001),
            json!({"maximum": 1_000_000, "multipleOf": 0.3}),
            &[
                "multiple_of (Root): Must be a multiple of 0.3",
                "number_lte (Root): Must be less than or equal to 1e+06",
            ],
        ),
        (
            json!({"a": {"b": 2}}),
            json!({"properties": {"a": {"properties": {"b": {"enum": [1, "<", 1e30]}}}}}),
            &["enum a.b: a.b must be one of the following: 1, \"\\u003c\", 1e+30"],
        ),
        (
            // Of the alternatives, the one that fits best is told about.
            json!({"a": 1}),
            json!({"anyOf": [
                {"type": "string"},
                {"properties": {"a": {"type": "integer", "minimum": 4}}},
            ]}),
            &[
                "number_any_of (Root): Must validate at least one schema (anyOf)",
                "number_gte a: Must be greater than or equal to 4",
            ],
        ),
        (
            json!(3),
            json!({"if": {"type": "integer"}, "then": {"exclusiveMinimum": 3}, "else": false}),
            &[
                "condition_then (Root): Must validate \"then\" as \"if\" was valid",
                "number_gt (Root): Must be greater than 3",
            ],
        ),
        (
            json!("x"),
            json!({"format": "email", "pattern": "^\\d"}),
            &[
                "format (Root): Does not match format 'email'",
                "pattern (Root): Does not match pattern '^\\d'",
            ],
        ),
        (
            json!({"a": {"a": 1}}),
            json!({"$ref": "#/definitions/t", "definitions": {
                "t": {"properties": {"a": {"$ref": "#/definitions/t"}}, "type": "object"},
            }}),
            &["invalid_type a.a: Invalid type. Expected: object, given: integer"],
        ),
        (
            json!({"type": 1}),
            json!({"$ref": "http://json-schema.org/draft-07/schema#"}),
            &[
                "number_any_of type: Must validate at least one schema (anyOf)",
                "enum type: type must be one of the following: \"array\", \"boolean\", \"integer\", \
                 \"null\", \"number\", \"object\", \"string\"",
            ],
        ),
    ] {
        assert_eq!(
            faults(&document, &schema).unwrap(),
            wanted,
            "{document} {schema}"
        );
    }
}

#[test]
fn schemas_are_verified() {
    let deep = |schema: Json| (0..400).fold(schema, |inner, _| json!({"items": inner}));
    for (schema, problem) in [
        (json!({}), None),
        (json!("true"), None),
        (json!({"minimum": 1, "exclusiveMinimum": true}), None),
        (
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "const": 1}),
            None,
        ),
        (deep(json!({})), None),
        (json!("{"), Some("invalid JSON string")),
        (json!(1), Some("wrong type, expected string or object")),
        (json!([]), Some("schema is invalid")),
        (
            deep(json!({"type": "x"})),
            Some(
                "has a primitive type that is NOT VALID -- given: /x/ Expected valid values \
                 are:[array boolean integer number null object string]",
            ),
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "exclusiveMinimum": true}),
            Some("Invalid type. Expected: number, given: exclusiveMinimum"),
        ),
        (
            json!({"pattern": "("}),
            Some("pattern must be a valid regex"),
        ),
        (
            json!({"$ref": "#/a/1", "a": [1]}),
            Some("Out of bound array[0,1] index '1'"),
        ),
        (
            json!({"$ref": "other"}),
            Some("Reference /other must be canonical"),
        ),
        (
            json!({"$ref": "http://a.test/x#/y"}),
            Some("remote reference loading disabled: http://a.test/x"),
        ),
        (
            json!({"$ref": "file:///etc/passwd"}),
            Some("remote reference loading disabled: file:///etc/passwd"),
        ),
    ] {
        let result = call("json.verify_schema", &json!([schema])).unwrap();
        let wanted = match problem {
            None => json!([true, null]),
            Some(text) => json!([false, format!("jsonschema: {text}")]),
        };
        assert_eq!(result, wanted, "{schema}");
    }
}

#[test]
fn endless_schemas_are_errors() {
    let mut doubling = json!({});
    for i in 0..40 {
        let next = format!("#/definitions/{}", i + 1);
        doubling[i.to_string()] = json!({"allOf": [{"$ref": next}, {"$ref": next}]});
    }
    doubling["40"] = json!({});
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"$ref": "#/definitions/0", "definitions": doubling}),
    ] {
        let error = faults(&json!(1), &schema).unwrap_err();
        assert_eq!(error, "the schema takes too long to apply");
    }
}

#[test]
fn deep_documents_are_matched() {
    let mut document = "1".to_owned();
    for _ in 0..1_900 {
        document = format!("[{document}]");
    }
    let schema = json!({"items": {"$ref": "#"}, "type": "array"});
    let result = call("json.match_schema", &json!([document, schema])).unwrap();
    let field = result[1][0]["field"].as_str().unwrap();
    assert_eq!(field.split('.').count(), 1_900);
}

#[test]
fn addresses_need_no_network() {
    for (name, wanted) in [
        ("::", json!(["::"])),
        ("2001:DB8:0::1", json!(["2001:db8::1"])),
        ("::ffff:1.2.3.4", json!(["1.2.3.4"])),
        ("127.0.0.1", json!(["127.0.0.1"])),
    ] {
        let args = json!([name]).to_string();
        let call = HostCall {
            name: "net.lookup_ip_addr",
            args: &args,
            now_ns: 0,
            file: None,
        };
        let answer = Standard::default().call(&call).unwrap().unwrap();
        let answer = answer.replace('{', "[").replace('}', "]");
        assert_eq!(serde_json::from_str::<Json>(&answer).unwrap(), wanted);
    }
    for name in ["example.com", "", "1.2.3.4.5", "[::1]"] {
        let error = call("net.lookup_ip_addr", &json!([name])).unwrap_err();
        assert_eq!(error, format!("disallowed host: {name}"));
    }
}

#[test]
fn requests_are_signed_for_aws() {
    let config = json!({
        "aws_service": "ec2", "aws_region": "eu-west-1",
        "aws_access_key": "AK", "aws_secret_access_key": "SK", "aws_session_token": "T",
    });
    let request = json!({"method": "get", "url": "https://u:p@a.test:8443/x%20y?q=1", "headers": {"User-Agent": "a"}});
    let signed = call("providers.aws.sign_req", &json!([request, config, -1])).unwrap();
    let headers = signed["headers"].as_object().unwrap();
    assert_eq!(headers["host"], "a.test:8443");
    assert_eq!(headers["x-amz-date"], "19691231T235959Z");
    assert_eq!(headers["User-Agent"], "a");
    assert!(!headers.contains_key("x-amz-content-sha256"));
    let authorization = headers["Authorization"].as_str().unwrap();
    let start = "AWS4-HMAC-SHA256 Credential=AK/19691231/eu-west-1/ec2/aws4_request,\
                 SignedHeaders=host;x-amz-date;x-amz-security-token,Signature=";
    assert!(authorization.starts_with(start), "{authorization}");
    for (request, config, time, error) in [
        (
            json!(1),
            config.clone(),
            json!(0),
            "operand 1 must be object but got number",
        ),
        (
            request.clone(),
            json!({"aws_service": 1}),
            json!(0),
            "operand 2 missing required AWS config parameters(s): \
             {\"aws_access_key\", \"aws_region\", \"aws_secret_access_key\"}",
        ),
        (
            json!({"method": "get", "url": "x", "zz": 1}),
            config.clone(),
            json!(0),
            "operand 1 invalid request parameters(s): {\"zz\"}",
        ),
        (
            request.clone(),
            config.clone(),
            json!(1.5),
            "operand 3 could not convert time_ns value into a unix timestamp",
        ),
    ] {
        let args = json!([request, config, time]);
        assert_eq!(call("providers.aws.sign_req", &args).unwrap_err(), error);
    }
}
