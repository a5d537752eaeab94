//! OPA, through its Go package: a process that measures what it is sent, so that all sides run one after the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::Result;
use crate::measure::Plan;
use crate::real::Unit;

/// The running program.
#[derive(Debug)]
pub struct Opa {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

/// What it found.
#[derive(Debug)]
pub struct Measured {
    /// The value for each input.
    pub values: Vec<Value>,
    /// Nanoseconds of one evaluation of each of the inputs, together.
    pub nanoseconds: f64,
}

impl Opa {
    /// Builds and starts the program; none where there is no Go.
    ///
    /// # Errors
    /// Where it does not build.
    pub fn start() -> Result<Option<Opa>> {
        if Command::new("go").arg("version").output().is_err() {
            return Ok(None);
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("opa");
        let program = folder().join("kpol-bench-opa");
        let built = Command::new("go")
            .arg("build")
            .arg("-o")
            .arg(&program)
            .arg(".")
            .current_dir(source)
            .status()?;
        if !built.success() {
            return Err("benches/opa does not build".into());
        }
        let mut child = Command::new(program)
            // As the other sides: one thread evaluates.
            .env("GOMAXPROCS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or("no pipe")?;
        Ok(Some(Opa {
            child,
            stdin,
            stdout: BufReader::new(stdout),
        }))
    }

    /// Measures a unit from parsed inputs.
    ///
    /// # Errors
    /// Where OPA refuses the policy, or an evaluation fails.
    pub fn measure(&mut self, unit: &Unit, plan: Plan) -> Result<Measured> {
        let modules: Vec<Value> = unit
            .modules
            .iter()
            .map(|m| json!({"name": m.name, "text": m.text, "v0": m.v0}))
            .collect();
        let inputs = unit
            .inputs
            .iter()
            .map(|input| serde_json::from_str(input))
            .collect::<std::result::Result<Vec<Value>, _>>()?;
        let job = json!({
            "modules": modules,
            "query": unit.rule(),
            "data": serde_json::from_str::<Value>(&unit.data)?,
            "inputs": inputs,
            "turns": plan.turns,
            "turn": plan.turn.as_secs_f64() * 1e3,
        });
        let stdin = self.stdin.as_mut().ok_or("no pipe")?;
        writeln!(stdin, "{job}")?;
        stdin.flush()?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line)?;
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            return Err(error.into());
        }
        let values = answer.get("values").and_then(Value::as_array);
        let nanoseconds = answer.get("ns").and_then(Value::as_f64);
        Ok(Measured {
            values: values.cloned().unwrap_or_default(),
            nanoseconds: nanoseconds.ok_or("no time")?,
        })
    }
}

impl Drop for Opa {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.stdin = None;
        let _ = self.child.wait();
    }
}

/// Where the running bench lies: in the target folder.
fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .parent()
        .map_or_else(std::env::temp_dir, Path::to_owned)
}
