//! A sample of findings for somebody to read and judge: which ones is decided by a seed and by the findings alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

/// A finding, in the order in which findings are drawn.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    file: String,
    line: u64,
    rule: String,
    message: String,
}

/// Draws findings from a report of `kpol test -o json`, and writes them as rows of a table, sorted by place, with room
/// for a verdict and a reason. File names are told below `root`.
///
/// # Errors
///
/// Where the report cannot be read, is no report, or tells of something that could not be checked.
pub(crate) fn table(report: &Path, root: &str, seed: u64, count: usize) -> Result<String, String> {
    let text = std::fs::read_to_string(report)
        .map_err(|error| format!("{}: {error}", report.display()))?;
    let report: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let findings: Vec<Finding> = findings(&report, root)?.into_iter().collect();
    let all = findings.len();
    let drawn = draw(findings, seed, count);
    let mut out = format!(
        "{} of {all} findings, seed {seed}.\n\n| rule | place | finding | verdict | reason |\n|---|---|---|---|---|\n",
        drawn.len()
    );
    for one in &drawn {
        let _ = writeln!(
            out,
            "| {} | {}:{} | {} | | |",
            one.rule,
            one.file,
            one.line,
            one.message.replace('|', "\\|").replace('\n', " ")
        );
    }
    Ok(out)
}

fn findings(report: &Value, root: &str) -> Result<BTreeSet<Finding>, String> {
    let results = report.as_array().ok_or("not a report: no list")?;
    let mut found = BTreeSet::new();
    for result in results {
        if let Some(errors) = result.get("errors") {
            return Err(format!("something could not be checked: {errors}"));
        }
        for member in ["failures", "warnings"] {
            let Some(list) = result.get(member).and_then(Value::as_array) else {
                continue;
            };
            for item in list {
                found.insert(finding(item, root).ok_or_else(|| format!("no finding: {item}"))?);
            }
        }
    }
    Ok(found)
}

fn finding(item: &Value, root: &str) -> Option<Finding> {
    let place = item.get("location")?;
    let file = place.get("file")?.as_str()?;
    Some(Finding {
        file: (file.strip_prefix(root).unwrap_or(file))
            .trim_start_matches('/')
            .to_owned(),
        line: place.get("line")?.as_u64()?,
        rule: item.get("rule")?.as_str()?.to_owned(),
        message: item.get("msg")?.as_str()?.to_owned(),
    })
}

/// The first `count` steps of a Fisher-Yates shuffle, sorted again.
fn draw(mut findings: Vec<Finding>, seed: u64, count: usize) -> Vec<Finding> {
    let mut state = seed;
    let count = count.min(findings.len());
    for i in 0..count {
        let left = (findings.len() - i) as u64;
        let step = usize::try_from(split_mix(&mut state) % left).unwrap_or(0);
        findings.swap(i, i + step);
    }
    findings.truncate(count);
    findings.sort();
    findings
}

/// SplitMix64.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn report(n: u64) -> Value {
        let failures: Vec<Value> = (1..=n)
            .map(|line| {
                json!({"rule": "a/b", "msg": "x | y", "location": {"file": "root/a.yaml", "line": line}})
            })
            .collect();
        json!([{"filename": "root/a.yaml", "failures": failures}, {"filename": "b"}])
    }

    #[test]
    fn a_seed_draws_the_same_findings() {
        let lines = |seed, count| -> Vec<u64> {
            let all = findings(&report(50), "root").unwrap().into_iter().collect();
            draw(all, seed, count).iter().map(|one| one.line).collect()
        };
        assert_eq!(lines(7, 10), lines(7, 10));
        assert_ne!(lines(7, 10), lines(8, 10));
        assert_eq!(lines(7, 10).len(), 10);
        assert_eq!(lines(7, 99), (1..=50).collect::<Vec<_>>());
    }

    #[test]
    fn what_could_not_be_checked_is_no_sample() {
        assert!(findings(&json!([{"errors": [{"msg": "x"}]}]), "").is_err());
        assert!(findings(&json!({}), "").is_err());
        assert!(findings(&json!([{"failures": [{"msg": "x"}]}]), "").is_err());
    }

    #[test]
    fn rows_of_a_table() {
        let folder = std::env::temp_dir().join(format!("kpol-sample-{}", std::process::id()));
        std::fs::write(&folder, report(1).to_string()).unwrap();
        let table = table(&folder, "root", 1, 5);
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(
            table.unwrap(),
            "1 of 1 findings, seed 1.\n\n| rule | place | finding | verdict | reason |\n|---|---|---|---|---|\n\
             | a/b | a.yaml:1 | x \\| y | | |\n"
        );
    }
}
