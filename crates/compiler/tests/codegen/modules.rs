//! The modules themselves.

use std::collections::BTreeMap;

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::CONTROL;
use kpol_abi::names;
use kpol_compiler::artifact::{Artifact, ArtifactError};
use kpol_compiler::codegen::emit;
use kpol_compiler::ir::{CompareOp, Policy, Stmt};
use wasmparser::{
    DataKind, ExternalKind, KnownCustom, Name, Operator, Parser, Payload, TypeRef, Validator,
    WasmFeatures,
};

use super::build::{Build, dot, l, lo, test};
use super::policies::{all, deny, switch_clauses, switch_results};

/// What tests ask about a module.
#[derive(Default)]
struct Facts {
    imports: Vec<(String, String)>,
    memory_pages: u64,
    exports: Vec<String>,
    /// The number of instructions of each function that the module defines, by number.
    instructions: Vec<usize>,
    names: BTreeMap<u32, String>,
    /// Address and bytes of each data segment.
    data: Vec<(i32, Vec<u8>)>,
    code: Vec<u8>,
    functions_imported: u32,
}

fn facts(wasm: &[u8]) -> Facts {
    let mut facts = Facts::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.unwrap();
                    match import.ty {
                        TypeRef::Memory(memory) => {
                            facts.memory_pages = memory.initial;
                            assert!(memory.maximum.is_none());
                        }
                        _ => facts.functions_imported += 1,
                    }
                    facts
                        .imports
                        .push((import.module.to_owned(), import.name.to_owned()));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.unwrap();
                    assert_eq!(export.kind, ExternalKind::Func);
                    facts.exports.push(export.name.to_owned());
                }
            }
            Payload::CodeSectionStart { range, .. } => {
                facts.code = wasm[range].to_vec();
            }
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().unwrap();
                facts.instructions.push(operators.into_iter().count());
            }
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment.unwrap();
                    let DataKind::Active { offset_expr, .. } = segment.kind else {
                        panic!("passive data");
                    };
                    let Operator::I32Const { value } =
                        offset_expr.get_operators_reader().read().unwrap()
                    else {
                        panic!("computed offset");
                    };
                    facts.data.push((value, segment.data.to_vec()));
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

fn instructions(policy: &Policy) -> usize {
    facts(&emit(policy).unwrap().wasm).instructions.iter().sum()
}

#[test]
fn modules_are_valid() {
    for case in all() {
        let wasm = emit(&case.policy).unwrap().wasm;
        Validator::new_with_features(WasmFeatures::default())
            .validate_all(&wasm)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    }
}

#[test]
fn modules_are_deterministic() {
    for case in all() {
        let first = emit(&case.policy).unwrap();
        let second = emit(&case.policy.clone()).unwrap();
        assert_eq!(first.wasm, second.wasm, "{}", case.name);
    }
}

#[test]
fn imports_are_memory_and_what_is_called() {
    for case in all() {
        let facts = facts(&emit(&case.policy).unwrap().wasm);
        for (module, name) in &facts.imports {
            if module == names::HOST {
                assert_eq!(name, names::MEMORY);
            } else {
                assert_eq!(module, names::RUNTIME);
                assert!(
                    RuntimeFn::ALL
                        .iter()
                        .any(|function| function.name() == name)
                );
            }
        }
    }
    let mut build = Build::new();
    let one = build.n(1);
    build.entry("one", 0, vec![Stmt::Return(one)]);
    let facts = facts(&emit(&build.0).unwrap().wasm);
    assert_eq!(facts.imports, [("env".to_owned(), "memory".to_owned())]);
    assert_eq!(facts.exports, ["begin", "entry:0"]);
}

#[test]
fn constants_are_one_segment_at_the_control_block() {
    for case in all() {
        let facts = facts(&emit(&case.policy).unwrap().wasm);
        let [(address, bytes)] = &facts.data[..] else {
            panic!("{}: {} segments", case.name, facts.data.len());
        };
        assert_eq!(*address as u32, CONTROL);
        let end = u64::from(CONTROL) + bytes.len() as u64;
        assert!(facts.memory_pages * 65536 >= end + 15 * 65536);
    }
}

#[test]
fn every_function_has_its_name() {
    for case in all() {
        let facts = facts(&emit(&case.policy).unwrap().wasm);
        for func in &case.policy.funcs {
            let (number, _) = facts
                .names
                .iter()
                .find(|(_, name)| **name == func.name)
                .unwrap_or_else(|| panic!("{}: no function `{}`", case.name, func.name));
            let defined = (*number - facts.functions_imported) as usize;
            assert!(facts.instructions[defined] > 0);
        }
    }
}

/// `input.a <op> "x"`
fn rule(op: CompareOp) -> Policy {
    let mut build = Build::new();
    let (key, value) = (build.s("a"), build.s("x"));
    build.entry(
        "data.main.p",
        2,
        vec![
            Stmt::Input(l(0)),
            dot(1, lo(0), key),
            test(op, lo(1), value),
            Stmt::Return(lo(1)),
        ],
    );
    build.0
}

