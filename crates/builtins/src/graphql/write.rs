//! The object form of documents: the JSON of gqlparser's tree without what is null, empty, or a position.

use std::cell::Cell;

use kpol_runtime::{Heap, Value};

use super::ast::{
    Argument, Child, Comment, Comments, Definition, Directive, DirectiveDefinition, EnumValue,
    Field, FieldDefinition, Fragment, Inline, Literal, Operation, OperationType, QueryDocument,
    SchemaDefinition, SchemaDocument, Selection, Spread, Text, Type, Variable,
};

/// Something with an object form.
pub(crate) trait Write {
    fn write(&self, heap: &mut Heap<'_>) -> Value;
}

/// An object whose entries come one after the other.
struct Object<'h, 'm> {
    heap: &'h mut Heap<'m>,
    entries: Vec<(Value, Value)>,
}

impl<'h, 'm> Object<'h, 'm> {
    fn new(heap: &'h mut Heap<'m>) -> Self {
        Object {
            heap,
            entries: Vec::new(),
        }
    }

    fn set(mut self, key: &str, value: Value) -> Self {
        let key = self.heap.string(key);
        self.entries.push((key, value));
        self
    }

    fn text(self, key: &str, text: &str) -> Self {
        let value = self.heap.string(text);
        self.set(key, value)
    }

    fn flag(self, key: &str, flag: bool) -> Self {
        self.set(key, Value::boolean(flag))
    }

    fn one<T: Write>(self, key: &str, part: Option<&T>) -> Self {
        match part {
            Some(part) => {
                let value = part.write(self.heap);
                self.set(key, value)
            }
            None => self,
        }
    }

    fn list<T: Write>(self, key: &str, parts: &[T]) -> Self {
        if parts.is_empty() {
            return self;
        }
        let items: Vec<Value> = parts.iter().map(|part| part.write(self.heap)).collect();
        let value = self.heap.array(&items);
        self.set(key, value)
    }

    fn comment(self, key: &str, comment: &Comment) -> Self {
        let lines = comment.as_deref().unwrap_or_default();
        if lines.is_empty() {
            return self;
        }
        let items: Vec<Value> = lines
            .iter()
            .map(|line| Object::new(self.heap).text("Value", line).end())
            .collect();
        let list = self.heap.array(&items);
        let group = Object::new(self.heap).set("List", list).end();
        self.set(key, group)
    }

    fn comments(self, comments: &Comments) -> Self {
        self.comment("BeforeDescriptionComment", &comments.before)
            .comment("AfterDescriptionComment", &comments.after)
            .comment("EndOfDefinitionComment", &comments.end)
    }

