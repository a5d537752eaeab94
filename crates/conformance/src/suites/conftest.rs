//! conftest's own acceptance tests, with kpol in its place: the commands of `index.jsonl` in a shell.
//!
//! A case passes when all of its assertions hold, and when each step prints what conftest printed, up to the order of
//! lines and colour. What names the peer itself is not compared: its help, its version, the release of Go in JUnit
//! output, durations.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use super::{Tally, lines};

/// The classes that need neither a network nor another program. Other formats count where kpol has the parser.
const CLASSES: [&str; 5] = ["core", "reformat", "doc", "pull-local", "other-format"];

#[derive(Deserialize)]
struct Row {
    id: String,
    suite: String,
    class: String,
    cwd: String,
    #[serde(default)]
    setup: Vec<String>,
    #[serde(default)]
    setup_file: String,
    #[serde(default)]
    setup_each: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    run: String,
    asserts: Vec<Assert>,
    peer_output: Option<String>,
}

#[derive(Deserialize)]
struct Assert {
    what: String,
    op: String,
    value: Value,
    #[serde(default)]
    index: usize,
}

/// What a step did.
struct Ran {
    status: Option<i64>,
    output: String,
}

/// Runs the suite in a folder.
///
/// # Errors
/// A text that says why it cannot be run at all.
pub(crate) fn run(dir: &Path) -> Result<Tally, String> {
    let kpol = super::kpol()?;
    let scratch = super::scratch(dir)?;
    let root = scratch.path().join("root");
    // A folder without policies, which an archive cannot have.
    std::fs::create_dir_all(root.join("internal")).map_err(|error| error.to_string())?;
    let mut suites: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in lines::<Row>(&dir.join("index.jsonl"))? {
        // Some cases bring all of their files with them.
        std::fs::create_dir_all(root.join(&row.cwd)).map_err(|error| error.to_string())?;
        if CLASSES.contains(&row.class.as_str()) {
            suites.entry(row.suite.clone()).or_default().push(row);
        }
    }
    let mut tally = Tally::default();
    for (number, rows) in suites.values().enumerate() {
        let out = scratch.path().join(format!("out{number}"));
        std::fs::create_dir_all(&out).map_err(|error| error.to_string())?;
        let script = script(rows, &root, &out);
        // The steps' own failures are what is looked at: the script's status says nothing.
        Command::new("bash")
            .args(["-c", &script])
            .env("BIN", &kpol)
            .env("ROOT", &root)
            .env("KPOL_CONFTEST_COMPAT", "1")
            .current_dir(&root)
            .output()
            .map_err(|error| format!("cannot run bash: {error}"))?;
        for (number, row) in rows.iter().enumerate() {
            let result = row.steps.iter().enumerate().try_for_each(|(step, wanted)| {
                let name = format!("{number}.{step}");
                check(wanted, &ran(&out, &name, &root), &out, &name)
                    .map_err(|error| format!("{}\n{error}", wanted.run))
            });
            tally.add(&row.class, &row.id, result);
        }
    }
    Ok(tally)
}

/// All cases of a file, one after another in one shell: what a file sets up is shared.
fn script(rows: &[Row], root: &Path, out: &Path) -> String {
    let mut text = String::new();
    let (root, out) = (root.display(), out.display());
    for (number, row) in rows.iter().enumerate() {
        let folder = format!("\"{root}/{}\"", row.cwd);
        if number == 0 {
            let _ = writeln!(text, "cd {folder}\nDIR={folder}\n{}", row.setup_file);
        }
        let _ = writeln!(
            text,
            "(\ncd {folder}\n{}\n{}",
            row.setup_each,
            row.setup.join("\n")
        );
        for (step, wanted) in row.steps.iter().enumerate() {
            let file = format!("\"{out}/{number}.{step}");
            let _ = writeln!(
                text,
                "{{\n{}\n}} >{file}.out\" 2>&1 </dev/null\necho $? >{file}.status\"",
                wanted.run
            );
            for (index, assert) in wanted.asserts.iter().enumerate() {
                let test = match assert.what.as_str() {
                    "file" => "-f",
                    "dir" => "-d",
                    _ => continue,
                };
                let path = assert.value.as_str().unwrap_or_default();
                let _ = writeln!(text, "[ {test} \"{path}\" ] && : >{file}.{index}\"");
            }
        }
        let _ = writeln!(text, ")");
    }
    text
}

