//! TLS: whose certificates are trusted, and which one is shown.

use std::sync::{Arc, OnceLock};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};

/// What the options of a request say about TLS. Certificates and keys are PEM.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsOptions {
    pub(super) use_system_certs: bool,
    pub(super) insecure_skip_verify: bool,
    pub(super) server_name: String,
    pub(super) ca_cert: Source,
    pub(super) client_cert: Source,
    pub(super) client_key: Source,
}

/// The three ways to name a PEM text.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    pub(super) text: String,
    pub(super) file: String,
    pub(super) variable: String,
}

impl TlsOptions {
    /// The settings for a connection.
    ///
    /// # Errors
    /// In OPA's words where a text is no certificate, or no key that fits.
    pub(super) fn config(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|e| e.to_string())?;
        let roots = self.roots()?;
        let builder = if self.insecure_skip_verify {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Unverified(provider)))
        } else {
            builder.with_root_certificates(roots)
        };
        match self.identity()? {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|e| format!("tls: {e}")),
            None => Ok(builder.with_no_client_auth()),
        }
    }

    /// The certificates that are trusted: the system's, unless others are named.
    fn roots(&self) -> Result<Arc<RootCertStore>, String> {
        let named = &self.ca_cert;
        let has_named =
            !named.text.is_empty() || !named.file.is_empty() || !named.variable.is_empty();
        if !has_named {
            return Ok(system_roots());
        }
        let mut roots = if self.use_system_certs {
            system_roots().as_ref().clone()
        } else {
            RootCertStore::empty()
        };
        let mut add = |pem: &[u8]| {
            let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
            roots.add_parsable_certificates(certificates).0 > 0
        };
        if !named.text.is_empty() && !add(named.text.replace("\\n", "\n").as_bytes()) {
            return Err("could not append certificates".to_owned());
        }
        if !named.file.is_empty() && !add(&read_file(&named.file)?) {
            let file = &named.file;
            return Err(format!("could not append CA certificates from {file:?}"));
        }
        if !named.variable.is_empty() && !add(read_variable(&named.variable).as_bytes()) {
            let name = &named.variable;
            return Err(format!(
                "could not add CA certificates from envvar {name:?}: could not append certificates"
            ));
        }
        Ok(Arc::new(roots))
    }

    /// The certificate that is shown, and its key. Where several are named, the last way counts.
    fn identity(&self) -> Result<Option<Identity>, String> {
        let (cert, key) = (&self.client_cert, &self.client_key);
        let mut found = None;
        if !cert.text.is_empty() && !key.text.is_empty() {
            found = Some(identity(cert.text.as_bytes(), key.text.as_bytes())?);
        }
        if !cert.file.is_empty() && !key.file.is_empty() {
            found = Some(identity(&read_file(&cert.file)?, &read_file(&key.file)?)?);
        }
        if !cert.variable.is_empty() && !key.variable.is_empty() {
            let pair = identity(
                read_variable(&cert.variable).as_bytes(),
                read_variable(&key.variable).as_bytes(),
            );
            let pair = pair.map_err(|problem| {
                format!(
                    "cannot extract public/private key pair from envvars {:?}, {:?}: {problem}",
                    cert.variable, key.variable
                )
            });
            found = Some(pair?);
        }
        Ok(found)
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(cert: &[u8], key: &[u8]) -> Result<Identity, String> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(cert)
        .filter_map(Result::ok)
        .collect();
    if chain.is_empty() {
        return Err("tls: failed to find any PEM data in certificate input".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| "tls: failed to find any PEM data in key input".to_owned())?;
    Ok((chain, key))
}

fn read_file(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("open {path}: no such file or directory"),
        _ => format!("open {path}: {e}"),
    })
}

fn read_variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The certificates that the system trusts, read once.
fn system_roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    });
    Arc::clone(roots)
}

/// Takes any certificate: `tls_insecure_skip_verify`.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
