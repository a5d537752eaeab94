//! `print`, as modules with it call it: `internal.print` with an array of sets, each the values that an operand has.

use kpol_runtime::{Heap, Kind, Value, json};

/// The most lines that one call prints.
const MAX_LINES: usize = 1_000;

/// What an operand without a value is printed as.
const UNDEFINED: &str = "<undefined>";

/// The lines of a call: one for each combination of values. None where the operands are not as they should be.
pub(super) fn lines(args: &str, limit: u32) -> Option<Vec<String>> {
    let mut heap = Heap::with_limit(limit);
    let array = json::parse_term(&mut heap, args).ok()?;
    let [operands] = heap.items(array)[..] else {
        return None;
    };
    if heap.kind(operands) != Kind::Array {
        return None;
    }
    let mut lines = vec![String::new()];
    for (number, operand) in heap.items(operands).into_iter().enumerate() {
        if heap.kind(operand) != Kind::Set {
            return None;
        }
        let values = texts(&mut heap, operand);
        let mut longer = Vec::with_capacity((lines.len() * values.len()).min(MAX_LINES));
        for line in &lines {
            for value in &values {
                if longer.len() == MAX_LINES {
                    break;
                }
                let space = if number > 0 { " " } else { "" };
                longer.push(format!("{line}{space}{value}"));
            }
        }
        lines = longer;
    }
    (!heap.exhausted()).then_some(lines)
}

fn texts(heap: &mut Heap<'_>, set: Value) -> Vec<String> {
    heap.sort(set);
    let values = heap.items(set);
    if values.is_empty() {
        return vec![UNDEFINED.to_owned()];
    }
    let text = |value| {
        let mut text = String::new();
        if heap.is_string(value) {
            text.push_str(heap.text(value));
        } else {
            json::rego_text(heap, value, &mut text);
        }
        text
    };
    values.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_combination_is_a_line() {
        for (args, expected) in [
            (r#"[[{"a"},{1}]]"#, Some(vec!["a 1"])),
            (r#"[[{"a"},set()]]"#, Some(vec!["a <undefined>"])),
            (
                r#"[[{1,2},{"x","y"}]]"#,
                Some(vec!["1 x", "1 y", "2 x", "2 y"]),
            ),
            (r#"[[{{1,"x"}}]]"#, Some(vec![r#"{1, "x"}"#])),
            ("[[]]", Some(vec![""])),
            ("[[1]]", None),
            ("[1]", None),
            ("[]", None),
            ("[", None),
        ] {
            let found = lines(args, 1 << 20);
            let found: Option<Vec<&str>> = found
                .as_ref()
                .map(|l| l.iter().map(String::as_str).collect());
            assert_eq!(found, expected, "{args}");
        }
    }

    #[test]
    fn the_lines_of_a_call_are_bounded() {
        let set: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let args = format!("[[{{{0}}},{{{0}}}]]", set.join(","));
        assert_eq!(lines(&args, 1 << 24).map(|l| l.len()), Some(MAX_LINES));
    }
}
