//! Portable modules, run by a host that knows nothing of kpol.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod host;

use host::{Host, module};
use kpol_portable::Options;

const STRICT: Options = Options {
    strict_builtin_errors: true,
    print: false,
};

/// The heap pointer at which evaluations begin, with a document of data.
fn with_data(host: &mut Host, data: &str) -> (u32, u32) {
    let data = host.parse("opa_value_parse", data);
    (data, host.call("opa_heap_ptr_get", &[]).unwrap())
}

#[test]
fn exports_are_those_of_the_abi() {
    let wasm = module(
        "package a\nallow if input.x\n",
        &["a/allow"],
        Options::default(),
    );
    wasmparser::validate(&wasm).unwrap();
    let mut host = Host::new(&wasm);
    assert_eq!(host.global("opa_wasm_abi_version"), 1);
    assert_eq!(host.global("opa_wasm_abi_minor_version"), 3);
    let at = host.call("entrypoints", &[]).unwrap();
    assert_eq!(host.json(at), r#"{"a/allow":0}"#);
    let at = host.call("builtins", &[]).unwrap();
    assert_eq!(host.json(at), "{}");
}

#[test]
fn a_module_of_one_rule_is_small() {
    let wasm = module(
        "package a\nallow if input.user == \"admin\"\n",
        &["a/allow"],
        Options::default(),
    );
    assert!(wasm.len() <= 60 << 10, "{} bytes", wasm.len());
}

#[test]
fn the_same_policy_gives_the_same_bytes() {
    let text = "package a\nx contains sprintf(\"%d\", [y]) if some y in input\n";
    let build = || module(text, &["a/x"], STRICT);
    assert_eq!(build(), build());
}

#[test]
fn one_shot_evaluations() {
    let text = "package a\n\
        allow if input.user == \"admin\"\n\
        role := data.roles[input.user]\n\
        names contains n if some n in input.names\n";
    let wasm = module(text, &["a/allow", "a/role", "a/names"], Options::default());
    let mut host = Host::new(&wasm);
    let (data, heap) = with_data(&mut host, r#"{"roles": {"admin": "root", "bob": "dev"}}"#);
    // Each input lies over the texts of the last evaluation.
    for _ in 0..3 {
        for (entry, input, wanted) in [
            (0, r#"{"user": "admin"}"#, r#"[{"result":true}]"#),
            (0, r#"{"user": "bob"}"#, "[]"),
            (1, r#"{"user": "bob"}"#, r#"[{"result":"dev"}]"#),
            (1, r#"{"user": "eve", "names": ["dev", "root"]}"#, "[]"),
            (
                2,
                r#"{"names": ["root", "dev", "a", "bb", "ccc", "dev", "dddd", "eeeee", "a"]}"#,
                r#"[{"result":["a","bb","ccc","dddd","dev","eeeee","root"]}]"#,
            ),
        ] {
            assert_eq!(
                host.eval(entry, data, heap, input).unwrap(),
                wanted,
                "{input}"
            );
        }
    }
    // No input at all.
    let at = host.call("opa_eval", &[0, 0, data, 0, 0, heap, 0]).unwrap();
    assert_eq!(host.text(at), "[]");
    // As terms of Rego.
    host.write(heap, br#"{"names": {"x", 1}}"#);
    let at = host
        .call("opa_eval", &[0, 2, data, heap, 19, heap + 19, 1])
        .unwrap();
    assert_eq!(host.text(at), r#"{{"result":{1,"x"}}}"#);
}

#[test]
fn many_strings_come_and_go() {
    let text = "package a\nfound contains k if { some k in input.keys; data.known[k] }\n\
        same if input.keys[0] == data.first\n";
    let mut host = Host::new(&module(text, &["a/found", "a/same"], Options::default()));
    // Enough strings for the table to grow several times, in data and in inputs.
    let known: Vec<String> = (0..500).map(|i| format!("\"key-{i}\": true")).collect();
    let data = format!(
        "{{\"known\": {{{}}}, \"first\": \"fresh-7\"}}",
        known.join(",")
    );
    let (data, heap) = with_data(&mut host, &data);
    for round in 0..4 {
        for size in [1000 * round + 10, 3] {
            let keys: Vec<String> = (0..size)
                .map(|i| format!("\"key-{}\"", i + round))
                .collect();
            let input = format!("{{\"keys\": [{}]}}", keys.join(","));
            let answer = host.eval(0, data, heap, &input).unwrap();
            let wanted = (round..size + round).filter(|i| *i < 500).count();
            assert_eq!(answer.matches("key-").count(), wanted, "{round} {size}");
        }
        let answer = host
            .eval(1, data, heap, r#"{"keys": ["fresh-7"]}"#)
            .unwrap();
        assert_eq!(answer, r#"[{"result":true}]"#);
    }
}

#[test]
fn evaluations_in_steps_with_the_heap_set_back() {
    let text = "package a\nrole := data.roles[input.user]\n";
    let mut host = Host::new(&module(text, &["a/role"], Options::default()));
    let (data, heap) = with_data(&mut host, r#"{"roles": {"bob": "dev"}}"#);
    for (user, wanted) in [
        ("bob", r#"[{"result":"dev"}]"#),
        ("eve", "[]"),
        ("bob", r#"[{"result":"dev"}]"#),
    ] {
        host.call("opa_heap_ptr_set", &[heap]).unwrap();
        let input = host.parse("opa_json_parse", &format!("{{\"user\": \"{user}\"}}"));
        let result = host.eval_in_steps(0, data, input).unwrap();
        assert_eq!(host.json(result), wanted);
    }
}

#[test]
fn memory_copied_from_one_instance_to_another() {
    let text = "package a\nrole := data.roles[input.user]\n";
    let wasm = module(text, &["a/role"], Options::default());
    let mut donor = Host::new(&wasm);
    donor.call("opa_malloc", &[0]).unwrap();
    let base = donor.call("opa_heap_ptr_get", &[]).unwrap();
    let (data, heap) = with_data(&mut donor, r#"{"roles": {"bob": "dev"}}"#);
    let bytes = donor.memory.data(&donor.store)[base as usize..heap as usize].to_vec();
    let mut host = Host::new(&wasm);
    host.call("opa_malloc", &[0]).unwrap();
    assert_eq!(host.call("opa_heap_ptr_get", &[]).unwrap(), base);
    host.write(base, &bytes);
    host.call("opa_heap_ptr_set", &[heap]).unwrap();
    assert_eq!(host.call("opa_heap_ptr_get", &[]).unwrap(), heap);
    let answer = host.eval(0, data, heap, r#"{"user": "bob"}"#).unwrap();
    assert_eq!(answer, r#"[{"result":"dev"}]"#);
    host.call("opa_heap_ptr_set", &[base]).unwrap();
    let (data, heap) = with_data(&mut host, r#"{"roles": {"eve": "ops"}}"#);
    let answer = host.eval(0, data, heap, r#"{"user": "eve"}"#).unwrap();
    assert_eq!(answer, r#"[{"result":"ops"}]"#);
}

#[test]
fn documents_are_changed_in_place() {
    let text = "package a\nx := data.x\n";
    let mut host = Host::new(&module(text, &["a/x"], Options::default()));
    let (data, _) = with_data(&mut host, r#"{"x": {"a": 1, "c": [1]}}"#);
    for (path, value, code, wanted) in [
        (r#"["x", "b"]"#, "2", 0, r#"{"x":{"a":1,"b":2,"c":[1]}}"#),
        (r#"["x", "a"]"#, "3", 0, r#"{"x":{"a":3,"b":2,"c":[1]}}"#),
        (
            r#"["y", "z"]"#,
            "{}",
            0,
            r#"{"x":{"a":3,"b":2,"c":[1]},"y":{"z":{}}}"#,
        ),
        (r#"["x", "a", "b"]"#, "1", 2, ""),
        ("[]", "1", 3, ""),
        ("[1]", "1", 3, ""),
        ("\"x\"", "1", 3, ""),
    ] {
        let value = host.parse("opa_value_parse", value);
        let at = host.parse("opa_value_parse", path);
        assert_eq!(
            host.call("opa_value_add_path", &[data, at, value]),
            Ok(code),
            "{path}"
        );
        host.call("opa_value_free", &[at]).unwrap();
        if code == 0 {
            assert_eq!(host.json(data), wanted);
        }
    }
    for (path, wanted) in [
        (r#"["x", "c"]"#, r#"{"x":{"a":3,"b":2},"y":{"z":{}}}"#),
        (
            r#"["x", "nowhere", "c"]"#,
            r#"{"x":{"a":3,"b":2},"y":{"z":{}}}"#,
        ),
        (r#"["x"]"#, r#"{"y":{"z":{}}}"#),
    ] {
        let at = host.parse("opa_value_parse", path);
        assert_eq!(host.call("opa_value_remove_path", &[data, at]), Ok(0));
        assert_eq!(host.json(data), wanted);
    }
}

#[test]
fn errors_are_told_with_place_code_and_text() {
    let text = "package a\n\
        p := 1 if input.x\n\
        p := 2 if input.y\n\
        n := to_number(input.n)\n\
        u := upper(input.n)\n\
        d := 1 / input.n\n";
    let entrypoints = &["a/p", "a/n", "a/u", "a/d"];
    let mut lenient = Host::new(&module(text, entrypoints, Options::default()));
    let mut strict = Host::new(&module(text, entrypoints, STRICT));
    let heap = lenient.call("opa_heap_ptr_get", &[]).unwrap();
    let conflict = lenient.eval(0, 0, heap, r#"{"x": 1, "y": 1}"#).unwrap_err();
    assert!(conflict.starts_with("policy.rego:"), "{conflict}");
    assert!(conflict.contains(": eval_conflict_error: "), "{conflict}");
    // The instance is of use after that.
    assert_eq!(
        lenient.eval(0, 0, heap, r#"{"x": 1}"#).unwrap(),
        r#"[{"result":1}]"#
    );
    let heap = strict.call("opa_heap_ptr_get", &[]).unwrap();
    for (entry, input, wanted) in [
        (
            1,
            r#"{"n": "x"}"#,
            "policy.rego:4: eval_builtin_error: to_number: strconv.ParseFloat: parsing \"x\": invalid syntax",
        ),
        (
            2,
            r#"{"n": 1}"#,
            "policy.rego:5: eval_type_error: upper: operand 1 must be string but got number",
        ),
        (
            3,
            r#"{"n": 0}"#,
            "policy.rego:6: eval_builtin_error: div: divide by zero",
        ),
    ] {
        assert_eq!(strict.eval(entry, 0, heap, input).unwrap_err(), wanted);
        assert_eq!(lenient.eval(entry, 0, heap, input).unwrap(), "[]");
    }
    for (args, wanted) in [
        ([0, 9, 0, 0, 0, heap, 0], "invalid entrypoint id"),
        ([1, 0, 0, 0, 0, heap, 0], "invalid reserved argument"),
    ] {
        assert_eq!(strict.call("opa_eval", &args).unwrap_err(), wanted);
    }
    let wrong = strict.eval(0, 0, heap, "{").unwrap_err();
    assert_eq!(wrong, "the input is not valid JSON");
}

#[test]
fn builtins_of_the_host() {
    let text = "package a\n\
        now := [time.now_ns(), time.now_ns()]\n\
        same := [rand.intn(\"x\", 10), rand.intn(\"x\", 10), rand.intn(\"y\", 10)]\n\
        gone if not time.now_ns()\n";
    let entrypoints = &["a/now", "a/same", "a/gone"];
    let mut host = Host::new(&module(text, entrypoints, Options::default()));
    let at = host.call("builtins", &[]).unwrap();
    assert_eq!(host.json(at), r#"{"rand.intn":0,"time.now_ns":1}"#);
    let heap = host.call("opa_heap_ptr_get", &[]).unwrap();
    assert_eq!(host.eval(2, 0, heap, "1").unwrap(), r#"[{"result":true}]"#);
    host.store
        .data_mut()
        .answers
        .insert(1, "1700000000000000000".to_owned());
    host.store.data_mut().answers.insert(0, "7".to_owned());
    host.store.data_mut().called.clear();
    assert_eq!(
        host.eval(0, 0, heap, "1").unwrap(),
        r#"[{"result":[1700000000000000000,1700000000000000000]}]"#
    );
    assert_eq!(
        host.eval(1, 0, heap, "1").unwrap(),
        r#"[{"result":[7,7,7]}]"#
    );
    // One answer for equal arguments in one evaluation.
    let call = |n, args: &[&str]| (n, args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>());
    assert_eq!(
        host.store.data().called,
        [
            call(1, &[]),
            call(0, &["\"x\"", "10"]),
            call(0, &["\"y\"", "10"]),
        ]
    );
}

#[test]
fn print_where_it_is_wanted() {
    let text = "package a\np if { print(\"x\", input.y, input.z) }\n";
    for (print, wanted) in [(true, &["x 1 <undefined>"][..]), (false, &[])] {
        let options = Options {
            print,
            ..Options::default()
        };
        let wasm = module(text, &["a/p"], options);
        let mut host = Host::new(&wasm);
        let heap = host.call("opa_heap_ptr_get", &[]).unwrap();
        assert_eq!(
            host.eval(0, 0, heap, r#"{"y": 1}"#).unwrap(),
            r#"[{"result":true}]"#
        );
        assert_eq!(host.store.data().printed, wanted);
    }
}

#[test]
fn patterns_survive_no_evaluation() {
    let text = "package a\nm if regex.match(input.p, input.s)\n";
    let mut host = Host::new(&module(text, &["a/m"], Options::default()));
    let heap = host.call("opa_heap_ptr_get", &[]).unwrap();
    for _ in 0..3 {
        for (pattern, text, wanted) in [
            ("^a+$", "aaa", r#"[{"result":true}]"#),
            ("^b+$", "aaa", "[]"),
            ("^a+$", "aab", "[]"),
        ] {
            let input = format!("{{\"p\": \"{pattern}\", \"s\": \"{text}\"}}");
            assert_eq!(host.eval(0, 0, heap, &input).unwrap(), wanted);
        }
    }
}

#[test]
fn hosts_that_give_no_memory() {
    let text = "package a\nx := [y | some y in numbers.range(1, 10000000)]\n";
    let wasm = module(text, &["a/x"], Options::default());
    let none = Host::with_memory(&wasm, Some(1 << 20)).err();
    let wanted = "eval_memory_error: memory limit exceeded";
    assert_eq!(none.as_deref(), Some(wanted));
    let mut host = Host::with_memory(&wasm, Some(16 << 20)).unwrap();
    let heap = host.call("opa_heap_ptr_get", &[]).unwrap();
    assert_eq!(host.eval(0, 0, heap, "1").unwrap_err(), wanted);
}

#[test]
fn blocks_are_used_again() {
    let mut host = Host::new(&module("package a\nx := 1\n", &["a/x"], Options::default()));
    let first = host.call("opa_malloc", &[100]).unwrap();
    let second = host.call("opa_malloc", &[100]).unwrap();
    host.call("opa_free", &[first]).unwrap();
    assert_eq!(host.call("opa_malloc", &[90]).unwrap(), first);
    host.call("opa_free", &[first]).unwrap();
    host.call("opa_heap_blocks_stash", &[]).unwrap();
    assert_ne!(host.call("opa_malloc", &[90]).unwrap(), first);
    host.call("opa_heap_blocks_restore", &[]).unwrap();
    assert_eq!(host.call("opa_malloc", &[90]).unwrap(), first);
    assert!(second > first);
}
