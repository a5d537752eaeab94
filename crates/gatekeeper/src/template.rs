//! Constraint templates.

use kpol_diagnostics::Span;
use kpol_input::{Document, Kind, NodeId};
use kpol_syntax::ast::RegoVersion;

use crate::error::{Code, Error};
use crate::fields::{Fields, join};
use crate::object::Object;
use crate::schema::Schema;
use crate::source::SourceText;
use crate::{TARGET, TEMPLATES};

/// The prefix of names that templates must not use.
const RESERVED: &str = "gatekeeper_internal_";

/// A ConstraintTemplate.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name: its kind in small letters.
    pub name: String,
    /// The kind of its constraints.
    pub kind: String,
    /// The whole template.
    pub document: Document,
    /// Where the kind stands.
    pub span: Span,
    /// What parameters must be; none where a template takes no parameters.
    pub schema: Option<Schema>,
    /// The operations that the webhook asks it about, `*` for all; empty for all. `kpol` and gator do not look at it.
    pub operations: Vec<String>,
    /// Its code, at most once for each engine, in the order of the template. At least one.
    pub engines: Vec<Engine>,
}

/// The code of a template for one engine.
#[derive(Clone, Debug)]
pub enum Engine {
    /// `Rego`: see [`crate::rego::modules`].
    Rego(RegoSource),
    /// `K8sNativeValidation`: CEL.
    Cel(CelSource),
}

/// A template's Rego.
#[derive(Clone, Debug)]
pub struct RegoSource {
    /// The version of the language.
    pub version: RegoVersion,
    /// The module with the rule `violation`.
    pub rego: SourceText,
    /// Modules that it imports, in packages below `lib`.
    pub libs: Vec<SourceText>,
}

/// A template's CEL, with the fields of a ValidatingAdmissionPolicy.
#[derive(Clone, Debug)]
pub struct CelSource {
    /// Where it stands.
    pub span: Span,
    /// What must hold.
    pub validations: Vec<CelValidation>,
    /// Names for expressions, `variables.NAME`; each may use those before it.
    pub variables: Vec<NamedExpression>,
    /// What must hold for the template to apply at all.
    pub match_conditions: Vec<NamedExpression>,
    /// Whether an expression that cannot be evaluated is a violation: `failurePolicy`, where nothing is said `Fail`.
    pub fail: bool,
}

/// One validation.
#[derive(Clone, Debug)]
pub struct CelValidation {
    /// Holds where nothing is wrong.
    pub expression: SourceText,
    /// What is said where it does not.
    pub message: Option<String>,
    /// An expression for what is said, before `message`.
    pub message_expression: Option<SourceText>,
}

/// An expression with a name.
#[derive(Clone, Debug)]
pub struct NamedExpression {
    /// The name.
    pub name: String,
    /// The expression.
    pub expression: SourceText,
}

impl Template {
    /// Reads a template, of versions v1, v1beta1 and v1alpha1. Its Rego is not parsed: [`crate::rego::modules`] does.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(document: &Document) -> Result<Template, Vec<Error>> {
        let mut fields = Fields::new(document, Code::Template);
        let template = read(&mut fields);
        match template {
            Some(template) if fields.errors.is_empty() => Ok(template),
            _ => Err(fields.errors),
        }
    }

    /// Its Rego, if it has any.
    #[must_use]
    pub fn rego(&self) -> Option<&RegoSource> {
        self.engines.iter().find_map(|engine| match engine {
            Engine::Rego(source) => Some(source),
            Engine::Cel(_) => None,
        })
    }

    /// Its CEL, if it has any.
    #[must_use]
    pub fn cel(&self) -> Option<&CelSource> {
        self.engines.iter().find_map(|engine| match engine {
            Engine::Cel(source) => Some(source),
            Engine::Rego(_) => None,
        })
    }
}

