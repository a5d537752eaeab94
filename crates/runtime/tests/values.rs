//! Values: interning, order, equality, collections, and documents laid over one another.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use kpol_abi::layout::{CONSTANTS, CONTROL, SORTED, control, error_kind};
use kpol_runtime::{Heap, Kind, Value, json};

/// Parses JSON with one addition: `{"$set": [...]}` is a set, `{"$object": [[k, v], ...]}` an object of any keys.
fn value(heap: &mut Heap<'_>, text: &str) -> Value {
    let parsed = json::parse(heap, text).unwrap_or_else(|e| panic!("{text}: {e}"));
    convert(heap, parsed)
}

fn convert(heap: &mut Heap<'_>, v: Value) -> Value {
    match heap.kind(v) {
        Kind::Array => {
            let items: Vec<Value> = heap
                .items(v)
                .into_iter()
                .map(|i| convert(heap, i))
                .collect();
            heap.array(&items)
        }
        Kind::Object => {
            let set = heap.object_get_text(v, "$set");
            if set.is_defined() {
                let items = convert(heap, set);
                let items = heap.items(items);
                return heap.set(&items);
            }
            let object = heap.object_get_text(v, "$object");
            if object.is_defined() {
                let pairs = convert(heap, object);
                let entries: Vec<_> = heap
                    .items(pairs)
                    .into_iter()
                    .map(|p| (heap.item(p, 0), heap.item(p, 1)))
                    .collect();
                return heap.object(&entries);
            }
            let entries: Vec<_> = heap
                .entries(v)
                .into_iter()
                .map(|(k, v)| (k, convert(heap, v)))
                .collect();
            heap.object(&entries)
        }
        _ => v,
    }
}

fn text(heap: &mut Heap<'_>, v: Value) -> String {
    let mut out = String::new();
    json::write(heap, v, &mut out);
    out
}

fn rego(heap: &mut Heap<'_>, v: Value) -> String {
    let mut out = String::new();
    json::rego_text(heap, v, &mut out);
    out
}

#[test]
fn equal_strings_are_one_word() {
    let mut heap = Heap::new();
    let words: Vec<Value> = (0..1000).map(|i| heap.string(&format!("s{i}"))).collect();
    for (i, word) in words.iter().enumerate() {
        assert_eq!(heap.string(&format!("s{i}")), *word);
        assert_eq!(heap.find_string(&format!("s{i}")), Some(*word));
        assert_eq!(heap.text(*word), format!("s{i}"));
    }
    assert_eq!(heap.find_string("other"), None);
    let empty = heap.string("");
    assert!(empty.is_defined());
    assert_eq!(heap.string(""), empty);
}

