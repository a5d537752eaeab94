//! Texts as Go reads and writes them: formats without types get theirs from what Go's parsers accept.

/// A float by the rules of Go's `strconv.ParseFloat`: decimal or hexadecimal, underscores between digits, names of
/// infinities. `None` also for what is out of range.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    let signed = body.len() != text.len();
    match body.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        "nan" if !signed => return Some(f64::NAN),
        _ => {}
    }
    if body.contains('_') && !underscores_fit(body) {
        return None;
    }
    let body = body.replace('_', "");
    let value = match body.strip_prefix("0x").or(body.strip_prefix("0X")) {
        Some(hex) => parse_hex_float(hex)?,
        None => {
            // Rust's grammar is the same but for the names, which begin with letters.
            let begins = body.starts_with(|char: char| char.is_ascii_digit() || char == '.');
            begins.then(|| body.parse::<f64>().ok())??
        }
    };
    value.is_finite().then_some(sign * value)
}

/// Underscores stand between digits, or behind the prefix of a base.
fn underscores_fit(body: &str) -> bool {
    let bytes = body.as_bytes();
    let prefixed = bytes.first() == Some(&b'0')
        && matches!(
            bytes.get(1).map(u8::to_ascii_lowercase),
            Some(b'b' | b'o' | b'x')
        );
    let hex = prefixed && matches!(bytes.get(1), Some(b'x' | b'X'));
    let mut before = if prefixed { b'0' } else { b'^' };
    for byte in bytes.iter().skip(if prefixed { 2 } else { 0 }) {
        let digit = byte.is_ascii_digit() || (hex && byte.is_ascii_hexdigit());
        match (digit, byte, before) {
            (true, ..) => before = b'0',
            (false, b'_', b'0') => before = b'_',
            (false, b'_', _) | (false, _, b'_') => return false,
            _ => before = b'!',
        }
    }
    before != b'_'
}

/// `1.8p3`: digits of base 16 and a binary exponent, which has to be there.
fn parse_hex_float(hex: &str) -> Option<f64> {
    let (digits, exponent) = hex.split_once(['p', 'P'])?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') {
        -100_000
    } else {
        100_000
    });
    let mut mantissa: u64 = 0;
    let mut seen = false;
    for (char, scale) in whole
        .chars()
        .map(|char| (char, 0))
        .chain(fraction.chars().map(|char| (char, 4)))
    {
        let digit = u64::from(char.to_digit(16)?);
        seen = true;
        // Bits beyond these do not change the nearest float, unless they decide a tie.
        if mantissa >> 59 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= scale;
        } else {
            mantissa |= u64::from(digit != 0);
            exponent += 4 - scale;
        }
    }
    let exponent = i32::try_from(exponent.clamp(-2200, 2200)).ok()?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounding to the nearest is meant"
    )]
    let mantissa = mantissa as f64;
    // In two steps, since the power alone may be out of range.
    let half = exponent / 2;
    seen.then(|| mantissa * 2f64.powi(half) * 2f64.powi(exponent - half))
}

/// A boolean by the rules of Go's `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// A float as `%v` prints it: the shortest text, with an exponent below -4 and from 6 on.
pub(crate) fn format_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let power: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&power) {
        return format!("{value}");
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.unsigned_abs())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{format_float, parse_bool, parse_float};

    /// As Go 1.27 answers.
    #[test]
    fn floats() {
        let good = [
            ("1_000", 1000.0),
            ("0x1p-2", 0.25),
            ("0x1_0p1", 32.0),
            ("0x_1p0", 1.0),
            ("0x.8p0", 0.5),
            ("0X1P4", 16.0),
            ("+Infinity", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("1e-999", 0.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("+5", 5.0),
            ("1e5", 100_000.0),
            ("00012", 12.0),
            ("1_000.5", 1000.5),
            ("0x1.fffffffffffffp1023", f64::MAX),
        ];
        for (text, value) in good {
            assert_eq!(parse_float(text), Some(value), "{text}");
        }
        assert!(parse_float("NaN").unwrap().is_nan());
        let bad = [
            "",
            "-",
            "+",
            "0x10",
            "-nan",
            "1e999",
            "1__0",
            "_1",
            "1_",
            "0b1",
            "1e+",
            "infinit",
            ".",
            "e5",
            "0x",
            "0xp1",
            "0x1p",
            "1 ",
            "1_e5",
            "--1",
            "0x1p99999",
        ];
        for text in bad {
            assert_eq!(parse_float(text), None, "{text}");
        }
        assert_eq!(parse_bool("T"), Some(true));
        assert_eq!(parse_bool("tRUE"), None);
    }

    #[test]
    fn texts() {
        let cases = [
            (1.0, "1"),
            (-0.0001, "-0.0001"),
            (1e-5, "1e-05"),
            (100_000.0, "100000"),
            (999_999.0, "999999"),
            (1e6, "1e+06"),
            (1_234_567.5, "1.2345675e+06"),
            (1e20, "1e+20"),
            (1e100, "1e+100"),
            (f64::INFINITY, "+Inf"),
        ];
        for (value, text) in cases {
            assert_eq!(format_float(value), text);
        }
    }
}
