//! Rules of all kinds.

use super::{Function, Generator, Known, types::Type};
use crate::case::{Branch, Rule};

impl Generator {
    /// Adds the clauses of one rule.
    pub(super) fn rule(&mut self, rules: &mut Vec<Rule>) {
        let name = self.fresh("r");
        match self.rng.u32(0..12) {
            0..3 => self.complete(rules, name),
            3..6 => self.set(rules, name),
            6 | 7 => self.object(rules, name),
            8 => self.nested(rules, name),
            9 => self.boolean(rules, name),
            _ => self.function(rules, name),
        }
    }

    fn branch(&mut self, head: impl FnOnce(&mut Self) -> String) -> Branch {
        self.scoped(|g| {
            let body = g.body();
            g.budget = 4;
            let head = g.without_templates(head);
            Branch { head, body }
        })
    }

    fn clauses(&mut self) -> usize {
        [1, 1, 1, 2, 2, 3, 6][self.rng.usize(..7)]
    }

    fn known(&mut self, name: String, value: Type) {
        self.rules.push(Known { name, value });
    }

    fn default(&mut self, rules: &mut Vec<Rule>, head: &str, of: &Type) {
        let value = self.literal(of, 2);
        rules.push(Rule {
            branches: vec![Branch {
                head: format!("default {head} := {value}"),
                body: Vec::new(),
            }],
        });
    }

    fn else_branches(&mut self, branches: &mut Vec<Branch>, of: &Type) {
        while self.chance(4) && branches.len() < 4 {
            let branch = self.branch(|g| format!(":= {}", g.expr(of)));
            branches.push(branch);
        }
    }

    fn complete(&mut self, rules: &mut Vec<Rule>, name: String) {
        let of = Type::random(&mut self.rng, 2);
        if self.chance(3) {
            self.default(rules, &name, &of);
        }
        // The same value from all clauses, or else there are mostly conflicts.
        let same = (!self.chance(4)).then(|| self.literal(&of, 2));
        for _ in 0..self.clauses() {
            let first = self.branch(|g| {
                let value = match &same {
                    Some(value) => value.clone(),
                    None => g.expr(&of),
                };
                format!("{name} := {value}")
            });
            let mut branches = vec![first];
            self.else_branches(&mut branches, &of);
            rules.push(Rule { branches });
        }
        self.known(name, of);
    }

    fn boolean(&mut self, rules: &mut Vec<Rule>, name: String) {
        for _ in 0..self.clauses() {
            let branch = self.branch(|_| name.clone());
            rules.push(Rule {
                branches: vec![branch],
            });
        }
        self.known(name, Type::Boolean);
    }

    fn set(&mut self, rules: &mut Vec<Rule>, name: String) {
        let of = Type::random(&mut self.rng, 1);
        for _ in 0..self.clauses() {
            let branch = self.branch(|g| format!("{name} contains {}", g.expr(&of)));
            rules.push(Rule {
                branches: vec![branch],
            });
        }
        self.known(name, Type::set(of));
    }

    fn object(&mut self, rules: &mut Vec<Rule>, name: String) {
        let of = Type::random(&mut self.rng, 1);
        for _ in 0..self.clauses() {
            let branch =
                self.branch(|g| format!("{name}[{}] := {}", g.expr(&Type::String), g.expr(&of)));
            rules.push(Rule {
                branches: vec![branch],
            });
        }
        self.known(name, Type::object(of));
    }

    fn nested(&mut self, rules: &mut Vec<Rule>, name: String) {
        let of = Type::scalar(&mut self.rng);
        let sets = self.rng.bool();
        for _ in 0..self.clauses() {
            let branch = self.branch(|g| {
                let (key, value) = (g.expr(&Type::String), g.expr(&of));
                if sets {
                    format!("{name}.a[{key}] contains {value}")
                } else {
                    let second = g.expr(&Type::String);
                    format!("{name}.a[{key}][{second}] := {value}")
                }
            });
            rules.push(Rule {
                branches: vec![branch],
            });
        }
        let inner = if sets {
            Type::set(of)
        } else {
            Type::object(of)
        };
        self.known(format!("{name}.a"), Type::object(inner));
    }

    fn function(&mut self, rules: &mut Vec<Rule>, name: String) {
        let args: Vec<Type> = (0..self.rng.usize(1..3))
            .map(|_| Type::random(&mut self.rng, 1))
            .collect();
        let of = if self.chance(2) {
            Type::Boolean
        } else {
            Type::random(&mut self.rng, 1)
        };
        if self.chance(4) {
            let names: Vec<String> = (0..args.len()).map(|i| format!("_a{i}")).collect();
            self.default(rules, &format!("{name}({})", names.join(", ")), &of);
        }
        let same = (!self.chance(3)).then(|| self.literal(&of, 2));
        for _ in 0..self.clauses() {
            let depth = self.vars.len();
            let mut names = Vec::new();
            for t in &args {
                if self.chance(4) {
                    names.push(self.literal(t, 1));
                } else {
                    let arg = self.fresh("a");
                    self.vars.push((arg.clone(), t.clone()));
                    names.push(arg);
                }
            }
            let first = self.branch(|g| {
                let value = match &same {
                    Some(value) => value.clone(),
                    None => g.expr(&of),
                };
                format!("{name}({}) := {value}", names.join(", "))
            });
            let mut branches = vec![first];
            self.else_branches(&mut branches, &of);
            rules.push(Rule { branches });
            self.vars.truncate(depth);
        }
        self.functions.push(Function {
            name,
            args,
            value: of,
        });
    }
}
