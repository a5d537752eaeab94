//! Operations, fragments, and what schemas share with them: values, types, directives.

use std::cell::Cell;

use super::super::ast::{
    Argument, Child, Directive, Field, Fragment, Inline, Literal, LiteralKind, Operation,
    QueryDocument, Selection, Spread, Text, Type, Variable,
};
use super::super::error::Checked;
use super::{BRACES, Kind, PARENS, Parser, unexpected};

impl Parser<'_> {
    pub(super) fn query_document(mut self) -> Checked<QueryDocument> {
        let mut document = QueryDocument::default();
        while self.kind() != Kind::Eof {
            let token = self.peek().clone();
            match (token.kind, &*token.value) {
                (Kind::Name, "query" | "mutation" | "subscription") | (Kind::BraceL, _) => {
                    document.operations.push(self.operation()?);
                }
                (Kind::Name, "fragment") => document.fragments.push(self.fragment()?),
                _ => return self.unexpected(),
            }
        }
        document.nodes = self.nodes;
        Ok(document)
    }

    fn operation(&mut self) -> Checked<Operation> {
        let (at, comment) = (self.at(), self.comments());
        if self.kind() == Kind::BraceL {
            return Ok(Operation {
                operation: "query".into(),
                at,
                selections: self.selections()?,
                ..Operation::default()
            });
        }
        Ok(Operation {
            at,
            comment,
            operation: self.operation_word()?,
            name: if self.kind() == Kind::Name {
                self.next()?.value
            } else {
                "".into()
            },
            variables: self.variables()?,
            directives: self.directives(false)?,
            selections: self.selections()?,
        })
    }

    /// `query`, `mutation` or `subscription`.
    pub(super) fn operation_word(&mut self) -> Checked<Text> {
        let token = self.next()?;
        match &*token.value {
            "query" | "mutation" | "subscription" => Ok(token.value),
            _ => unexpected(&token),
        }
    }

    fn variables(&mut self) -> Checked<Vec<Variable>> {
        Ok(self.some(PARENS, Self::variable_definition)?.0)
    }

    fn variable_definition(&mut self) -> Checked<Variable> {
        let (at, comment) = (self.at(), self.comments());
        let name = self.variable()?;
        self.expect(Kind::Colon)?;
        Ok(Variable {
            name,
            at,
            comment,
            ty: self.type_reference()?,
            default: self.default_value()?,
            directives: self.directives(false)?,
            used: Cell::new(false),
        })
    }

    pub(super) fn default_value(&mut self) -> Checked<Option<Literal>> {
        if self.skip(Kind::Equals)? {
            return self.literal(true).map(Some);
        }
        Ok(None)
    }

    fn variable(&mut self) -> Checked<Text> {
        self.expect(Kind::Dollar)?;
        self.name()
    }

    fn selections(&mut self) -> Checked<Vec<Selection>> {
        let found = self.kind();
        if found != Kind::BraceL {
            return self.error(format!("Expected {{, found {}", found.name()));
        }
        self.nested(|p| Ok(p.some(BRACES, Self::selection)?.0))
    }

    fn selection(&mut self) -> Checked<Selection> {
        if self.kind() == Kind::Spread {
            return self.spread();
        }
        let (at, comment) = (self.at(), self.comments());
        let alias = self.name()?;
        let name = if self.skip(Kind::Colon)? {
            self.name()?
        } else {
            alias.clone()
        };
        Ok(Selection::Field(Field {
            id: self.id(),
            alias,
            name,
            arguments: self.arguments(false)?,
            directives: self.directives(false)?,
            selections: if self.kind() == Kind::BraceL {
                self.selections()?
            } else {
                Vec::new()
            },
            at,
            comment,
        }))
    }

    fn arguments(&mut self, constant: bool) -> Checked<Vec<Argument>> {
        Ok(self.some(PARENS, |p| p.argument(constant))?.0)
    }

    fn argument(&mut self, constant: bool) -> Checked<Argument> {
        let (at, comment) = (self.at(), self.comments());
        let name = self.name()?;
        self.expect(Kind::Colon)?;
        Ok(Argument {
            name,
            value: self.literal(constant)?,
            at,
            comment,
        })
    }

    fn spread(&mut self) -> Checked<Selection> {
        let (_, comment) = self.expect(Kind::Spread)?;
        let at = self.at();
        if self.kind() == Kind::Name && !self.value_is("on") {
            return Ok(Selection::Spread(Spread {
                id: self.id(),
                name: self.fragment_name()?,
                directives: self.directives(false)?,
                at,
                comment,
            }));
        }
        let mut condition = "".into();
        if self.value_is("on") {
            self.next()?;
            condition = self.name()?;
        }
        Ok(Selection::Inline(Inline {
            id: self.id(),
            condition,
            directives: self.directives(false)?,
            selections: self.selections()?,
            at,
            comment,
        }))
    }

    fn fragment(&mut self) -> Checked<Fragment> {
        let (at, comment) = (self.at(), self.comments());
        self.keyword("fragment")?;
        let name = self.fragment_name()?;
        let variables = self.variables()?;
        self.keyword("on")?;
        Ok(Fragment {
            name,
            variables,
            condition: self.name()?,
            directives: self.directives(false)?,
            selections: self.selections()?,
            at,
            comment,
        })
    }

    fn fragment_name(&mut self) -> Checked<Text> {
        if self.value_is("on") {
            return self.unexpected();
        }
        self.name()
    }

    pub(super) fn literal(&mut self, constant: bool) -> Checked<Literal> {
        let token = self.peek().clone();
        let kind = match token.kind {
            Kind::BracketL => return self.nested(|p| p.list(constant)),
            Kind::BraceL => return self.nested(|p| p.object(constant)),
            Kind::Dollar if !constant => LiteralKind::Variable,
            Kind::Int => LiteralKind::Int,
            Kind::Float => LiteralKind::Float,
            Kind::String => LiteralKind::String,
            Kind::BlockString => LiteralKind::Block,
            Kind::Name => match &*token.value {
                "true" | "false" => LiteralKind::Boolean,
                "null" => LiteralKind::Null,
                _ => LiteralKind::Enum,
            },
            _ => return self.unexpected(),
        };
        let raw = if kind == LiteralKind::Variable {
            self.variable()?
        } else {
            self.next()?.value
        };
        Ok(Literal {
            id: self.id(),
            kind,
            raw,
            children: Vec::new(),
            at: Some(token.at),
            comment: None,
            has_default: false,
        })
    }

    fn list(&mut self, constant: bool) -> Checked<Literal> {
        self.composite(LiteralKind::List, Kind::BracketR, |p| {
            Ok(Child {
                name: "".into(),
                value: p.literal(constant)?,
                at: None,
                comment: None,
            })
        })
    }

    fn object(&mut self, constant: bool) -> Checked<Literal> {
        self.composite(LiteralKind::Object, Kind::BraceR, |p| {
            let (at, comment) = (p.at(), p.comments());
            let name = p.name()?;
            p.expect(Kind::Colon)?;
            Ok(Child {
                name,
                value: p.literal(constant)?,
                at,
                comment,
            })
        })
    }

    fn composite(
        &mut self,
        kind: LiteralKind,
        end: Kind,
        item: impl FnMut(&mut Self) -> Checked<Child>,
    ) -> Checked<Literal> {
        let (at, comment) = (self.at(), self.comments());
        self.next()?;
        let children = self.until(end, item)?;
        self.next()?;
        Ok(Literal {
            id: self.id(),
            kind,
            raw: "".into(),
            children,
            at,
            comment,
            has_default: false,
        })
    }

    pub(super) fn directives(&mut self, constant: bool) -> Checked<Vec<Directive>> {
        let mut directives = Vec::new();
        while self.skip(Kind::At)? {
            let at = self.at();
            directives.push(Directive {
                name: self.name()?,
                arguments: self.arguments(constant)?,
                location: "".into(),
                at,
            });
        }
        Ok(directives)
    }

    pub(super) fn type_reference(&mut self) -> Checked<Type> {
        let mut ty = if self.skip(Kind::BracketL)? {
            let at = self.at();
            let elem = self.nested(Self::type_reference)?;
            self.expect(Kind::BracketR)?;
            Type {
                named: "".into(),
                elem: Some(Box::new(elem)),
                non_null: false,
                at,
            }
        } else {
            let at = self.at();
            Type {
                named: self.name()?,
                elem: None,
                non_null: false,
                at,
            }
        };
        ty.non_null = self.skip(Kind::Bang)?;
        Ok(ty)
    }
}
