//! What nondeterministic builtins answered: two calls with equal arguments never differ within one evaluation.

use std::collections::HashMap;

use kpol_runtime::builtins::BuiltinError;

/// A host builtin's result as a ground term, nothing where it is undefined.
pub(crate) type Answer = Result<Option<String>, BuiltinError>;

/// The most answers that are kept for one evaluation.
const MAX_ANSWERS: usize = 1 << 12;

/// The answers of one evaluation, by builtin and arguments.
#[derive(Debug, Default)]
pub(crate) struct Answers(HashMap<(u32, String), Answer>);

impl Answers {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn get(&self, call: &(u32, String)) -> Option<Answer> {
        self.0.get(call).cloned()
    }

    pub(crate) fn keep(&mut self, call: (u32, String), answer: Answer) {
        if self.0.len() < MAX_ANSWERS {
            self.0.insert(call, answer);
        }
    }
}
