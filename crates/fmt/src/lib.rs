//! The formatter of policies: one layout for all, that of `opa fmt`.
//!
//! [`format`] reads a policy and lays it out: tabs, one blank line between rules, operators with blanks around them.
//! What stood on one line stays on one line, what stood on several is broken. Comments stay where they are. The result
//! is read again and must say the same, with the same comments; otherwise there is an error and no result.

#![forbid(unsafe_code)]

mod check;
mod compare;
mod imports;
mod lower;
mod text;
mod tree;
mod write;

use kpol_diagnostics::{Diagnostic, SourceId, Span};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::parse_module;

use crate::write::Style;

/// The versions of the language that the result must be readable as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Target {
    /// Rego before OPA 1.0.
    V0,
    /// Rego as of OPA 1.0.
    #[default]
    V1,
    /// Both: v1 with `import rego.v1`.
    V0AndV1,
}

/// How a policy is read and written.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The version that the policy is written in.
    pub version: RegoVersion,
    /// The version that it gets.
    pub target: Target,
    /// Leave out imports of keywords that the version has anyway.
    pub drop_imports: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            version: RegoVersion::V1,
            target: Target::V1,
            drop_imports: false,
        }
    }
}

/// The code of policies that cannot be laid out.
pub const FORMAT_ERROR: &str = "format-error";

/// Why a policy is not formatted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The policy has errors.
    #[error("the policy has syntax errors")]
    Syntax(Vec<Diagnostic>),
    /// The result would not say the same or would lose a comment: a bug of the formatter.
    #[error("internal error: the formatted policy would differ from the one that was read")]
    Differs {
        /// What the formatter made, for reports.
        formatted: String,
    },
}

/// Formats a policy.
///
/// # Errors
///
/// Syntax errors of the policy; an internal error where the result would not be the same policy.
pub fn format(source: SourceId, text: &str, options: Options) -> Result<String, Error> {
    const NEEDED: usize = 6 << 20;
    stacker::maybe_grow(NEEDED, NEEDED + (1 << 20), || {
        format_on_stack(source, text, options)
    })
}

fn read(source: SourceId, text: &str, version: RegoVersion) -> Result<tree::Module, Error> {
    let (module, errors) = parse_module(source, text, version);
    let Some(module) = module.filter(|_| errors.is_empty()) else {
        return Err(Error::Syntax(errors));
    };
    let lowered = lower::module(&module, text).map_err(|span| {
        let message = "this expression cannot be formatted: its `with` modifiers nest";
        Error::Syntax(vec![Diagnostic::error(FORMAT_ERROR, message, span)])
    })?;
    Ok(lowered)
}

fn format_on_stack(source: SourceId, text: &str, options: Options) -> Result<String, Error> {
    let mut tree = read(source, text, options.version)?;
    let style = style(&tree, options);
    let mut used = std::mem::take(&mut tree.keywords);
    // Calls of what is behind `in` are written with it.
    if text.contains("internal.member_") {
        used.push("in");
    }
    imports::settle(
        &mut tree.imports,
        options.target,
        options.drop_imports,
        &used,
    );
    let formatted = write::write(&tree, text, style).map_err(|arity| {
        let span = Span::new(source, arity.loc.text.0, arity.loc.text.1);
        let message = "arity mismatch: an operator has two operands";
        Error::Syntax(vec![Diagnostic::error(FORMAT_ERROR, message, span)])
    })?;
    let version = match options.target {
        Target::V0 => RegoVersion::V0,
        Target::V1 => RegoVersion::V1,
        Target::V0AndV1 => RegoVersion::V0,
    };
    match read(source, &formatted, version) {
        Ok(again) if check::same(&tree, text, &again, &formatted) => Ok(formatted),
        _ => Err(Error::Differs { formatted }),
    }
}

fn style(module: &tree::Module, options: Options) -> Style {
    const V0: &[&str] = &[
        "not", "package", "import", "as", "default", "else", "with", "null", "true", "false",
        "some",
    ];
    const V1: &[&str] = &["if", "contains", "in", "every"];
    let v1 = options.target != Target::V0;
    let mut style = Style {
        contains: v1,
        ifs: v1,
        ref_heads: write::needs_ref_heads(&module.rules),
        v1,
        keywords: V0.iter().map(|word| (*word).to_owned()).collect(),
    };
    if v1 {
        style
            .keywords
            .extend(V1.iter().map(|word| (*word).to_owned()));
    }
    for import in &module.imports {
        match import.segments().as_slice() {
            ["rego", "v1" | "v2"] | ["future", "keywords"] => {
                style.contains = true;
                style.ifs = true;
            }
            ["future", "keywords", word] => {
                style.contains |= *word == "contains";
                style.ifs |= *word == "if";
                style.keywords.push((*word).to_owned());
            }
            _ => {}
        }
        if import.segments() == ["rego", "v2"] {
            style.keywords.extend(["and", "or"].map(str::to_owned));
        }
    }
    style
}
