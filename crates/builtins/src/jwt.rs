//! JSON Web Tokens that need keys: `io.jwt.verify_*`, `io.jwt.decode_verify`, `io.jwt.encode_sign*`.

mod claims;
mod constraints;
mod header;
mod jwk;
mod jws;
mod sign;
mod verify;

pub(crate) use self::jwk::show as jwk_of;
use crate::standard::Implementation;

/// All of the category.
pub(crate) const TABLE: &[(&str, Implementation)] = &[
    ("io.jwt.decode_verify", claims::decode_verify),
    ("io.jwt.encode_sign", sign::encode_sign),
    ("io.jwt.encode_sign_raw", sign::encode_sign_raw),
    ("io.jwt.verify_eddsa", verify::eddsa),
    ("io.jwt.verify_es256", verify::es256),
    ("io.jwt.verify_es384", verify::es384),
    ("io.jwt.verify_es512", verify::es512),
    ("io.jwt.verify_ps256", verify::ps256),
    ("io.jwt.verify_ps384", verify::ps384),
    ("io.jwt.verify_ps512", verify::ps512),
    ("io.jwt.verify_rs256", verify::rs256),
    ("io.jwt.verify_rs384", verify::rs384),
    ("io.jwt.verify_rs512", verify::rs512),
];
