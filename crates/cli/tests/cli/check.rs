//! `kpol check`.

use crate::support::{Folder, kpol};

const POLICY: &str = "package main

import data.lib

deny contains msg if {
	unused := 1
	msg := \"no\"
}
";

#[test]
fn all_errors_of_all_files_are_shown() {
    let folder = Folder::new()
        .file("policy/a.rego", "package a\n\np if {\n")
        .file("policy/b.rego", "package b\n\nq := unbound\n")
        .file(
            "policy/b_test.rego",
            "package b_test\n\ntest_q if count([], 1, 2)\n",
        );
    let run = folder.kpol(&["check", "policy"]).expect(1);
    run.says(&[
        "parse-error",
        "error[unsafe-variable]: var unbound is unsafe",
        "error[arity-mismatch]",
        "b_test.rego:3",
        "3 files, 3 errors, 0 warnings",
    ]);
}

#[test]
fn strict_mode_is_an_option() {
    let folder = Folder::new().file("policy/p.rego", POLICY);
    folder
        .kpol(&["check", "policy"])
        .expect(0)
        .says(&["1 file, 0 errors, 0 warnings"]);
    folder
        .kpol(&["check", "--strict", "policy"])
        .expect(1)
        .says(&[
            "error[unused-import]: import data.lib unused",
            "error[unused-variable]: assigned var unused unused",
        ]);
}

#[test]
fn outputs_have_places_and_hints() {
    let folder = Folder::new().file("policy/p.rego", "package main\n\np if cuont([1]) == 1\n");
    let run = folder.kpol(&["check", "policy", "-o", "json"]).expect(1);
    let json = run.json();
    let error = &json[0];
    assert_eq!(error["line"], 3);
    assert_eq!(error["col"], 6);
    assert_eq!(error["code"], "undefined-function");
    assert_eq!(error["opa_code"], "rego_type_error");
    assert_eq!(error["message"], "undefined function cuont");
    assert_eq!(error["hint"], "did you mean `count`?");
    assert!(error["file"].as_str().unwrap().ends_with("p.rego"));
    folder
        .kpol(&["check", "policy", "-o", "github"])
        .expect(1)
        .says(&[
            "::error file=policy/p.rego,line=3,endLine=3,col=6,title=undefined-function::undefined function cuont%0Ahelp: did you mean `count`?",
        ]);
}

#[test]
fn warnings_do_not_fail() {
    let folder = Folder::new().file(
        "policy/p.rego",
        "# METADATA\n# titel: A\npackage main\n\ndeny if input.x\n",
    );
    folder.kpol(&["check", "policy"]).expect(0).says(&[
        "warning[unknown-metadata-key]: unknown metadata key `titel`",
        "did you mean `title`?",
        "p.rego:5",
        "0 errors, 2 warnings",
    ]);
}

#[test]
fn codes_are_explained() {
    kpol(&["check", "--explain", "unsafe-variable"])
        .expect(0)
        .says(&[
            "A variable that nothing binds.",
            "rego_unsafe_var_error",
            "p := x",
        ]);
    kpol(&["check", "--explain", "unsafe-varible"])
        .expect(2)
        .says(&["did you mean `unsafe-variable`?"]);
}

#[test]
fn what_cannot_be_read_is_not_checked() {
    let folder = Folder::new();
    folder
        .kpol(&["check", "nowhere"])
        .expect(2)
        .says(&["no such policy folder"]);
}
