//! OPA bundles as a source of policies and data: `-b`.

use std::path::Path;

use kpol_bundle::{Bundle, BundleError, Limits, ModuleFile};
use kpol_diagnostics::SourceMap;
use kpol_engine::Data;
use kpol_input::{Document, Format, Kind, NodeId, Options};
use kpol_syntax::ast::RegoVersion;

use crate::exit::CommandError;
use crate::policies::{self, Origin, Text};

/// What a bundle has for a command.
pub(crate) struct Contents {
    /// The compiled policy, with the name to call it by.
    pub(crate) module: Option<(String, Vec<u8>)>,
    /// The policies, where there is none.
    pub(crate) policies: Origin,
    /// Data documents: file names, texts, and where they stand.
    data: Vec<(String, kpol_bundle::DataFile)>,
    manifest: kpol_bundle::Manifest,
}

/// Reads a bundle.
pub(crate) fn open(file: &Path) -> Result<Contents, CommandError> {
    let name = file.display().to_string();
    let archive = std::fs::File::open(file)
        .map_err(|error| CommandError::Plain(format!("cannot read `{name}`: {error}")))?;
    let bundle = kpol_bundle::read(std::io::BufReader::new(archive), Limits::default())
        .map_err(|error| CommandError::Plain(format!("{name}: {error}")))?;
    let Bundle {
        manifest,
        policies,
        data,
        modules,
    } = bundle;
    let module = match <[ModuleFile; 1]>::try_from(modules) {
        Ok([module]) => Some((format!("{name}:{}", module.path), module.wasm)),
        Err(modules) if modules.is_empty() => None,
        Err(modules) => {
            return Err(CommandError::Plain(format!(
                "{name}: there are {} compiled policies in the bundle: one can run",
                modules.len()
            )));
        }
    };
    let mut texts = Vec::with_capacity(policies.len());
    for policy in policies {
        if !policies::is_policy(Path::new(&policy.path)) {
            continue;
        }
        let version = match manifest.rego_version_of(&policy.path) {
            None => None,
            Some(0) => Some(RegoVersion::V0),
            Some(1) => Some(RegoVersion::V1),
            Some(other) => {
                return Err(CommandError::Help(
                    format!(
                        "{name}:{}: Rego version {other} is not supported",
                        policy.path
                    ),
                    "`import rego.v2` in a policy of version 1 has the same effect".to_owned(),
                ));
            }
        };
        texts.push(Text {
            name: format!("{name}:{}", policy.path),
            text: policy.text,
            version,
        });
    }
    Ok(Contents {
        module,
        data: data
            .into_iter()
            .map(|file| (format!("{name}:{}", file.file.path), file))
            .collect(),
        policies: Origin::Bundle {
            name,
            manifest: manifest.clone(),
            texts,
        },
        manifest,
    })
}

impl Contents {
    /// Adds the bundle's data.
    pub(crate) fn add_data(
        &self,
        data: &mut Data,
        sources: &mut SourceMap,
    ) -> Result<(), CommandError> {
        for (name, file) in &self.data {
            let plain = |error: String| CommandError::Plain(format!("{name}: {error}"));
            let format = if file.yaml {
                Format::Yaml
            } else {
                Format::Json
            };
            let source = sources.add(name.as_str(), file.file.text.as_str());
            let documents = kpol_input::read(sources, source, format, &Options::verbatim())
                .map_err(|error| crate::commands::test::unreadable(sources, &error))?;
            let keys = file.keys();
            for document in &documents {
                self.check_roots(document, document.root(), &mut keys.clone())
                    .map_err(|error| plain(error.to_string()))?;
                data.merge(&keys, document)
                    .map_err(|error| plain(error.to_string()))?;
            }
        }
        Ok(())
    }

    /// Each member on the way to a root must lead to one.
    fn check_roots(
        &self,
        document: &Document,
        node: NodeId,
        keys: &mut Vec<String>,
    ) -> Result<(), BundleError> {
        let outside = match self.manifest.check_root(keys) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let object = matches!(document.kind(node), Kind::Object(_));
        if !object || (!keys.is_empty() && !self.manifest.leads_to_root(keys)) {
            return Err(outside);
        }
        for (key, value) in document.members(node) {
            keys.push(document.str(key).unwrap_or_default().to_owned());
            self.check_roots(document, value, keys)?;
            keys.pop();
        }
        Ok(())
    }
}
