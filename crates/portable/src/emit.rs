//! Writes the module.

use std::borrow::Cow;

use kpol_abi::layout::CONTROL;
use kpol_abi::names;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements,
    EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType,
    ImportSection, MemoryType, Module, RefType, StartSection, TableSection, TableType, TypeSection,
    ValType,
};
use wasmparser::{FuncType, Operator};

use crate::PortableError;
use crate::info::leb;
use crate::link::{EXPORTS, Input, Node, Plan};
use crate::object::{Encoding, PieceId, Reference, Relocation};

/// The size of a page of memory.
const PAGE: u32 = 1 << 16;
/// The pages that the host must bring. The module gets itself what it needs beyond them, when it starts: a host does
/// not know how much that is.
const PAGES: u64 = 2;
/// What the host hears where it does not give that memory, and where the text is written to: the stack is not in use.
const NO_MEMORY: &[u8] = b"eval_memory_error: memory limit exceeded\0";
const NO_MEMORY_AT: i32 = 8;
/// The versions of OPA's ABI.
const VERSIONS: [(&str, i32); 2] = [
    ("opa_wasm_abi_version", 1),
    ("opa_wasm_abi_minor_version", 3),
];

/// The module while it is written.
struct Writer<'a> {
    input: &'a Input<'a>,
    plan: &'a Plan,
    policy_wasm: &'a [u8],
    kinds: Vec<FuncType>,
}

/// Writes a module. `image` is the policy's part of memory.
pub(crate) fn emit(
    input: &Input<'_>,
    plan: &Plan,
    policy_wasm: &[u8],
    image: &[u8],
) -> Result<Vec<u8>, PortableError> {
    let mut writer = Writer {
        input,
        plan,
        policy_wasm,
        kinds: Vec::new(),
    };
    let statics = writer.statics()?;
    let segments = [
        (NO_MEMORY_AT.cast_unsigned(), NO_MEMORY),
        (input.guest.stack, &statics),
        (CONTROL, image),
    ];
    let (imports, functions, code) = writer.functions(&segments)?;
    let mut module = Module::new();
    module.section(&writer.types()?);
    module.section(&imports);
    module.section(&functions);
    module.section(&writer.table());
    module.section(&writer.globals());
    module.section(&writer.exports()?);
    module.section(&StartSection {
        function_index: writer.number(Node::Start)?,
    });
    module.section(&writer.elements()?);
    module.section(&DataCountSection {
        count: segments.len() as u32,
    });
    module.section(&code);
    let mut data = DataSection::new();
    for (_, bytes) in segments {
        data.passive(bytes.iter().copied());
    }
    module.section(&data);
    Ok(module.finish())
}

