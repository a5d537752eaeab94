//! Operations, fragments, and what schemas share with them.

use std::cell::Cell;

use kpol_runtime::Value;

use super::super::ast::{
    Argument, Child, Directive, Field, Fragment, Inline, Literal, LiteralKind, Operation,
    QueryDocument, Selection, Spread, Type, Variable,
};
use super::{Decoding, Read, Reader, Wrong};

/// What Go calls the object of a type that decodes itself.
const MAP: &str = "map[string]json.RawMessage";

impl Reader<'_, '_> {
    pub(super) fn query_document(&mut self, value: Value) -> Read<QueryDocument> {
        let it = self.entries(
            value,
            Decoding::Fields("QueryDocument"),
            "ast.QueryDocument",
        )?;
        Ok(QueryDocument {
            comment: self.field(&it, "Comment", Self::comment)?,
            fragments: self.field(&it, "Fragments", |r, v| {
                r.parts(v, "ast.FragmentDefinitionList", Self::fragment)
            })?,
            operations: self.field(&it, "Operations", |r, v| {
                r.parts(v, "ast.OperationList", Self::operation)
            })?,
            nodes: 0,
        })
    }

    fn operation(&mut self, value: Value) -> Read<Operation> {
        let it = self.entries(value, Decoding::Own, MAP)?;
        Ok(Operation {
            directives: self.field(&it, "Directives", Self::directives)?,
            name: self.field(&it, "Name", Self::text)?,
            operation: self.field(&it, "Operation", |r, v| r.text_of(v, "ast.Operation"))?,
            at: self.field(&it, "Position", Self::place)?,
            selections: self.field(&it, "SelectionSet", Self::selections)?,
            variables: self.field(&it, "VariableDefinitions", Self::variables)?,
            comment: None,
        })
    }

    fn fragment(&mut self, value: Value) -> Read<Fragment> {
        let it = self.entries(value, Decoding::Own, MAP)?;
        Ok(Fragment {
            directives: self.field(&it, "Directives", Self::directives)?,
            name: self.field(&it, "Name", Self::text)?,
            at: self.field(&it, "Position", Self::place)?,
            selections: self.field(&it, "SelectionSet", Self::selections)?,
            condition: self.field(&it, "TypeCondition", Self::text)?,
            variables: self.field(&it, "VariableDefinition", Self::variables)?,
            comment: None,
        })
    }

    fn variables(&mut self, value: Value) -> Read<Vec<Variable>> {
        self.parts(value, "ast.VariableDefinitionList", |r, value| {
            let it = r.entries(
                value,
                Decoding::Fields("VariableDefinition"),
                "ast.VariableDefinition",
            )?;
            Ok(Variable {
                comment: r.field(&it, "Comment", Self::comment)?,
                default: r.field(&it, "DefaultValue", |r, v| r.optional(v, Self::literal))?,
                directives: r.field(&it, "Directives", Self::directives)?,
                ty: r.field(&it, "Type", Self::type_reference)?,
                used: Cell::new(r.field(&it, "Used", Self::flag)?),
                name: r.field(&it, "Variable", Self::text)?,
                at: None,
            })
        })
    }

    /// A selection set. What an item is is told by what it can be read as: nearly all is a field. The sets inside of
    /// it are read last, so that none is read twice.
    fn selections(&mut self, value: Value) -> Read<Vec<Selection>> {
        let read = |r: &mut Self, item: Value| {
            let mut selection = r.field_selection(item);
            for other in [Self::spread, Self::inline] {
                if selection.as_ref().is_err_and(Wrong::is_type) {
                    selection = other(r, item);
                }
            }
            match selection {
                Err(wrong) if wrong.is_type() => Ok(None),
                other => other.map(Some),
            }
        };
        let items = self.nested(|r| r.list(value, "[]json.RawMessage", read))?;
        Ok(items.into_iter().flatten().collect())
    }

    fn field_selection(&mut self, value: Value) -> Read<Selection> {
        let it = self.entries(value, Decoding::Own, MAP)?;
        Ok(Selection::Field(Field {
            id: self.id(),
            alias: self.field(&it, "Alias", Self::text)?,
            arguments: self.field(&it, "Arguments", Self::arguments)?,
            directives: self.field(&it, "Directives", Self::directives)?,
            name: self.field(&it, "Name", Self::text)?,
            at: self.field(&it, "Position", Self::place)?,
            selections: self.field(&it, "SelectionSet", Self::selections)?,
            comment: None,
        }))
    }