fn ran(out: &Path, name: &str, root: &Path) -> Ran {
    let read = |ending: &str| {
        let bytes = std::fs::read(out.join(format!("{name}.{ending}"))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ran {
        status: read("status").trim().parse().ok(),
        output: read("out").replace(&root.display().to_string(), "$ROOT"),
    }
}

fn check(wanted: &Step, ran: &Ran, out: &Path, name: &str) -> Result<(), String> {
    let told = || format!("status {:?}, output:\n{}", ran.status, ran.output);
    for (index, assert) in wanted.asserts.iter().enumerate() {
        if !holds(assert, ran, &out.join(format!("{name}.{index}"))) {
            let Assert {
                what, op, value, ..
            } = assert;
            return Err(format!("{what} {op} {value} does not hold; {}", told()));
        }
    }
    let names_itself = ["--help", "--version"]
        .iter()
        .any(|flag| wanted.run.contains(flag));
    let Some(peer) = wanted.peer_output.as_ref().filter(|_| !names_itself) else {
        return Ok(());
    };
    let (got, want) = (comparable(&ran.output), comparable(peer));
    if got == want {
        return Ok(());
    }
    let only = |these: &[String], others: &[String]| {
        let mut others = others.to_vec();
        let mut text = String::new();
        for line in these {
            match others.iter().position(|other| other == line) {
                Some(at) => {
                    others.swap_remove(at);
                }
                None => {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
        text
    };
    Err(format!(
        "prints other lines than conftest; only kpol's:\n{}only conftest's:\n{}",
        only(&got, &want),
        only(&want, &got)
    ))
}

fn holds(assert: &Assert, ran: &Ran, exists: &Path) -> bool {
    let text = match &assert.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines: Vec<&str> = ran.output.lines().filter(|line| !line.is_empty()).collect();
    let output = ran.output.trim_end_matches('\n');
    let number = assert.value.as_i64();
    match (assert.what.as_str(), assert.op.as_str()) {
        ("status", "eq") => ran.status.is_some() && ran.status == number,
        ("status", "ne") => ran.status.is_some() && ran.status != number,
        ("output", "contains") => output.contains(&text),
        ("output", "not_contains") => !output.contains(&text),
        ("output", "eq") => output == text,
        ("line", "eq") => lines.get(assert.index) == Some(&text.as_str()),
        ("line", "contains") => lines
            .get(assert.index)
            .is_some_and(|line| line.contains(&text)),
        ("line_count", "eq") => i64::try_from(lines.len()).ok() == number,
        ("file" | "dir", "exists") => exists.exists(),
        ("file" | "dir", "absent") => !exists.exists(),
        _ => false,
    }
}

/// The lines of an output in some order, without colours and what differs from run to run.
fn comparable(output: &str) -> Vec<String> {
    let mut lines: Vec<String> = plain(output)
        .lines()
        .map(|line| timeless(line.trim_end()))
        .filter(|line| !line.is_empty() && !line.contains("name=\"go.version\""))
        .map(|line| addressless(&unnumbered(&line)))
        .map(|line| {
            if line.contains(['│', '─']) {
                narrow(&line)
            } else {
                line
            }
        })
        .collect();
    lines.sort();
    lines
}

/// Without escapes of colour.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// `(449.791µs)` as `(T)`.
fn timeless(line: &str) -> String {
    let Some((before, after)) = line.rsplit_once('(') else {
        return line.to_owned();
    };
    let Some((inside, end)) = after.split_once(')') else {
        return line.to_owned();
    };
    let unit = inside.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if unit.len() < inside.len() && ["ns", "µs", "ms", "s"].contains(&unit) {
        format!("{before}(T){end}")
    } else {
        line.to_owned()
    }
}

/// `0x8ed177d26e0`, and the name server that was asked, are those of one run.
fn addressless(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("0x") {
        out.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out.push_str(rest);
    let Some((before, after)) = out.split_once(" on ") else {
        return out;
    };
    match after.split_once(":53: ") {
        Some((_, after)) => format!("{before}: {after}"),
        None => out,
    }
}

/// A line of a table without its padding, which goes by the length of paths.
fn narrow(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if !(matches!(c, ' ' | '─') && out.ends_with(c)) {
            out.push(c);
        }
    }
    out
}

/// A line of TAP without its number: order does not count.
fn unnumbered(line: &str) -> String {
    for word in ["ok ", "not ok "] {
        if let Some(rest) = line.strip_prefix(word)
            && let Some((number, text)) = rest.split_once(" - ")
            && number.parse::<u32>().is_ok()
        {
            return format!("{word}- {text}");
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn outputs_are_compared_without_order_colour_and_time() {
        assert_eq!(
            comparable("\u{1b}[31mFAIL\u{1b}[0m - a\nx: PASS (9.03ms)\n\nnot ok 2 - b\n"),
            comparable("not ok 1 - b\nx: PASS (7µs)\nFAIL - a\n")
        );
        assert_ne!(comparable("a\na\n"), comparable("a\n"));
        assert_ne!(comparable("f (x)"), comparable("f (y)"));
    }
}
