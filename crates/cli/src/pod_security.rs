//! `--pod-security`: a level of the Pod Security Standards for all pods of a run.

use std::fmt;
use std::str::FromStr;

use kpol_engine::Data;
use kpol_input::Format;

use crate::exit::CommandError;

/// A level and a version, as `restricted:v1.34`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standard {
    level: String,
    version: String,
}

/// The levels.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

impl FromStr for Standard {
    type Err = String;

    fn from_str(text: &str) -> Result<Standard, String> {
        let (level, version) = text.split_once(':').unwrap_or((text, "latest"));
        if !LEVELS.contains(&level) {
            return Err(format!("levels: {}", LEVELS.join(", ")));
        }
        if version != "latest" && !is_version(version) {
            return Err("versions: `latest`, or one such as `v1.34`".to_owned());
        }
        Ok(Standard {
            level: level.to_owned(),
            version: version.to_owned(),
        })
    }
}

/// Whether a text is `v1.N`, as Kubernetes reads it in labels of namespaces.
fn is_version(text: &str) -> bool {
    let Some(minor) = text.strip_prefix("v1.") else {
        return false;
    };
    let digits = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    digits && (minor == "0" || !minor.starts_with('0')) && minor.parse::<i64>().is_ok()
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

impl Standard {
    /// Puts it where the rules of the library look for it.
    ///
    /// # Errors
    /// Where the data has something else there.
    pub(crate) fn add(&self, data: &mut Data) -> Result<(), CommandError> {
        let text = serde_json::json!({"level": self.level, "version": self.version}).to_string();
        let mut sources = kpol_diagnostics::SourceMap::new();
        let documents = kpol_input::read_str(&mut sources, "--pod-security", &text, Format::Json)
            .map_err(|error| CommandError::Plain(format!("--pod-security: {error}")))?;
        let path = ["kpol", "pod_security"].map(str::to_owned);
        for document in &documents {
            data.merge(&path, document)
                .map_err(|error| CommandError::Plain(format!("--pod-security: {error}")))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::Standard;

    #[test]
    fn standards() {
        for (text, expected) in [
            ("restricted", "restricted:latest"),
            ("baseline:latest", "baseline:latest"),
            ("baseline:v1.0", "baseline:v1.0"),
            ("privileged:v1.34", "privileged:v1.34"),
        ] {
            let standard: Standard = text.parse().unwrap();
            assert_eq!(standard.to_string(), expected);
        }
        for wrong in [
            "",
            "Restricted",
            "restricted:",
            "restricted:1.34",
            "restricted:v1.034",
            "restricted:v1.-1",
            "restricted:v1.9223372036854775808",
            "restricted:v2.0",
            ":v1.34",
            "restricted:v1.34:x",
        ] {
            assert!(wrong.parse::<Standard>().is_err(), "{wrong}");
        }
    }
}
