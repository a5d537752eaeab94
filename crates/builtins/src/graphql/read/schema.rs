//! Types, directives, the schema itself.

use kpol_runtime::Value;

use super::super::ast::{
    Comments, Definition, DirectiveDefinition, EnumValue, FieldDefinition, OperationType,
    SchemaDefinition, SchemaDocument,
};
use super::{Decoding, Entries, Read, Reader};

impl Reader<'_, '_> {
    pub(super) fn schema_document(&mut self, value: Value) -> Read<SchemaDocument> {
        let it = self.entries(
            value,
            Decoding::Fields("SchemaDocument"),
            "ast.SchemaDocument",
        )?;
        Ok(SchemaDocument {
            comment: self.field(&it, "Comment", Self::comment)?,
            definitions: self.field(&it, "Definitions", Self::definitions)?,
            directives: self.field(&it, "Directives", Self::directive_definitions)?,
            extensions: self.field(&it, "Extensions", Self::definitions)?,
            schema: self.field(&it, "Schema", Self::schema_definitions)?,
            schema_extensions: self.field(&it, "SchemaExtension", Self::schema_definitions)?,
        })
    }

    fn comments(&mut self, it: &Entries) -> Read<Comments> {
        Ok(Comments {
            after: self.field(it, "AfterDescriptionComment", Self::comment)?,
            before: self.field(it, "BeforeDescriptionComment", Self::comment)?,
            end: None,
        })
    }

    fn comments_and_end(&mut self, it: &Entries) -> Read<Comments> {
        Ok(Comments {
            end: self.field(it, "EndOfDefinitionComment", Self::comment)?,
            ..self.comments(it)?
        })
    }

    fn schema_definitions(&mut self, value: Value) -> Read<Vec<SchemaDefinition>> {
        self.parts(value, "ast.SchemaDefinitionList", |r, value| {
            let it = r.entries(
                value,
                Decoding::Fields("SchemaDefinition"),
                "ast.SchemaDefinition",
            )?;
            Ok(SchemaDefinition {
                comments: r.comments_and_end(&it)?,
                description: r.field(&it, "Description", Self::text)?,
                directives: r.field(&it, "Directives", Self::directives)?,
                operation_types: r.field(&it, "OperationTypes", Self::operation_types)?,
                at: None,
            })
        })
    }

    fn operation_types(&mut self, value: Value) -> Read<Vec<OperationType>> {
        self.parts(value, "ast.OperationTypeDefinitionList", |r, value| {
            let decoding = Decoding::Fields("OperationTypeDefinition");
            let it = r.entries(value, decoding, "ast.OperationTypeDefinition")?;
            Ok(OperationType {
                comment: r.field(&it, "Comment", Self::comment)?,
                operation: r.field(&it, "Operation", |r, v| r.text_of(v, "ast.Operation"))?,
                ty: r.field(&it, "Type", Self::text)?,
                at: None,
            })
        })
    }

    fn definitions(&mut self, value: Value) -> Read<Vec<Definition>> {
        self.parts(value, "ast.DefinitionList", |r, value| {
            let it = r.entries(value, Decoding::Fields("Definition"), "ast.Definition")?;
            Ok(Definition {
                comments: r.comments_and_end(&it)?,
                built_in: r.field(&it, "BuiltIn", Self::flag)?,
                description: r.field(&it, "Description", Self::text)?,
                directives: r.field(&it, "Directives", Self::directives)?,
                enum_values: r.field(&it, "EnumValues", Self::enum_values)?,
                fields: r.field(&it, "Fields", |r, v| {
                    r.parts(v, "ast.FieldList", |r, v| r.field_definition(v, true))
                })?,
                interfaces: r.field(&it, "Interfaces", Self::texts)?,
                kind: r.field(&it, "Kind", |r, v| r.text_of(v, "ast.DefinitionKind"))?,
                name: r.field(&it, "Name", Self::text)?,
                types: r.field(&it, "Types", Self::texts)?,
                type_places: Vec::new(),
                at: None,
            })
        })
    }

    /// A field, or an argument, which has no arguments itself.
    fn field_definition(&mut self, value: Value, field: bool) -> Read<FieldDefinition> {
        let (name, ty) = if field {
            ("FieldDefinition", "ast.FieldDefinition")
        } else {
            ("ArgumentDefinition", "ast.ArgumentDefinition")
        };
        let it = self.entries(value, Decoding::Fields(name), ty)?;
        Ok(FieldDefinition {
            comments: self.comments(&it)?,
            arguments: if field {
                self.field(&it, "Arguments", Self::argument_definitions)?
            } else {
                Vec::new()
            },
            default: self.field(&it, "DefaultValue", |r, v| r.optional(v, Self::literal))?,
            description: self.field(&it, "Description", Self::text)?,
            directives: self.field(&it, "Directives", Self::directives)?,
            name: self.field(&it, "Name", Self::text)?,
            ty: self.field(&it, "Type", Self::type_reference)?,
            at: None,
        })
    }

    fn argument_definitions(&mut self, value: Value) -> Read<Vec<FieldDefinition>> {
        self.parts(value, "ast.ArgumentDefinitionList", |r, v| {
            r.field_definition(v, false)
        })
    }

    fn enum_values(&mut self, value: Value) -> Read<Vec<EnumValue>> {
        self.parts(value, "ast.EnumValueList", |r, value| {
            let it = r.entries(
                value,
                Decoding::Fields("EnumValueDefinition"),
                "ast.EnumValueDefinition",
            )?;
            Ok(EnumValue {
                comments: r.comments(&it)?,
                description: r.field(&it, "Description", Self::text)?,
                directives: r.field(&it, "Directives", Self::directives)?,
                name: r.field(&it, "Name", Self::text)?,
                at: None,
            })
        })
    }

    fn directive_definitions(&mut self, value: Value) -> Read<Vec<DirectiveDefinition>> {
        self.parts(value, "ast.DirectiveDefinitionList", |r, value| {
            let it = r.entries(
                value,
                Decoding::Fields("DirectiveDefinition"),
                "ast.DirectiveDefinition",
            )?;
            Ok(DirectiveDefinition {
                comments: r.comments(&it)?,
                arguments: r.field(&it, "Arguments", Self::argument_definitions)?,
                description: r.field(&it, "Description", Self::text)?,
                repeatable: r.field(&it, "IsRepeatable", Self::flag)?,
                locations: r.field(&it, "Locations", |r, v| {
                    r.list(v, "[]ast.DirectiveLocation", |r, v| {
                        r.text_of(v, "ast.DirectiveLocation")
                    })
                })?,
                name: r.field(&it, "Name", Self::text)?,
                at: None,
            })
        })
    }
}
