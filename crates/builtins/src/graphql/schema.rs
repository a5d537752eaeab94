//! A schema to validate queries with: the prelude and a document, extensions applied, checked.

mod check;

use std::collections::{BTreeMap, HashMap};

use super::ast::{
    Comments, Definition, DirectiveDefinition, FieldDefinition, Place, SchemaDefinition,
    SchemaDocument, Text, Type, kind,
};
use super::error::{Budget, Checked, Failure, File};
use super::parser::parse_schema;

/// What each schema has: the types of introspection and the standard directives. Definitions stand on the lines that
/// messages of OPA name.
const PRELUDE: &str = include_str!("prelude.graphql");

/// Directives that a schema may define though the prelude does.
const REDEFINABLE: [&str; 6] = [
    "include",
    "skip",
    "deprecated",
    "specifiedBy",
    "defer",
    "oneOf",
];

/// A valid schema.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) types: BTreeMap<Text, Definition>,
    pub(crate) directives: BTreeMap<Text, DirectiveDefinition>,
    /// The types of objects that a type's value can be.
    pub(crate) possible: HashMap<Text, Vec<Text>>,
    query: Option<Text>,
    mutation: Option<Text>,
    subscription: Option<Text>,
    /// `__typename`, which all types have.
    pub(crate) typename: FieldDefinition,
}

impl Schema {
    /// Merges the prelude and a document, and checks the whole.
    pub(crate) fn new(document: SchemaDocument, budget: &Budget) -> Checked<Self> {
        let mut schema = Schema {
            types: BTreeMap::new(),
            directives: BTreeMap::new(),
            possible: HashMap::new(),
            query: None,
            mutation: None,
            subscription: None,
            typename: field("__typename", named("String", false), Vec::new()),
        };
        let merged = merge(parse_schema(PRELUDE, File::Prelude)?, document);
        let order = schema.define_types(merged.definitions, merged.extensions)?;
        schema.find_possible(&order);
        schema.define_directives(merged.directives)?;
        if let Some(second) = merged.schema.get(1) {
            return Err(Failure::schema(
                second.at,
                "Cannot have multiple schema entry points, consider schema extensions instead.",
            ));
        }
        for part in merged.schema.iter().chain(&merged.schema_extensions) {
            schema.set_roots(part)?;
            check::schema_directives(&schema, part)?;
        }
        check::types(&schema, budget)?;
        check::input_cycles(&schema, budget)?;
        check::directives(&schema)?;
        if merged.schema.is_empty() {
            schema.infer_roots();
        }
        schema.add_introspection();
        Ok(schema)
    }

    pub(crate) fn ty(&self, name: &str) -> Option<&Definition> {
        self.types.get(name)
    }

    /// The types that a value of this type can be; names of types that exist.
    pub(crate) fn possible_types(&self, name: &str) -> impl Iterator<Item = &Definition> {
        let names = self
            .possible
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        names.iter().filter_map(|name| self.ty(name))
    }

    /// The type at which an operation begins. Nothing, too, for words that are no operations.
    pub(crate) fn root(&self, operation: &str) -> Option<&Definition> {
        let name = match operation {
            "query" | "" => &self.query,
            "mutation" => &self.mutation,
            "subscription" => &self.subscription,
            _ => &None,
        };
        name.as_ref().and_then(|name| self.ty(name))
    }

    /// Takes types and applies extensions; returns the types' names in order.
    fn define_types(
        &mut self,
        definitions: Vec<Definition>,
        extensions: Vec<Definition>,
    ) -> Checked<Vec<Text>> {
        let mut order = Vec::new();
        for definition in definitions {
            if self.types.contains_key(&definition.name) {
                let message = format!("Cannot redeclare type {}.", definition.name);
                return Err(Failure::schema(definition.at, message));
            }
            order.push(definition.name.clone());
            self.types.insert(definition.name.clone(), definition);
        }
        for extension in extensions {
            let name = extension.name.clone();
            let definition = self.types.entry(name.clone()).or_insert_with(|| {
                order.push(name.clone());
                Definition {
                    kind: extension.kind.clone(),
                    name,
                    at: extension.at,
                    ..Definition::default()
                }
            });
            if definition.kind != extension.kind {
                let Definition { name, kind, .. } = &extension;
                return Err(Failure::schema(
                    extension.at,
                    format!(
                        "Cannot extend type {name} because the base type is a {}, not {kind}.",
                        definition.kind
                    ),
                ));
            }
            definition.directives.extend(extension.directives);
            definition.interfaces.extend(extension.interfaces);
            definition.fields.extend(extension.fields);
            definition.types.extend(extension.types);
            definition.type_places.extend(extension.type_places);
            definition.enum_values.extend(extension.enum_values);
        }
        Ok(order)
    }

