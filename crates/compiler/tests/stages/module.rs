//! What tests ask about a WebAssembly module.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wasmparser::{KnownCustom, Name, Operator, Parser, Payload, TypeRef};

/// The parts of a module.
#[derive(Default)]
pub(crate) struct Facts {
    /// `module.name` of each import.
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
    /// Names by number, imported functions first.
    pub(crate) names: BTreeMap<u32, String>,
    /// The number of instructions of each function that the module defines.
    pub(crate) instructions: Vec<usize>,
    /// How many of these functions call others.
    pub(crate) calls: usize,
    pub(crate) data: Vec<u8>,
    pub(crate) code: Vec<u8>,
    imported: u32,
}

impl Facts {
    pub(crate) fn of(wasm: &[u8]) -> Facts {
        let mut facts = Facts::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.unwrap();
                        facts.imported += u32::from(!matches!(import.ty, TypeRef::Memory(_)));
                        facts
                            .imports
                            .push(format!("{}.{}", import.module, import.name));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        facts.exports.push(export.unwrap().name.to_owned());
                    }
                }
                Payload::CodeSectionStart { range, .. } => facts.code = wasm[range].to_vec(),
                Payload::CodeSectionEntry(body) => {
                    let mut count = 0;
                    for operator in body.get_operators_reader().unwrap() {
                        count += 1;
                        facts.calls +=
                            usize::from(matches!(operator.unwrap(), Operator::Call { .. }));
                    }
                    facts.instructions.push(count);
                }
                Payload::DataSection(section) => {
                    for segment in section {
                        facts.data.extend_from_slice(segment.unwrap().data);
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for name in names {
                            if let Name::Function(map) = name.unwrap() {
                                for naming in map {
                                    let naming = naming.unwrap();
                                    facts.names.insert(naming.index, naming.name.to_owned());
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        facts
    }

    /// Names and numbers of instructions of the functions that the module defines.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&str, usize)> {
        (self.imported..).zip(&self.instructions).map(|(at, size)| {
            let name = self.names.get(&at).map_or("", String::as_str);
            (name, *size)
        })
    }

    /// The number of instructions of all functions whose name is that, or that and a clause's number.
    pub(crate) fn size_of(&self, rule: &str) -> usize {
        self.functions()
            .filter(|(name, _)| name.split('#').next() == Some(rule))
            .map(|(_, size)| size)
            .sum()
    }

    /// A text to compare by eye.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        writeln!(text, "imports: {}", self.imports.join(" ")).unwrap();
        writeln!(text, "exports: {}", self.exports.join(" ")).unwrap();
        writeln!(text, "data: {} bytes", self.data.len()).unwrap();
        writeln!(text, "calls: {}", self.calls).unwrap();
        writeln!(text, "functions, by number of instructions:").unwrap();
        for (name, size) in self.functions() {
            writeln!(text, "{size:6} {name}").unwrap();
        }
        text
    }
}
