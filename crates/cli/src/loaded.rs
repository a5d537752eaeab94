//! A policy that is ready to run, whoever compiled it.

use std::sync::Arc;

use kpol_compiler::artifact::Artifact;
use kpol_engine::{
    Data, Engine, EntryId, EvalError, Evaluator, Limits, LoadError, OpaEvaluator, OpaInput,
    OpaModule, Policy, Yield,
};
use kpol_input::Document;
use serde_json::{Value, value::RawValue};

use crate::exit::CommandError;
use crate::modules::{Judged, ModuleWorker, Modules, Unjudged};

/// A loaded policy.
pub(crate) enum Loaded {
    /// Of this compiler, with what leads from results to lines.
    Policy(Policy),
    /// Any module that speaks OPA's Wasm ABI.
    Opa(OpaModule),
    /// Modules that judge objects; the numbers of entrypoints are theirs.
    Modules(Arc<Modules>),
}

/// An entrypoint of a loaded policy.
pub(crate) struct Entry {
    pub(crate) id: EntryId,
    /// Its path below `data`.
    pub(crate) path: Vec<String>,
}

impl Loaded {
    /// Loads a compiled module; `name` is that of its file.
    pub(crate) fn from_wasm(
        engine: &Engine,
        name: &str,
        wasm: Vec<u8>,
    ) -> Result<Loaded, CommandError> {
        let refused =
            |error: LoadError| CommandError::Plain(format!("{name}: {error} [{}]", error.code()));
        if OpaModule::is_one(&wasm) {
            return OpaModule::load(engine, &wasm)
                .map(Loaded::Opa)
                .map_err(refused);
        }
        let artifact = Artifact::from_wasm(wasm)
            .map_err(|error| CommandError::Plain(format!("{name}: {error}")))?;
        engine.load(&artifact).map(Loaded::Policy).map_err(refused)
    }

    /// The entrypoints that are paths of `data`.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let names: Vec<(EntryId, &str)> = match self {
            Loaded::Policy(policy) => policy.entrypoints().collect(),
            Loaded::Opa(module) => module.entrypoints().collect(),
            Loaded::Modules(_) => Vec::new(),
        };
        let entry = |(id, name): (EntryId, &str)| {
            Some(Entry {
                id,
                path: path(name)?,
            })
        };
        names.into_iter().filter_map(entry).collect()
    }

    /// The entrypoint of a path of `data`; `name` is that of the policy's file.
    pub(crate) fn entry(&self, name: &str, wanted: &[String]) -> Result<EntryId, CommandError> {
        let entries = self.entries();
        if let Some(entry) = entries.iter().find(|entry| entry.path == wanted) {
            return Ok(entry.id);
        }
        let known: Vec<String> = entries.iter().map(|entry| entry.path.join("/")).collect();
        Err(CommandError::Help(
            format!("`{name}` has no entrypoint `{}`", wanted.join("/")),
            format!("its entrypoints: {}", known.join(", ")),
        ))
    }

    /// An instance to evaluate with, for one thread.
    pub(crate) fn worker(
        &self,
        limits: Limits,
        strict: bool,
        data: &Arc<Data>,
    ) -> Result<Worker, EvalError> {
        match self {
            Loaded::Policy(policy) => {
                let mut evaluator = policy.evaluator(limits)?;
                evaluator.set_strict(strict);
                evaluator.set_data(Arc::clone(data))?;
                Ok(Worker::Policy(Box::new(evaluator)))
            }
            Loaded::Opa(module) => {
                let mut evaluator = module.evaluator(limits)?;
                evaluator.set_strict(strict);
                if !data.is_empty() {
                    evaluator.set_data(&data.to_json())?;
                }
                Ok(Worker::Opa(Box::new(evaluator)))
            }
            Loaded::Modules(modules) => ModuleWorker::new(modules, limits, data)
                .map(Box::new)
                .map(Worker::Modules),
        }
    }
}

