//! Scopes: which local a name means.

use std::collections::HashSet;

use indexmap::IndexMap;
use kpol_diagnostics::{Diagnostic, Span};
use kpol_syntax::ast::{Query, Term as AstTerm};

use crate::codes;
use crate::hir::{LocalId, LocalInfo};
use crate::resolve::clause::Lower;
use crate::resolve::imports::Root;
use crate::resolve::mentions::Mentions;

/// How a local came to be in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A parameter of the function.
    Argument,
    /// A mention without a declaration.
    Mentioned,
    /// `:=`
    Assigned,
    /// `some`, or the variables of `every`.
    Declared,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: LocalId,
    origin: Origin,
    /// Mentions behind the declaration.
    uses: u32,
    /// Whether the name itself was reached; a name that is only mentioned further below was not.
    reached: bool,
    span: Span,
    /// The statement that declares it, which is the place where OPA reports that it is unused.
    statement: Span,
    /// Whether a function's parameters have it more than once: comparing them is a use.
    repeated: bool,
}

/// The names of one body.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The depth of the body (see [`LocalInfo::depth`]).
    depth: u32,
    /// Where the surrounding body's hoisted expressions go.
    outer_hoist: u32,
    /// Names that hide rules and imports.
    hidden: HashSet<String>,
    names: IndexMap<String, Entry>,
    /// Names that the body mentions outside of its closures.
    direct: HashSet<String>,
    /// Names that `some` declares and only closures mention: each closure has its own variable.
    loose: IndexMap<String, Entry>,
}

/// What a name means.
#[derive(Debug)]
pub(super) enum Meaning {
    Local(LocalId),
    Document(Root, Vec<String>),
}

impl Lower<'_> {
    /// Enters the body of a clause or query, with the arguments as its first names.
    pub(super) fn enter_root(&mut self, arguments: Scope, query: &Query, behind: &[&AstTerm]) {
        self.scopes.push(arguments);
        self.anticipate(query, behind);
    }

    /// Enters a body that is a scope of its own; `behind` is evaluated at its end.
    pub(super) fn enter(&mut self, query: &Query, behind: &[&AstTerm]) {
        self.depth += 1;
        self.scopes.push(Scope {
            depth: self.depth,
            outer_hoist: self.hoist_depth,
            ..Scope::default()
        });
        self.hoist_depth = self.depth;
        self.anticipate(query, behind);
    }

    /// Leaves it.
    pub(super) fn leave(&mut self) {
        let scope = self.leave_root();
        self.hoist_depth = scope.outer_hoist;
        self.depth = self.depth.saturating_sub(1);
    }

    /// Leaves the body of a clause; gives back its names.
    pub(super) fn leave_root(&mut self) -> Scope {
        let scope = self.scopes.pop().unwrap_or_default();
        for (name, entry) in scope.names.iter().chain(&scope.loose) {
            // OPA takes no mention of a document's name for the use of a variable that is assigned.
            let document = matches!(name.as_str(), "input" | "data");
            let used = entry.uses > 0 && !(document && entry.origin == Origin::Assigned);
            if used || name == "_" {
                continue;
            }
            let message = match entry.origin {
                Origin::Declared => format!("declared var {name} unused"),
                Origin::Assigned if self.options.strict => format!("assigned var {name} unused"),
                _ => continue,
            };
            self.unused.push(unused(message, entry));
        }
        scope
    }

    /// Makes the locals that the innermost body mentions without declaring them.
    fn anticipate(&mut self, query: &Query, behind: &[&AstTerm]) {
        let mentions = Mentions::of(query, behind);
        if let Some(scope) = self.scopes.last_mut() {
            scope.hidden.extend(mentions.hidden);
            scope.direct.extend(mentions.direct.iter().cloned());
        }
        for name in mentions.direct {
            if mentions.declared.contains(&name)
                || self.scopes.iter().any(|s| s.names.contains_key(&name))
                || name == "input"
                || name == "data"
                || (self.names.contains(&name) && !self.is_hidden(&name))
            {
                continue;
            }
            self.insert(&name, Origin::Mentioned, Span::NOWHERE, false);
            let loose = (self.scopes.iter_mut().rev()).find_map(|s| s.loose.get_mut(&name));
            if let Some(entry) = loose {
                entry.uses += 1;
            }
        }
    }

    /// Declares a name by `some`. One that only closures mention is a variable of theirs: in
    /// `some i; a := [x | x := p[i]]` the comprehension iterates.
    pub(super) fn declare_some(&mut self, name: &str, span: Span) {
        let statement = self.statement;
        let known = self.scopes.last().is_none_or(|scope| {
            scope.direct.contains(name)
                || scope.names.contains_key(name)
                || scope.loose.contains_key(name)
        });
        if known {
            self.declare(name, Origin::Declared, span);
        } else if let Some(scope) = self.scopes.last_mut() {
            let entry = Entry {
                id: LocalId(u32::MAX),
                origin: Origin::Declared,
                uses: 0,
                reached: true,
                span,
                statement,
                repeated: false,
            };
            scope.loose.insert(name.to_owned(), entry);
        }
    }

    /// What a name means at this point.
    pub(super) fn meaning(&mut self, name: &str, span: Span) -> Meaning {
        for scope in self.scopes.iter_mut().rev() {
            if let Some(entry) = scope.names.get_mut(name) {
                entry.uses += 1;
                entry.reached = true;
                let id = entry.id;
                if let Some(info) = self.locals.get_mut(id.0 as usize)
                    && info.span.is_nowhere()
                {
                    info.span = span;
                }
                return Meaning::Local(id);
            }
        }
        if !self.is_hidden(name)
            && let Some(target) = self.names.get(name)
        {
            return Meaning::Document(target.root, target.path.clone());
        }
        match name {
            "input" => return Meaning::Document(Root::Input, Vec::new()),
            "data" => return Meaning::Document(Root::Data, Vec::new()),
            _ => {}
        }
        Meaning::Local(self.insert(name, Origin::Mentioned, span, true))
    }

    /// Whether a declaration hides the name from calls.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.names.get(name))
            .is_some_and(|entry| entry.origin != Origin::Mentioned)
    }

    pub(super) fn is_hidden(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.hidden.contains(name))
    }

    /// Declares a name in the innermost scope; an error if it has it.
    pub(super) fn declare(&mut self, name: &str, origin: Origin, span: Span) -> LocalId {
        let old = self.scopes.last().and_then(|s| s.names.get(name)).copied();
        if let Some(old) = old
            && old.reached
        {
            let (code, message) = match old.origin {
                Origin::Argument => (codes::REDECLARED, format!("arg {name} redeclared")),
                Origin::Mentioned => (codes::REFERENCED, format!("var {name} referenced above")),
                Origin::Assigned => (codes::REDECLARED, format!("var {name} assigned above")),
                Origin::Declared => (codes::REDECLARED, format!("var {name} declared above")),
            };
            self.errors
                .push(Diagnostic::error(code, message, span).label(old.span, "here"));
            return old.id;
        }
        self.insert(name, origin, span, true)
    }

    fn insert(&mut self, name: &str, origin: Origin, span: Span, reached: bool) -> LocalId {
        let depth = self.scopes.last().map_or(0, |scope| scope.depth);
        let id = self.local(name, span, depth);
        if let Some(scope) = self.scopes.last_mut() {
            let entry = Entry {
                id,
                origin,
                uses: u32::from(origin == Origin::Mentioned),
                reached,
                span,
                statement: self.statement,
                repeated: false,
            };
            scope.names.insert(name.to_owned(), entry);
        }
        id
    }

    /// A variable for a wildcard.
    pub(super) fn wildcard(&mut self, span: Span) -> LocalId {
        let depth = self.scopes.last().map_or(0, |scope| scope.depth);
        self.local("_", span, depth)
    }

    /// A variable of the compiler's own, bound in the body that is being made.
    pub(super) fn generated(&mut self, span: Span) -> LocalId {
        let name = format!("__local{}__", self.locals.len());
        self.local(&name, span, self.hoist_depth)
    }

    fn local(&mut self, name: &str, span: Span, depth: u32) -> LocalId {
        let id = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        self.locals.push(LocalInfo {
            name: name.to_owned(),
            span,
            depth,
        });
        id
    }

    /// Notes that a function's parameters have the name again.
    pub(super) fn repeat(&mut self, name: &str) {
        if let Some(entry) = self.scopes.last_mut().and_then(|s| s.names.get_mut(name)) {
            entry.repeated = true;
        }
    }

    pub(super) fn error(&mut self, code: &'static str, message: String, span: Span) {
        self.errors.push(Diagnostic::error(code, message, span));
    }
}

