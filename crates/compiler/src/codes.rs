//! The codes of what the front end reports, and OPA's codes for them.

macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident = $code:literal, $opa:literal, $example:expr;)*) => {
        $(#[doc = $doc] pub const $name: &str = $code;)*

        /// All codes of the front end, each with OPA's code for it.
        pub const CODES: &[(&str, &str)] = &[$(($code, $opa)),*];

        /// What the codes mean, in the same order.
        pub const MEANINGS: &[Meaning] = &[$(Meaning {
            code: $code,
            opa: $opa,
            meaning: $doc,
            example: $example,
        }),*];
    };
}

/// What a code means.
#[derive(Debug, Clone, Copy)]
pub struct Meaning {
    /// The code.
    pub code: &'static str,
    /// OPA's code.
    pub opa: &'static str,
    meaning: &'static str,
    example: Option<&'static str>,
}

impl Meaning {
    /// One line about it.
    #[must_use]
    pub fn line(&self) -> &'static str {
        self.meaning.trim()
    }

    /// A policy that it is reported for, in strict mode.
    #[must_use]
    pub fn example(&self) -> Option<String> {
        Some(format!("package a\n\n{}\n", self.example?))
    }
}

/// The code of all errors of syntax.
pub const PARSE: Meaning = Meaning {
    code: "parse-error",
    opa: "rego_parse_error",
    meaning: "What is not Rego, or not in this version of it.",
    example: Some("p if {"),
};

/// What a code means.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static Meaning> {
    if code == PARSE.code {
        return Some(&PARSE);
    }
    MEANINGS.iter().find(|meaning| meaning.code == code)
}

codes! {
    /// A call of something that is no function.
    UNDEFINED_FUNCTION = "undefined-function", "rego_type_error", Some("p if no_such(1)");
    /// A call with too many or too few arguments.
    ARITY = "arity-mismatch", "rego_type_error", Some("p := count([], 1)");
    /// A call without a value where a value is needed.
    VOID_CALL = "void-call", "rego_type_error", Some(r#"p := print("a")"#);
    /// A builtin that Rego v1 has no longer.
    DEPRECATED = "deprecated-builtin", "rego_type_error", Some("p if any([true])");
    /// Definitions of one rule that do not go together.
    CONFLICT = "conflicting-rules", "rego_type_error", Some("p := 1\np contains 2");
    /// More than one default.
    DEFAULTS = "multiple-defaults", "rego_type_error", Some("default p := 1\ndefault p := 2");
    /// A package where a rule stands.
    PACKAGE_CONFLICT = "package-conflict", "rego_type_error", Some("b := 1\n\npackage a.b\nc := 1");
    /// Arguments whose types do not fit.
    TYPES = "type-mismatch", "rego_type_error", Some(r#"p if 1 == "a""#);
    /// A variable that nothing binds.
    UNSAFE = "unsafe-variable", "rego_unsafe_var_error", Some("p := x");
    /// An expression with variables of the compiler's own that nothing binds.
    UNSAFE_EXPRESSION = "unsafe-expression", "rego_unsafe_var_error", None;
    /// A rule that needs itself.
    RECURSION = "recursive-rule", "rego_recursion_error", Some("p := q\nq := p");
    /// A variable that is declared twice.
    REDECLARED = "redeclared-variable", "rego_compile_error", Some("p if { x := 1; x := 2 }");
    /// A variable that is used before its declaration.
    REFERENCED = "referenced-before-declaration", "rego_compile_error", Some("p if { input.a == x; x := 1 }");
    /// `:=` with something on its left that is no pattern.
    ASSIGN_TARGET = "invalid-assignment", "rego_compile_error", Some("p if 1 := input.a");
    /// `:=` where it could bind nothing.
    ASSIGN_PLACE = "misplaced-assignment", "rego_compile_error", Some("p if not x := 1");
    /// A variable in `print` or a template string that nothing binds before.
    UNDECLARED = "undeclared-variable", "rego_compile_error", Some("p if print(x)");
    /// A declared variable without use.
    UNUSED_VARIABLE = "unused-variable", "rego_compile_error", Some("p if { some x; input.a }");
    /// An argument without use (strict mode).
    UNUSED_ARGUMENT = "unused-argument", "rego_compile_error", Some("f(x) := 1");
    /// An import without use (strict mode).
    UNUSED_IMPORT = "unused-import", "rego_compile_error", Some("import data.b\np := 1");
    /// Two imports of one name.
    DUPLICATE_IMPORT = "duplicate-import", "rego_compile_error", Some("import data.b\nimport data.c.b\np := b");
    /// A name that hides `input` or `data`.
    SHADOWED = "shadowed-document", "rego_compile_error", Some("input := 1");
    /// A call of a name that a variable hides.
    SHADOWED_FUNCTION = "shadowed-function", "rego_compile_error", Some("p := x if { count := 1; x := count([]) }");
    /// A call among a function's parameters.
    ARGUMENT_CALL = "call-in-argument", "rego_compile_error", Some("f(count([])) := 1");
    /// `with` of something that is no document and no function.
    WITH_TARGET = "invalid-with-target", "rego_type_error", Some("p if { true with foo as 1 }");
    /// `with` of a path inside a rule's document.
    WITH_PARTIAL = "with-partial-document", "rego_compile_error", Some("q.r := 1\np if { true with data.a.q.r.s as 1 }");
    /// `with` of a builtin that cannot be replaced.
    WITH_BUILTIN = "with-builtin", "rego_compile_error", Some("p if { walk(1, x) with walk as 1 }");
    /// What the capabilities file does not allow.
    CAPABILITIES = "not-in-capabilities", "rego_parse_error", None;
    /// Rule heads with refs, which the capabilities file does not allow.
    REF_HEADS = "ref-head-not-in-capabilities", "rego_compile_error", None;
    /// A metadata comment that a policy reads and that is no YAML mapping.
    METADATA = "invalid-metadata", "rego_parse_error", Some("# METADATA\n# title: [1\np := 1");
    /// Bodies inside bodies beyond [`crate::resolve::MAX_BODIES`].
    NESTING = "nested-too-deep", "rego_compile_error", None;
    /// What cannot be compiled.
    UNSUPPORTED = "unsupported", "rego_compile_error", None;
    /// A key of a metadata comment that has no meaning.
    METADATA_KEY = "unknown-metadata-key", "rego_parse_error", Some("# METADATA\n# titel: Names\np := 1");
    /// A value of a metadata comment that has the wrong type.
    METADATA_TYPE = "metadata-type", "rego_parse_error", Some("# METADATA\n# title: [a]\np := 1");
    /// A metadata comment whose scope does not fit the place where it stands.
    METADATA_SCOPE = "metadata-scope", "rego_parse_error", Some("# METADATA\n# scope: package\np := 1");
    /// Two rules with one `custom.id`: findings, exceptions and baselines cannot tell them apart.
    DUPLICATE_ID = "duplicate-id", "rego_compile_error", Some("# METADATA\n# custom:\n#   id: x\np := 1\n\n# METADATA\n# custom:\n#   id: x\nq := 1");
}

/// OPA's code for a code of the front end; codes that are not the front end's are parse errors.
#[must_use]
pub fn opa_code(code: &str) -> &'static str {
    CODES
        .iter()
        .find(|(own, _)| *own == code)
        .map_or("rego_parse_error", |(_, opa)| opa)
}
