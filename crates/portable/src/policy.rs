//! The policy's module as the linker sees it.

use std::collections::HashMap;

use kpol_abi::layout::CONTROL;
use kpol_abi::names;
use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody, Operator, Parser,
    Payload, TypeRef,
};

use crate::PortableError;

/// A function of the policy.
pub(crate) struct Function<'a> {
    pub(crate) kind: u32,
    pub(crate) body: FunctionBody<'a>,
    /// What it calls, by the numbers of the module.
    pub(crate) calls: Vec<u32>,
}

/// The policy's module.
#[derive(Default)]
pub(crate) struct Module<'a> {
    pub(crate) types: Vec<FuncType>,
    /// The names of the runtime's functions that it imports, in order, with their types.
    pub(crate) imports: Vec<(&'a str, u32)>,
    pub(crate) functions: Vec<Function<'a>>,
    /// Functions by the names that they are exported under.
    pub(crate) exports: HashMap<&'a str, u32>,
    /// How many globals it has: mutable words, zero at first.
    pub(crate) globals: u32,
    /// The functions that it calls through the table.
    pub(crate) table: Vec<u32>,
    /// The constants, from the control block on.
    pub(crate) image: &'a [u8],
}

fn foreign(what: &'static str) -> PortableError {
    PortableError::Policy(what)
}

impl<'a> Module<'a> {
    /// Reads a module of this compiler.
    pub(crate) fn parse(wasm: &'a [u8]) -> Result<Module<'a>, PortableError> {
        let mut module = Module::default();
        let mut kinds = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            module.section(payload?, &mut kinds)?;
        }
        Ok(module)
    }

    fn section(&mut self, payload: Payload<'a>, kinds: &mut Vec<u32>) -> Result<(), PortableError> {
        match payload {
            Payload::TypeSection(types) => {
                for kind in types.into_iter_err_on_gc_types() {
                    self.types.push(kind?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Func(kind) if import.module == names::RUNTIME => {
                            self.imports.push((import.name, kind));
                        }
                        TypeRef::Memory(_) => {}
                        _ => return Err(foreign("an unknown import")),
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for kind in functions {
                    kinds.push(kind?);
                }
            }
            Payload::GlobalSection(globals) => self.globals = globals.count(),
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.insert(export.name, export.index);
                    }
                }
            }
            Payload::ElementSection(elements) => {
                for element in elements {
                    let element = element?;
                    let (ElementKind::Active { .. }, ElementItems::Functions(functions), true) =
                        (element.kind, element.items, self.table.is_empty())
                    else {
                        return Err(foreign("a table of another kind"));
                    };
                    for function in functions {
                        self.table.push(function?);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let kind = kinds.get(self.functions.len()).copied();
                let mut calls = Vec::new();
                for operator in body.get_operators_reader()? {
                    if let Operator::Call { function_index } = operator? {
                        calls.push(function_index);
                    }
                }
                self.functions.push(Function {
                    kind: kind.ok_or_else(|| foreign("a function without a type"))?,
                    body,
                    calls,
                });
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    let segment = segment?;
                    let DataKind::Active { offset_expr, .. } = segment.kind else {
                        return Err(foreign("a segment of another kind"));
                    };
                    let address = match offset_expr.get_operators_reader().read()? {
                        Operator::I32Const { value } => value.cast_unsigned(),
                        _ => 0,
                    };
                    if address != CONTROL || !self.image.is_empty() {
                        return Err(foreign("data at another place"));
                    }
                    self.image = segment.data;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
