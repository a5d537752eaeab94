//! Compiles the built-in library to machine code for the target, as the engine's build script does the runtime: the
//! first run on a machine then compiles nothing but Rego.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use kpol_compiler::{compile, plan, resolve};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_syntax::ast::RegoVersion;

#[path = "../library/src/discover.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library passes it on")]
mod discover;
#[path = "../engine/precompile.rs"]
#[expect(unreachable_pub, reason = "the engine passes a constant of it on")]
mod precompile;

fn main() -> Result<(), Box<dyn Error>> {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    for changed in [
        "build.rs",
        "../engine/precompile.rs",
        "../engine/src/config.rs",
        "../library/src/discover.rs",
        "../../policies",
    ] {
        println!("cargo::rerun-if-changed={changed}");
    }
    let wasm = module(&policies)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("library.wasm"), &wasm)?;
    let code = precompile::precompile("the library", &wasm, &env::var("TARGET")?);
    fs::write(out.join("library.cwasm"), code)?;
    Ok(())
}

/// The module that `kpol test` makes of the library: all rules, with traces. What differs from what is made then is
/// compiled then, so a difference costs time and nothing else.
fn module(policies: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut files = Vec::new();
    collect(policies, policies, &mut files)?;
    files.sort();
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    for (name, text) in files {
        let source = sources.add(name, text);
        let (module, errors) =
            kpol_syntax::parse_module(source, sources.text(source), RegoVersion::V1);
        refuse(&errors, &sources)?;
        modules.extend(module);
    }
    let failed = |errors: Vec<Diagnostic>| kpol_diagnostics::render(&sources, &errors, false);
    let program = compile::check(&modules, &[], &resolve::Options::default()).map_err(failed)?;
    let found = discover::discover(&program, &discover::Namespaces::All, false);
    refuse(&found.errors, &sources)?;
    let options = compile::Options {
        plan: plan::Options {
            entrypoints: found.checks.into_iter().map(|check| check.path).collect(),
            trace: true,
            ..plan::Options::default()
        },
        ..compile::Options::default()
    };
    let artifact = compile::generate(&program, &sources, &options).map_err(failed)?;
    Ok(artifact.wasm)
}

fn refuse(errors: &[Diagnostic], sources: &SourceMap) -> Result<(), Box<dyn Error>> {
    if errors.iter().any(Diagnostic::is_error) {
        return Err(kpol_diagnostics::render(sources, errors, false).into());
    }
    Ok(())
}

/// The policies below a folder, by the names that they have inside of the program; unit tests left out.
fn collect(
    root: &Path,
    folder: &Path,
    files: &mut Vec<(String, String)>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root)?.display().to_string();
        if name.ends_with(".rego") && !name.ends_with("_test.rego") {
            files.push((format!("<built-in>/{name}"), fs::read_to_string(&path)?));
        }
    }
    Ok(())
}
