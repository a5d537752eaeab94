//! regorus: its interpreter and its bytecode VM.

use std::num::NonZeroUsize;
use std::sync::Arc;

use ::regorus::languages::rego::compiler::Compiler;
use ::regorus::rvm::program::Program;
use ::regorus::rvm::vm::RegoVM;
use ::regorus::utils::limits::PolicyLengthConfig;
use ::regorus::{Engine, Rc, Value};

use crate::Result;
use crate::workload::{RULE, Workload};

/// An engine with a policy that is parsed, but not yet prepared for evaluation.
///
/// # Errors
/// The syntax errors.
pub fn parse(policy: &str) -> Result<Engine> {
    let mut engine = Engine::new();
    // The largest workload has more lines than are taken by default.
    engine.set_policy_length_config(PolicyLengthConfig {
        max_lines: NonZeroUsize::MAX,
        max_file_bytes: NonZeroUsize::MAX,
        ..PolicyLengthConfig::default()
    });
    engine.add_policy("policy.rego".to_owned(), policy.to_owned())?;
    Ok(engine)
}

/// A bytecode program for a policy.
///
/// # Errors
/// Where the policy does not compile, or exceeds what the bytecode can number.
pub fn compile(policy: &str) -> Result<Arc<Program>> {
    let compiled = parse(policy)?.compile_with_entrypoint(&Rc::from(RULE))?;
    Ok(Compiler::compile_from_policy(&compiled, &[RULE])?)
}

/// The interpreter, prepared: the policy is analysed, and was evaluated once.
#[derive(Debug)]
pub struct Interpreter {
    engine: Engine,
    value: Value,
    input: String,
}

impl Interpreter {
    /// Prepares a workload.
    ///
    /// # Errors
    /// Where policy or input is refused.
    pub fn new(workload: &Workload) -> Result<Interpreter> {
        let mut prepared = Interpreter {
            engine: parse(&workload.policy)?,
            value: Value::from_json_str(&workload.input)?,
            input: workload.input.clone(),
        };
        prepared.evaluate()?;
        Ok(prepared)
    }

    /// Evaluates with the parsed input.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate(&mut self) -> Result<Value> {
        self.engine.set_input(self.value.clone());
        Ok(self.engine.eval_rule(RULE.to_owned())?)
    }

    /// Parses the input and evaluates.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate_text(&mut self) -> Result<Value> {
        self.value = Value::from_json_str(&self.input)?;
        self.evaluate()
    }
}

/// The bytecode VM, loaded.
#[derive(Debug)]
pub struct Machine {
    vm: RegoVM,
    value: Value,
    input: String,
}

impl Machine {
    /// Prepares a workload.
    ///
    /// # Errors
    /// Where policy or input is refused.
    pub fn new(workload: &Workload) -> Result<Machine> {
        let mut vm = RegoVM::new();
        vm.load_program(compile(&workload.policy)?);
        // Its default is below what the larger workloads need.
        vm.set_max_instructions(usize::MAX);
        vm.set_data(Value::new_object())?;
        let mut prepared = Machine {
            vm,
            value: Value::from_json_str(&workload.input)?,
            input: workload.input.clone(),
        };
        prepared.evaluate()?;
        Ok(prepared)
    }

    /// Evaluates with the parsed input.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate(&mut self) -> Result<Value> {
        self.vm.set_input(self.value.clone());
        Ok(self.vm.execute_entry_point_by_name(RULE)?)
    }

    /// Parses the input and evaluates.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate_text(&mut self) -> Result<Value> {
        self.value = Value::from_json_str(&self.input)?;
        self.evaluate()
    }
}
