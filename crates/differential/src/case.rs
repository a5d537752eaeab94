//! A case: a policy that can be taken apart, and its documents.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// One branch of a rule: its head (or `else := value`) and the statements of its body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Branch {
    pub(crate) head: String,
    pub(crate) body: Vec<String>,
}

/// A rule with its `else` branches; a `default` is a branch without a body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) branches: Vec<Branch>,
}

/// A policy with documents to evaluate it on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Case {
    /// Imports, one a line.
    pub(crate) imports: Vec<String>,
    pub(crate) rules: Vec<Rule>,
    /// The rules that are asked for, as paths below `data.t`.
    pub(crate) queries: Vec<String>,
    pub(crate) input: Option<serde_json::Value>,
    pub(crate) data: serde_json::Value,
    /// Whether builtin errors end an evaluation.
    pub(crate) strict: bool,
}

impl Case {
    /// The policy's text.
    pub(crate) fn module(&self) -> String {
        let mut text = String::from("package t\n");
        for import in &self.imports {
            let _ = writeln!(text, "\nimport {import}");
        }
        for rule in &self.rules {
            text.push('\n');
            for (number, branch) in rule.branches.iter().enumerate() {
                text.push_str(if number > 0 { " else" } else { "" });
                if number > 0 && !branch.head.is_empty() {
                    text.push(' ');
                }
                text.push_str(&branch.head);
                if !branch.body.is_empty() {
                    text.push_str(" if {\n");
                    for statement in &branch.body {
                        let _ = writeln!(text, "\t{}", statement.replace('\n', "\n\t"));
                    }
                    text.push('}');
                }
            }
            text.push('\n');
        }
        text
    }
}
