//! The pipeline by hand: every stage's result, and evaluation by the reference interpreter.

use std::path::{Path, PathBuf};

use kpol_compiler::ir::interp::{self, Inputs, Machine};
use kpol_compiler::ir::{Policy, verify::verify};
use kpol_compiler::opt::{Passes, optimise};
use kpol_compiler::{compile, hir, plan, resolve};
use kpol_diagnostics::{Diagnostic, SourceMap};
use kpol_runtime::{Heap, Value, json};
use kpol_syntax::ast::RegoVersion;
use kpol_syntax::parse_module;

/// How a program is planned and optimised.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) passes: Passes,
    pub(crate) no_index: bool,
}

const fn all() -> Way {
    Way {
        name: "default",
        passes: Passes::ALL,
        no_index: false,
    }
}

const fn without(name: &'static str, passes: Passes) -> Way {
    Way {
        name,
        passes,
        ..all()
    }
}

/// All ways, whose results must be the same. The first is how policies are compiled by default.
pub(crate) const WAYS: [Way; 16] = [
    all(),
    without(
        "without fold",
        Passes {
            fold: false,
            ..Passes::ALL
        },
    ),
    without(
        "without share",
        Passes {
            share: false,
            ..Passes::ALL
        },
    ),
    without(
        "without hoist",
        Passes {
            hoist: false,
            ..Passes::ALL
        },
    ),
    without(
        "without join",
        Passes {
            join: false,
            ..Passes::ALL
        },
    ),
    without(
        "without memo",
        Passes {
            memo: false,
            ..Passes::ALL
        },
    ),
    without(
        "without prune",
        Passes {
            prune: false,
            ..Passes::ALL
        },
    ),
    without(
        "fold alone",
        Passes {
            fold: true,
            ..Passes::NONE
        },
    ),
    without(
        "share alone",
        Passes {
            share: true,
            ..Passes::NONE
        },
    ),
    without(
        "hoist alone",
        Passes {
            hoist: true,
            ..Passes::NONE
        },
    ),
    without(
        "join alone",
        Passes {
            join: true,
            ..Passes::NONE
        },
    ),
    without(
        "memo alone",
        Passes {
            memo: true,
            ..Passes::NONE
        },
    ),
    without(
        "prune alone",
        Passes {
            prune: true,
            ..Passes::NONE
        },
    ),
    without("unoptimised", Passes::NONE),
    Way {
        name: "optimised without index",
        no_index: true,
        ..all()
    },
    Way {
        name: "nothing at all",
        passes: Passes::NONE,
        no_index: true,
    },
];

/// Plans a program, optimises it, and verifies it after either step.
pub(crate) fn planned(program: &hir::Program, entrypoints: &[Vec<String>], way: Way) -> Policy {
    let options = plan::Options {
        entrypoints: entrypoints.to_vec(),
        no_index: way.no_index,
        ..plan::Options::default()
    };
    let policy = plan::plan(program, &options).unwrap();
    verify(&policy).unwrap();
    let policy = optimise(policy, way.passes);
    verify(&policy).unwrap();
    policy
}

/// What a policy needs from outside; JSON texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Documents {
    pub(crate) input: Option<String>,
    pub(crate) data: Option<String>,
    pub(crate) strict: bool,
}

/// The JSON of an entrypoint's value, `None` where it is undefined.
pub(crate) fn evaluate(
    policy: &Policy,
    entry: usize,
    documents: &Documents,
) -> Result<Option<String>, interp::Error> {
    let mut heap = Heap::new();
    let mut parse = |text: &Option<String>| {
        text.as_ref().map_or(Value::UNDEFINED, |text| {
            json::parse(&mut heap, text).unwrap()
        })
    };
    let inputs = Inputs {
        input: parse(&documents.input),
        data: parse(&documents.data),
        strict: documents.strict,
    };
    let value = Machine::new(policy, &mut heap, inputs)?.entry(entry)?;
    if value == Value::UNDEFINED {
        return Ok(None);
    }
    let mut text = String::new();
    json::write(&mut heap, value, &mut text);
    Ok(Some(text))
}

/// One of the policies of `testdata/rego`.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) version: RegoVersion,
}

impl Case {
    pub(crate) fn read(path: &Path) -> Case {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        Case {
            version: if name.starts_with("v0-") {
                RegoVersion::V0
            } else {
                RegoVersion::V1
            },
            text: std::fs::read_to_string(path).unwrap(),
            path: path.to_owned(),
            name,
        }
    }

    /// All of them, in order of their names.
    pub(crate) fn all() -> Vec<Case> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/rego");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "rego"))
            .collect();
        paths.sort();
        paths.iter().map(|path| Case::read(path)).collect()
    }

    /// All that compile.
    pub(crate) fn valid() -> Vec<(Case, Compiled)> {
        Case::all()
            .into_iter()
            .filter_map(|case| {
                let compiled = case.compile()?;
                Some((case, compiled))
            })
            .collect()
    }

    /// A file beside the policy.
    pub(crate) fn file(&self, ending: &str) -> Option<String> {
        let path = self.path.with_file_name(format!("{}.{ending}", self.name));
        path.is_file()
            .then(|| std::fs::read_to_string(&path).unwrap())
    }

    pub(crate) fn documents(&self) -> Documents {
        Documents {
            input: self.file("input.json"),
            data: self.file("data.json"),
            strict: false,
        }
    }

    /// The checked program, and `None` for those whose point is that they do not compile.
    pub(crate) fn compile(&self) -> Option<Compiled> {
        let mut sources = SourceMap::new();
        match compile_text(&mut sources, &self.text, self.version) {
            Ok((program, package)) => Some(Compiled {
                program,
                package,
                sources,
            }),
            Err(errors) => {
                assert!(
                    self.file("error.txt").is_some(),
                    "{}: {errors:?}",
                    self.name
                );
                None
            }
        }
    }
}

/// A checked policy.
pub(crate) struct Compiled {
    pub(crate) program: hir::Program,
    /// The package's path below `data`.
    pub(crate) package: Vec<String>,
    pub(crate) sources: SourceMap,
}

impl Compiled {
    /// Planned with the whole package as the only entrypoint.
    pub(crate) fn policy(&self, way: Way) -> Policy {
        planned(&self.program, std::slice::from_ref(&self.package), way)
    }
}

/// Parses and checks one module; its package's path comes with it.
pub(crate) fn compile_text(
    sources: &mut SourceMap,
    text: &str,
    version: RegoVersion,
) -> Result<(hir::Program, Vec<String>), Vec<Diagnostic>> {
    let source = sources.add("policy.rego", text);
    let (module, errors) = parse_module(source, text, version);
    if !errors.is_empty() {
        return Err(errors);
    }
    let program = compile::check(
        &module.into_iter().collect::<Vec<_>>(),
        &[],
        &resolve::Options::default(),
    )?;
    let mut package = Vec::new();
    let mut node = &program.tree;
    while !node.package {
        let (key, child) = node.children.first().expect("the module's package");
        package.push(key.clone());
        node = child;
    }
    Ok((program, package))
}
