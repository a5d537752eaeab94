//! Calls of builtins with the results of OPA 1.22, where they need keys.
//!
//! A line of `tables/*.txt` is a builtin's name, its arguments as a Rego array, and what comes of it: `=> value`,
//! `! message`, or `~ value` for the result and the common names of the certificates in it. `$a+b` in the arguments is
//! a string: the texts of that name in `tables/keys.json`, one after another.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use std::fs;
use std::path::Path;

use kpol_builtins::Standard;
use kpol_runtime::{Heap, json};
use serde_json::{Value as Json, json};

/// June 2025.
const NOW_NS: i64 = 1_750_000_000_000_000_000;

fn keys() -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/keys.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Puts the texts in that arguments name.
fn expand(args: &str, keys: &Json) -> String {
    let mut parts = args.split('$');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+');
        let end = part.find(|c| !named(c)).unwrap_or(part.len());
        let text = |name: &str| {
            keys[name]
                .as_str()
                .unwrap_or_else(|| panic!("no key {name}"))
        };
        let texts: String = part[..end].split('+').map(text).collect();
        out.push_str(&json!(texts).to_string());
        out.push_str(&part[end..]);
    }
    out
}

/// Calls a builtin: the result, or the error's message.
fn call(name: &str, args: &str) -> Result<Json, String> {
    let mut heap = Heap::new();
    let args = json::parse_term(&mut heap, args).unwrap_or_else(|e| panic!("{args}: {e}"));
    let args = heap.items(args);
    let outcome = Standard::default()
        .run(&mut heap, name, &args, NOW_NS)
        .unwrap();
    let value = outcome.map_err(|e| e.message)?;
    assert!(!heap.exhausted());
    let mut text = String::new();
    json::write(&mut heap, value, &mut text);
    Ok(serde_json::from_str(&text).unwrap())
}

/// Whether a chain was found, and the names in it.
fn names(result: &Json) -> Json {
    let chain = result[1].as_array().unwrap().iter();
    json!([
        result[0],
        chain
            .map(|c| &c["Subject"]["CommonName"])
            .collect::<Vec<_>>()
    ])
}

