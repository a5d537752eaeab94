//! What policies evaluate to, by the reference interpreter. The same policies run as WebAssembly in the engine's
//! tests, which include this folder.

use kpol_compiler::codegen::emit;
use kpol_compiler::ir::interp::{Error, Inputs, Machine};
use kpol_compiler::ir::verify::verify;
use kpol_compiler::ir::{Block, Const, Policy, Stmt};
use kpol_runtime::{Heap, Value, json};

use super::build::{Build, l, lo};
use super::policies::{Case, all};

/// A document on the heap.
fn document(heap: &mut Heap<'_>, constant: &Const) -> Value {
    let mut holder = Build::new();
    let value = holder.c(constant.clone());
    holder.entry("document", 0, vec![Stmt::Return(value)]);
    Machine::new(&holder.0, heap, Inputs::default())
        .unwrap()
        .entry(0)
        .unwrap()
}

fn evaluate(case: &Case, entry: usize) -> String {
    let mut heap = Heap::new();
    let input = case
        .input
        .as_ref()
        .map_or(Value::UNDEFINED, |input| document(&mut heap, input));
    let inputs = Inputs {
        input,
        ..Inputs::default()
    };
    let result = Machine::new(&case.policy, &mut heap, inputs)
        .unwrap()
        .entry(entry);
    match result {
        Ok(Value::UNDEFINED) => "undefined".to_owned(),
        Ok(value) => {
            let mut text = String::new();
            json::write(&mut heap, value, &mut text);
            text
        }
        Err(Error::Conflict(_)) => "conflict".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn results() {
    for case in all() {
        verify(&case.policy).unwrap();
        assert_eq!(
            case.policy.entrypoints.len(),
            case.expected.len(),
            "{}",
            case.name
        );
        for (i, expected) in case.expected.iter().enumerate() {
            let name = &case.policy.entrypoints[i].name;
            assert_eq!(&evaluate(&case, i), expected, "{}: {name}", case.name);
        }
    }
}

#[test]
fn strict_errors_end_the_evaluation() {
    let mut build = Build::new();
    let (one, a) = (build.n(1), build.s("a"));
    build.entry(
        "error",
        1,
        vec![super::build::builtin(0, "plus", vec![one, a])],
    );
    let mut heap = Heap::new();
    let inputs = Inputs {
        strict: true,
        ..Inputs::default()
    };
    let error = Machine::new(&build.0, &mut heap, inputs)
        .unwrap()
        .entry(0)
        .unwrap_err();
    assert!(
        matches!(error, Error::Builtin { is_type: true, .. }),
        "{error}"
    );
}

/// A policy of one function with this body.
fn body(stmts: Vec<Stmt>) -> Policy {
    let mut build = Build::new();
    build.entry("f", 1, stmts);
    build.0
}

#[test]
fn invalid_policies_are_refused() {
    use kpol_compiler::ir::{CompareOp, ConstId, FuncId, SlotId, WithId};
    let missing = kpol_compiler::ir::Operand::Const(ConstId(9));
    let with = |body| Stmt::With {
        id: WithId(0),
        overrides: vec![],
        body: Block(body),
    };
    let bodies = [
        vec![Stmt::Return(lo(7))],
        vec![Stmt::Return(missing)],
        vec![Stmt::Reset(l(1))],
        vec![Stmt::Test {
            op: CompareOp::Equal,
            a: lo(0),
            b: missing,
        }],
        vec![Stmt::Call {
            dst: l(0),
            func: FuncId(5),
            args: vec![],
        }],
        vec![Stmt::Call {
            dst: l(0),
            func: FuncId(0),
            args: vec![lo(0)],
        }],
        vec![Stmt::LoadSlot {
            dst: l(0),
            slot: SlotId(0),
        }],
        vec![with(vec![Stmt::Return(lo(0))])],
        vec![Stmt::Complete],
        vec![Stmt::Not(Block(vec![with(vec![Stmt::Complete])]))],
        vec![Stmt::Outer {
            with: WithId(0),
            body: Block(vec![]),
        }],
    ];
    for stmts in bodies {
        let policy = body(stmts);
        let text = policy.to_string();
        assert!(emit(&policy).is_err(), "{text}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let mut stmts = vec![];
    for _ in 0..100_000 {
        stmts = vec![Stmt::Block(Block(stmts))];
    }
    let policy = body(stmts);
    assert!(emit(&policy).is_err());
    // Dropping a value that deep would overflow the stack too; that is the planner's to prevent.
    std::mem::forget(policy);
}
