//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use kpol_syntax::ast::RegoVersion;

use crate::commands;

/// Checks Kubernetes manifests against security policies written in Rego, compiled to WebAssembly.
#[derive(Debug, Parser)]
#[command(name = "kpol", version, propagate_version = true)]
pub(crate) struct Args {
    /// A configuration file. [default: kpol.toml or conftest.toml in this folder, if there is one]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// Does everything as conftest does: texts, results and exit codes, also where that lets something pass that was
    /// not checked.
    #[arg(long, global = true)]
    pub(crate) conftest_compat: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Checks manifests against policies.
    ///
    /// Exit codes: 0 nothing failed; 1 a policy failed; 2 something could not be checked.
    Test(Box<commands::test::Args>),
    /// Evaluates a query against policies and an input, and prints the result as JSON.
    ///
    /// A query that is one term gives its value: `1 + 1` prints 2, and where it is undefined, nothing but a note on
    /// standard error. Where such a term iterates, as `data.users[_].name` does, it gives a list of all values.
    /// Other queries give a list of solutions, each with the variables that it binds: `x := 1` prints [{"x": 1}].
    ///
    /// Exit codes: 0 evaluated, whatever the result is; 2 not evaluated.
    Eval(commands::eval::Args),
    /// Tells why a rule holds or does not hold on a document.
    ///
    /// For each clause of the rule: which condition failed, with the values of its parts, in policy and document.
    ///
    /// Exit codes: 0 told, whatever the rule came to; 2 the rule could not be evaluated.
    Explain(commands::explain::Args),
    /// Runs the unit tests of policies.
    ///
    /// Exit codes: 0 all passed; 1 a test failed; 2 a test could not be run.
    Verify(commands::verify::Args),
    /// Compiles policies to a WebAssembly module.
    ///
    /// `--target kpol` makes a small module for `kpol test --module`, which tells where in a document a failure is.
    /// `--target portable` makes one that has all it needs, with OPA's Wasm ABI 1.3: it runs in the SDKs of OPA and in
    /// any other host of OPA's modules.
    Build(commands::build::Args),
    /// Tells everything that is wrong with policies and their unit tests.
    ///
    /// Exit codes: 0 no error; 1 a policy has an error; 2 policies could not be read.
    Check(commands::check::Args),
    /// Prints files as policies see them, as JSON.
    Parse(commands::parse::Args),
    /// Writes the files that a policy of one's own begins with: rule, unit tests, examples, CI.
    New(commands::new::Args),
    /// Tells which rules there are, in the built-in library or in policies of one's own, and all about each of them.
    Policies(commands::policies::Args),
    /// Gets policies from a folder, a repository, a web server or a registry.
    Pull(commands::pull::Args),
    /// Puts policies into a registry.
    Push(commands::push::Args),
    /// Lays policies out in the one way that all of Rego's tools use, that of `opa fmt`.
    Fmt(commands::fmt::Args),
    /// Writes documentation of policies: their rules, and what `# METADATA` comments say about them.
    Doc(commands::doc::Args),
    /// Tells who may do what, what is wrong with it, and who can become whom: roles and bindings of Kubernetes.
    Rbac(commands::rbac::Args),
    /// Writes results, which `-o json` wrote, in another format.
    ///
    /// Exit codes: 0 written, whatever the results are; 2 not read.
    Reformat(commands::reformat::Args),
    /// Prints a script that completes kpol's command line in a shell.
    Completions(commands::completions::Args),
    /// Prints what policies may use, in the format of OPA's capabilities files.
    Capabilities,
}

/// Limits of every evaluation.
#[derive(Debug, ClapArgs)]
pub(crate) struct LimitArgs {
    /// The time that one document may take, such as `500ms`, `10s` or `1m`.
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// The memory that one worker may take, such as `64Mi`, `512Mi` or `1Gi`.
    #[arg(long, default_value = "512Mi", value_parser = size)]
    pub(crate) max_memory: u64,
}

