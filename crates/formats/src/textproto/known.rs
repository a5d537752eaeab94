//! Messages that have a JSON form of their own.

use protox::prost_reflect::{Kind, MessageDescriptor};

use super::scalar::zero;
use crate::tree::{Object, Value};

const WRAPPERS: &[&str] = &[
    "BoolValue",
    "Int32Value",
    "Int64Value",
    "UInt32Value",
    "UInt64Value",
    "FloatValue",
    "DoubleValue",
    "StringValue",
    "BytesValue",
];

/// The last part of the name, of a message that comes with Protocol Buffers.
fn own_name(descriptor: &MessageDescriptor) -> Option<&str> {
    descriptor.full_name().strip_prefix("google.protobuf.")
}

pub(super) fn is_known(descriptor: &MessageDescriptor) -> bool {
    own_name(descriptor).is_some_and(|name| {
        WRAPPERS.contains(&name)
            || matches!(
                name,
                "Any"
                    | "Timestamp"
                    | "Duration"
                    | "Struct"
                    | "Value"
                    | "ListValue"
                    | "FieldMask"
                    | "Empty"
            )
    })
}

/// The JSON of a message, given its fields.
pub(super) fn json(descriptor: &MessageDescriptor, mut object: Object) -> Result<Value, String> {
    let mut take = |name: &str| object.shift_remove(name).map(|member| member.node.value);
    Ok(match own_name(descriptor) {
        Some("Timestamp") => timestamp(number(take("seconds")), number(take("nanos")))?,
        Some("Duration") => duration(number(take("seconds")), number(take("nanos")))?,
        Some("Struct") => take("fields").unwrap_or_else(|| Value::Object(Object::new())),
        Some("ListValue") => take("values").unwrap_or_else(|| Value::Array(Vec::new())),
        Some("Value") => match object.pop() {
            Some((name, member)) => match member.node.value {
                Value::String(_) if name == "number_value" => {
                    return Err("the number has no JSON form".to_owned());
                }
                value => value,
            },
            None => return Err("the value has no kind".to_owned()),
        },
        Some("FieldMask") => field_mask(take("paths"))?,
        Some(name) if WRAPPERS.contains(&name) => take("value").unwrap_or_else(|| {
            let kind = descriptor
                .get_field_by_name("value")
                .map(|field| field.kind());
            zero(&kind.unwrap_or(Kind::String))
        }),
        _ => Value::Object(object),
    })
}

fn number(value: Option<Value>) -> i64 {
    match value {
        Some(Value::Integer(value)) => value,
        Some(Value::String(text)) => text.parse().unwrap_or_default(),
        _ => 0,
    }
}

const NANOS: i64 = 1_000_000_000;

/// Without the thousands at the end that are zero.
fn trimmed(text: &str) -> &str {
    let text = text.strip_suffix("000").unwrap_or(text);
    let text = text.strip_suffix("000").unwrap_or(text);
    text.strip_suffix(".000").unwrap_or(text)
}

fn duration(seconds: i64, nanos: i64) -> Result<Value, String> {
    if seconds.abs() > 315_576_000_000
        || nanos.abs() > NANOS
        || seconds.signum() * nanos.signum() < 0
    {
        return Err("the duration is out of range".to_owned());
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:09}", seconds.abs(), nanos.abs());
    Ok(Value::String(format!("{}s", trimmed(&text))))
}

fn timestamp(seconds: i64, nanos: i64) -> Result<Value, String> {
    if !(-62_135_596_800..=253_402_300_799).contains(&seconds) || !(0..=NANOS).contains(&nanos) {
        return Err("the timestamp is out of range".to_owned());
    }
    let seconds = seconds + nanos / NANOS;
    let days = seconds.div_euclid(86_400);
    let second = seconds.rem_euclid(86_400);
    // The calendar by eras of 400 years, which begin in March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let text = format!(
        "{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}.{:09}",
        second / 3_600,
        second / 60 % 60,
        second % 60,
        nanos % NANOS
    );
    Ok(Value::String(format!("{}Z", trimmed(&text))))
}

/// Paths in camel case, with commas between them.
fn field_mask(paths: Option<Value>) -> Result<Value, String> {
    let Some(Value::Array(paths)) = paths else {
        return Ok(Value::string(""));
    };
    let mut out = Vec::new();
    for path in paths {
        let Value::String(path) = path.value else {
            continue;
        };
        let mut camel = String::new();
        let mut upper = false;
        for char in path.chars() {
            if char == '_' {
                upper = true;
                continue;
            }
            let reversible =
                char.is_ascii_lowercase() || !upper && (char.is_ascii_digit() || char == '.');
            if !reversible {
                return Err(format!("the path `{path}` has no JSON form"));
            }
            camel.push(if upper {
                char.to_ascii_uppercase()
            } else {
                char
            });
            upper = false;
        }
        let named = path
            .split('.')
            .all(|part| !part.is_empty() && !part.starts_with(|char: char| char.is_ascii_digit()));
        if upper || !named {
            return Err(format!("the path `{path}` has no JSON form"));
        }
        out.push(camel);
    }
    Ok(Value::String(out.join(",")))
}
