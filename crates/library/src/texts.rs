//! The texts inside of the program: policies, packs and frameworks.

use include_dir::{Dir, include_dir};
use kpol_diagnostics::SourceMap;
use kpol_formats::{Options, Parser};
use kpol_input::{Document, InputError};

static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../policies");

/// Manifests that rules find something in, the same put right, and what is found.
static MANIFESTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../testdata/manifests");

/// What the names of these texts begin with.
pub const PREFIX: &str = "<built-in>/";

/// All policies and their unit tests, sorted by name: `<built-in>/kubernetes/images/tag.rego`.
#[must_use]
pub fn policies() -> Vec<(String, &'static str)> {
    let mut files = Vec::new();
    collect(&POLICIES, &mut files);
    files.sort();
    files
}

fn collect(dir: &Dir<'static>, files: &mut Vec<(String, &'static str)>) {
    for file in dir.files() {
        let is_policy = file.path().extension().is_some_and(|end| end == "rego");
        if let Some(text) = file.contents_utf8().filter(|_| is_policy) {
            files.push((format!("{PREFIX}{}", file.path().display()), text));
        }
    }
    for dir in dir.dirs() {
        collect(dir, files);
    }
}

/// The names of the packs, sorted.
#[must_use]
pub fn packs() -> Vec<&'static str> {
    let files = POLICIES.get_dir("packs").into_iter().flat_map(Dir::files);
    let mut names: Vec<&str> = files
        .filter_map(|file| file.path().file_name()?.to_str()?.strip_suffix(".toml"))
        .collect();
    names.sort_unstable();
    names
}

/// The text of a pack.
pub(crate) fn pack(name: &str) -> Option<&'static str> {
    POLICIES
        .get_file(format!("packs/{name}.toml"))?
        .contents_utf8()
}

/// The text that lists frameworks.
pub(crate) fn frameworks() -> &'static str {
    let file = POLICIES.get_file("frameworks.toml");
    file.and_then(|file| file.contents_utf8())
        .unwrap_or_default()
}

/// What a rule finds in a manifest that is there for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The manifest.
    pub bad: &'static str,
    /// The manifest put right.
    pub good: &'static str,
    /// The line of the first finding.
    pub line: usize,
    /// Its message.
    pub message: String,
}

/// The first finding of a rule of the library, in the manifest that is there for it.
#[must_use]
pub fn example(id: &str) -> Option<Expected> {
    let (area, check) = id.split_once('/')?;
    let stems = [format!("{area}-{check}"), check.to_owned()];
    let text = |name: &str| MANIFESTS.get_file(name)?.contents_utf8();
    let files = MANIFESTS.get_dir("expected")?.files();
    let findings: Vec<serde_json::Value> = files
        .filter_map(|file| serde_json::from_str(file.contents_utf8()?).ok())
        .collect();
    stems.iter().find_map(|stem| {
        let name = format!("bad/{stem}.yaml");
        let in_file = findings
            .iter()
            .find_map(|files| files.get(&name)?.as_array())?;
        let first = in_file
            .iter()
            .find(|finding| finding.get("rule").and_then(serde_json::Value::as_str) == Some(id))?;
        Some(Expected {
            bad: text(&name)?,
            good: text(&format!("good/{stem}.yaml"))?,
            line: usize::try_from(first.get("line")?.as_u64()?).ok()?,
            message: first.get("message")?.as_str()?.to_owned(),
        })
    })
}

/// A text in TOML as a document, which the source map owns from then on.
///
/// # Errors
/// Where it is no TOML.
pub fn toml(sources: &mut SourceMap, name: &str, text: &str) -> Result<Document, InputError> {
    let source = sources.add(name, text);
    let options = Options {
        input: kpol_input::Options::verbatim(),
        ..Options::default()
    };
    let mut documents = kpol_formats::read(sources, source, Parser::Toml, &options)?;
    match documents.pop() {
        Some(document) => Ok(document),
        None => Err(InputError::InvalidScalar {
            message: "nothing in it".to_owned(),
            span: kpol_diagnostics::Span::new(source, 0, 0),
        }),
    }
}
