//! Values of fields that are no messages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protox::prost_reflect::{EnumDescriptor, Kind};

use super::syntax::{Number, Val, ValKind};
use crate::tree::Value;

/// The JSON form of a value, and whether it is the zero of its kind. `None` where it does not fit.
pub(super) fn scalar(kind: &Kind, value: &Val) -> Option<(Value, bool)> {
    Some(match kind {
        Kind::Bool => {
            let value = boolean(value)?;
            (Value::Bool(value), !value)
        }
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            let value = i32::try_from(integer(value)?).ok()?;
            (Value::Integer(value.into()), value == 0)
        }
        Kind::Uint32 | Kind::Fixed32 => {
            let value = u32::try_from(unsigned(value)?).ok()?;
            (Value::Integer(value.into()), value == 0)
        }
        // 64 bits are texts in JSON.
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            let value = i64::try_from(integer(value)?).ok()?;
            (Value::String(value.to_string()), value == 0)
        }
        Kind::Uint64 | Kind::Fixed64 => {
            let value = u64::try_from(unsigned(value)?).ok()?;
            (Value::String(value.to_string()), value == 0)
        }
        Kind::Float => {
            #[expect(clippy::cast_possible_truncation, reason = "too large is infinite")]
            let value = float(value)? as f32;
            // The shortest text of 32 bits, as JSON has it.
            let wide = value.to_string().parse().unwrap_or(f64::from(value));
            (float_value(wide), wide.to_bits() == 0)
        }
        Kind::Double => {
            let value = float(value)?;
            (float_value(value), value.to_bits() == 0)
        }
        Kind::String => match &value.kind {
            ValKind::Text(bytes) => {
                let text = String::from_utf8(bytes.clone()).ok()?;
                let zero = text.is_empty();
                (Value::String(text), zero)
            }
            _ => return None,
        },
        Kind::Bytes => match &value.kind {
            ValKind::Text(bytes) => (Value::String(STANDARD.encode(bytes)), bytes.is_empty()),
            _ => return None,
        },
        Kind::Enum(descriptor) => {
            let number = match &value.kind {
                ValKind::Word(name) => descriptor.get_value_by_name(name)?.number(),
                _ => i32::try_from(integer(value)?).ok()?,
            };
            (enum_value(descriptor, number), number == 0)
        }
        Kind::Message(_) => return None,
    })
}

/// The value of a field that is not set.
pub(super) fn zero(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(false),
        Kind::String | Kind::Bytes | Kind::Message(_) => Value::string(""),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 => {
            Value::string("0")
        }
        Kind::Enum(descriptor) => enum_value(descriptor, descriptor.default_value().number()),
        _ => Value::Integer(0),
    }
}

fn enum_value(descriptor: &EnumDescriptor, number: i32) -> Value {
    if descriptor.full_name() == "google.protobuf.NullValue" {
        return Value::Null;
    }
    match descriptor.get_value(number) {
        Some(value) => Value::string(value.name()),
        None => Value::Integer(number.into()),
    }
}

fn float_value(value: f64) -> Value {
    if value.is_nan() {
        Value::string("NaN")
    } else if value.is_infinite() {
        Value::string(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        Value::Float(value)
    }
}

fn boolean(value: &Val) -> Option<bool> {
    match &value.kind {
        ValKind::Word(word) => match word.as_str() {
            "t" | "true" | "True" => Some(true),
            "f" | "false" | "False" => Some(false),
            _ => None,
        },
        // Also `1f`: the sign of a float is no part of the number.
        ValKind::Number(number) if !number.text.starts_with('-') => {
            match integer_text(&number.text)? {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            }
        }
        _ => None,
    }
}

fn integer(value: &Val) -> Option<i128> {
    match &value.kind {
        ValKind::Number(Number { text, float: false }) => integer_text(text),
        _ => None,
    }
}

fn integer_text(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (digits, base) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (digits, 8),
        None => (digits, 10),
    };
    i128::from_str_radix(digits, base)
        .ok()
        .map(|value| sign * value)
}

/// Not even a zero may have a sign.
fn unsigned(value: &Val) -> Option<i128> {
    match &value.kind {
        ValKind::Number(number) if !number.text.starts_with('-') => integer(value),
        _ => None,
    }
}

fn float(value: &Val) -> Option<f64> {
    match &value.kind {
        ValKind::Word(word) => match word.to_ascii_lowercase().as_str() {
            "nan" => Some(f64::NAN),
            "inf" | "infinity" => Some(f64::INFINITY),
            "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        // Too large is infinite; other bases are none of floats.
        ValKind::Number(number) => number.text.parse().ok(),
        _ => None,
    }
}
