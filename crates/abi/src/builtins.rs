//! The one table of builtin functions.
//!
//! The compiler reads names, arities and types from it, the guest its implementations by [`BuiltinId`], the host
//! which ones it must provide. Names, arities and types are those of OPA 1.22.

/// The number of a builtin: its place in [`BUILTINS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BuiltinId(pub u32);

/// One builtin.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// Its name in Rego.
    pub name: &'static str,
    /// Types of its arguments, as OPA writes them (`string`, `array[any]`, `any<null, array[string]>`, ...).
    pub args: &'static [&'static str],
    /// Names of its arguments, and of its result behind them; some are empty.
    pub names: &'static [&'static str],
    /// The type of its result; `-` where it has none.
    pub result: &'static str,
    /// Its infix operator, if it has one.
    pub infix: Option<&'static str>,
    /// Whether it relates its arguments to many results (`walk`): the implementation returns an array of them.
    pub relation: bool,
    /// Whether two calls with equal arguments may differ.
    pub nondeterministic: bool,
    /// Whether Rego v1 refuses it.
    pub deprecated: bool,
}

impl Builtin {
    /// The number of its arguments.
    #[must_use]
    pub const fn arity(&self) -> usize {
        self.args.len()
    }
}

/// Finds a builtin by its name in Rego.
#[must_use]
pub fn by_name(name: &str) -> Option<BuiltinId> {
    BUILTINS
        .binary_search_by(|b| b.name.cmp(name))
        .ok()
        .map(|i| BuiltinId(i as u32))
}

impl BuiltinId {
    /// The table's entry.
    #[must_use]
    pub fn get(self) -> Option<&'static Builtin> {
        BUILTINS.get(self.0 as usize)
    }
}

macro_rules! builtins {
    ($($name:literal ($($an:literal : $arg:literal),*) -> $rn:literal : $result:literal, $infix:expr, $rel:literal, $nondet:literal, $depr:literal;)*) => {
        /// All builtins, sorted by name.
        pub const BUILTINS: &[Builtin] = &[$(Builtin {
            name: $name, args: &[$($arg),*], names: &[$($an,)* $rn], result: $result, infix: $infix,
            relation: $rel, nondeterministic: $nondet, deprecated: $depr,
        }),*];
    };
}

