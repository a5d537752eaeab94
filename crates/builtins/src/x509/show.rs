//! Certificates, requests and keys as values, with the fields that Go's structures have as JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kpol_runtime::builtins::uri::Url;
use kpol_runtime::{Heap, Value};
use num_bigint::{BigInt, BigUint};

use super::input::KeyPair;
use super::names::{Network, address};
use super::request::{AttributeSet, Request};
use super::subject::{Attribute, AttributeValue};
use super::{Certificate, Extension};
use crate::asn1::dotted;
use crate::keys::{EcPublic, PrivateKey, PublicKey, RsaPublic};

/// Whether the URLs of a certificate are shown as text too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urls {
    Fields,
    FieldsAndText,
}

/// Makes values.
pub(super) struct Show<'a, 'h>(pub(super) &'a mut Heap<'h>);

impl Show<'_, '_> {
    fn object(&mut self, fields: &[(&str, Value)]) -> Value {
        let out = self.0.object_new();
        for (key, value) in fields {
            let key = self.0.string(key);
            self.0.object_set(out, key, *value);
        }
        out
    }

    fn text(&mut self, text: &str) -> Value {
        self.0.string(text)
    }

    fn int(&mut self, n: i64) -> Value {
        self.0.integer(n)
    }

    fn big(&mut self, n: &BigInt) -> Value {
        self.0.big_integer(n)
    }

    fn natural(&mut self, n: &BigUint) -> Value {
        self.big(&BigInt::from(n.clone()))
    }

    fn octets(&mut self, bytes: &[u8]) -> Value {
        self.0.string(&STANDARD.encode(bytes))
    }

    fn octets_or_null(&mut self, bytes: Option<&Vec<u8>>) -> Value {
        bytes.map_or(Value::NULL, |bytes| self.octets(bytes))
    }

