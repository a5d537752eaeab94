//! The text that a span covers means what the node means.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::path::Path;

use kpol_diagnostics::{SourceId, SourceMap, Span};
use kpol_syntax::ast::visit::{Visitor, walk_expr, walk_module, walk_ref, walk_term};
use kpol_syntax::ast::{Expr, ExprKind, Module, Ref, RegoVersion, Term, print};
use kpol_syntax::{Keywords, parse_module, parse_query, parse_term};

struct Check<'a> {
    text: &'a str,
    keywords: Keywords,
    version: RegoVersion,
    terms: usize,
    exprs: usize,
}

impl Check<'_> {
    fn covered(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

impl Visitor for Check<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        let covered = self.covered(expr.span);
        let query = parse_query(SourceId(0), covered, self.version, self.keywords)
            .unwrap_or_else(|errors| panic!("{covered}: {}", errors[0].message));
        assert_eq!(
            print::query(&query),
            print::query(&vec![expr.clone()]),
            "{covered}"
        );
        self.exprs += 1;
        if !matches!(expr.kind, ExprKind::Not(_)) || !expr.with.is_empty() {
            walk_expr(self, expr);
        }
    }

    fn visit_term(&mut self, term: &Term) {
        let covered = self.covered(term.span);
        // `.name` is a string without quotes, `-x` a subtraction from a zero that is the minus.
        if term.as_str() != Some(covered) && covered != "-" {
            let again = parse_query(SourceId(0), covered, self.version, self.keywords)
                .unwrap_or_else(|errors| panic!("{covered}: {}", errors[0].message));
            let ExprKind::Term(again) = &again[0].kind else {
                panic!("{covered} is no term")
            };
            assert_eq!(print::term(again), print::term(term), "{covered}");
        }
        self.terms += 1;
        walk_term(self, term);
    }

    fn visit_ref(&mut self, reference: &Ref) {
        // Operators are references at the operator's place.
        let covered = self.covered(reference.span);
        if !covered.starts_with(|char: char| char.is_ascii_alphanumeric() || "_[{(".contains(char))
            || ["in", "and", "or"].contains(&covered)
        {
            return;
        }
        walk_ref(self, reference);
    }
}

fn check(name: &str, text: &str) -> (usize, usize) {
    let version = if name.starts_with("v0") {
        RegoVersion::V0
    } else {
        RegoVersion::V1
    };
    let mut sources = SourceMap::new();
    let source = sources.add(name, text);
    let (module, errors) = parse_module(source, text, version);
    assert!(errors.is_empty(), "{name}");
    let module: Module = module.unwrap();
    let mut keywords = Keywords::of(module.version);
    for import in &module.imports {
        let path: Vec<&str> = import.segments().collect();
        match path.as_slice() {
            ["rego", "v2"] | ["future", "keywords"] => keywords = keywords.with_v1().with_logic(),
            ["future", "keywords", word] => keywords = keywords.with_import(word),
            _ => {}
        }
    }
    let mut check = Check {
        text,
        keywords,
        version: module.version,
        terms: 0,
        exprs: 0,
    };
    walk_module(&mut check, &module);
    (check.terms, check.exprs)
}

#[test]
fn spans_cover_their_nodes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let (mut terms, mut exprs) = (0, 0);
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // A statement that begins with a brace or a name that is a keyword elsewhere reads differently alone.
        if name == "v1_keyword_names.rego" {
            continue;
        }
        let (more_terms, more_exprs) = check(&name, &std::fs::read_to_string(path).unwrap());
        terms += more_terms;
        exprs += more_exprs;
    }
    assert!(
        terms > 500 && exprs > 100,
        "{terms} terms, {exprs} expressions"
    );
}

#[test]
fn spans_are_exact() {
    let text = "package a.b\n\nimport data.x as y\n\np[q.r] := f(1) + 2 if { x == 1 } # end\n\n";
    let (module, errors) = parse_module(SourceId(0), text, RegoVersion::V1);
    assert!(errors.is_empty());
    let module = module.unwrap();
    let covered = |span: Span| &text[span.start as usize..span.end as usize];
    assert_eq!(covered(module.package.span), "package a.b");
    assert_eq!(covered(module.package.path[1].span), "b");
    assert_eq!(covered(module.imports[0].span), "import data.x as y");
    assert_eq!(covered(module.imports[0].path.span), "data.x");
    assert_eq!(covered(module.imports[0].alias.as_ref().unwrap().span), "y");
    let rule = &module.rules[0];
    assert_eq!(covered(rule.span), "p[q.r] := f(1) + 2 if { x == 1 }");
    assert_eq!(covered(rule.head.span), "p[q.r] := f(1) + 2");
    assert_eq!(covered(rule.head.reference.span), "p[q.r]");
    assert_eq!(covered(rule.head.reference.path[0].span), "[q.r]");
    assert_eq!(covered(rule.bodies[0].span), "{ x == 1 }");
    let term = parse_term(SourceId(0), " (1 + 2) * 3 ", RegoVersion::V1).unwrap();
    assert_eq!((term.span.start, term.span.end), (1, 12));
}
