//! Statements of bodies.

use super::{Generator, documents, types::Type};

impl Generator {
    /// A body of some statements.
    pub(super) fn body(&mut self) -> Vec<String> {
        let mut body = Vec::new();
        for _ in 0..self.rng.usize(1..5) {
            self.statement(&mut body);
        }
        body
    }

    fn statement(&mut self, body: &mut Vec<String>) {
        self.budget = 6;
        match self.rng.u32(0..10) {
            0..3 => self.iteration(body),
            3..6 => self.binding(body),
            _ => self.condition(body, 2),
        }
    }

    /// A collection to iterate over, and the type of what it holds.
    fn collection(&mut self) -> (String, Type, Type) {
        let inner = Type::scalar(&mut self.rng);
        let (of, key) = match self.rng.u32(0..4) {
            0 | 1 => (Type::array(inner.clone()), Type::Number),
            2 => (Type::set(inner.clone()), inner.clone()),
            _ => (Type::object(inner.clone()), Type::String),
        };
        (self.expr(&of), key, inner)
    }

    /// A statement that binds a variable to each of a collection's values.
    pub(super) fn iteration(&mut self, body: &mut Vec<String>) {
        let value = self.fresh("v");
        match self.rng.u32(0..6) {
            0 => {
                let (collection, key, inner) = self.collection();
                let name = self.fresh("k");
                body.push(format!("some {name}, {value} in {collection}"));
                self.vars.push((name, key));
                self.vars.push((value, inner));
            }
            1 => {
                // Objects of the document: their fields become variables.
                let root = if self.chance(3) { "data" } else { "input" };
                body.push(format!("some {value} in {root}.items"));
                let fields = documents::fields();
                for _ in 0..self.rng.usize(1..3) {
                    let (field, of) = fields[self.rng.usize(..fields.len())].clone();
                    self.vars.push((format!("{value}.{field}"), of));
                }
            }
            2 => {
                let inner = Type::scalar(&mut self.rng);
                if let Some(path) = self.path(&Type::array(inner.clone())) {
                    let index = self.fresh("i");
                    body.push(format!("some {index}\n{value} := {path}[{index}]"));
                    self.vars.push((index, Type::Number));
                    self.vars.push((value, inner));
                }
            }
            3 => {
                // Not over `data`, to which the policy belongs.
                let name = self.fresh("p");
                body.push(format!(
                    "walk(input, [{name}, {value}])\nis_number({value})"
                ));
                self.vars.push((value, Type::Number));
            }
            _ => {
                let (collection, _, inner) = self.collection();
                body.push(format!("some {value} in {collection}"));
                self.vars.push((value, inner));
            }
        }
    }

    fn binding(&mut self, body: &mut Vec<String>) {
        let name = self.fresh("x");
        let of = Type::random(&mut self.rng, 2);
        match self.rng.u32(0..6) {
            0 => {
                let other = self.fresh("x");
                let second = Type::scalar(&mut self.rng);
                let (a, b) = (self.expr(&of), self.expr(&second));
                body.push(format!("[{name}, {other}] := [{a}, {b}]"));
                self.vars.push((other, second));
            }
            1 => {
                let inner = self.expr(&of);
                body.push(format!("{{\"a\": {name}}} = {{\"a\": {inner}}}"));
            }
            2 => {
                let value = self.expr(&of);
                body.push(format!("{name} = {value}"));
            }
            _ => {
                let value = self.expr(&of);
                body.push(format!("{name} := {value}"));
            }
        }
        self.vars.push((name, of));
    }

    /// A statement that holds or not. With `depth` it may have a body of its own.
    pub(super) fn condition(&mut self, body: &mut Vec<String>, depth: u32) {
        let text = match self.rng.u32(0..12) {
            0 if depth > 0 => {
                let mut inner = Vec::new();
                self.scoped(|g| g.condition(&mut inner, 0));
                format!("not {}", inner.join("; "))
            }
            1 if depth > 0 => self.every(),
            2 => {
                let inner = Type::scalar(&mut self.rng);
                let of = if self.chance(2) {
                    Type::array(inner.clone())
                } else {
                    Type::set(inner.clone())
                };
                format!("{} in {}", self.expr(&inner), self.expr(&of))
            }
            3 => self.membership(),
            4 | 5 => match self.call(&Type::Boolean) {
                Some(call) => call,
                None => "true".to_owned(),
            },
            6 => match self.user_call(&Type::Boolean) {
                Some(call) => call,
                None => self.expr(&Type::Boolean),
            },
            7 => self.expr(&Type::Boolean),
            _ => {
                let of = if self.chance(3) {
                    Type::random(&mut self.rng, 1)
                } else {
                    Type::scalar(&mut self.rng)
                };
                let op = ["==", "==", "!=", "<", "<=", ">", ">=", "="][self.rng.usize(..8)];
                format!("{} {op} {}", self.expr(&of), self.expr(&of))
            }
        };
        // A constant alone, negated or with `with`, is lost by OPA 1.22 where the head adds to the body.
        let text = match text.as_str() {
            "true" | "false" => format!("{text} == true"),
            _ => text,
        };
        // A minus at the start of a line goes on with the one before.
        let text = match text.strip_prefix('-') {
            Some(_) => format!("0 {text}"),
            None => text,
        };
        let text = if self.chance(6) {
            self.with(&text)
        } else {
            text
        };
        body.push(text);
    }

    /// Whether a set rule has a member.
    fn membership(&mut self) -> String {
        let sets: Vec<(String, Type)> = self
            .rules
            .iter()
            .filter_map(|rule| match &rule.value {
                Type::Set(inner) => Some((rule.name.clone(), (**inner).clone())),
                _ => None,
            })
            .collect();
        match self.pick(&sets).cloned() {
            Some((name, inner)) => {
                let member = self.without_templates(|g| g.expr(&inner));
                format!("{name}[{member}]")
            }
            None => self.expr(&Type::Boolean),
        }
    }

    fn every(&mut self) -> String {
        self.scoped(|g| {
            let (collection, key, inner) = g.collection();
            let value = g.fresh("e");
            let names = if g.chance(3) {
                let name = g.fresh("k");
                g.vars.push((name.clone(), key));
                format!("{name}, {value}")
            } else {
                value.clone()
            };
            g.vars.push((value, inner));
            // A variable that is declared has to be used.
            let mut body: Vec<String> = names
                .split(", ")
                .map(|name| format!("{name} != 2"))
                .collect();
            g.condition(&mut body, 0);
            if g.chance(3) {
                g.condition(&mut body, 0);
            }
            format!("every {names} in {collection} {{ {} }}", body.join("; "))
        })
    }

    /// The statement with something replaced.
    fn with(&mut self, text: &str) -> String {
        let paths = documents::paths();
        let (path, of) = paths[self.rng.usize(..paths.len())].clone();
        let target = match self.rng.u32(0..8) {
            0..4 => format!("input.{path}"),
            4..6 => format!("data.{path}"),
            6 => {
                let value = self.literal(&Type::object(Type::Any), 2);
                return format!("{text} with input as {value}");
            }
            _ => {
                let rules: Vec<(String, Type)> = self
                    .rules
                    .iter()
                    .filter(|rule| !rule.name.contains('.'))
                    .map(|rule| (rule.name.clone(), rule.value.clone()))
                    .collect();
                match self.pick(&rules).cloned() {
                    Some((name, of)) => {
                        let value = self.literal(&of, 2);
                        return format!("{text} with data.t.{name} as {value}");
                    }
                    None => format!("input.{path}"),
                }
            }
        };
        let value = self.expr(&of);
        format!("{text} with {target} as {value}")
    }
}
