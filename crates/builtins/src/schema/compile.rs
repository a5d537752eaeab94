//! Schemas from JSON. The order of the checks is the order in which OPA finds mistakes.

mod keywords;

use std::collections::HashMap;

use kpol_runtime::builtins::regex::Pattern;

use super::{
    pool::{Draft, Pool},
    reference::Reference,
    tree::{Id, Node},
};

/// The most schemas that one may consist of, those that it refers to included.
const MAX_SCHEMAS: usize = 200_000;

/// The place of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SchemaId(usize);

/// What elements beyond those that are listed must be.
#[derive(Debug)]
pub(super) enum Additional {
    Allowed(bool),
    Schema(SchemaId),
}

#[derive(Debug)]
pub(super) enum Items {
    Each(SchemaId),
    List(Vec<SchemaId>),
}

/// What an object with a certain member must have.
#[derive(Debug)]
pub(super) enum Dependency {
    Members(Vec<String>),
    Schema(SchemaId),
}

/// A pattern and its source.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) source: String,
    pub(super) pattern: Pattern,
}

/// One schema. What is empty or absent demands nothing.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// All values, or none.
    pub(super) pass: Option<bool>,
    /// The schema that counts in place of this one.
    pub(super) target: Option<SchemaId>,
    pub(super) types: Vec<String>,
    pub(super) properties: Vec<(String, SchemaId)>,
    pub(super) pattern_properties: Vec<(Expression, SchemaId)>,
    pub(super) additional_properties: Option<Additional>,
    pub(super) property_names: Option<SchemaId>,
    pub(super) dependencies: HashMap<String, Dependency>,
    pub(super) required: Vec<String>,
    pub(super) min_properties: Option<u64>,
    pub(super) max_properties: Option<u64>,
    pub(super) items: Option<Items>,
    pub(super) additional_items: Option<Additional>,
    pub(super) contains: Option<SchemaId>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
    pub(super) unique_items: bool,
    /// Numbers as they are spelled.
    pub(super) multiple_of: Option<String>,
    pub(super) minimum: Option<String>,
    pub(super) exclusive_minimum: Option<String>,
    pub(super) maximum: Option<String>,
    pub(super) exclusive_maximum: Option<String>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) pattern: Option<Expression>,
    pub(super) format: Option<String>,
    /// Values by their canonical text.
    pub(super) constant: Option<String>,
    pub(super) values: Option<Vec<String>>,
    pub(super) one_of: Vec<SchemaId>,
    pub(super) any_of: Vec<SchemaId>,
    pub(super) all_of: Vec<SchemaId>,
    pub(super) not: Option<SchemaId>,
    pub(super) when: Option<SchemaId>,
    pub(super) then: Option<SchemaId>,
    pub(super) otherwise: Option<SchemaId>,
}

/// A schema with all that it refers to.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    all: Vec<Schema>,
}

impl Schemas {
    pub(super) fn get(&self, id: SchemaId) -> Option<&Schema> {
        self.all.get(id.0)
    }
}

/// Compiles the schema at `root`, which the pool does not know yet. The result begins with it.
pub(super) fn compile(pool: &mut Pool<'_>, root: Id) -> Result<(Schemas, SchemaId), String> {
    let at = Reference::default();
    pool.add(root, &at)?;
    let draft = pool.draft(root)?.unwrap_or(Draft::Hybrid);
    let mut compiler = Compiler {
        pool,
        schemas: Schemas::default(),
        references: HashMap::new(),
    };
    let scope = Scope { draft, id: at };
    let id = compiler.new_schema()?;
    compiler.schema(root, id, &scope, true)?;
    Ok((compiler.schemas, id))
}

/// What a schema takes over from the one that it stands in.
#[derive(Debug, Clone)]
struct Scope {
    draft: Draft,
    id: Reference,
}

struct Compiler<'c, 'l> {
    pool: &'c mut Pool<'l>,
    schemas: Schemas,
    /// Schemas by the references that lead to them.
    references: HashMap<String, SchemaId>,
}

type Result<T, E = String> = std::result::Result<T, E>;

/// A keyword whose value has another type than it may.
fn invalid_type(expected: &str, given: &str) -> String {
    format!("Invalid type. Expected: {expected}, given: {given}")
}

impl Compiler<'_, '_> {
    fn new_schema(&mut self) -> Result<SchemaId> {
        if self.schemas.all.len() >= MAX_SCHEMAS {
            return Err("the schema is too large".to_owned());
        }
        self.schemas.all.push(Schema::default());
        Ok(SchemaId(self.schemas.all.len() - 1))
    }

