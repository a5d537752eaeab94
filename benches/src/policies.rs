//! Policies that are too long to be files.

use std::fmt::Write as _;

/// A rule that matches the Deployment.
const MATCHING: &str = include_str!("../policies/one_rule.rego");

/// A policy of `count` rules for as many kinds, of which the one for Deployments is in the middle.
#[must_use]
pub fn rules(count: usize) -> String {
    let (package, matching) = MATCHING.split_once("\n\n").unwrap_or_default();
    let mut text = format!("{package}\n");
    for number in 0..count {
        if number == count / 2 {
            let _ = write!(text, "\n{matching}");
        } else {
            let _ = write!(text, "\n{}", other(number));
        }
    }
    text
}

/// A rule for a kind of its own.
fn other(number: usize) -> String {
    format!(
        r#"deny contains msg if {{
	input.kind == "Widget{number}"
	some part in input.spec.parts
	part.size > {limit}
	msg := sprintf("part `%s` of widget {number} is larger than %d", [part.name, {limit}])
}}
"#,
        limit = 10 + number % 90,
    )
}

#[cfg(test)]
mod tests {
    use super::rules;

    #[test]
    fn as_many_rules_as_asked_for() {
        for count in [1, 2, 100] {
            let text = rules(count);
            assert_eq!(text.matches("deny contains").count(), count);
            assert_eq!(text.matches("\"Deployment\"").count(), 1);
        }
    }
}
