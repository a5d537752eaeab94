//! JSON as texts that are equal where the values are.

use serde_json::Value;

/// Numbers by value, keys sorted.
pub(crate) fn canonical(json: &str) -> String {
    text(&serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}")))
}

fn text(value: &Value) -> String {
    match value {
        Value::Number(n) => number(&n.to_string()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(entries) => {
            let mut entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), text(value)))
                .collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_string(),
    }
}

/// All digits that count, and the power of ten of the last one.
fn number(spelling: &str) -> String {
    let lower = spelling.to_ascii_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = whole
        .strip_prefix('-')
        .map_or(("", whole), |rest| ("-", rest));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let last = digits.trim_end_matches('0');
    if last.is_empty() {
        return "0".to_owned();
    }
    let exponent: i64 = exponent.parse().unwrap();
    let power = exponent - fraction.len() as i64 + (digits.len() - last.len()) as i64;
    format!("{sign}{last}e{power}")
}