/// A variable without use, at the statement that declares it.
fn unused(message: String, entry: &Entry) -> Diagnostic {
    let code = codes::UNUSED_VARIABLE;
    if entry.statement.contains(entry.span) {
        let span = Span {
            end: entry.span.end,
            ..entry.statement
        };
        return Diagnostic::error(code, message, span);
    }
    Diagnostic::error(code, message, entry.statement).label(entry.span, "declared here")
}

impl Scope {
    /// The named variables, in order of their introduction.
    pub(super) fn bindings(&self) -> Vec<(String, LocalId)> {
        self.names
            .iter()
            .map(|(name, entry)| (name.clone(), entry.id))
            .collect()
    }

    /// The variables that are declared, by `some`, `:=` or as arguments.
    pub(super) fn declared(&self) -> impl Iterator<Item = LocalId> {
        let declared = self.names.values();
        declared
            .filter(|entry| entry.origin != Origin::Mentioned)
            .map(|entry| entry.id)
    }

    /// The arguments alone, as a new branch starts with them.
    pub(super) fn arguments(&self) -> Scope {
        let mut names = self.names.clone();
        names.retain(|_, entry| entry.origin == Origin::Argument);
        Scope {
            depth: self.depth,
            outer_hoist: self.outer_hoist,
            hidden: HashSet::new(),
            names,
            direct: HashSet::new(),
            loose: IndexMap::new(),
        }
    }

    /// Starts to count uses anew.
    pub(super) fn forget_uses(&mut self) {
        for entry in self.names.values_mut() {
            entry.uses = 0;
        }
    }

    /// Adds the uses of arguments that a branch made.
    pub(super) fn add_uses(&mut self, branch: &Scope) {
        for (name, entry) in &mut self.names {
            if let Some(other) = branch.names.get(name) {
                entry.uses = entry.uses.max(other.uses);
            }
        }
    }

    /// Arguments that nothing uses.
    pub(super) fn unused_arguments(&self) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(|(_, entry)| {
                entry.origin == Origin::Argument && entry.uses == 0 && !entry.repeated
            })
            .map(|(name, _)| name.as_str())
    }
}
