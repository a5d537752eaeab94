//! Cases through OPA: a program of its own that takes and gives one JSON object a line.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::case::Case;

/// A running peer.
pub(crate) struct Opa {
    child: Child,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Opa {
    /// Starts the program.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub(crate) fn start(program: &Path) -> std::io::Result<Opa> {
        let mut child = Command::new(program)
            .env("GOMAXPROCS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("no pipes"));
        };
        Ok(Opa {
            child,
            input: BufWriter::new(input),
            output: BufReader::new(output),
        })
    }

    /// Asks a case.
    ///
    /// # Errors
    /// Where the program has ended, or its answer is none.
    pub(crate) fn ask(&mut self, case: &Case) -> std::io::Result<Answer> {
        let mut question = Map::new();
        question.insert("modules".into(), json!({"t.rego": case.module()}));
        let queries = case.queries.iter().map(|query| format!("data.t.{query}"));
        question.insert("queries".into(), queries.collect::<Vec<_>>().into());
        question.insert("data".into(), case.data.clone());
        question.insert("strict".into(), case.strict.into());
        if let Some(input) = &case.input {
            question.insert("input".into(), input.clone());
        }
        serde_json::to_writer(&mut self.input, &Value::Object(question))?;
        self.input.write_all(b"\n")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Opa {
    fn drop(&mut self) {
        // Nothing of it is needed any more; that it has ended by itself is no failure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
