//! Pages of the book, run as they stand: blocks with a file's name are written, commands are run, and what the page
//! shows of their output must be in it.

use std::path::Path;
use std::process::Command;

use crate::support::repository;

/// A part of a page that does something.
enum Step {
    /// A block that begins with the name of a file in a comment: `# policy/main.rego`.
    Write { file: String, text: String },
    /// A command, and the lines that the page shows below it.
    Run { command: String, shown: Vec<String> },
}

/// The steps of a page, in order.
fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```").filter(|name| !name.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if language == "console" {
            for line in block {
                match line.strip_prefix("$ ") {
                    Some(command) => steps.push(Step::Run {
                        command: command.to_owned(),
                        shown: Vec::new(),
                    }),
                    None => {
                        if let Some(Step::Run { shown, .. }) = steps.last_mut() {
                            shown.push(line.to_owned());
                        }
                    }
                }
            }
        } else if let Some(file) = block.first().and_then(|line| line.strip_prefix("# file: ")) {
            let text = block.get(1..).unwrap_or_default().join("\n") + "\n";
            steps.push(Step::Write {
                file: file.to_owned(),
                text,
            });
        }
    }
    steps
}

/// Runs a page in an empty folder. A command ends with 0, unless a comment behind it says otherwise: `# exit 1`.
fn run(page: &Path) {
    let text = std::fs::read_to_string(page).unwrap();
    let steps = steps(&text);
    assert!(steps.len() > 3, "{} has no steps", page.display());
    let folder = tempfile::tempdir().unwrap();
    let kpol = assert_cmd::cargo::cargo_bin("kpol");
    let path = std::env::join_paths(
        std::iter::once(kpol.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    for step in steps {
        match step {
            Step::Write { file, text } => {
                let file = folder.path().join(file);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, text).unwrap();
            }
            Step::Run { command, shown } => {
                let wanted = command
                    .rsplit_once("# exit ")
                    .map_or(0, |(_, code)| code.trim().parse().unwrap());
                let output = Command::new("sh")
                    .args(["-c", &command])
                    .current_dir(folder.path())
                    .env("PATH", &path)
                    .env("KPOL_CACHE_DIR", "")
                    .env("NO_COLOR", "1")
                    .output()
                    .unwrap();
                let told = format!(
                    "{}{}",
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
                assert_eq!(output.status.code(), Some(wanted), "{command}\n{told}");
                for line in shown
                    .iter()
                    .filter(|line| !line.trim().is_empty() && *line != "…")
                {
                    assert!(
                        told.lines().any(|got| got.trim_end() == line.trim_end()),
                        "`{command}` does not print\n{line}\nbut\n{told}"
                    );
                }
            }
        }
    }
}

#[test]
fn writing_a_policy_from_start_to_end() {
    run(&repository().join("docs/authoring.md"));
}

#[test]
fn moving_from_conftest() {
    run(&repository().join("docs/from-conftest.md"));
}
