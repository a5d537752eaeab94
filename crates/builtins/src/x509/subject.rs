//! Distinguished names of subjects and issuers.

use crate::asn1::fields::Fields;
use crate::asn1::{Oid, Reader, id, text};
use crate::problem::{Or, Problem, fail};

/// The value of an attribute. In certificates they are all strings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AttributeValue {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Octets(Vec<u8>),
    Bits {
        bytes: Vec<u8>,
        length: usize,
    },
    Oid(Oid),
    Time(String),
    /// Of a kind that Go does not show.
    Other,
}

/// An attribute of a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attribute {
    pub(crate) oid: Oid,
    pub(crate) value: AttributeValue,
}

/// The attributes of a name, in order.
pub(crate) type Name = Vec<Attribute>;

/// The name of a certificate's subject or issuer: the whole element.
pub(super) fn name(whole: &[u8]) -> Result<Name, Problem> {
    const INVALID: &str = "x509: invalid RDNSequence";
    let mut sets = Reader::new(whole).inside(id::SEQUENCE).or_fail(INVALID)?;
    let mut out = Name::new();
    while !sets.is_empty() {
        let mut set = sets.inside(id::SET).or_fail(INVALID)?;
        while !set.is_empty() {
            let mut pair = set
                .inside(id::SEQUENCE)
                .or_fail("x509: invalid RDNSequence: invalid attribute")?;
            let oid = pair
                .oid()
                .or_fail("x509: invalid RDNSequence: invalid attribute type")?;
            let value = pair
                .any()
                .or_fail("x509: invalid RDNSequence: invalid attribute value")?;
            let problem = match text(value.id, value.content) {
                Some(Ok(text)) => {
                    out.push(Attribute {
                        oid,
                        value: AttributeValue::Text(text),
                    });
                    continue;
                }
                Some(Err(kind)) => format!("invalid {kind}"),
                None => format!("unsupported string type: {}", value.id),
            };
            return Err(Problem::new(format!(
                "x509: invalid RDNSequence: invalid attribute value: {problem}"
            )));
        }
    }
    Ok(out)
}

/// The name of a certificate request's subject, whose attributes may be of other kinds.
pub(super) fn requested_name(whole: &[u8]) -> Result<Name, Problem> {
    let mut outer = Fields::new(whole);
    let mut sets = Fields::list(outer.structure("RDNSequence")?.content, Some(17))?;
    let mut out = Name::new();
    while !sets.is_empty() {
        let content = sets.set("RelativeDistinguishedNameSET")?.content;
        let mut set = Fields::list(content, Some(16))?;
        while !set.is_empty() {
            out.push(attribute(&mut set)?);
        }
    }
    if !outer.is_empty() {
        return fail("x509: trailing data after X.509 Subject");
    }
    Ok(out)
}

/// The next attribute of a request.
pub(super) fn attribute(fields: &mut Fields<'_>) -> Result<Attribute, Problem> {
    let mut pair = Fields::new(fields.structure("AttributeTypeAndValue")?.content);
    Ok(Attribute {
        oid: pair.oid()?,
        value: value(&mut pair)?,
    })
}

/// A value of any kind.
fn value(fields: &mut Fields<'_>) -> Result<AttributeValue, Problem> {
    use crate::asn1::{bits, boolean, oid, short_integer, time};
    let element = fields.raw()?;
    let content = element.content;
    Ok(match element.id {
        id::BOOLEAN => AttributeValue::Boolean(boolean(content)?),
        id::INTEGER => AttributeValue::Integer(short_integer(content)?),
        id::OCTET_STRING => AttributeValue::Octets(content.to_vec()),
        id::OID => AttributeValue::Oid(oid(content)?),
        id::BIT_STRING => {
            let bits = bits(content)?;
            AttributeValue::Bits {
                length: bits.bytes.len() * 8 - usize::from(bits.padding),
                bytes: bits.bytes.to_vec(),
            }
        }
        kind @ (id::UTC_TIME | id::GENERALIZED_TIME) => {
            let time = time(kind, content);
            let time = time.or_fail("asn1: the time is not one of those that certificates use")?;
            AttributeValue::Time(time.to_string())
        }
        kind => match text(kind, content) {
            Some(Ok(text)) => AttributeValue::Text(text),
            Some(Err(kind @ "UTF-8 string")) => {
                return Err(Problem::new(format!("asn1: invalid {kind}")));
            }
            Some(Err(kind @ "BMPString")) => return Err(Problem::new(format!("invalid {kind}"))),
            Some(Err(kind)) => {
                return Err(Problem::new(format!(
                    "asn1: syntax error: {kind} contains invalid character"
                )));
            }
            None => AttributeValue::Other,
        },
    })
}
