//! Numbers, names and strings of DER.

use std::fmt::Write;

use num_bigint::{BigInt, BigUint};

use super::{Reader, id};
use crate::problem::{Problem, fail};

/// The longest integer that is read, in octets: nothing that anyone signs with is larger, and what is done with
/// numbers takes more than linear time.
const LARGEST: usize = 2048;

/// An object identifier whose components fit 31 bits.
pub(crate) type Oid = Vec<u32>;

/// A number in groups of seven bits. `next` gives one octet after another.
pub(super) fn base128(next: &mut impl FnMut() -> Option<u8>) -> Result<u32, Problem> {
    let mut value = 0u64;
    for i in 0..5 {
        let Some(byte) = next() else {
            return fail("asn1: syntax error: truncated base 128 integer");
        };
        if i == 0 && byte == 0x80 {
            return fail("asn1: syntax error: integer is not minimally encoded");
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return match i32::try_from(value) {
                Ok(n) => Ok(n.unsigned_abs()),
                Err(_) => fail("asn1: structure error: base 128 integer too large"),
            };
        }
    }
    fail("asn1: structure error: base 128 integer too large")
}

/// The components of an object identifier.
pub(crate) fn oid(content: &[u8]) -> Result<Oid, Problem> {
    if content.is_empty() {
        return fail("asn1: syntax error: zero length OBJECT IDENTIFIER");
    }
    let mut rest = content.iter().copied();
    let first = base128(&mut || rest.next())?;
    let mut out = match first {
        0..80 => vec![first / 40, first % 40],
        _ => vec![2, first - 80],
    };
    while rest.len() > 0 {
        out.push(base128(&mut || rest.next())?);
    }
    Ok(out)
}

/// An object identifier with full stops, however large its components are. `None` where it is malformed.
pub(crate) fn dotted(content: &[u8]) -> Option<String> {
    if content.len() > LARGEST || content.last()? & 0x80 != 0 {
        return None;
    }
    let mut out = String::new();
    let mut group = Vec::new();
    for byte in content {
        if group.is_empty() && *byte == 0x80 {
            return None;
        }
        group.push(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        let mut value = BigUint::from_radix_be(&group, 128)?;
        group.clear();
        if out.is_empty() {
            let first = u32::try_from(&value).map_or(2, |n| (n / 40).min(2));
            value -= first * 40;
            out.push_str(&first.to_string());
        }
        let _ = write!(out, ".{value}");
    }
    Some(out)
}

/// Whether a number is written as short as it can be.
fn check_integer(content: &[u8]) -> Result<(), Problem> {
    match content {
        [] => fail("asn1: structure error: empty integer"),
        [0, second, ..] if second & 0x80 == 0 => {
            fail("asn1: structure error: integer not minimally-encoded")
        }
        [0xff, second, ..] if second & 0x80 != 0 => {
            fail("asn1: structure error: integer not minimally-encoded")
        }
        _ => Ok(()),
    }
}

/// An integer of any size that a key or a certificate may hold.
pub(crate) fn big_integer(content: &[u8]) -> Result<BigInt, Problem> {
    check_integer(content)?;
    if content.len() > LARGEST + 1 {
        return fail("asn1: structure error: integer too large");
    }
    Ok(BigInt::from_signed_bytes_be(content))
}

/// An integer of 64 bits.
pub(crate) fn short_integer(content: &[u8]) -> Result<i64, Problem> {
    check_integer(content)?;
    if content.len() > 8 {
        return fail("asn1: structure error: integer too large");
    }
    let sign = if content.first().is_some_and(|b| b & 0x80 != 0) {
        -1
    } else {
        0
    };
    Ok(content.iter().fold(sign, |n, b| n << 8 | i64::from(*b)))
}

/// A truth value.
pub(crate) fn boolean(content: &[u8]) -> Result<bool, Problem> {
    match content {
        [0] => Ok(false),
        [0xff] => Ok(true),
        _ => fail("asn1: syntax error: invalid boolean"),
    }
}

/// A string of bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bits<'a> {
    pub(crate) bytes: &'a [u8],
    /// How many bits of the last octet do not count.
    pub(crate) padding: u8,
}

