//! conftest's SARIF: five rules for each namespace, a line where the policy gave one.

use std::collections::HashMap;
use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::finding::{Finding, Loc};
use crate::json::{go_json, sorted};
use crate::problem::Problem;
use crate::report::FileResult;
use crate::reporter::{Reporter, RunInfo, Summary};

/// Keeps all results, since rules stand before them.
pub(crate) struct SarifCompat<'w> {
    out: Box<dyn io::Write + 'w>,
    rules: Vec<Rule>,
    indexes: HashMap<String, usize>,
    results: Vec<SarifResult>,
    failed: bool,
    warned: bool,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    #[serde(skip_serializing_if = "Map::is_empty")]
    properties: Map<String, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Place; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: i64,
    end_line: i64,
}

#[derive(Serialize)]
struct Log<'a> {
    version: &'a str,
    #[serde(rename = "$schema")]
    schema: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    results: &'a [SarifResult],
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    information_uri: &'a str,
    name: &'a str,
    rules: &'a [Rule],
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    exit_code: u8,
    exit_code_description: &'a str,
}

impl<'w> SarifCompat<'w> {
    pub(crate) fn new(out: Box<dyn io::Write + 'w>) -> SarifCompat<'w> {
        SarifCompat {
            out,
            rules: Vec::new(),
            indexes: HashMap::new(),
            results: Vec::new(),
            failed: false,
            warned: false,
        }
    }

    fn add(
        &mut self,
        result: &FileResult,
        kind: (&str, &'static str),
        message: &str,
        loc: Option<&Loc>,
        metadata: Map<String, Value>,
    ) {
        let (kind, level) = kind;
        let id = format!("{}/{kind}", result.namespace);
        let index = *self.indexes.entry(id.clone()).or_insert_with(|| {
            let text = match kind {
                "success" => "Policy was satisfied successfully",
                "skip" => "Policy check was skipped",
                "allow" => "Policy exception",
                "warn" => "Policy warning",
                _ => "Policy violation",
            };
            self.rules.push(Rule {
                id: id.clone(),
                short_description: Text {
                    text: text.to_owned(),
                },
                properties: sorted(metadata),
            });
            self.rules.len() - 1
        });
        let mut file = result.filename.as_str();
        let mut region = None;
        if let Some(loc) = loc {
            file = loc.file.as_deref().unwrap_or_default();
            let line = loc.line.as_ref().and_then(serde_json::Number::as_i64);
            let line = line.unwrap_or_default();
            region = Some(Region {
                start_line: line,
                end_line: line,
            });
        }
        self.results.push(SarifResult {
            rule_id: id,
            rule_index: index,
            level,
            message: Text {
                text: message.to_owned(),
            },
            locations: [Place {
                physical_location: Physical {
                    artifact_location: Artifact { uri: escaped(file) },
                    region,
                },
            }],
        });
    }

    fn findings(&mut self, result: &FileResult, kind: (&str, &'static str), all: &[Finding]) {
        for one in all {
            let mut metadata = one.metadata.clone();
            if !one.query.is_empty() {
                metadata.insert("query".to_owned(), Value::String(one.query.clone()));
            }
            let loc = one
                .loc
                .as_ref()
                .filter(|loc| loc.file.is_some() || loc.line.is_some());
            self.add(result, kind, &one.message, loc, metadata);
        }
    }

    fn result(&mut self, result: &FileResult) {
        self.findings(result, ("deny", "error"), &result.failures);
        self.findings(result, ("warn", "warning"), &result.warnings);
        for one in &result.exceptions {
            self.add(result, ("allow", "note"), &one.message, None, Map::new());
        }
        self.failed |= !result.failures.is_empty();
        self.warned |= !result.warnings.is_empty();
        if !result.failures.is_empty() || !result.warnings.is_empty() {
            return;
        }
        let (kind, text) = if result.successes > 0 || !result.exceptions.is_empty() {
            ("success", "Policy was satisfied successfully")
        } else {
            ("skip", "Policy check was skipped")
        };
        let mut metadata = Map::new();
        metadata.insert("description".to_owned(), Value::String(text.to_owned()));
        self.add(result, (kind, "none"), text, None, metadata);
    }
}

/// A path as Go's `url.URL.EscapedPath` writes it.
fn escaped(file: &str) -> String {
    let mut out = String::new();
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'='
            | b'@' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    if file == "*" { file.to_owned() } else { out }
}

impl Reporter for SarifCompat<'_> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, results: &[FileResult], _: &[Problem]) -> io::Result<()> {
        results.iter().for_each(|result| self.result(result));
        Ok(())
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        let log = Log {
            version: "2.1.0",
            schema: "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        information_uri: "https://github.com/open-policy-agent/conftest",
                        name: "conftest",
                        rules: &self.rules,
                        version: "dev",
                    },
                },
                invocations: [Invocation {
                    execution_successful: true,
                    exit_code: u8::from(self.failed),
                    exit_code_description: if self.failed {
                        "Policy violations found"
                    } else if self.warned {
                        "Policy warnings found"
                    } else {
                        "No policy violations found"
                    },
                }],
                results: &self.results,
            }],
        };
        self.out.write_all(&go_json(&log)?)?;
        self.out.flush()
    }
}
