//! What a plain scalar means.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Which rules plain scalars are read by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schema {
    /// As `sigs.k8s.io/yaml` does (YAML 1.1 with its own numbers): kubectl, the API server, conftest, and
    /// OPA's `yaml.unmarshal`.
    #[default]
    Kubernetes,
}

/// A scalar's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer of more than 63 bits, in decimal.
    Number(String),
    /// A finite float.
    Float(f64),
    /// A float that JSON has no text for.
    NotFinite,
    /// The scalar's own text.
    Text,
    /// Another text.
    Decoded(String),
}

const TAG_PREFIX: &str = "tag:yaml.org,2002:";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Merge,
    Str,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Type::Null => "!!null",
            Type::Bool => "!!bool",
            Type::Int => "!!int",
            Type::Float => "!!float",
            Type::Timestamp => "!!timestamp",
            Type::Merge => "!!merge",
            Type::Str => "!!str",
        }
    }
}

impl Schema {
    /// The value of a scalar: its text, whether it stands without quotes, and its tag in full form.
    ///
    /// # Errors
    ///
    /// A message when the text is none of the type that the tag says.
    pub(crate) fn resolve(
        self,
        text: &str,
        plain: bool,
        tag: Option<&str>,
    ) -> Result<Scalar, String> {
        let tag = match tag {
            None if !plain => return Ok(Scalar::Text),
            None => return Ok(untagged(text).1),
            Some(tag) => tag,
        };
        let wanted = match tag.strip_prefix(TAG_PREFIX) {
            Some("str") => return Ok(Scalar::Text),
            Some("binary") => {
                let compact: String = text
                    .chars()
                    .filter(|char| !matches!(char, '\n' | '\r'))
                    .collect();
                let bytes = STANDARD
                    .decode(compact)
                    .map_err(|_| "the value of `!!binary` is no base64".to_owned())?;
                return Ok(Scalar::Decoded(
                    String::from_utf8_lossy(&bytes).into_owned(),
                ));
            }
            Some("null") => Type::Null,
            Some("bool") => Type::Bool,
            Some("int") => Type::Int,
            Some("float") => Type::Float,
            Some("timestamp") => Type::Timestamp,
            _ => return Ok(Scalar::Text),
        };
        let (mut found, value) = untagged(text);
        if found != Type::Timestamp && wanted == Type::Timestamp && is_timestamp(text) {
            found = Type::Timestamp;
        }
        match (wanted, found) {
            (Type::Float, Type::Int) if matches!(value, Scalar::Integer(_)) => Ok(widen(value)),
            _ if wanted == found => Ok(value),
            _ => Err(format!(
                "cannot read {} `{text}` as {}",
                found.name(),
                wanted.name()
            )),
        }
    }
}

/// An integer through a 64-bit float, as `!!float` makes one of it.
fn widen(value: Scalar) -> Scalar {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "what the tag asks for")]
        Scalar::Integer(value) => Scalar::Float(value as f64),
        other => other,
    }
}

fn untagged(text: &str) -> (Type, Scalar) {
    let Some(first) = text.bytes().next() else {
        return (Type::Null, Scalar::Null);
    };
    if let Some(found) = word(text) {
        return found;
    }
    match first {
        b'.' => match float_after_point(text) {
            Some(value) => (Type::Float, finite(value)),
            None => (Type::Str, Scalar::Text),
        },
        b'0'..=b'9' | b'+' | b'-' => numeric(text),
        _ => (Type::Str, Scalar::Text),
    }
}

fn word(text: &str) -> Option<(Type, Scalar)> {
    // Every word of the table is at most this long.
    if text.len() > 5 {
        return None;
    }
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            (Type::Bool, Scalar::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            (Type::Bool, Scalar::Bool(false))
        }
        "~" | "null" | "Null" | "NULL" => (Type::Null, Scalar::Null),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => (Type::Float, Scalar::NotFinite),
        "<<" => (Type::Merge, Scalar::Text),
        _ => return None,
    })
}

fn finite(value: f64) -> Scalar {
    if value.is_finite() {
        Scalar::Float(value)
    } else {
        Scalar::NotFinite
    }
}

/// `.5`, `.5e3`: digits and an exponent follow the point; `_` may stand between two digits.
fn float_after_point(text: &str) -> Option<f64> {
    let digit = |at: Option<usize>| {
        at.and_then(|at| text.as_bytes().get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let mut underscores = text.match_indices('_').map(|(at, _)| at);
    if !underscores.all(|at| digit(at.checked_sub(1)) && digit(at.checked_add(1))) {
        return None;
    }
    let text = text.replace('_', "");
    if !is_decimal_float(&text) {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

fn numeric(text: &str) -> (Type, Scalar) {
    if is_timestamp(text) {
        return (Type::Timestamp, Scalar::Text);
    }
    let plain: std::borrow::Cow<'_, str> = if text.contains('_') {
        text.replace('_', "").into()
    } else {
        text.into()
    };
    if let Some(value) = integer(&plain) {
        return (Type::Int, value);
    }
    if is_decimal_float(&plain) {
        if let Some(exact) = big_integer(&plain) {
            return (Type::Int, Scalar::Number(exact));
        }
        if let Ok(value) = plain.parse::<f64>()
            && value.is_finite()
        {
            return (Type::Float, finite(value));
        }
    }
    (Type::Str, Scalar::Text)
}

/// An integer of 64 bits (with or without a sign bit) in base 2, 8, 10 or 16.
fn integer(text: &str) -> Option<Scalar> {
    let (negative, signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, text.get(1..)?),
        b'+' => (false, true, text.get(1..)?),
        _ => (false, false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // A second sign would be read by the standard library.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    let value = if negative {
        -i128::from(size)
    } else {
        i128::from(size)
    };
    match i64::try_from(value) {
        Ok(value) => Some(Scalar::Integer(value)),
        // Beyond 63 bits a sign is not read, which leaves the float below.
        Err(_) if signed => None,
        Err(_) => Some(Scalar::Number(size.to_string())),
    }
}

/// The digits of a decimal integer too large for 64 bits, which stays exact (Go would round it).
fn big_integer(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.trim_start_matches('0');
    let exact = digits.len() >= 19 && digits.bytes().all(|byte| byte.is_ascii_digit());
    exact.then(|| format!("{sign}{digits}"))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(text: &str) -> bool {
    let skip_digits = |text: &mut &[u8]| {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *text = text.get(count..).unwrap_or_default();
        count > 0
    };
    let mut rest = text.as_bytes();
    if let [b'+' | b'-', after @ ..] = rest {
        rest = after;
    }
    let whole = skip_digits(&mut rest);
    if let [b'.', after @ ..] = rest {
        rest = after;
        if !skip_digits(&mut rest) && !whole {
            return false;
        }
    } else if !whole {
        return false;
    }
    if let [b'e' | b'E', after @ ..] = rest {
        rest = after;
        if let [b'+' | b'-', after @ ..] = rest {
            rest = after;
        }
        if !skip_digits(&mut rest) {
            return false;
        }
    }
    rest.is_empty()
}

/// Whether a text is a date, or a date and time, in one of the forms that go-yaml takes for one.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || !bytes.iter().take(4).all(u8::is_ascii_digit) {
        return false;
    }
    // All that begins like a date is a string, or nothing else: no number has this form but `2024-…`, which
    // none of the number forms accepts.
    true
}
