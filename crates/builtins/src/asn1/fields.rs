//! Structures as Go's `encoding/asn1` reads them, with its errors: keys and certificate requests.

use num_bigint::BigInt;

use super::{Bits, Element, Header, Oid, Reader, big_integer, bits, oid, short_integer};
use crate::problem::{Problem, fail};

/// What a field must be.
#[derive(Debug, Clone, Copy)]
struct Expected {
    class: u8,
    number: u32,
    constructed: bool,
    /// The name of its type in Go, which errors hold.
    name: &'static str,
    set: bool,
    optional: bool,
}

const UNIVERSAL: Expected = Expected {
    class: 0,
    number: 0,
    constructed: false,
    name: "",
    set: false,
    optional: false,
};

/// An algorithm with its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Algorithm<'a> {
    pub(crate) oid: Oid,
    /// The whole element, or nothing.
    pub(crate) parameters: &'a [u8],
}

/// The fields of a structure, in order. What follows the last that is asked for is ignored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(Reader<'a>);

impl<'a> Fields<'a> {
    pub(crate) const fn new(content: &'a [u8]) -> Self {
        Fields(Reader::new(content))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads what fits; `None` for an optional field that is not there.
    fn field(&mut self, want: Expected) -> Result<Option<Element<'a>>, Problem> {
        if self.0.is_empty() {
            return if want.optional {
                Ok(None)
            } else {
                fail("asn1: syntax error: sequence truncated")
            };
        }
        let start = self.0.at;
        let (got, body) = self.0.header()?;
        if (got.class, got.number, got.constructed) != (want.class, want.number, want.constructed) {
            return if want.optional {
                Ok(None)
            } else {
                Err(mismatch(want, got, body))
            };
        }
        self.body(start, got, body).map(Some)
    }

