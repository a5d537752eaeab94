//! Capabilities files, in OPA's format: what policies may use.

use std::collections::HashSet;

use kpol_diagnostics::{Diagnostic, Span};
use kpol_syntax::ast::visit::{Visitor, walk_expr, walk_module, walk_ref, walk_rule, walk_term};
use kpol_syntax::ast::{
    Expr, ExprKind, Import, Module, Ref, RefArg, RegoVersion, Rule, Term, TermKind,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::builtins::{Entry, Registry};
use crate::codes;
use crate::types::Type;

/// What this version of the language has besides its builtins.
const FEATURES: &[&str] = &[
    "keywords_in_refs",
    "rego_v1",
    "rego_v2",
    "rego_v2_import",
    "template_strings",
];

/// Keywords that v0 has to import.
const KEYWORDS_V0: &[&str] = &["contains", "every", "if", "in"];

/// Keywords that v1 has to import.
const KEYWORDS_V1: &[&str] = &["and", "not", "or"];

/// Keywords of every version.
const KEYWORDS: &[&str] = &[
    "as", "default", "else", "false", "import", "not", "null", "package", "some", "true", "with",
];

/// What policies may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Where it comes from, for messages.
    pub name: String,
    builtins: HashSet<String>,
    features: HashSet<String>,
    future_keywords: Vec<String>,
    /// Hosts that may be called; without it, the file says nothing about them.
    pub allow_net: Option<Vec<String>>,
}

/// Why a file tells no capabilities.
#[derive(Debug, thiserror::Error)]
pub enum CapabilitiesError {
    /// Not JSON, or not in this format.
    #[error("not a capabilities file: {0}")]
    Format(#[from] serde_json::Error),
    /// A future keyword that there is not.
    #[error("illegal capabilities: unknown keyword: {0}")]
    Keyword(String),
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    builtins: Option<Vec<Named>>,
    #[serde(default)]
    features: Option<Vec<String>>,
    #[serde(default)]
    future_keywords: Option<Vec<String>>,
    #[serde(default)]
    allow_net: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Capabilities {
    /// Reads a capabilities file.
    ///
    /// # Errors
    /// Where it is none, or names a keyword that there is not.
    pub fn parse(name: &str, text: &str) -> Result<Capabilities, CapabilitiesError> {
        let file: File = serde_json::from_str(text)?;
        let mut future_keywords = file.future_keywords.unwrap_or_default();
        future_keywords.sort();
        let known =
            |keyword: &str| KEYWORDS_V0.contains(&keyword) || KEYWORDS_V1.contains(&keyword);
        if let Some(unknown) = future_keywords.iter().find(|keyword| !known(keyword)) {
            return Err(CapabilitiesError::Keyword(unknown.clone()));
        }
        Ok(Capabilities {
            name: name.to_owned(),
            builtins: (file.builtins.into_iter().flatten())
                .map(|builtin| builtin.name)
                .collect(),
            features: file.features.into_iter().flatten().collect(),
            future_keywords,
            allow_net: file.allow_net,
        })
    }

    /// Whether a builtin may be called.
    #[must_use]
    pub fn allows(&self, builtin: &str) -> bool {
        self.builtins.contains(builtin)
    }

    fn has(&self, feature: &str) -> bool {
        self.features.contains(feature)
    }

    /// Why a builtin cannot be called although a policy could expect it.
    pub(crate) fn hint(&self, builtin: &str, exists: bool) -> Option<String> {
        match (self.allows(builtin), exists) {
            (false, true) => Some(format!(
                "the capabilities in `{}` do not allow it",
                self.name
            )),
            (true, false) => Some(format!(
                "the capabilities in `{}` allow it, but there is no such builtin",
                self.name
            )),
            _ => None,
        }
    }

    /// Reports what a module uses and may not use, other than builtins.
    pub(crate) fn check(&self, module: &Module, errors: &mut Vec<Diagnostic>) {
        let mut uses = Uses {
            capabilities: self,
            version: module.version,
            all_keywords: false,
            errors,
        };
        let imports_v1 = module.imports.iter().find(|import| is_rego(import, "v1"));
        if module.version == RegoVersion::V1 && !self.has("rego_v1") {
            let rego_v2 = module.imports.iter().any(|import| is_rego(import, "v2"));
            match imports_v1 {
                Some(_) if self.has("rego_v1_import") || self.has("rego_v2") => {}
                Some(import) => uses.no_import(import, "v1"),
                None if rego_v2 => {}
                None => uses.error(
                    "illegal capabilities: rego_v1 feature required for parsing v1 Rego".to_owned(),
                    module.package.span,
                ),
            }
        }
        for import in &module.imports {
            if is_rego(import, "v2") && !self.has("rego_v2_import") && !self.has("rego_v2") {
                uses.no_import(import, "v2");
            }
            uses.future(import);
        }
        walk_module(&mut uses, module);
    }
}

/// Whether an import is that of a version of the language.
fn is_rego(import: &Import, version: &str) -> bool {
    import.segments().eq(["rego", version])
}

/// Looks for what may not be used.
struct Uses<'c> {
    capabilities: &'c Capabilities,
    version: RegoVersion,
    /// Whether all future keywords are imported.
    all_keywords: bool,
    errors: &'c mut Vec<Diagnostic>,
}

impl Uses<'_> {
    fn error(&mut self, message: String, span: Span) {
        let hint = format!("the capabilities come from `{}`", self.capabilities.name);
        self.errors
            .push(Diagnostic::error(codes::CAPABILITIES, message, span).help(hint));
    }

    fn no_import(&mut self, import: &Import, version: &str) {
        self.error(
            format!("invalid import, `rego.{version}` is not supported by current capabilities"),
            import.path.span,
        );
    }

