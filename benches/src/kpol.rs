//! kpol, stage by stage.

use std::path::Path;
use std::sync::Arc;

use kpol_compiler::artifact::Artifact;
use kpol_compiler::hir::Program;
use kpol_compiler::{compile, opt, plan, resolve};
use kpol_diagnostics::{Diagnostic, SourceId, SourceMap, render};
use kpol_engine::{
    Answer, CompileMode, Data, Engine, EngineOptions, EntryId, Evaluator, Limits, Policy,
};
use kpol_input::{Document, Format, Options};
use kpol_syntax::ast::{Module, RegoVersion};
use kpol_syntax::parse_module;
use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _,
};

use crate::Result;
use crate::real::{self, Unit};
use crate::workload::{PATH, RULE, Workload};

/// A policy's modules, as the stages of the compiler need them.
#[derive(Debug)]
pub struct Source {
    sources: SourceMap,
    modules: Vec<(SourceId, RegoVersion)>,
    entrypoints: Vec<Vec<String>>,
}

impl Source {
    /// Takes a policy's text, to be asked for [`RULE`].
    #[must_use]
    pub fn new(policy: &str) -> Source {
        let module = real::Module {
            name: "policy.rego".to_owned(),
            text: policy.to_owned(),
            v0: false,
        };
        Source::of(&[module], vec![PATH.map(str::to_owned).to_vec()])
    }

    /// Takes a policy of many modules, and the rules that it is asked for.
    #[must_use]
    pub fn of(modules: &[real::Module], entrypoints: Vec<Vec<String>>) -> Source {
        let mut sources = SourceMap::new();
        let modules = modules
            .iter()
            .map(|module| {
                let version = if module.v0 {
                    RegoVersion::V0
                } else {
                    RegoVersion::V1
                };
                (
                    sources.add(module.name.as_str(), module.text.as_str()),
                    version,
                )
            })
            .collect();
        Source {
            sources,
            modules,
            entrypoints,
        }
    }

    /// Text to syntax trees.
    ///
    /// # Errors
    /// The syntax errors, rendered.
    pub fn parse(&self) -> Result<Vec<Module>> {
        // As `kpol test` does it, on all cores.
        self.modules
            .par_iter()
            .with_min_len(8)
            .map(|(id, version)| {
                let (module, errors) = parse_module(*id, self.sources.text(*id), *version);
                match module {
                    Some(module) if errors.is_empty() => Ok(module),
                    _ => Err(errors),
                }
            })
            .collect::<std::result::Result<_, _>>()
            .map_err(|errors| self.rendered(&errors))
    }

    /// All texts, as the name of what is kept of the policy.
    #[must_use]
    pub fn name(&self) -> Vec<u8> {
        let mut name = Vec::new();
        for (id, _) in &self.modules {
            let text = self.sources.text(*id);
            name.extend_from_slice(&text.len().to_le_bytes());
            name.extend_from_slice(text.as_bytes());
        }
        name
    }

    /// Syntax trees to a checked program.
    ///
    /// # Errors
    /// What is wrong with the policy, rendered.
    pub fn check(&self, modules: &[Module]) -> Result<Program> {
        let options = resolve::Options {
            builtins: kpol_engine::standard_builtins(),
            ..resolve::Options::default()
        };
        compile::check(modules, &[], &options).map_err(|errors| self.rendered(&errors))
    }

    /// A checked program to WebAssembly, as `kpol test` has it.
    ///
    /// # Errors
    /// A bug in the compiler.
    pub fn generate(&self, program: &Program) -> Result<Artifact> {
        compile::generate(program, &self.sources, &self.options())
            .map_err(|errors| self.rendered(&errors))
    }

    /// Text to WebAssembly, as `kpol test` has it.
    ///
    /// # Errors
    /// What is wrong with the policy, rendered.
    pub fn compile(&self) -> Result<Artifact> {
        self.generate(&self.check(&self.parse()?)?)
    }

    /// A checked program to plans, and those optimised: how long it takes.
    ///
    /// # Errors
    /// A bug in the compiler.
    pub fn plan(&self, program: &Program) -> Result<kpol_compiler::ir::Policy> {
        let options = self.options();
        plan::plan(program, &options.plan)
            .map(|policy| opt::optimise(policy, options.passes))
            .map_err(|errors| self.rendered(&errors))
    }