    fn end(mut self) -> Value {
        self.heap.object_from_entries(&mut self.entries)
    }
}

/// What is written of each part, in one line each.
macro_rules! forms {
    ($($part:ident: |$it:ident, $out:ident| $form:expr;)*) => {
        $(impl Write for $part {
            fn write(&self, heap: &mut Heap<'_>) -> Value {
                let ($it, $out) = (self, Object::new(heap));
                $form.end()
            }
        })*
    };
}

forms! {
    QueryDocument: |it, out| out
        .list("Operations", &it.operations)
        .list("Fragments", &it.fragments)
        .comment("Comment", &it.comment);
    Operation: |it, out| out
        .text("Operation", &it.operation)
        .text("Name", &it.name)
        .list("VariableDefinitions", &it.variables)
        .list("Directives", &it.directives)
        .list("SelectionSet", &it.selections)
        .comment("Comment", &it.comment);
    Variable: |it, out| out
        .text("Variable", &it.name)
        .one("Type", Some(&it.ty))
        .one("DefaultValue", it.default.as_ref())
        .list("Directives", &it.directives)
        .comment("Comment", &it.comment)
        .flag("Used", Cell::get(&it.used));
    Fragment: |it, out| out
        .text("Name", &it.name)
        .list("VariableDefinition", &it.variables)
        .text("TypeCondition", &it.condition)
        .list("Directives", &it.directives)
        .list("SelectionSet", &it.selections)
        .comment("Comment", &it.comment);
    Field: |it, out| out
        .text("Alias", &it.alias)
        .text("Name", &it.name)
        .list("Arguments", &it.arguments)
        .list("Directives", &it.directives)
        .list("SelectionSet", &it.selections)
        .comment("Comment", &it.comment);
    Spread: |it, out| out
        .text("Name", &it.name)
        .list("Directives", &it.directives)
        .comment("Comment", &it.comment);
    Inline: |it, out| out
        .text("TypeCondition", &it.condition)
        .list("Directives", &it.directives)
        .list("SelectionSet", &it.selections)
        .comment("Comment", &it.comment);
    Argument: |it, out| out
        .text("Name", &it.name)
        .one("Value", Some(&it.value))
        .comment("Comment", &it.comment);
    Directive: |it, out| out
        .text("Name", &it.name)
        .list("Arguments", &it.arguments)
        .text("Location", &it.location);
    Child: |it, out| out
        .text("Name", &it.name)
        .one("Value", Some(&it.value))
        .comment("Comment", &it.comment);
    Type: |it, out| out
        .text("NamedType", &it.named)
        .one("Elem", it.elem.as_deref())
        .flag("NonNull", it.non_null);
    SchemaDocument: |it, out| out
        .list("Schema", &it.schema)
        .list("SchemaExtension", &it.schema_extensions)
        .list("Directives", &it.directives)
        .list("Definitions", &it.definitions)
        .list("Extensions", &it.extensions)
        .comment("Comment", &it.comment);
    SchemaDefinition: |it, out| out
        .text("Description", &it.description)
        .list("Directives", &it.directives)
        .list("OperationTypes", &it.operation_types)
        .comments(&it.comments);
    OperationType: |it, out| out
        .text("Operation", &it.operation)
        .text("Type", &it.ty)
        .comment("Comment", &it.comment);
    Definition: |it, out| out
        .text("Kind", &it.kind)
        .text("Description", &it.description)
        .text("Name", &it.name)
        .list("Directives", &it.directives)
        .list("Interfaces", &it.interfaces)
        .list("Fields", &it.fields)
        .list("Types", &it.types)
        .list("EnumValues", &it.enum_values)
        .flag("BuiltIn", it.built_in)
        .comments(&it.comments);
    FieldDefinition: |it, out| out
        .text("Description", &it.description)
        .text("Name", &it.name)
        .list("Arguments", &it.arguments)
        .one("DefaultValue", it.default.as_ref())
        .one("Type", Some(&it.ty))
        .list("Directives", &it.directives)
        .comments(&it.comments);
    EnumValue: |it, out| out
        .text("Description", &it.description)
        .text("Name", &it.name)
        .list("Directives", &it.directives)
        .comments(&it.comments);
    DirectiveDefinition: |it, out| out
        .text("Description", &it.description)
        .text("Name", &it.name)
        .list("Arguments", &it.arguments)
        .list("Locations", &it.locations)
        .flag("IsRepeatable", it.repeatable)
        .comments(&it.comments);
}

impl Write for Literal {
    fn write(&self, heap: &mut Heap<'_>) -> Value {
        let kind = heap.integer(self.kind.number());
        Object::new(heap)
            .text("Raw", &self.raw)
            .list("Children", &self.children)
            .set("Kind", kind)
            .comment("Comment", &self.comment)
            .flag("ExpectedTypeHasDefault", self.has_default)
            .end()
    }
}

impl Write for Selection {
    fn write(&self, heap: &mut Heap<'_>) -> Value {
        match self {
            Selection::Field(it) => it.write(heap),
            Selection::Spread(it) => it.write(heap),
            Selection::Inline(it) => it.write(heap),
        }
    }
}

impl Write for Text {
    fn write(&self, heap: &mut Heap<'_>) -> Value {
        heap.string(self)
    }
}