    fn find_possible(&mut self, order: &[Text]) {
        for definition in order.iter().filter_map(|name| self.types.get(name)) {
            let mut add = |to: &Text, name: &Text| {
                self.possible
                    .entry(to.clone())
                    .or_default()
                    .push(name.clone());
            };
            match &*definition.kind {
                kind::UNION => definition
                    .types
                    .iter()
                    .for_each(|member| add(&definition.name, member)),
                kind::OBJECT | kind::INPUT_OBJECT | kind::INTERFACE => {
                    definition
                        .interfaces
                        .iter()
                        .for_each(|it| add(it, &definition.name));
                    if &*definition.kind != kind::INTERFACE {
                        add(&definition.name, &definition.name);
                    }
                }
                _ => {}
            }
        }
    }

    fn define_directives(&mut self, directives: Vec<DirectiveDefinition>) -> Checked<()> {
        for directive in directives {
            let name = &*directive.name;
            if self.directives.contains_key(name) && !REDEFINABLE.contains(&name) {
                let message = format!("Cannot redeclare directive {name}.");
                return Err(Failure::schema(directive.at, message));
            }
            self.directives.insert(directive.name.clone(), directive);
        }
        Ok(())
    }

    fn set_roots(&mut self, part: &SchemaDefinition) -> Checked<()> {
        for entry in &part.operation_types {
            if !self.types.contains_key(&entry.ty) {
                return Err(Failure::schema(
                    entry.at,
                    format!(
                        "Schema root {} refers to a type {} that does not exist.",
                        entry.operation, entry.ty
                    ),
                ));
            }
            let root = match &*entry.operation {
                "query" => &mut self.query,
                "mutation" => &mut self.mutation,
                "subscription" => &mut self.subscription,
                _ => continue,
            };
            *root = Some(entry.ty.clone());
        }
        Ok(())
    }

    /// Without a schema definition, the roots are the types with the usual names.
    fn infer_roots(&mut self) {
        let roots = [
            (&mut self.query, "Query"),
            (&mut self.mutation, "Mutation"),
            (&mut self.subscription, "Subscription"),
        ];
        for (root, name) in roots {
            if root.is_none() && self.types.contains_key(name) {
                *root = Some(name.into());
            }
        }
    }

    fn add_introspection(&mut self) {
        let query = self
            .query
            .as_ref()
            .and_then(|name| self.types.get_mut(name));
        if let Some(query) = query {
            query
                .fields
                .push(field("__schema", named("__Schema", true), Vec::new()));
            let name = field("name", named("String", true), Vec::new());
            query
                .fields
                .push(field("__type", named("__Type", false), vec![name]));
        }
    }
}

fn merge(mut base: SchemaDocument, other: SchemaDocument) -> SchemaDocument {
    base.schema.extend(other.schema);
    base.schema_extensions.extend(other.schema_extensions);
    base.directives.extend(other.directives);
    base.definitions.extend(other.definitions);
    base.extensions.extend(other.extensions);
    base
}

fn named(name: &str, non_null: bool) -> Type {
    Type {
        named: name.into(),
        elem: None,
        non_null,
        at: Place::None,
    }
}

fn field(name: &str, ty: Type, arguments: Vec<FieldDefinition>) -> FieldDefinition {
    FieldDefinition {
        description: "".into(),
        name: name.into(),
        arguments,
        default: None,
        ty,
        directives: Vec::new(),
        at: None,
        comments: Comments::default(),
    }
}