    fn spread(&mut self, value: Value) -> Read<Selection> {
        let it = self.entries(
            value,
            Decoding::Fields("FragmentSpread"),
            "ast.FragmentSpread",
        )?;
        Ok(Selection::Spread(Spread {
            id: self.id(),
            comment: self.field(&it, "Comment", Self::comment)?,
            directives: self.field(&it, "Directives", Self::directives)?,
            name: self.field(&it, "Name", Self::text)?,
            at: None,
        }))
    }

    fn inline(&mut self, value: Value) -> Read<Selection> {
        let it = self.entries(value, Decoding::Own, MAP)?;
        Ok(Selection::Inline(Inline {
            id: self.id(),
            directives: self.field(&it, "Directives", Self::directives)?,
            at: self.field(&it, "Position", Self::place)?,
            condition: self.field(&it, "TypeCondition", Self::text)?,
            selections: self.field(&it, "SelectionSet", Self::selections)?,
            comment: None,
        }))
    }

    fn arguments(&mut self, value: Value) -> Read<Vec<Argument>> {
        self.parts(value, "ast.ArgumentList", |r, value| {
            let it = r.entries(value, Decoding::Fields("Argument"), "ast.Argument")?;
            Ok(Argument {
                comment: r.field(&it, "Comment", Self::comment)?,
                name: r.field(&it, "Name", Self::text)?,
                value: r.field(&it, "Value", Self::literal)?,
                at: None,
            })
        })
    }

    pub(super) fn directives(&mut self, value: Value) -> Read<Vec<Directive>> {
        self.parts(value, "ast.DirectiveList", |r, value| {
            let it = r.entries(value, Decoding::Fields("Directive"), "ast.Directive")?;
            Ok(Directive {
                arguments: r.field(&it, "Arguments", Self::arguments)?,
                location: r.field(&it, "Location", |r, v| {
                    r.text_of(v, "ast.DirectiveLocation")
                })?,
                name: r.field(&it, "Name", Self::text)?,
                at: None,
            })
        })
    }

    pub(super) fn literal(&mut self, value: Value) -> Read<Literal> {
        if self.is_null(value) {
            return Err(Wrong::missing("value"));
        }
        let it = self.entries(value, Decoding::Fields("Value"), "ast.Value")?;
        Ok(Literal {
            id: self.id(),
            children: self.field(&it, "Children", |r, v| r.nested(|r| r.children(v)))?,
            comment: self.field(&it, "Comment", Self::comment)?,
            has_default: self.field(&it, "ExpectedTypeHasDefault", Self::flag)?,
            kind: self.field(&it, "Kind", |r, v| {
                let n = r.int(v, "ast.ValueKind")?;
                LiteralKind::from_number(n).ok_or_else(|| Wrong::missing("known kind of value"))
            })?,
            raw: self.field(&it, "Raw", Self::text)?,
            at: None,
        })
    }

    fn children(&mut self, value: Value) -> Read<Vec<Child>> {
        self.parts(value, "ast.ChildValueList", |r, value| {
            let it = r.entries(value, Decoding::Fields("ChildValue"), "ast.ChildValue")?;
            Ok(Child {
                comment: r.field(&it, "Comment", Self::comment)?,
                name: r.field(&it, "Name", Self::text)?,
                value: r.field(&it, "Value", Self::literal)?,
                at: None,
            })
        })
    }

    /// A type that is not there is one without a name, which is undefined.
    pub(super) fn type_reference(&mut self, value: Value) -> Read<Type> {
        let it = self.entries(value, Decoding::Fields("Type"), "ast.Type")?;
        Ok(Type {
            elem: self.field(&it, "Elem", |r, v| {
                r.optional(v, |r, v| r.nested(|r| r.type_reference(v)).map(Box::new))
            })?,
            named: self.field(&it, "NamedType", Self::text)?,
            non_null: self.field(&it, "NonNull", Self::flag)?,
            at: None,
        })
    }
}
