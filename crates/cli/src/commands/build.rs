//! `kpol build`.

use kpol_compiler::compile;
use kpol_compiler::plan;
use kpol_diagnostics::SourceMap;

use crate::args::BuildArgs;
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
    let options = compile::Options {
        plan: plan::Options {
            entrypoints,
            trace: true,
            ..plan::Options::default()
        },
        ..compile::Options::default()
    };
    let artifact = compile::generate(&program, &sources, &options)
        .map_err(|errors| rendered(&sources, &errors))?;
    std::fs::write(&args.output, &artifact.wasm).map_err(|error| {
        CommandError::Plain(format!("cannot write `{}`: {error}", args.output.display()))
    })?;
    Ok(Exit::Passed)
}