impl Bits<'_> {
    /// Whether a bit is set. They count from the first octet's highest one.
    pub(crate) fn at(&self, i: usize) -> bool {
        self.bytes
            .get(i / 8)
            .is_some_and(|b| b << (i % 8) & 0x80 != 0)
    }

    /// The bits as the lowest of as many octets.
    pub(crate) fn right_aligned(&self) -> Vec<u8> {
        let mut carry = 0;
        let shift = u32::from(self.padding);
        let shifted = self.bytes.iter().map(|b| {
            let out = (u16::from(carry) << 8 | u16::from(*b)) >> shift;
            carry = *b;
            out.to_be_bytes()[1]
        });
        shifted.collect()
    }
}

/// The contents of a string of bits.
pub(crate) fn bits(content: &[u8]) -> Result<Bits<'_>, Problem> {
    let Some((padding, bytes)) = content.split_first() else {
        return fail("asn1: syntax error: zero length BIT STRING");
    };
    let mask = 1u8
        .checked_shl(u32::from(*padding))
        .map_or(0, |b| b.wrapping_sub(1));
    let last = bytes.last().copied().unwrap_or(0);
    if *padding > 7 || bytes.is_empty() && *padding > 0 || last & mask != 0 {
        return fail("asn1: syntax error: invalid padding bits in BIT STRING");
    }
    Ok(Bits {
        bytes,
        padding: *padding,
    })
}

impl<'a> Reader<'a> {
    /// The next element as an integer of any size.
    pub(crate) fn big(&mut self) -> Option<BigInt> {
        big_integer(self.take(id::INTEGER)?).ok()
    }

    /// The next element as an integer of 64 bits.
    pub(crate) fn int(&mut self) -> Option<i64> {
        short_integer(self.take(id::INTEGER)?).ok()
    }

    /// The next element as a truth value.
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        boolean(self.take(id::BOOLEAN)?).ok()
    }

    /// The next element as an object identifier.
    pub(crate) fn oid(&mut self) -> Option<Oid> {
        oid(self.take(id::OID)?).ok()
    }

    /// The next element as a string of bits.
    pub(crate) fn bits(&mut self) -> Option<Bits<'a>> {
        bits(self.take(id::BIT_STRING)?).ok()
    }
}

/// The text of a string, whatever its kind; `None` where the octet names no kind of string. The error is what is
/// wrong with its characters.
pub(crate) fn text(kind: u8, content: &[u8]) -> Option<Result<String, &'static str>> {
    Some(match kind {
        // Nearly Latin-1, and treated as such.
        id::T61_STRING => Ok(content.iter().map(|b| char::from(*b)).collect()),
        id::PRINTABLE_STRING => ascii(content, is_printable, "PrintableString"),
        id::NUMERIC_STRING => ascii(
            content,
            |b| b.is_ascii_digit() || b == b' ',
            "NumericString",
        ),
        id::IA5_STRING => ascii(content, |b| b.is_ascii(), "IA5String"),
        id::UTF8_STRING => match std::str::from_utf8(content) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err("UTF-8 string"),
        },
        id::BMP_STRING => two_octets_each(content).ok_or("BMPString"),
        _ => return None,
    })
}

fn ascii(
    content: &[u8],
    allowed: fn(u8) -> bool,
    kind: &'static str,
) -> Result<String, &'static str> {
    if content.iter().all(|b| allowed(*b)) {
        Ok(content.iter().map(|b| char::from(*b)).collect())
    } else {
        Err(kind)
    }
}

/// What the standard allows, and `*` and `&`, which certificates use all the same.
fn is_printable(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(&b)
}

fn two_octets_each(content: &[u8]) -> Option<String> {
    let content = content.strip_suffix(&[0, 0]).unwrap_or(content);
    let (pairs, []) = content.as_chunks::<2>() else {
        return None;
    };
    let character = |pair: &[u8; 2]| {
        let point = u16::from_be_bytes(*pair);
        // Surrogates and what is never a character.
        let reserved = matches!(point, 0xfffe | 0xffff | 0xfdd0..=0xfdef);
        char::from_u32(u32::from(point)).filter(|_| !reserved)
    };
    pairs.iter().map(character).collect()
}
