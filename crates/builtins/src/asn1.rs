//! DER: elements of tag, length and contents. Reads in order and never looks behind the text it was given; nothing
//! here calls itself, so that nesting costs no stack.

pub(crate) mod fields;
mod time;
mod values;

pub(crate) use self::time::{Time, time};
pub(crate) use self::values::{
    Bits, Oid, big_integer, bits, boolean, dotted, oid, short_integer, text,
};

use crate::problem::{Problem, fail};

/// The first octet of an element: class, constructed or not, and number.
pub(crate) mod id {
    pub(crate) const BOOLEAN: u8 = 1;
    pub(crate) const INTEGER: u8 = 2;
    pub(crate) const BIT_STRING: u8 = 3;
    pub(crate) const OCTET_STRING: u8 = 4;
    pub(crate) const OID: u8 = 6;
    pub(crate) const UTF8_STRING: u8 = 12;
    pub(crate) const NUMERIC_STRING: u8 = 18;
    pub(crate) const PRINTABLE_STRING: u8 = 19;
    pub(crate) const T61_STRING: u8 = 20;
    pub(crate) const IA5_STRING: u8 = 22;
    pub(crate) const UTC_TIME: u8 = 23;
    pub(crate) const GENERALIZED_TIME: u8 = 24;
    pub(crate) const BMP_STRING: u8 = 30;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// A primitive element that its context tells what it is.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// The same with elements inside.
    pub(crate) const fn wrapped(number: u8) -> u8 {
        0xa0 | number
    }
}

/// `NULL`, whole.
pub(crate) const NULL: &[u8] = &[5, 0];

/// The tag and length of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) class: u8,
    pub(crate) constructed: bool,
    pub(crate) number: u32,
    pub(crate) length: usize,
}

/// An element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    /// Its first octet.
    pub(crate) id: u8,
    /// What is inside.
    pub(crate) content: &'a [u8],
    /// All of it.
    pub(crate) whole: &'a [u8],
}

/// Reads elements one after another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(data: &'a [u8]) -> Self {
        Reader { data, at: 0 }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.at >= self.data.len()
    }

    /// Whether the next element begins with this octet.
    pub(crate) fn peek(&self, id: u8) -> bool {
        self.data.get(self.at) == Some(&id)
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Option<Element<'a>> {
        let start = self.at;
        let (header, body) = self.header().ok()?;
        self.body(start, header, body)
    }

    /// The contents of the next element, where it begins with this octet.
    pub(crate) fn take(&mut self, id: u8) -> Option<&'a [u8]> {
        self.element(id).map(|e| e.content)
    }

    /// The next element, where it begins with this octet.
    pub(crate) fn element(&mut self, id: u8) -> Option<Element<'a>> {
        self.any().filter(|e| e.id == id)
    }

    /// A reader of what is inside the next element.
    pub(crate) fn inside(&mut self, id: u8) -> Option<Reader<'a>> {
        self.take(id).map(Reader::new)
    }

    /// The contents of the next element where it begins with this octet, or `Some(None)` where it does not.
    #[expect(clippy::option_option, reason = "malformed, absent, present")]
    pub(crate) fn optional(&mut self, id: u8) -> Option<Option<&'a [u8]>> {
        if self.peek(id) {
            self.take(id).map(Some)
        } else {
            Some(None)
        }
    }

    /// Reads a tag and a length at the present position; also where what they announce begins.
    pub(crate) fn header(&self) -> Result<(Header, usize), Problem> {
        let mut at = self.at;
        let mut next = || {
            let byte = self.data.get(at).copied();
            at += 1;
            byte
        };
        let Some(first) = next() else {
            return fail("asn1: syntax error: sequence truncated");
        };
        let mut number = u32::from(first & 0x1f);
        if number == 0x1f {
            number = values::base128(&mut next)?;
            if number < 0x1f {
                return fail("asn1: syntax error: non-minimal tag");
            }
        }
        let truncated = "asn1: syntax error: truncated tag or length";
        let Some(byte) = next() else {
            return fail(truncated);
        };
        let mut length = usize::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            let octets = length;
            if octets == 0 {
                return fail("asn1: syntax error: indefinite length found (not DER)");
            }
            length = 0;
            for _ in 0..octets {
                let Some(byte) = next() else {
                    return fail(truncated);
                };
                if length >= 1 << 23 {
                    return fail("asn1: structure error: length too large");
                }
                length = length << 8 | usize::from(byte);
                if length == 0 {
                    return fail("asn1: structure error: superfluous leading zeros in length");
                }
            }
            if length < 0x80 {
                return fail("asn1: structure error: non-minimal length");
            }
        }
        let header = Header {
            class: first >> 6,
            constructed: first & 0x20 != 0,
            number,
            length,
        };
        Ok((header, at))
    }

    /// Moves behind an element that begins at `start`, with what is inside beginning at `body`.
    fn body(&mut self, start: usize, header: Header, body: usize) -> Option<Element<'a>> {
        let end = body.checked_add(header.length)?;
        let element = Element {
            id: *self.data.get(start)?,
            content: self.data.get(body..end)?,
            whole: self.data.get(start..end)?,
        };
        self.at = end;
        Some(element)
    }
}