/// One instance of a loaded policy.
pub(crate) enum Worker {
    Policy(Box<Evaluator>),
    Opa(Box<OpaEvaluator>),
    Modules(Box<ModuleWorker>),
}

impl Worker {
    /// Starts the evaluation of an input, or of none.
    pub(crate) fn set_input(&mut self, input: Option<&Document>) -> Result<(), EvalError> {
        match (self, input) {
            (Worker::Policy(evaluator), Some(input)) => evaluator.set_input(input),
            (Worker::Policy(evaluator), None) => evaluator.clear_input(),
            (Worker::Opa(evaluator), input) => {
                let input = input.map(|input| OpaInput::Json(input.to_json()));
                evaluator.set_input(input.unwrap_or_default());
                Ok(())
            }
            // Each of them gets the document when it is asked.
            (Worker::Modules(_), _) => Ok(()),
        }
    }

    /// What a module says about a document; nothing where it is not for it.
    pub(crate) fn judge(
        &mut self,
        entry: EntryId,
        document: &Document,
    ) -> Result<Option<Judged>, Unjudged> {
        match self {
            Worker::Modules(worker) => worker.judge(entry.0 as usize, document),
            Worker::Policy(_) | Worker::Opa(_) => Err(no_module().into()),
        }
    }

    /// Sets the data for all inputs that follow.
    pub(crate) fn set_data(&mut self, data: &Arc<Data>) -> Result<(), EvalError> {
        match self {
            Worker::Policy(evaluator) => evaluator.set_data(Arc::clone(data)),
            Worker::Opa(evaluator) => evaluator.set_data(&data.to_json()),
            Worker::Modules(worker) => worker.set_data(data),
        }
    }

    /// Forgets what was evaluated and printed over the present input.
    pub(crate) fn restart(&mut self) {
        if let Worker::Policy(evaluator) = self {
            evaluator.restart();
        }
    }

    /// What was printed, one line each: `policy/main.rego:31: text`.
    pub(crate) fn printed(&self) -> Vec<String> {
        let Worker::Policy(evaluator) = self else {
            return Vec::new();
        };
        let line = |printed: kpol_engine::Printed| match printed.site {
            Some(site) => format!("{}:{}: {}", site.file, site.line, printed.text),
            None => printed.text,
        };
        evaluator.printed().into_iter().map(line).collect()
    }

    /// The first error of a builtin that only made a call undefined.
    pub(crate) fn builtin_error(&mut self) -> Option<EvalError> {
        match self {
            Worker::Policy(evaluator) => evaluator.builtin_error(),
            Worker::Opa(_) | Worker::Modules(_) => None,
        }
    }

    /// An entrypoint's value as JSON; none where it is undefined.
    pub(crate) fn value(&mut self, entry: EntryId) -> Result<Option<String>, EvalError> {
        match self {
            Worker::Policy(evaluator) => evaluator.evaluate(entry)?.json(),
            Worker::Opa(evaluator) => {
                let json = evaluator.evaluate(entry)?;
                result(&json).ok_or_else(|| unexpected(&json))
            }
            Worker::Modules(_) => Err(no_module()),
        }
    }

    /// The members of an entrypoint's set (or array), or its whole value where it is none. Modules of other compilers
    /// say nothing about where a value comes from.
    pub(crate) fn yields(&mut self, entry: EntryId) -> Result<Vec<Yield>, EvalError> {
        if let Worker::Policy(evaluator) = self {
            return evaluator.evaluate(entry)?.yields();
        }
        let Some(json) = self.value(entry)? else {
            return Ok(Vec::new());
        };
        let items = match serde_json::from_str::<Vec<Box<RawValue>>>(&json) {
            Ok(items) => items.iter().map(|item| item.get().to_owned()).collect(),
            Err(_) => vec![json],
        };
        let untraced = |json| Yield {
            json,
            traces: Vec::new(),
        };
        Ok(items.into_iter().map(untraced).collect())
    }
}

