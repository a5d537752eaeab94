//! The guest as the linker sees it: functions, pieces of data, and what each of them refers to.
//!
//! The guest is linked with `--emit-relocs`: sections `linking` and `reloc.*` say which symbol each address, index and
//! table slot in code and data stands for. So all that is not referred to can be left out, and the rest be moved.

use std::collections::HashMap;
use std::ops::Range;

use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, FuncType, KnownCustom, Linking, Parser,
    Payload, RelocationEntry, RelocationType, SymbolInfo, TypeRef,
};

use crate::PortableError;

/// What a place in code or data refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    /// The number of a function.
    Call(u32),
    /// The slot of a function in the table.
    Slot(u32),
    /// An address: a piece of data, and an offset from its begin.
    Address(PieceId, i64),
    /// The number of a type.
    Type(u32),
    /// The stack pointer.
    StackPointer,
    /// The table.
    Table,
}

/// How the place is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// LEB128, unsigned.
    Unsigned,
    /// LEB128, signed.
    Signed,
    /// Four bytes.
    Word,
}

/// A place that refers to something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relocation {
    /// Its first byte, from the begin of the function's body or of the piece.
    pub(crate) at: usize,
    pub(crate) encoding: Encoding,
    pub(crate) to: Reference,
}

impl Relocation {
    /// The number of bytes that it has in the guest.
    pub(crate) const fn len(&self) -> usize {
        match self.encoding {
            Encoding::Unsigned | Encoding::Signed => 5,
            Encoding::Word => 4,
        }
    }
}

/// A function that the guest defines.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub(crate) kind: u32,
    /// Locals and code.
    pub(crate) body: &'a [u8],
    pub(crate) relocations: Vec<Relocation>,
}

/// A function that the guest imports.
#[derive(Debug)]
pub(crate) struct Import<'a> {
    pub(crate) module: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: u32,
}

/// The number of a piece of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PieceId(pub(crate) usize);

/// What one symbol, or several that overlap, name in data.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    /// Its bytes; none where all are zero.
    pub(crate) bytes: Option<&'a [u8]>,
    pub(crate) size: u32,
    pub(crate) align: u32,
    pub(crate) relocations: Vec<Relocation>,
}

/// The guest.
#[derive(Debug, Default)]
pub(crate) struct Object<'a> {
    pub(crate) types: Vec<FuncType>,
    pub(crate) imports: Vec<Import<'a>>,
    pub(crate) functions: Vec<Function<'a>>,
    pub(crate) pieces: Vec<Piece<'a>>,
    /// Functions by the names that they are exported under.
    pub(crate) exports: HashMap<&'a str, u32>,
    /// The piece that is the table of builtins, by their numbers: four bytes for each.
    pub(crate) builtins: Option<PieceId>,
    /// Where the stack begins, and data may.
    pub(crate) stack: u32,
}

/// What was read before symbols are resolved.
#[derive(Default)]
struct Raw<'a> {
    code_start: usize,
    bodies: Vec<Range<usize>>,
    kinds: Vec<u32>,
    /// Each segment's bytes, and where they lie in the section.
    segments: Vec<(Range<usize>, &'a [u8])>,
    symbols: Vec<SymbolInfo<'a>>,
    code_relocations: Vec<RelocationEntry>,
    data_relocations: Vec<RelocationEntry>,
}

fn damaged(what: &'static str) -> PortableError {
    PortableError::Guest(what)
}

/// Where a symbol of data lies: its piece, and its offset in it.
type Symbols = HashMap<usize, (PieceId, u32)>;

