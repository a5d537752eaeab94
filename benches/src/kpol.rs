//! kpol, stage by stage.

use std::path::Path;

use kpol_compiler::artifact::Artifact;
use kpol_compiler::{compile, plan};
use kpol_diagnostics::{SourceId, SourceMap, render};
use kpol_engine::{Answer, CompileMode, Engine, EngineOptions, EntryId, Evaluator, Limits, Policy};
use kpol_input::{Document, Format};
use kpol_syntax::ast::{Module, RegoVersion};
use kpol_syntax::parse_module;

use crate::Result;
use crate::workload::{PATH, RULE, Workload};

/// A policy's text, as the stages of the compiler need it.
#[derive(Debug)]
pub struct Source {
    sources: SourceMap,
    id: SourceId,
}

impl Source {
    /// Takes a policy's text.
    #[must_use]
    pub fn new(policy: &str) -> Source {
        let mut sources = SourceMap::new();
        let id = sources.add("policy.rego", policy);
        Source { sources, id }
    }

    /// Text to syntax tree.
    ///
    /// # Errors
    /// The syntax errors, rendered.
    pub fn parse(&self) -> Result<Module> {
        let (module, errors) = parse_module(self.id, self.sources.text(self.id), RegoVersion::V1);
        match module {
            Some(module) if errors.is_empty() => Ok(module),
            _ => Err(self.rendered(&errors)),
        }
    }

    /// Text to WebAssembly, as `kpol test` has it.
    ///
    /// # Errors
    /// What is wrong with the policy, rendered.
    pub fn compile(&self) -> Result<Artifact> {
        let options = compile::Options {
            plan: plan::Options {
                entrypoints: vec![PATH.map(str::to_owned).to_vec()],
                trace: true,
                ..plan::Options::default()
            },
            ..compile::Options::default()
        };
        compile::compile(&[self.parse()?], &[], &self.sources, &options)
            .map_err(|errors| self.rendered(&errors))
    }

    fn rendered(&self, errors: &[kpol_diagnostics::Diagnostic]) -> Box<dyn std::error::Error> {
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
    let documents = kpol_input::read_str(&mut sources, "input.json", input, Format::Json)?;
    documents
        .into_iter()
        .next()
        .ok_or_else(|| "the input is empty".into())
}
