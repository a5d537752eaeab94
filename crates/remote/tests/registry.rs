//! Policies in registries: pushed, pulled, locked, signed.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kpol_remote::{
    LockMode, LockRequest, PullError, PushRequest, RegistryOptions, Request, VerifyKey, pull, push,
};
use rustls::SignatureScheme;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use support::{Server, digest};

const TITLE: &str = "org.opencontainers.image.title";
const POLICY: &str = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego";

fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let pair = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
    pairs.iter().map(pair).collect()
}

fn request(folder: &Path, sources: &[&str]) -> Request {
    Request {
        sources: sources.iter().map(|s| (*s).to_owned()).collect(),
        folder: folder.join("policy"),
        base: folder.to_owned(),
        ..Request::default()
    }
}

fn locked(mut request: Request, folder: &Path, mode: LockMode) -> Request {
    let path = folder.join("kpol.lock");
    request.lock = Some(LockRequest { path, mode });
    request
}

fn push_to(server: &Server, tag: &str, policies: &[(&str, &str)]) -> String {
    push(&PushRequest {
        repository: format!("{}/team/policies:{tag}", server.address),
        policies: files(policies),
        ..PushRequest::default()
    })
    .unwrap()
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("policy").join(name)).unwrap_or_default()
}

#[test]
fn what_is_pushed_is_pulled() {
    let server = Server::start();
    let wanted = PushRequest {
        repository: format!("oci://{}/team/policies", server.address),
        policies: files(&[
            ("policy/deny.rego", "package main"),
            ("policy/a b.rego", "package b"),
        ]),
        data: files(&[("policy/data.json", "{}")]),
        annotations: BTreeMap::from([("org.example/team".to_owned(), "sec".to_owned())]),
        registry: RegistryOptions::default(),
    };
    let first = push(&wanted).unwrap();
    assert_eq!(push(&wanted).unwrap(), first);
    let (kind, manifest) = server.edit(|state| state.manifests["team/policies:latest"].clone());
    assert_eq!(kind, "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(digest(&manifest), first);
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["annotations"]["org.example/team"], "sec");
    assert_eq!(
        manifest["layers"][1]["annotations"][TITLE],
        "policy/deny.rego"
    );
    assert_eq!(manifest["layers"][1]["mediaType"], POLICY);
    assert_eq!(
        manifest["layers"][2]["mediaType"],
        "application/vnd.cncf.openpolicyagent.data.layer.v1+json"
    );

    let dir = tempfile::tempdir().unwrap();
    // With and without what makes it a registry's.
    for source in [
        format!("oci://{}/team/policies", server.address),
        format!("{}/team/policies:latest", server.address),
        format!("oci://{}/team/policies@{first}", server.address),
    ] {
        let pulled = pull(&request(dir.path(), &[&source])).unwrap();
        assert_eq!(pulled.sources[0].resolved.as_deref(), Some(first.as_str()));
        assert_eq!(pulled.sources[0].files.len(), 3);
        assert_eq!(read(dir.path(), "policy/deny.rego"), "package main");
    }
    let below = format!("oci://{}/team/policies:latest//policy", server.address);
    let other = tempfile::tempdir().unwrap();
    pull(&request(other.path(), &[&below])).unwrap();
    assert_eq!(read(other.path(), "a b.rego"), "package b");
}

#[test]
fn modules_of_kubewarden_are_pulled() {
    let server = Server::start();
    for (tag, kind, notes) in [
        ("a", "application/vnd.wasm.content.layer.v1+wasm", &[][..]),
        ("b", "application/wasm", &[]),
        ("c", "application/wasm", &[(TITLE, "mine.wasm")]),
    ] {
        let layer = server.blob(kind, notes, b"\0asm");
        let config = server.blob("application/vnd.wasm.config.v1+json", &[], b"{}");
        let manifest = format!(
            r#"{{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
              "config": {config}, "layers": [{layer}]}}"#
        );
        server.manifest("policies/pod-privileged", tag, &manifest);
        let dir = tempfile::tempdir().unwrap();
        let source = format!(
            "registry://{}/policies/pod-privileged:{tag}",
            server.address
        );
        pull(&request(dir.path(), &[&source])).unwrap();
        let name = if tag == "c" {
            "mine.wasm"
        } else {
            "pod-privileged.wasm"
        };
        assert_eq!(read(dir.path(), name), "\0asm");
    }
}

