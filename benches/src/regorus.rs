//! regorus: its interpreter and its bytecode VM.

use std::num::NonZeroUsize;
use std::sync::Arc;

use ::regorus::languages::rego::compiler::Compiler;
use ::regorus::rvm::program::Program;
use ::regorus::rvm::vm::RegoVM;
use ::regorus::utils::limits::PolicyLengthConfig;
use ::regorus::{Engine, Rc, Value};

use crate::Result;
use crate::real::{Module, Unit};
use crate::workload::{RULE, Workload};

/// An engine with a policy that is parsed, but not yet prepared for evaluation.
///
/// # Errors
/// The syntax errors.
pub fn parse(policy: &str) -> Result<Engine> {
    parse_all(&[Module {
        name: "policy.rego".to_owned(),
        text: policy.to_owned(),
        v0: false,
    }])
}

/// The same for a policy of many modules.
///
/// # Errors
/// The syntax errors.
pub fn parse_all(modules: &[Module]) -> Result<Engine> {
    let mut engine = Engine::new();
    // The largest workload has more lines than are taken by default.
    engine.set_policy_length_config(PolicyLengthConfig {
        max_lines: NonZeroUsize::MAX,
        max_file_bytes: NonZeroUsize::MAX,
        ..PolicyLengthConfig::default()
    });
    for module in modules {
        engine.set_rego_v0(module.v0);
        engine.add_policy(module.name.clone(), module.text.clone())?;
    }
    Ok(engine)
}

/// A bytecode program for a policy.
///
/// # Errors
/// Where the policy does not compile, or exceeds what the bytecode can number.
pub fn compile(policy: &str) -> Result<Arc<Program>> {
    program(parse(policy)?, RULE)
}

fn program(mut engine: Engine, rule: &str) -> Result<Arc<Program>> {
    let compiled = engine.compile_with_entrypoint(&Rc::from(rule))?;
    Ok(Compiler::compile_from_policy(&compiled, &[rule])?)
}

/// The interpreter, prepared: the policy is analysed, and was evaluated once.
#[derive(Debug)]
pub struct Interpreter {
    engine: Engine,
    rule: String,
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
            rule: RULE.to_owned(),
            value: Value::from_json_str(&workload.input)?,
            input: workload.input.clone(),
        };
        prepared.evaluate()?;
        Ok(prepared)
    }

    /// Prepares a real policy with each of its inputs.
    ///
    /// # Errors
    /// Where policy or input is refused.
    pub fn all(unit: &Unit) -> Result<Vec<Interpreter>> {
        let prepare = |input: &String| -> Result<Interpreter> {
            let mut engine = parse_all(&unit.modules)?;
            engine.add_data(Value::from_json_str(&unit.data)?)?;
            let mut prepared = Interpreter {
                engine,
                rule: unit.rule(),
                value: Value::from_json_str(input)?,
                input: input.clone(),
            };
            prepared.evaluate()?;
            Ok(prepared)
        };
        unit.inputs.iter().map(prepare).collect()
    }

    /// Evaluates with the parsed input.
    ///
    /// # Errors
    /// As the policy raises them.
    pub fn evaluate(&mut self) -> Result<Value> {
        self.engine.set_input(self.value.clone());
        Ok(self.engine.eval_rule(self.rule.clone())?)
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
    rule: String,
    value: Value,
    input: String,
}

impl Machine {
    /// Prepares a workload.
    ///
    /// # Errors
    /// Where policy or input is refused.
    pub fn new(workload: &Workload) -> Result<Machine> {
        let program = compile(&workload.policy)?;
        Machine::load(program, RULE, Value::new_object(), &workload.input)
    }

    /// Prepares a real policy with each of its inputs.
    ///
    /// # Errors
    /// Where policy or input is refused.
    pub fn all(unit: &Unit) -> Result<Vec<Machine>> {
        let mut engine = parse_all(&unit.modules)?;
        let data = Value::from_json_str(&unit.data)?;
        engine.add_data(data.clone())?;
        let program = program(engine, &unit.rule())?;
        let prepare =
            |input: &String| Machine::load(Arc::clone(&program), &unit.rule(), data.clone(), input);
        unit.inputs.iter().map(prepare).collect()
    }

    fn load(program: Arc<Program>, rule: &str, data: Value, input: &str) -> Result<Machine> {
        let mut vm = RegoVM::new();
        vm.load_program(program);
        // Its default is below what the larger workloads need.
        vm.set_max_instructions(usize::MAX);
        vm.set_data(data)?;
        let mut prepared = Machine {
            vm,
            rule: rule.to_owned(),
            value: Value::from_json_str(input)?,
            input: input.to_owned(),
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
        Ok(self.vm.execute_entry_point_by_name(&self.rule)?)
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
