//! Credentials of registries: docker's configuration and its helpers.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use docker_credential::{CredentialRetrievalError, DockerCredential};
use oci_client::secrets::RegistryAuth;

use crate::PullError;

/// The user that registries with identity tokens expect one for.
const TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";
/// What helpers say where they know nothing about a registry.
const UNKNOWN: &str = "credentials not found";

/// What to show a registry, by a configuration file of docker.
pub(crate) fn find(config: Option<&Path>, registry: &str) -> Result<RegistryAuth, PullError> {
    let failed = |reason: String| PullError::Credentials {
        registry: registry.to_owned(),
        reason,
    };
    let Some(config) = config else {
        return Ok(RegistryAuth::Anonymous);
    };
    let server = match registry {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" => "https://index.docker.io/v1/",
        registry => registry,
    };
    let file = match File::open(config) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(RegistryAuth::Anonymous);
        }
        Err(error) => return Err(failed(format!("`{}`: {error}", config.display()))),
    };
    match docker_credential::get_credential_from_reader(BufReader::new(file), server) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(RegistryAuth::Basic(user, password))
        }
        Ok(DockerCredential::IdentityToken(token)) => {
            Ok(RegistryAuth::Basic(TOKEN_USER.to_owned(), token))
        }
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(RegistryAuth::Anonymous),
        // What a helper printed may be secret, and is not shown.
        Err(CredentialRetrievalError::HelperFailure {
            helper,
            stdout,
            stderr,
        }) => {
            if stdout.contains(UNKNOWN) || stderr.contains(UNKNOWN) {
                Ok(RegistryAuth::Anonymous)
            } else {
                Err(failed(format!("the credential helper `{helper}` failed")))
            }
        }
        Err(CredentialRetrievalError::ConfigReadError) => {
            Err(failed(format!("`{}` is not valid JSON", config.display())))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::find;
    use oci_client::secrets::RegistryAuth;

    #[test]
    fn of_a_configuration() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.json");
        let found = |text: &str, registry: &str| {
            std::fs::write(&path, text).unwrap();
            find(Some(&path), registry)
        };
        let basic = || RegistryAuth::Basic("me".to_owned(), "secret".to_owned());
        let auths = r#"{"auths": {
            "r.example:5000": {"auth": "bWU6c2VjcmV0"},
            "https://index.docker.io/v1/": {"auth": "bWU6c2VjcmV0"},
            "t.example": {"identitytoken": "tok"}, "bad.example": {"auth": "%"}}}"#;
        assert_eq!(found(auths, "r.example:5000").unwrap(), basic());
        assert_eq!(found(auths, "docker.io").unwrap(), basic());
        assert_eq!(found(auths, "r.example").unwrap(), RegistryAuth::Anonymous);
        let RegistryAuth::Basic(_, token) = found(auths, "t.example").unwrap() else {
            panic!("a token");
        };
        assert_eq!(token, "tok");
        assert_eq!(
            found(auths, "bad.example").unwrap_err().code(),
            "pull-credentials"
        );
        let error = found(
            r#"{"credHelpers": {"r.example": "kpol-no-such-helper"}}"#,
            "r.example",
        );
        assert_eq!(error.unwrap_err().code(), "pull-credentials");
        assert_eq!(
            found("{", "r.example").unwrap_err().code(),
            "pull-credentials"
        );
        assert_eq!(found("{}", "r.example").unwrap(), RegistryAuth::Anonymous);
        let missing = dir.path().join("missing");
        assert_eq!(
            find(Some(&missing), "r.example").unwrap(),
            RegistryAuth::Anonymous
        );
        assert_eq!(find(None, "r.example").unwrap(), RegistryAuth::Anonymous);
    }
}