#[test]
fn a_lock_file_keeps_what_it_has() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let source = format!("oci://{}/team/policies:main", server.address);
    let run = |mode| pull(&locked(request(dir.path(), &[&source]), dir.path(), mode));

    let first = push_to(&server, "main", &[("deny.rego", "1"), ("old.rego", "1")]);
    assert_eq!(run(LockMode::Locked).unwrap_err().code(), "pull-not-locked");
    assert!(!dir.path().join("policy").exists());
    run(LockMode::Read).unwrap();
    assert!(!dir.path().join("kpol.lock").exists());
    run(LockMode::Add).unwrap();
    let lock = fs::read_to_string(dir.path().join("kpol.lock")).unwrap();
    assert!(lock.contains(&format!("digest = \"{first}\"")), "{lock}");

    // The tag moves on; the lock file does not.
    let second = push_to(&server, "main", &[("deny.rego", "2")]);
    for mode in [LockMode::Locked, LockMode::Add, LockMode::Read] {
        let pulled = run(mode).unwrap();
        assert_eq!(pulled.sources[0].resolved.as_deref(), Some(first.as_str()));
        assert_eq!(read(dir.path(), "deny.rego"), "1");
    }
    run(LockMode::Update).unwrap();
    assert_eq!(read(dir.path(), "deny.rego"), "2");
    assert!(!dir.path().join("policy/old.rego").exists());
    let lock = fs::read_to_string(dir.path().join("kpol.lock")).unwrap();
    assert!(lock.contains(&second) && !lock.contains(&first), "{lock}");

    // What was edited here stays, and is told.
    fs::write(dir.path().join("policy/deny.rego"), "mine").unwrap();
    assert_eq!(run(LockMode::Locked).unwrap_err().code(), "pull-exists");
    assert_eq!(read(dir.path(), "deny.rego"), "mine");

    // What is locked, and is gone, is an error.
    server.edit(|state| state.manifests.clear());
    assert_eq!(run(LockMode::Locked).unwrap_err().code(), "pull-registry");
    // A lock file that was tampered with is found out.
    push_to(&server, "main", &[("deny.rego", "2")]);
    fs::remove_file(dir.path().join("policy/deny.rego")).unwrap();
    let at = lock.find("sha256 = \"").unwrap() + 10;
    let mut wrong = lock.clone();
    wrong.replace_range(
        at..at + 4,
        if lock[at..].starts_with("0000") {
            "1111"
        } else {
            "0000"
        },
    );
    fs::write(dir.path().join("kpol.lock"), wrong).unwrap();
    let error = run(LockMode::Add).unwrap_err();
    assert_eq!(error.code(), "pull-mismatch");
    assert!(error.help().unwrap().contains("--update-lock"));
    assert!(!dir.path().join("policy/deny.rego").exists());
    for text in ["version = 2", "x", "version = 1\n[[source]]\nsource = 1"] {
        fs::write(dir.path().join("kpol.lock"), text).unwrap();
        assert_eq!(
            run(LockMode::Add).unwrap_err().code(),
            "pull-lock-file",
            "{text}"
        );
    }
}