impl Writer<'_> {
    fn number(&self, node: Node) -> Result<u32, PortableError> {
        let number = self.plan.functions.get(&node);
        number
            .copied()
            .ok_or(PortableError::Guest("a function was dropped"))
    }

    /// The number of a type.
    fn kind(&mut self, kind: FuncType) -> u32 {
        let found = self.kinds.iter().position(|k| *k == kind);
        found.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        }) as u32
    }

    fn functions(
        &mut self,
        segments: &[(u32, &[u8])],
    ) -> Result<(ImportSection, FunctionSection, CodeSection), PortableError> {
        let mut imports = ImportSection::new();
        imports.import(
            names::HOST,
            names::MEMORY,
            MemoryType {
                minimum: PAGES,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            },
        );
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        let (input, plan) = (self.input, self.plan);
        for node in plan.functions.keys() {
            let kind = self.kind(input.kind(*node)?);
            match *node {
                Node::Host(i) => {
                    let name = input.guest.imports.get(i).map_or("", |import| import.name);
                    imports.import(names::HOST, name, EntityType::Function(kind));
                    continue;
                }
                Node::Guest(i) => {
                    let Some(function) = input.guest.functions.get(i) else {
                        continue;
                    };
                    let body = self.relocated(function.body, function.relocations.iter())?;
                    code.raw(&body);
                }
                Node::Policy(i) => {
                    let body = self.policy_body(i)?;
                    code.raw(&body);
                }
                Node::Entry => {
                    code.function(&self.entry()?);
                }
                Node::NoPrint => {
                    let mut function = Function::new([]);
                    function.instructions().end();
                    code.function(&function);
                }
                Node::Start => {
                    code.function(&self.start(segments)?);
                }
            }
            functions.function(kind);
        }
        Ok((imports, functions, code))
    }

    /// Bytes with all that refers to something written anew, as short as it can be.
    fn relocated<'r>(
        &mut self,
        bytes: &[u8],
        relocations: impl Iterator<Item = &'r Relocation>,
    ) -> Result<Vec<u8>, PortableError> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for relocation in relocations {
            out.extend_from_slice(bytes.get(from..relocation.at).unwrap_or_default());
            let value = self.value(relocation.to)?;
            match relocation.encoding {
                Encoding::Unsigned => leb(value, &mut out),
                Encoding::Signed => signed_leb(value.cast_signed(), &mut out),
                Encoding::Word => out.extend_from_slice(&value.to_le_bytes()),
            }
            from = relocation.at + relocation.len();
        }
        out.extend_from_slice(bytes.get(from..).unwrap_or_default());
        Ok(out)
    }

    fn value(&mut self, to: Reference) -> Result<u32, PortableError> {
        let missing = PortableError::Guest("a reference was dropped");
        match to {
            Reference::Call(index) => self.number(self.input.of_guest(index)?),
            Reference::Slot(index) => {
                let slot = self.plan.slots.get(&self.input.of_guest(index)?);
                slot.copied().ok_or(missing)
            }
            Reference::Address(piece, offset) => {
                let at = self.plan.pieces.get(&piece).ok_or(missing)?;
                Ok((i64::from(*at) + offset) as u32)
            }
            Reference::Type(index) => {
                let kind = self.input.guest.types.get(index as usize);
                let kind = kind.cloned().ok_or(missing)?;
                Ok(self.kind(kind))
            }
            // The first global and the only table.
            Reference::StackPointer | Reference::Table => Ok(0),
        }
    }

    /// A function of the policy with the numbers of this module.
    fn policy_body(&mut self, i: usize) -> Result<Vec<u8>, PortableError> {
        let Some(function) = self.input.policy.functions.get(i) else {
            return Ok(Vec::new());
        };
        let mut out = Vec::new();
        let mut reader = function.body.get_operators_reader()?;
        let mut from = function.body.range().start;
        while !reader.eof() {
            let at = reader.original_position();
            let operator = reader.read()?;
            let (opcode, operands) = match operator {
                Operator::Call { function_index } => (
                    0x10,
                    vec![self.number(self.input.of_policy(function_index)?)?],
                ),
                Operator::CallIndirect { type_index, .. } => {
                    let kind = self.input.policy.types.get(type_index as usize);
                    let kind = kind
                        .cloned()
                        .ok_or(PortableError::Policy("a type is missing"))?;
                    (0x11, vec![self.kind(kind), 0])
                }
                // The stack pointer comes first.
                Operator::GlobalGet { global_index } => (0x23, vec![global_index + 1]),
                Operator::GlobalSet { global_index } => (0x24, vec![global_index + 1]),
                _ => continue,
            };
            out.extend_from_slice(self.policy_wasm.get(from..at).unwrap_or_default());
            out.push(opcode);
            for operand in operands {
                leb(operand, &mut out);
            }
            from = reader.original_position();
        }
        let end = function.body.range().end;
        out.extend_from_slice(self.policy_wasm.get(from..end).unwrap_or_default());
        Ok(out)
    }

    /// Calls an entrypoint by its number, which the guest has checked.
    fn entry(&self) -> Result<Function, PortableError> {
        let entries = self.input.entries()?;
        let mut function = Function::new([]);
        let mut code = function.instructions();
        for _ in 0..=entries.len() {
            code.block(BlockType::Empty);
        }
        code.local_get(0);
        let cases: Vec<u32> = (0..entries.len() as u32).collect();
        code.br_table(cases, entries.len() as u32);
        code.end();
        for entry in entries {
            code.call(self.number(entry)?).return_().end();
        }
        code.unreachable().end();
        Ok(function)
    }

    /// Gets memory, brings data to its place, and has the guest prepare itself.
    fn start(&self, segments: &[(u32, &[u8])]) -> Result<Function, PortableError> {
        let end = segments
            .iter()
            .map(|(at, bytes)| at.saturating_add(bytes.len() as u32))
            .max();
        let pages = end.unwrap_or_default().div_ceil(PAGE).cast_signed();
        let mut function = Function::new([]);
        let mut code = function.instructions();
        code.memory_size(0).i32_const(pages).i32_lt_u();
        code.if_(BlockType::Empty);
        code.i32_const(pages).memory_size(0).i32_sub();
        code.memory_grow(0).i32_const(-1).i32_eq();
        code.if_(BlockType::Empty);
        code.i32_const(NO_MEMORY_AT).i32_const(0);
        code.i32_const(NO_MEMORY.len() as i32).memory_init(0, 0);
        code.i32_const(NO_MEMORY_AT);
        code.call(self.number(self.input.abort()?)?).unreachable();
        code.end().end();
        for (number, (at, bytes)) in (0u32..).zip(segments) {
            if number > 0 {
                code.i32_const(at.cast_signed()).i32_const(0);
                code.i32_const(bytes.len() as i32).memory_init(0, number);
            }
            code.data_drop(number);
        }
        code.call(self.number(self.input.init()?)?).end();
        Ok(function)
    }

    /// The guest's data, as far as it is not all zero.
    fn statics(&mut self) -> Result<Vec<u8>, PortableError> {
        let start = self.input.guest.stack;
        let mut out = vec![0; (self.plan.data_end - start) as usize];
        for (id, at) in &self.plan.pieces {
            let bytes = self.piece(*id)?;
            let at = (at - start) as usize;
            if let Some(place) = out.get_mut(at..at + bytes.len()) {
                place.copy_from_slice(&bytes);
            }
        }
        Ok(out)
    }

    fn piece(&mut self, id: PieceId) -> Result<Cow<'_, [u8]>, PortableError> {
        let input = self.input;
        let Some(bytes) = input.guest.pieces.get(id.0).and_then(|piece| piece.bytes) else {
            return Ok(Cow::Borrowed(&[]));
        };
        // Of the builtins, those that are left out are not there.
        let cleared = vec![0; bytes.len()];
        let bytes = if input.guest.builtins == Some(id) {
            &cleared
        } else {
            bytes
        };
        let mut references: Vec<Relocation> = input.references(id).copied().collect();
        references.sort_by_key(|relocation| relocation.at);
        self.relocated(bytes, references.iter()).map(Cow::Owned)
    }

    fn types(&self) -> Result<TypeSection, PortableError> {
        let mut section = TypeSection::new();
        for kind in &self.kinds {
            let words = |types: &[wasmparser::ValType]| {
                types
                    .iter()
                    .map(|t| val_type(*t))
                    .collect::<Result<Vec<_>, _>>()
            };
            section
                .ty()
                .function(words(kind.params())?, words(kind.results())?);
        }
        Ok(section)
    }

    fn table(&self) -> TableSection {
        let len = self.input.policy.table.len().max(1) + self.plan.slots.len();
        let mut section = TableSection::new();
        section.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: len as u64,
            maximum: Some(len as u64),
            shared: false,
        });
        section
    }

    fn elements(&self) -> Result<ElementSection, PortableError> {
        let mut section = ElementSection::new();
        let table = &self.input.policy.table;
        let policy = table
            .iter()
            .map(|index| self.number(self.input.of_policy(*index)?))
            .collect::<Result<Vec<u32>, _>>()?;
        let guest = self
            .plan
            .slots
            .keys()
            .map(|node| self.number(*node))
            .collect::<Result<Vec<u32>, _>>()?;
        for (first, functions) in [(0, policy), (table.len().max(1), guest)] {
            if !functions.is_empty() {
                section.active(
                    None,
                    &ConstExpr::i32_const(first as i32),
                    Elements::Functions(functions.into()),
                );
            }
        }
        Ok(section)
    }

    /// The stack pointer, the policy's globals, the versions.
    fn globals(&self) -> GlobalSection {
        let mut section = GlobalSection::new();
        let words = std::iter::repeat_n(0, self.input.policy.globals as usize);
        let mutable = std::iter::once(self.input.guest.stack.cast_signed()).chain(words);
        let versions = VERSIONS.iter().map(|(_, version)| (*version, false));
        for (value, mutable) in mutable.map(|value| (value, true)).chain(versions) {
            section.global(
                GlobalType {
                    val_type: ValType::I32,
                    mutable,
                    shared: false,
                },
                &ConstExpr::i32_const(value),
            );
        }
        section
    }

    fn exports(&self) -> Result<ExportSection, PortableError> {
        let mut section = ExportSection::new();
        section.export(names::MEMORY, ExportKind::Memory, 0);
        for name in EXPORTS {
            let number = self.number(self.input.exported(name)?)?;
            section.export(name, ExportKind::Func, number);
        }
        let first = 1 + self.input.policy.globals;
        for (global, (name, _)) in (first..).zip(VERSIONS) {
            section.export(name, ExportKind::Global, global);
        }
        Ok(section)
    }
}

fn val_type(kind: wasmparser::ValType) -> Result<ValType, PortableError> {
    match kind {
        wasmparser::ValType::I32 => Ok(ValType::I32),
        wasmparser::ValType::I64 => Ok(ValType::I64),
        wasmparser::ValType::F32 => Ok(ValType::F32),
        wasmparser::ValType::F64 => Ok(ValType::F64),
        _ => Err(PortableError::Guest("a value of an unknown type")),
    }
}

/// Appends a signed LEB128 number.
fn signed_leb(mut number: i32, out: &mut Vec<u8>) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}
