//! Laws that hold for all values, checked on many.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::cmp::Ordering;
use std::collections::BTreeMap;

use kpol_runtime::value::number;
use kpol_runtime::{Heap, Value, json};
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

/// A value outside any heap.
#[derive(Debug, Clone)]
enum Model {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Model>),
    Object(Vec<(Model, Model)>),
    Set(Vec<Model>),
}

fn number_text() -> impl Strategy<Value = String> {
    prop_oneof![
        (-5i64..5).prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        (-50i64..50).prop_map(|n| format!("{n}.0")),
        (-50i64..50, 0u32..100).prop_map(|(n, f)| format!("{n}.{f}")),
        (-50i64..50, -3i32..25).prop_map(|(n, e)| format!("{n}e{e}")),
        "-?[1-9][0-9]{15,30}",
        "-?[1-9][0-9]{0,3}(\\.[0-9]{1,12})?([eE][-+]?[0-9]{1,3})?",
    ]
}

fn model() -> impl Strategy<Value = Model> {
    let leaf = prop_oneof![
        Just(Model::Null),
        any::<bool>().prop_map(Model::Bool),
        number_text().prop_map(Model::Number),
        "[a-c]{0,2}".prop_map(Model::String),
        any::<String>().prop_map(Model::String),
    ];
    leaf.prop_recursive(4, 64, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Model::Array),
            prop::collection::vec((inner.clone(), inner.clone()), 0..12).prop_map(Model::Object),
            prop::collection::vec(inner, 0..12).prop_map(Model::Set),
        ]
    })
}

fn build(heap: &mut Heap<'_>, model: &Model) -> Value {
    match model {
        Model::Null => Value::NULL,
        Model::Bool(b) => Value::boolean(*b),
        Model::Number(text) => heap.number(text).unwrap(),
        Model::String(text) => heap.string(text),
        Model::Array(items) => {
            let items: Vec<Value> = items.iter().map(|i| build(heap, i)).collect();
            heap.array(&items)
        }
        Model::Set(items) => {
            let items: Vec<Value> = items.iter().map(|i| build(heap, i)).collect();
            heap.set(&items)
        }
        Model::Object(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(k, v)| (build(heap, k), build(heap, v)))
                .collect();
            heap.object(&entries)
        }
    }
}

fn write(heap: &mut Heap<'_>, v: Value) -> String {
    let mut out = String::new();
    json::write(heap, v, &mut out);
    out
}

proptest! {
    #[test]
    fn the_order_is_total_and_agrees_with_equality(models in prop::collection::vec(model(), 3)) {
        let mut heap = Heap::new();
        let values: Vec<Value> = models.iter().map(|m| build(&mut heap, m)).collect();
        for &a in &values {
            prop_assert!(heap.equal(a, a));
            for &b in &values {
                let order = heap.compare(a, b);
                prop_assert_eq!(order, heap.compare(b, a).reverse());
                prop_assert_eq!(order == Ordering::Equal, heap.equal(a, b));
                for &c in &values {
                    if order.is_le() && heap.compare(b, c).is_le() {
                        prop_assert!(heap.compare(a, c).is_le());
                    }
                }
            }
        }
    }

    #[test]
    fn equal_values_have_equal_hashes(model in model()) {
        let mut heap = Heap::new();
        let a = build(&mut heap, &model);
        let hash = heap.hash(a);
        let b = build(&mut heap, &model);
        prop_assert_eq!(heap.hash(b), hash);
        // Order of items does not count, nor does sorting.
        heap.sort(a);
        prop_assert_eq!(heap.hash(a), hash);
        prop_assert!(heap.equal(a, b));
    }

    #[test]
    fn numbers_agree_with_their_hash(a in number_text(), b in number_text()) {
        let mut heap = Heap::new();
        let (x, y) = (heap.number(&a).unwrap(), heap.number(&b).unwrap());
        if heap.compare(x, y) == Ordering::Equal {
            prop_assert_eq!(heap.hash(x), heap.hash(y));
        }
        prop_assert_eq!(heap.number_text(x), a);
    }

    #[test]
    fn integer_arithmetic_is_exact(a in any::<i64>(), b in any::<i64>()) {
        let mut heap = Heap::new();
        let (x, y) = (heap.integer(a), heap.integer(b));
        let (p, q) = (i128::from(a), i128::from(b));
        for (result, expected) in [
            (number::add(&mut heap, x, y), Some(p + q)),
            (number::sub(&mut heap, x, y), Some(p - q)),
            (number::mul(&mut heap, x, y), Some(p * q)),
            (number::rem(&mut heap, x, y), p.checked_rem(q)),
        ] {
            let text = result.ok().map(|v| heap.number_text(v));
            prop_assert_eq!(text, expected.map(|n| n.to_string()));
        }
    }

    #[test]
    fn a_computed_number_names_the_float_it_came_from(a in number_text(), b in number_text()) {
        // Its text, computed with again, gives the same text: nothing is lost by writing it.
        let mut heap = Heap::new();
        let (x, y) = (heap.number(&a).unwrap(), heap.number(&b).unwrap());
        let zero = heap.integer(0);
        if let Ok(product) = number::mul(&mut heap, x, y) {
            let again = number::add(&mut heap, product, zero).unwrap();
            prop_assert!(heap.equal(product, again));
        }
        if let Ok(quotient) = number::div(&mut heap, x, y) {
            let again = number::add(&mut heap, quotient, zero).unwrap();
            prop_assert!(heap.equal(quotient, again));
        }
    }

    #[test]
    fn json_text_comes_back(model in model()) {
        let mut heap = Heap::new();
        let v = build(&mut heap, &model);
        let text = write(&mut heap, v);
        let back = json::parse(&mut heap, &text).unwrap();
        prop_assert_eq!(write(&mut heap, back), text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = json::parse(&mut Heap::new(), &text);
    }

    #[test]
    fn objects_behave_like_maps(
        steps in prop::collection::vec(("[a-e]{1,2}", any::<u8>(), any::<bool>()), 0..80),
    ) {
        let mut heap = Heap::new();
        let object = heap.object_new();
        let mut map: BTreeMap<String, u8> = BTreeMap::new();
        for (key, n, replace) in steps {
            let (k, v) = (heap.string(&key), heap.integer(n.into()));
            if replace {
                heap.object_set(object, k, v);
                map.insert(key, n);
            } else {
                let kept = *map.entry(key).or_insert(n);
                prop_assert_eq!(heap.object_insert(object, k, v), kept == n);
            }
            // Sorting in between must not lose anything.
            if n % 16 == 0 {
                heap.sort(object);
            }
        }
        let entries: Vec<(String, i64)> = heap
            .entries(object)
            .into_iter()
            .map(|(k, v)| (heap.text(k).to_owned(), heap.as_i64(v).unwrap()))
            .collect();
        let expected: Vec<(String, i64)> = map.into_iter().map(|(k, n)| (k, n.into())).collect();
        prop_assert_eq!(entries, expected);
    }

    #[test]
    fn sets_hold_each_value_once(models in prop::collection::vec(model(), 0..40)) {
        let mut heap = Heap::new();
        let set = heap.set_new();
        let mut held: Vec<Value> = Vec::new();
        for model in &models {
            let v = build(&mut heap, model);
            let new = !held.iter().any(|h| heap.equal(*h, v));
            prop_assert_eq!(heap.set_add(set, v), new);
            if new {
                held.push(v);
            }
            prop_assert!(heap.set_contains(set, v));
        }
        heap.sort_values(&mut held);
        let items = heap.items(set);
        prop_assert_eq!(items, held);
    }
}