#[test]
fn what_others_push() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    for (name, text) in [("/main/deny.rego", "package main"), ("/.manifest", "{}")] {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).unwrap();
    }
    let bundle = builder.into_inner().unwrap().finish().unwrap();
    let empty = server.blob("application/vnd.oci.empty.v1+json", &[], b"{}");
    let manifest =
        |layers: &str| format!(r#"{{"schemaVersion":2,"config":{empty},"layers":[{layers}]}}"#);
    let run = |tag: &str, text: &str, as_conftest| {
        server.manifest("t/p", tag, text);
        let _ = fs::remove_dir_all(dir.path().join("policy"));
        let mut request = request(
            dir.path(),
            &[&format!("oci://{}/t/p:{tag}", server.address)],
        );
        request.as_conftest = as_conftest;
        pull(&request)
    };
    // OPA's bundle, as trivy and OPA itself have it.
    let kind = "application/vnd.oci.image.layer.v1.tar+gzip";
    let layer = server.blob(kind, &[(TITLE, "bundle.tar.gz")], &bundle);
    run("bundle", &manifest(&layer), false).unwrap();
    assert_eq!(read(dir.path(), "main/deny.rego"), "package main");
    // conftest leaves it packed.
    run("bundle", &manifest(&layer), true).unwrap();
    assert!(dir.path().join("policy/bundle.tar.gz").exists());
    let layer = server.blob(
        "application/vnd.cncf.openpolicyagent.layer.v1.tar+gzip",
        &[],
        &bundle,
    );
    run("trivy", &manifest(&layer), false).unwrap();
    assert!(dir.path().join("policy/.manifest").exists());

    let good = server.blob(POLICY, &[(TITLE, "a.rego")], b"a");
    let table = [
        (
            server.blob(POLICY, &[(TITLE, "../a.rego")], b"1"),
            "pull-path",
        ),
        (
            server.blob(POLICY, &[(TITLE, "/etc/a.rego")], b"2"),
            "pull-path",
        ),
        (server.blob(POLICY, &[], b"3"), "pull-registry"),
        (format!("{good},{good}"), "pull-duplicate"),
        (String::new(), "pull-empty"),
        (good.replace("\"size\":1", "\"size\":2"), "pull-registry"),
        (good.replace("\"size\":1", "\"size\":0"), "pull-registry"),
        (good.replace("\"size\":1", "\"size\":-1"), "pull-too-large"),
        (
            good.replace("\"size\":1", "\"size\":99999999999"),
            "pull-too-large",
        ),
    ];
    for (number, (layers, code)) in table.iter().enumerate() {
        let error = run(&format!("n{number}"), &manifest(layers), false).unwrap_err();
        assert_eq!(error.code(), *code, "{layers}: {error}");
        assert!(!dir.path().join("policy").exists());
    }
    for text in ["", "{}", "[]", r#"{"schemaVersion":1}"#] {
        assert!(run("odd", text, false).is_err(), "{text}");
    }
}

#[test]
fn what_was_tampered_with() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let first = push_to(&server, "main", &[("deny.rego", "good")]);
    let by_tag = format!("oci://{}/team/policies:main", server.address);
    let by_digest = format!("oci://{}/team/policies:main@{first}", server.address);
    // Another text under the same digest.
    server.edit(|state| {
        let blob = state.blobs.get_mut(&digest(b"good")).unwrap();
        *blob = b"evil".to_vec();
    });
    let error = pull(&request(dir.path(), &[&by_tag])).unwrap_err();
    assert_eq!(error.code(), "pull-registry");
    // Another manifest under the same digest.
    server.edit(|state| {
        let (kind, _) = state.manifests["team/policies:main"].clone();
        let text = br#"{"schemaVersion":2}"#.to_vec();
        state
            .manifests
            .insert(format!("team/policies:{first}"), (kind, text));
    });
    let error = pull(&request(dir.path(), &[&by_digest])).unwrap_err();
    assert_eq!(error.code(), "pull-registry");
    assert!(!dir.path().join("policy").exists());
}

#[test]
fn credentials() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    push_to(&server, "main", &[("deny.rego", "1")]);
    let config = dir.path().join("config.json");
    let source = format!("oci://{}/team/policies:main", server.address);
    let run = |auth: Option<&str>| {
        let mut request = request(dir.path(), &[&source]);
        request.registry.docker_config = auth.map(|auth| {
            let text = format!(
                r#"{{"auths":{{"{}":{{"auth":"{auth}"}}}}}}"#,
                server.address
            );
            fs::write(&config, text).unwrap();
            config.clone()
        });
        pull(&request)
    };
    for (bearer, value) in [(false, "Basic bWU6c2VjcmV0"), (true, "Bearer tok")] {
        server.edit(|state| {
            state.bearer = bearer;
            state.authorization = Some(value.to_owned());
        });
        run(Some("bWU6c2VjcmV0")).unwrap();
        for auth in [None, Some("bWU6d3Jvbmc=")] {
            let error = run(auth).unwrap_err();
            assert_eq!(error.code(), "pull-registry");
            let text = format!("{error} {error:?}");
            assert!(!text.contains("wrong") && !text.contains("bWU6"), "{text}");
        }
    }
    let wanted = PushRequest {
        repository: format!("{}/team/policies:main", server.address),
        policies: files(&[("a.rego", "a")]),
        ..PushRequest::default()
    };
    assert_eq!(push(&wanted).unwrap_err().code(), "pull-registry");
    let registry = RegistryOptions {
        docker_config: Some(config.clone()),
        tls: None,
    };
    fs::write(
        &config,
        format!(
            r#"{{"auths":{{"{}":{{"auth":"bWU6c2VjcmV0"}}}}}}"#,
            server.address
        ),
    )
    .unwrap();
    push(&PushRequest { registry, ..wanted }).unwrap();
}