#[test]
fn calls_with_keys() {
    let keys = keys();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "txt") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines = text
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'));
        for line in lines {
            count += 1;
            let (name, rest) = line.split_once(' ').unwrap();
            let split = |mark: &str| {
                rest.rsplit_once(mark)
                    .map(|(args, want)| (args, want.to_owned()))
            };
            let (args, wanted, found) = if let Some((args, want)) = split(" ! ") {
                (args, want, call(name, &expand(args, &keys)).unwrap_err())
            } else if let Some((args, want)) = split(" ~ ") {
                let result = call(name, &expand(args, &keys));
                (
                    args,
                    want,
                    result.map_or_else(|e| e, |r| names(&r).to_string()),
                )
            } else {
                let (args, want) = split(" => ").unwrap();
                let result = call(name, &expand(args, &keys));
                (args, want, result.map_or_else(|e| e, |r| r.to_string()))
            };
            if wanted != found {
                failures.push(format!(
                    "{name} {args}\n  wanted {wanted}\n  found  {found}"
                ));
            }
        }
    }
    assert!(count > 100, "the tables were not found");
    assert!(
        failures.is_empty(),
        "{} failed\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// What signs is what verifies, and nothing else does.
#[test]
fn signatures_go_round() {
    let keys = keys();
    let signers = [
        ("HS256", "oct"),
        ("HS384", "oct"),
        ("HS512", "oct"),
        ("RS256", "rsa2048"),
        ("RS384", "rsa2048"),
        ("RS512", "rsa1024"),
        ("PS256", "rsa1024"),
        ("PS384", "rsa2048"),
        ("PS512", "rsa2048"),
        ("ES256", "p256"),
        ("ES384", "p384"),
        ("ES512", "p521"),
        ("ES256", "p521"),
        ("ES512", "p256"),
        ("EdDSA", "ed"),
    ];
    for (algorithm, key) in signers {
        let key = keys[format!("jwk_{key}")].as_str().unwrap();
        let header = json!({"alg": algorithm}).to_string();
        let token = call(
            "io.jwt.encode_sign_raw",
            &json!([header, "{\"a\":1}", key]).to_string(),
        );
        let token = token.unwrap();
        let verified = |token: &str, key: &str| {
            let args = json!([token, {"cert": key}]).to_string();
            call("io.jwt.decode_verify", &args).unwrap()[0] == true
        };
        let token = token.as_str().unwrap();
        assert!(verified(token, key), "{algorithm}");
        for (_, other) in signers {
            let other = keys[format!("jwk_{other}")].as_str().unwrap();
            assert!(other == key || !verified(token, other), "{algorithm}");
        }
        let (message, _) = token.rsplit_once('.').unwrap();
        for signature in ["", "AAAA", "!"] {
            let forged = format!("{message}.{signature}");
            let args = json!([forged, {"cert": key}]).to_string();
            let result = call("io.jwt.decode_verify", &args);
            assert!(
                result.is_err() || result.unwrap()[0] == false,
                "{algorithm}"
            );
        }
    }
}

/// No text makes a builtin panic, or take more memory than it is long.
#[test]
fn damaged_keys_are_errors() {
    let keys = keys();
    let mut seed = 1u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for (name, text) in keys.as_object().unwrap() {
        let text = text.as_str().unwrap();
        for _ in 0..20 {
            let mut damaged = text.as_bytes().to_vec();
            for _ in 0..=random(3) {
                let at = random(damaged.len());
                damaged[at] = b"AQz09+/=-_ \n{}\":,"[random(17)];
            }
            if random(4) == 0 {
                damaged.truncate(random(damaged.len()));
            }
            let damaged = String::from_utf8(damaged).unwrap();
            let one = json!([damaged]).to_string();
            let token = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA";
            for builtin in [
                "crypto.x509.parse_certificates",
                "crypto.x509.parse_and_verify_certificates",
                "crypto.x509.parse_certificate_request",
                "crypto.x509.parse_rsa_private_key",
                "crypto.parse_private_keys",
            ] {
                let _ = call(builtin, &one);
            }
            let _ = call(
                "crypto.x509.parse_keypair",
                &json!([damaged, damaged]).to_string(),
            );
            let verified = call("io.jwt.verify_rs256", &json!([token, damaged]).to_string());
            assert_ne!(verified, Ok(Json::Bool(true)), "{name}");
            let sign = json!(["{\"alg\":\"RS256\"}", "{}", damaged]).to_string();
            let _ = call("io.jwt.encode_sign_raw", &sign);
        }
    }
}

/// Lengths that lie, lists without end, and numbers that nobody needs.
#[test]
fn hostile_sizes() {
    use kpol_runtime::builtins::encoding::std_decoded;
    let nested = "MIAw".repeat(100_000);
    assert!(std_decoded(&nested).is_ok());
    for text in [
        nested.as_str(),
        "MIR/////",
        "MIP///8=",
        &"-----BEGIN ".repeat(50_000),
        &"\n-----END ".repeat(50_000),
        &"-----BEGIN A-----\n-----END A-----\n".repeat(20_000),
    ] {
        let one = json!([text]).to_string();
        for builtin in [
            "crypto.x509.parse_certificates",
            "crypto.parse_private_keys",
        ] {
            let _ = call(builtin, &one);
        }
    }
    let modulus = "_".repeat(1_000_000);
    let key = json!({"kty": "RSA", "n": modulus, "e": "AQAB"}).to_string();
    let token = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA";
    let result = call("io.jwt.verify_rs256", &json!([token, key]).to_string());
    assert!(result.unwrap_err().contains("the number is too large"));
    let set = json!({"keys": vec![json!({"kty": "oct", "k": "YQ"}); 1001]}).to_string();
    let result = call("io.jwt.verify_rs256", &json!([token, set]).to_string());
    assert!(
        result
            .unwrap_err()
            .contains("too many keys in \"keys\" array: max 1000")
    );
}
