//! Calls of builtins with the results of OPA 1.22.
//!
//! Each line of a table in `testdata/builtins` is a call: the builtin's name, its arguments as a Rego array, and the
//! result as Rego text, `undefined`, or `!type` or `!builtin` with the error's message as a JSON string. Tables in the
//! folder that `KPOL_BUILTIN_CALLS` names are run as well.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

#[path = "builtins/rego.rs"]
mod rego;

use std::{env, fs, path::Path};

use kpol_abi::builtins::{BUILTINS, BuiltinId, by_name};
use kpol_runtime::{
    Heap, Value,
    builtins::{self, ErrorKind},
};

use crate::rego::{read, show};

/// Builtins that are not implemented here, and who has them instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("assign", COMPILED),
    ("crypto.parse_private_keys", KEYS),
    ("crypto.x509.parse_and_verify_certificates", KEYS),
    (
        "crypto.x509.parse_and_verify_certificates_with_options",
        KEYS,
    ),
    ("crypto.x509.parse_certificate_request", KEYS),
    ("crypto.x509.parse_certificates", KEYS),
    ("crypto.x509.parse_keypair", KEYS),
    ("crypto.x509.parse_rsa_private_key", KEYS),
    ("eq", COMPILED),
    ("graphql.is_valid", GRAPHQL),
    ("graphql.parse", GRAPHQL),
    ("graphql.parse_and_verify", GRAPHQL),
    ("graphql.parse_query", GRAPHQL),
    ("graphql.parse_schema", GRAPHQL),
    ("graphql.schema_is_valid", GRAPHQL),
    ("http.send", OUTSIDE),
    ("internal.print", "the runtime's own import"),
    ("internal.test_case", COMPILED),
    ("io.jwt.decode_verify", KEYS),
    ("io.jwt.encode_sign", KEYS),
    ("io.jwt.encode_sign_raw", KEYS),
    ("io.jwt.verify_eddsa", KEYS),
    ("io.jwt.verify_es256", KEYS),
    ("io.jwt.verify_es384", KEYS),
    ("io.jwt.verify_es512", KEYS),
    ("io.jwt.verify_ps256", KEYS),
    ("io.jwt.verify_ps384", KEYS),
    ("io.jwt.verify_ps512", KEYS),
    ("io.jwt.verify_rs256", KEYS),
    ("io.jwt.verify_rs384", KEYS),
    ("io.jwt.verify_rs512", KEYS),
    ("json.match_schema", SCHEMA),
    ("json.verify_schema", SCHEMA),
    ("net.lookup_ip_addr", OUTSIDE),
    ("print", COMPILED),
    ("providers.aws.sign_req", KEYS),
    ("rego.metadata.chain", COMPILED),
    ("rego.metadata.rule", COMPILED),
    ("rego.parse_module", "needs the parser of Rego"),
    ("strings.render_template", "Go templates are not done yet"),
];

const COMPILED: &str = "compiled away";
const OUTSIDE: &str = "needs the network";
const KEYS: &str = "keys, certificates and tokens are the host's";
const GRAPHQL: &str = "needs a GraphQL parser";
const SCHEMA: &str = "needs JSON Schema";

fn run(heap: &mut Heap<'_>, id: BuiltinId, args: &[Value]) -> String {
    match builtins::call(heap, id, args) {
        None => "not implemented".to_owned(),
        Some(Err(e)) => {
            let kind = match e.kind {
                ErrorKind::Type => "!type",
                ErrorKind::Builtin => "!builtin",
                ErrorKind::Elsewhere => "!elsewhere",
            };
            let mut heap = Heap::new();
            let message = heap.string(&e.message);
            format!("{kind} {}", show(&mut heap, message))
        }
        Some(Ok(Value::UNDEFINED)) => "undefined".to_owned(),
        Some(Ok(v)) => show(heap, v),
    }
}

/// The first line that is not as expected, for each builtin, and how many there are.
fn check(table: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, line) in fs::read_to_string(table).unwrap().lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut cells = line.split('\t');
        let (name, args, expected) = (
            cells.next().unwrap(),
            cells.next().expect("arguments"),
            cells.next().expect("result"),
        );
        let id = by_name(name).unwrap_or_else(|| panic!("no builtin `{name}`"));
        let mut heap = Heap::new();
        let args = read(&mut heap, args);
        let args = heap.items(args);
        let got = run(&mut heap, id, &args);
        let mut other = Heap::new();
        let same = expected.starts_with('!') || expected == "undefined" || {
            // Both sides go through the same writer: the order of keys and the spelling of strings are its own.
            let v = read(&mut other, expected);
            show(&mut other, v) == got
        };
        let same = same && (!expected.starts_with('!') || normal(expected) == got);
        if !(same && (expected != "undefined" || got == expected)) {
            wrong.push(format!(
                "{}:{}: {line}\n    got {got}",
                table.file_name().unwrap().to_string_lossy(),
                number + 1
            ));
        }
    }
    wrong
}

/// An error as expected, with its message written as this project's writer does.
fn normal(expected: &str) -> String {
    let (kind, message) = expected.split_once(' ').unwrap();
    let mut heap = Heap::new();
    let v = read(&mut heap, message);
    format!("{kind} {}", show(&mut heap, v))
}

fn tables(folder: &Path) -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "tsv"))
        .collect();
    files.sort();
    files.iter().flat_map(|file| check(file)).collect()
}

#[test]
fn calls_have_the_results_of_opa() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/builtins");
    let wrong = tables(&folder);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn calls_from_elsewhere_have_the_results_of_opa() {
    let Some(folder) = env::var_os("KPOL_BUILTIN_CALLS") else {
        return;
    };
    let wrong = tables(Path::new(&folder));
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_is_missing_is_known() {
    let missing: Vec<&str> = BUILTINS
        .iter()
        .enumerate()
        .filter(|(i, _)| builtins::implementation(BuiltinId(*i as u32)).is_none())
        .map(|(_, b)| b.name)
        .collect();
    let known: Vec<&str> = ELSEWHERE.iter().map(|(name, _)| *name).collect();
    assert_eq!(missing, known);
}
