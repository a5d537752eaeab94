//! Criterion: each stage of each workload, kpol beside regorus.
//!
//! `parse` (text to tree), `compile` (text to a program: WebAssembly, bytecode), `load` (WebAssembly to machine code
//! and an instance: compiled anew, or from the cache), `evaluate` (an input in
//! the form that rules read to an answer, all limits on), `evaluate_text` (the input's text to an answer).
//! `evaluate_document` is kpol's way from a parsed document, which `lay_out` brings into that form.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use kpol_benches::Result;
use kpol_benches::agree::agree;
use kpol_benches::kpol::{Prepared, Source, engine};
use kpol_benches::regorus::{self, Interpreter, Machine};
use kpol_benches::workload::Workload;
use kpol_engine::{CompileMode, Limits};

fn main() -> Result<()> {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
        .configure_from_args();
    for workload in chosen() {
        let mut group = criterion.benchmark_group(workload.name);
        compiling(&mut group, &workload)?;
        loading(&mut group, &workload)?;
        evaluating(&mut group, &workload)?;
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

/// The workloads that a filter such as `join/evaluate` leaves: preparing the others takes its time too.
fn chosen() -> Vec<Workload> {
    let mut workloads = Workload::all();
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let name = filter
        .as_deref()
        .and_then(|filter| filter.split('/').next())
        .unwrap_or_default();
    if workloads.iter().any(|workload| workload.name == name) {
        workloads.retain(|workload| workload.name == name);
    }
    workloads
}

fn compiling(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) -> Result<()> {
    // What the timed closures repeat has worked once: its results are not looked at any more.
    let source = Source::new(&workload.policy);
    source.compile()?;
    group.bench_function("parse/kpol", |b| b.iter(|| source.parse().is_ok()));
    group.bench_function("parse/regorus", |b| {
        b.iter(|| regorus::parse(&workload.policy).is_ok())
    });
    group.bench_function("compile/kpol", |b| b.iter(|| source.compile().is_ok()));
    if regorus::compile(&workload.policy).is_ok() {
        group.bench_function("compile/regorus_vm", |b| {
            b.iter(|| regorus::compile(&workload.policy).is_ok())
        });
    }
    Ok(())
}

fn loading(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) -> Result<()> {
    let artifact = Source::new(&workload.policy).compile()?;
    let folder = tempfile::tempdir()?;
    let cold = engine(CompileMode::Fast, None)?;
    let warm = engine(CompileMode::Fast, Some(&folder.path().join("cache")))?;
    warm.load(&artifact)?;
    for (name, engine) in [("load/cold", &cold), ("load/cached", &warm)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                engine
                    .load(&artifact)
                    .map(|policy| policy.evaluator(Limits::default()).is_ok())
                    .is_ok()
            });
        });
    }
    Ok(())
}

fn evaluating(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) -> Result<()> {
    let mut kpol = Prepared::new(workload, CompileMode::Optimized)?;
    let mut interpreter = Interpreter::new(workload)?;
    let mut machine = Machine::new(workload).ok();
    agree(&mut kpol, &mut interpreter, machine.as_mut())?;

    group.bench_function("lay_out/kpol", |b| b.iter(|| kpol.lay_out().is_ok()));
    group.bench_function("evaluate_document/kpol", |b| {
        b.iter(|| black_box(kpol.evaluate()).is_ok())
    });
    group.bench_function("evaluate/kpol", |b| {
        b.iter(|| black_box(kpol.evaluate_laid_out()).is_ok())
    });
    group.bench_function("evaluate/regorus", |b| {
        b.iter(|| black_box(interpreter.evaluate()))
    });
    if let Some(machine) = &mut machine {
        group.bench_function("evaluate/regorus_vm", |b| {
            b.iter(|| black_box(machine.evaluate()))
        });
    }
    group.bench_function("evaluate_text/kpol", |b| {
        b.iter(|| black_box(kpol.evaluate_text()).is_ok())
    });
    group.bench_function("evaluate_text/regorus", |b| {
        b.iter(|| black_box(interpreter.evaluate_text()))
    });
    if let Some(machine) = &mut machine {
        group.bench_function("evaluate_text/regorus_vm", |b| {
            b.iter(|| black_box(machine.evaluate_text()))
        });
    }
    Ok(())
}
