use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{VerifyKey, is_bundle, split};

/// Kinds of keys: the key, and what openssl made of the message `policies` with it.
const KEYS: [(&str, &str, &str); 5] = [
    (
        "P-256",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8cvllpt8HkTxgDkqlfEZ0M0nT/7rIeOizoObHjNxaT+cz8K4DsKp+OCngse4\
         Tkcd+hXsjfwcuOFrC+QVRlWQag==",
        "MEUCIQDekh2rqiS3MdI2AW467hREOkxAmUfN3cmwov7SmiSagQIgexD26KuFaM2Ahyn7Pozrsof5Hz77MGq5uz2mmr/C8YI=",
    ),
    (
        "P-384",
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEjDBGoBrJ0WN7ejuFITPAG05NtWqL8az2Idu+M1T33zz3tpUuZBSh2dFsDaEPSnhU\
         piqUY/ARmf0xugVyMYiunW5mRzxbOZN2m4cTxm9Hvg9c17YvHE60jCHVUWM7kxj4",
        "MGYCMQDBRRe3sXqzqKCdPR2BqNSz7I+VmuKw0Q89GpA37O1CXj6UY6lwh4c2+BatuOxVY5QCMQCAMgIM/Nhq0qxlyGxukzLF\
         83xild1p9Q5d2bTwl0TNfT3nFYqI9y5GAYAQc06Enpk=",
    ),
    (
        "P-384, SHA-256",
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEjDBGoBrJ0WN7ejuFITPAG05NtWqL8az2Idu+M1T33zz3tpUuZBSh2dFsDaEPSnhU\
         piqUY/ARmf0xugVyMYiunW5mRzxbOZN2m4cTxm9Hvg9c17YvHE60jCHVUWM7kxj4",
        "MGUCMQCTz2W5ifmujSpDjXSKOc1N1SUKd/5qSfbhY50iux/a7CymuGbEJlzHXwkHD/lhVN4CMDDs4gmKszUejoK3Wj2YP14X\
         oebb6rrLhaZwwKAKgF9wvzgQ75ls9EC1HQZoF/5fpw==",
    ),
    (
        "RSA",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmU/KqCsh11eqHw3majZkFiZ8mzOzTR9jXHStQvZ22CfKuRxjAMiH\
         8cT+KghWGEF5qKJkr5hMiO6QCqrkCfZGdA5IpPdl19ciGt8CKfWg334Xe0+8Udmvxgm4AvJ9sF3MX1f1B4tXWhyLvTaAsNNm\
         KeKqSqIR5xvIrNeq5r6DgsChl9zylcHsZ7ktFPLzQftIVFZZMxvfmNJYRY3Iniv/ViaT0NzDG4xKX6An8LHHtwDny+Job3d0\
         Ig5q8Aot2b6KBJqSh1af2C9f8zI/5DXpuxOTMJgj9EqMZOg/HJKVTdX9U5at95M2a+OhrPS4gXRYnbSjEzVgnF29AG1KTgDj\
         lQIDAQAB",
        "D50SoWV/PjiFxe4z1pNs/WDVmZKW3UUTdsYaZQVvzuJoIiIjyLBDG2KDeR5UDzRuFx8HjcuvMX6ERHGyGA2CtaZxkcgn1Lw/\
         mJJlYoALXegg1le63f7LjdDLXa3FBCd81YFYR13uWVgew0mvQFaYZi2f3m/CQIdHtzyQw3VDKtof8BeckFInXzKnXDZOfb/R\
         /Dv55KpN5qDiYW/qsolf5vEv+VDzYeFXCj6ChHZ9wr2LAEj0lvUXTib7pLjEnEi9R+0d2dXLsdPddIXiS76Wu04t6T8fATsP\
         8f/OCzmukYug9DMgaCvPS39m6KclMVk7SjdUz5vWHMEoO1fFiLAzZw==",
    ),
    (
        "Ed25519",
        "MCowBQYDK2VwAyEAKiPXHeoWMmuVIIHj3WVjY6VVoaMY0UJNk+Y63U2Rgmo=",
        "0Ngfxv7+1WSjBBhBvjLp43kugYifO60YMqGi3yd82DQDwuPD9Sp7uA6IwlUioUDOTIJ8k5CE7qwVfZw1Xn/EBQ==",
    ),
];

fn pem(body: &str) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn keys_verify() {
    for (name, key, signature) in KEYS {
        let key = VerifyKey::from_pem(pem(key).as_bytes()).unwrap();
        let mut signature = STANDARD.decode(signature).unwrap();
        assert!(key.verifies(b"policies", &signature), "{name}");
        assert!(!key.verifies(b"policieS", &signature), "{name}");
        for (other_name, other, _) in KEYS {
            let other = VerifyKey::from_pem(pem(other).as_bytes()).unwrap();
            assert_eq!(
                other.verifies(b"policies", &signature),
                other.key == key.key,
                "{name} {other_name}"
            );
        }
        let last = signature.len() - 1;
        signature[last] ^= 1;
        assert!(!key.verifies(b"policies", &signature), "{name}");
        assert!(!key.verifies(b"policies", b""), "{name}");
    }
}

#[test]
fn no_keys() {
    let p521 = "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAyttgKyk56SAgbn4/D9MqTT9g6Demt2lpC4Yu1M+1oGiLvIygUwI2qZ\
        CLPMk6J5dy6BSQpKR+RQ41oQBBIMnvRmUA0n6mBVt7eQ8c7mtIlX8mRz6gvy+FwOBt8n00tpgyYUdwxVFTPelNBPDG\
        PwnLD80i+LKxf+0CLO52cWCRsnWXPS8=";
    for text in [
        String::new(),
        "ssh-ed25519 AAAA".to_owned(),
        pem(""),
        pem("AAAA"),
        pem(&p521.replace(['\n', ' '], "")),
        pem(&KEYS[0].1[..40]),
        KEYS[0].1.to_owned(),
        pem(KEYS[0].1).replace("PUBLIC", "PRIVATE"),
    ] {
        let error = VerifyKey::from_pem(text.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "pull-key", "{text}");
    }
}

#[test]
fn any_der() {
    let whole = STANDARD.decode(KEYS[0].1).unwrap();
    for end in 0..whole.len() {
        assert!(split(&whole[..end]).is_none());
    }
    for (at, value) in (0..whole.len()).flat_map(|at| [(at, 0), (at, 0x84), (at, 0xff)]) {
        let mut bytes = whole.clone();
        bytes[at] = value;
        let _ = split(&bytes);
    }
}

#[test]
fn no_bundles() {
    let key = VerifyKey::from_pem(pem(KEYS[0].1).as_bytes()).unwrap();
    for text in [
        "",
        "{}",
        "[]",
        r#"{"messageSignature": {}}"#,
        r#"{"dsseEnvelope": {"payload": "%%", "payloadType": "", "signatures": []}}"#,
        r#"{"dsseEnvelope": {"payload": "", "payloadType": "application/vnd.in-toto+json", "signatures": []}}"#,
    ] {
        assert!(!is_bundle(text.as_bytes(), "sha256:00", &key), "{text}");
    }
}
