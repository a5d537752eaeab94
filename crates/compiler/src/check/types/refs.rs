//! Refs: what stands behind their keys, and what cannot.

use kpol_diagnostics::{Diagnostic, Span};

use crate::check::types::{Checker, Meaning, Shape};
use crate::codes;
use crate::hir::{Callee, LocalId, Node, RefHead, Rule, RuleId, RuleKind, Term, TermKind};
use crate::ir::Const;
use crate::types::Type;

/// A ref that is looked at.
struct Whole<'r> {
    head: Head<'r>,
    path: &'r [Term],
    span: Span,
}

/// What a ref starts with.
#[derive(Clone, Copy)]
enum Head<'r> {
    Of(&'r RefHead),
    Term(&'r Term),
}

impl<'e> Checker<'e> {
    /// The type of what a ref leads to.
    pub(super) fn reference(&mut self, head: &'e RefHead, path: &'e [Term], span: Span) -> Type {
        let of = self.head(head);
        let shapes = self.terms(path);
        let head = Head::Of(head);
        self.behind(of, &Whole { head, path, span }, &shapes)
    }

    /// The type of what `some key, value in collection` finds, which is the ref `collection[key]`.
    pub(super) fn iterated(&mut self, collection: &'e Term, key: Option<&'e Term>) -> Type {
        let span = collection.span;
        let (head, of, mut shapes, mut path) = match &collection.kind {
            // Scalars that are written out have no type yet.
            TermKind::Const(value) if is_scalar(value) => {
                let shape = key.map(|key| self.term(key));
                return self.anything(shape.as_slice());
            }
            TermKind::Ref { head, path } => {
                let of = self.head(head);
                (Head::Of(head), of, self.terms(path), path.clone())
            }
            _ => {
                let shape = self.term(collection);
                self.assume_any(&shape);
                let of = Some(self.of(&shape));
                (Head::Term(collection), of, Vec::new(), Vec::new())
            }
        };
        match key {
            Some(key) => {
                shapes.push(self.term(key));
                path.push(key.clone());
            }
            None => {
                shapes.push(Shape::Leaf(Type::any()));
                let kind = TermKind::Var(LocalId(u32::MAX));
                path.push(Term { span, kind });
            }
        }
        let path = &path;
        self.behind(of, &Whole { head, path, span }, &shapes)
    }

    /// The type of what a ref starts with; none where that is `data`.
    fn head(&mut self, head: &'e RefHead) -> Option<Type> {
        let shape = match head {
            RefHead::Input => return Some(Type::any()),
            RefHead::Data => return None,
            RefHead::Local(id) => {
                let shape = Shape::Var(*id);
                self.assume_any(&shape);
                shape
            }
            RefHead::Term(term) => self.term(term),
        };
        Some(self.of(&shape))
    }

    fn behind(&mut self, of: Option<Type>, whole: &Whole<'_>, shapes: &[Shape]) -> Type {
        match of {
            Some(of) => self.below(of, whole, shapes, 0),
            None => self.document(whole, shapes),
        }
    }

    /// A ref into rules and base documents.
    fn document(&mut self, whole: &Whole<'_>, shapes: &[Shape]) -> Type {
        let keys: Vec<&str> = (whole.path.iter())
            .map_while(|key| match &key.kind {
                TermKind::Const(Const::String(key)) => Some(key.as_str()),
                _ => None,
            })
            .collect();
        if let Some((at, of)) = self.replaced(&keys) {
            return self.below(of, whole, shapes, at);
        }
        let program = self.program;
        let mut node = &program.tree;
        for (at, (shape, term)) in shapes.iter().zip(whole.path).enumerate() {
            let child = match &term.kind {
                TermKind::Const(Const::String(key)) => node.children.get(key),
                TermKind::Var(_) => {
                    let have = self.of(shape);
                    if have.is_unknown() {
                        self.expect(shape, &Type::String, false);
                    }
                    None
                }
                _ => None,
            };
            let Some(child) = child else {
                return self.anything(shapes.get(at..).unwrap_or_default());
            };
            node = child;
            let Some(id) = node.rule else {
                continue;
            };
            let rest = shapes.get(at + 1..).unwrap_or_default();
            match self.known(node, id) {
                Some(of) => {
                    let before = self.errors.len();
                    let found = self.below(of, whole, shapes, at + 1);
                    let rest = whole.path.get(at + 1..).unwrap_or_default();
                    let own = self.deeper_rule(node, rest);
                    return own.filter(|_| self.errors.len() == before).unwrap_or(found);
                }
                None => {
                    self.no_function(whole, id, at);
                    return self.anything(rest);
                }
            }
        }
        Type::any()
    }

    /// The type behind keys that lead to a rule below another one. It is the rule's own, whatever else the other one has.
    fn deeper_rule(&self, mut node: &Node, path: &[Term]) -> Option<Type> {
        let mut keys = path.iter();
        while !node.children.is_empty() {
            let TermKind::Const(Const::String(key)) = &keys.next()?.kind else {
                return None;
            };
            node = node.children.get(key)?;
        }
        let mut of = self.known(node, node.rule.filter(|_| keys.len() < path.len())?)?;
        for key in keys {
            of = match &key.kind {
                TermKind::Const(key) if is_scalar(key) => of.select(key)?,
                _ => of.values()?,
            };
        }
        Some(of)
    }

    /// Refuses a ref to a function.
    fn no_function(&mut self, whole: &Whole<'_>, id: RuleId, at: usize) {
        let rule = self.program.rules.get(id.0 as usize);
        let Some(RuleKind::Function(arity)) = rule.map(|rule| rule.kind) else {
            return;
        };
        let (args, result) = match self.rules.get(id.0 as usize) {
            Some(Meaning::Function(signature)) => {
                let types: Vec<String> = (signature.types.iter())
                    .map(|(_, of)| of.to_string())
                    .collect();
                match types.split_last() {
                    Some((result, args)) => (args.join(", "), result.clone()),
                    None => return,
                }
            }
            _ => (vec!["any"; arity].join(", "), "any".to_owned()),
        };
        let written = self.written(whole, whole.path.len());
        let carets = "^".repeat(self.written(whole, at + 1).chars().count());
        let message = format!(
            "function {written} used as reference, not called\n\t{written}\n\t{carets}\n\thave: ({args}) => {result}"
        );
        self.errors
            .push(Diagnostic::error(codes::TYPES, message, whole.span));
    }

    /// Keys of what may be anything.
    fn anything(&mut self, shapes: &[Shape]) -> Type {
        for shape in shapes {
            self.assume_any(shape);
        }
        Type::any()
    }

    /// What stands behind the keys from `at` on.
    fn below(&mut self, mut of: Type, whole: &Whole<'_>, shapes: &[Shape], at: usize) -> Type {
        for (at, (shape, term)) in shapes.iter().zip(whole.path).enumerate().skip(at) {
            let scalar = match &term.kind {
                TermKind::Const(value) if is_scalar(value) => Some(value),
                _ => None,
            };
            if of.is_empty_collection() {
                if scalar.is_some() {
                    return self.no_key(whole, at, None, None, &[]);
                }
                let keys = of.keys().filter(|_| matches!(shape, Shape::Var(_)));
                let have = self.of(shape);
                if let Some(keys) = keys
                    && !have.is_unknown()
                    && !have.unifies(&keys)
                {
                    return self.no_key(whole, at, Some(have), Some(keys), &[]);
                }
                return self.anything(shapes.get(at..).unwrap_or_default());
            }
            let Some(keys) = of.keys().filter(|keys| *keys != Type::Unknown) else {
                return self.no_collection(whole, at, &of);
            };
            if let Some(key) = scalar {
                match of.select(key) {
                    Some(found) => of = found,
                    None => return self.no_key(whole, at, None, Some(keys), &of.known_keys()),
                }
                continue;
            }
            let have = self.of(shape);
            let fits = match shape {
                Shape::Leaf(own) => *own == Type::Unknown || own.unifies(&keys),
                Shape::Var(_) if have.is_unknown() => {
                    self.assume(shape, keys.clone());
                    true
                }
                Shape::Var(_) => have.unifies(&keys),
                shape => self.expect(shape, &keys, false),
            };
            if !fits {
                return self.no_key(whole, at, Some(have), Some(keys), &of.known_keys());
            }
            of = of.values().unwrap_or_else(Type::any);
        }
        of
    }

    fn assume(&mut self, shape: &Shape, of: Type) {
        if let Shape::Var(id) = shape {
            self.learn(*id, of);
        }
    }

    /// A key that nothing stands behind.
    fn no_key(
        &mut self,
        whole: &Whole<'_>,
        at: usize,
        have: Option<Type>,
        want: Option<Type>,
        keys: &[Const],
    ) -> Type {
        let pad = " ".repeat(self.written(whole, at).chars().count() + 1);
        let have = match (have, whole.path.get(at)) {
            (Some(have), _) => format!("have (type): {have}"),
            (None, Some(key)) => format!("have: {}", self.show(key)),
            (None, None) => String::new(),
        };
        let want = match want {
            Some(want) if keys.is_empty() => format!("want (type): {want}"),
            _ => {
                let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
                format!("want (one of): [{}]", keys.join(" "))
            }
        };
        self.undefined(whole, &format!("{pad}^\n\t{pad}{have}\n\t{pad}{want}"))
    }

    /// A key of what has none.
    fn no_collection(&mut self, whole: &Whole<'_>, at: usize, of: &Type) -> Type {
        let carets = "^".repeat(self.written(whole, at).chars().count());
        self.undefined(whole, &format!("{carets}\n\thave: {of}"))
    }

    fn undefined(&mut self, whole: &Whole<'_>, detail: &str) -> Type {
        let written = self.written(whole, whole.path.len());
        let message = format!("undefined ref: {written}\n\t{written}\n\t{detail}");
        self.errors
            .push(Diagnostic::error(codes::TYPES, message, whole.span));
        Type::any()
    }

    /// A ref up to a key, as it is written.
    fn written(&self, whole: &Whole<'_>, upto: usize) -> String {
        let mut text = match whole.head {
            Head::Of(RefHead::Input) => "input".to_owned(),
            Head::Of(RefHead::Data) => "data".to_owned(),
            Head::Of(RefHead::Local(id)) => self.name(*id),
            Head::Of(RefHead::Term(term)) => self.show(term),
            Head::Term(term) => self.show(term),
        };
        for key in whole.path.iter().take(upto) {
            match &key.kind {
                TermKind::Const(Const::String(key)) if is_word(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                _ => {
                    text.push('[');
                    text.push_str(&self.show(key));
                    text.push(']');
                }
            }
        }
        text
    }

    fn name(&self, id: LocalId) -> String {
        let local = self.names.get(id.0 as usize);
        local.map_or_else(|| "_".to_owned(), |local| local.name.clone())
    }

    /// A term as it is written, as far as that is known.
    fn show(&self, term: &Term) -> String {
        let all = |terms: &[Term]| -> String {
            let terms: Vec<String> = terms.iter().map(|term| self.show(term)).collect();
            terms.join(", ")
        };
        match &term.kind {
            TermKind::Const(value) => value.to_string(),
            TermKind::Var(id) => self.name(*id),
            TermKind::Array(items) => format!("[{}]", all(items)),
            TermKind::Set(items) => format!("{{{}}}", all(items)),
            TermKind::Ref { head, path } => {
                let whole = Whole {
                    head: Head::Of(head),
                    path,
                    span: term.span,
                };
                self.written(&whole, path.len())
            }
            TermKind::Call { callee, args } => {
                let name = match callee {
                    Callee::Builtin(id) => {
                        let entry = self.program.builtins.get(*id);
                        entry.map_or_else(|| "_".to_owned(), |entry| entry.name().to_owned())
                    }
                    Callee::Function(id) => {
                        let rule = self.program.rules.get(id.0 as usize);
                        rule.map_or_else(|| "_".to_owned(), Rule::name)
                    }
                };
                format!("{name}({})", all(args))
            }
            _ => "_".to_owned(),
        }
    }
}

fn is_scalar(value: &Const) -> bool {
    !matches!(value, Const::Array(_) | Const::Object(_) | Const::Set(_))
}

/// Whether a key can follow a dot.
fn is_word(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}
