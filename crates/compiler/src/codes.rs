//! The codes of what the front end reports, and OPA's codes for them.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $opa:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $code;)*

        /// All codes of the front end, each with OPA's code for it.
        pub const CODES: &[(&str, &str)] = &[$(($code, $opa)),*];
    };
}

codes! {
    /// A call of something that is no function.
    UNDEFINED_FUNCTION = "undefined-function", "rego_type_error";
    /// A call with too many or too few arguments.
    ARITY = "arity-mismatch", "rego_type_error";
    /// A call without a value where a value is needed.
    VOID_CALL = "void-call", "rego_type_error";
    /// A builtin that Rego v1 has no longer.
    DEPRECATED = "deprecated-builtin", "rego_type_error";
    /// Definitions of one rule that do not go together.
    CONFLICT = "conflicting-rules", "rego_type_error";
    /// More than one default.
    DEFAULTS = "multiple-defaults", "rego_type_error";
    /// A package where a rule stands.
    PACKAGE_CONFLICT = "package-conflict", "rego_type_error";
    /// Arguments whose types do not fit.
    TYPES = "type-mismatch", "rego_type_error";
    /// A variable that nothing binds.
    UNSAFE = "unsafe-variable", "rego_unsafe_var_error";
    /// An expression with variables of the compiler's own that nothing binds.
    UNSAFE_EXPRESSION = "unsafe-expression", "rego_unsafe_var_error";
    /// A rule that needs itself.
    RECURSION = "recursive-rule", "rego_recursion_error";
    /// A variable that is declared twice.
    REDECLARED = "redeclared-variable", "rego_compile_error";
    /// A variable that is used before its declaration.
    REFERENCED = "referenced-before-declaration", "rego_compile_error";
    /// `:=` with something on its left that is no pattern.
    ASSIGN_TARGET = "invalid-assignment", "rego_compile_error";
    /// `:=` where it could bind nothing.
    ASSIGN_PLACE = "misplaced-assignment", "rego_compile_error";
    /// A variable in `print` or a template string that nothing binds before.
    UNDECLARED = "undeclared-variable", "rego_compile_error";
    /// A declared variable without use.
    UNUSED_VARIABLE = "unused-variable", "rego_compile_error";
    /// An argument without use (strict mode).
    UNUSED_ARGUMENT = "unused-argument", "rego_compile_error";
    /// An import without use (strict mode).
    UNUSED_IMPORT = "unused-import", "rego_compile_error";
    /// Two imports of one name.
    DUPLICATE_IMPORT = "duplicate-import", "rego_compile_error";
    /// A name that hides `input` or `data`.
    SHADOWED = "shadowed-document", "rego_compile_error";
    /// A call of a name that a variable hides.
    SHADOWED_FUNCTION = "shadowed-function", "rego_compile_error";
    /// A call among a function's parameters.
    ARGUMENT_CALL = "call-in-argument", "rego_compile_error";
    /// `with` of something that is no document and no function.
    WITH_TARGET = "invalid-with-target", "rego_type_error";
    /// `with` of a path inside a rule's document.
    WITH_PARTIAL = "with-partial-document", "rego_compile_error";
    /// `with` of a builtin that cannot be replaced.
    WITH_BUILTIN = "with-builtin", "rego_compile_error";
    /// What the capabilities file does not allow.
    CAPABILITIES = "not-in-capabilities", "rego_parse_error";
    /// Rule heads with refs, which the capabilities file does not allow.
    REF_HEADS = "ref-head-not-in-capabilities", "rego_compile_error";
    /// A metadata comment that a policy reads and that is no YAML mapping.
    METADATA = "invalid-metadata", "rego_parse_error";
    /// Bodies inside bodies beyond [`crate::resolve::MAX_BODIES`].
    NESTING = "nested-too-deep", "rego_compile_error";
    /// What cannot be compiled.
    UNSUPPORTED = "unsupported", "rego_compile_error";
}

/// OPA's code for a code of the front end; codes that are not the front end's are parse errors.
#[must_use]
pub fn opa_code(code: &str) -> &'static str {
    CODES
        .iter()
        .find(|(own, _)| *own == code)
        .map_or("rego_parse_error", |(_, opa)| opa)
}