fn read(fields: &mut Fields<'_>) -> Option<Template> {
    let document = fields.document;
    let root = document.root();
    let object = Object::of(document);
    let whole = document.span(root);
    let at = |keys: &[&str]| {
        let found = keys
            .iter()
            .try_fold(root, |node, key| document.get(node, key));
        found.map_or(whole, |node| document.span(node))
    };
    if object.group != TEMPLATES {
        let message = format!("the API group of templates is {TEMPLATES}");
        fields.error(message, at(&["apiVersion"]));
    }
    let legacy = match object.version {
        "v1" => false,
        "v1beta1" | "v1alpha1" => true,
        other => {
            let message = format!("templates have version v1, v1beta1 or v1alpha1, not `{other}`");
            fields.error(message, at(&["apiVersion"]));
            false
        }
    };
    let metadata = fields.object(root, "metadata", "");
    let name = metadata.and_then(|metadata| fields.string(metadata, "name", "metadata"));
    let spec = fields.object(root, "spec", "");
    let Some(spec) = spec else {
        fields.error("a template needs a `spec`", whole);
        return None;
    };
    let names = fields.at(spec, &["crd", "spec", "names"]);
    let kind = names.and_then(|names| fields.string(names, "kind", "spec.crd.spec.names"));
    let kind = kind.filter(|kind| !kind.is_empty());
    let span = at(&["spec", "crd", "spec", "names", "kind"]);
    match (name, kind) {
        (_, None) => fields.error(
            "a template needs `spec.crd.spec.names.kind`: the kind of its constraints",
            at(&["spec", "crd"]),
        ),
        (None, Some(_)) => fields.error("a template needs a `metadata.name`", whole),
        (Some(name), Some(kind)) => {
            if !name.eq_ignore_ascii_case(kind) {
                fields.error(
                    format!("the name of the template `{name}` must be its kind in small letters"),
                    at(&["metadata", "name"]),
                );
                if let Some(error) = fields.errors.last_mut() {
                    error.help = Some(format!("name: {}", kind.to_lowercase()));
                }
            }
            let plain = |byte: u8| byte.is_ascii_alphanumeric();
            if !kind.bytes().all(plain)
                || !kind.starts_with(|char: char| char.is_ascii_alphabetic())
            {
                fields.error(
                    format!("`{kind}` is no kind: letters and digits only"),
                    span,
                );
            }
        }
    }
    let schema = read_schema(fields, spec, legacy);
    let (engines, operations) = read_target(fields, spec, whole)?;
    Some(Template {
        name: name?.to_owned(),
        kind: kind?.to_owned(),
        document: document.clone(),
        span,
        schema,
        operations,
        engines,
    })
}

fn read_schema(fields: &mut Fields<'_>, spec: NodeId, legacy: bool) -> Option<Schema> {
    let path = "spec.crd.spec.validation";
    let validation = fields.at(spec, &["crd", "spec", "validation"]);
    let legacy = validation
        .and_then(|node| fields.bool(node, "legacySchema", path))
        .unwrap_or(legacy);
    let node = validation.and_then(|node| fields.object(node, "openAPIV3Schema", path));
    match node {
        Some(node) => {
            fields.code = Code::Schema;
            let schema = Schema::read(fields, node, legacy);
            fields.code = Code::Template;
            Some(schema)
        }
        None if legacy => Some(Schema::anything(fields.document)),
        None => None,
    }
}

fn read_target(
    fields: &mut Fields<'_>,
    spec: NodeId,
    whole: Span,
) -> Option<(Vec<Engine>, Vec<String>)> {
    let document = fields.document;
    let targets = fields.items(spec, "targets", "spec").unwrap_or_default();
    let [(target, path)] = targets.as_slice() else {
        let at = document.get(spec, "targets");
        let message = format!("a template has one target, not {}", targets.len());
        fields.error(message, at.map_or(whole, |node| document.span(node)));
        return None;
    };
    let (target, span) = (*target, document.span(*target));
    if !matches!(document.kind(target), Kind::Object(_)) {
        fields.wrong(target, path, "an object");
        return None;
    }
    match fields.string(target, "target", path) {
        Some(TARGET) => {}
        Some(other) => {
            let at = document.get(target, "target");
            let message = format!("the target of templates is {TARGET}, not `{other}`");
            fields.error(message, at.map_or(span, |node| document.span(node)));
        }
        None => fields.error(format!("`{path}.target` must be {TARGET}"), span),
    }
    let operations = fields
        .strings(target, "operations", path)
        .unwrap_or_default();
    let operations = operations
        .iter()
        .map(|(_, text)| (*text).to_owned())
        .collect();
    let mut engines = code(fields, target, path);
    // The older fields come before what `code` has for Rego.
    if let Some(text) = fields
        .string(target, "rego", path)
        .filter(|text| !text.is_empty())
        && !text.is_empty()
        && let Some(node) = fields.get(target, "rego")
    {
        let source = Engine::Rego(RegoSource {
            version: RegoVersion::V0,
            rego: SourceText::new(document, node),
            libs: libs(fields, target, path),
        });
        match engines
            .iter_mut()
            .find(|engine| matches!(engine, Engine::Rego(_)))
        {
            Some(rego) => *rego = source,
            None => engines.push(source),
        }
    }
    if engines.is_empty() && fields.errors.is_empty() {
        fields.code = Code::Engine;
        fields.error(
            "the template has no code for an engine that kpol knows: Rego or K8sNativeValidation",
            span,
        );
        fields.code = Code::Template;
    }
    Some((engines, operations))
}