#[test]
fn logic_is_code_and_not_data() {
    let equal = facts(&emit(&rule(CompareOp::Equal)).unwrap().wasm);
    let unequal = facts(&emit(&rule(CompareOp::NotEqual)).unwrap().wasm);
    assert_eq!(equal.data, unequal.data);
    assert_ne!(equal.code, unequal.code);
}

#[test]
fn code_grows_with_bodies() {
    let size = |conditions: usize| {
        let mut build = Build::new();
        let (key, value) = (build.s("a"), build.s("x"));
        let mut body = vec![Stmt::Input(l(0))];
        for _ in 0..conditions {
            body.push(dot(1, lo(0), key));
            body.push(test(CompareOp::Equal, lo(1), value));
        }
        build.entry("p", 2, body);
        instructions(&build.0)
    };
    let (one, two, ten) = (size(1), size(2), size(10));
    let step = two - one;
    assert!(step >= 8, "{step}");
    assert_eq!(ten - two, 8 * step);
}

#[test]
fn many_cases_take_linear_space() {
    let size = |cases: usize| {
        let mut build = Build::new();
        let one = build.n(1);
        let names: Vec<_> = (0..cases)
            .map(|i| super::build::text(&format!("case {i}")))
            .collect();
        build.0.consts.extend(names);
        let first = build.0.consts.len() - cases;
        let cases = (first..build.0.consts.len())
            .map(|id| {
                (
                    kpol_compiler::ir::ConstId(id as u32),
                    kpol_compiler::ir::Block(vec![
                        test(
                            CompareOp::NotEqual,
                            lo(0),
                            kpol_compiler::ir::Operand::Const(kpol_compiler::ir::ConstId(
                                id as u32,
                            )),
                        ),
                        Stmt::Return(one),
                    ]),
                )
            })
            .collect();
        build.func(
            "f",
            1,
            1,
            vec![Stmt::Switch {
                on: lo(0),
                cases,
                default: kpol_compiler::ir::Block::default(),
            }],
        );
        let wasm = emit(&build.0).unwrap().wasm;
        Validator::new_with_features(WasmFeatures::default())
            .validate_all(&wasm)
            .unwrap();
        wasm.len()
    };
    assert!(size(10_000) < 12 * size(1_000));
}

#[test]
fn clause_cases_are_dispatched_through_a_table() {
    for (case, expected) in [(switch_clauses(), 1), (switch_results(), 2)] {
        let wasm = emit(&case.policy).unwrap().wasm;
        let mut indirect = 0;
        for payload in Parser::new(0).parse_all(&wasm) {
            if let Payload::CodeSectionEntry(body) = payload.unwrap() {
                indirect += body
                    .get_operators_reader()
                    .unwrap()
                    .into_iter()
                    .filter(|op| matches!(op, Ok(Operator::CallIndirect { .. })))
                    .count();
            }
        }
        assert_eq!(indirect, expected, "{}", case.name);
    }
}

#[test]
fn artifacts_are_read_back() {
    let artifact = emit(&deny().policy).unwrap();
    let read = Artifact::from_wasm(artifact.wasm.clone()).unwrap();
    assert_eq!(read, artifact);
    assert_eq!(read.description.entrypoints, ["data.main.deny"]);
    assert_eq!(read.description.builtins, ["contains", "sprintf"]);
}

#[test]
fn other_files_are_refused() {
    let wasm = emit(&deny().policy).unwrap().wasm;
    let foreign = b"\0asm\x01\0\0\0".to_vec();
    assert!(matches!(
        Artifact::from_wasm(foreign),
        Err(ArtifactError::Foreign)
    ));
    assert!(matches!(
        Artifact::from_wasm(b"package main".to_vec()),
        Err(ArtifactError::Module)
    ));
    for end in 0..wasm.len() {
        assert!(Artifact::from_wasm(wasm[..end].to_vec()).is_err());
    }
}

#[test]
fn printed() {
    insta::assert_snapshot!("deny.ir", deny().policy);
    let wasm = emit(&deny().policy).unwrap().wasm;
    let mut text = String::new();
    let facts = facts(&wasm);
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            let number = facts.functions_imported + text.matches("\nend of ").count() as u32;
            let name = facts.names.get(&number).map_or("", String::as_str);
            text.push_str(&format!("{name}\n"));
            let mut reader = body.get_operators_reader().unwrap();
            let mut depth = 1usize;
            while !reader.eof() {
                let op = reader.read().unwrap();
                if matches!(op, Operator::End | Operator::Else) {
                    depth -= 1;
                }
                text.push_str(&format!("{:1$}{op:?}\n", "", depth * 2));
                if matches!(
                    op,
                    Operator::Block { .. }
                        | Operator::Loop { .. }
                        | Operator::If { .. }
                        | Operator::Else
                ) {
                    depth += 1;
                }
            }
            text.push_str(&format!("end of {name}\n\n"));
        }
    }
    insta::assert_snapshot!("deny.wasm", text);
}