/// P-256, for these tests only.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdEzVEVH2DT047XaS9UTP+05RlTj7ABPNpoHyCip9mMuh\
    RANCAATxy+WWm3weRPGAOSqV8RnQzSdP/ush46LOg5seM3FpP5zPwrgOwqn44KeCx7hORx36FeyN/By44WsL5BVGVZBq";
const PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8cvllpt8HkTxgDkqlfEZ0M0nT/7rIeOizoObHjNxaT+cz8K4DsKp\
    +OCngse4Tkcd+hXsjfwcuOFrC+QVRlWQag==";
/// Ed25519, of nobody here.
const OTHER: &str = "MCowBQYDK2VwAyEAKiPXHeoWMmuVIIHj3WVjY6VVoaMY0UJNk+Y63U2Rgmo=";

fn key(body: &str) -> VerifyKey {
    let body = body.replace(' ', "");
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
    VerifyKey::from_pem(pem.as_bytes()).unwrap()
}

fn sign(message: &[u8]) -> String {
    let der = STANDARD.decode(KEY.replace(' ', "")).unwrap();
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der));
    let key = rustls::crypto::ring::sign::any_ecdsa_type(&der).unwrap();
    let signer = key
        .choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256])
        .unwrap();
    STANDARD.encode(signer.sign(message).unwrap())
}

fn simple(server: &Server, signed: &str, kind: &str, signature: Option<&str>) -> String {
    let payload = format!(
        r#"{{"critical":{{"identity":{{"docker-reference":""}},"image":{{"docker-manifest-digest":"{signed}"}},"type":"{kind}"}},"optional":null}}"#
    );
    let signature = signature.map_or_else(|| sign(payload.as_bytes()), str::to_owned);
    let layer = server.blob(
        "application/vnd.dev.cosign.simplesigning.v1+json",
        &[("dev.cosignproject.cosign/signature", &signature)],
        payload.as_bytes(),
    );
    let config = server.blob("application/vnd.oci.image.config.v1+json", &[], b"{}");
    format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{layer}]}}"#)
}

const SIMPLE: &str = "cosign container image signature";

fn verify(server: &Server, folder: &Path, key: VerifyKey) -> Result<(), PullError> {
    let _ = fs::remove_dir_all(folder.join("policy"));
    let source = format!("oci://{}/team/policies:main", server.address);
    let mut request = request(folder, &[&source]);
    request.verify_key = Some(key);
    let pulled = pull(&request);
    // What is not signed is not there.
    assert_eq!(folder.join("policy").exists(), pulled.is_ok());
    pulled.map(|pulled| assert!(pulled.sources[0].verified))
}

#[test]
fn signatures_by_tag() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let pushed = push_to(&server, "main", &[("deny.rego", "1")]);
    let tag = format!("{}.sig", pushed.replace(':', "-"));
    let fails = |key: VerifyKey, what: &str| {
        let error = verify(&server, dir.path(), key).unwrap_err();
        assert_eq!(error.code(), "pull-signature", "{what}: {error}");
    };
    fails(key(PUBLIC), "no signature");
    let other = digest(b"other");
    for (what, manifest) in [
        ("another artifact", simple(&server, &other, SIMPLE, None)),
        (
            "another type",
            simple(&server, &pushed, "atomic container signature", None),
        ),
        ("no base64", simple(&server, &pushed, SIMPLE, Some("%"))),
        ("nothing", simple(&server, &pushed, SIMPLE, Some(""))),
        (
            "another text",
            simple(&server, &pushed, SIMPLE, Some(&sign(b"{}"))),
        ),
        (
            "no layers",
            simple(&server, &pushed, SIMPLE, None).replace("simplesigning", "x"),
        ),
        ("no manifest", "[]".to_owned()),
    ] {
        server.manifest("team/policies", &tag, &manifest);
        fails(key(PUBLIC), what);
    }
    let good = simple(&server, &pushed, SIMPLE, None);
    server.manifest("team/policies", &tag, &good);
    fails(key(OTHER), "another key");
    verify(&server, dir.path(), key(PUBLIC)).unwrap();
    // A signature of what the tag was does not sign what it is.
    push_to(&server, "main", &[("deny.rego", "2")]);
    fails(key(PUBLIC), "moved");
}