builtins! {
    "abs" ("x": "number") -> "y": "number", None, false, false, false;
    "all" ("": "any<array[any], set[any]>") -> "": "boolean", None, false, false, true;
    "and" ("x": "set[any]", "y": "set[any]") -> "z": "set[any]", Some("&"), false, false, false;
    "any" ("": "any<array[any], set[any]>") -> "": "boolean", None, false, false, true;
    "array.concat" ("x": "array[any]", "y": "array[any]") -> "z": "array[any]", None, false, false, false;
    "array.flatten" ("arr": "array[any]") -> "flattened": "array[any]", None, false, false, false;
    "array.reverse" ("arr": "array[any]") -> "rev": "array[any]", None, false, false, false;
    "array.slice" ("arr": "array[any]", "start": "number", "stop": "number") -> "slice": "array[any]", None, false, false, false;
    "assign" ("": "any", "": "any") -> "": "boolean", Some(":="), false, false, false;
    "base64.decode" ("x": "string") -> "y": "string", None, false, false, false;
    "base64.encode" ("x": "string") -> "y": "string", None, false, false, false;
    "base64.is_valid" ("x": "string") -> "result": "boolean", None, false, false, false;
    "base64url.decode" ("x": "string") -> "y": "string", None, false, false, false;
    "base64url.encode" ("x": "string") -> "y": "string", None, false, false, false;
    "base64url.encode_no_pad" ("x": "string") -> "y": "string", None, false, false, false;
    "bits.and" ("x": "number", "y": "number") -> "z": "number", None, false, false, false;
    "bits.lsh" ("x": "number", "s": "number") -> "z": "number", None, false, false, false;
    "bits.negate" ("x": "number") -> "z": "number", None, false, false, false;
    "bits.or" ("x": "number", "y": "number") -> "z": "number", None, false, false, false;
    "bits.rsh" ("x": "number", "s": "number") -> "z": "number", None, false, false, false;
    "bits.xor" ("x": "number", "y": "number") -> "z": "number", None, false, false, false;
    "cast_array" ("": "any") -> "": "array[any]", None, false, false, true;
    "cast_boolean" ("": "any") -> "": "boolean", None, false, false, true;
    "cast_null" ("": "any") -> "": "null", None, false, false, true;
    "cast_object" ("": "any") -> "": "object[any: any]", None, false, false, true;
    "cast_set" ("": "any") -> "": "set[any]", None, false, false, true;
    "cast_string" ("": "any") -> "": "string", None, false, false, true;
    "ceil" ("x": "number") -> "y": "number", None, false, false, false;
    "concat" ("delimiter": "string", "collection": "any<array[string], set[string]>") -> "output": "string", None, false, false, false;
    "contains" ("haystack": "string", "needle": "string") -> "result": "boolean", None, false, false, false;
    "count" ("collection": "any<string, array[any], object[any: any], set[any]>") -> "n": "number", None, false, false, false;
    "crypto.hmac.equal" ("mac1": "string", "mac2": "string") -> "result": "boolean", None, false, false, false;
    "crypto.hmac.md5" ("x": "string", "key": "string") -> "y": "string", None, false, false, false;
    "crypto.hmac.sha1" ("x": "string", "key": "string") -> "y": "string", None, false, false, false;
    "crypto.hmac.sha256" ("x": "string", "key": "string") -> "y": "string", None, false, false, false;
    "crypto.hmac.sha512" ("x": "string", "key": "string") -> "y": "string", None, false, false, false;
    "crypto.md5" ("x": "string") -> "y": "string", None, false, false, false;
    "crypto.parse_private_keys" ("keys": "string") -> "output": "array[object[string: any]]", None, false, false, false;
    "crypto.sha1" ("x": "string") -> "y": "string", None, false, false, false;
    "crypto.sha256" ("x": "string") -> "y": "string", None, false, false, false;
    "crypto.x509.parse_and_verify_certificates" ("certs": "string") -> "output": "array<boolean, array[object[string: any]]>", None, false, false, false;
    "crypto.x509.parse_and_verify_certificates_with_options" ("certs": "string", "options": "object[string: any]") -> "output": "array<boolean, array[object[string: any]]>", None, false, false, false;
    "crypto.x509.parse_certificate_request" ("csr": "string") -> "output": "object[string: any]", None, false, false, false;
    "crypto.x509.parse_certificates" ("certs": "string") -> "output": "array[object[string: any]]", None, false, false, false;
    "crypto.x509.parse_keypair" ("cert": "string", "pem": "string") -> "output": "object[string: any]", None, false, false, false;
    "crypto.x509.parse_rsa_private_key" ("pem": "string") -> "output": "object[string: any]", None, false, false, false;
    "div" ("x": "number", "y": "number") -> "z": "number", Some("/"), false, false, false;
    "endswith" ("search": "string", "base": "string") -> "result": "boolean", None, false, false, false;
    "eq" ("": "any", "": "any") -> "": "boolean", Some("="), false, false, false;
    "equal" ("x": "any", "y": "any") -> "result": "boolean", Some("=="), false, false, false;
    "floor" ("x": "number") -> "y": "number", None, false, false, false;
    "format_int" ("number": "number", "base": "number") -> "output": "string", None, false, false, false;
    "glob.match" ("pattern": "string", "delimiters": "any<null, array[string]>", "match": "string") -> "result": "boolean", None, false, false, false;
    "glob.quote_meta" ("pattern": "string") -> "output": "string", None, false, false, false;
    "graph.reachable" ("graph": "object[any: any<array[any], set[any]>]", "initial": "any<array[any], set[any]>") -> "output": "set[any]", None, false, false, false;
    "graph.reachable_paths" ("graph": "object[any: any<array[any], set[any]>]", "initial": "any<array[any], set[any]>") -> "output": "set[array[any]]", None, false, false, false;
    "graphql.is_valid" ("query": "any<string, object[any: any]>", "schema": "any<string, object[any: any]>") -> "output": "boolean", None, false, false, false;
    "graphql.parse" ("query": "any<string, object[any: any]>", "schema": "any<string, object[any: any]>") -> "output": "array<object[any: any], object[any: any]>", None, false, false, false;
    "graphql.parse_and_verify" ("query": "any<string, object[any: any]>", "schema": "any<string, object[any: any]>") -> "output": "array<boolean, object[any: any], object[any: any]>", None, false, false, false;
    "graphql.parse_query" ("query": "string") -> "output": "object[any: any]", None, false, false, false;
    "graphql.parse_schema" ("schema": "string") -> "output": "object[any: any]", None, false, false, false;
    "graphql.schema_is_valid" ("schema": "any<string, object[any: any]>") -> "output": "boolean", None, false, false, false;
    "gt" ("x": "any", "y": "any") -> "result": "boolean", Some(">"), false, false, false;
    "gte" ("x": "any", "y": "any") -> "result": "boolean", Some(">="), false, false, false;
    "hex.decode" ("x": "string") -> "y": "string", None, false, false, false;
    "hex.encode" ("x": "string") -> "y": "string", None, false, false, false;
    "http.send" ("request": "object[string: any]") -> "response": "object[any: any]", None, false, true, false;
    "indexof" ("haystack": "string", "needle": "string") -> "output": "number", None, false, false, false;
    "indexof_n" ("haystack": "string", "needle": "string") -> "output": "array[number]", None, false, false, false;
    "internal.member_2" ("": "any", "": "any") -> "": "boolean", Some("in"), false, false, false;
    "internal.member_3" ("": "any", "": "any", "": "any") -> "": "boolean", Some("in"), false, false, false;
    "internal.print" ("": "array[set[any]]") -> "": "-", None, false, false, false;
    "internal.template_string" ("": "array[any]") -> "": "string", None, false, false, false;
    "internal.test_case" ("": "array[any]") -> "": "-", None, false, false, false;
    "intersection" ("xs": "set[set[any]]") -> "y": "set[any]", None, false, false, false;
    "io.jwt.decode" ("jwt": "string") -> "output": "array<object[any: any], object[any: any], string>", None, false, false, false;
    "io.jwt.decode_verify" ("jwt": "string", "constraints": "object[string: any]") -> "output": "array<boolean, object[any: any], object[any: any]>", None, false, true, false;
    "io.jwt.encode_sign" ("headers": "object[string: any]", "payload": "object[string: any]", "key": "object[string: any]") -> "output": "string", None, false, true, false;
    "io.jwt.encode_sign_raw" ("headers": "string", "payload": "string", "key": "string") -> "output": "string", None, false, true, false;
    "io.jwt.verify_eddsa" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_es256" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_es384" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_es512" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_hs256" ("jwt": "string", "secret": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_hs384" ("jwt": "string", "secret": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_hs512" ("jwt": "string", "secret": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_ps256" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_ps384" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_ps512" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_rs256" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_rs384" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "io.jwt.verify_rs512" ("jwt": "string", "certificate": "string") -> "result": "boolean", None, false, false, false;
    "is_array" ("x": "any") -> "result": "boolean", None, false, false, false;
    "is_boolean" ("x": "any") -> "result": "boolean", None, false, false, false;
    "is_null" ("x": "any") -> "result": "boolean", None, false, false, false;
    "is_number" ("x": "any") -> "result": "boolean", None, false, false, false;
    "is_object" ("x": "any") -> "result": "boolean", None, false, false, false;
    "is_set" ("x": "any") -> "result": "boolean", None, false, false, false;
    "is_string" ("x": "any") -> "result": "boolean", None, false, false, false;
    "json.filter" ("object": "object[any: any]", "paths": "any<array[any<string, array[any]>], set[any<string, array[any]>]>") -> "filtered": "object[any: any]", None, false, false, false;
    "json.is_valid" ("x": "string") -> "result": "boolean", None, false, false, false;
    "json.marshal" ("x": "any") -> "y": "string", None, false, false, false;
    "json.marshal_with_options" ("x": "any", "opts": "object<indent: string, prefix: string, pretty: boolean>[string: any]") -> "y": "string", None, false, false, false;
    "json.match_schema" ("document": "any<string, object[any: any]>", "schema": "any<string, object[any: any]>") -> "output": "array<boolean, array[object<desc: string, error: string, field: string, type: string>]>", None, false, true, false;
    "json.patch" ("target": "any", "patches": "array[object<op: string, path: any>[any: any]]") -> "output": "any", None, false, false, false;
    "json.remove" ("object": "object[any: any]", "paths": "any<array[any<string, array[any]>], set[any<string, array[any]>]>") -> "output": "object[any: any]", None, false, false, false;
    "json.unmarshal" ("x": "string") -> "y": "any", None, false, false, false;
    "json.verify_schema" ("schema": "any<string, object[any: any]>") -> "output": "array<boolean, any<null, string>>", None, false, true, false;
    "lower" ("x": "string") -> "y": "string", None, false, false, false;
    "lt" ("x": "any", "y": "any") -> "result": "boolean", Some("<"), false, false, false;
    "lte" ("x": "any", "y": "any") -> "result": "boolean", Some("<="), false, false, false;
    "max" ("collection": "any<array[any], set[any]>") -> "n": "any", None, false, false, false;
    "min" ("collection": "any<array[any], set[any]>") -> "n": "any", None, false, false, false;
    "minus" ("x": "any<number, set[any]>", "y": "any<number, set[any]>") -> "z": "any<number, set[any]>", None, false, false, false;
    "mul" ("x": "number", "y": "number") -> "z": "number", Some("*"), false, false, false;
    "neq" ("x": "any", "y": "any") -> "result": "boolean", Some("!="), false, false, false;
    "net.cidr_contains" ("cidr": "string", "cidr_or_ip": "string") -> "result": "boolean", None, false, false, false;
    "net.cidr_contains_matches" ("cidrs": "any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], set[any<string, array[any]>]>", "cidrs_or_ips": "any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], set[any<string, array[any]>]>") -> "output": "set[array<any, any>]", None, false, false, false;
    "net.cidr_expand" ("cidr": "string") -> "hosts": "set[string]", None, false, false, false;
    "net.cidr_intersects" ("cidr1": "string", "cidr2": "string") -> "result": "boolean", None, false, false, false;
    "net.cidr_is_valid" ("cidr": "string") -> "result": "boolean", None, false, false, false;
    "net.cidr_merge" ("addrs": "any<array[any<string>], set[string]>") -> "output": "set[string]", None, false, false, false;
    "net.cidr_overlap" ("": "string", "": "string") -> "": "boolean", None, false, false, true;
    "net.lookup_ip_addr" ("name": "string") -> "addrs": "set[string]", None, false, true, false;
    "numbers.range" ("a": "number", "b": "number") -> "range": "array[number]", None, false, false, false;
    "numbers.range_step" ("a": "number", "b": "number", "step": "number") -> "range": "array[number]", None, false, false, false;
    "object.filter" ("object": "object[any: any]", "keys": "any<array[any], object[any: any], set[any]>") -> "filtered": "object[any: any]", None, false, false, false;
    "object.get" ("object": "object[any: any]", "key": "any", "default": "any") -> "value": "any", None, false, false, false;
    "object.keys" ("object": "object[any: any]") -> "value": "set[any]", None, false, false, false;
    "object.remove" ("object": "object[any: any]", "keys": "any<array[any], object[any: any], set[any]>") -> "output": "object[any: any]", None, false, false, false;
    "object.subset" ("super": "any<array[any], object[any: any], set[any]>", "sub": "any<array[any], object[any: any], set[any]>") -> "result": "boolean", None, false, false, false;
    "object.union" ("a": "object[any: any]", "b": "object[any: any]") -> "output": "object[any: any]", None, false, false, false;
    "object.union_n" ("objects": "array[object[any: any]]") -> "output": "object[any: any]", None, false, false, false;
    "opa.runtime" () -> "output": "object[string: any]", None, false, true, false;
    "or" ("x": "set[any]", "y": "set[any]") -> "z": "set[any]", Some("|"), false, false, false;
    "plus" ("x": "number", "y": "number") -> "z": "number", Some("+"), false, false, false;
    "print" () -> "": "-", None, false, false, false;
    "product" ("collection": "any<array[number], set[number]>") -> "n": "number", None, false, false, false;
    "providers.aws.sign_req" ("request": "object[string: any]", "aws_config": "object[string: any]", "time_ns": "number") -> "signed_request": "object[any: any]", None, false, false, false;
    "rand.intn" ("str": "string", "n": "number") -> "y": "number", None, false, true, false;
    "re_match" ("": "string", "": "string") -> "": "boolean", None, false, false, true;
    "regex.find_all_string_submatch_n" ("pattern": "string", "value": "string", "number": "number") -> "output": "array[array[string]]", None, false, false, false;
    "regex.find_n" ("pattern": "string", "value": "string", "number": "number") -> "output": "array[string]", None, false, false, false;
    "regex.globs_match" ("glob1": "string", "glob2": "string") -> "result": "boolean", None, false, false, false;
    "regex.is_valid" ("pattern": "string") -> "result": "boolean", None, false, false, false;
    "regex.match" ("pattern": "string", "value": "string") -> "result": "boolean", None, false, false, false;
    "regex.replace" ("s": "string", "pattern": "string", "value": "string") -> "output": "string", None, false, false, false;
    "regex.split" ("pattern": "string", "value": "string") -> "output": "array[string]", None, false, false, false;
    "regex.template_match" ("template": "string", "value": "string", "delimiter_start": "string", "delimiter_end": "string") -> "result": "boolean", None, false, false, false;
    "rego.metadata.chain" () -> "chain": "array[any]", None, false, false, false;
    "rego.metadata.rule" () -> "output": "any", None, false, false, false;
    "rego.parse_module" ("filename": "string", "rego": "string") -> "output": "object[string: any]", None, false, false, false;
    "rem" ("x": "number", "y": "number") -> "z": "number", Some("%"), false, false, false;
    "replace" ("x": "string", "old": "string", "new": "string") -> "y": "string", None, false, false, false;
    "round" ("x": "number") -> "y": "number", None, false, false, false;
    "semver.compare" ("a": "string", "b": "string") -> "result": "number", None, false, false, false;
    "semver.is_valid" ("vsn": "any") -> "result": "boolean", None, false, false, false;
    "set_diff" ("": "set[any]", "": "set[any]") -> "": "set[any]", None, false, false, true;
    "sort" ("collection": "any<array[any], set[any]>") -> "n": "array[any]", None, false, false, false;
    "split" ("x": "string", "delimiter": "string") -> "ys": "array[string]", None, false, false, false;
    "sprintf" ("format": "string", "values": "array[any]") -> "output": "string", None, false, false, false;
    "startswith" ("search": "string", "base": "string") -> "result": "boolean", None, false, false, false;
    "strings.any_prefix_match" ("search": "any<string, array[string], set[string]>", "base": "any<string, array[string], set[string]>") -> "result": "boolean", None, false, false, false;
    "strings.any_suffix_match" ("search": "any<string, array[string], set[string]>", "base": "any<string, array[string], set[string]>") -> "result": "boolean", None, false, false, false;
    "strings.count" ("search": "string", "substring": "string") -> "output": "number", None, false, false, false;
    "strings.render_template" ("value": "string", "vars": "object[string: any]") -> "result": "string", None, false, false, false;
    "strings.replace_n" ("patterns": "object[string: string]", "value": "string") -> "output": "string", None, false, false, false;
    "strings.reverse" ("x": "string") -> "y": "string", None, false, false, false;
    "strings.split_n" ("x": "string", "delimiter": "string", "n": "number") -> "ys": "array[string]", None, false, false, false;
    "substring" ("value": "string", "offset": "number", "length": "number") -> "output": "string", None, false, false, false;
    "sum" ("collection": "any<array[number], set[number]>") -> "n": "number", None, false, false, false;
    "time.add_date" ("ns": "number", "years": "number", "months": "number", "days": "number") -> "output": "number", None, false, false, false;
    "time.clock" ("x": "any<number, array<number, string>>") -> "output": "array<number, number, number>", None, false, false, false;
    "time.date" ("x": "any<number, array<number, string>>") -> "date": "array<number, number, number>", None, false, false, false;
    "time.diff" ("ns1": "any<number, array<number, string>>", "ns2": "any<number, array<number, string>>") -> "output": "array<number, number, number, number, number, number>", None, false, false, false;
    "time.format" ("x": "any<number, array<number, string>, array<number, string, string>>") -> "formatted timestamp": "string", None, false, false, false;
    "time.now_ns" () -> "now": "number", None, false, true, false;
    "time.parse_duration_ns" ("duration": "string") -> "ns": "number", None, false, false, false;
    "time.parse_ns" ("layout": "string", "value": "string") -> "ns": "number", None, false, false, false;
    "time.parse_rfc3339_ns" ("value": "string") -> "ns": "number", None, false, false, false;
    "time.weekday" ("x": "any<number, array<number, string>>") -> "day": "string", None, false, false, false;
    "to_number" ("value": "any<null, boolean, number, string>") -> "num": "number", None, false, false, false;
    "trace" ("note": "string") -> "result": "boolean", None, false, false, false;
    "trim" ("value": "string", "cutset": "string") -> "output": "string", None, false, false, false;
    "trim_left" ("value": "string", "cutset": "string") -> "output": "string", None, false, false, false;
    "trim_prefix" ("value": "string", "prefix": "string") -> "output": "string", None, false, false, false;
    "trim_right" ("value": "string", "cutset": "string") -> "output": "string", None, false, false, false;
    "trim_space" ("value": "string") -> "output": "string", None, false, false, false;
    "trim_suffix" ("value": "string", "suffix": "string") -> "output": "string", None, false, false, false;
    "type_name" ("x": "any") -> "type": "string", None, false, false, false;
    "union" ("xs": "set[set[any]]") -> "y": "set[any]", None, false, false, false;
    "units.parse" ("x": "string") -> "y": "number", None, false, false, false;
    "units.parse_bytes" ("x": "string") -> "y": "number", None, false, false, false;
    "upper" ("x": "string") -> "y": "string", None, false, false, false;
    "uri.is_valid" ("uri": "string") -> "result": "boolean", None, false, false, false;
    "uri.parse" ("uri": "string") -> "output": "object[string: string]", None, false, false, false;
    "urlquery.decode" ("x": "string") -> "y": "string", None, false, false, false;
    "urlquery.decode_object" ("x": "string") -> "object": "object[string: array[string]]", None, false, false, false;
    "urlquery.encode" ("x": "string") -> "y": "string", None, false, false, false;
    "urlquery.encode_object" ("object": "object[string: any<string, array[string], set[string]>]") -> "y": "string", None, false, false, false;
    "uuid.parse" ("uuid": "string") -> "result": "object[string: any]", None, false, false, false;
    "uuid.rfc4122" ("k": "string") -> "output": "string", None, false, true, false;
    "walk" ("x": "any") -> "output": "array<array[any], any>", None, true, false, false;
    "yaml.is_valid" ("x": "string") -> "result": "boolean", None, false, false, false;
    "yaml.marshal" ("x": "any") -> "y": "string", None, false, false, false;
    "yaml.unmarshal" ("x": "string") -> "y": "any", None, false, false, false;
}
