//! A compiled policy: a module, and what the host must know about it.

use std::collections::BTreeSet;

use kpol_abi::builtins::BuiltinId;
use kpol_abi::names;
use kpol_diagnostics::{SourceMap, Span};
use serde::{Deserialize, Serialize};

use crate::builtins::Declared;
use crate::ir::{Policy, TraceRole};

/// A compiled policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The WebAssembly module. Its custom section [`names::SECTION`] holds the description.
    pub wasm: Vec<u8>,
    /// What the host must know about it.
    pub description: Description,
}

/// Why a file is no compiled policy.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// Not a WebAssembly module, or a damaged one.
    #[error("not a WebAssembly module")]
    Module,
    /// A module, but not one of this compiler.
    #[error("the module has no section `{}`", names::SECTION)]
    Foreign,
    /// A description that cannot be read.
    #[error("the description of the policy is damaged")]
    Description(#[source] serde_json::Error),
    /// Compiled for another version of the runtime.
    #[error(
        "the policy was compiled for ABI version {found}, not {}",
        names::ABI_VERSION
    )]
    Version {
        /// The version that it names.
        found: u32,
    },
}

/// What the host must know about a compiled policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// [`names::ABI_VERSION`] of the compiler.
    pub abi: u32,
    /// Names of what may be evaluated, by number.
    pub entrypoints: Vec<String>,
    /// Names of the source files that places point into.
    pub sources: Vec<String>,
    /// Places that errors point at, by number.
    pub sites: Vec<Site>,
    /// Places at which a rule yields a value, by number.
    pub trace_sites: Vec<TraceSite>,
    /// The builtins that are called, sorted by name: a host that lacks one refuses the policy.
    pub builtins: Vec<String>,
    /// Those of them that are not in the standard table, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<Declared>,
    /// What is marked as evaluated, by number: a word of memory for each is 1 then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cover: Vec<Place>,
    /// The address of the first of those words.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cover_at: u32,
    /// The number of memo slots.
    pub memo_slots: u32,
    /// The number of override slots.
    pub override_slots: u32,
}

/// A place in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which file, an index into [`Description::sources`]; none for code that no source has.
    pub source: Option<u32>,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
    /// Line of the first character, from 1; 0 where it is unknown.
    pub line: u32,
    /// Column of the first character, from 1; 0 where it is unknown.
    pub column: u32,
}

/// A place that an error points at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Where.
    pub place: Place,
    /// What happens there: a builtin's name, a rule's path.
    pub what: String,
}

/// A place at which a rule yields a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSite {
    /// Where.
    pub place: Place,
    /// The rule's path.
    pub rule: String,
    /// What the slots of a record are, in order.
    pub slots: Vec<TraceSlot>,
}

/// A slot of a trace record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSlot {
    /// How much it says about the finding's place.
    pub role: Role,
    /// A path to follow from the slot as far as the document has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
}

/// How a slot takes part in a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read by a condition.
    Condition,
    /// Read inside a negation: the path may be missing.
    Negated,
    /// Bound by iteration, or read for the rule's head.
    Bound,
}

impl From<TraceRole> for Role {
    fn from(role: TraceRole) -> Role {
        match role {
            TraceRole::Condition => Role::Condition,
            TraceRole::Negated => Role::Negated,
            TraceRole::Bound => Role::Bound,
        }
    }
}

impl Description {
    /// The description of a policy that calls these builtins.
    pub(crate) fn new(
        policy: &Policy,
        sources: &SourceMap,
        builtins: &BTreeSet<BuiltinId>,
    ) -> Description {
        let place = |span| place(span, sources);
        Description {
            abi: names::ABI_VERSION,
            entrypoints: policy
                .entrypoints
                .iter()
                .map(|entry| entry.name.clone())
                .collect(),
            sources: (0..sources.len() as u32)
                .map(|id| sources.name(kpol_diagnostics::SourceId(id)).to_owned())
                .collect(),
            sites: policy
                .sites
                .iter()
                .map(|site| Site {
                    place: place(site.span),
                    what: site.what.clone(),
                })
                .collect(),
            trace_sites: policy
                .trace_sites
                .iter()
                .map(|site| TraceSite {
                    place: place(site.span),
                    rule: site.rule.clone(),
                    slots: site
                        .slots
                        .iter()
                        .map(|slot| TraceSlot {
                            role: slot.role.into(),
                            path: slot.path.clone(),
                        })
                        .collect(),
                })
                .collect(),
            builtins: {
                let mut names: Vec<String> = builtins
                    .iter()
                    .filter_map(|id| Some(policy.builtin(*id)?.name().to_owned()))
                    .collect();
                names.sort();
                names
            },
            cover: policy.cover.iter().map(|span| place(*span)).collect(),
            cover_at: 0,
            declared: policy.declared.clone(),
            memo_slots: policy.memo_slots,
            override_slots: policy.override_slots,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn place(span: Span, sources: &SourceMap) -> Place {
    let source = (!span.is_nowhere()).then_some(span.source.0);
    let known = source.is_some_and(|source| (source as usize) < sources.len());
    let at = known.then(|| sources.line_col(span));
    Place {
        source,
        start: span.start,
        end: span.end,
        line: at.map_or(0, |at| at.line),
        column: at.map_or(0, |at| at.column),
    }
}

impl Artifact {
    /// Reads a module that was written to a file. The module itself is not validated: the engine does that.
    ///
    /// # Errors
    /// Where it is no policy of this compiler, or of another version.
    pub fn from_wasm(wasm: Vec<u8>) -> Result<Artifact, ArtifactError> {
        let text = section(&wasm)?;
        let description: Description =
            serde_json::from_slice(text).map_err(ArtifactError::Description)?;
        if description.abi != names::ABI_VERSION {
            return Err(ArtifactError::Version {
                found: description.abi,
            });
        }
        Ok(Artifact { wasm, description })
    }
}

/// The content of the custom section.
fn section(wasm: &[u8]) -> Result<&[u8], ArtifactError> {
    let mut rest = wasm
        .strip_prefix(b"\0asm\x01\0\0\0")
        .ok_or(ArtifactError::Module)?;
    while let Some((id, after)) = rest.split_first() {
        let (content, after) = sized(after).ok_or(ArtifactError::Module)?;
        if *id == 0 {
            let (name, data) = sized(content).ok_or(ArtifactError::Module)?;
            if name == names::SECTION.as_bytes() {
                return Ok(data);
            }
        }
        rest = after;
    }
    Err(ArtifactError::Foreign)
}

/// Bytes that follow their number, and what follows them.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut len = 0usize;
    for (i, byte) in bytes.iter().enumerate().take(5) {
        len |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return bytes.get(i + 1..)?.split_at_checked(len);
        }
    }
    None
}
