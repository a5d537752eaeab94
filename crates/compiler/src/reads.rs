//! What of `data` rules look at, as far as their text tells.

use std::collections::BTreeSet;

use crate::check::recursion::Graph;
use crate::hir::Program;

/// A place below `data` that something looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The keys, each one of some texts, or none for any key.
    pub path: Vec<Option<Vec<String>>>,
    /// Only whether an object or array stands there counts, not what is in it.
    pub presence: bool,
}

/// What all rules of a program read.
#[derive(Debug)]
pub struct Reads<'p> {
    program: &'p Program,
    graph: Graph,
}

impl<'p> Reads<'p> {
    /// Looks through a program.
    #[must_use]
    pub fn new(program: &'p Program) -> Reads<'p> {
        Reads {
            program,
            graph: Graph::of(program),
        }
    }

    /// What the rules at a path look at, and all that they need; each place once.
    #[must_use]
    pub fn of(&self, path: &[String]) -> Vec<Read> {
        let rules = self.program.rules.iter().enumerate();
        let start = rules.filter(|(_, rule)| rule.path.starts_with(path));
        let mut pending: Vec<usize> = start.map(|(at, _)| at).collect();
        let mut seen: BTreeSet<usize> = pending.iter().copied().collect();
        let mut found = BTreeSet::new();
        while let Some(at) = pending.pop() {
            found.extend(self.graph.reads(at).iter().cloned());
            pending.extend(self.graph.needs(at).filter(|next| seen.insert(*next)));
        }
        found.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use kpol_diagnostics::SourceMap;
    use kpol_syntax::ast::RegoVersion;

    use super::*;
    use crate::{compile, resolve};

    /// What `data.p.deny` reads: keys joined by dots, any key as `*`, and `?` for presence.
    fn reads(body: &str) -> Vec<String> {
        let mut sources = SourceMap::new();
        let text = format!("package p\n\n{body}\n");
        let source = sources.add("p.rego", text);
        let (module, errors) =
            kpol_syntax::parse_module(source, sources.text(source), RegoVersion::V1);
        assert_eq!(errors, []);
        let modules = [module.unwrap()];
        let program = compile::check(&modules, &[], &resolve::Options::default()).unwrap();
        let key = |key: &Option<Vec<String>>| key.as_ref().map_or("*".to_owned(), |k| k.join("|"));
        let read = |read: Read| {
            let keys: Vec<String> = read.path.iter().map(key).collect();
            format!("{}{}", keys.join("."), if read.presence { "?" } else { "" })
        };
        let found = Reads::new(&program).of(&["p".to_owned(), "deny".to_owned()]);
        found.into_iter().map(read).collect()
    }

    #[test]
    fn refs_are_followed_through_rules_and_functions() {
        for (body, expected) in [
            ("deny contains 1 if input.x", &[][..]),
            ("deny contains x if x := data.a.b[_].c", &["a.b.*.c"]),
            ("deny contains 1 if data.a[input.x]", &["a.*?"]),
            ("deny contains 1 if not data.a.b", &["a.b?"]),
            ("deny contains 1 if { some x in data.a; x.y }", &["a"]),
            ("deny contains x if some x, _ in data.a", &["a.*?"]),
            (
                "deny contains x if { some k in [\"u\", \"v\"]; x := data.a[k].b }",
                &["a.u|v.b"],
            ),
            (
                "deny contains x if { some k in [1, \"v\"]; x := data.a[k].b }",
                &["a.*.b"],
            ),
            (
                "deny contains x if x := object.get(data.a, [\"b\", input.n, \"c\"], 1)",
                &["a.b.*.c"],
            ),
            (
                "deny contains x if x := object.get(data.a, \"b\", 1)",
                &["a.b"],
            ),
            (
                "deny contains x if x := object.get(data.a, input.b, 1)",
                &["a"],
            ),
            ("deny contains x if walk(data.a, x)", &["a"]),
            ("deny contains x if x := [y | y := data.a.b]", &["a.b"]),
            (
                "deny contains x if {\nevery y in data.a { y > 1 }\nx := 1 }",
                &["a"],
            ),
            // What a negated comparison tells is no value.
            (
                "deny contains x if { k := input.k; not k == \"u\"; x := data.a[k] }",
                &["a.*"],
            ),
            (
                "deny contains f(1)\n\nf(x) := y if y := data.a[x].b",
                &["a.*.b"],
            ),
            (
                "deny contains q\n\nq := r\n\nr := data.a\n\nother := data.c",
                &["a", "p.q", "p.r"],
            ),
        ] {
            assert_eq!(reads(body), expected, "{body}");
        }
    }
}
