//! `--help`.

use crate::support::{kpol, repository};

#[test]
fn each_command_shows_examples() {
    for command in [
        "test",
        "eval",
        "build",
        "explain",
        "verify",
        "check",
        "new",
        "parse",
        "pull",
        "push",
        "fmt",
        "doc",
        "reformat",
        "completions",
    ] {
        for option in ["--help", "-h"] {
            let run = kpol(&[command, option]).expect(0);
            run.says(&["Examples:\n  kpol ", &format!("Usage: kpol {command}")]);
        }
    }
    let all = kpol(&["--help"]).expect(0);
    all.says(&["  test ", "  eval ", "  build "]);
    kpol(&["--version"]).expect(0).says(&["kpol "]);
}

#[test]
fn exit_codes_are_in_the_help() {
    for command in ["test", "eval"] {
        kpol(&[command, "--help"])
            .expect(0)
            .says(&["Exit codes: 0 "]);
    }
}

#[test]
fn the_readme_shows_a_real_run_and_commands_that_exist() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let run = kpol(&["test", "testdata/manifests/bad/privileged.yaml"]).expect(1);
    // The last line counts tests, of which each rule of the library makes some more.
    let (shown, _) = run.stdout.rsplit_once("\n\n").unwrap();
    let picture = format!("$ kpol test testdata/manifests/bad/privileged.yaml\n{shown}\n```");
    assert!(readme.contains(&picture), "{picture}");
    assert!(readme.contains("$ cargo run -- test testdata/manifests "));
    assert!(readme.contains("$ cargo test --workspace "));
}
