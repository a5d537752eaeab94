//! Values as texts that are equal where the values are: numbers by value, object keys sorted.

use serde_json::Value;

/// The canonical text of a JSON value. With `sort`, the items of every array are sorted first.
pub(crate) fn text(value: &Value, sort: bool) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => number(&n.to_string()),
        Value::String(s) => Value::from(s.as_str()).to_string(),
        Value::Array(items) => {
            let mut items: Vec<String> = items.iter().map(|item| text(item, sort)).collect();
            if sort {
                items.sort();
            }
            format!("[{}]", items.join(","))
        }
        Value::Object(entries) => {
            let mut entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), text(value, sort)))
                .collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
    }
}

/// A number as `-?digits e exponent`, without zeros at either end of the digits.
fn number(spelling: &str) -> String {
    let (negative, rest) = match spelling.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, spelling),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().unwrap_or(0)),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let mut exponent = exponent.saturating_sub(fraction.len() as i64);
    let trimmed = digits.trim_end_matches('0');
    exponent = exponent.saturating_add((digits.len() - trimmed.len()) as i64);
    let trimmed = trimmed.trim_start_matches('0');
    if trimmed.is_empty() {
        return "0".to_owned();
    }
    format!("{}{trimmed}e{exponent}", if negative { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests")]

    use super::text;

    fn canonical(json: &str) -> String {
        text(&serde_json::from_str(json).expect("JSON"), false)
    }

    #[test]
    fn equal_numbers_have_one_text() {
        for (a, b) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("100", "1e2"),
            ("0", "-0.00"),
            ("0.5", "5e-1"),
        ] {
            assert_eq!(canonical(a), canonical(b), "{a} and {b}");
        }
        assert_ne!(canonical("1"), canonical("10"));
        assert_ne!(canonical("1"), canonical("-1"));
    }

    #[test]
    fn order_of_keys_does_not_count() {
        assert_eq!(
            canonical(r#"{"a":1,"b":[2]}"#),
            canonical(r#"{"b":[2.0],"a":1}"#)
        );
        assert_ne!(canonical("[1,2]"), canonical("[2,1]"));
    }
}
