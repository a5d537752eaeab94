//! Random policies that are well-typed and safe by construction, with documents of the shape that they expect, more
//! or less.

mod body;
mod calls;
mod documents;
mod expr;
mod rules;
mod types;

use fastrand::Rng;

use crate::case::{Case, Rule};
use types::Type;

/// Makes the case of a seed.
pub(crate) fn case(seed: u64) -> Case {
    let mut g = Generator {
        rng: Rng::with_seed(seed),
        vars: Vec::new(),
        rules: Vec::new(),
        functions: Vec::new(),
        names: 0,
        templates: true,
        budget: 0,
    };
    g.case()
}

/// A rule that later ones may refer to.
struct Known {
    name: String,
    value: Type,
}

/// A function that later rules may call.
struct Function {
    name: String,
    args: Vec<Type>,
    value: Type,
}

struct Generator {
    rng: Rng,
    /// The variables in scope, innermost last.
    vars: Vec<(String, Type)>,
    rules: Vec<Known>,
    functions: Vec<Function>,
    names: u32,
    /// Whether template strings may be written: OPA 1.22 loses variables of some, and bodies of rules with them in
    /// their heads.
    templates: bool,
    /// How much may still be written for the current statement: expressions stay small.
    budget: u32,
}

impl Generator {
    fn case(&mut self) -> Case {
        let mut rules: Vec<Rule> = Vec::new();
        let count = self.rng.usize(2..9);
        for _ in 0..count {
            self.rule(&mut rules);
        }
        let mut queries: Vec<String> = self.rules.iter().map(|r| r.name.clone()).collect();
        queries.dedup();
        Case {
            imports: if self.chance(8) {
                vec!["rego.v2".to_owned()]
            } else {
                Vec::new()
            },
            rules,
            queries,
            input: (!self.chance(40)).then(|| documents::document(&mut self.rng)),
            data: documents::document(&mut self.rng),
            strict: self.chance(4),
        }
    }

    /// One time in `n`.
    fn chance(&mut self, n: u32) -> bool {
        self.rng.u32(0..n) == 0
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        (!items.is_empty()).then(|| &items[self.rng.usize(..items.len())])
    }

    /// Runs something that writes no template strings.
    fn without_templates<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.templates, false);
        let out = run(self);
        self.templates = before;
        out
    }

    /// Runs something whose variables are not in scope afterwards.
    fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.vars.len();
        let out = run(self);
        self.vars.truncate(depth);
        out
    }
}
