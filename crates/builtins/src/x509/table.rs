//! `crypto.x509.*` and `crypto.parse_private_keys`.

use kpol_runtime::builtins::operand::{object, text};
use kpol_runtime::builtins::{BuiltinError, Outcome};
use kpol_runtime::{Heap, Kind, Value};

use super::request::Request;
use super::show::{Show, Urls};
use super::verify::{Options, chain};
use super::{Certificate, input};
use crate::jwt::jwk_of;
use crate::keys::{Curve, PrivateKey};
use crate::problem::Problem;
use crate::standard::{Context, Implementation};

pub(crate) const TABLE: &[(&str, Implementation)] = &[
    ("crypto.parse_private_keys", parse_private_keys),
    (
        "crypto.x509.parse_and_verify_certificates",
        parse_and_verify,
    ),
    (
        "crypto.x509.parse_and_verify_certificates_with_options",
        parse_and_verify_with_options,
    ),
    ("crypto.x509.parse_certificate_request", parse_request),
    ("crypto.x509.parse_certificates", parse_certificates),
    ("crypto.x509.parse_keypair", parse_keypair),
    ("crypto.x509.parse_rsa_private_key", parse_private_key),
];

fn parse_certificates(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let certificates = input::certificates(text(heap, args, 1)?)?;
    Ok(Show(heap).certificates(&certificates, Urls::FieldsAndText))
}

fn parse_and_verify(context: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let certificates = input::certificates(text(heap, args, 1)?);
    let options = Options {
        now_ns: context.now_ns,
        ..Options::default()
    };
    Ok(verified(heap, certificates, &options, Urls::FieldsAndText))
}

fn parse_and_verify_with_options(
    context: &Context<'_>,
    heap: &mut Heap<'_>,
    args: &[Value],
) -> Outcome {
    let source = text(heap, args, 1)?.to_owned();
    let options = object(heap, args, 2)?;
    let certificates = input::certificates(&source);
    if certificates.is_err() {
        return Ok(verified(
            heap,
            certificates,
            &Options::default(),
            Urls::Fields,
        ));
    }
    let options = read_options(heap, options, context.now_ns)?;
    Ok(verified(heap, certificates, &options, Urls::Fields))
}

/// Whether there is a chain, and the chain.
fn verified(
    heap: &mut Heap<'_>,
    certificates: Result<Vec<Certificate>, Problem>,
    options: &Options,
    urls: Urls,
) -> Value {
    let certificates = certificates.unwrap_or_default();
    let found = chain(&certificates, options);
    let shown = match &found {
        Some(chain) => Show(heap).certificates(chain.iter().copied(), urls),
        None => heap.array(&[]),
    };
    heap.array(&[Value::boolean(found.is_some()), shown])
}

/// The names that usages have in policies; their positions are Go's numbers.
const USAGES: [&str; 14] = [
    "KeyUsageAny",
    "KeyUsageServerAuth",
    "KeyUsageClientAuth",
    "KeyUsageCodeSigning",
    "KeyUsageEmailProtection",
    "KeyUsageIPSECEndSystem",
    "KeyUsageIPSECTunnel",
    "KeyUsageIPSECUser",
    "KeyUsageTimeStamping",
    "KeyUsageOCSPSigning",
    "KeyUsageMicrosoftServerGatedCrypto",
    "KeyUsageNetscapeServerGatedCrypto",
    "KeyUsageMicrosoftCommercialCodeSigning",
    "KeyUsageMicrosoftKernelCodeSigning",
];

fn read_options(heap: &mut Heap<'_>, object: Value, now_ns: i64) -> Result<Options, BuiltinError> {
    let wrong = |text: &str| Err(BuiltinError::failed(text));
    let mut out = Options {
        now_ns,
        ..Options::default()
    };
    for (key, value) in heap.entries(object) {
        if heap.kind(key) != Kind::String {
            continue;
        }
        let kind = heap.kind(value);
        match heap.text(key) {
            "DNSName" if kind != Kind::String => return wrong("'DNSName' should be a string"),
            "DNSName" => heap.text(value).trim_matches('"').clone_into(&mut out.host),
            "CurrentTime" if kind != Kind::Number => {
                return wrong("'CurrentTime' should be a number");
            }
            "CurrentTime" => match heap.as_i64(value) {
                Some(now_ns) => out.now_ns = now_ns,
                None => return wrong("'CurrentTime' should be a valid int64 number"),
            },
            "MaxConstraintComparisons" if kind != Kind::Number => {
                return wrong("'MaxConstraintComparisons' should be a number");
            }
            // Go has stopped to look at it.
            "MaxConstraintComparisons" if heap.as_i64(value).is_none() => {
                return wrong("'MaxConstraintComparisons' should be a valid number");
            }
            "MaxConstraintComparisons" => {}
            "KeyUsages" if !matches!(kind, Kind::Array | Kind::Set) => {
                return wrong("'KeyUsages' should be an Array or Set");
            }
            "KeyUsages" => out.usages.extend(usages(heap, value)?),
            _ => return wrong("invalid key option"),
        }
    }
    Ok(out)
}

fn usages(heap: &mut Heap<'_>, list: Value) -> Result<Vec<i64>, BuiltinError> {
    let (mut out, mut unknown) = (Vec::new(), Vec::new());
    for item in heap.items(list) {
        if heap.kind(item) != Kind::String {
            continue;
        }
        let name = heap.text(item).trim_matches('"');
        match USAGES.iter().position(|known| *known == name) {
            Some(number) => out.push(i64::try_from(number).unwrap_or(0)),
            None => unknown.push(name.to_owned()),
        }
    }
    if unknown.is_empty() {
        return Ok(out);
    }
    Err(BuiltinError::failed(format!(
        "invalid entries for 'KeyUsages' found: [{}]",
        unknown.join(" ")
    )))
}

fn parse_request(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let request = Request::parse(&input::request(text(heap, args, 1)?)?)?;
    Ok(Show(heap).request(&request))
}

fn parse_keypair(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    // OPA counts both operands as the first.
    let key = text(heap, args.get(1..).unwrap_or(&[]), 1)?;
    let pair = input::KeyPair::parse(text(heap, args, 1)?, key)?;
    Ok(Show(heap).pair(&pair))
}

fn parse_private_keys(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let source = text(heap, args, 1)?;
    if source.is_empty() {
        return Ok(Value::NULL);
    }
    let keys = input::private_keys(source.as_bytes())?;
    Ok(Show(heap).privates(&keys))
}

fn parse_private_key(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    match input::private_key(text(heap, args, 1)?)? {
        Some(PrivateKey::Ec(key)) if key.public.curve == Curve::P224 => Err(BuiltinError::failed(
            "failed to initialize *jwk.ecdsaPrivateKey from *ecdsa.PrivateKey: jwk: failed to get algorithm for converting ECDSA private key to JWK: unknown elliptic curve",
        )),
        Some(key) => Ok(jwk_of(heap, &key)),
        None => Ok(Value::NULL),
    }
}
