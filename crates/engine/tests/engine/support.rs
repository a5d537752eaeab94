//! What the tests share.

use std::sync::{Arc, LazyLock};

use kpol_compiler::artifact::{Artifact, Description};
use kpol_compiler::builtins::Registry;
use kpol_compiler::{compile, plan, resolve};
use kpol_diagnostics::SourceMap;
use kpol_engine::{Data, Engine, EngineOptions, EvalError, Evaluator, Limits, LoadError, Policy};
use kpol_input::{Document, Format, Options};

pub(crate) static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(EngineOptions::default()).unwrap());

/// Compiles Rego v1; `entrypoints` are paths below `data` (`main/deny`).
pub(crate) fn compile(rego: &str, entrypoints: &[&str]) -> Artifact {
    compile_with(rego, entrypoints, kpol_engine::standard_builtins())
}

/// The same with these builtins.
pub(crate) fn compile_with(rego: &str, entrypoints: &[&str], builtins: Registry) -> Artifact {
    let mut sources = SourceMap::new();
    let source = sources.add("policy.rego", rego);
    let (module, errors) =
        kpol_syntax::parse_module(source, rego, kpol_syntax::ast::RegoVersion::V1);
    assert!(errors.is_empty(), "{errors:?}");
    let options = compile::Options {
        front: resolve::Options {
            builtins,
            ..resolve::Options::default()
        },
        plan: plan::Options {
            entrypoints: entrypoints
                .iter()
                .map(|path| path.split('/').map(str::to_owned).collect())
                .collect(),
            trace: true,
            ..plan::Options::default()
        },
        ..compile::Options::default()
    };
    compile::compile(&[module.unwrap()], &[], &sources, &options)
        .unwrap_or_else(|errors| panic!("{errors:?}"))
}

pub(crate) fn load(rego: &str, entrypoints: &[&str]) -> Policy {
    ENGINE.load(&compile(rego, entrypoints)).unwrap()
}

pub(crate) fn evaluator(rego: &str, entrypoints: &[&str]) -> Evaluator {
    load(rego, entrypoints)
        .evaluator(Limits::default())
        .unwrap()
}

pub(crate) fn document(format: Format, text: &str) -> Document {
    let mut sources = SourceMap::new();
    let source = sources.add("input", text);
    let documents = kpol_input::read(&sources, source, format, &Options::verbatim());
    documents.unwrap().remove(0)
}

pub(crate) fn json(text: &str) -> Document {
    document(Format::Json, text)
}

pub(crate) fn data(text: &str) -> Arc<Data> {
    let mut data = Data::new();
    data.merge(&[], &json(text)).unwrap();
    Arc::new(data)
}

/// The JSON of the first entrypoint's value for an input.
pub(crate) fn eval(evaluator: &mut Evaluator, input: &str) -> Result<Option<String>, EvalError> {
    evaluator.set_input(&json(input))?;
    let entry = evaluator.policy().entrypoints().next().unwrap().0;
    evaluator.evaluate(entry)?.json()
}

/// A module in text form, with as many entrypoints.
pub(crate) fn wat(text: &str, entrypoints: usize) -> Artifact {
    Artifact {
        wasm: wat::parse_str(text).unwrap(),
        description: Description {
            abi: kpol_abi::names::ABI_VERSION,
            entrypoints: (0..entrypoints)
                .map(|i| format!("data.test.e{i}"))
                .collect(),
            sources: Vec::new(),
            sites: Vec::new(),
            trace_sites: Vec::new(),
            builtins: Vec::new(),
            declared: Vec::new(),
            cover: Vec::new(),
            cover_at: 0,
            memo_slots: 0,
            override_slots: 0,
        },
    }
}

/// A module with one entrypoint of this body.
pub(crate) fn entry(body: &str) -> Artifact {
    wat(&module(body), 1)
}

pub(crate) fn module(body: &str) -> String {
    format!(
        r#"(module
          (import "kpol" "array_new" (func $array_new (param i32) (result i32)))
          (import "kpol" "array_push" (func $array_push (param i32 i32)))
          (import "kpol" "builtin1" (func $builtin1 (param i32 i32 i32) (result i32)))
          (import "kpol" "fail" (func $fail (param i32 i32)))
          (import "env" "memory" (memory 64))
          (data (i32.const 0x200020) "\00\01\20\00")
          (func (export "begin") (param i32 i32))
          (func $self (export "entry:0") (result i32) {body}))"#
    )
}

pub(crate) fn refused(artifact: &Artifact) -> LoadError {
    ENGINE.load(artifact).unwrap_err()
}
