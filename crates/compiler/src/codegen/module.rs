//! Puts the sections of a module together.

use std::collections::{BTreeMap, BTreeSet};

use kpol_abi::builtins::BuiltinId;
use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::CONTROL;
use kpol_abi::names;
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemoryType, Module, NameMap, NameSection, RefType, TableSection, TableType, TypeSection,
    ValType,
};

use super::CodegenError;
use super::code::{Callee, Code, Global, Slot};
use super::constants::Constants;
use super::helpers::Helper;
use crate::ir::Policy;

/// What functions add to the module while they are written.
#[derive(Debug, Default)]
pub(super) struct Tables {
    types: BTreeMap<(u32, bool), u32>,
    /// The kinds of functions in the order of their numbers.
    kinds: Vec<(u32, bool)>,
    entries: Vec<Callee>,
    clauses: Vec<Defined>,
    /// The builtins that are called.
    pub(super) builtins: BTreeSet<BuiltinId>,
}

/// A function that the module defines.
#[derive(Debug)]
pub(super) struct Defined {
    name: String,
    params: u32,
    returns: bool,
    code: Code,
}

impl Defined {
    /// A function that returns a word.
    pub(super) const fn new(name: String, params: u32, code: Code) -> Defined {
        Defined {
            name,
            params,
            returns: true,
            code,
        }
    }
}

impl Tables {
    /// The number of the type of functions over so many words.
    pub(super) fn type_of(&mut self, params: u32, returns: bool) -> u32 {
        let kinds = &mut self.kinds;
        *self.types.entry((params, returns)).or_insert_with(|| {
            kinds.push((params, returns));
            kinds.len() as u32 - 1
        })
    }

    /// Appends functions to the table that is called through; the number of the first.
    pub(super) fn add_entries(&mut self, entries: impl Iterator<Item = Callee>) -> u32 {
        let first = self.entries.len() as u32;
        self.entries.extend(entries);
        first
    }

    /// Adds a function for a case.
    pub(super) fn add_clause(&mut self, name: String, params: u32, code: Code) -> Callee {
        self.clauses.push(Defined::new(name, params, code));
        Callee::Clause(self.clauses.len() as u32 - 1)
    }
}

/// The parts of a module.
pub(super) struct Parts<'a> {
    pub(super) policy: &'a Policy,
    pub(super) constants: &'a Constants,
    pub(super) tables: Tables,
    pub(super) funcs: Vec<Defined>,
    /// The text of the custom section.
    pub(super) description: &'a [u8],
}

/// Which function has which number: imports first, then helpers, [`names::BEGIN`], the policy's functions, clauses.
struct Numbers {
    imports: Vec<RuntimeFn>,
    helpers: Vec<Helper>,
    begin: u32,
    funcs: u32,
    clauses: u32,
}

impl Numbers {
    fn of(&self, callee: Callee) -> u32 {
        match callee {
            // Both lists were made from the calls.
            Callee::Runtime(function) => {
                self.imports.binary_search(&function).unwrap_or_default() as u32
            }
            Callee::Helper(helper) => {
                let at = self.helpers.binary_search(&helper).unwrap_or_default();
                (self.imports.len() + at) as u32
            }
            Callee::Func(func) => self.funcs + func.0,
            Callee::Clause(clause) => self.clauses + clause,
        }
    }
}

/// Writes the module.
pub(super) fn assemble(mut parts: Parts<'_>) -> Result<Vec<u8>, CodegenError> {
    let begin = Defined {
        name: names::BEGIN.to_owned(),
        params: 2,
        returns: false,
        code: begin(parts.policy),
    };
    let clauses = std::mem::take(&mut parts.tables.clauses);
    let (imports, helpers) = reachable(parts.funcs.iter().chain(&clauses).chain([&begin]));
    let start = (imports.len() + helpers.len()) as u32;
    let numbers = Numbers {
        imports,
        begin: start,
        funcs: start + 1,
        clauses: start + 1 + parts.funcs.len() as u32,
        helpers: helpers.keys().copied().collect(),
    };
    let mut defined: Vec<Defined> = helpers
        .into_iter()
        .map(|(helper, code)| Defined::new(helper.name().to_owned(), helper.params(), code))
        .collect();
    defined.push(begin);
    defined.append(&mut parts.funcs);
    defined.extend(clauses);
    write(&parts, &numbers, &defined)
}

/// The runtime's functions and the helpers that are called, directly or by helpers.
fn reachable<'a>(
    funcs: impl Iterator<Item = &'a Defined>,
) -> (Vec<RuntimeFn>, BTreeMap<Helper, Code>) {
    let mut imports = BTreeSet::new();
    let mut helpers: BTreeMap<Helper, Code> = BTreeMap::new();
    let mut pending: Vec<Callee> = funcs.flat_map(|func| func.code.callees()).collect();
    while let Some(callee) = pending.pop() {
        match callee {
            Callee::Runtime(function) => {
                imports.insert(function);
            }
            Callee::Helper(helper) if !helpers.contains_key(&helper) => {
                let code = helper.body();
                pending.extend(code.callees());
                helpers.insert(helper, code);
            }
            _ => {}
        }
    }
    (imports.into_iter().collect(), helpers)
}

