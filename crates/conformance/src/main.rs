//! `kpol-conformance`: third-party suites against kpol, through the real pipeline.
//!
//! Each suite reads a folder of a fixed layout, runs every case in it, and ends with a line `N passed, M failed`.
//! With `--floors FILE` it fails where fewer pass than the file says; a floor only rises.
#![forbid(unsafe_code)]

mod canonical;
mod floors;
mod sample;
mod suites;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::suites::Tally;

/// Runs a third-party suite against kpol.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  kpol-conformance opa ../shared/conformance/opa\n  kpol-conformance opa ../shared/conformance/opa --category every --failures\n  kpol-conformance opa ../shared/conformance/opa --portable --summary"
)]
struct Args {
    /// A file with a line `SUITE NUMBER` for each suite: the number of cases that must pass.
    #[arg(long, global = true)]
    floors: Option<PathBuf>,
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// OPA's cases: `cases.jsonl` in DIR.
    Opa {
        /// The folder.
        dir: PathBuf,
        /// Lists what fails, and why.
        #[arg(long)]
        failures: bool,
        /// Only cases of these categories.
        #[arg(long)]
        category: Vec<String>,
        /// Prints how many cases of each category pass.
        #[arg(long)]
        summary: bool,
        /// Compiles without the rule index and without any optimisation.
        #[arg(long)]
        unoptimised: bool,
        /// Builds each case as a portable module, and runs that through OPA's Wasm ABI.
        #[arg(long)]
        portable: bool,
        /// Evaluates each case with the evaluator that explains, instead of compiled code.
        #[arg(long, conflicts_with_all = ["portable", "unoptimised"])]
        explained: bool,
        /// Runs nothing: writes portable modules with inputs and wanted results into this folder, for another host.
        #[arg(long, value_name = "FOLDER")]
        export: Option<PathBuf>,
        /// How many cases `--export` chooses, spread over the categories.
        #[arg(long, default_value_t = 100, requires = "export")]
        sample: usize,
    },
    /// Real manifests: `docs.jsonl`, `files/` and `edge/` in DIR.
    Manifests(Folder),
    /// kubescape's rules: the values of `golden.jsonl` in DIR.
    Kubescape(Folder),
    /// trivy's Kubernetes checks: the unit tests of `unit.jsonl` in DIR.
    Trivy(Folder),
    /// trivy's Kubernetes checks: the messages of `examples.jsonl` in DIR.
    TrivyExamples(Folder),
    /// conftest's acceptance tests: the commands of `index.jsonl` in DIR, run with the `kpol` beside this program.
    Conftest(Folder),
    /// conftest's failures and warnings on real manifests: `conftest/` in DIR; trivy's checks lie in `../trivy-checks`.
    ConftestManifests(Folder),
    /// Whether findings of trivy's checks on the manifests of DIR point at the right place.
    Locations(Folder),
    /// Gatekeeper's library: the unit tests of `unit.jsonl` in DIR.
    GatekeeperSrc(Folder),
    /// RBAC: Kubernetes' and audit2rbac's cases in DIR, its default roles, and the dump beside it.
    Rbac(Folder),
    /// The Pod Security Standards: `index.jsonl` and `matrix.jsonl` in DIR, as Pods and in Deployments.
    Pss(Folder),
    /// The Pod Security Standards on real manifests: the failing checks of `docs.jsonl` in DIR.
    PssManifests(Folder),
    /// The Pod Security Standards on kyverno's labelled manifests: `pod-security.jsonl` in DIR.
    Kyverno(Folder),
    /// Gatekeeper's library: the templates, constraints and samples of DIR, with what `index.jsonl` and `golden.jsonl`
    /// say about them.
    Gatekeeper(Folder),
    /// Gatekeeper's library on real manifests: `gator/` in DIR.
    GatekeeperManifests(Folder),
    /// No suite: draws findings from a report of `kpol test -o json`, as rows of a table for somebody to judge.
    Sample {
        /// The report.
        report: PathBuf,
        /// What file names begin with in the report, and need not in the table.
        #[arg(long, default_value = "")]
        root: String,
        /// Decides which findings are drawn.
        #[arg(long)]
        seed: u64,
        /// How many.
        #[arg(long, default_value_t = 100)]
        count: usize,
    },
}

