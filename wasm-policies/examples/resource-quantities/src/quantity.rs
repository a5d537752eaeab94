//! Quantities of resources, as Kubernetes writes them.

use kpol_policy_sdk::Value;

/// An amount of a resource in billionths of its unit, exact; Kubernetes keeps no smaller part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(i128);

/// The power of 10 that a billionth is below a unit.
const DECIMALS: i32 = 9;

impl Quantity {
    /// Reads the value of a resource: text such as `500m` or `1.5Gi`, or a JSON number.
    ///
    /// Returns nothing for what is no quantity, and for amounts beyond the range of 128 bits.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Number(number) => Self::parse(&number.to_string()),
            _ => None,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = unsigned
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let mantissa = digits(&[whole, fraction].concat())?;
        let decimals = u32::try_from(fraction.len()).ok()?;
        let amount = Multiplier::parse(suffix)?.billionths(mantissa, decimals)?;
        Some(Self(if negative { -amount } else { amount }))
    }
}

/// What a suffix multiplies by: a power of 2 or of 10.
#[derive(Clone, Copy)]
enum Multiplier {
    Two(u32),
    Ten(i32),
}

impl Multiplier {
    fn parse(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "" => Self::Ten(0),
            "n" => Self::Ten(-9),
            "u" => Self::Ten(-6),
            "m" => Self::Ten(-3),
            "k" => Self::Ten(3),
            "M" => Self::Ten(6),
            "G" => Self::Ten(9),
            "T" => Self::Ten(12),
            "P" => Self::Ten(15),
            "E" => Self::Ten(18),
            "Ki" => Self::Two(10),
            "Mi" => Self::Two(20),
            "Gi" => Self::Two(30),
            "Ti" => Self::Two(40),
            "Pi" => Self::Two(50),
            "Ei" => Self::Two(60),
            _ => Self::Ten(suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
        })
    }

    /// Returns billionths of the mantissa, which has so many decimals, times this multiplier. What
    /// lies below a billionth rounds up, as Kubernetes does it.
    fn billionths(self, mantissa: i128, decimals: u32) -> Option<i128> {
        let (mantissa, power) = match self {
            Self::Two(power) => (mantissa.checked_mul(1i128.checked_shl(power)?)?, 0),
            Self::Ten(power) => (mantissa, power),
        };
        let power = power
            .checked_add(DECIMALS)?
            .checked_sub_unsigned(decimals)?;
        let factor = 10i128.checked_pow(power.unsigned_abs())?;
        if power >= 0 {
            return mantissa.checked_mul(factor);
        }
        let rest = i128::from(mantissa % factor != 0);
        (mantissa / factor).checked_add(rest)
    }
}

/// Reads decimal digits.
fn digits(text: &str) -> Option<i128> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_amounts_in_other_spellings() {
        for (left, right) in [
            ("1", "1000m"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("1.", "1"),
            ("1Ki", "1024"),
            ("1.5Gi", "1536Mi"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("12E", "12e18"),
            ("+1", "1"),
            ("1e-3", "1m"),
            ("100u", "0.1m"),
            ("0.0000000001", "1n"),
            ("0.00000000001", "1n"),
            ("1e-12", "1n"),
            ("0.5n", "1n"),
            ("0.5Ki", "512"),
        ] {
            assert_eq!(
                Quantity::parse(left),
                Quantity::parse(right),
                "{left} {right}"
            );
            assert!(Quantity::parse(left).is_some(), "{left}");
        }
    }

    #[test]
    fn order() {
        for (less, more) in [
            ("1G", "1Gi"),
            ("1073M", "1Gi"),
            ("1Gi", "1074M"),
            ("999m", "1"),
            ("-1", "0"),
            ("1n", "1u"),
        ] {
            assert!(
                Quantity::parse(less) < Quantity::parse(more),
                "{less} {more}"
            );
        }
    }

    #[test]
    fn no_quantities() {
        for text in [
            "",
            "x",
            "1x",
            "1 Gi",
            "Gi",
            "1.2.3",
            "--1",
            "1e",
            "1e99",
            "1ki",
            "0x10",
            "-",
            "1e-99",
            "99999999999999999999999999999999999999999",
            "1gi",
            "é",
            "1é",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }

    #[test]
    fn json_numbers_and_other_values() {
        assert_eq!(Quantity::of(&Value::from(2)), Quantity::parse("2"));
        assert_eq!(Quantity::of(&Value::from(0.5)), Quantity::parse("500m"));
        assert_eq!(Quantity::of(&Value::Null), None);
        assert_eq!(Quantity::of(&Value::from(vec![1])), None);
    }
}
