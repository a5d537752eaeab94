//! Modules that speak OPA's Wasm ABI, and bundles.

use std::path::PathBuf;
use std::process::Command;

use flate2::{Compression, write::GzEncoder};

use crate::support::Folder;

/// A module whose entrypoints give fixed results.
fn module() -> Vec<u8> {
    let results = [
        (
            "main",
            r#"{"deny": ["no"], "warn": [{"msg": "hm", "k": 1}], "allow": true, "deny_more": []}"#,
        ),
        ("main/allow", "true"),
        ("other/violation", r#"["other", "another"]"#),
        ("other/broken", r#"{"deny": 1}"#),
        ("other/nothing", ""),
    ];
    let (mut data, mut select, mut names) = (String::new(), String::new(), Vec::new());
    let text = |text: &str| text.replace('"', "\\22");
    for (number, (name, result)) in results.iter().enumerate() {
        let at = 1024 * (number + 2);
        let rows = match *result {
            "" => "[]".to_owned(),
            result => format!("[{{\"result\": {result}}}]"),
        };
        names.push(format!("\"{name}\": {number}"));
        data += &format!("(data (i32.const {at}) \"{}\\00\")", text(&rows));
        select += &format!(
            "(if (i32.eq (local.get 0) (i32.const {number})) (then (return (i32.const {at}))))"
        );
    }
    let names = text(&format!("{{{}}}", names.join(", ")));
    let wat = format!(
        r#"(module
          (memory (export "memory") 1)
          (global (export "opa_wasm_abi_version") i32 (i32.const 1))
          (global (export "opa_wasm_abi_minor_version") i32 (i32.const 1))
          (data (i32.const 64) "{names}\00")
          (data (i32.const 1024) "{{}}\00")
          {data}
          (global $entry (mut i32) (i32.const 0))
          (func (export "entrypoints") (result i32) i32.const 64)
          (func (export "builtins") (result i32) i32.const 1024)
          (func (export "opa_malloc") (param i32) (result i32) i32.const 32768)
          (func (export "opa_free") (param i32))
          (func (export "opa_json_parse") (param i32 i32) (result i32) local.get 0)
          (func (export "opa_value_parse") (param i32 i32) (result i32) local.get 0)
          (func (export "opa_json_dump") (param i32) (result i32) local.get 0)
          (func (export "opa_value_dump") (param i32) (result i32) local.get 0)
          (func (export "opa_heap_ptr_get") (result i32) i32.const 32768)
          (func (export "opa_heap_ptr_set") (param i32))
          (func (export "opa_eval_ctx_new") (result i32) i32.const 8)
          (func (export "opa_eval_ctx_set_input") (param i32 i32))
          (func (export "opa_eval_ctx_set_data") (param i32 i32))
          (func (export "opa_eval_ctx_set_entrypoint") (param i32 i32)
            (global.set $entry (local.get 1)))
          (func (export "eval") (param i32) (result i32) i32.const 0)
          (func $select (param i32) (result i32) {select} unreachable)
          (func (export "opa_eval_ctx_get_result") (param i32) (result i32)
            (call $select (global.get $entry))))"#
    );
    wat::parse_str(wat).unwrap()
}

/// A name and contents.
type File<'f> = (&'f str, &'f [u8]);

/// A bundle of files with these names and contents.
fn bundle(files: &[File]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

const POLICY: &[u8] = b"package main\n\ndeny contains msg if {\n\tsome c in input.spec.containers\n\tnot startswith(c.image, data.registry.name)\n\tmsg := sprintf(\"%s: foreign image\", [c.name])\n}\n\nwarn contains \"w\"\n";

fn folder() -> Folder {
    let folder = Folder::with("package main\n");
    std::fs::write(folder.path("p.wasm"), module()).unwrap();
    let files: &[(&str, &[u8])] = &[
        (".manifest", br#"{"revision": "7", "roots": [""]}"#),
        (
            "data.json",
            br#"{"registry": {"name": "registry.example/"}}"#,
        ),
        ("main/main.rego", POLICY),
        (
            "main/main_test.rego",
            b"package main_test\ntest_x if { broken",
        ),
    ];
    std::fs::write(folder.path("b.tar.gz"), bundle(files)).unwrap();
    let files: &[(&str, &[u8])] = &[("policy.wasm", &module())];
    std::fs::write(folder.path("w.tar.gz"), bundle(files)).unwrap();
    folder
}

#[test]
fn entrypoints_of_a_module_are_evaluated() {
    let folder = folder();
    for source in [["--module", "p.wasm"], ["-b", "w.tar.gz"]] {
        for (choice, expected) in [
            (&["-e", "main/allow"][..], "true\n"),
            (&["data.main.allow"], "true\n"),
            (&["-e", "data.main.allow"], "true\n"),
            (
                &["-e", "other/violation", "-i", "pod.yaml"],
                "[\n  \"other\",\n  \"another\"\n]\n",
            ),
        ] {
            let run = folder
                .kpol(&[&["eval"], &source[..], choice].concat())
                .expect(0);
            assert_eq!(run.stdout, expected);
        }
        let run = folder.kpol(&[&["eval"], &source[..], &["-e", "other/nothing"]].concat());
        assert_eq!(run.expect(0).says(&["undefined"]).stdout, "");
        folder
            .kpol(&[&["eval"], &source[..], &["-e", "main/deny"]].concat())
            .expect(2)
            .says(&[
                "has no entrypoint `main/deny`",
                "its entrypoints: main, main/allow, other/",
            ]);
        folder
            .kpol(&[&["eval"], &source[..]].concat())
            .expect(2)
            .says(&["has 5 entrypoints: choose one with `-e`"]);
        folder
            .kpol(&[&["eval"], &source[..], &["1 + 1"]].concat())
            .expect(2)
            .says(&["is the ref of an entrypoint"]);
    }
}

#[test]
fn checks_of_a_module_point_at_the_object() {
    let folder = folder();
    for source in [["--module", "p.wasm"], ["-b", "w.tar.gz"]] {
        // A package, and a rule of another one.
        folder
            .kpol(
                &[
                    &["test"],
                    &source[..],
                    &["-e", "main", "-e", "other/violation", "pod.yaml"],
                ]
                .concat(),
            )
            .expect(1)
            .says(&["--> pod.yaml:1:1", "no", "hm", "another"]);
        let report = folder
            .kpol(
                &[
                    &["test"],
                    &source[..],
                    &["-o", "json", "-e", "main", "pod.yaml"],
                ]
                .concat(),
            )
            .expect(1)
            .json();
        assert_eq!(report[0]["namespace"], "main");
        assert_eq!(report[0]["failures"][0]["msg"], "no");
        assert_eq!(
            report[0]["failures"][0]["metadata"]["query"],
            "data.main.deny"
        );
        assert_eq!(report[0]["warnings"][0]["metadata"]["k"], 1);
        assert_eq!(report[0]["successes"], 1);
        // All entrypoints: one of them gives what is no finding.
        folder
            .kpol(&[&["test"], &source[..], &["pod.yaml"]].concat())
            .expect(2)
            .says(&["`data.other.broken.deny` yields `1`", "another"]);
        folder
            .kpol(&[&["test"], &source[..], &["-e", "main/allow", "pod.yaml"]].concat())
            .expect(2)
            .says(&["no rule ran", "`main/allow`"]);
        folder
            .kpol(
                &[
                    &["test"],
                    &source[..],
                    &["-e", "main", "-e", "other/nothing", "pod.yaml"],
                ]
                .concat(),
            )
            .expect(2)
            .says(&["no rule ran", "`other/nothing`"]);
        folder
            .kpol(&[&["test"], &source[..], &["-e", "main/x", "pod.yaml"]].concat())
            .expect(2)
            .says(&["has no entrypoint `main/x`"]);
    }
}

#[test]
fn the_policies_of_a_bundle_run_with_its_data() {
    let folder = folder();
    folder
        .kpol(&["test", "-b", "b.tar.gz", "pod.yaml"])
        .expect(1)
        .says(&["--> pod.yaml:", "foreign image"]);
    folder
        .kpol(&["test", "-b", "b.tar.gz", "-e", "main/warn", "pod.yaml"])
        .expect(0)
        .says_nothing_of(&["foreign image"]);
    folder
        .kpol(&["test", "-b", "b.tar.gz", "-e", "main/allow", "pod.yaml"])
        .expect(2)
        .says(&["no rule ran: `main/allow` is no `deny`"]);
    let run = folder
        .kpol(&["eval", "-b", "b.tar.gz", "data.registry.name"])
        .expect(0);
    assert_eq!(run.stdout, "\"registry.example/\"\n");
    let run = folder
        .kpol(&["eval", "-b", "b.tar.gz", "-e", "main/warn"])
        .expect(0);
    assert_eq!(run.stdout, "[\n  \"w\"\n]\n");
    folder
        .kpol(&["eval", "-b", "b.tar.gz"])
        .expect(2)
        .says(&["nothing to evaluate"]);
}

#[test]
fn what_is_wrong_with_a_bundle_is_said() {
    let folder = folder();
    let module = module();
    let cases: &[(&[File], &str)] = &[
        (&[("a.rego", b"package a\nx if {")], "bad.tar.gz:a.rego:2"),
        (
            &[("data.json", b"{"), ("a.rego", POLICY)],
            "bad.tar.gz:data.json:1",
        ),
        (&[("README", b"")], "no rule ran"),
        (
            &[("policy.wasm", b"\0asm")],
            "bad.tar.gz:policy.wasm: not a WebAssembly module",
        ),
        (
            &[("policy.wasm", &module), ("a/policy.wasm", &module)],
            "2 compiled policies",
        ),
        (
            &[
                (".manifest", br#"{"rego_version": 2}"#),
                ("a.rego", b"package a"),
            ],
            "Rego version 2",
        ),
        (
            &[
                (".manifest", br#"{"roots": ["a/b", "main"]}"#),
                ("a/data.json", br#"{"c": 1}"#),
                ("a.rego", POLICY),
            ],
            "`a/c` is outside of the manifest's roots (a/b, main)",
        ),
        (
            &[(".manifest", br#"{"roots": ["a"]}"#), ("m.rego", POLICY)],
            "`main` is outside of the manifest's roots (a)",
        ),
    ];
    for (files, expected) in cases {
        std::fs::write(folder.path("bad.tar.gz"), bundle(files)).unwrap();
        folder
            .kpol(&["test", "-b", "bad.tar.gz", "pod.yaml"])
            .expect(2)
            .says(&[expected]);
    }
    std::fs::write(folder.path("bad.tar.gz"), "package a").unwrap();
    folder
        .kpol(&["eval", "-b", "bad.tar.gz", "data"])
        .expect(2)
        .says(&["bad.tar.gz: not a readable archive"]);
    folder
        .kpol(&["eval", "-b", "none.tar.gz", "data"])
        .expect(2)
        .says(&["cannot read `none.tar.gz`"]);
    let files: &[(&str, &[u8])] = &[
        (".manifest", br#"{"rego_version": 0}"#),
        ("a.rego", b"package a\nx[1] { true }"),
    ];
    std::fs::write(folder.path("v0.tar.gz"), bundle(files)).unwrap();
    let run = folder
        .kpol(&["eval", "-b", "v0.tar.gz", "data.a.x"])
        .expect(0);
    assert_eq!(run.stdout, "[\n  1\n]\n");
}

/// An `opa` to build real modules with: `KPOL_OPA`, or the one on the path.
fn opa() -> Option<PathBuf> {
    let named = std::env::var_os("KPOL_OPA").map(PathBuf::from);
    let program = named.unwrap_or_else(|| PathBuf::from("opa"));
    let runs = Command::new(&program).arg("version").output();
    if runs.is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    eprintln!("left out: there is no `opa`, and KPOL_OPA names none");
    None
}

#[test]
fn bundles_of_opa_run() {
    let Some(opa) = opa() else { return };
    let folder = folder();
    std::fs::create_dir_all(folder.path("src")).unwrap();
    std::fs::write(folder.path("src/main.rego"), POLICY).unwrap();
    std::fs::write(
        folder.path("src/data.json"),
        r#"{"registry": {"name": "r/"}}"#,
    )
    .unwrap();
    let build = |target: &str, entries: &[&str]| {
        let mut build = Command::new(&opa);
        build.current_dir(folder.path("src"));
        build.args(["build", "-t", target, "-o", "../real.tar.gz", "."]);
        build.args(entries.iter().flat_map(|entry| ["-e", *entry]));
        assert!(build.status().unwrap().success());
    };
    for (target, entries) in [
        ("wasm", &["main/deny", "main/warn"][..]),
        ("wasm", &["main"]),
        ("rego", &[]),
    ] {
        build(target, entries);
        folder
            .kpol(&["test", "-b", "real.tar.gz", "pod.yaml"])
            .expect(1)
            .says(&["--> pod.yaml:", "foreign image"]);
    }
}