/// A suite without options of its own.
#[derive(clap::Args)]
struct Folder {
    /// The folder.
    dir: PathBuf,
    /// Lists what fails, and why.
    #[arg(long)]
    failures: bool,
}

impl Folder {
    fn run(&self, suite: impl FnOnce(&Path) -> Result<Tally, String>) -> Result<Tally, String> {
        suite(&self.dir).inspect(|tally| {
            if self.failures {
                tally.print_failures();
            }
        })
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let (name, result) = match args.suite {
        Suite::Opa {
            dir,
            failures,
            category,
            summary,
            unoptimised,
            portable,
            explained,
            export,
            sample,
        } => {
            let options = suites::opa::Options {
                category,
                unoptimised,
                portable: portable || export.is_some(),
                explained,
            };
            if let Some(folder) = export {
                let written = suites::opa::export(&dir, &options, &folder, sample);
                return written.map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS);
            }
            let result = suites::opa::run(&dir, &options).inspect(|tally| {
                if summary {
                    tally.print_summary();
                }
                if failures {
                    tally.print_failures();
                }
            });
            let name = match (portable, explained) {
                (true, _) => "opa-portable",
                (_, true) => "opa-explained",
                _ => "opa",
            };
            (name, result)
        }
        Suite::Manifests(folder) => ("manifests", folder.run(suites::manifests::run)),
        Suite::Kubescape(folder) => ("kubescape", folder.run(suites::kubescape::run)),
        Suite::Trivy(folder) => ("trivy", folder.run(suites::trivy::units)),
        Suite::TrivyExamples(folder) => ("trivy-examples", folder.run(suites::trivy::examples)),
        Suite::Conftest(folder) => ("conftest", folder.run(suites::conftest::run)),
        Suite::ConftestManifests(folder) => (
            "conftest-manifests",
            folder.run(suites::conftest_manifests::run),
        ),
        Suite::Locations(folder) => ("locations", folder.run(suites::locations::run)),
        Suite::GatekeeperSrc(folder) => ("gatekeeper-src", folder.run(suites::gatekeeper::units)),
        Suite::Rbac(folder) => ("rbac", folder.run(suites::rbac::run)),
        Suite::Pss(folder) => ("pss", folder.run(suites::pss::fixtures)),
        Suite::PssManifests(folder) => ("pss-manifests", folder.run(suites::pss::manifests)),
        Suite::Kyverno(folder) => ("kyverno", folder.run(suites::pss::kyverno)),
        Suite::Gatekeeper(folder) => ("gatekeeper", folder.run(suites::gatekeeper::library::run)),
        Suite::GatekeeperManifests(folder) => (
            "gatekeeper-manifests",
            folder.run(suites::gatekeeper::manifests::run),
        ),
        Suite::Sample {
            report,
            root,
            seed,
            count,
        } => {
            let table = sample::table(&report, &root, seed, count);
            return table.map_or_else(
                |error| failed(&error),
                |table| {
                    print!("{table}");
                    ExitCode::SUCCESS
                },
            );
        }
    };
    let tally = match result {
        Ok(tally) => tally,
        Err(error) => return failed(&error),
    };
    let (passed, failed) = (tally.passed(), tally.failed());
    let verdict = match args.floors {
        Some(file) => floors::check(&file, name, passed),
        None if failed == 0 => Ok(()),
        None => Err(String::new()),
    };
    if let Err(message) = &verdict
        && !message.is_empty()
    {
        eprintln!("error: {message}");
    }
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(verdict.is_err()))
}

fn failed(error: &str) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(2)
}