/// The body of [`names::BEGIN`].
fn begin(policy: &Policy) -> Code {
    let mut code = Code::new(2, 2);
    code.get(Slot(0));
    code.global_set(Global::Input);
    code.get(Slot(1));
    code.global_set(Global::Data);
    let frames = [
        (policy.memo_slots.saturating_mul(2), Global::Frame),
        (policy.override_slots, Global::Overrides),
    ];
    for (words, global) in frames {
        if words > 0 {
            code.constant(words);
            code.call_runtime(RuntimeFn::Words);
            code.global_set(global);
        }
    }
    code
}

fn write(
    parts: &Parts<'_>,
    numbers: &Numbers,
    defined: &[Defined],
) -> Result<Vec<u8>, CodegenError> {
    let mut tables = Tables {
        types: parts.tables.types.clone(),
        kinds: parts.tables.kinds.clone(),
        ..Tables::default()
    };
    let imports = import_section(parts.constants, numbers, &mut tables);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for func in defined {
        functions.function(tables.type_of(func.params, func.returns));
        code.function(&func.code.finish(|callee| numbers.of(callee)));
    }
    let mut types = TypeSection::new();
    for (params, returns) in &tables.kinds {
        let params = std::iter::repeat_n(ValType::I32, *params as usize);
        types.ty().function(params, returns.then_some(ValType::I32));
    }
    let mut module = Module::new();
    module.section(&types);
    module.section(&imports);
    module.section(&functions);
    let entries = &parts.tables.entries;
    if !entries.is_empty() {
        module.section(&table_section(entries.len() as u64));
    }
    module.section(&global_section());
    module.section(&export_section(parts.policy, numbers));
    if !entries.is_empty() {
        let entries: Vec<u32> = entries.iter().map(|entry| numbers.of(*entry)).collect();
        let mut elements = ElementSection::new();
        elements.active(
            None,
            &ConstExpr::i32_const(0),
            Elements::Functions(entries.into()),
        );
        module.section(&elements);
    }
    module.section(&code);
    let mut data = DataSection::new();
    data.active(
        0,
        &ConstExpr::i32_const(CONTROL.cast_signed()),
        parts.constants.image.iter().copied(),
    );
    module.section(&data);
    module.section(&name_section(numbers, defined));
    module.section(&CustomSection {
        name: names::SECTION.into(),
        data: parts.description.into(),
    });
    Ok(module.finish())
}

fn import_section(constants: &Constants, numbers: &Numbers, tables: &mut Tables) -> ImportSection {
    let mut imports = ImportSection::new();
    for function in &numbers.imports {
        let kind = tables.type_of(function.params() as u32, function.returns());
        imports.import(names::RUNTIME, function.name(), EntityType::Function(kind));
    }
    imports.import(
        names::HOST,
        names::MEMORY,
        MemoryType {
            minimum: u64::from(constants.pages),
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        },
    );
    imports
}

fn table_section(len: u64) -> TableSection {
    let mut section = TableSection::new();
    section.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: len,
        maximum: Some(len),
        shared: false,
    });
    section
}

fn global_section() -> GlobalSection {
    let mut globals = GlobalSection::new();
    for _ in Global::ALL {
        globals.global(
            GlobalType {
                val_type: ValType::I32,
                mutable: true,
                shared: false,
            },
            &ConstExpr::i32_const(0),
        );
    }
    globals
}

fn export_section(policy: &Policy, numbers: &Numbers) -> ExportSection {
    let mut exports = ExportSection::new();
    exports.export(names::BEGIN, ExportKind::Func, numbers.begin);
    for (i, entry) in policy.entrypoints.iter().enumerate() {
        exports.export(
            &format!("{}{i}", names::ENTRY_PREFIX),
            ExportKind::Func,
            numbers.of(Callee::Func(entry.func)),
        );
    }
    exports
}

fn name_section(numbers: &Numbers, defined: &[Defined]) -> NameSection {
    let mut functions = NameMap::new();
    for (i, function) in (0u32..).zip(&numbers.imports) {
        functions.append(i, &format!("{}.{}", names::RUNTIME, function.name()));
    }
    for (i, func) in (numbers.imports.len() as u32..).zip(defined) {
        functions.append(i, &func.name);
    }
    let mut globals = NameMap::new();
    for global in Global::ALL {
        globals.append(global as u32, global.name());
    }
    let mut section = NameSection::new();
    section.functions(&functions);
    section.globals(&globals);
    section
}
