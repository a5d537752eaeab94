//! HIR to plan IR: iteration, unification, negation, `else`, `with`, partial rules, and the rule index.
//!
//! Only what an entrypoint reaches is planned, so a rule that nothing uses costs nothing.

mod body;
mod builder;
mod documents;
mod index;
mod mocks;
mod refs;
mod rules;
mod terms;
mod trace;
mod withs;

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use kpol_abi::builtins::BuiltinId;
use kpol_diagnostics::{Diagnostic, Span};

use crate::builtins::{Entry, declared_id};
use crate::hir::{Callee, Program, RuleId};
use crate::ir::{
    Block, Const, ConstId, CoverId, Entrypoint, Func, FuncId, MemoId, Operand, Policy, Site,
    SiteId, SlotId, Stmt,
};

/// The span of what no source says: sites in functions that the planner makes up.
pub(crate) const NOWHERE: Span = Span::NOWHERE;

/// What a conflict between two values of one key is called.
const UNIQUE_KEYS: &str = "object keys must be unique";

/// What to plan.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Paths below `data` that the host will evaluate: rules or packages.
    pub entrypoints: Vec<Vec<String>>,
    /// Whether entrypoint rules that make sets record where their members come from.
    pub trace: bool,
    /// Whether what is evaluated is marked, for coverage.
    pub cover: bool,
    /// Whether rules are dispatched by the constants that they compare with.
    pub no_index: bool,
}

/// Plans all queries of the program, and the entrypoints of the options.
///
/// # Errors
/// A diagnostic for each thing that the checks before should have refused (an internal error).
pub fn plan(program: &Program, options: &Options) -> Result<Policy, Vec<Diagnostic>> {
    let mut planner = Planner {
        program,
        options,
        policy: Policy::default(),
        consts: HashMap::new(),
        rules: HashMap::new(),
        documents: HashMap::new(),
        candidates: HashMap::new(),
        dispatchers: HashMap::new(),
        mocks: HashMap::new(),
        replaced: IndexMap::new(),
        callees: IndexMap::new(),
        traced: HashSet::new(),
        cover: HashMap::new(),
        errors: Vec::new(),
    };
    planner.collect_withs();
    if options.trace {
        planner.traced = options
            .entrypoints
            .iter()
            .filter_map(|path| planner.node(path)?.rule)
            .collect();
        planner.trace_helpers();
    }
    for path in &options.entrypoints {
        let func = planner.document(path);
        planner.policy.entrypoints.push(Entrypoint {
            name: crate::names::data_ref(path),
            func,
        });
    }
    for query in &program.queries {
        let func = planner.query(query);
        planner.policy.entrypoints.push(Entrypoint {
            name: query.name.clone(),
            func,
        });
    }
    if planner.errors.is_empty() {
        Ok(planner.policy)
    } else {
        Err(planner.errors)
    }
}

/// The state of planning a whole policy.
struct Planner<'p> {
    program: &'p Program,
    options: &'p Options,
    policy: Policy,
    consts: HashMap<Const, ConstId>,
    rules: HashMap<RuleId, FuncId>,
    documents: HashMap<Vec<String>, FuncId>,
    candidates: HashMap<(Vec<String>, Vec<Const>), FuncId>,
    dispatchers: HashMap<(Vec<String>, Vec<Const>), FuncId>,
    mocks: HashMap<Callee, FuncId>,
    /// Paths of `data` that some `with` replaces.
    replaced: IndexMap<Vec<String>, SlotId>,
    /// Functions and builtins that some `with` replaces, with all of their replacements.
    callees: IndexMap<Callee, (SlotId, Vec<Callee>)>,
    traced: HashSet<RuleId>,
    cover: HashMap<Span, CoverId>,
    errors: Vec<Diagnostic>,
}

impl<'p> Planner<'p> {
    /// The constant's place in the pool.
    fn constant(&mut self, value: Const) -> ConstId {
        if let Some(id) = self.consts.get(&value) {
            return *id;
        }
        let id = ConstId(self.policy.consts.len() as u32);
        self.policy.consts.push(value.clone());
        self.consts.insert(value, id);
        id
    }

    fn string(&mut self, text: &str) -> ConstId {
        self.constant(Const::String(text.to_owned()))
    }

    fn operand(&mut self, value: Const) -> Operand {
        Operand::Const(self.constant(value))
    }

    fn site(&mut self, span: Span, what: impl Into<String>) -> SiteId {
        let id = SiteId(self.policy.sites.len() as u32);
        self.policy.sites.push(Site {
            span,
            what: what.into(),
        });
        id
    }

    /// The number of a builtin in the module: declared builtins are numbered in the order of their first calls.
    fn numbered(&mut self, id: BuiltinId, entry: Option<Entry<'_>>) -> BuiltinId {
        let Some(Entry::Declared(declared)) = entry else {
            return id;
        };
        let known = self.policy.declared.iter().position(|own| own == declared);
        declared_id(known.unwrap_or_else(|| {
            self.policy.declared.push(declared.clone());
            self.policy.declared.len() - 1
        }))
    }

    /// Marks a part of the source as evaluated, where coverage is asked for.
    fn cover(&mut self, b: &mut builder::Builder, span: Span) {
        if !self.options.cover || span.is_nowhere() {
            return;
        }
        let next = CoverId(self.policy.cover.len() as u32);
        let id = *self.cover.entry(span).or_insert(next);
        if id == next {
            self.policy.cover.push(span);
        }
        b.emit(Stmt::Cover(id));
    }

    fn slot(&mut self) -> SlotId {
        let id = SlotId(self.policy.override_slots);
        self.policy.override_slots += 1;
        id
    }

    fn memo(&mut self) -> MemoId {
        let id = MemoId(self.policy.memo_slots);
        self.policy.memo_slots += 1;
        id
    }

    /// Takes a place for a function before its body is known, so that it can be referred to.
    fn declare(&mut self, name: String, params: u32, memoised: bool, span: Option<Span>) -> FuncId {
        let id = FuncId(self.policy.funcs.len() as u32);
        let memo = memoised.then(|| self.memo());
        self.policy.funcs.push(Func {
            name,
            params,
            locals: params,
            memo,
            body: Block::default(),
            span,
        });
        id
    }

    fn define(&mut self, id: FuncId, locals: u32, body: Block) {
        if let Some(func) = self.policy.funcs.get_mut(id.index()) {
            func.locals = locals;
            func.body = body;
        }
    }

    /// The rule tree's node at a path.
    fn node(&self, path: &[String]) -> Option<&'p crate::hir::Node> {
        path.iter()
            .try_fold(&self.program.tree, |node, key| node.children.get(key))
    }

    fn rule(&self, id: RuleId) -> &'p crate::hir::Rule {
        &self.program.rules[id.0 as usize]
    }

    fn internal(&mut self, span: Span, message: &str) {
        self.errors.push(Diagnostic::error(
            "internal",
            format!("{message} (this is a bug in kpol)"),
            span,
        ));
    }
}