impl<'a> Object<'a> {
    /// Reads the guest.
    pub(crate) fn parse(wasm: &'a [u8]) -> Result<Object<'a>, PortableError> {
        let mut object = Object::default();
        let raw = object.read(wasm)?;
        let (ranges, symbols) = object.cut(&raw);
        for (body, kind) in raw.bodies.iter().zip(&raw.kinds) {
            object.functions.push(Function {
                kind: *kind,
                body: wasm.get(body.clone()).unwrap_or_default(),
                relocations: Vec::new(),
            });
        }
        object.relocate_code(&raw, &symbols)?;
        object.relocate_data(&raw, &ranges, &symbols)?;
        Ok(object)
    }

    fn read(&mut self, wasm: &'a [u8]) -> Result<Raw<'a>, PortableError> {
        let mut raw = Raw::default();
        for payload in Parser::new(0).parse_all(wasm) {
            self.section(payload?, &mut raw)?;
        }
        Ok(raw)
    }

    fn section(&mut self, payload: Payload<'a>, raw: &mut Raw<'a>) -> Result<(), PortableError> {
        match payload {
            Payload::TypeSection(types) => {
                for kind in types.into_iter_err_on_gc_types() {
                    self.types.push(kind?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    let TypeRef::Func(kind) = import.ty else {
                        return Err(damaged("an import is no function"));
                    };
                    self.imports.push(Import {
                        module: import.module,
                        name: import.name,
                        kind,
                    });
                }
            }
            Payload::FunctionSection(functions) => {
                for kind in functions {
                    raw.kinds.push(kind?);
                }
            }
            Payload::GlobalSection(globals) => {
                // The first one is the stack pointer: others are never set.
                if let Some(global) = globals.into_iter().next() {
                    let mut code = global?.init_expr.get_operators_reader();
                    if let wasmparser::Operator::I32Const { value } = code.read()? {
                        self.stack = value.cast_unsigned();
                    }
                }
            }
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
                    if !matches!(element.kind, ElementKind::Active { .. })
                        || !matches!(element.items, ElementItems::Functions(_))
                    {
                        return Err(damaged("a table of another kind"));
                    }
                }
            }
            Payload::CodeSectionStart { range, .. } => raw.code_start = range.start,
            Payload::CodeSectionEntry(body) => raw.bodies.push(body.range()),
            Payload::DataSection(segments) => {
                let start = segments.range().start;
                for segment in segments {
                    let segment = segment?;
                    if !matches!(segment.kind, DataKind::Active { .. }) {
                        return Err(damaged("a segment of another kind"));
                    }
                    let end = segment.range.end - start;
                    raw.segments
                        .push((end - segment.data.len()..end, segment.data));
                }
            }
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => {
                    for part in linking.subsections() {
                        if let Linking::SymbolTable(symbols) = part? {
                            for symbol in symbols {
                                raw.symbols.push(symbol?);
                            }
                        }
                    }
                }
                KnownCustom::Reloc(relocations) => {
                    let entries = match custom.name() {
                        "reloc.CODE" => &mut raw.code_relocations,
                        "reloc.DATA" => &mut raw.data_relocations,
                        _ => return Ok(()),
                    };
                    for entry in relocations.entries() {
                        entries.push(entry?);
                    }
                }
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    /// Cuts data into pieces along its symbols. Returns where each piece lies in the data section (where it has bytes),
    /// and which piece each symbol names.
    fn cut(&mut self, raw: &Raw<'a>) -> (Vec<Range<usize>>, Symbols) {
        let mut found: Vec<(u32, u32, u32, usize)> = Vec::new();
        for (number, symbol) in raw.symbols.iter().enumerate() {
            if let SymbolInfo::Data {
                symbol: Some(data), ..
            } = symbol
            {
                found.push((
                    data.index,
                    data.offset,
                    data.offset.saturating_add(data.size),
                    number,
                ));
            }
        }
        // The longest of those that begin at one place comes first.
        found.sort_by_key(|(segment, start, end, _)| (*segment, *start, u32::MAX - *end));
        let mut symbols = Symbols::new();
        let mut ranges: Vec<(u32, u32, u32)> = Vec::new();
        for (segment, start, end, number) in found {
            let joins = ranges
                .last()
                .is_some_and(|last| last.0 == segment && (start < last.2 || start == last.1));
            if !joins {
                ranges.push((segment, start, end));
            }
            let id = PieceId(ranges.len() - 1);
            if let Some(last) = ranges.last_mut() {
                last.2 = last.2.max(end);
                symbols.insert(number, (id, start - last.1));
            }
            if let Some(SymbolInfo::Data { name, .. }) = raw.symbols.get(number)
                && name.contains("8builtins8RESOLVED")
            {
                self.builtins = Some(id);
            }
        }
        let mut places = Vec::with_capacity(ranges.len());
        for (segment, start, end) in ranges {
            let size = end - start;
            // What lies behind the segments of the file is zero.
            let found = raw.segments.get(segment as usize);
            let bytes = found.and_then(|(_, data)| data.get(start as usize..end as usize));
            places.push(match found {
                Some((range, _)) => range.start + start as usize..range.start + end as usize,
                None => 0..0,
            });
            self.pieces.push(Piece {
                bytes: bytes.filter(|bytes| bytes.iter().any(|byte| *byte != 0)),
                size,
                align: 1 << start.trailing_zeros().min(4),
                relocations: Vec::new(),
            });
        }
        (places, symbols)
    }

    fn relocate_code(&mut self, raw: &Raw<'_>, symbols: &Symbols) -> Result<(), PortableError> {
        for entry in &raw.code_relocations {
            let at = raw.code_start + entry.offset as usize;
            let function = raw.bodies.partition_point(|body| body.end <= at);
            let (Some(body), Some(function)) =
                (raw.bodies.get(function), self.functions.get_mut(function))
            else {
                return Err(damaged("a reference out of place"));
            };
            if let Some(relocation) = relocation(raw, symbols, entry)? {
                function.relocations.push(Relocation {
                    at: at.saturating_sub(body.start),
                    ..relocation
                });
            }
        }
        for function in &mut self.functions {
            function.relocations.sort_by_key(|relocation| relocation.at);
        }
        Ok(())
    }

    fn relocate_data(
        &mut self,
        raw: &Raw<'_>,
        ranges: &[Range<usize>],
        symbols: &Symbols,
    ) -> Result<(), PortableError> {
        let mut order: Vec<usize> = (0..ranges.len()).collect();
        order.retain(|i| ranges.get(*i).is_some_and(|range| !range.is_empty()));
        let range_of = |i: &usize| ranges.get(*i).cloned().unwrap_or_default();
        order.sort_by_key(|i| range_of(i).start);
        for entry in &raw.data_relocations {
            let at = entry.offset as usize;
            let found = order.partition_point(|i| range_of(i).end <= at);
            let (Some(number), Some(relocation)) =
                (order.get(found), relocation(raw, symbols, entry)?)
            else {
                // What no symbol names is not used.
                continue;
            };
            let start = range_of(number).start;
            if let Some(piece) = self.pieces.get_mut(*number)
                && at >= start
            {
                piece.relocations.push(Relocation {
                    at: at - start,
                    ..relocation
                });
            }
        }
        Ok(())
    }
}

/// An entry of a section of relocations, at no place yet.
fn relocation(
    raw: &Raw<'_>,
    symbols: &Symbols,
    entry: &RelocationEntry,
) -> Result<Option<Relocation>, PortableError> {
    use RelocationType as R;
    let number = entry.index as usize;
    let symbol = raw.symbols.get(number);
    let function = || match symbol {
        Some(SymbolInfo::Func { index, .. }) => Ok(*index),
        _ => Err(damaged("a reference to no function")),
    };
    let address = || match symbols.get(&number) {
        Some((piece, offset)) => Ok(Reference::Address(
            *piece,
            i64::from(*offset) + entry.addend,
        )),
        None => Err(damaged("a reference to no data")),
    };
    let (encoding, to) = match entry.ty {
        R::FunctionIndexLeb => (Encoding::Unsigned, Reference::Call(function()?)),
        R::TableIndexSleb => (Encoding::Signed, Reference::Slot(function()?)),
        R::TableIndexI32 => (Encoding::Word, Reference::Slot(function()?)),
        R::MemoryAddrLeb => (Encoding::Unsigned, address()?),
        R::MemoryAddrSleb => (Encoding::Signed, address()?),
        R::MemoryAddrI32 => (Encoding::Word, address()?),
        R::TypeIndexLeb => (Encoding::Unsigned, Reference::Type(entry.index)),
        R::GlobalIndexLeb => match symbol {
            Some(SymbolInfo::Global { index: 0, .. }) => {
                (Encoding::Unsigned, Reference::StackPointer)
            }
            _ => return Err(damaged("a reference to an unknown global")),
        },
        R::TableNumberLeb => (Encoding::Unsigned, Reference::Table),
        _ => return Err(damaged("a reference of an unknown kind")),
    };
    Ok(Some(Relocation {
        at: 0,
        encoding,
        to,
    }))
}