#[test]
fn sealed_strings_stay_and_others_leave() {
    let mut heap = Heap::new();
    let kept = heap.string("kept");
    let object = value(&mut heap, r#"{"a": 1}"#);
    heap.seal();
    let (origin, image) = heap.image();
    let (origin, size) = (origin, image.len() as u32);
    assert_eq!(origin, CONTROL);
    assert_eq!(heap.control(control::CONSTANTS_END), CONTROL + size);
    for _ in 0..3 {
        let left = heap.string("left");
        assert_eq!(heap.string("kept"), kept);
        assert!(left.0 >= CONTROL + size);
        heap.record_error(error_kind::TYPE, 7, "wrong");
        assert_eq!(heap.error(), Some((error_kind::TYPE, 7, "wrong")));
        heap.reset();
        assert_eq!(heap.error(), None);
        assert_eq!(heap.find_string("left"), None);
        assert_eq!(heap.find_string("kept"), Some(kept));
        assert_eq!(text(&mut heap, object), r#"{"a":1}"#);
    }
    let more = heap.string("more");
    heap.seal();
    assert_eq!(heap.find_string("kept"), Some(kept));
    assert_eq!(heap.find_string("more"), Some(more));
    assert_eq!(heap.control(control::FIXED_LEN), 3);
}

#[test]
fn an_image_is_read_through_a_window() {
    let mut heap = Heap::new();
    let v = value(
        &mut heap,
        r#"{"a": [1, 2.50, "x"], "b": {"$set": ["y", 1]}}"#,
    );
    heap.seal();
    let (origin, image) = heap.image();
    let mut memory = vec![0; origin as usize];
    memory.extend_from_slice(image);
    // Room for what is written behind.
    let len = memory.len();
    memory.resize(len + 4096, 0);
    let mut window = Heap::over(&mut memory);
    window.set_control(control::ARENA_END, len as u32 + 4096);
    assert_eq!(text(&mut window, v), r#"{"a":[1,2.50,"x"],"b":[1,"y"]}"#);
    let written = window.string("new");
    assert_eq!(window.text(written), "new");
    assert!(!window.exhausted());
    let big = window.string(&"x".repeat(5000));
    assert!(window.exhausted());
    assert_eq!(window.text(big), "");
}

#[test]
fn a_heap_does_not_grow_beyond_its_limit() {
    let mut heap = Heap::with_limit(1 << 16);
    for i in 0..10_000 {
        heap.string(&format!("string {i}"));
    }
    assert!(heap.exhausted());
    assert!(heap.image().1.len() <= 1 << 16);
}

#[test]
fn constants_carry_an_id() {
    let mut heap = Heap::new();
    let pod = heap.string("Pod");
    assert_eq!(heap.const_id(pod), 0);
    heap.set_const_id(pod, 3);
    assert_eq!(heap.const_id(pod), 3);
    heap.set_const_id(Value::NULL, 3);
    assert_eq!(heap.const_id(Value::NULL), 0);
    assert_eq!(heap.text(pod), "Pod");
    assert!(pod.0 >= CONSTANTS);
}

/// In Rego's order, as OPA compares them.
const ORDERED: &[&str] = &[
    "null",
    "false",
    "true",
    "-1e100",
    "-1073741825",
    "-1",
    "0",
    "0.5",
    "1",
    "1073741824",
    "1e100",
    r#""""#,
    r#""A""#,
    r#""a""#,
    r#""a\u0000""#,
    r#""aa""#,
    r#""b""#,
    r#""é""#,
    r#""😀""#,
    "[]",
    "[null]",
    "[1]",
    "[1, 2]",
    "[1, [0]]",
    "[2]",
    "[{}]",
    "{}",
    r#"{"$object": [[1, 2]]}"#,
    r#"{"a": 1}"#,
    r#"{"a": 1, "b": 0}"#,
    r#"{"a": 1, "c": 1}"#,
    r#"{"a": 2}"#,
    r#"{"a": 2, "b": 1}"#,
    r#"{"a": {"$set": []}}"#,
    r#"{"b": 0}"#,
    r#"{"$object": [[[1], 0]]}"#,
    r#"{"$set": []}"#,
    r#"{"$set": [1]}"#,
    r#"{"$set": [2, 1]}"#,
    r#"{"$set": [5, 1]}"#,
    r#"{"$set": [2]}"#,
    r#"{"$set": [{"$set": [1]}]}"#,
];

#[test]
fn values_have_regos_order() {
    let mut heap = Heap::new();
    let values: Vec<Value> = ORDERED.iter().map(|t| value(&mut heap, t)).collect();
    let again: Vec<Value> = ORDERED.iter().map(|t| value(&mut heap, t)).collect();
    for (i, a) in values.iter().enumerate() {
        for (j, b) in again.iter().enumerate() {
            let (x, y) = (ORDERED[i], ORDERED[j]);
            assert_eq!(heap.equal(*a, *b), i == j, "{x} {y}");
            assert_eq!(heap.compare(*a, *b), i.cmp(&j), "{x} {y}");
        }
    }
    let mut shuffled: Vec<Value> = again.iter().rev().copied().collect();
    heap.sort_values(&mut shuffled);
    shuffled.reverse();
    for (a, b) in again.iter().rev().zip(&shuffled) {
        assert!(heap.equal(*a, *b));
    }
}

#[test]
fn equality_looks_inside() {
    let pairs = [
        ("[1, 2.0]", "[1.0, 2]", true),
        (r#"{"a": [1.0]}"#, r#"{"a": [1]}"#, true),
        (r#"{"a": 1, "b": 2}"#, r#"{"b": 2, "a": 1}"#, true),
        (r#"{"a": 1, "b": 2}"#, r#"{"b": 2, "c": 1}"#, false),
        (r#"{"$set": [3, 1.0, 2]}"#, r#"{"$set": [1, 2, 3]}"#, true),
        (
            r#"{"$set": [[1], {"a": 1}]}"#,
            r#"{"$set": [{"a": 1e0}, [1.0]]}"#,
            true,
        ),
        (
            r#"{"$object": [[1, "x"]]}"#,
            r#"{"$object": [[1.0, "x"]]}"#,
            true,
        ),
        (r#"{"$object": [[1, "x"]]}"#, r#"{"1": "x"}"#, false),
        ("[]", "{}", false),
        ("[1]", r#"{"$set": [1]}"#, false),
        ("0", "-0", true),
    ];
    for (a, b, expected) in pairs {
        let mut heap = Heap::new();
        let (x, y) = (value(&mut heap, a), value(&mut heap, b));
        assert_eq!(heap.equal(x, y), expected, "{a} {b}");
        assert_eq!(heap.equal(y, x), expected, "{b} {a}");
        if expected {
            assert_eq!(heap.hash(x), heap.hash(y), "{a} {b}");
        }
    }
}

#[test]
fn dot_gives_what_opa_gives() {
    // Source, key, result.
    let cases = [
        (r#"{"a": 1}"#, r#""a""#, Some("1")),
        (r#"{"a": 1}"#, r#""b""#, None),
        (r#"{"1": 2}"#, "1", None),
        (r#"{"$object": [[1.0, 2]]}"#, "1", Some("2")),
        (r#"{"$object": [[[1], 2]]}"#, "[1.0]", Some("2")),
        ("[1, 2, 3]", "1", Some("2")),
        ("[1, 2, 3]", "1.0", Some("2")),
        ("[1, 2, 3]", "1.00", Some("2")),
        ("[1, 2, 3]", "-0", Some("1")),
        ("[1, 2, 3]", "-0.0", Some("1")),
        ("[1, 2, 3]", "1e0", None),
        ("[1, 2, 3]", "10e-1", None),
        ("[1, 2, 3]", "1.5", None),
        ("[1, 2, 3]", "3", None),
        ("[1, 2, 3]", "-1", None),
        ("[1, 2, 3]", "4294967296", None),
        ("[1, 2, 3]", r#""1""#, None),
        (r#"{"$set": [1, 2]}"#, "1", Some("1")),
        (r#"{"$set": [1.0, 2]}"#, "1", Some("1.0")),
        (r#"{"$set": ["a"]}"#, r#""a""#, Some(r#""a""#)),
        (r#"{"$set": ["a"]}"#, r#""b""#, None),
        (r#""abc""#, "1", None),
        ("null", "1", None),
        ("5", "1", None),
    ];
    for (source, key, expected) in cases {
        let mut heap = Heap::new();
        let (src, k) = (value(&mut heap, source), value(&mut heap, key));
        let found = heap.dot(src, k);
        let shown = found.is_defined().then(|| text(&mut heap, found));
        assert_eq!(shown.as_deref(), expected, "{source} {key}");
        if heap.is_string(k) {
            assert_eq!(heap.dot_string(src, k), found, "{source} {key}");
        }
    }
}

#[test]
fn collections_grow_far_beyond_a_scan() {
    let mut heap = Heap::new();
    let (set, object, array) = (heap.set_new(), heap.object_new(), heap.array_new(0));
    for i in (0..1000).rev() {
        let key = heap.string(&format!("k{i}"));
        let n = heap.integer(i);
        assert!(heap.set_add(set, key));
        assert!(!heap.set_add(set, key));
        assert!(heap.set_add(set, n));
        assert!(heap.object_insert(object, key, n));
        assert!(heap.object_insert(object, key, n));
        assert!(!heap.object_insert(object, key, Value::NULL));
        heap.array_push(array, n);
    }
    assert_eq!(
        (heap.len(set), heap.len(object), heap.len(array)),
        (2000, 1000, 1000)
    );
    let spelled = heap.number("7.0").unwrap();
    assert_eq!(heap.set_get(set, spelled), heap.integer(7));
    for _ in 0..2 {
        for i in 0..1000 {
            let key = heap.string(&format!("k{i}"));
            let n = heap.integer(i);
            assert_eq!(heap.object_get(object, key), n);
            assert!(heap.set_contains(set, key) && heap.set_contains(set, n));
        }
        // A second time with everything moved.
        heap.sort(object);
        heap.sort(set);
    }
    assert_eq!(heap.item(array, 0), heap.integer(999));
    assert_eq!(heap.item(array, 1000), Value::UNDEFINED);
    let members = heap.items(set);
    assert!(members.is_sorted_by(|a, b| heap.compare(*a, *b).is_lt()));
}

#[test]
fn items_in_order_need_no_sorting() {
    let mut heap = Heap::new();
    let names = ["a", "b", "c"].map(|n| heap.string(n));
    let (up, down) = (heap.set_new(), heap.set_new());
    for name in names {
        heap.set_add(up, name);
    }
    for name in names.iter().rev() {
        heap.set_add(down, *name);
    }
    assert!(heap.is_sorted(up));
    assert!(!heap.is_sorted(down));
    assert_eq!(heap.items(down), names);
    assert_eq!(heap.load(down.0) & SORTED, SORTED);
}

#[test]
fn entries_laid_at_once_are_sorted_and_exact() {
    for n in [0u32, 1, 2, 8, 9, 16, 17, 100] {
        let mut heap = Heap::new();
        let mut entries: Vec<(Value, Value)> = (0..n)
            .rev()
            .map(|i| {
                (
                    heap.string(&format!("k{i:03}")),
                    Value::small(i.into()).unwrap(),
                )
            })
            .collect();
        let key = heap.string("k000");
        if n > 0 {
            // An earlier entry of the same key, which does not count.
            entries.insert(0, (key, Value::NULL));
        }
        let before = heap.control(control::ARENA_NEXT);
        let object = heap.object_from_entries(&mut entries);
        let after = heap.control(control::ARENA_NEXT);
        assert_eq!(after - before, kpol_runtime::value::object_size(n), "{n}");
        assert_eq!(heap.len(object), n);
        assert!(heap.is_sorted(object));
        let keys: Vec<String> = heap
            .entries(object)
            .iter()
            .map(|(k, _)| heap.text(*k).to_owned())
            .collect();
        assert!(keys.is_sorted());
        for i in 0..n {
            let key = heap.string(&format!("k{i:03}"));
            assert_eq!(
                heap.object_get(object, key),
                Value::small(i.into()).unwrap()
            );
        }
        let other = heap.string("other");
        assert_eq!(heap.object_get(object, other), Value::UNDEFINED);

        let mut items: Vec<Value> = (0..n)
            .rev()
            .map(|i| Value::small(i.into()).unwrap())
            .collect();
        let before = heap.control(control::ARENA_NEXT);
        let set = heap.set_from_unique(&mut items);
        let after = heap.control(control::ARENA_NEXT);
        assert_eq!(after - before, kpol_runtime::value::set_size(n), "{n}");
        assert_eq!(heap.items(set), items);
        assert!(n == 0 || heap.set_contains(set, Value::small(0).unwrap()));

        let before = heap.control(control::ARENA_NEXT);
        let array = heap.array(&items);
        let after = heap.control(control::ARENA_NEXT);
        assert_eq!(after - before, kpol_runtime::value::array_size(n), "{n}");
        assert_eq!(heap.items(array), items);
    }
}

#[test]
fn merged_documents_keep_the_first() {
    let cases = [
        (r#"{"a": 1}"#, r#"{"a": 2, "b": 3}"#, r#"{"a":1,"b":3}"#),
        (
            r#"{"a": {"x": 1}, "c": 1}"#,
            r#"{"a": {"x": 2, "y": 3}, "b": 3}"#,
            r#"{"a":{"x":1,"y":3},"b":3,"c":1}"#,
        ),
        (r#"{"a": [1]}"#, r#"{"a": {"x": 1}}"#, r#"{"a":[1]}"#),
        ("1", r#"{"a": 1}"#, "1"),
        ("{}", r#"{"a": 1}"#, r#"{"a":1}"#),
    ];
    for (a, b, expected) in cases {
        let mut heap = Heap::new();
        let (x, y) = (value(&mut heap, a), value(&mut heap, b));
        let merged = heap.merge(x, y);
        assert_eq!(text(&mut heap, merged), expected);
        assert_eq!(heap.merge(Value::UNDEFINED, y), y);
        assert_eq!(heap.merge(x, Value::UNDEFINED), x);
        // Neither operand changed.
        let (p, q) = (value(&mut heap, a), value(&mut heap, b));
        assert!(heap.equal(x, p) && heap.equal(y, q));
    }
}

#[test]
fn a_patched_document_is_a_copy() {
    let cases = [
        (
            r#"{"a": {"b": 1, "c": 2}}"#,
            r#"["a", "b"]"#,
            r#"{"a":{"b":"new","c":2}}"#,
        ),
        (r#"{"a": 1}"#, r#"["a", "b"]"#, r#"{"a":{"b":"new"}}"#),
        (r#"{"a": [1]}"#, r#"["a", "b"]"#, r#"{"a":{"b":"new"}}"#),
        (
            r#"{"z": 1}"#,
            r#"["a", "b", "c"]"#,
            r#"{"a":{"b":{"c":"new"}},"z":1}"#,
        ),
        ("7", r#"["a"]"#, r#"{"a":"new"}"#),
        (r#"{"a": 1}"#, "[]", r#""new""#),
    ];
    for (document, path, expected) in cases {
        let mut heap = Heap::new();
        let new = heap.string("new");
        let (d, p) = (value(&mut heap, document), value(&mut heap, path));
        let patched = heap.patch(d, p, new);
        assert_eq!(text(&mut heap, patched), expected);
        let again = value(&mut heap, document);
        assert!(heap.equal(d, again));
    }
    let mut heap = Heap::new();
    let path = value(&mut heap, r#"["a", "b"]"#);
    let patched = heap.patch(Value::UNDEFINED, path, Value::TRUE);
    assert_eq!(text(&mut heap, patched), r#"{"a":{"b":true}}"#);
}

#[test]
fn rego_text_is_opas() {
    let cases = [
        (r#"{"$set": [1, "a", [2]]}"#, r#"{1, "a", [2]}"#),
        (
            r#"{"$object": [["a", {"$set": [1]}], [1, {"$set": []}]]}"#,
            r#"{1: set(), "a": {1}}"#,
        ),
        (
            "[1e2, 1.0, 1.50, -0.0, null]",
            "[1e2, 1.0, 1.50, -0.0, null]",
        ),
        (
            "[\"<a>&\\u2028é\\u0001\\u007f\\t\\b\\f\\\"\\\\/\"]",
            "[\"<a>&\\u2028é\\x01\\x7f\\t\\b\\f\\\"\\\\/\"]",
        ),
        (
            "[\"\\u00a0\\u200b\\ufeff\\u00ad\\ue000\\ud83d\\ude00\\ufffd\\u0080\\u3000\\u0300\\ufffe\"]",
            "[\"\\u00a0\\u200b\\ufeff\\u00ad\\ue000😀\u{fffd}\\u0080\\u3000\u{300}\\ufffe\"]",
        ),
        ("{}", "{}"),
        ("[]", "[]"),
        (r#""x""#, r#""x""#),
    ];
    for (source, expected) in cases {
        let mut heap = Heap::new();
        let v = value(&mut heap, source);
        assert_eq!(rego(&mut heap, v), expected);
    }
}

#[test]
fn a_trace_is_a_list_in_order() {
    let mut heap = Heap::new();
    let (first, second) = (heap.trace(1, Value::TRUE, 2), heap.trace(2, Value::NULL, 0));
    assert_eq!(heap.control(control::TRACE_HEAD), first);
    assert_eq!(heap.control(control::TRACE_TAIL), second);
    assert_eq!(heap.load(first), second);
    assert_eq!(heap.load(second), 0);
    heap.reset();
    assert_eq!(heap.control(control::TRACE_HEAD), 0);
}

/// The order of an object's keys, however many there are and however they begin.
#[test]
fn keys_are_in_order() {
    for count in [2, 5, 12, 13, 40] {
        let mut heap = Heap::new();
        let mut names: Vec<String> = (0..count)
            .map(|i| match i % 5 {
                0 => "\0".repeat(i / 5),
                1 => format!("same-beginning-{}", 97 * i % 41),
                2 => format!("{}", 97 * i % 41),
                3 => format!("ä{}", 97 * i % 41),
                _ => format!("same-beg{}", "n".repeat(i)),
            })
            .collect();
        let mut entries: Vec<_> = names
            .iter()
            .map(|name| (heap.string(name), Value::TRUE))
            .collect();
        let object = heap.object_from_entries(&mut entries);
        names.sort();
        names.dedup();
        let found: Vec<String> = heap
            .entries(object)
            .into_iter()
            .map(|(key, _)| heap.text(key).to_owned())
            .collect();
        assert_eq!(found, names);
    }
}

/// A memo belongs to a list of arguments, however many there are, and is made once.
#[test]
fn memos_of_calls() {
    let mut heap = Heap::new();
    let slot = heap.alloc_zeroed(2);
    let args = |i: i64| {
        [
            Value::small(i).unwrap(),
            Value::TRUE,
            Value::NULL,
            Value::UNDEFINED,
        ]
    };
    let made: Vec<u32> = (0..100).map(|i| heap.memo(slot, args(i))).collect();
    for (i, entry) in (0..100).zip(&made) {
        assert_eq!((heap.load(*entry), heap.load(entry + 4)), (0, 0));
        heap.store(*entry, args(i)[0].0);
        heap.store(entry + 4, 1);
    }
    for (i, entry) in (0..100).zip(&made) {
        let found = heap.memo(slot, args(i));
        assert_eq!((found, heap.load(found)), (*entry, args(i)[0].0));
    }
}
