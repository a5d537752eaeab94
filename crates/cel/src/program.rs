//! Programs, and what they may refer to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compile;
use crate::error::{CompileError, EvalError};
use crate::eval::{Activation, Budget, Evaluator};
use crate::guard;
use crate::node::Node;
use crate::value::Value;

/// What an expression may refer to.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    pub(crate) names: Vec<Name>,
    pub(crate) variables: BTreeMap<String, usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) name: &'static str,
    /// The fields that it may have; none where anything goes.
    pub(crate) fields: Option<&'static [&'static str]>,
}

impl Declarations {
    /// Declares a name of any type. Its number, by which [`Activation::name`] is asked, is the count of those before.
    #[must_use]
    pub fn name(mut self, name: &'static str) -> Self {
        self.names.push(Name { name, fields: None });
        self
    }

    /// Declares a name of an object with these fields, and no others.
    #[must_use]
    pub fn object(mut self, name: &'static str, fields: &'static [&'static str]) -> Self {
        let fields = Some(fields);
        self.names.push(Name { name, fields });
        self
    }

    /// Declares `variables.NAME`, by whose number [`Activation::variable`] is asked. The last of one name counts.
    pub fn variable(&mut self, name: &str, number: usize) {
        self.variables.insert(name.to_owned(), number);
    }
}

/// A compiled expression.
#[derive(Debug)]
pub struct Program {
    root: Node,
    source: Arc<str>,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// It is none, is too large or too deeply nested, or uses a name, field or function that does not exist.
    pub fn compile(source: &str, declarations: &Declarations) -> Result<Self, CompileError> {
        guard::check(source)?;
        // The parser's frames are large, and so is what its tree takes to walk.
        stacker::grow(64 << 20, || {
            let parser = cel::Env::default()
                .parser()
                .enable_ident_escape_syntax(true)
                .max_recursion_depth(250);
            let (tree, places) = parser
                .parse_with_source_info(source)
                .map_err(|errors| syntax_error(source, &errors))?;
            Ok(Self {
                root: compile::compile(source, &tree, &places, declarations)?,
                source: Arc::from(source),
            })
        })
    }

    /// The text that was compiled.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Evaluates the expression.
    ///
    /// # Errors
    /// It has no value, or the budget is spent.
    pub fn evaluate(
        &self,
        activation: &dyn Activation,
        budget: &Budget,
    ) -> Result<Value, EvalError> {
        Evaluator::new(activation, budget).eval(&self.root)
    }
}

fn syntax_error(source: &str, errors: &cel::ParseErrors) -> CompileError {
    let Some(first) = errors.errors.first() else {
        return CompileError::at(source, 0, "Syntax error");
    };
    // Lines and columns count from one, the latter in characters; what has no place stands at the beginning.
    let before = |n: isize| usize::try_from(n).unwrap_or(0).saturating_sub(1);
    let mut lines = source.split_inclusive('\n');
    let skipped: usize = lines.by_ref().take(before(first.pos.0)).map(str::len).sum();
    let line = lines.next().unwrap_or("");
    let column = line
        .char_indices()
        .nth(before(first.pos.1))
        .map_or(line.len(), |(at, _)| at);
    CompileError::at(source, skipped + column, first.msg.clone())
}
