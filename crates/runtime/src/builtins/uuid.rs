//! `uuid.parse` and `uuid.rfc4122`.

use alloc::{format, string::String, vec::Vec};

use super::{
    Outcome, Table,
    encoding::hex,
    numbers::random,
    operand::{at, text},
    rego_text,
};
use crate::{Heap, Value};

pub(super) const TABLE: Table = &[("uuid.parse", parse), ("uuid.rfc4122", rfc4122)];

/// A version 4 UUID: one for each key in an evaluation, drawn from the evaluation's seed.
fn rfc4122(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let key = rego_text::write(heap, at(args, 1));
    let key = format!("uuid-{key}");
    let high = (random(heap, &key, 0) & !0xf000) | 0x4000;
    let low = (random(heap, &key, 1) >> 2) | (1 << 63);
    let digits = format!("{high:016x}{low:016x}");
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if matches!(i, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(c);
    }
    Ok(heap.string(&out))
}

/// The bytes of a UUID in one of the four forms: plain, `urn:uuid:`, in braces, without hyphens.
fn bytes(s: &str) -> Option<[u8; 16]> {
    let digits = match s.len() {
        36 => hyphenated(s)?,
        45 => {
            let prefix = s.get(..9)?;
            if !prefix.eq_ignore_ascii_case("urn:uuid:") {
                return None;
            }
            hyphenated(s.get(9..)?)?
        }
        38 => hyphenated(s.get(1..37)?)?,
        32 => String::from(s),
        _ => return None,
    };
    let mut out = [0; 16];
    for (i, byte) in out.iter_mut().enumerate() {
        let pair = digits.get(i * 2..i * 2 + 2)?;
        if !pair.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(out)
}

fn hyphenated(s: &str) -> Option<String> {
    let places: Vec<usize> = s.match_indices('-').map(|(i, _)| i).collect();
    (places == [8, 13, 18, 23]).then(|| s.replace('-', ""))
}

fn parse(heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let Some(u) = bytes(text(heap, args, 1)?) else {
        return Ok(Value::UNDEFINED);
    };
    let n = u128::from_be_bytes(u);
    let field = |shift: u32, bits: u32| ((n >> shift) & ((1 << bits) - 1)) as i64;
    let version = field(76, 4);
    let variant = match field(56, 8) {
        v if v & 0xc0 == 0x80 => "RFC4122",
        v if v & 0xe0 == 0xc0 => "Microsoft",
        v if v & 0xe0 == 0xe0 => "Future",
        _ => "Reserved",
    };
    let out = heap.object_new();
    let v = heap.integer(version);
    put(heap, out, "version", v);
    let v = heap.string(variant);
    put(heap, out, "variant", v);
    if version == 1 || version == 2 {
        time_based(heap, out, &field, u);
    }
    if version == 2 {
        let v = heap.integer(field(96, 32));
        put(heap, out, "id", v);
        let domain = match field(48, 8) {
            0 => String::from("Person"),
            1 => String::from("Group"),
            2 => String::from("Org"),
            n => format!("Domain{n}"),
        };
        let v = heap.string(&domain);
        put(heap, out, "domain", v);
    }
    Ok(out)
}

/// What versions 1 and 2 hold of time and place.
fn time_based(heap: &mut Heap<'_>, out: Value, field: &dyn Fn(u32, u32) -> i64, u: [u8; 16]) {
    /// 1582-10-15, the first day of the Gregorian calendar, before the epoch in units of 100 ns.
    const GREGORIAN: i64 = 122_192_928_000_000_000;
    let ticks = field(96, 32) | (field(80, 16) << 32) | (field(64, 12) << 48);
    let since = ticks - GREGORIAN;
    // As OPA does it: seconds and the rest separately, in 64 bits.
    let seconds = since / 10_000_000;
    let nanos = (since % 10_000_000) * 100;
    let v = heap.integer(seconds.wrapping_mul(1_000_000_000).wrapping_add(nanos));
    put(heap, out, "time", v);
    let node: Vec<String> = u.iter().skip(10).map(|b| hex(&[*b])).collect();
    let v = heap.string(&node.join("-"));
    put(heap, out, "nodeid", v);
    let first = u.get(10).copied().unwrap_or(0);
    let v = heap.string(match first & 3 {
        3 => "local:multicast",
        1 => "global:multicast",
        2 => "local:unicast",
        _ => "global:unicast",
    });
    put(heap, out, "macvariables", v);
    let v = heap.integer(field(48, 14));
    put(heap, out, "clocksequence", v);
}

fn put(heap: &mut Heap<'_>, out: Value, key: &str, value: Value) {
    let key = heap.string(key);
    heap.object_set(out, key, value);
}
