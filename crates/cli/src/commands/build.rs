//! `kpol build`.

use kpol_compiler::artifact::Artifact;
use kpol_compiler::compile;
use kpol_compiler::plan;
use kpol_diagnostics::SourceMap;
use kpol_engine::Data;
use kpol_portable::bundle::Bundle;

use crate::args::{BuildArgs, Target};
use crate::data;
use crate::exit::{CommandError, Exit};
use crate::output::rendered;
use crate::policies::Origin;
use crate::session;

pub(crate) fn run(args: &BuildArgs) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let program = session::check(
        &Origin::Paths(args.policy.clone()),
        args.rego_v0,
        &session::front(args.capabilities.as_deref())?,
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
fn portable(args: &BuildArgs, artifact: &Artifact) -> Result<Vec<u8>, CommandError> {
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
