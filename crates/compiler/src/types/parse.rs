//! Reading types as OPA writes them.

use super::Type;
use crate::ir::Const;

impl Type {
    /// Reads a type such as `any<null, array[string]>` or `object<op: string>[any: any]`; what it does not know is
    /// anything.
    #[must_use]
    pub fn parse(text: &str) -> Type {
        let mut reader = Reader { rest: text };
        reader.one(0)
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'t str {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// What stands between `<` and `>`.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut parts = Vec::new();
        if self.eat("<") {
            loop {
                parts.push(one(self));
                if !self.eat(", ") {
                    break;
                }
            }
            self.eat(">");
        }
        parts
    }

    /// What stands between `[` and `]`.
    fn behind<T>(&mut self, one: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if !self.eat("[") {
            return None;
        }
        let part = one(self);
        self.eat("]");
        Some(part)
    }

    fn one(&mut self, depth: u32) -> Type {
        if depth > super::MAX_DEPTH {
            return Type::any();
        }
        let inner = |reader: &mut Self| reader.one(depth + 1);
        match self.word() {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "number" => Type::Number,
            "string" => Type::String,
            "array" => {
                let items = self.list(inner);
                Type::array(items, self.behind(inner))
            }
            "set" => Type::set(self.behind(inner)),
            "object" => {
                let fields = self.list(|reader| {
                    let key = Const::String(reader.word().to_owned());
                    reader.eat(": ");
                    (key, reader.one(depth + 1))
                });
                let rest = self.behind(|reader| {
                    let key = reader.one(depth + 1);
                    reader.eat(": ");
                    (key, reader.one(depth + 1))
                });
                Type::object(fields, rest)
            }
            _ => match self.list(inner) {
                of if of.is_empty() => Type::any(),
                of => Type::union(of),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_they_are_read() {
        for builtin in kpol_abi::builtins::BUILTINS {
            for text in builtin.args.iter().chain([&builtin.result]) {
                if *text != "-" {
                    assert_eq!(Type::parse(text).to_string(), *text);
                }
            }
        }
    }

    #[test]
    fn types_unify_where_a_value_has_both() {
        for (left, right, wanted) in [
            ("string", "number", false),
            ("any<string, number>", "number", true),
            ("array[string]", "array[number]", false),
            ("array[string]", "array[any]", true),
            ("any<array[any], set[any]>", "object[any: any]", false),
            ("set[set[any]]", "set[number]", false),
            ("set", "set[number]", true),
            ("array<string, number>", "array[boolean]", false),
            ("array<string, number>", "array<string>[number]", true),
            ("array<string>", "array<string, number>", false),
            ("any", "null", true),
            ("object<a: number>", "object<b: number>", false),
            ("object<a: number>", "object<a: string>", false),
            ("object<a: number>", "object[string: number]", true),
            ("object<a: number>", "object[string: string]", false),
            ("object", "object<a: number>", false),
        ] {
            let (a, b) = (Type::parse(left), Type::parse(right));
            assert_eq!(a.unifies(&b), wanted, "{left} and {right}");
            assert_eq!(b.unifies(&a), wanted, "{right} and {left}");
        }
    }

    #[test]
    fn large_types_are_any() {
        let mut deep = Type::Number;
        let mut wide = Type::Number;
        for _ in 0..100 {
            deep = Type::array(vec![deep], None);
            wide = Type::array(vec![wide.clone(), wide], None);
        }
        assert!(deep.to_string().contains("any"));
        assert!(wide.to_string().contains("any"));
    }
}