    /// A schema within another one.
    fn child(&mut self, node: Id, scope: &Scope) -> Result<SchemaId> {
        let id = self.new_schema()?;
        self.schema(node, id, scope, false)?;
        Ok(id)
    }

    fn schema(&mut self, node: Id, id: SchemaId, outer: &Scope, root: bool) -> Result<()> {
        super::grown(|| {
            let mut schema = Schema::default();
            let done = self.read(node, outer, root, &mut schema);
            if let Some(place) = self.schemas.all.get_mut(id.0) {
                *place = schema;
            }
            done
        })
    }

    fn read(&mut self, node: Id, outer: &Scope, root: bool, out: &mut Schema) -> Result<()> {
        match self.pool.tree.get(node) {
            Node::Boolean(pass) if outer.draft >= Draft::Six => {
                out.pass = Some(*pass);
                return Ok(());
            }
            Node::Object(_) => {}
            _ => return Err("Expected: Valid Schema, given: Invalid JSON".to_owned()),
        }
        let scope = self.scope(node, outer, root)?;
        self.definitions(node, &scope)?;
        self.text(node, "title")?;
        self.text(node, "description")?;
        if let Some(reference) = self.text(node, "$ref")? {
            let reference = Reference::parse(&reference)?;
            let known = self.references.get(&reference.url.to_string()).copied();
            let Some(known) = known else {
                out.target = Some(self.reference(&reference, &scope)?);
                return Ok(());
            };
            out.target = Some(known);
        }
        self.types(node, out)?;
        self.objects(node, &scope, out)?;
        self.items(node, &scope, out)?;
        self.numbers(node, &scope, out)?;
        self.strings(node, out)?;
        self.counts(node, &scope, out)?;
        self.values(node, &scope, out)?;
        self.combinations(node, &scope, out)
    }

    /// The scope within a schema: its id may change what references in it mean.
    fn scope(&mut self, node: Id, outer: &Scope, root: bool) -> Result<Scope> {
        let key = match outer.draft {
            Draft::Four => "id",
            Draft::Hybrid if self.pool.tree.member(node, "id").is_some() => "id",
            _ => "$id",
        };
        let Some(id) = self.text(node, key)? else {
            return Ok(outer.clone());
        };
        let id = Reference::parse(&id)?;
        Ok(Scope {
            draft: outer.draft,
            id: if root { id } else { outer.id.inherits(&id)? },
        })
    }

    fn definitions(&mut self, node: Id, scope: &Scope) -> Result<()> {
        let Some(definitions) = self.pool.tree.member(node, "definitions") else {
            return Ok(());
        };
        let wrong = || invalid_type("Array Of Schemas", "definitions");
        let Node::Object(definitions) = self.pool.tree.get(definitions).clone() else {
            return Err(wrong());
        };
        for definition in definitions.values() {
            if !self.is_schema(*definition) {
                return Err(wrong());
            }
            self.child(*definition, scope)?;
        }
        Ok(())
    }

    /// The schema that a reference leads to for the first time.
    fn reference(&mut self, reference: &Reference, scope: &Scope) -> Result<SchemaId> {
        let id = self.new_schema()?;
        self.references.insert(reference.url.to_string(), id);
        let document = self.pool.get(reference)?;
        if !self.is_schema(document.node) {
            return Err("Valid Schema must be of type object".to_owned());
        }
        let scope = Scope {
            draft: document.draft.unwrap_or(scope.draft),
            id: reference.clone(),
        };
        self.schema(document.node, id, &scope, false)?;
        Ok(id)
    }

    /// Whether a node may be a schema.
    fn is_schema(&self, node: Id) -> bool {
        matches!(self.pool.tree.get(node), Node::Boolean(_) | Node::Object(_))
    }

    /// A keyword that must be a string.
    fn text(&self, node: Id, key: &str) -> Result<Option<String>> {
        match self.pool.tree.member(node, key) {
            None => Ok(None),
            Some(member) => match self.pool.tree.get(member) {
                Node::String(text) => Ok(Some(text.clone())),
                _ => Err(invalid_type("string", key)),
            },
        }
    }

    /// A keyword that must be an array.
    fn list(&self, node: Id, key: &str) -> Result<Option<Vec<Id>>> {
        match self.pool.tree.member(node, key) {
            None => Ok(None),
            Some(member) => match self.pool.tree.get(member) {
                Node::Array(items) => Ok(Some(items.clone())),
                _ => Err(format!("{key} must be of an array")),
            },
        }
    }
}
