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
    /// Types of its arguments, as OPA's documentation writes them (`string`, `array[any]`, `any`, ...).
    pub args: &'static [&'static str],
    /// The type of its result.
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
    ($($name:literal ($($arg:literal),*) -> $result:literal, $infix:expr, $rel:literal, $nondet:literal, $depr:literal;)*) => {
        /// All builtins, sorted by name.
        pub const BUILTINS: &[Builtin] = &[$(Builtin {
            name: $name, args: &[$($arg),*], result: $result, infix: $infix,
            relation: $rel, nondeterministic: $nondet, deprecated: $depr,
        }),*];
    };
}

builtins! {
    "abs" ("number") -> "number", None, false, false, false;
    "all" ("array[any]|set[any]") -> "boolean", None, false, false, true;
    "and" ("set[any]", "set[any]") -> "set[any]", Some("&"), false, false, false;
    "any" ("array[any]|set[any]") -> "boolean", None, false, false, true;
    "array.concat" ("array[any]", "array[any]") -> "array[any]", None, false, false, false;
    "array.flatten" ("array[any]") -> "array[any]", None, false, false, false;
    "array.reverse" ("array[any]") -> "array[any]", None, false, false, false;
    "array.slice" ("array[any]", "number", "number") -> "array[any]", None, false, false, false;
    "assign" ("any", "any") -> "boolean", Some(":="), false, false, false;
    "base64.decode" ("string") -> "string", None, false, false, false;
    "base64.encode" ("string") -> "string", None, false, false, false;
    "base64.is_valid" ("string") -> "boolean", None, false, false, false;
    "base64url.decode" ("string") -> "string", None, false, false, false;
    "base64url.encode" ("string") -> "string", None, false, false, false;
    "base64url.encode_no_pad" ("string") -> "string", None, false, false, false;
    "bits.and" ("number", "number") -> "number", None, false, false, false;
    "bits.lsh" ("number", "number") -> "number", None, false, false, false;
    "bits.negate" ("number") -> "number", None, false, false, false;
    "bits.or" ("number", "number") -> "number", None, false, false, false;
    "bits.rsh" ("number", "number") -> "number", None, false, false, false;
    "bits.xor" ("number", "number") -> "number", None, false, false, false;
    "cast_array" ("any") -> "array[any]", None, false, false, true;
    "cast_boolean" ("any") -> "boolean", None, false, false, true;
    "cast_null" ("any") -> "null", None, false, false, true;
    "cast_object" ("any") -> "object[any:any]", None, false, false, true;
    "cast_set" ("any") -> "set[any]", None, false, false, true;
    "cast_string" ("any") -> "string", None, false, false, true;
    "ceil" ("number") -> "number", None, false, false, false;
    "concat" ("string", "array[string]|set[string]") -> "string", None, false, false, false;
    "contains" ("string", "string") -> "boolean", None, false, false, false;
    "count" ("string|array[any]|object[any:any]|set[any]") -> "number", None, false, false, false;
    "crypto.hmac.equal" ("string", "string") -> "boolean", None, false, false, false;
    "crypto.hmac.md5" ("string", "string") -> "string", None, false, false, false;
    "crypto.hmac.sha1" ("string", "string") -> "string", None, false, false, false;
    "crypto.hmac.sha256" ("string", "string") -> "string", None, false, false, false;
    "crypto.hmac.sha512" ("string", "string") -> "string", None, false, false, false;
    "crypto.md5" ("string") -> "string", None, false, false, false;
    "crypto.parse_private_keys" ("string") -> "array[object[string:any]]", None, false, false, false;
    "crypto.sha1" ("string") -> "string", None, false, false, false;
    "crypto.sha256" ("string") -> "string", None, false, false, false;
    "crypto.x509.parse_and_verify_certificates" ("string") -> "array[boolean,array[object[string:any]]]", None, false, false, false;
    "crypto.x509.parse_and_verify_certificates_with_options" ("string", "object[string:any]") -> "array[boolean,array[object[string:any]]]", None, false, false, false;
    "crypto.x509.parse_certificate_request" ("string") -> "object[string:any]", None, false, false, false;
    "crypto.x509.parse_certificates" ("string") -> "array[object[string:any]]", None, false, false, false;
    "crypto.x509.parse_keypair" ("string", "string") -> "object[string:any]", None, false, false, false;
    "crypto.x509.parse_rsa_private_key" ("string") -> "object[string:any]", None, false, false, false;
    "div" ("number", "number") -> "number", Some("/"), false, false, false;
    "endswith" ("string", "string") -> "boolean", None, false, false, false;
    "eq" ("any", "any") -> "boolean", Some("="), false, false, false;
    "equal" ("any", "any") -> "boolean", Some("=="), false, false, false;
    "floor" ("number") -> "number", None, false, false, false;
    "format_int" ("number", "number") -> "string", None, false, false, false;
    "glob.match" ("string", "null|array[string]", "string") -> "boolean", None, false, false, false;
    "glob.quote_meta" ("string") -> "string", None, false, false, false;
    "graph.reachable" ("object[any:array[any]|set[any]]", "array[any]|set[any]") -> "set[any]", None, false, false, false;
    "graph.reachable_paths" ("object[any:array[any]|set[any]]", "array[any]|set[any]") -> "set[array[any]]", None, false, false, false;
    "graphql.is_valid" ("string|object[any:any]", "string|object[any:any]") -> "boolean", None, false, false, false;
    "graphql.parse" ("string|object[any:any]", "string|object[any:any]") -> "array[object[any:any],object[any:any]]", None, false, false, false;
    "graphql.parse_and_verify" ("string|object[any:any]", "string|object[any:any]") -> "array[boolean,object[any:any],object[any:any]]", None, false, false, false;
    "graphql.parse_query" ("string") -> "object[any:any]", None, false, false, false;
    "graphql.parse_schema" ("string") -> "object[any:any]", None, false, false, false;
    "graphql.schema_is_valid" ("string|object[any:any]") -> "boolean", None, false, false, false;
    "gt" ("any", "any") -> "boolean", Some(">"), false, false, false;
    "gte" ("any", "any") -> "boolean", Some(">="), false, false, false;
    "hex.decode" ("string") -> "string", None, false, false, false;
    "hex.encode" ("string") -> "string", None, false, false, false;
    "http.send" ("object[string:any]") -> "object[any:any]", None, false, true, false;
    "indexof" ("string", "string") -> "number", None, false, false, false;
    "indexof_n" ("string", "string") -> "array[number]", None, false, false, false;
    "internal.member_2" ("any", "any") -> "boolean", Some("in"), false, false, false;
    "internal.member_3" ("any", "any", "any") -> "boolean", Some("in"), false, false, false;
    "internal.print" ("array[set[any]]") -> "-", None, false, false, false;
    "internal.template_string" ("array[any]") -> "string", None, false, false, false;
    "internal.test_case" ("array[any]") -> "-", None, false, false, false;
    "intersection" ("set[set[any]]") -> "set[any]", None, false, false, false;
    "io.jwt.decode" ("string") -> "array[object[any:any],object[any:any],string]", None, false, false, false;
    "io.jwt.decode_verify" ("string", "object[string:any]") -> "array[boolean,object[any:any],object[any:any]]", None, false, true, false;
    "io.jwt.encode_sign" ("object[string:any]", "object[string:any]", "object[string:any]") -> "string", None, false, true, false;
    "io.jwt.encode_sign_raw" ("string", "string", "string") -> "string", None, false, true, false;
    "io.jwt.verify_eddsa" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_es256" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_es384" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_es512" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_hs256" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_hs384" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_hs512" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_ps256" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_ps384" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_ps512" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_rs256" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_rs384" ("string", "string") -> "boolean", None, false, false, false;
    "io.jwt.verify_rs512" ("string", "string") -> "boolean", None, false, false, false;
    "is_array" ("any") -> "boolean", None, false, false, false;
    "is_boolean" ("any") -> "boolean", None, false, false, false;
    "is_null" ("any") -> "boolean", None, false, false, false;
    "is_number" ("any") -> "boolean", None, false, false, false;
    "is_object" ("any") -> "boolean", None, false, false, false;
    "is_set" ("any") -> "boolean", None, false, false, false;
    "is_string" ("any") -> "boolean", None, false, false, false;
    "json.filter" ("object[any:any]", "array[string|array[any]]|set[string|array[any]]") -> "object[any:any]", None, false, false, false;
    "json.is_valid" ("string") -> "boolean", None, false, false, false;
    "json.marshal" ("any") -> "string", None, false, false, false;
    "json.marshal_with_options" ("any", "object[indent:string,prefix:string,pretty:boolean;string:any]") -> "string", None, false, false, false;
    "json.match_schema" ("string|object[any:any]", "string|object[any:any]") -> "array[boolean,array[object[desc:string,error:string,field:string,type:string]]]", None, false, true, false;
    "json.patch" ("any", "array[object[op:string,path:any;any:any]]") -> "any", None, false, false, false;
    "json.remove" ("object[any:any]", "array[string|array[any]]|set[string|array[any]]") -> "object[any:any]", None, false, false, false;
    "json.unmarshal" ("string") -> "any", None, false, false, false;
    "json.verify_schema" ("string|object[any:any]") -> "array[boolean,null|string]", None, false, true, false;
    "lower" ("string") -> "string", None, false, false, false;
    "lt" ("any", "any") -> "boolean", Some("<"), false, false, false;
    "lte" ("any", "any") -> "boolean", Some("<="), false, false, false;
    "max" ("array[any]|set[any]") -> "any", None, false, false, false;
    "min" ("array[any]|set[any]") -> "any", None, false, false, false;
    "minus" ("number|set[any]", "number|set[any]") -> "number|set[any]", None, false, false, false;
    "mul" ("number", "number") -> "number", Some("*"), false, false, false;
    "neq" ("any", "any") -> "boolean", Some("!="), false, false, false;
    "net.cidr_contains" ("string", "string") -> "boolean", None, false, false, false;
    "net.cidr_contains_matches" ("string|array[string|array[any]]|object[string:string|array[any]]|set[string|array[any]]", "string|array[string|array[any]]|object[string:string|array[any]]|set[string|array[any]]") -> "set[array[any,any]]", None, false, false, false;
    "net.cidr_expand" ("string") -> "set[string]", None, false, false, false;
    "net.cidr_intersects" ("string", "string") -> "boolean", None, false, false, false;
    "net.cidr_is_valid" ("string") -> "boolean", None, false, false, false;
    "net.cidr_merge" ("array[string]|set[string]") -> "set[string]", None, false, false, false;
    "net.cidr_overlap" ("string", "string") -> "boolean", None, false, false, true;
    "net.lookup_ip_addr" ("string") -> "set[string]", None, false, true, false;
    "numbers.range" ("number", "number") -> "array[number]", None, false, false, false;
    "numbers.range_step" ("number", "number", "number") -> "array[number]", None, false, false, false;
    "object.filter" ("object[any:any]", "array[any]|object[any:any]|set[any]") -> "object[any:any]", None, false, false, false;
    "object.get" ("object[any:any]", "any", "any") -> "any", None, false, false, false;
    "object.keys" ("object[any:any]") -> "set[any]", None, false, false, false;
    "object.remove" ("object[any:any]", "array[any]|object[any:any]|set[any]") -> "object[any:any]", None, false, false, false;
    "object.subset" ("array[any]|object[any:any]|set[any]", "array[any]|object[any:any]|set[any]") -> "boolean", None, false, false, false;
    "object.union" ("object[any:any]", "object[any:any]") -> "object[any:any]", None, false, false, false;
    "object.union_n" ("array[object[any:any]]") -> "object[any:any]", None, false, false, false;
    "opa.runtime" () -> "object[string:any]", None, false, true, false;
    "or" ("set[any]", "set[any]") -> "set[any]", Some("|"), false, false, false;
    "plus" ("number", "number") -> "number", Some("+"), false, false, false;
    "print" () -> "-", None, false, false, false;
    "product" ("array[number]|set[number]") -> "number", None, false, false, false;
    "providers.aws.sign_req" ("object[string:any]", "object[string:any]", "number") -> "object[any:any]", None, false, false, false;
    "rand.intn" ("string", "number") -> "number", None, false, true, false;
    "re_match" ("string", "string") -> "boolean", None, false, false, true;
    "regex.find_all_string_submatch_n" ("string", "string", "number") -> "array[array[string]]", None, false, false, false;
    "regex.find_n" ("string", "string", "number") -> "array[string]", None, false, false, false;
    "regex.globs_match" ("string", "string") -> "boolean", None, false, false, false;
    "regex.is_valid" ("string") -> "boolean", None, false, false, false;
    "regex.match" ("string", "string") -> "boolean", None, false, false, false;
    "regex.replace" ("string", "string", "string") -> "string", None, false, false, false;
    "regex.split" ("string", "string") -> "array[string]", None, false, false, false;
    "regex.template_match" ("string", "string", "string", "string") -> "boolean", None, false, false, false;
    "rego.metadata.chain" () -> "array[any]", None, false, false, false;
    "rego.metadata.rule" () -> "any", None, false, false, false;
    "rego.parse_module" ("string", "string") -> "object[string:any]", None, false, false, false;
    "rem" ("number", "number") -> "number", Some("%"), false, false, false;
    "replace" ("string", "string", "string") -> "string", None, false, false, false;
    "round" ("number") -> "number", None, false, false, false;
    "semver.compare" ("string", "string") -> "number", None, false, false, false;
    "semver.is_valid" ("any") -> "boolean", None, false, false, false;
    "set_diff" ("set[any]", "set[any]") -> "set[any]", None, false, false, true;
    "sort" ("array[any]|set[any]") -> "array[any]", None, false, false, false;
    "split" ("string", "string") -> "array[string]", None, false, false, false;
    "sprintf" ("string", "array[any]") -> "string", None, false, false, false;
    "startswith" ("string", "string") -> "boolean", None, false, false, false;
    "strings.any_prefix_match" ("string|array[string]|set[string]", "string|array[string]|set[string]") -> "boolean", None, false, false, false;
    "strings.any_suffix_match" ("string|array[string]|set[string]", "string|array[string]|set[string]") -> "boolean", None, false, false, false;
    "strings.count" ("string", "string") -> "number", None, false, false, false;
    "strings.render_template" ("string", "object[string:any]") -> "string", None, false, false, false;
    "strings.replace_n" ("object[string:string]", "string") -> "string", None, false, false, false;
    "strings.reverse" ("string") -> "string", None, false, false, false;
    "strings.split_n" ("string", "string", "number") -> "array[string]", None, false, false, false;
    "substring" ("string", "number", "number") -> "string", None, false, false, false;
    "sum" ("array[number]|set[number]") -> "number", None, false, false, false;
    "time.add_date" ("number", "number", "number", "number") -> "number", None, false, false, false;
    "time.clock" ("number|array[number,string]") -> "array[number,number,number]", None, false, false, false;
    "time.date" ("number|array[number,string]") -> "array[number,number,number]", None, false, false, false;
    "time.diff" ("number|array[number,string]", "number|array[number,string]") -> "array[number,number,number,number,number,number]", None, false, false, false;
    "time.format" ("number|array[number,string]|array[number,string,string]") -> "string", None, false, false, false;
    "time.now_ns" () -> "number", None, false, true, false;
    "time.parse_duration_ns" ("string") -> "number", None, false, false, false;
    "time.parse_ns" ("string", "string") -> "number", None, false, false, false;
    "time.parse_rfc3339_ns" ("string") -> "number", None, false, false, false;
    "time.weekday" ("number|array[number,string]") -> "string", None, false, false, false;
    "to_number" ("null|boolean|number|string") -> "number", None, false, false, false;
    "trace" ("string") -> "boolean", None, false, false, false;
    "trim" ("string", "string") -> "string", None, false, false, false;
    "trim_left" ("string", "string") -> "string", None, false, false, false;
    "trim_prefix" ("string", "string") -> "string", None, false, false, false;
    "trim_right" ("string", "string") -> "string", None, false, false, false;
    "trim_space" ("string") -> "string", None, false, false, false;
    "trim_suffix" ("string", "string") -> "string", None, false, false, false;
    "type_name" ("any") -> "string", None, false, false, false;
    "union" ("set[set[any]]") -> "set[any]", None, false, false, false;
    "units.parse" ("string") -> "number", None, false, false, false;
    "units.parse_bytes" ("string") -> "number", None, false, false, false;
    "upper" ("string") -> "string", None, false, false, false;
    "uri.is_valid" ("string") -> "boolean", None, false, false, false;
    "uri.parse" ("string") -> "object[string:string]", None, false, false, false;
    "urlquery.decode" ("string") -> "string", None, false, false, false;
    "urlquery.decode_object" ("string") -> "object[string:array[string]]", None, false, false, false;
    "urlquery.encode" ("string") -> "string", None, false, false, false;
    "urlquery.encode_object" ("object[string:string|array[string]|set[string]]") -> "string", None, false, false, false;
    "uuid.parse" ("string") -> "object[string:any]", None, false, false, false;
    "uuid.rfc4122" ("string") -> "string", None, false, true, false;
    "walk" ("any") -> "array[array[any],any]", None, true, false, false;
    "yaml.is_valid" ("string") -> "boolean", None, false, false, false;
    "yaml.marshal" ("any") -> "string", None, false, false, false;
    "yaml.unmarshal" ("string") -> "any", None, false, false, false;
}