    fn body(&mut self, start: usize, got: Header, body: usize) -> Result<Element<'a>, Problem> {
        match self.0.body(start, got, body) {
            Some(element) => Ok(element),
            None => fail("asn1: syntax error: data truncated"),
        }
    }

    fn required(&mut self, want: Expected) -> Result<Element<'a>, Problem> {
        self.field(want)?
            .ok_or_else(|| Problem::new("asn1: syntax error: sequence truncated"))
    }

    /// An element of any kind.
    pub(crate) fn raw(&mut self) -> Result<Element<'a>, Problem> {
        if self.0.is_empty() {
            return fail("asn1: syntax error: sequence truncated");
        }
        let start = self.0.at;
        let (got, body) = self.0.header()?;
        self.body(start, got, body)
    }

    /// The same where it may be left out: nothing then.
    pub(crate) fn raw_or_none(&mut self) -> Result<&'a [u8], Problem> {
        if self.0.is_empty() {
            return Ok(&[]);
        }
        self.raw().map(|e| e.whole)
    }

    /// A structure of a type in Go.
    pub(crate) fn structure(&mut self, name: &'static str) -> Result<Element<'a>, Problem> {
        self.required(Expected {
            number: 16,
            constructed: true,
            name,
            ..UNIVERSAL
        })
    }

    /// The same as a set.
    pub(crate) fn set(&mut self, name: &'static str) -> Result<Element<'a>, Problem> {
        let want = Expected {
            number: 17,
            constructed: true,
            set: true,
            name,
            ..UNIVERSAL
        };
        self.required(want)
    }

    /// The list that its context names with a number: elements of any kind.
    pub(crate) fn context_list(&mut self, number: u32) -> Result<Fields<'a>, Problem> {
        let want = Expected {
            class: 2,
            number,
            constructed: true,
            ..UNIVERSAL
        };
        Fields::list(self.required(want)?.content, None)
    }

    /// Moves into an element that its context names with a number, to the one field that is wrapped so. Whether it is
    /// there. As in Go the field may reach beyond what is around it.
    pub(crate) fn unwrap_context(&mut self, number: u32) -> Result<bool, Problem> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let (got, body) = self.0.header()?;
        if body >= self.0.data.len() {
            return fail("asn1: structure error: explicit tag has no child");
        }
        let fits = (got.class, got.number) == (2, number) && (got.length == 0 || got.constructed);
        if fits && got.length == 0 {
            return fail("asn1: structure error: zero length explicit tag was not an asn1.Flag");
        }
        if fits {
            self.0.at = body;
        }
        Ok(fits)
    }

    /// The same where it must be there.
    pub(crate) fn unwrapped_context(&mut self, number: u32) -> Result<&mut Self, Problem> {
        if self.unwrap_context(number)? {
            Ok(self)
        } else {
            fail("asn1: structure error: explicitly tagged member didn't match")
        }
    }

    /// Whether the next field is a structure.
    pub(crate) fn is_structure(&self) -> bool {
        self.0.peek(super::id::SEQUENCE)
    }

    /// The elements of a list, which all are structures (16) or sets (17), or of any kind.
    pub(crate) fn list(content: &'a [u8], of: Option<u32>) -> Result<Self, Problem> {
        let mut all = Reader::new(content);
        while !all.is_empty() {
            let start = all.at;
            let (got, body) = all.header()?;
            if of
                .is_some_and(|number| (got.class, got.number, got.constructed) != (0, number, true))
            {
                return fail("asn1: structure error: sequence tag mismatch");
            }
            if all.body(start, got, body).is_none() {
                return fail("asn1: syntax error: truncated sequence");
            }
        }
        Ok(Fields::new(content))
    }

    /// An `int`.
    pub(crate) fn int(&mut self) -> Result<i64, Problem> {
        let element = self.required(Expected {
            number: 2,
            name: "int",
            ..UNIVERSAL
        })?;
        short_integer(element.content)
    }

    /// A `*big.Int`.
    pub(crate) fn big(&mut self) -> Result<BigInt, Problem> {
        let element = self.required(Expected {
            number: 2,
            ..UNIVERSAL
        })?;
        big_integer(element.content)
    }

    /// The same where it may be left out.
    pub(crate) fn big_or_none(&mut self) -> Result<Option<BigInt>, Problem> {
        let found = self.field(Expected {
            number: 2,
            optional: true,
            ..UNIVERSAL
        })?;
        found.map(|e| big_integer(e.content)).transpose()
    }

    /// An `ObjectIdentifier`.
    pub(crate) fn oid(&mut self) -> Result<Oid, Problem> {
        let want = Expected {
            number: 6,
            name: "ObjectIdentifier",
            ..UNIVERSAL
        };
        oid(self.required(want)?.content)
    }

    /// A `BitString`.
    pub(crate) fn bits(&mut self) -> Result<Bits<'a>, Problem> {
        let want = Expected {
            number: 3,
            name: "BitString",
            ..UNIVERSAL
        };
        bits(self.required(want)?.content)
    }

    /// Octets.
    pub(crate) fn octets(&mut self) -> Result<&'a [u8], Problem> {
        self.required(Expected {
            number: 4,
            ..UNIVERSAL
        })
        .map(|e| e.content)
    }

    /// A `bool` that is false where it is left out.
    pub(crate) fn flag(&mut self) -> Result<bool, Problem> {
        let want = Expected {
            number: 1,
            name: "bool",
            optional: true,
            ..UNIVERSAL
        };
        let found = self.field(want)?;
        found.map_or(Ok(false), |e| super::boolean(e.content))
    }

    /// An `AlgorithmIdentifier`.
    pub(crate) fn algorithm(&mut self) -> Result<Algorithm<'a>, Problem> {
        let mut fields = Fields::new(self.structure("AlgorithmIdentifier")?.content);
        Ok(Algorithm {
            oid: fields.oid()?,
            parameters: fields.raw_or_none()?,
        })
    }

    /// Fails where something is left.
    pub(crate) fn end(&self) -> Result<(), Problem> {
        if self.is_empty() {
            Ok(())
        } else {
            fail("asn1: syntax error: trailing data")
        }
    }
}

/// An element of another kind than was expected, as Go prints it.
fn mismatch(want: Expected, got: Header, body: usize) -> Problem {
    Problem::new(format!(
        "asn1: structure error: tags don't match ({} vs {{class:{} tag:{} length:{} isCompound:{}}}) \
         {{optional:{} explicit:false application:false private:false defaultValue:<nil> tag:<nil> \
         stringType:0 timeType:0 set:{} omitEmpty:false}} {} @{body}",
        want.number,
        got.class,
        got.number,
        got.length,
        got.constructed,
        want.optional,
        want.set,
        want.name,
    ))
}
