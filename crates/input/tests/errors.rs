//! What users see of texts that are no input.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kpol_diagnostics::{SourceMap, render};
use kpol_input::{Format, read_str};

#[test]
fn yaml_errors() {
    let texts = [
        "kind: Pod\nspec:\n  a: 1\n  b: 2\n  a: 3\n",
        "kind: Pod\nspec:\n  replicas: {{ .Values.replicas }}\n",
        "kind: Pod\nmetadata:\n\tname: x\n",
        "kind: Pod\nmessage: error: no such file\n",
        "kind: Pod\nname\nspec: 1\n",
        "a:\n  - b\n c: d\n",
        "a: [1, 2\nb: 3\n",
        "a: \"open\nb: 3\n",
        "a: @b\n",
        "a: *b\n",
        "a: &x [*x]\n",
        "a: .inf\n",
        "a: !!int x\n",
        "a:\n  <<: 1\n",
        "~: 1\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: 1\n...\nb: 2\n",
        "a: \"\\d\"\n",
        "a: \u{1}\n",
        "a: b\n- c\n",
    ];
    let mut all = String::new();
    for text in texts {
        let mut sources = SourceMap::new();
        let error = read_str(&mut sources, "pod.yaml", text, Format::Yaml).unwrap_err();
        all.push_str(&render(&sources, &[error.diagnostic()], false));
        all.push('\n');
    }
    insta::assert_snapshot!(all);
}
