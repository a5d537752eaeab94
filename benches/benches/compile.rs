//! All of trivy's Kubernetes checks with their libraries, from source to code that can run.
//!
//! One line for each stage: parsing, checking, planning with all passes, the whole of generating, machine code anew
//! and from the cache; then what `kpol test` pays in all.

use std::io::{Write as _, stdout};
use std::time::{Duration, Instant};

use kpol_benches::Result;
use kpol_benches::kpol::{Source, engine};
use kpol_benches::measure::human;
use kpol_benches::real;
use kpol_compiler::artifact::Artifact;
use kpol_engine::{CompileMode, Limits};

/// How often each stage runs.
const RUNS: usize = 7;
/// What is wanted: all stages with an empty cache, and with a warm one.
const COLD: Duration = Duration::from_millis(400);
const WARM: Duration = Duration::from_millis(15);

fn main() -> Result<()> {
    let mut out = stdout().lock();
    let (libraries, checks) = real::trivy_modules()?;
    if checks.is_empty() {
        writeln!(out, "trivy's checks are not there")?;
        return Ok(());
    }
    let entrypoints = checks
        .iter()
        .filter_map(|check| deny(&check.text))
        .collect();
    let count = checks.len();
    let modules: Vec<_> = libraries.into_iter().chain(checks).collect();
    let source = Source::of(&modules, entrypoints);
    let modules = source.parse()?;
    let program = source.check(&modules)?;
    let artifact = source.generate(&program)?;
    writeln!(
        out,
        "{count} checks: {} KiB of WebAssembly",
        artifact.wasm.len() / 1024
    )?;
    let mut row = |name: &str, run: &mut dyn FnMut() -> Result<()>| -> Result<Duration> {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let started = Instant::now();
            run()?;
            times.push(started.elapsed());
        }
        times.sort();
        let median = times.get(RUNS / 2).copied().unwrap_or_default();
        writeln!(out, "{name:<40}{:>12}", human(median.as_secs_f64() * 1e9))?;
        Ok(median)
    };
    row("parse", &mut || source.parse().map(drop))?;
    row("check", &mut || source.check(&modules).map(drop))?;
    row("plan, optimise", &mut || source.plan(&program).map(drop))?;
    row("plan, optimise, write WebAssembly", &mut || {
        source.generate(&program).map(drop)
    })?;
    let folder = tempfile::tempdir()?;
    let cold = engine(CompileMode::Fast, None)?;
    let fast = engine(CompileMode::Optimized, None)?;
    let warm = engine(CompileMode::Fast, Some(&folder.path().join("cache")))?;
    warm.load(&artifact)?;
    warm.keep(&source.name(), &artifact.wasm);
    row("machine code, fast mode", &mut || {
        Ok(cold.load(&artifact).map(drop)?)
    })?;
    row("machine code, optimised", &mut || {
        Ok(fast.load(&artifact).map(drop)?)
    })?;
    row("machine code, from the cache", &mut || {
        Ok(warm.load(&artifact).map(drop)?)
    })?;
    row("an instance", &mut || {
        Ok(warm
            .load(&artifact)?
            .evaluator(Limits::default())
            .map(drop)?)
    })?;
    let all = row("all, empty cache", &mut || {
        let artifact = source.compile()?;
        Ok(cold
            .load(&artifact)?
            .evaluator(Limits::default())
            .map(drop)?)
    })?;
    let cached = row("all, warm cache", &mut || {
        let kept = warm.kept(&source.name()).ok_or("nothing was kept")?;
        let artifact = Artifact::from_wasm(kept)?;
        Ok(warm
            .load(&artifact)?
            .evaluator(Limits::default())
            .map(drop)?)
    })?;
    let met = |met: bool| if met { "met" } else { "missed" };
    writeln!(
        out,
        "wanted: {} with an empty cache: {}; {} with a warm one: {}",
        human(COLD.as_secs_f64() * 1e9),
        met(all <= COLD),
        human(WARM.as_secs_f64() * 1e9),
        met(cached <= WARM)
    )?;
    Ok(())
}

/// The path of a check's `deny`.
fn deny(text: &str) -> Option<Vec<String>> {
    let package = text
        .lines()
        .find_map(|line| line.strip_prefix("package "))?;
    Some(
        package
            .trim()
            .split('.')
            .chain(["deny"])
            .map(str::to_owned)
            .collect(),
    )
}
