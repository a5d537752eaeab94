//! Modules that speak waPC, and commands of WASI.

use std::{sync::Arc, time::Duration};

use kpol_engine::{
    Capabilities, CapabilityCall, CapabilityError, EvalErrorKind, GuestModule, GuestOutcome,
    GuestProtocol, Limits,
};

use crate::support::ENGINE;

/// Answers `kubernetes/echo` with its payload, fails `kubernetes/fail`, denies the rest.
struct Host;

impl Capabilities for Host {
    fn call(&self, call: &CapabilityCall<'_>) -> Result<Vec<u8>, CapabilityError> {
        match (call.namespace, call.operation) {
            ("kubernetes", "echo") => Ok(call.payload.to_vec()),
            ("kubernetes", "fail") => Err(CapabilityError::Failed("broken".to_owned())),
            (namespace, operation) => Err(CapabilityError::Denied(format!(
                "{}: {namespace}/{operation} is denied",
                call.binding
            ))),
        }
    }
}

const IMPORTS: &str = r#"
  (import "wapc" "__guest_request" (func $request (param i32 i32)))
  (import "wapc" "__guest_response" (func $response (param i32 i32)))
  (import "wapc" "__guest_error" (func $error (param i32 i32)))
  (import "wapc" "__host_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_error_len" (func $error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (import "wapc" "__console_log" (func $log (param i32 i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (global $calls (mut i32) (i32.const 0))"#;

/// A waPC guest whose call has this body; `$op` and `$len` are the lengths. More may stand beside it.
fn guest(more: &str, body: &str) -> GuestModule {
    let text = format!(
        "(module {IMPORTS} {more}
          (func $self (export \"__guest_call\") (param $op i32) (param $len i32) (result i32) {body}))"
    );
    let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(GuestModule::protocol_of(&wasm), Some(GuestProtocol::Wapc));
    GuestModule::load(&ENGINE, &wasm, GuestProtocol::Wapc).unwrap()
}

fn call_with(module: &GuestModule, payload: &str, limits: Limits) -> GuestOutcome {
    let host: Arc<dyn Capabilities> = Arc::new(Host);
    module.call("validate", payload.as_bytes().to_vec(), &host, limits)
}

fn call(module: &GuestModule, payload: &str) -> GuestOutcome {
    call_with(module, payload, Limits::default())
}

fn answer(module: &GuestModule, payload: &str) -> Result<String, String> {
    match call(module, payload).answer {
        Ok(answer) => Ok(String::from_utf8(answer).unwrap()),
        Err(error) => Err(error.message),
    }
}

/// Reads the operation to 1000 and the payload behind it.
const READ: &str = "(call $request (i32.const 1000) (i32.add (i32.const 1000) (local.get $op)))";

#[test]
fn operation_and_payload_cross() {
    let echo = guest(
        "",
        &format!(
            "{READ} (call $response (i32.const 1000) (i32.add (local.get $op) (local.get $len))) i32.const 1"
        ),
    );
    assert_eq!(
        answer(&echo, "{\"é\": 1}"),
        Ok("validate{\"é\": 1}".to_owned())
    );
    assert_eq!(answer(&echo, ""), Ok("validate".to_owned()));
}

#[test]
fn failures_carry_the_modules_words() {
    for (body, expected) in [
        (
            "(call $error (i32.const 8) (i32.const 3)) i32.const 0",
            "the module failed: oh!",
        ),
        ("i32.const 0", "the module failed"),
        ("i32.const 7", "the module failed"),
        ("i32.const 1", "the module gives no answer"),
        // A panic writes its message, and traps.
        (
            "(drop (call $write (i32.const 2) (i32.const 32) (i32.const 1) (i32.const 64))) unreachable",
            "oh!",
        ),
    ] {
        let module = guest(
            "(data (i32.const 8) \"oh!\") (data (i32.const 32) \"\\08\\00\\00\\00\\03\\00\\00\\00\")",
            body,
        );
        let error = answer(&module, "").unwrap_err();
        assert!(error.contains(expected), "{body}: {error}");
    }
}

#[test]
fn modules_start_as_their_tool_chains_want() {
    let body = "(i32.store (i32.const 0) (global.get $calls)) (call $response (i32.const 0) (i32.const 1)) i32.const 1";
    let add = |n: u32| {
        format!(
            "(global.set $calls (i32.add (i32.mul (global.get $calls) (i32.const 10)) (i32.const {n})))"
        )
    };
    for (more, expected) in [
        (String::new(), 0),
        (format!("(func (export \"wapc_init\") {})", add(1)), 1),
        (
            format!(
                "(func (export \"wapc_init\") (result i32) {} i32.const 0)",
                add(1)
            ),
            1,
        ),
        (
            format!(
                "(func (export \"wapc_init\") {}) (func (export \"_start\") {} (call $exit (i32.const 0)))",
                add(1),
                add(2)
            ),
            21,
        ),
        (
            format!(
                "(func (export \"_initialize\") {}) (func (export \"wapc_init\") {})",
                add(3),
                add(1)
            ),
            31,
        ),
    ] {
        let module = guest(&more, body);
        // Nothing of the first call is left for the second one.
        for _ in 0..2 {
            assert_eq!(call(&module, "").answer.unwrap(), [expected], "{more}");
        }
    }
    let failing = guest(
        "(func (export \"_start\") (call $exit (i32.const 3)))",
        body,
    );
    assert_eq!(
        answer(&failing, "").unwrap_err(),
        "the module ended with exit code 3"
    );
}

/// The body of a call of a capability, whose name's parts stand in memory, and which answers with what came of it.
fn capability(namespace: &str, operation: &str) -> GuestModule {
    let (a, b) = (namespace.len(), operation.len());
    guest(
        &format!(
            "(data (i32.const 8) \"kubewarden\") (data (i32.const 32) \"{namespace}\") (data (i32.const 64) \"{operation}\")"
        ),
        &format!(
            "{READ}
            (if (i32.eq (i32.const 1) (call $call (i32.const 8) (i32.const 10) (i32.const 32) (i32.const {a})
                (i32.const 64) (i32.const {b}) (i32.add (i32.const 1000) (local.get $op)) (local.get $len)))
              (then (call $host_response (i32.const 2000))
                    (call $response (i32.const 2000) (call $response_len)))
              (else (call $host_error (i32.const 2000))
                    (call $response (i32.const 2000) (call $error_len))))
            i32.const 1"
        ),
    )
}

#[test]
fn capabilities_are_answered_failed_or_denied() {
    let outcome = call(&capability("kubernetes", "echo"), "ping");
    assert_eq!(outcome.answer.unwrap(), b"ping");
    assert!(outcome.denied.is_empty());
    let outcome = call(&capability("kubernetes", "fail"), "ping");
    assert_eq!(outcome.answer.unwrap(), b"broken");
    assert!(outcome.denied.is_empty());
    // That the module goes on as if nothing were does not hide it.
    let outcome = call(&capability("oci", "v1/verify"), "ping");
    let denied = "kubewarden: oci/v1/verify is denied";
    assert_eq!(outcome.answer.unwrap(), denied.as_bytes());
    assert_eq!(outcome.denied, [denied]);
    // Logging is no capability that anybody has to allow.
    let outcome = call(&capability("tracing", "log"), "a\nb");
    assert_eq!(outcome.answer.unwrap(), b"");
    assert_eq!(outcome.log, ["a", "b"]);
}

#[test]
fn logs_are_kept_as_far_as_there_is_room() {
    let module = guest(
        "(data (i32.const 8) \"line\")",
        "(local $n i32)
         (loop $again
           (call $log (i32.const 8) (i32.const 4))
           (local.set $n (i32.add (local.get $n) (i32.const 1)))
           (br_if $again (i32.lt_u (local.get $n) (i32.const 100000))))
         (call $response (i32.const 0) (i32.const 0)) i32.const 1",
    );
    let outcome = call(&module, "");
    assert!(outcome.answer.is_ok());
    let kept = outcome.log.len();
    assert!((1000..100_000).contains(&kept), "{kept}");
}

#[test]
fn addresses_are_not_believed() {
    for body in [
        "(call $request (i32.const -1) (i32.const 0)) i32.const 1",
        "(call $request (i32.const 0) (i32.const -2)) i32.const 1",
        "(call $request (i32.const 131070) (i32.const 0)) i32.const 1",
        "(call $response (i32.const -1) (i32.const 2)) i32.const 1",
        "(call $response (i32.const 0) (i32.const 131073)) i32.const 1",
        "(call $error (i32.const -1) (i32.const -1)) i32.const 0",
        "(call $log (i32.const 131000) (i32.const 1000)) i32.const 1",
        "(call $call (i32.const -1) (i32.const 8) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1))",
        "(call $host_response (i32.const 0)) (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
         (call $host_error (i32.const -1)) i32.const 1",
    ] {
        let error = call(&guest("", body), "payload").answer.unwrap_err();
        assert_eq!(error.kind, EvalErrorKind::Internal, "{body}");
        assert_eq!(error.message, "the module passed a bad address", "{body}");
    }
    for (body, expected) in [
        (
            "(call $call (i32.const 0) (i32.const 2000) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
            "the name of a capability is too long",
        ),
        (
            "(i32.store8 (i32.const 0) (i32.const 255)) (call $call (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
            "the name of a capability is no text",
        ),
    ] {
        assert_eq!(answer(&guest("", body), ""), Err(expected.to_owned()));
    }
}

#[test]
fn limits_hold() {
    let limits = Limits {
        timeout: Duration::from_millis(30),
        memory: 1 << 20,
    };
    for (more, body, kind) in [
        ("", "(loop $l br $l) i32.const 1", EvalErrorKind::Timeout),
        (
            "(func (export \"wapc_init\") (loop $l br $l))",
            "i32.const 1",
            EvalErrorKind::Timeout,
        ),
        (
            "",
            "(call $self (i32.const 0) (i32.const 0))",
            EvalErrorKind::Stack,
        ),
        ("", "unreachable", EvalErrorKind::Internal),
        (
            "",
            "(drop (memory.grow (i32.const 1000))) unreachable",
            EvalErrorKind::Memory,
        ),
        (
            "",
            "(drop (memory.grow (i32.const 1000))) (call $exit (i32.const 1)) i32.const 1",
            EvalErrorKind::Memory,
        ),
    ] {
        let module = guest(more, body);
        for _ in 0..2 {
            let error = call_with(&module, "", limits).answer.unwrap_err();
            assert_eq!(error.kind, kind, "{body}: {error}");
        }
    }
    let module = guest(
        "",
        "(loop $l (call $log (i32.const 0) (i32.const 60000)) br $l) i32.const 1",
    );
    let error = call_with(&module, "", limits).answer.unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Timeout);
    // A payload that does not fit is the module's own trap or the host's error, never an answer.
    let module = guest(
        "",
        &format!("{READ} (call $response (i32.const 0) (i32.const 1)) i32.const 1"),
    );
    let error = call(&module, &"x".repeat(1 << 18)).answer.unwrap_err();
    assert_eq!(error.message, "the module passed a bad address");
}

fn load(text: &str, protocol: GuestProtocol) -> String {
    let wasm = wat::parse_str(text).unwrap();
    GuestModule::load(&ENGINE, &wasm, protocol)
        .unwrap_err()
        .to_string()
}

#[test]
fn what_there_is_not_is_refused() {
    use GuestProtocol::{Command, Wapc};
    for (text, protocol, expected) in [
        (
            "(module (memory (export \"memory\") 1))",
            Wapc,
            "does not export `__guest_call`",
        ),
        (
            "(module (func (export \"__guest_call\") (param i32 i32) (result i32) i32.const 0))",
            Wapc,
            "does not export `memory`",
        ),
        (
            "(module (memory (export \"memory\") 1) (func (export \"__guest_call\")))",
            Wapc,
            "does not export `__guest_call`",
        ),
        (
            "(module (memory (export \"memory\") 1))",
            Command,
            "does not export `_start`",
        ),
        (
            "(module (import \"wapc\" \"__x\" (func)))",
            Wapc,
            "unknown import `wapc.__x`",
        ),
        (
            "(module (import \"wapc\" \"__guest_error\" (func)))",
            Wapc,
            "unknown import `wapc.__guest_error`",
        ),
        (
            "(module (import \"wapc\" \"__guest_error\" (func (param i32 i32))))",
            Command,
            "unknown import `wapc.__guest_error`",
        ),
        (
            "(module (import \"wapc\" \"__guest_error\" (memory 1)))",
            Wapc,
            "unknown import",
        ),
        (
            "(module (import \"host\" \"call\" (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32))))",
            Wapc,
            "unknown import `host.call`",
        ),
        (
            "(module (import \"host\" \"other\" (func)))",
            Command,
            "unknown import `host.other`",
        ),
        (
            "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func)))",
            Command,
            "unknown import",
        ),
        (
            "(module (import \"wasi_snapshot_preview1\" \"path_open\" (func (param i32))))",
            Command,
            "unknown import",
        ),
        (
            "(module (import \"wasi_unstable\" \"proc_exit\" (func (param i32))))",
            Command,
            "unknown import",
        ),
        (
            "(module (import \"env\" \"x\" (func)))",
            Command,
            "unknown import `env.x`",
        ),
    ] {
        let error = load(text, protocol);
        assert!(error.contains(expected), "{text}: {error}");
    }
    for (text, expected) in [
        ("(module)", None),
        ("(module (func (export \"_start\")))", None),
        ("(module (func (export \"__guest_call\")))", Some(Wapc)),
        (
            "(module (import \"wasi_snapshot_preview1\" \"x\" (func)) (func (export \"_start\")))",
            Some(Command),
        ),
        (
            "(module (import \"wasi_snapshot_preview1\" \"x\" (func)))",
            None,
        ),
    ] {
        assert_eq!(
            GuestModule::protocol_of(&wat::parse_str(text).unwrap()),
            expected,
            "{text}"
        );
    }
    assert_eq!(GuestModule::protocol_of(b"\0asm"), None);
}

/// A command whose `_start` has this body, beside functions that read its input to 1000 and write an answer.
fn command(body: &str) -> GuestModule {
    let wasi = [
        ("args_sizes_get", "i32 i32"),
        ("args_get", "i32 i32"),
        ("environ_sizes_get", "i32 i32"),
        ("clock_time_get", "i32 i64 i32"),
        ("random_get", "i32 i32"),
        ("fd_read", "i32 i32 i32 i32"),
        ("fd_write", "i32 i32 i32 i32"),
        ("fd_fdstat_get", "i32 i32"),
        ("fd_prestat_get", "i32 i32"),
        ("fd_seek", "i32 i64 i32 i32"),
        ("fd_close", "i32"),
        ("poll_oneoff", "i32 i32 i32 i32"),
        ("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32"),
        ("sock_send", "i32 i32 i32 i32 i32"),
    ];
    let imports: String = wasi
        .iter()
        .map(|(name, params)| {
            format!("(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} (param {params}) (result i32)))")
        })
        .collect();
    let text = format!(
        "(module {imports}
          (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))
          (import \"host\" \"call\" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
          (memory (export \"memory\") 2)
          (data (i32.const 8) \"kubewarden\") (data (i32.const 32) \"kubernetes\") (data (i32.const 64) \"echofail\")
          (func $piece (param $at i32) (param $len i32)
            (i32.store (i32.const 100) (local.get $at)) (i32.store (i32.const 104) (local.get $len)))
          (func $print (param $at i32) (param $len i32)
            (call $piece (local.get $at) (local.get $len))
            (drop (call $fd_write (i32.const 1) (i32.const 100) (i32.const 1) (i32.const 108))))
          (func $complain (param $at i32) (param $len i32)
            (call $piece (local.get $at) (local.get $len))
            (drop (call $fd_write (i32.const 2) (i32.const 100) (i32.const 1) (i32.const 108))))
          (func $read (param $at i32) (result i32)
            (call $piece (local.get $at) (i32.const 60000))
            (drop (call $fd_read (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 108)))
            (i32.load (i32.const 108)))
          (func $number (param $n i32)
            (i32.store (i32.const 200) (local.get $n)) (call $print (i32.const 200) (i32.const 4)))
          (func (export \"_start\") {body}))"
    );
    let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(
        GuestModule::protocol_of(&wasm),
        Some(GuestProtocol::Command)
    );
    GuestModule::load(&ENGINE, &wasm, GuestProtocol::Command).unwrap()
}

#[test]
fn a_command_reads_its_input_and_its_operation() {
    let echo = command(
        "(drop (call $args_sizes_get (i32.const 300) (i32.const 304)))
         (drop (call $args_get (i32.const 400) (i32.const 500)))
         (call $print (i32.const 500) (i32.load (i32.const 304)))
         (call $print (i32.const 1000) (call $read (i32.const 1000)))
         (call $number (call $read (i32.const 1000)))",
    );
    assert_eq!(
        answer(&echo, "{}"),
        Ok("policy.wasm\0validate\0{}\0\0\0\0".to_owned())
    );
    let exits =
        command("(call $print (i32.const 8) (i32.const 4)) (call $exit (i32.const 0)) unreachable");
    assert_eq!(answer(&exits, ""), Ok("kube".to_owned()));
    let fails = command("(call $complain (i32.const 8) (i32.const 4)) (call $exit (i32.const 4))");
    assert_eq!(
        answer(&fails, ""),
        Err("the module ended with exit code 4: kube".to_owned())
    );
    let logs = command("(call $complain (i32.const 8) (i32.const 4))");
    assert_eq!(call(&logs, "").log, ["kube"]);
}

#[test]
fn a_command_reads_what_the_host_answers() {
    let call_of = |at: u32| {
        format!(
            "(drop (call $read (i32.const 1000)))
             (call $number (call $call (i32.const 8) (i32.const 10) (i32.const 32) (i32.const 10)
                (i32.const {at}) (i32.const 4) (i32.const 1000) (i32.const 2)))
             (call $print (i32.const 1000) (call $read (i32.const 1000)))"
        )
    };
    assert_eq!(
        answer(&command(&call_of(64)), "{}"),
        Ok("\0\0\0\0{}".to_owned())
    );
    assert_eq!(
        answer(&command(&call_of(68)), "{}"),
        Ok("\u{1}\0\0\0broken".to_owned())
    );
}

#[test]
fn there_is_no_world_outside() {
    for (body, expected) in [
        // No environment, no file, no socket.
        (
            "(drop (call $environ_sizes_get (i32.const 200) (i32.const 204))) (call $number (i32.load (i32.const 200)))",
            0,
        ),
        (
            "(call $number (call $fd_prestat_get (i32.const 3) (i32.const 300)))",
            8,
        ),
        (
            "(call $number (call $path_open (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 4) (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 300)))",
            52,
        ),
        (
            "(call $number (call $sock_send (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 300)))",
            52,
        ),
        (
            "(call $number (call $fd_write (i32.const 3) (i32.const 100) (i32.const 1) (i32.const 108)))",
            8,
        ),
        (
            "(call $number (call $fd_read (i32.const 1) (i32.const 100) (i32.const 1) (i32.const 108)))",
            8,
        ),
        ("(call $number (call $fd_close (i32.const 7)))", 8),
        (
            "(call $number (call $fd_seek (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 300)))",
            70,
        ),
        (
            "(call $number (call $fd_fdstat_get (i32.const 0) (i32.const 300)))",
            0,
        ),
        // Addresses and counts that are none.
        (
            "(call $number (call $fd_fdstat_get (i32.const 0) (i32.const -4)))",
            21,
        ),
        (
            "(call $number (call $fd_write (i32.const 1) (i32.const 100) (i32.const 100000) (i32.const 108)))",
            28,
        ),
        (
            "(call $number (call $fd_write (i32.const 1) (i32.const -8) (i32.const 2) (i32.const 108)))",
            21,
        ),
        (
            "(call $piece (i32.const 8) (i32.const -1)) (call $number (call $fd_write (i32.const 1) (i32.const 100) (i32.const 1) (i32.const 108)))",
            21,
        ),
        (
            "(call $piece (i32.const -1) (i32.const 10)) (call $number (call $fd_read (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 108)))",
            21,
        ),
        (
            "(call $number (call $random_get (i32.const 0) (i32.const -1)))",
            28,
        ),
        (
            "(call $number (call $random_get (i32.const -1) (i32.const 8)))",
            21,
        ),
        (
            "(call $number (call $clock_time_get (i32.const 9) (i64.const 0) (i32.const 300)))",
            28,
        ),
        (
            "(call $number (call $args_sizes_get (i32.const -1) (i32.const 0)))",
            21,
        ),
        (
            "(call $number (call $args_get (i32.const -1) (i32.const 0)))",
            21,
        ),
        (
            "(call $number (call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 300)))",
            28,
        ),
        (
            "(call $number (call $poll_oneoff (i32.const -9) (i32.const 0) (i32.const 1) (i32.const 300)))",
            21,
        ),
        (
            "(call $number (call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 300)))",
            28,
        ),
    ] {
        let expected: [u8; 4] = u32::to_le_bytes(expected);
        assert_eq!(
            call(&command(body), "{}").answer.unwrap(),
            expected,
            "{body}"
        );
    }
}

#[test]
fn sleep_takes_no_time() {
    // A subscription of the monotonic clock, for a day.
    let module = command(
        "(i32.store8 (i32.const 608) (i32.const 0)) (i32.store (i32.const 616) (i32.const 1))
         (i64.store (i32.const 624) (i64.const 86400000000000))
         (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 700)))
         (drop (call $poll_oneoff (i32.const 600) (i32.const 800) (i32.const 1) (i32.const 900)))
         (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 708)))
         (call $number (i32.load (i32.const 900)))
         (call $number (i64.ge_u (i64.sub (i64.load (i32.const 708)) (i64.load (i32.const 700))) (i64.const 86400000000000)))",
    );
    assert_eq!(answer(&module, ""), Ok("\u{1}\0\0\0\u{1}\0\0\0".to_owned()));
}

#[test]
fn what_a_command_writes_is_bounded() {
    let module = command("(loop $l (call $print (i32.const 0) (i32.const 60000)) br $l)");
    let limits = Limits {
        memory: 1 << 20,
        ..Limits::default()
    };
    let error = call_with(&module, "", limits).answer.unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::Memory);
    let module = command("(loop $l (call $complain (i32.const 0) (i32.const 60000)) br $l)");
    let limits = Limits {
        timeout: Duration::from_millis(30),
        ..Limits::default()
    };
    let outcome = call_with(&module, "", limits);
    assert_eq!(outcome.answer.unwrap_err().kind, EvalErrorKind::Timeout);
    let kept: usize = outcome.log.iter().map(String::len).sum();
    assert!(kept <= 4 << 20, "{kept}");
}
