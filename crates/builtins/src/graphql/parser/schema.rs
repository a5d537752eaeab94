//! Types, directives, the schema itself, and their extensions.

use super::super::ast::{
    Comment, Comments, Definition, DirectiveDefinition, EnumValue, FieldDefinition, OperationType,
    SchemaDefinition, SchemaDocument, Text, kind,
};
use super::super::error::Checked;
use super::{BRACES, Kind, PARENS, Parser, unexpected};

/// Where a directive may stand.
const LOCATIONS: [&str; 19] = [
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
];

/// A description, and the comments before it.
struct Description {
    text: Text,
    comment: Comment,
}

impl Description {
    fn none() -> Self {
        Description {
            text: "".into(),
            comment: None,
        }
    }
}

impl Parser<'_> {
    pub(super) fn schema_document(mut self) -> Checked<SchemaDocument> {
        let mut document = SchemaDocument::default();
        while self.kind() != Kind::Eof {
            let description = self.description()?;
            if self.kind() != Kind::Name {
                return self.unexpected();
            }
            let word = self.peek().value.clone();
            match &*word {
                "schema" => document.schema.push(self.schema_definition(description)?),
                "directive" => document
                    .directives
                    .push(self.directive_definition(description)?),
                "extend" => {
                    if let (false, Some(token)) = (description.text.is_empty(), &self.previous) {
                        return unexpected(token);
                    }
                    self.extension(&mut document)?;
                }
                _ => match type_kind(&word) {
                    Some(kind) => document
                        .definitions
                        .push(self.definition(kind, description)?),
                    None => return self.unexpected(),
                },
            }
        }
        document.comment = self.comments();
        Ok(document)
    }

    /// Reads a description if there is one.
    fn description(&mut self) -> Checked<Description> {
        if !matches!(self.kind(), Kind::String | Kind::BlockString) {
            return Ok(Description::none());
        }
        let comment = self.comments();
        let text = self.next()?.value;
        Ok(Description { text, comment })
    }

    /// A member's description, which does not count where it is empty, and the comments around it.
    fn member_description(&mut self) -> Checked<(Text, Comments)> {
        let mut description = self.description()?;
        if description.text.is_empty() {
            description.comment = None;
        }
        let comments = Comments {
            before: description.comment,
            after: self.comments(),
            end: None,
        };
        Ok((description.text, comments))
    }

    fn schema_definition(&mut self, description: Description) -> Checked<SchemaDefinition> {
        let after = self.keyword("schema")?;
        self.schema_body(description, after)
    }

    fn schema_body(
        &mut self,
        description: Description,
        after: Comment,
    ) -> Checked<SchemaDefinition> {
        let at = self.at();
        let directives = self.directives(true)?;
        let (operation_types, end) = self.some(BRACES, Self::operation_type)?;
        Ok(SchemaDefinition {
            description: description.text,
            directives,
            operation_types,
            at,
            comments: Comments {
                before: description.comment,
                after,
                end,
            },
        })
    }

    fn operation_type(&mut self) -> Checked<OperationType> {
        let (at, comment) = (self.at(), self.comments());
        let operation = self.operation_word()?;
        self.expect(Kind::Colon)?;
        Ok(OperationType {
            operation,
            ty: self.name()?,
            at,
            comment,
        })
    }

    fn definition(&mut self, kind: &'static str, description: Description) -> Checked<Definition> {
        let after = self.comments();
        self.next()?;
        self.body(kind, description, after, true)
    }

    /// A type, from its name. Extensions of interfaces cannot implement others, and those of input objects may have
    /// variables in their directives.
    fn body(
        &mut self,
        kind: &'static str,
        description: Description,
        after: Comment,
        base: bool,
    ) -> Checked<Definition> {
        let mut definition = Definition {
            kind: kind.into(),
            description: description.text,
            at: self.at(),
            name: self.name()?,
            ..Definition::default()
        };
        if kind == kind::OBJECT || (kind == kind::INTERFACE && base) {
            definition.interfaces = self.interfaces()?;
        }
        definition.directives = self.directives(base || kind != kind::INPUT_OBJECT)?;
        let mut end = None;
        match kind {
            kind::OBJECT | kind::INTERFACE => {
                (definition.fields, end) = self.some(BRACES, |p| p.field(true))?;
            }
            kind::INPUT_OBJECT => {
                (definition.fields, end) = self.some(BRACES, |p| p.field(false))?
            }
            kind::ENUM => (definition.enum_values, end) = self.some(BRACES, Self::enum_value)?,
            kind::UNION if self.skip(Kind::Equals)? => {
                let member = |p: &mut Self| Ok((p.at(), p.name()?));
                (definition.type_places, definition.types) =
                    self.separated(Kind::Pipe, member)?.into_iter().unzip();
            }
            _ => {}
        }
        definition.comments = Comments {
            before: description.comment,
            after,
            end,
        };
        Ok(definition)
    }

    fn interfaces(&mut self) -> Checked<Vec<Text>> {
        if !self.value_is("implements") {
            return Ok(Vec::new());
        }
        self.next()?;
        self.separated(Kind::Amp, Self::name)
    }

    /// A field of a type that is put out (it may have arguments) or in (it may have a default).
    fn field(&mut self, out: bool) -> Checked<FieldDefinition> {
        let (description, comments) = self.member_description()?;
        let at = self.at();
        let name = self.name()?;
        let arguments = if out {
            self.argument_definitions()?
        } else {
            Vec::new()
        };
        self.expect(Kind::Colon)?;
        Ok(FieldDefinition {
            description,
            name,
            arguments,
            ty: self.type_reference()?,
            default: if out { None } else { self.default_value()? },
            directives: self.directives(true)?,
            at,
            comments,
        })
    }

    fn argument_definitions(&mut self) -> Checked<Vec<FieldDefinition>> {
        Ok(self.some(PARENS, |p| p.field(false))?.0)
    }

    fn enum_value(&mut self) -> Checked<EnumValue> {
        let (description, comments) = self.member_description()?;
        let at = self.at();
        Ok(EnumValue {
            description,
            name: self.name()?,
            directives: self.directives(true)?,
            at,
            comments,
        })
    }

    fn extension(&mut self, document: &mut SchemaDocument) -> Checked<()> {
        let after = self.keyword("extend")?;
        let word = self.peek().value.clone();
        if &*word == "schema" {
            self.keyword("schema")?;
            let extension = self.schema_body(Description::none(), after)?;
            if extension.directives.is_empty() && extension.operation_types.is_empty() {
                return self.unexpected();
            }
            document.schema_extensions.push(extension);
            return Ok(());
        }
        let Some(kind) = type_kind(&word) else {
            return self.unexpected();
        };
        self.keyword(&word)?;
        let it = self.body(kind, Description::none(), after, false)?;
        let members = it.interfaces.len() + it.fields.len() + it.types.len() + it.enum_values.len();
        if members + it.directives.len() == 0 {
            return self.unexpected();
        }
        document.extensions.push(it);
        Ok(())
    }

    fn directive_definition(&mut self, description: Description) -> Checked<DirectiveDefinition> {
        let after = self.keyword("directive")?;
        self.expect(Kind::At)?;
        let at = self.at();
        let name = self.name()?;
        let arguments = self.argument_definitions()?;
        let repeatable = self.kind() == Kind::Name && self.value_is("repeatable");
        if repeatable {
            self.next()?;
        }
        self.keyword("on")?;
        Ok(DirectiveDefinition {
            description: description.text,
            name,
            arguments,
            locations: self.separated(Kind::Pipe, Self::location)?,
            repeatable,
            at,
            comments: Comments {
                before: description.comment,
                after,
                end: None,
            },
        })
    }

    fn location(&mut self) -> Checked<Text> {
        let (token, _) = self.expect(Kind::Name)?;
        if LOCATIONS.contains(&&*token.value) {
            return Ok(token.value);
        }
        unexpected(&token)
    }
}

fn type_kind(word: &str) -> Option<&'static str> {
    Some(match word {
        "scalar" => kind::SCALAR,
        "type" => kind::OBJECT,
        "interface" => kind::INTERFACE,
        "union" => kind::UNION,
        "enum" => kind::ENUM,
        "input" => kind::INPUT_OBJECT,
        _ => return None,
    })
}