/// The value in a module's result, which is a list of at most one object; nothing in nothing.
pub(crate) fn result(json: &str) -> Option<Option<String>> {
    #[derive(serde::Deserialize)]
    struct Row {
        result: Box<RawValue>,
    }
    let mut rows: Vec<Row> = serde_json::from_str(json).ok()?;
    let row = rows.pop();
    rows.is_empty()
        .then(|| row.map(|row| row.result.get().to_owned()))
}

pub(crate) fn unexpected(json: &str) -> EvalError {
    let start: String = json.chars().take(60).collect();
    EvalError {
        kind: kpol_engine::EvalErrorKind::Internal,
        message: format!("the module's result is no result set: {start}"),
        site: None,
    }
}

fn no_module() -> EvalError {
    EvalError {
        kind: kpol_engine::EvalErrorKind::Internal,
        message: "the policy is of another kind".to_owned(),
        site: None,
    }
}

/// The path of an entrypoint: kpol writes `data.main.deny`, OPA `main/deny`.
fn path(name: &str) -> Option<Vec<String>> {
    match name.strip_prefix("data.").or(name.strip_prefix("data[")) {
        Some(_) => ref_path(name),
        None if name == "data" => Some(Vec::new()),
        None => Some(entry_path(name)),
    }
}

/// The path of an entrypoint as it is given on the command line: `main/deny` or `data.main.deny`.
pub(crate) fn wanted(text: &str) -> Vec<String> {
    path(text).unwrap_or_else(|| entry_path(text))
}

/// The keys of a ref to `data` without variables.
pub(crate) fn ref_path(text: &str) -> Option<Vec<String>> {
    let mut rest = text.trim().strip_prefix("data")?;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (key, after) = name.split_at_checked(end)?;
            if !kpol_compiler::names::is_identifier(key) {
                return None;
            }
            keys.push(key.to_owned());
            rest = after;
        } else {
            let quoted = rest.strip_prefix('[')?;
            let mut values = serde_json::Deserializer::from_str(quoted).into_iter::<Value>();
            let Some(Ok(Value::String(key))) = values.next() else {
                return None;
            };
            keys.push(key);
            rest = quoted.get(values.byte_offset()..)?.strip_prefix(']')?;
        }
    }
    Some(keys)
}

/// The keys of `main/deny`; `%2F` stands for a slash inside of a key, and so on.
fn entry_path(text: &str) -> Vec<String> {
    let parts = text.split('/').filter(|part| !part.is_empty());
    parts
        .map(|part| unescaped(part).unwrap_or_else(|| part.to_owned()))
        .collect()
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
        rest = after.get(2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{ref_path, result, wanted};

    #[test]
    fn paths_of_entrypoints() {
        for (text, expected) in [
            ("main/deny", &["main", "deny"][..]),
            ("/main/deny/", &["main", "deny"]),
            ("data.main.deny", &["main", "deny"]),
            ("data", &[]),
            ("data.a[\"b.c\"].d", &["a", "b.c", "d"]),
            ("data[\"a/b\"]", &["a/b"]),
            ("a%2Fb/c%", &["a/b", "c%"]),
            ("data/deny", &["data", "deny"]),
            ("main", &["main"]),
        ] {
            assert_eq!(wanted(text), expected, "{text}");
        }
        for text in [
            "data.a[x]",
            "data.a[0]",
            "input.a",
            "data.a + 1",
            "data.",
            "database",
        ] {
            assert_eq!(ref_path(text), None, "{text}");
        }
    }

    #[test]
    fn results_of_modules() {
        assert_eq!(result("[]"), Some(None));
        assert_eq!(
            result(r#"[{"result": {"a":1.50}}]"#),
            Some(Some(r#"{"a":1.50}"#.to_owned()))
        );
        for text in ["", "{}", "[1]", r#"[{"result": 1}, {"result": 2}]"#] {
            assert_eq!(result(text), None, "{text}");
        }
    }
}
