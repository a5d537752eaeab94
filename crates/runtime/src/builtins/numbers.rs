//! Arithmetic, rounding, ranges, `to_number` and `rand.intn`. `minus` also takes sets.

use alloc::{format, string::String};

use kpol_abi::layout::control;
use num_bigint::BigInt;
use num_traits::Signed;

use super::{
    BuiltinError, Outcome, Table,
    operand::{at, big, from_big, int, number, text, type_error},
    rego_text::quoted,
    sets,
};
use crate::{
    Heap, Kind, Value,
    value::number::{self, Error},
};

pub(super) const TABLE: Table = &[
    ("abs", |h, a| one(h, a, number::abs)),
    ("ceil", |h, a| one(h, a, number::ceil)),
    ("div", |h, a| two(h, a, number::div)),
    ("floor", |h, a| one(h, a, number::floor)),
    ("minus", minus),
    ("mul", |h, a| two(h, a, number::mul)),
    ("numbers.range", range),
    ("numbers.range_step", range_step),
    ("plus", |h, a| two(h, a, number::add)),
    ("rand.intn", rand_intn),
    ("rem", |h, a| two(h, a, number::rem)),
    ("round", |h, a| one(h, a, number::round)),
    ("to_number", to_number),
];

fn result(outcome: Result<Value, Error>) -> Outcome {
    outcome.map_err(|e| BuiltinError::failed(e.message()))
}

fn one(
    heap: &mut Heap<'_>,
    args: &[Value],
    op: fn(&mut Heap<'_>, Value) -> Result<Value, Error>,
) -> Outcome {
    let a = number(heap, args, 1)?;
    result(op(heap, a))
}

fn two(
    heap: &mut Heap<'_>,
    args: &[Value],
    op: fn(&mut Heap<'_>, Value, Value) -> Result<Value, Error>,
) -> Outcome {
    let a = number(heap, args, 1)?;
    let b = number(heap, args, 2)?;
    result(op(heap, a, b))
}

fn minus(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let (a, b) = (at(args, 1), at(args, 2));
    match (heap.kind(a), heap.kind(b)) {
        (Kind::Number, Kind::Number) => result(number::sub(heap, a, b)),
        (Kind::Set, Kind::Set) => Ok(sets::difference(heap, a, b)),
        (Kind::Set, Kind::Number) => Err(type_error(heap, 2, b, &["set"])),
        (Kind::Number | Kind::Set, _) => Err(type_error(heap, 2, b, &["number"])),
        _ => Err(type_error(heap, 1, a, &["number", "set"])),
    }
}

fn range(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let from = big(heap, args, 1)?;
    let to = big(heap, args, 2)?;
    Ok(numbers(heap, from, to, BigInt::from(1)))
}

fn range_step(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let from = big(heap, args, 1)?;
    let to = big(heap, args, 2)?;
    let step = big(heap, args, 3)?;
    if !step.is_positive() {
        return Err(BuiltinError::failed(
            "numbers.range_step: step must be a positive integer",
        ));
    }
    Ok(numbers(heap, from, to, step))
}

/// The numbers up or down to the second bound. A range too long for the heap ends at the heap's limit.
fn numbers(heap: &mut Heap<'_>, from: BigInt, to: BigInt, step: BigInt) -> Value {
    let out = heap.array_new(0);
    let up = from <= to;
    if let (Ok(from), Ok(to)) = (i64::try_from(&from), i64::try_from(&to)) {
        let step = i64::try_from(&step).unwrap_or(i64::MAX);
        let mut next = Some(from);
        while let Some(n) = next.filter(|n| if up { *n <= to } else { *n >= to }) {
            let v = heap.integer(n);
            heap.array_push(out, v);
            next = if up {
                n.checked_add(step)
            } else {
                n.checked_sub(step)
            };
        }
        return out;
    }
    let mut n = from;
    while if up { n <= to } else { n >= to } {
        let v = from_big(heap, &n);
        heap.array_push(out, v);
        if up {
            n += &step;
        } else {
            n -= &step;
        }
    }
    out
}

/// A number below a bound: one for each key and bound in an evaluation, drawn from the evaluation's seed.
fn rand_intn(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let key = format!("{}-", text(heap, args, 1)?);
    let bound = int(heap, args, 2)?.unsigned_abs();
    if bound == 0 {
        return Ok(heap.integer(0));
    }
    let drawn = random(heap, &format!("{key}{bound}"), 0) % bound;
    Ok(heap.integer(i64::try_from(drawn).unwrap_or(0)))
}

/// 64 bits that depend on the evaluation's seed, a key and a count, and on nothing else.
pub(super) fn random(heap: &Heap<'_>, key: &str, count: u64) -> u64 {
    let low = u64::from(heap.control(control::SEED));
    let high = u64::from(heap.control(control::SEED + 4));
    let mut state = low | (high << 32);
    for b in key.bytes() {
        state = mix(state ^ u64::from(b));
    }
    mix(state.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// The finaliser of SplitMix64.
const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn to_number(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let v = at(args, 1);
    match heap.kind(v) {
        Kind::Null => Ok(heap.integer(0)),
        Kind::Boolean => Ok(heap.integer(i64::from(v == Value::TRUE))),
        Kind::Number => Ok(v),
        Kind::String => parsed(heap, v),
        _ => Err(type_error(
            heap,
            1,
            v,
            &["null", "boolean", "number", "string"],
        )),
    }
}

fn parsed(heap: &mut Heap<'_>, v: Value) -> Outcome {
    let s = heap.text(v);
    let word = s.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if matches!(word.as_str(), "inf" | "infinity" | "nan") {
        return Err(type_error(heap, 1, v, &["valid number string"]));
    }
    let problem = match decimal(s) {
        None => "invalid syntax",
        Some(text) if text.parse::<f64>().is_ok_and(f64::is_finite) => match heap.number(&text) {
            Some(n) => return Ok(n),
            None => "value out of range",
        },
        Some(_) => "value out of range",
    };
    let s = quoted(heap.text(v));
    Err(BuiltinError::failed(format!(
        "strconv.ParseFloat: parsing {s}: {problem}"
    )))
}

/// What Go reads as a decimal (`+5`, `.5`, `5.`, `007`), spelled as JSON does.
fn decimal(s: &str) -> Option<String> {
    let (sign, rest) = match s.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", s.strip_prefix('+').unwrap_or(s)),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(i) => (rest.get(..i)?, rest.get(i..)?),
        None => (rest, ""),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let tail = exponent.get(1..).unwrap_or("");
    let tail = tail.strip_prefix(['+', '-']).unwrap_or(tail);
    if !digits(whole)
        || !digits(fraction.unwrap_or(""))
        || (whole.is_empty() && fraction.unwrap_or("").is_empty())
        || !digits(tail)
        || exponent.is_empty() != tail.is_empty()
    {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    };
    Some(match fraction {
        None | Some("") => format!("{sign}{whole}{exponent}"),
        Some(fraction) => format!("{sign}{whole}.{fraction}{exponent}"),
    })
}