    fn array<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T) -> Value) -> Value {
        let values: Vec<Value> = items.iter().map(|item| each(self, item)).collect();
        self.0.array(&values)
    }

    /// An array, or `null` for an empty list, as Go shows one that was never made.
    fn list<T>(&mut self, items: &[T], each: impl FnMut(&mut Self, &T) -> Value) -> Value {
        if items.is_empty() {
            Value::NULL
        } else {
            self.array(items, each)
        }
    }

    fn texts(&mut self, texts: &[String]) -> Value {
        self.list(texts, |show, text| show.text(text))
    }

    fn oid(&mut self, oid: &[u32]) -> Value {
        self.array(oid, |show, n| show.int(i64::from(*n)))
    }

    /// Certificates in order.
    pub(super) fn certificates<'c>(
        &mut self,
        certificates: impl IntoIterator<Item = &'c Certificate>,
        urls: Urls,
    ) -> Value {
        let certificates: Vec<_> = certificates.into_iter().collect();
        self.array(&certificates, |show, c| show.certificate(c, urls))
    }

    fn certificate(&mut self, c: &Certificate, urls: Urls) -> Value {
        let says = &c.meaning;
        let (permitted, excluded) = (&says.constraints.permitted, &says.constraints.excluded);
        let mut fields = vec![
            ("Raw", self.octets(&c.raw)),
            ("RawTBSCertificate", self.octets(&c.raw_tbs)),
            ("RawSubjectPublicKeyInfo", self.octets(&c.raw_key)),
            ("RawSubject", self.octets(&c.raw_subject)),
            ("RawIssuer", self.octets(&c.raw_issuer)),
            ("Signature", self.octets(&c.signature)),
            ("SignatureAlgorithm", self.int(c.signature_algorithm.0)),
            ("PublicKeyAlgorithm", self.int(c.key_algorithm)),
            ("PublicKey", self.public_or_null(c.key.as_ref())),
            ("Version", self.int(c.version)),
            ("SerialNumber", self.big(&c.serial)),
            ("Issuer", self.name(&c.issuer)),
            ("Subject", self.name(&c.subject)),
            ("NotBefore", self.text(&c.not_before.to_string())),
            ("NotAfter", self.text(&c.not_after.to_string())),
            ("KeyUsage", self.int(says.key_usage)),
            ("Extensions", self.extensions(&c.extensions)),
            ("ExtraExtensions", Value::NULL),
            (
                "UnhandledCriticalExtensions",
                self.list(&says.unhandled_critical, |show, oid| show.oid(oid)),
            ),
            (
                "ExtKeyUsage",
                self.list(&says.extended_key_usages, |show, n| show.int(*n)),
            ),
            (
                "UnknownExtKeyUsage",
                self.list(&says.unknown_usages, |show, oid| show.oid(oid)),
            ),
            (
                "BasicConstraintsValid",
                Value::boolean(says.basic_constraints),
            ),
            ("IsCA", Value::boolean(says.is_ca)),
            ("MaxPathLen", self.int(says.max_path_length)),
            ("MaxPathLenZero", Value::boolean(says.max_path_length_zero)),
            (
                "SubjectKeyId",
                self.octets_or_null(says.subject_key_id.as_ref()),
            ),
            (
                "AuthorityKeyId",
                self.octets_or_null(says.authority_key_id.as_ref()),
            ),
            ("OCSPServer", self.texts(&says.ocsp_servers)),
            ("IssuingCertificateURL", self.texts(&says.issuer_urls)),
            ("DNSNames", self.texts(&says.names.dns)),
            ("EmailAddresses", self.texts(&says.names.emails)),
            (
                "IPAddresses",
                self.list(&says.names.ips, |show, ip| show.ip(ip)),
            ),
            (
                "URIs",
                self.list(&says.names.uris, |show, url| show.url(url)),
            ),
            (
                "PermittedDNSDomainsCritical",
                Value::boolean(says.constraints.critical),
            ),
            ("PermittedDNSDomains", self.texts(&permitted.dns)),
            ("ExcludedDNSDomains", self.texts(&excluded.dns)),
            (
                "PermittedIPRanges",
                self.list(&permitted.ips, |show, ip| show.network(ip)),
            ),
            (
                "ExcludedIPRanges",
                self.list(&excluded.ips, |show, ip| show.network(ip)),
            ),
            ("PermittedEmailAddresses", self.texts(&permitted.emails)),
            ("ExcludedEmailAddresses", self.texts(&excluded.emails)),
            ("PermittedURIDomains", self.texts(&permitted.uris)),
            ("ExcludedURIDomains", self.texts(&excluded.uris)),
            ("CRLDistributionPoints", self.texts(&says.revocation_lists)),
            (
                "PolicyIdentifiers",
                self.policy_identifiers(says.policies.as_deref()),
            ),
            (
                "Policies",
                self.list(says.policies.as_deref().unwrap_or(&[]), |show, p| {
                    show.policy(p)
                }),
            ),
            ("InhibitAnyPolicy", self.int(says.inhibit_any.count)),
            (
                "InhibitAnyPolicyZero",
                Value::boolean(says.inhibit_any.zero),
            ),
            ("InhibitPolicyMapping", self.int(says.inhibit_mapping.count)),
            (
                "InhibitPolicyMappingZero",
                Value::boolean(says.inhibit_mapping.zero),
            ),
            (
                "RequireExplicitPolicy",
                self.int(says.require_explicit.count),
            ),
            (
                "RequireExplicitPolicyZero",
                Value::boolean(says.require_explicit.zero),
            ),
            (
                "PolicyMappings",
                self.list(&says.mappings, |show, (issuer, subject)| {
                    let (issuer, subject) = (show.policy(issuer), show.policy(subject));
                    show.object(&[
                        ("IssuerDomainPolicy", issuer),
                        ("SubjectDomainPolicy", subject),
                    ])
                }),
            ),
        ];
        if urls == Urls::FieldsAndText {
            let texts: Vec<String> = says.names.uris.iter().map(Url::to_string).collect();
            fields.push(("URIStrings", self.texts(&texts)));
        }
        self.object(&fields)
    }

    /// A certificate request.
    pub(super) fn request(&mut self, r: &Request) -> Value {
        let fields = [
            ("Raw", self.octets(&r.raw)),
            ("RawTBSCertificateRequest", self.octets(&r.raw_tbs)),
            ("RawSubjectPublicKeyInfo", self.octets(&r.raw_key)),
            ("RawSubject", self.octets(&r.raw_subject)),
            ("Version", self.int(r.version)),
            ("Signature", self.octets(&r.signature)),
            ("SignatureAlgorithm", self.int(r.signature_algorithm.0)),
            ("PublicKeyAlgorithm", self.int(r.key_algorithm)),
            ("PublicKey", self.public_or_null(r.key.as_ref())),
            ("Subject", self.name(&r.subject)),
            ("Attributes", self.list(&r.attributes, Self::attribute_set)),
            ("Extensions", self.extensions(&r.extensions)),
            ("ExtraExtensions", Value::NULL),
            ("DNSNames", self.texts(&r.names.dns)),
            ("EmailAddresses", self.texts(&r.names.emails)),
            (
                "IPAddresses",
                self.list(&r.names.ips, |show, ip| show.ip(ip)),
            ),
            ("URIs", self.list(&r.names.uris, |show, url| show.url(url))),
        ];
        self.object(&fields)
    }

    fn attribute_set(&mut self, set: &AttributeSet) -> Value {
        let kind = self.oid(&set.oid);
        let values = self.array(&set.values, |show, list| show.array(list, Self::attribute));
        self.object(&[("Type", kind), ("Value", values)])
    }

    fn attribute(&mut self, attribute: &Attribute) -> Value {
        let kind = self.oid(&attribute.oid);
        let value = match &attribute.value {
            AttributeValue::Text(text) | AttributeValue::Time(text) => self.text(text),
            AttributeValue::Integer(n) => self.int(*n),
            AttributeValue::Boolean(value) => Value::boolean(*value),
            AttributeValue::Octets(bytes) => self.octets(bytes),
            AttributeValue::Oid(oid) => self.oid(oid),
            AttributeValue::Other => Value::NULL,
            AttributeValue::Bits { bytes, length } => {
                let length = self.int(i64::try_from(*length).unwrap_or(i64::MAX));
                let bytes = self.octets(bytes);
                self.object(&[("BitLength", length), ("Bytes", bytes)])
            }
        };
        self.object(&[("Type", kind), ("Value", value)])
    }

    fn name(&mut self, name: &[Attribute]) -> Value {
        let all = |number: u32| -> Vec<String> {
            let values = name.iter().filter(|a| a.oid == [2, 5, 4, number]);
            let text = |a: &Attribute| match &a.value {
                AttributeValue::Text(text) => Some(text.clone()),
                _ => None,
            };
            values.filter_map(text).collect()
        };
        let last = |number| all(number).pop().unwrap_or_default();
        let fields = [
            ("Country", self.texts(&all(6))),
            ("Organization", self.texts(&all(10))),
            ("OrganizationalUnit", self.texts(&all(11))),
            ("Locality", self.texts(&all(7))),
            ("Province", self.texts(&all(8))),
            ("StreetAddress", self.texts(&all(9))),
            ("PostalCode", self.texts(&all(17))),
            ("SerialNumber", self.text(&last(5))),
            ("CommonName", self.text(&last(3))),
            ("Names", self.list(name, Self::attribute)),
            ("ExtraNames", Value::NULL),
        ];
        self.object(&fields)
    }

    fn extensions(&mut self, extensions: &[Extension]) -> Value {
        self.list(extensions, |show, extension| {
            let fields = [
                ("Id", show.oid(&extension.oid)),
                ("Critical", Value::boolean(extension.critical)),
                ("Value", show.octets(&extension.value)),
            ];
            show.object(&fields)
        })
    }

    fn ip(&mut self, octets: &[u8]) -> Value {
        let text = address(octets).map(|ip| ip.to_string()).unwrap_or_default();
        self.text(&text)
    }

    fn network(&mut self, network: &Network) -> Value {
        let fields = [
            ("IP", self.ip(&network.ip)),
            ("Mask", self.octets(&network.mask)),
        ];
        self.object(&fields)
    }

    fn policy(&mut self, encoded: &[u8]) -> Value {
        self.text(&dotted(encoded).unwrap_or_default())
    }

    /// The policies whose numbers fit 31 bits.
    fn policy_identifiers(&mut self, policies: Option<&[Vec<u8>]>) -> Value {
        let Some(policies) = policies else {
            return Value::NULL;
        };
        let short: Vec<_> = policies
            .iter()
            .filter_map(|p| crate::asn1::oid(p).ok())
            .collect();
        self.array(&short, |show, oid| show.oid(oid))
    }

    fn url(&mut self, url: &Url) -> Value {
        let user = match &url.user {
            Some(_) => self.0.object_new(),
            None => Value::NULL,
        };
        let fields = [
            ("Scheme", self.text(&url.scheme)),
            ("Opaque", self.text(&url.opaque)),
            ("User", user),
            ("Host", self.text(&url.host)),
            ("Path", self.text(&url.path)),
            ("Fragment", self.text(&url.fragment)),
            ("RawQuery", self.text(&url.raw_query)),
            ("RawPath", self.text(&url.raw_path)),
            ("RawFragment", self.text(&url.raw_fragment)),
            ("ForceQuery", Value::boolean(url.force_query)),
            ("OmitHost", Value::boolean(url.omit_host)),
        ];
        self.object(&fields)
    }

    fn public_or_null(&mut self, key: Option<&PublicKey>) -> Value {
        let Some(key) = key else {
            return Value::NULL;
        };
        match key {
            PublicKey::Rsa(key) => {
                let fields = self.rsa_public(key);
                self.object(&fields)
            }
            PublicKey::Ec(key) => {
                let fields = self.ec_public(key);
                self.object(&fields)
            }
            PublicKey::Ed25519(key) => self.octets(&key.0),
            PublicKey::X25519(_) => self.0.object_new(),
            PublicKey::Dsa { p, q, g, y } => {
                let fields = [
                    ("P", self.big(p)),
                    ("Q", self.big(q)),
                    ("G", self.big(g)),
                    ("Y", self.big(y)),
                ];
                self.object(&fields)
            }
        }
    }

    fn rsa_public(&mut self, key: &RsaPublic) -> [(&'static str, Value); 2] {
        [("N", self.natural(&key.n)), ("E", self.0.unsigned(key.e))]
    }

    fn ec_public(&mut self, key: &EcPublic) -> [(&'static str, Value); 3] {
        [
            ("Curve", self.0.object_new()),
            ("X", self.natural(&BigUint::from_bytes_be(&key.x))),
            ("Y", self.natural(&BigUint::from_bytes_be(&key.y))),
        ]
    }

    /// A private key.
    pub(super) fn private(&mut self, key: &PrivateKey) -> Value {
        match key {
            PrivateKey::Rsa(key) => {
                let mut fields = self.rsa_public(&key.public).to_vec();
                fields.push(("D", self.natural(&key.d)));
                fields.push(("Primes", self.array(&key.primes, Self::natural)));
                if let Some(own) = key.precomputed() {
                    let precomputed = [
                        ("Dp", self.natural(&own.dp)),
                        ("Dq", self.natural(&own.dq)),
                        ("Qinv", self.natural(&own.qinv)),
                        ("CRTValues", self.0.array(&[])),
                    ];
                    fields.push(("Precomputed", self.object(&precomputed)));
                }
                self.object(&fields)
            }
            PrivateKey::Ec(key) => {
                let mut fields = self.ec_public(&key.public).to_vec();
                fields.push(("D", self.natural(&BigUint::from_bytes_be(&key.d))));
                self.object(&fields)
            }
            PrivateKey::Ed25519(key) => {
                let both = [key.seed, key.public.0].concat();
                self.octets(&both)
            }
            PrivateKey::X25519(_) => self.0.object_new(),
        }
    }

    /// Private keys in order.
    pub(super) fn privates(&mut self, keys: &[PrivateKey]) -> Value {
        self.array(keys, Self::private)
    }

    /// A certificate with its key.
    pub(super) fn pair(&mut self, pair: &KeyPair) -> Value {
        let fields = [
            (
                "Certificate",
                self.array(&pair.chain, |show, der| show.octets(der)),
            ),
            ("PrivateKey", self.private(&pair.key)),
            ("SupportedSignatureAlgorithms", Value::NULL),
            ("OCSPStaple", Value::NULL),
            ("SignedCertificateTimestamps", Value::NULL),
            ("Leaf", self.certificate(&pair.leaf, Urls::Fields)),
        ];
        self.object(&fields)
    }
}
