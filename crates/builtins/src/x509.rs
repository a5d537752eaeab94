//! Certificates, certificate requests and private keys, with the errors and the fields of Go's `crypto/x509`.

mod algorithm;
mod certificate;
mod constraints;
mod extensions;
mod hostname;
mod input;
mod names;
mod policies;
mod private;
mod request;
mod show;
mod spki;
mod subject;
mod table;
mod verify;

pub(crate) use self::certificate::Certificate;
pub(crate) use self::spki::subject_public_key;
pub(crate) use self::table::TABLE;

/// An extension.
#[derive(Debug, Clone)]
pub(crate) struct Extension {
    pub(crate) oid: crate::asn1::Oid,
    pub(crate) critical: bool,
    pub(crate) value: Vec<u8>,
}
