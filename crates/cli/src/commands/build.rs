//! `kpol build`.

use std::path::PathBuf;

use clap::ValueEnum;
use kpol_compiler::artifact::Artifact;
use kpol_compiler::compile;
use kpol_compiler::plan;
use kpol_diagnostics::SourceMap;
use kpol_engine::Data;
use kpol_portable::bundle::Bundle;

use crate::data;
use crate::exit::{CommandError, Exit};
use crate::output::rendered;
use crate::policies::Origin;
use crate::session;

const BUILD_EXAMPLES: &str = "\
Examples:
  kpol build policies -e main/deny -o deny.wasm
  kpol test --module deny.wasm pod.yaml
  kpol build policies -e main/deny -t portable -o policy.wasm
  kpol build policies -e main/deny -b -d data.json -o bundle.tar.gz";

/// The command line of `kpol build`.
#[derive(Debug, clap::Args)]
#[command(after_help = BUILD_EXAMPLES)]
pub(crate) struct Args {
    /// Folders or files with policies.
    #[arg(required = true, value_name = "DIR")]
    policy: Vec<PathBuf>,
    /// A rule to export, such as `main/deny`; may be given many times.
    #[arg(short, long, required = true, value_name = "ENTRYPOINT")]
    entrypoint: Vec<String>,
    /// What the module is for.
    #[arg(short, long, default_value = "kpol")]
    target: Target,
    /// Writes an OPA bundle (.tar.gz) with a portable module, its data and a manifest.
    #[arg(short, long)]
    bundle: bool,
    /// A folder or file with data for the bundle (YAML or JSON); may be given many times.
    #[arg(short, long, value_name = "DIR", requires = "bundle")]
    data: Vec<PathBuf>,
    /// The revision that the bundle's manifest tells.
    #[arg(long, value_name = "TEXT", default_value = "", requires = "bundle")]
    revision: String,
    /// A portable module ends with an error where a builtin does, and tells its host place, code and text; otherwise
    /// such a call is undefined.
    #[arg(long)]
    strict_builtin_errors: bool,
    /// A portable module keeps calls of `print`; its host must take what is printed.
    #[arg(long)]
    print: bool,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Reads policies as Rego v0.
    #[arg(long)]
    rego_v0: bool,
    /// A capabilities file, in OPA's format: policies that use what it does not allow are refused.
    #[arg(long, value_name = "FILE")]
    capabilities: Option<PathBuf>,
}

/// What a module is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// kpol itself.
    Kpol,
    /// Any host of OPA's Wasm ABI.
    #[value(alias = "wasm")]
    Portable,
}

pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let program = session::check(
        &Origin::Paths(args.policy.clone()),
        crate::args::version(args.rego_v0),
        &crate::host::front(args.capabilities.as_deref())?,
        &mut sources,
    )?;
    let mut entrypoints = Vec::with_capacity(args.entrypoint.len());
    for text in &args.entrypoint {
        let path: Vec<String> = text
            .trim_start_matches("data.")
            .split(['/', '.'])
            .map(str::to_owned)
            .collect();
        let mut node = Some(&program.tree);
        for key in &path {
            node = node.and_then(|node| node.children.get(key));
        }
        if node.is_none() {
            return Err(CommandError::Help(
                format!("no rule or package `{text}` in the policies"),
                "an entrypoint is written `package/rule`, such as `main/deny`".to_owned(),
            ));
        }
        entrypoints.push(path);
    }
    let portable = args.bundle || args.target == Target::Portable;
    if !portable && (args.strict_builtin_errors || args.print) {
        return Err(CommandError::Plain(
            "`--strict-builtin-errors` and `--print` are for portable modules: add `-t portable`"
                .to_owned(),
        ));
    }
    let options = compile::Options {
        plan: plan::Options {
            entrypoints,
            // Other hosts do not ask where in a document a value comes from.
            trace: !portable,
            ..plan::Options::default()
        },
        ..compile::Options::default()
    };
    let artifact = compile::generate(&program, &sources, &options)
        .map_err(|errors| rendered(&sources, &errors))?;
    let bytes = if portable {
        self::portable(args, &artifact)?
    } else {
        artifact.wasm
    };
    std::fs::write(&args.output, bytes).map_err(|error| {
        CommandError::Plain(format!("cannot write `{}`: {error}", args.output.display()))
    })?;
    Ok(Exit::Passed)
}

/// A portable module, or a bundle with it.
fn portable(args: &Args, artifact: &Artifact) -> Result<Vec<u8>, CommandError> {
    let plain = |error: &dyn std::fmt::Display| CommandError::Plain(error.to_string());
    let options = kpol_portable::Options {
        strict_builtin_errors: args.strict_builtin_errors,
        print: args.print,
    };
    let module = kpol_portable::build(artifact, &options).map_err(|error| plain(&error))?;
    if !args.bundle {
        return Ok(module);
    }
    let mut data = Data::new();
    data::load(&args.data, &mut data, &mut SourceMap::new())?;
    let names = artifact.description.entrypoints.iter();
    let entrypoints: Vec<String> = names.map(|name| kpol_portable::entrypoint(name)).collect();
    let bundle = Bundle {
        module: &module,
        entrypoints: &entrypoints,
        data: &data.to_json(),
        roots: &[String::new()],
        rego_version: u8::from(!args.rego_v0),
        revision: &args.revision,
    };
    bundle.archive().map_err(|error| plain(&error))
}