/// The engines of `code`; those that nobody knows are left out, as in Gatekeeper.
fn code(fields: &mut Fields<'_>, target: NodeId, path: &str) -> Vec<Engine> {
    let document = fields.document;
    let mut engines: Vec<Engine> = Vec::new();
    for (item, path) in fields.items(target, "code", path).unwrap_or_default() {
        if !matches!(document.kind(item), Kind::Object(_)) {
            fields.wrong(item, &path, "an object");
            continue;
        }
        let engine = fields.string(item, "engine", &path);
        let source = fields.get(item, "source");
        let known = match engine {
            Some("Rego") => engines.iter().any(|one| matches!(one, Engine::Rego(_))),
            Some("K8sNativeValidation") => engines.iter().any(|one| matches!(one, Engine::Cel(_))),
            _ => continue,
        };
        let span = document.span(item);
        if known {
            continue;
        }
        let path = join(&path, "source");
        let Some(source) = source.filter(|node| matches!(document.kind(*node), Kind::Object(_)))
        else {
            fields.error(format!("`{path}` must be an object"), span);
            continue;
        };
        if engine == Some("Rego") {
            engines.extend(rego(fields, source, &path).map(Engine::Rego));
        } else {
            engines.push(Engine::Cel(cel(fields, source, &path)));
        }
    }
    engines
}

fn rego(fields: &mut Fields<'_>, source: NodeId, path: &str) -> Option<RegoSource> {
    let document = fields.document;
    let version = match fields.string(source, "version", path) {
        Some("v1") => RegoVersion::V1,
        // Gatekeeper takes all other words for v0.
        _ => RegoVersion::V0,
    };
    let libs = libs(fields, source, path);
    if fields.string(source, "rego", path).is_none() {
        fields.error(format!("`{path}` needs `rego`"), document.span(source));
        return None;
    }
    let node = fields.get(source, "rego")?;
    Some(RegoSource {
        version,
        rego: SourceText::new(document, node),
        libs,
    })
}

fn libs(fields: &mut Fields<'_>, node: NodeId, path: &str) -> Vec<SourceText> {
    let document = fields.document;
    let libs = fields.strings(node, "libs", path).unwrap_or_default();
    libs.iter()
        .map(|(node, _)| SourceText::new(document, *node))
        .collect()
}

fn cel(fields: &mut Fields<'_>, source: NodeId, path: &str) -> CelSource {
    let document = fields.document;
    let mut validations = Vec::new();
    for (item, path) in fields
        .items(source, "validations", path)
        .unwrap_or_default()
    {
        let expression = text(fields, item, "expression", &path);
        let message = fields.string(item, "message", &path).map(str::to_owned);
        let message_expression = fields
            .string(item, "messageExpression", &path)
            .filter(|text| !text.is_empty())
            .and_then(|_| text(fields, item, "messageExpression", &path));
        validations.extend(expression.map(|expression| CelValidation {
            expression,
            message: message.filter(|message| !message.is_empty()),
            message_expression,
        }));
    }
    let variables = named(fields, source, "variables", path);
    // Gatekeeper itself reads `matchCondition`; its documentation has `matchConditions`.
    let mut match_conditions = named(fields, source, "matchCondition", path);
    match_conditions.extend(named(fields, source, "matchConditions", path));
    for (names, what) in [
        (&variables, "a variable"),
        (&match_conditions, "a match condition"),
    ] {
        for one in names {
            let taken = what == "a variable" && matches!(one.name.as_str(), "params" | "anyObject");
            if taken || one.name.starts_with(RESERVED) {
                let message = format!("`{}` cannot be the name of {what}", one.name);
                fields.error(message, one.expression.span());
            }
        }
    }
    let fail = match fields.string(source, "failurePolicy", path) {
        None | Some("Fail") => true,
        Some("Ignore") => false,
        Some(other) => {
            let message = format!("`{path}.failurePolicy` is Fail or Ignore, not `{other}`");
            fields.error(message, document.span(source));
            true
        }
    };
    CelSource {
        span: document.span(source),
        validations,
        variables,
        match_conditions,
        fail,
    }
}

fn named(fields: &mut Fields<'_>, source: NodeId, key: &str, path: &str) -> Vec<NamedExpression> {
    let mut found = Vec::new();
    for (item, path) in fields.items(source, key, path).unwrap_or_default() {
        let name = fields.string(item, "name", &path).unwrap_or_default();
        found.extend(
            text(fields, item, "expression", &path).map(|expression| NamedExpression {
                name: name.to_owned(),
                expression,
            }),
        );
    }
    found
}

/// The text of a member that must be there.
fn text(fields: &mut Fields<'_>, node: NodeId, key: &str, path: &str) -> Option<SourceText> {
    let document = fields.document;
    if fields.string(node, key, path).is_none() {
        fields.error(format!("`{path}` needs `{key}`"), document.span(node));
        return None;
    }
    let found = fields.get(node, key)?;
    Some(SourceText::new(document, found))
}
