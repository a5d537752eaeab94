//! `time.*` in zones whose rules have changed: what OPA 1.22.2 says with the IANA database of 2025c.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use kpol_abi::builtins::{BUILTINS, BuiltinId};
use kpol_builtins::Standard;
use kpol_runtime::{
    Heap,
    builtins::{self, Outcome},
    json,
};

/// Calls a builtin as the guest does: first the runtime's, then the host's.
fn call(heap: &mut Heap<'_>, name: &str, args: &str) -> (bool, Outcome) {
    let args = json::parse(heap, args).unwrap();
    let args = heap.items(args);
    let index = BUILTINS.iter().position(|builtin| builtin.name == name);
    let id = BuiltinId(u32::try_from(index.unwrap()).unwrap());
    match builtins::call(heap, id, &args) {
        Some(outcome) => (false, outcome),
        None => (true, Standard::default().run(heap, name, &args, 0).unwrap()),
    }
}

/// Name, arguments, whether the host is asked, result.
const CALLS: &[(&str, &str, bool, &str)] = &[
    (
        "time.format",
        r#"[[-3000000000000000000, "America/New_York", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""1874-12-07 13:43:58 -04:56:02 LMT""#,
    ),
    (
        "time.format",
        r#"[[-2717650801000000000, "America/New_York", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""1883-11-18 12:03:57 -04:56:02 LMT""#,
    ),
    (
        "time.format",
        r#"[[-2717650800000000000, "America/New_York", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""1883-11-18 12:00:00 -05:00:00 EST""#,
    ),
    (
        "time.format",
        r#"[[-769395600000000000, "America/New_York", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""1945-08-14 19:00:00 -04:00:00 EPT""#,
    ),
    (
        "time.format",
        r#"[[1173000000000000000, "America/New_York", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""2007-03-04 04:20:00 -05:00:00 EST""#,
    ),
    (
        "time.format",
        r#"[[1750000000000000000, "America/New_York", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        false,
        r#""2025-06-15 11:06:40 -04:00:00 EDT""#,
    ),
    (
        "time.format",
        r#"[[-1000000000000000000, "Africa/Accra", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""1938-04-24 22:13:20 Z GMT""#,
    ),
    (
        "time.format",
        r#"[[1325239199000000000, "Pacific/Apia", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""2011-12-29 23:59:59 -10:00:00 -10""#,
    ),
    (
        "time.format",
        r#"[[1325239200000000000, "Pacific/Apia", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""2011-12-31 00:00:00 +14:00:00 +14""#,
    ),
    (
        "time.format",
        r#"[[0, "Europe/Dublin", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""1970-01-01 01:00:00 +01:00:00 IST""#,
    ),
    (
        "time.format",
        r#"[[1100000000000000000, "Antarctica/Troll", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        true,
        r#""2004-11-09 11:33:20 Z -00""#,
    ),
    (
        "time.format",
        r#"[[0, "Etc/GMT+3", "2006-01-02 15:04:05 Z07:00:00 MST"]]"#,
        false,
        r#""1969-12-31 21:00:00 -03:00:00 -03""#,
    ),
    (
        "time.clock",
        r#"[[0, "Europe/London"]]"#,
        true,
        r#"[1,0,0]"#,
    ),
    (
        "time.date",
        r#"[[315532799000000000, "Asia/Kathmandu"]]"#,
        true,
        r#"[1980,1,1]"#,
    ),
    (
        "time.weekday",
        r#"[[-9223372036854775808, "Asia/Manila"]]"#,
        true,
        r#""Monday""#,
    ),
    (
        "time.diff",
        r#"[[0, "America/Sao_Paulo"], [1750000000000000000, "UTC"]]"#,
        true,
        r#"[55,5,14,15,6,40]"#,
    ),
    (
        "time.diff",
        r#"[[1750000000000000000, "Asia/Tokyo"], [1700000000000000000, "America/Sao_Paulo"]]"#,
        false,
        r#"[1,7,0,16,53,20]"#,
    ),
];

#[test]
fn times_before_present_rules() {
    for (name, args, host, wanted) in CALLS {
        let mut heap = Heap::new();
        let (asked, outcome) = call(&mut heap, name, args);
        let mut found = String::new();
        match outcome {
            Ok(value) => json::write(&mut heap, value, &mut found),
            Err(error) => found = error.message,
        }
        assert_eq!(found, *wanted, "{name} {args}");
        assert_eq!(asked, *host, "{name} {args}");
    }
}
