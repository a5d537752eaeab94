//! Settings of modules: `--settings [MODULE=]FILE`.

use std::path::Path;

use kpol_diagnostics::SourceMap;
use kpol_input::{Format, Options};
use serde_json::Value;

use super::stem;
use crate::exit::CommandError;

/// The group of Kubewarden's resources.
const GROUP: &str = "policies.kubewarden.io/";

/// Settings for a module.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) file: String,
    /// A JSON text.
    pub(super) settings: String,
    /// The rules of a policy's resource.
    pub(super) rules: Option<Value>,
}

/// The settings of each module, by the order of the modules.
pub(super) fn read(given: &[String], modules: &[&str]) -> Result<Vec<Option<Given>>, CommandError> {
    let mut found: Vec<Option<Given>> = vec![None; modules.len()];
    for text in given {
        let named = text.split_once('=').filter(|_| !Path::new(text).exists());
        let (name, file) = match named {
            Some((name, file)) => (Some(name), file),
            None => (None, text.as_str()),
        };
        let settings = one(file)?;
        let mut some = false;
        for (module, place) in modules.iter().zip(&mut found) {
            if name.is_some_and(|name| name != *module && name != stem(module)) {
                continue;
            }
            some = true;
            if place.replace(settings.clone()).is_some() {
                return Err(CommandError::Plain(format!(
                    "there are several settings for `{module}`"
                )));
            }
        }
        if !some {
            return Err(CommandError::Help(
                format!("--settings {text}: there is no such module"),
                format!("modules of this run: {}", modules.join(", ")),
            ));
        }
    }
    Ok(found)
}

fn one(file: &str) -> Result<Given, CommandError> {
    let path = Path::new(file);
    let format = if path.extension().is_some_and(|e| e == "json") {
        Format::Json
    } else {
        Format::Yaml
    };
    let text = kpol_input::load(path).map_err(|error| CommandError::Plain(error.to_string()))?;
    let mut sources = SourceMap::new();
    let source = sources.add(file, text);
    let documents = kpol_input::read(&sources, source, format, &Options::verbatim())
        .map_err(|error| crate::commands::test::unreadable(&sources, &error))?;
    let document = match &documents[..] {
        [] => {
            return Ok(Given {
                file: file.to_owned(),
                settings: "{}".to_owned(),
                rules: None,
            });
        }
        [one] => one,
        more => {
            return Err(CommandError::Plain(format!(
                "{file}: settings are one document, here are {}",
                more.len()
            )));
        }
    };
    let root = document.root();
    if !document
        .api_version()
        .is_some_and(|version| version.starts_with(GROUP))
    {
        return Ok(Given {
            file: file.to_owned(),
            settings: document.to_json(),
            rules: None,
        });
    }
    let spec = document.get(root, "spec");
    let part = |key| {
        let node = spec.and_then(|spec| document.get(spec, key))?;
        Some(document.json_of(node)).filter(|json| json != "null")
    };
    let rules = part("rules")
        .map(|rules| serde_json::from_str(&rules))
        .transpose();
    Ok(Given {
        settings: part("settings").unwrap_or_else(|| "{}".to_owned()),
        rules: rules.map_err(|error| CommandError::Plain(format!("{file}: {error}")))?,
        file: file.to_owned(),
    })
}
