//! Data for policies, and in it parameters of rules: from `-d`, from `--parameters`, and from kpol.toml. Parameters are
//! checked against what the rules declare.

use std::path::Path;

use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_engine::Data;
use kpol_formats::Parser;
use kpol_input::{Document, NodeId};
use kpol_library::parameters::{Declared, PARAMETER_TYPE, PATH};

use crate::commands::test::Args;
use crate::exit::CommandError;
use crate::output::rendered;
use crate::session::Session;
use crate::{data, policies};

/// Reads the data of a run.
///
/// # Errors
/// Where something cannot be read, or a parameter is given that no rule has, or with a value that it cannot have.
pub(crate) fn load(
    args: &Args,
    compat: bool,
    session: &Session,
    data: &mut Data,
    sources: &mut SourceMap,
) -> Result<(), CommandError> {
    if compat {
        return data::load(&args.policies.data, data, sources);
    }
    let mut given: Vec<(Document, Place)> = Vec::new();
    data::load_looking(&args.policies.data, data, sources, &mut |keys, document| {
        if let Some(place) = place(keys, document) {
            given.push((document.clone(), place));
        }
    })?;
    for file in &args.parameters {
        let document = read(file, sources)?;
        let Some(node) = document.get(document.root(), "parameters") else {
            return Err(CommandError::Help(
                format!("`{}` has no `parameters`", file.display()),
                "parameters of a rule are written `[parameters.\"images/registry\"]`".to_owned(),
            ));
        };
        let path = PATH.map(str::to_owned);
        data.merge_part(&path, &document, node)
            .map_err(|error| CommandError::Plain(format!("{}: {error}", file.display())))?;
        given.push((document, Place::At(node)));
    }
    if given.is_empty() {
        return Ok(());
    }
    let mut declared = Declared::default();
    for check in &session.checks {
        for (id, about) in check.facts() {
            declared.add(&id, about.map_or(&[], |about| &about.parameters));
        }
    }
    // A configuration may be about rules of the library, also where they do not run.
    if !session.checks.iter().any(|check| check.library) {
        for about in policies::library_abouts()? {
            declared.add(about.id.as_deref().unwrap_or_default(), &about.parameters);
        }
    }
    let mut errors = Vec::new();
    for (document, place) in &given {
        match place {
            Place::At(node) => declared.check(document, *node, &mut errors),
            Place::Below => errors.push(
                Diagnostic::error(
                    PARAMETER_TYPE,
                    "parameters of rules stand in one file, not in folders",
                    document.span(document.root()),
                )
                .help("write `kpol: {parameters: {…}}`"),
            ),
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(rendered(sources, &errors))
    }
}

/// Where a document has parameters.
enum Place {
    At(NodeId),
    /// The document itself is a part of them.
    Below,
}

fn place(keys: &[String], document: &Document) -> Option<Place> {
    let mut wanted = PATH.iter();
    for key in keys {
        match wanted.next() {
            Some(next) if *next == key.as_str() => {}
            Some(_) => return None,
            None => return Some(Place::Below),
        }
    }
    let mut node = document.root();
    for key in wanted {
        node = document.get(node, key)?;
    }
    Some(Place::At(node))
}

fn read(file: &Path, sources: &mut SourceMap) -> Result<Document, CommandError> {
    let name = file.display().to_string();
    let text = kpol_input::load(file).map_err(|error| CommandError::Plain(error.to_string()))?;
    let parser = match file.extension().and_then(|end| end.to_str()) {
        Some("toml") => Parser::Toml,
        Some("json") => Parser::Json,
        _ => Parser::Yaml,
    };
    let source = sources.add(name.as_str(), text);
    let options = kpol_formats::Options {
        input: kpol_input::Options::verbatim(),
        ..kpol_formats::Options::default()
    };
    let documents = kpol_formats::read(sources, source, parser, &options)
        .map_err(|error| crate::commands::test::unreadable(sources, &error))?;
    (documents.into_iter().next())
        .ok_or_else(|| CommandError::Plain(format!("`{name}` has nothing in it")))
}
