//! Builtins that OPA does not have: those that trivy's checks call.

use kpol_abi::builtins::Builtin;
use kpol_runtime::{Heap, Value, builtins::Outcome};

use crate::standard::{Context, Implementation};

/// What is added to the standard table. A compiler has to be told of it.
pub const EXTENSIONS: &[Builtin] = &[
    extension("isManaged", &["any"], "boolean"),
    extension("result.new", &["string", "any"], "any"),
];

/// The implementations.
pub(crate) const TABLE: &[(&str, Implementation)] =
    &[("isManaged", is_managed), ("result.new", result_new)];

const fn extension(
    name: &'static str,
    args: &'static [&'static str],
    result: &'static str,
) -> Builtin {
    Builtin {
        name,
        args,
        names: &[],
        result,
        infix: None,
        relation: false,
        nondeterministic: false,
        deprecated: false,
    }
}

/// Where a cause keeps what is known about it.
const METADATA: &str = "__defsec_metadata";

/// What a result has unless its cause says otherwise.
#[derive(Clone, Copy)]
enum Default {
    Zero,
    Text,
    Bool(bool),
}

/// The keys of a result, and where the cause has them: later names win.
const KEYS: &[(&str, &[&str], Default)] = &[
    ("startline", &["startline", "StartLine"], Default::Zero),
    ("endline", &["endline", "EndLine"], Default::Zero),
    ("sourceprefix", &["sourceprefix"], Default::Text),
    ("filepath", &["filepath", "Path"], Default::Text),
    ("explicit", &["explicit"], Default::Bool(false)),
    ("managed", &["managed"], Default::Bool(true)),
    ("fskey", &["fskey"], Default::Text),
    ("resource", &["resource"], Default::Text),
];

/// `result.new(msg, cause)`: an object of the message and of where the cause stands.
fn result_new(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let [message, cause] = *args else {
        return Ok(Value::UNDEFINED);
    };
    // The cause, what it is part of, and so on.
    let mut chain = vec![metadata(heap, cause)];
    while let Some(last) = chain.last() {
        match get(heap, *last, "parent") {
            Value::UNDEFINED => break,
            parent => chain.push(metadata(heap, parent)),
        }
    }
    let mut result = Value::NULL;
    while let Some(place) = chain.pop() {
        let parent = result;
        result = object(heap, place);
        let key = heap.string("parent");
        heap.object_set(result, key, parent);
    }
    let key = heap.string("msg");
    heap.object_set(result, key, message);
    Ok(result)
}

/// `isManaged(cause)`: whether the cause is under the control of what is checked.
fn is_managed(_: &Context<'_>, heap: &mut Heap<'_>, args: &[Value]) -> Outcome {
    let [cause] = *args else {
        return Ok(Value::UNDEFINED);
    };
    let place = metadata(heap, cause);
    Ok(match get(heap, place, "managed") {
        Value::UNDEFINED => Value::TRUE,
        managed => managed,
    })
}

/// What is known about a value: its metadata, or else what it says itself.
fn metadata(heap: &mut Heap<'_>, cause: Value) -> Value {
    match get(heap, cause, METADATA) {
        Value::UNDEFINED => cause,
        metadata => metadata,
    }
}

fn get(heap: &mut Heap<'_>, value: Value, key: &str) -> Value {
    let key = heap.string(key);
    heap.dot(value, key)
}

fn object(heap: &mut Heap<'_>, place: Value) -> Value {
    let result = heap.object_new();
    for (key, names, default) in KEYS {
        let known = names.iter().rev().find_map(|name| {
            let value = get(heap, place, name);
            (value != Value::UNDEFINED).then_some(value)
        });
        let value = known.unwrap_or_else(|| match default {
            Default::Zero => heap.integer(0),
            Default::Text => heap.string(""),
            Default::Bool(true) => Value::TRUE,
            Default::Bool(false) => Value::FALSE,
        });
        let key = heap.string(key);
        heap.object_set(result, key, value);
    }
    result
}

#[cfg(test)]
mod tests {
    use crate::{HostBuiltins as _, HostCall, Standard};

    #[test]
    fn results_say_where_their_cause_stands() {
        let call = |name: &str, args: &str| {
            let call = HostCall {
                name,
                args,
                now_ns: 0,
                file: None,
            };
            Standard::default()
                .call(&call)
                .ok()
                .flatten()
                .unwrap_or_default()
        };
        let plain = r#""endline":0,"explicit":false,"filepath":"","fskey":"","managed":true"#;
        let rest = r#""resource":"","sourceprefix":"","startline":0"#;
        for cause in ["null", "[1]", "{}", r#""text""#] {
            let wanted = format!(r#"{{{plain},"msg":"m","parent":null,{rest}}}"#);
            assert_eq!(call("result.new", &format!(r#"["m",{cause}]"#)), wanted);
        }
        let cause = r#"{"StartLine":3,"startline":2,"Path":"a","x":1,"managed":false}"#;
        let wanted = concat!(
            r#"{"endline":0,"explicit":false,"filepath":"a","fskey":"","managed":false,"msg":"m","#,
            r#""parent":null,"resource":"","sourceprefix":"","startline":3}"#
        );
        for cause in [
            cause.to_owned(),
            format!(r#"{{"startline":9,"__defsec_metadata":{cause}}}"#),
        ] {
            assert_eq!(call("result.new", &format!(r#"["m",{cause}]"#)), wanted);
            assert_eq!(call("isManaged", &format!("[{cause}]")), "false");
        }
        let nested = call(
            "result.new",
            r#"["m",{"endline":7,"parent":{"resource":"r"}}]"#,
        );
        let parent = r#"{"endline":0,"explicit":false,"filepath":"","fskey":"","managed":true,"parent":null,"resource":"r","sourceprefix":"","startline":0}"#;
        assert!(
            nested.contains(&format!(r#""parent":{parent}"#)),
            "{nested}"
        );
        assert!(nested.starts_with(r#"{"endline":7,"#), "{nested}");
        assert_eq!(call("isManaged", "[3]"), "true");
    }
}
