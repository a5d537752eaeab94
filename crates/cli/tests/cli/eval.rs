//! `kpol eval`.

use crate::support::{Folder, NO_PODS, kpol};

#[test]
fn a_term_gives_its_value() {
    for (query, value) in [
        ("1 + 1", "2"),
        ("1 == 2", "false"),
        ("false", "false"),
        ("null", "null"),
        ("count({1, 2, 2})", "2"),
        ("upper(\"a\")", "\"A\""),
        ("0.1 + 0.2", "0.3"),
        ("12345678901234567890 + 1", "12345678901234567891"),
        ("1 in [1]", "true"),
        ("[x | some x in [1, 2]]", "[\n  1,\n  2\n]"),
        ("{\"a\": 1}.a", "1"),
        ("input.x with input as {\"x\": 7}", "7"),
    ] {
        let run = kpol(&["eval", query]).expect(0);
        assert_eq!(run.stdout.trim_end(), value, "{query}");
    }
}

#[test]
fn an_undefined_term_gives_nothing() {
    for query in ["input.x", "data.nothing.here", "1 / 0", "[1][input]"] {
        let run = kpol(&["eval", query]).expect(0);
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", "undefined\n"),
            "{query}"
        );
    }
}

#[test]
fn other_queries_give_their_solutions() {
    for (query, solutions) in [
        ("x := 1; y := x + 1", "[{\"x\": 1, \"y\": 2}]"),
        ("some x in [1, 2]", "[{\"x\": 1}, {\"x\": 2}]"),
        ("x = [1, 2][_]; x > 1", "[{\"x\": 2}]"),
        ("not false", "[{}]"),
        ("1 == 1; 1 == 2", "[]"),
        ("[1, 2][_]", "[1, 2]"),
        ("[1, 2][_] > 1", "[false, true]"),
        ("[][_]", "[]"),
        (
            "{\"a\": 1}[k]",
            "[{\"value\": 1, \"bindings\": {\"k\": \"a\"}}]",
        ),
    ] {
        let expected: serde_json::Value = serde_json::from_str(solutions).unwrap();
        assert_eq!(kpol(&["eval", query]).expect(0).json(), expected, "{query}");
    }
}

#[test]
fn policies_input_and_data() {
    let folder = Folder::with(NO_PODS).file("d/team/names.yaml", "names: [a, b]\n");
    let eval = |args: &[&str]| {
        let mut all = vec!["eval"];
        all.extend(args);
        folder.kpol(&all).expect(0).json().to_string()
    };
    let args = ["-p", "policies", "-i", "pod.yaml", "data.main.deny"];
    assert_eq!(eval(&args), "[\"no pods\"]");
    assert_eq!(eval(&["-p", "policies", "data.main.deny"]), "[]");
    assert_eq!(eval(&["-d", "d", "data.team.names[_]"]), "[\"a\",\"b\"]");
    assert_eq!(eval(&["-i", "pod.yaml", "input.metadata.name"]), "\"web\"");
    let stdin = folder.kpol_stdin(&["eval", "-i", "-", "input.a"], "a: 010\n");
    assert_eq!(stdin.expect(0).stdout, "8\n");
}

#[test]
fn what_does_not_compile_or_fails_has_code_2() {
    for (query, says) in [
        ("x ==", "--> query:1:"),
        ("x", "var x is unsafe"),
        ("nofunction(1)", "--> query:1:1"),
        ("", "query"),
    ] {
        kpol(&["eval", query]).expect(2).says(&[says]);
    }
    kpol(&["eval", "--strict-builtin-errors", "1 / 0"])
        .expect(2)
        .says(&["eval_builtin_error", "query:1:1", "divide by zero"]);
    let folder = Folder::with(NO_PODS)
        .file("two.yaml", "a: 1\n---\na: 2\n")
        .file("bad.yaml", "a: [\n")
        .file("bad.rego", "package x\n\np if {\n");
    folder
        .kpol(&["eval", "-i", "two.yaml", "input"])
        .expect(2)
        .says(&["`two.yaml` has 2 documents"]);
    folder
        .kpol(&["eval", "-i", "bad.yaml", "input"])
        .expect(2)
        .says(&["bad.yaml:"]);
    folder
        .kpol(&["eval", "-i", "nowhere.yaml", "input"])
        .expect(2)
        .says(&["nowhere.yaml"]);
    folder
        .kpol(&["eval", "-p", "bad.rego", "data.x"])
        .expect(2)
        .says(&["--> bad.rego:3:"]);
}

#[test]
fn requests_go_to_hosts_that_are_allowed() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere";
        stream.write_all(answer).unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let query = format!(
        "http.send({{\"method\": \"get\", \"url\": \"http://127.0.0.1:{port}/\"}}).raw_body"
    );
    kpol(&[
        "eval",
        "--strict-builtin-errors",
        "--allow-net",
        "localhost",
        &query,
    ])
    .expect(2)
    .says(&["http.send: disallowed host: 127.0.0.1"]);
    let run = kpol(&[
        "eval",
        "--allow-net",
        "localhost",
        "--allow-net",
        "127.0.0.1",
        &query,
    ]);
    assert_eq!(run.expect(0).stdout.trim_end(), "\"here\"");
    assert!(server.join().unwrap().starts_with("GET / HTTP/1.1\r\n"));
}