/// What policies may reach.
#[derive(Debug, ClapArgs)]
pub(crate) struct NetArgs {
    /// A host that policies may send requests to and look up, such as `api.example.com`; may be given many times,
    /// `*` is all hosts. [default: none]
    #[arg(long, value_name = "HOST")]
    pub(crate) allow_net: Vec<String>,
}

/// Versions of Rego.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rego {
    /// Before OPA 1.0: no `if` and `contains` needed.
    V0,
    /// Since OPA 1.0.
    V1,
}

impl PolicyArgs {
    /// The version of Rego that policies are read as.
    pub(crate) fn version(&self) -> RegoVersion {
        version(self.rego_v0 || self.rego_version == Rego::V0)
    }
}

/// The version of Rego that `--rego-v0` and its like ask for.
pub(crate) const fn version(v0: bool) -> RegoVersion {
    if v0 { RegoVersion::V0 } else { RegoVersion::V1 }
}

/// Where policies and data come from.
#[derive(Debug, ClapArgs)]
pub(crate) struct PolicyArgs {
    /// A folder or file with policies; may be given many times.
    #[arg(short, long, value_name = "DIR", value_delimiter = ',')]
    pub(crate) policy: Vec<PathBuf>,
    /// A compiled policy instead: from `kpol build`, any module that speaks OPA's Wasm ABI, one of Kubewarden, or one
    /// made with kpol's SDK; of the last two `kpol test` takes several.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policy", "bundle", "rego_v0"])]
    pub(crate) module: Vec<PathBuf>,
    /// An OPA bundle (.tar.gz) instead: its compiled policy, else its policies; and its data.
    #[arg(short, long, value_name = "FILE", conflicts_with = "policy")]
    pub(crate) bundle: Option<PathBuf>,
    /// The entrypoint to evaluate, such as `main/deny`; for `kpol test` it may be given many times.
    #[arg(short, long, value_name = "ENTRYPOINT")]
    pub(crate) entrypoint: Vec<String>,
    /// A folder or file with data for the policies (YAML or JSON); may be given many times.
    #[arg(short, long, value_name = "DIR", value_delimiter = ',')]
    pub(crate) data: Vec<PathBuf>,
    /// The version of Rego that policies are written in.
    #[arg(long, value_name = "VERSION", default_value = "v1", ignore_case = true)]
    pub(crate) rego_version: Rego,
    /// Reads policies as Rego v0: `--rego-version v0`.
    #[arg(long)]
    pub(crate) rego_v0: bool,
    /// A capabilities file, in OPA's format: policies that use what it does not allow are refused.
    #[arg(long, value_name = "FILE")]
    pub(crate) capabilities: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let at = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let scale = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "" => return Err("a unit is missing: `ms`, `s`, `m` or `h`".to_owned()),
        other => return Err(format!("unknown unit `{other}`: use `ms`, `s`, `m` or `h`")),
    };
    let number: f64 = number
        .parse()
        .map_err(|_| format!("`{number}` is no number"))?;
    let seconds = number * scale;
    if !(0.001..=86_400.0).contains(&seconds) {
        return Err("must be from 1ms to 24h".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn size(text: &str) -> Result<u64, String> {
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let scale: u64 = match unit {
        "" | "B" => 1,
        "K" | "k" => 1000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "Ki" | "KiB" => 1 << 10,
        "Mi" | "MiB" => 1 << 20,
        "Gi" | "GiB" => 1 << 30,
        other => return Err(format!("unknown unit `{other}`: use `Ki`, `Mi` or `Gi`")),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| format!("`{number}` is no whole number"))?;
    let bytes = number.saturating_mul(scale);
    if !((8 << 20)..=(4 << 30)).contains(&bytes) {
        return Err("must be from 8Mi to 4Gi".to_owned());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Args, duration, size};
    use clap::CommandFactory;
    use std::time::Duration;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn durations() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "5", "s", "1y", "0s", "-1s", "1e9h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(size("64Mi"), Ok(64 << 20));
        assert_eq!(size("1G"), Ok(1_000_000_000));
        for wrong in ["", "1", "Mi", "1Ti", "5Gi", "-1Mi"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
