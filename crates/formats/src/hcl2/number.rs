//! Literals of numbers.

/// A decimal number: digits, and how many of them stand behind the point (below zero: zeros follow).
pub(super) struct Decimal {
    digits: String,
    scale: i64,
}

/// The longest text that a number may have without an exponent.
const MAX_DIGITS: i64 = 5_000;

/// Reads a literal; `None` where it is malformed, such as `1.2.3`, or out of range.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    let mut digits = digits.trim_start_matches('0').to_owned();
    while scale > 0 && digits.ends_with('0') {
        digits.pop();
        scale -= 1;
    }
    if digits.is_empty() {
        scale = 0;
    }
    let decimal = Decimal { digits, scale };
    (scale.abs() <= MAX_DIGITS && decimal.plain().parse::<f64>().is_ok_and(f64::is_finite))
        .then_some(decimal)
}

impl Decimal {
    /// Without an exponent; the text is JSON, too.
    pub(super) fn plain(&self) -> String {
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let Ok(scale) = usize::try_from(self.scale) else {
            let zeros = usize::try_from(self.scale.unsigned_abs()).unwrap_or_default();
            return format!("{}{}", self.digits, "0".repeat(zeros));
        };
        if scale == 0 {
            return self.digits.clone();
        }
        let padded = format!("{:0>width$}", self.digits, width = scale + 1);
        let (whole, fraction) = padded
            .split_at_checked(padded.len() - scale)
            .unwrap_or((&padded, ""));
        format!("{whole}.{fraction}")
    }
}