    /// The future keywords that may be imported, sorted.
    fn keywords(&self) -> Vec<&str> {
        let v1 = self.version == RegoVersion::V1 || self.capabilities.has("rego_v1");
        let default = if v1 { KEYWORDS_V0 } else { &[] };
        let mut keywords: Vec<&str> = (self.capabilities.future_keywords.iter())
            .map(String::as_str)
            .chain(default.iter().copied())
            .collect();
        keywords.sort_unstable();
        keywords.dedup();
        keywords
    }

    fn future(&mut self, import: &Import) {
        let segments: Vec<&str> = import.segments().collect();
        match segments.as_slice() {
            ["future", "keywords"] => self.all_keywords = true,
            ["future", "keywords", keyword] if !self.keywords().contains(keyword) => {
                let keywords = self.keywords().join(" ");
                self.error(
                    format!("unexpected keyword, must be one of [{keywords}]"),
                    import.path.span,
                );
            }
            _ => {}
        }
    }

    /// A use of a keyword that only `import future.keywords` can have brought.
    fn keyword(&mut self, keyword: &str, span: Span) {
        if self.all_keywords && !self.keywords().contains(&keyword) {
            self.error(
                format!("the keyword `{keyword}` is not supported by current capabilities"),
                span,
            );
        }
    }

    fn path(&mut self, path: &[RefArg]) {
        if self.capabilities.has("keywords_in_refs") {
            return;
        }
        for arg in path.iter().filter(|arg| arg.dot) {
            let Some(name) = arg.term.as_str() else {
                continue;
            };
            let future = self.version == RegoVersion::V1 && KEYWORDS_V0.contains(&name);
            if KEYWORDS.contains(&name) || future {
                self.error(
                    format!(
                        "unexpected {name} keyword: keywords in refs are not supported by current capabilities"
                    ),
                    arg.span,
                );
            }
        }
    }
}

impl Visitor for Uses<'_> {
    fn visit_rule(&mut self, rule: &Rule) {
        let features = [
            "rule_head_refs",
            "rule_head_ref_string_prefixes",
            "rego_v1",
            "rego_v2",
        ];
        let reference = &rule.head.reference;
        let is_ref = match reference.path.as_slice() {
            [] => false,
            [only] => only.dot,
            _ => true,
        };
        if is_ref
            && self.version == RegoVersion::V0
            && !features
                .iter()
                .any(|feature| self.capabilities.has(feature))
        {
            let hint = format!("the capabilities come from `{}`", self.capabilities.name);
            let name = reference.dotted().unwrap_or_default();
            self.errors.push(
                Diagnostic::error(
                    codes::REF_HEADS,
                    format!("rule heads with refs are not supported: {name}"),
                    rule.head.span,
                )
                .help(hint),
            );
        }
        walk_rule(self, rule);
    }

    fn visit_expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::And(_) => self.keyword("and", expr.span),
            ExprKind::Or(_) => self.keyword("or", expr.span),
            ExprKind::Every(_) => self.keyword("every", expr.span),
            ExprKind::SomeIn(_) => self.keyword("in", expr.span),
            _ => {}
        }
        walk_expr(self, expr);
    }

    fn visit_term(&mut self, term: &Term) {
        if matches!(term.kind, TermKind::TemplateString { .. })
            && !self.capabilities.has("template_strings")
        {
            self.error(
                "template strings are not supported by current capabilities".to_owned(),
                term.span,
            );
        }
        walk_term(self, term);
    }

    fn visit_ref(&mut self, reference: &Ref) {
        self.path(&reference.path);
        walk_ref(self, reference);
    }
}

/// What policies may use here, in the format of capabilities files.
#[must_use]
pub fn current(builtins: &Registry) -> Value {
    let mut entries: Vec<Entry<'_>> = builtins.all().collect();
    entries.sort_by_key(|entry| entry.name());
    let builtins: Vec<Value> = entries.into_iter().map(builtin).collect();
    json!({
        "builtins": builtins,
        "features": FEATURES,
        "future_keywords": KEYWORDS_V1,
        "wasm_abi_versions": [
            {"version": 1, "minor_version": 1},
            {"version": 1, "minor_version": 2},
            {"version": 1, "minor_version": 3},
        ],
    })
}

fn builtin(entry: Entry<'_>) -> Value {
    let mut decl = json!({"type": "function"});
    let named = |index: usize, text: &str| {
        let mut json = Type::parse(text).to_json();
        let name = entry.arg_name(index);
        if !name.is_empty() {
            json.insert("name".to_owned(), name.into());
        }
        Value::Object(json)
    };
    let args: Vec<Value> = (entry.args().into_iter().enumerate())
        .map(|(index, text)| named(index, text))
        .collect();
    if let Some(decl) = decl.as_object_mut() {
        if entry.name() == "print" {
            decl.insert("variadic".to_owned(), json!({"type": "any"}));
        } else if !args.is_empty() {
            decl.insert("args".to_owned(), args.into());
        }
        if let Some(result) = entry.result() {
            decl.insert("result".to_owned(), named(entry.arity(), result));
        }
    }
    let mut out = json!({"name": entry.name(), "decl": decl});
    if let Some(out) = out.as_object_mut() {
        if let Some(infix) = entry.infix() {
            out.insert("infix".to_owned(), infix.into());
        }
        for (name, is) in [
            ("relation", entry.is_relation()),
            ("nondeterministic", entry.is_nondeterministic()),
            ("deprecated", entry.is_deprecated()),
        ] {
            if is {
                out.insert(name.to_owned(), true.into());
            }
        }
    }
    out
}