#[test]
fn signatures_that_refer() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let pushed = push_to(&server, "main", &[("deny.rego", "1")]);
    let hex = pushed.strip_prefix("sha256:").unwrap();
    let bundle = |predicate: &str, subject: &str, kind: &str| {
        let statement = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{subject}"}}}}],"predicateType":"{predicate}","predicate":{{}}}}"#
        );
        let message = format!(
            "DSSEv1 {} {kind} {} {statement}",
            kind.len(),
            statement.len()
        );
        let (payload, sig) = (STANDARD.encode(&statement), sign(message.as_bytes()));
        let text = format!(
            r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{{"payload":"{payload}","payloadType":"{kind}","signatures":[{{"sig":"{sig}"}}]}}}}"#
        );
        let layer = server.blob(
            "application/vnd.dev.sigstore.bundle.v0.3+json",
            &[],
            text.as_bytes(),
        );
        let config = server.blob("application/vnd.oci.empty.v1+json", &[], b"{}");
        format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{layer}]}}"#)
    };
    let predicate = "https://sigstore.dev/cosign/sign/v1";
    let statement = "application/vnd.in-toto+json";
    let good = bundle(predicate, hex, statement);
    let set = |manifest: &str, referrers: bool| {
        let digest = server.manifest("team/policies", "unused", manifest);
        let index = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":{}}}]}}"#,
            manifest.len()
        );
        server.edit(|state| {
            state.referrers = referrers;
            let key = if referrers {
                format!("referrers-{pushed}")
            } else {
                format!("sha256-{hex}")
            };
            state.manifests.retain(|name, _| {
                !name.contains("referrers-") && !name.ends_with(&format!("sha256-{hex}"))
            });
            let kind = "application/vnd.oci.image.index.v1+json".to_owned();
            state
                .manifests
                .insert(format!("team/policies:{key}"), (kind, index.into_bytes()));
        });
    };
    for referrers in [true, false] {
        server.edit(|state| state.referrers = referrers);
        set(&good, referrers);
        verify(&server, dir.path(), key(PUBLIC)).unwrap();
        assert_eq!(
            verify(&server, dir.path(), key(OTHER)).unwrap_err().code(),
            "pull-signature"
        );
        for wrong in [
            bundle("https://slsa.dev/provenance/v1", hex, statement),
            bundle(predicate, &hex.replace(['0', '1'], "2"), statement),
            bundle(predicate, "", statement),
            bundle(predicate, hex, "text/plain"),
            "{}".to_owned(),
        ] {
            set(&wrong, referrers);
            let error = verify(&server, dir.path(), key(PUBLIC)).unwrap_err();
            assert_eq!(error.code(), "pull-signature", "{wrong}");
        }
        // cosign's older way: its own signature, as a referrer.
        set(&simple(&server, &pushed, SIMPLE, None), referrers);
        verify(&server, dir.path(), key(PUBLIC)).unwrap();
    }
}

#[test]
fn other_sources_have_no_signatures() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("source")).unwrap();
    fs::write(dir.path().join("source/a.rego"), "a").unwrap();
    for as_conftest in [false, true] {
        let mut request = request(dir.path(), &["source"]);
        request.verify_key = Some(key(PUBLIC));
        request.as_conftest = as_conftest;
        assert_eq!(pull(&request).unwrap_err().code(), "pull-signature");
        assert!(!dir.path().join("policy").exists());
    }
}

#[test]
fn nobody_there() {
    let dir = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = pull(&request(dir.path(), &[&format!("oci://{address}/a/b:c")])).unwrap_err();
    assert_eq!(error.code(), "pull-registry");
    for wrong in ["oci://", "oci://UPPER CASE", "oci://127.0.0.1:1/"] {
        let error = pull(&request(dir.path(), &[wrong])).unwrap_err();
        assert!(
            matches!(error.code(), "pull-source" | "pull-registry"),
            "{wrong}: {error}"
        );
    }
    let wanted = |repository: &str| PushRequest {
        repository: repository.to_owned(),
        policies: files(&[("a.rego", "a")]),
        ..PushRequest::default()
    };
    for wrong in ["nothing", "127.0.0.1:1/a@sha256:00"] {
        assert!(push(&wanted(wrong)).is_err(), "{wrong}");
    }
}
