//! No builtin panics or runs on, whatever it is given.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use kpol_abi::builtins::{BUILTINS, BuiltinId};
use kpol_runtime::{Heap, Value, builtins};
use proptest::{collection::vec, prelude::*};

#[derive(Debug, Clone)]
enum Term {
    Null,
    Boolean(bool),
    Number(String),
    Text(String),
    Array(Vec<Term>),
    Set(Vec<Term>),
    Object(Vec<(Term, Term)>),
}

impl Term {
    fn build(&self, heap: &mut Heap<'_>) -> Value {
        match self {
            Term::Null => Value::NULL,
            Term::Boolean(b) => Value::boolean(*b),
            Term::Number(n) => heap.number(n).unwrap_or(Value::NULL),
            Term::Text(s) => heap.string(s),
            Term::Array(items) => {
                let items: Vec<Value> = items.iter().map(|t| t.build(heap)).collect();
                heap.array(&items)
            }
            Term::Set(items) => {
                let items: Vec<Value> = items.iter().map(|t| t.build(heap)).collect();
                heap.set(&items)
            }
            Term::Object(entries) => {
                let entries: Vec<(Value, Value)> = entries
                    .iter()
                    .map(|(k, v)| (k.build(heap), v.build(heap)))
                    .collect();
                heap.object(&entries)
            }
        }
    }
}

/// Texts near to what some builtin parses.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 %.*+?\\[\\]{}()|^$\\\\/:,;<>&=~äß€😀\t\n\"'_-]{0,14}",
        "%[-+# 0]{0,2}[0-9*]{0,3}(\\.[0-9*]{0,3})?(\\[[0-9]{0,2}\\])?[a-zA-Z%]",
        "-?[0-9]{1,22}(\\.[0-9]{0,4})?([eE][-+]?[0-9]{1,4})?[a-zA-Zµ]{0,3}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?(Z|[-+][0-9]{2}:[0-9]{2})",
        "[0-9a-f:.]{1,12}/[0-9]{1,3}",
        "[a-z]{0,5}:?/{0,3}[a-z@:\\[\\]%0-9]{0,10}",
        "[-:?,&*!|>'\"%@`{}\\[\\]# \n\tab1~<]{0,20}",
        "[A-Za-z0-9+/=_-]{0,12}",
        "(Jan|January|Mon|MST|02|01|2|_2|15|3|04|05|2006|06|PM|Z07:00|-0700|\\.000|,999|x| ){0,6}",
        Just("add".to_owned()),
        Just("/a/0".to_owned()),
        Just("{\"a\": [1, 2.5, null]}".to_owned()),
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        (-3i64..300).prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        "-?[1-9][0-9]{18,24}",
        "-?(0|[1-9][0-9]{0,3})\\.[0-9]{1,6}",
        "-?[1-9](\\.[0-9]{1,3})?e-?[0-9]{1,2}",
    ]
}

fn term() -> impl Strategy<Value = Term> {
    let leaf = prop_oneof![
        Just(Term::Null),
        any::<bool>().prop_map(Term::Boolean),
        number().prop_map(Term::Number),
        text().prop_map(Term::Text),
        text().prop_map(Term::Text),
        text().prop_map(Term::Text),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Term::Array),
            vec(inner.clone(), 0..4).prop_map(Term::Set),
            vec((inner.clone(), inner), 0..4).prop_map(Term::Object),
        ]
    })
}

/// Calls whose results are as long as their operands say: their bound is the guest's memory.
fn too_long(name: &str, args: &[Value], heap: &Heap<'_>) -> bool {
    let wide = |v: &Value| heap.as_i64(*v).is_none_or(|n| n.unsigned_abs() > 1_000_000);
    match name {
        "numbers.range" | "numbers.range_step" => args.iter().any(wide),
        "net.cidr_expand" => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn builtins_survive_any_operands(operands in vec(term(), 4)) {
        for (i, builtin) in BUILTINS.iter().enumerate() {
            let id = BuiltinId(u32::try_from(i).unwrap());
            if builtins::implementation(id).is_none() {
                continue;
            }
            let mut heap = Heap::new();
            let args: Vec<Value> = operands
                .iter()
                .cycle()
                .skip(i % 4)
                .take(builtin.arity())
                .map(|t| t.build(&mut heap))
                .collect();
            if too_long(builtin.name, &args, &heap) {
                continue;
            }
            if let Some(Err(e)) = builtins::call(&mut heap, id, &args) {
                prop_assert!(e.message.starts_with(builtin.name));
            }
        }
    }

    #[test]
    fn a_builtin_survives_operands_of_its_types(
        i in 0..BUILTINS.len(),
        strings in vec(text(), 4),
        numbers in vec(number(), 4),
        other in vec(term(), 4),
    ) {
        let builtin = &BUILTINS[i];
        let id = BuiltinId(u32::try_from(i).unwrap());
        let mut heap = Heap::new();
        let args: Vec<Value> = builtin
            .args
            .iter()
            .enumerate()
            .map(|(i, ty)| match *ty {
                "string" => heap.string(&strings[i]),
                "number" => Term::Number(numbers[i].clone()).build(&mut heap),
                "array[any]" => Term::Array(other.clone()).build(&mut heap),
                "set[any]" => Term::Set(other.clone()).build(&mut heap),
                _ => other[i].build(&mut heap),
            })
            .collect();
        if !too_long(builtin.name, &args, &heap) {
            let _ = builtins::call(&mut heap, id, &args);
        }
    }
}
