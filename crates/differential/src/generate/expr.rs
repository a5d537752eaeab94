//! Expressions of a wanted type.

use super::{Generator, documents, types::Type};

impl Generator {
    /// An expression of a type, as text.
    pub(super) fn expr(&mut self, of: &Type) -> String {
        if self.budget == 0 {
            return self.leaf(of);
        }
        self.budget -= 1;
        let made = match self.rng.u32(0..12) {
            0..4 => self.composite(of),
            4..7 => self.call(of),
            7 => self.user_call(of),
            8 => self.comprehension(of),
            _ => None,
        };
        made.unwrap_or_else(|| self.leaf(of))
    }

    fn leaf(&mut self, of: &Type) -> String {
        for _ in 0..3 {
            let found = match self.rng.u32(0..7) {
                0..3 => self.variable(of),
                3..5 => self.path(of),
                5 => self.rule_ref(of),
                _ => None,
            };
            if let Some(found) = found {
                return found;
            }
        }
        self.literal(of, 2)
    }

    fn variable(&mut self, of: &Type) -> Option<String> {
        let fitting: Vec<String> = self
            .vars
            .iter()
            .filter(|(_, t)| t.fits(of))
            .map(|(name, _)| name.clone())
            .collect();
        self.pick(&fitting).cloned()
    }

    /// A path into a document. What is there may be of another type, or nothing.
    pub(super) fn path(&mut self, of: &Type) -> Option<String> {
        let root = if self.chance(3) { "data" } else { "input" };
        let mut fitting: Vec<String> = documents::paths()
            .into_iter()
            .filter(|(_, t)| t.fits(of))
            .map(|(path, _)| format!("{root}.{path}"))
            .collect();
        for (path, t) in documents::paths() {
            if t.element().is_some_and(|t| t.fits(of)) {
                fitting.push(match t {
                    Type::Array(_) => format!("{root}.{path}[{}]", self.rng.u32(0..3)),
                    _ => format!("{root}.{path}[\"a\"]"),
                });
            }
        }
        for (field, t) in documents::fields() {
            if t.fits(of) {
                fitting.push(format!("{root}.items[{}].{field}", self.rng.u32(0..3)));
            }
        }
        self.pick(&fitting).cloned()
    }

    fn rule_ref(&mut self, of: &Type) -> Option<String> {
        let mut fitting: Vec<String> = Vec::new();
        for rule in &self.rules {
            let prefix = if rule.name.len() % 2 == 0 {
                "data.t."
            } else {
                ""
            };
            if rule.value.fits(of) {
                fitting.push(format!("{prefix}{}", rule.name));
            }
            if let Type::Object(inner) = &rule.value
                && inner.fits(of)
            {
                fitting.push(format!("{prefix}{}[\"a\"]", rule.name));
            }
        }
        self.pick(&fitting).cloned()
    }

    /// A call of a function of the policy.
    pub(super) fn user_call(&mut self, of: &Type) -> Option<String> {
        let fitting: Vec<usize> = (0..self.functions.len())
            .filter(|i| self.functions[*i].value.fits(of))
            .collect();
        let chosen = *self.pick(&fitting)?;
        let (name, args) = {
            let function = &self.functions[chosen];
            (function.name.clone(), function.args.clone())
        };
        let args: Vec<String> = args.iter().map(|t| self.expr(t)).collect();
        Some(format!("{name}({})", args.join(", ")))
    }

    fn composite(&mut self, of: &Type) -> Option<String> {
        match of {
            Type::Any => {
                let of = Type::random(&mut self.rng, 2);
                Some(self.expr(&of))
            }
            Type::Number => {
                let op = ["+", "-", "*", "/", "%"][self.rng.usize(..5)];
                Some(format!("({} {op} {})", self.expr(of), self.expr(of)))
            }
            Type::String if self.templates && self.chance(2) => {
                let inner = Type::random(&mut self.rng, 1);
                Some(format!("$\"<{{{}}}>\"", self.expr(&inner)))
            }
            Type::Array(inner) => {
                let items: Vec<String> = (0..self.rng.usize(1..4))
                    .map(|_| self.expr(inner))
                    .collect();
                Some(format!("[{}]", items.join(", ")))
            }
            Type::Set(_) if self.chance(2) => {
                let op = ["|", "&", "-"][self.rng.usize(..3)];
                Some(format!("({} {op} {})", self.expr(of), self.expr(of)))
            }
            Type::Set(inner) => {
                let items: Vec<String> = (0..self.rng.usize(1..4))
                    .map(|_| self.expr(inner))
                    .collect();
                Some(format!("{{{}}}", items.join(", ")))
            }
            Type::Object(inner) => {
                let keys = ["\"a\"", "\"b\"", "\"c\""];
                let len = self.rng.usize(1..4);
                let entries: Vec<String> = keys
                    .iter()
                    .take(len)
                    .map(|key| format!("{key}: {}", self.expr(inner)))
                    .collect();
                Some(format!("{{{}}}", entries.join(", ")))
            }
            _ => None,
        }
    }

    fn comprehension(&mut self, of: &Type) -> Option<String> {
        let inner = of.element()?.clone();
        let wanted = of.clone();
        self.without_templates(|g| g.comprehension_of(&wanted, &inner))
    }

    fn comprehension_of(&mut self, wanted: &Type, inner: &Type) -> Option<String> {
        self.scoped(|g| {
            let mut body = Vec::new();
            g.iteration(&mut body);
            if g.chance(2) {
                g.condition(&mut body, 1);
            }
            let value = g.expr(inner);
            let body = body.join("; ");
            Some(match wanted {
                Type::Array(_) => format!("[{value} | {body}]"),
                Type::Set(_) => format!("{{{value} | {body}}}"),
                _ => {
                    let key = g.expr(&Type::String);
                    format!("{{{key}: {value} | {body}}}")
                }
            })
        })
    }

    /// A literal of a type.
    pub(super) fn literal(&mut self, of: &Type, depth: u32) -> String {
        let len = if depth == 0 { 0 } else { self.rng.usize(0..3) };
        match of {
            Type::Any => {
                let of = Type::random(&mut self.rng, depth);
                self.literal(&of, depth)
            }
            Type::Null => "null".to_owned(),
            Type::Boolean => self.rng.bool().to_string(),
            Type::Number => match self.rng.u32(0..16) {
                0 => "1.5".to_owned(),
                1 => "-1".to_owned(),
                2 => "1e2".to_owned(),
                3 => "3.0".to_owned(),
                4 => "98765432109876543210".to_owned(),
                5 => "0.1".to_owned(),
                _ => self.rng.u32(0..6).to_string(),
            },
            Type::String => {
                let words = [
                    "a", "b", "nginx", "prod", "", "ab", "1", "x-y_z", "ü", "100m", "k",
                ];
                format!("\"{}\"", words[self.rng.usize(..words.len())])
            }
            Type::Array(inner) => {
                let items: Vec<String> = (0..len).map(|_| self.literal(inner, depth - 1)).collect();
                format!("[{}]", items.join(", "))
            }
            Type::Set(_) if len == 0 => "set()".to_owned(),
            Type::Set(inner) => {
                let items: Vec<String> = (0..len).map(|_| self.literal(inner, depth - 1)).collect();
                format!("{{{}}}", items.join(", "))
            }
            Type::Object(inner) => {
                let entries: Vec<String> = ["\"a\"", "\"b\""]
                    .iter()
                    .take(len)
                    .map(|key| format!("{key}: {}", self.literal(inner, depth - 1)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}
