//! Dispatch through a table of functions, where all that the cases of a switch do is to call clauses. A function with
//! thousands of branches takes long to compile; this way it has none.

use std::collections::{BTreeMap, BTreeSet};

use kpol_abi::imports::RuntimeFn;
use kpol_abi::layout::{CONST_ID, error_kind};

use super::CodegenError;
use super::code::{Callee, Code, Label, Slot};
use super::constants::Constant;
use super::function::{Emitter, slot};
use super::helpers::Helper;
use super::switch::distinct;
use crate::ir::{Block, FuncId, Local, Operand, SiteId, Stmt};

/// From so many cases on it is worth it.
const TABLE: usize = 32;

/// One clause of a case.
struct Step<'a> {
    func: FuncId,
    args: &'a [Operand],
    /// Where its result goes, and the site of the conflict with another one.
    site: Option<SiteId>,
}

/// What the functions of one table have in common.
struct Shape {
    /// The locals that become parameters, in order.
    params: Vec<Local>,
    /// The local that results go to: one more parameter, and what the functions return.
    result: Option<Local>,
}

impl Emitter<'_> {
    /// Dispatches through a table of functions. Whether it could be done.
    pub(super) fn clause_table(
        &mut self,
        on: Slot,
        cases: &[(Constant, &Block)],
        otherwise: Label,
        exit: Label,
    ) -> Result<bool, CodegenError> {
        let Some(first) = neighbours(cases) else {
            return Ok(false);
        };
        let (bodies, number) = distinct(cases);
        let Some((bodies, shape)) = self.steps(&bodies) else {
            return Ok(false);
        };
        let callees = bodies
            .iter()
            .map(|body| self.clause(body, &shape))
            .collect::<Result<Vec<Callee>, CodegenError>>()?;
        let mut entries: Vec<(u32, Callee)> = cases
            .iter()
            .zip(&number)
            .filter_map(|((case, _), number)| Some((case.id, *callees.get(*number)?)))
            .collect();
        entries.sort_by_key(|(id, _)| *id);
        let count = entries.len() as u32;
        let base = self
            .tables
            .add_entries(entries.into_iter().map(|(_, callee)| callee));
        let kind = self.tables.type_of(shape.count(), true);
        let index = self.code.temp();
        self.code.unless_string(on, otherwise);
        self.code.get(on);
        self.code.load(CONST_ID);
        self.code.constant(first);
        self.code.op().i32_sub();
        self.code.tee(index);
        self.code.constant(count);
        self.code.op().i32_ge_u();
        self.code.br_if(otherwise);
        for param in shape.params.iter().chain(&shape.result) {
            self.code.get(slot(*param));
        }
        self.code.get(index);
        self.code.constant(base);
        self.code.op().i32_add().call_indirect(0, kind);
        match shape.result {
            Some(result) => self.code.set(slot(result)),
            None => {
                self.code.op().drop();
            }
        }
        self.code.br(exit);
        self.code.release(index);
        Ok(true)
    }

    /// The clauses of each body, if the bodies consist of nothing else and leave nothing behind but one result.
    fn steps<'a>(&self, bodies: &[&'a Block]) -> Option<(Vec<Vec<Step<'a>>>, Shape)> {
        let mut all = Vec::new();
        let mut params = BTreeSet::new();
        let mut results = BTreeSet::new();
        // How often the locals that hold what a clause returned are read by the statements that belong to it.
        let mut held: BTreeMap<Local, u32> = BTreeMap::new();
        for body in bodies {
            let mut steps = Vec::new();
            let mut rest = body.0.as_slice();
            while let Some((stmt, after)) = rest.split_first() {
                let (step, dst, result) = match stmt {
                    Stmt::CallClause { dst, func, args } => (
                        Step {
                            func: *func,
                            args,
                            site: None,
                        },
                        *dst,
                        None,
                    ),
                    Stmt::Block(inner) => assigned(&inner.0)?,
                    // Where this one fails, the case ends.
                    _ if after.len() == 1 => assigned(rest)?,
                    _ => return None,
                };
                *held.entry(dst).or_default() += u32::from(result.is_some());
                results.extend(result);
                params.extend(step.args.iter().filter_map(|arg| match arg {
                    Operand::Local(local) => Some(*local),
                    Operand::Const(_) => None,
                }));
                let unwrapped = result.is_some() && !matches!(stmt, Stmt::Block(_));
                steps.push(step);
                rest = if unwrapped { &[] } else { after };
            }
            all.push(steps);
        }
        let private = held
            .iter()
            .all(|(local, count)| self.reads.get(local.index()) == Some(count));
        let result = results.pop_first();
        let known = results.is_empty() && result.is_none_or(|result| !params.contains(&result));
        (private && known).then(|| {
            let shape = Shape {
                params: params.into_iter().collect(),
                result,
            };
            (all, shape)
        })
    }

    /// A function that runs the clauses of a case: the clause itself where that is all.
    fn clause(&mut self, steps: &[Step<'_>], shape: &Shape) -> Result<Callee, CodegenError> {
        if let ([step], None) = (steps, shape.result)
            && step.args.len() == shape.params.len()
            && step
                .args
                .iter()
                .zip(&shape.params)
                .all(|(arg, param)| *arg == Operand::Local(*param))
        {
            return Ok(Callee::Func(step.func));
        }
        let count = shape.count();
        let mut code = Code::new(count, count);
        let result = Slot(shape.params.len() as u32);
        for step in steps {
            for arg in step.args {
                match arg {
                    Operand::Const(id) => code.constant(self.shared.constants.get(*id)?.word),
                    Operand::Local(local) => {
                        let at = shape.params.binary_search(local).unwrap_or_default();
                        code.get(Slot(at as u32));
                    }
                }
            }
            code.call(Callee::Func(step.func));
            match step.site {
                Some(site) => keep(&mut code, result, site),
                None => {
                    code.op().drop();
                }
            }
        }
        match shape.result {
            Some(_) => code.get(result),
            None => code.constant(0),
        }
        Ok(self
            .tables
            .add_clause(format!("{} case", self.func.name), count, code))
    }
}