    fn options(&self) -> compile::Options {
        compile::Options {
            plan: plan::Options {
                entrypoints: self.entrypoints.clone(),
                trace: true,
                ..plan::Options::default()
            },
            ..compile::Options::default()
        }
    }

    fn rendered(&self, errors: &[Diagnostic]) -> Box<dyn std::error::Error> {
        render(&self.sources, errors, false).into()
    }
}

/// An engine that compiles for quick evaluation.
///
/// # Errors
/// Where wasmtime does not start on this host.
pub fn engine(mode: CompileMode, cache: Option<&Path>) -> Result<Engine> {
    Ok(Engine::new(EngineOptions {
        mode,
        cache: cache.map(Path::to_owned),
        ..EngineOptions::default()
    })?)
}

/// A policy that is ready to be evaluated with all limits on, and its input.
#[derive(Debug)]
pub struct Prepared {
    evaluator: Evaluator,
    entry: EntryId,
    document: Document,
    input: String,
}

impl Prepared {
    /// Compiles and loads a workload.
    ///
    /// # Errors
    /// Where any stage fails.
    pub fn new(workload: &Workload, mode: CompileMode) -> Result<Prepared> {
        let artifact = Source::new(&workload.policy).compile()?;
        Prepared::load(&engine(mode, None)?.load(&artifact)?, &workload.input)
    }

    /// Compiles and loads a real policy: one evaluator for each of its inputs.
    ///
    /// # Errors
    /// Where any stage fails.
    pub fn all(engine: &Engine, unit: &Unit) -> Result<Vec<Prepared>> {
        let artifact = Source::of(&unit.modules, vec![unit.path.clone()]).compile()?;
        let policy = engine.load(&artifact)?;
        let mut data = Data::new();
        data.merge(&[], &read(&unit.data)?)?;
        let data = Arc::new(data);
        let prepare = |input: &String| -> Result<Prepared> {
            let mut evaluator = policy.evaluator(Limits::default())?;
            evaluator.set_data(Arc::clone(&data))?;
            Ok(Prepared {
                evaluator,
                entry: policy.entrypoint(&unit.rule()).ok_or("no such rule")?,
                document: read(input)?,
                input: input.clone(),
            })
        };
        unit.inputs.iter().map(prepare).collect()
    }

    /// Makes an evaluator for a loaded policy.
    ///
    /// # Errors
    /// Where the input is no JSON.
    pub fn load(policy: &Policy, input: &str) -> Result<Prepared> {
        Ok(Prepared {
            evaluator: policy.evaluator(Limits::default())?,
            entry: policy
                .entrypoint(RULE)
                .ok_or("the policy has no such rule")?,
            document: read(input)?,
            input: input.to_owned(),
        })
    }

    /// Lays the document out in the policy's memory.
    ///
    /// # Errors
    /// Where it does not fit the limits.
    pub fn lay_out(&mut self) -> Result<()> {
        Ok(self.evaluator.set_input(&self.document)?)
    }

    /// Evaluates over the input that [`Prepared::lay_out`] has laid out: a new evaluation each time, with nothing
    /// kept from the last.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate_laid_out(&mut self) -> Result<Answer<'_>> {
        self.evaluator.restart();
        Ok(self.evaluator.evaluate(self.entry)?)
    }

    /// Lays the parsed input out and evaluates.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate(&mut self) -> Result<Answer<'_>> {
        self.evaluator.set_input(&self.document)?;
        Ok(self.evaluator.evaluate(self.entry)?)
    }

    /// Parses the input and evaluates.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate_text(&mut self) -> Result<Answer<'_>> {
        self.document = read(&self.input)?;
        self.evaluate()
    }
}

/// Reads an input.
///
/// # Errors
/// Where it is no JSON.
pub fn read(input: &str) -> Result<Document> {
    let mut sources = SourceMap::new();
    let source = sources.add("input.json", input);
    // An input that is a list is one document.
    let documents = kpol_input::read(&sources, source, Format::Json, &Options::verbatim())?;
    documents
        .into_iter()
        .next()
        .ok_or_else(|| "the input is empty".into())
}
