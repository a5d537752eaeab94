//! Calls of functions and builtins.

use std::rc::Rc;

use kpol_abi::builtins::BuiltinId;
use kpol_builtins::{BuiltinError, HostCall};
use kpol_compiler::builtins::Entry;
use kpol_compiler::hir::Callee;
use kpol_diagnostics::Span;
use kpol_runtime::builtins::{self, ErrorKind};
use kpol_runtime::{Value, json};

use crate::error::Error;
use crate::machine::{Machine, Replacement, Res, State, Val};
use crate::record;

impl<'p> Machine<'p> {
    /// Calls whatever the callee is at that moment.
    pub(crate) fn call(&mut self, callee: Callee, args: &[Val], span: Span) -> Res<Value> {
        match self.state.callees.get(&callee).copied() {
            Some(Replacement::Value(value)) => Ok(value),
            Some(Replacement::Callee(by)) => {
                // Inside of a replacement, nothing is replaced: it may call what it stands for.
                let frame = self.fresh_frame();
                let inner = State {
                    callees: Rc::default(),
                    frame,
                    ..self.state.clone()
                };
                let saved = std::mem::replace(&mut self.state, inner);
                let value = self.original(by, args, span);
                self.state = saved;
                value
            }
            None => self.original(callee, args, span),
        }
    }

    fn original(&mut self, callee: Callee, args: &[Val], span: Span) -> Res<Value> {
        match callee {
            Callee::Function(id) => self.function(id, args),
            Callee::Builtin(id) => {
                let args: Vec<Value> = args.iter().map(|arg| arg.value).collect();
                self.builtin(id, &args, span)
            }
        }
    }

    pub(crate) fn builtin(&mut self, id: BuiltinId, args: &[Value], span: Span) -> Res<Value> {
        self.step()?;
        let name = self.program.builtins.get(id).map_or("", Entry::name);
        if name == "internal.test_case" {
            return Ok(Value::TRUE);
        }
        if name == "equal"
            && let [a, b] = args
            && !self.heap.equal(*a, *b)
        {
            self.recorder.note(record::Kind::Unequal(*a, *b));
        }
        if name == "trace"
            && let [note] = args
        {
            self.recorder.note(record::Kind::Note(*note));
        }
        let outcome = match builtins::call(&mut self.heap, id, args) {
            Some(outcome) => outcome,
            None => self.host(id, name, args),
        };
        if self.heap.exhausted() {
            return Err(Error::Limit("memory"));
        }
        match outcome {
            Ok(value) => Ok(value),
            Err(error) if self.strict => Err(Error::Builtin {
                span,
                is_type: error.kind == ErrorKind::Type,
                message: error.message,
            }),
            Err(error) => {
                let message = error.message;
                self.recorder.note(record::Kind::Failure { span, message });
                Ok(Value::UNDEFINED)
            }
        }
    }

    fn host(&mut self, id: BuiltinId, name: &str, args: &[Value]) -> Result<Value, BuiltinError> {
        let mut text = String::from("[");
        for (at, arg) in args.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            json::write_term(&mut self.heap, *arg, &mut text);
        }
        text.push(']');
        let entry = self.program.builtins.get(id);
        let stays = entry.is_some_and(Entry::is_nondeterministic);
        let key = (id.0, text);
        let answer = match self.answers.get(&key) {
            Some(answer) => answer.clone(),
            None => {
                let answer = self.builtins.call(&HostCall {
                    name,
                    args: &key.1,
                    now_ns: self.now_ns,
                    file: None,
                });
                if stays {
                    self.answers.insert(key, answer.clone());
                }
                answer
            }
        };
        match answer {
            Ok(None) => Ok(Value::UNDEFINED),
            Ok(Some(text)) => json::parse_term(&mut self.heap, &text).map_err(|_| {
                BuiltinError::failed(format!("{name}: the host's result is no value"))
            }),
            Err(error) => Err(BuiltinError {
                message: format!("{name}: {}", error.message),
                ..error
            }),
        }
    }
}