impl Shape {
    /// The number of parameters.
    fn count(&self) -> u32 {
        (self.params.len() + usize::from(self.result.is_some())) as u32
    }
}

/// A call whose result is assigned once: the step, the local that holds what was returned, and the result.
fn assigned(stmts: &[Stmt]) -> Option<(Step<'_>, Local, Option<Local>)> {
    let [
        Stmt::Call { dst, func, args },
        Stmt::AssignOnce {
            dst: result,
            src,
            site,
        },
    ] = stmts
    else {
        return None;
    };
    (*src == Operand::Local(*dst) && dst != result).then_some((
        Step {
            func: *func,
            args,
            site: Some(*site),
        },
        *dst,
        Some(*result),
    ))
}

/// `[value] -> []`: keeps what a clause returned, which must not differ from what is there.
fn keep(code: &mut Code, result: Slot, site: SiteId) {
    let value = code.temp();
    code.tee(value);
    code.if_true();
    code.get(result);
    code.if_true();
    let same = code.block();
    code.get(value);
    code.get(result);
    code.op().i32_eq();
    code.br_if(same);
    code.get(result);
    code.get(value);
    code.call_helper(Helper::Equal);
    code.br_if(same);
    code.constant(error_kind::CONFLICT);
    code.constant(site.0);
    code.call_runtime(RuntimeFn::Fail);
    code.op().unreachable();
    code.end();
    code.otherwise();
    code.get(value);
    code.set(result);
    code.end();
    code.end();
    code.release(value);
}

/// The lowest number of the cases, where they are many strings that have all the numbers of a range.
fn neighbours(cases: &[(Constant, &Block)]) -> Option<u32> {
    if cases.len() < TABLE || !cases.iter().all(|(case, _)| case.string && case.id != 0) {
        return None;
    }
    let first = cases.iter().map(|(case, _)| case.id).min()?;
    let last = cases.iter().map(|(case, _)| case.id).max()?;
    ((last - first) as usize + 1 == cases.len()).then_some(first)
}
