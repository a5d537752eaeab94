//! `kpol-differential`: random policies through kpol, optimised and not, and through OPA. Values and errors must be
//! equal.
//!
//! A case is made from its seed alone, so a difference that was seen can be seen again: `--seed N --count 1`.
#![forbid(unsafe_code)]

mod answer;
mod case;
mod generate;
mod kpol;
mod minimise;
mod opa;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use kpol_engine::{Engine, EngineOptions};

use crate::answer::{Answer, difference, one_sided};
use crate::case::Case;
use crate::opa::Opa;

/// Compares kpol with OPA on random policies.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  cargo run --release -p kpol-differential -- --count 10000\n  cargo run --release -p kpol-differential -- --seed 4711 --count 1 --show\n\nOPA's side is the Go program in tests/opa; it is built with `go build` unless --opa names it."
)]
struct Args {
    /// How many policies.
    #[arg(long, default_value_t = 10_000)]
    count: u64,
    /// The first policy's seed; the next ones follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program of tests/opa, already built.
    #[arg(long, value_name = "FILE")]
    opa: Option<PathBuf>,
    /// Only optimised against unoptimised, without OPA.
    #[arg(long, conflicts_with = "opa")]
    without_opa: bool,
    /// Stops after that many differences.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Where the smallest case of each difference is written.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Prints why policies are refused at compile time.
    #[arg(long)]
    refusals: bool,
    /// Prints each policy.
    #[arg(long)]
    show: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// One difference.
struct Found {
    seed: u64,
    what: String,
    case: Case,
}

fn run(args: &Args) -> Result<usize, String> {
    let program = match (&args.opa, args.without_opa) {
        (_, true) => None,
        (Some(program), false) => Some(program.clone()),
        (None, false) => Some(build()?),
    };
    let engine = Engine::new(EngineOptions::default()).map_err(|error| error.to_string())?;
    let next = AtomicU64::new(args.seed);
    let end = args.seed.saturating_add(args.count);
    let found: Mutex<Vec<Found>> = Mutex::new(Vec::new());
    let refused = AtomicU64::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let one_sided = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| -> Result<usize, String> {
                    let mut peers = Peers::new(&engine, program.as_deref(), args.refusals)?;
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        let full = |found: &Vec<Found>| found.len() >= args.limit;
                        if seed >= end || found.lock().map_or(true, |found| full(&found)) {
                            return Ok(peers.one_sided);
                        }
                        let case = generate::case(seed);
                        if args.show {
                            println!("# seed {seed}\n{}", case.module());
                        }
                        let (what, compiles) = peers.compare(&case)?;
                        refused.fetch_add(u64::from(!compiles), Ordering::Relaxed);
                        if let Some(what) = what {
                            let found_one = peers.smallest(seed, case, what);
                            report(args, &found_one)?;
                            if let Ok(mut found) = found.lock() {
                                found.push(found_one);
                            }
                        }
                    }
                })
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().map_err(|_| "a worker panicked".to_owned())?)
            .sum::<Result<usize, String>>()
    })?;
    let differences = found.lock().map(|found| found.len()).unwrap_or_default();
    let asked = next.load(Ordering::Relaxed).min(end) - args.seed;
    println!(
        "{asked} policies, {} of them refused at compile time, {one_sided} errors that only one side came to, \
         {differences} differences",
        refused.load(Ordering::Relaxed)
    );
    Ok(differences)
}

/// Prints a difference, and writes its case where the user wants it.
fn report(args: &Args, found: &Found) -> Result<(), String> {
    println!(
        "==== seed {}\n{}\n---- policy\n{}",
        found.seed,
        found.what,
        found.case.module()
    );
    if let Some(input) = &found.case.input {
        println!("---- input\n{input}");
    }
    println!("---- data\n{}", found.case.data);
    let Some(folder) = &args.save else {
        return Ok(());
    };
    let file = folder.join(format!("{}.json", found.seed));
    let text = serde_json::to_string_pretty(&found.case).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, text))
        .map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Everyone who is asked.
struct Peers<'e> {
    engine: &'e Engine,
    refusals: bool,
    /// Errors that only one side saw.
    one_sided: usize,
    opa: Option<Opa>,
}

impl<'e> Peers<'e> {
    fn new(engine: &'e Engine, program: Option<&Path>, refusals: bool) -> Result<Self, String> {
        let opa = program.map(|program| {
            Opa::start(program)
                .map_err(|error| format!("cannot run {}: {error}", program.display()))
        });
        Ok(Peers {
            engine,
            refusals,
            one_sided: 0,
            opa: opa.transpose()?,
        })
    }

    /// The difference, if there is one, and whether the policy compiles.
    fn compare(&mut self, case: &Case) -> Result<(Option<String>, bool), String> {
        if case.strict {
            let lenient = Case {
                strict: false,
                ..case.clone()
            };
            let found = self.compare_once(&lenient)?;
            if found.0.is_some() {
                return Ok(found);
            }
        }
        self.compare_once(case)
    }

    fn compare_once(&mut self, case: &Case) -> Result<(Option<String>, bool), String> {
        let ours = match kpol::ask(self.engine, case, true) {
            Ok(ours) => ours,
            Err(error) => return Ok((Some(error.to_string()), true)),
        };
        let compiles = ours.compile.is_empty();
        if let (true, Some(error)) = (self.refusals, ours.compile.first()) {
            println!(
                "refused: {}: {}",
                error.code,
                error.message.replace('\n', " ")
            );
        }
        match kpol::ask(self.engine, case, false) {
            Ok(plain) => {
                if let Some(what) = difference(&case.queries, &ours, &plain) {
                    return Ok((
                        Some(format!("optimised (ours), unoptimised (theirs): {what}")),
                        compiles,
                    ));
                }
            }
            Err(error) => return Ok((Some(format!("unoptimised: {error}")), compiles)),
        }
        let Some(opa) = &mut self.opa else {
            return Ok((None, compiles));
        };
        let theirs: Answer = opa
            .ask(case)
            .map_err(|error| format!("OPA's side: {error}"))?;
        self.one_sided += one_sided(&ours, &theirs);
        Ok((difference(&case.queries, &ours, &theirs), compiles))
    }

    fn smallest(&mut self, seed: u64, case: Case, what: String) -> Found {
        let mut last = what;
        let case = minimise::minimise(case, |candidate| match self.compare(candidate) {
            // What was a difference must not become a refusal, or the other way round.
            Ok((Some(what), _)) if kind(&what) == kind(&last) => {
                last = what;
                true
            }
            _ => false,
        });
        Found {
            seed,
            what: last,
            case,
        }
    }
}

/// What a difference is about, as far as its beginning tells: for errors of compile time, who says what.
fn kind(what: &str) -> String {
    let words: Vec<&str> = what.split_whitespace().collect();
    match words.first() {
        Some(&"compile:") => words
            .iter()
            .filter(|word| word.starts_with('"') || **word == "compiles" || **word == "theirs")
            .take(6)
            .copied()
            .collect(),
        Some(&"optimised") => "optimised".to_owned(),
        _ => "result".to_owned(),
    }
}

/// Builds OPA's side.
fn build() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/opa");
    let program =
        std::env::temp_dir().join(format!("kpol-opa-answers-{}", env!("CARGO_PKG_VERSION")));
    let status = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(&folder)
        .status()
        .map_err(|error| {
            format!("`go` is needed to build OPA's side, or --without-opa: {error}")
        })?;
    if status.success() {
        Ok(program)
    } else {
        Err("OPA's side could not be built".to_owned())
    }
}
