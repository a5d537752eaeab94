//! Expressions: what they are made of matters only where their JSON form asks for it.

use super::lexer::{Kind, Token};
use super::number;
use super::parser::{Parsed, Parser, refuse};
use super::syntax::{Expr, ExprKind};

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|parser| {
            let condition = parser.operators()?;
            if !parser.take("?") {
                return Ok(condition);
            }
            let yes = parser.expression()?;
            parser.expect(":", "`:` and what holds otherwise are missing")?;
            let no = parser.expression()?;
            let range = condition.range.start..no.range.end;
            Ok(Expr {
                kind: ExprKind::Conditional(Box::new([condition, yes, no])),
                range,
            })
        })
    }

    /// Operands and binary operators: their order does not matter, only the text.
    fn operators(&mut self) -> Parsed<Expr> {
        let mut left = self.operand()?;
        while let Kind::Sign(
            "||" | "&&" | "==" | "!=" | ">" | ">=" | "<" | "<=" | "+" | "-" | "*" | "/" | "%",
        ) = self.peek().kind
        {
            self.read();
            let right = self.operand()?;
            left = Expr {
                kind: ExprKind::Other,
                range: left.range.start..right.range.end,
            };
        }
        Ok(left)
    }

    /// A term and the steps from there.
    fn operand(&mut self) -> Parsed<Expr> {
        let mut term = self.term()?;
        loop {
            if self.take(".") {
                self.attribute_step(&mut term)?;
            } else if self.take("[") {
                self.index_step(&mut term)?;
            } else {
                return Ok(term);
            }
        }
    }

    /// Behind a dot.
    fn attribute_step(&mut self, term: &mut Expr) -> Parsed<()> {
        let next = self.read();
        match next.kind {
            Kind::Ident => {}
            Kind::Number => self.legacy_index(&next)?,
            Kind::Sign("*") => {
                term.kind = ExprKind::Other;
                term.range.end = next.range.end;
                while self.take(".") {
                    let step = self.read();
                    match step.kind {
                        Kind::Ident => {}
                        Kind::Number => self.legacy_index(&step)?,
                        _ => return refuse("a name is needed behind the dot", step.range),
                    }
                    term.range.end = step.range.end;
                }
                return Ok(());
            }
            _ => return refuse("a name is needed behind the dot", next.range),
        }
        step(term, true, next.range.end);
        Ok(())
    }

    fn legacy_index(&self, token: &Token) -> Parsed<()> {
        let text = self.slice(&token.range);
        if text.contains('.') {
            return refuse(
                format!("two indexes, as in `{text}`, have to stand in brackets"),
                token.range.clone(),
            );
        }
        self.number(token).map(|_| ())
    }

    /// Behind a bracket.
    fn index_step(&mut self, term: &mut Expr) -> Parsed<()> {
        if self.take("*") {
            let close = self.read();
            if close.kind != Kind::Sign("]") {
                return refuse("`]` has to follow the star", close.range);
            }
            term.kind = ExprKind::Other;
            term.range.end = close.range.end;
            return Ok(());
        }
        let (key, close) = self.with_newlines(false, |parser| {
            let key = parser.expression()?;
            let close = parser.expect("]", "the index has no closing bracket")?;
            Ok((key, close))
        })?;
        let constant = match &key.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) => true,
            ExprKind::Template(parts) => is_literal(parts),
            _ => false,
        };
        step(term, constant, close.range.end);
        Ok(())
    }

    fn number(&self, token: &Token) -> Parsed<String> {
        match number::parse(self.slice(&token.range)) {
            Some(number) => Ok(number.plain()),
            None => refuse(
                "the number is malformed or out of range",
                token.range.clone(),
            ),
        }
    }

    fn term(&mut self) -> Parsed<Expr> {
        let start = self.read();
        let expr = |kind, end| Expr {
            kind,
            range: start.range.start..end,
        };
        let end = start.range.end;
        match start.kind {
            Kind::Sign("(") => self.with_newlines(false, |parser| {
                parser.expression()?;
                let close = parser.expect(")", "a closing parenthesis is missing")?;
                Ok(expr(ExprKind::Other, close.range.end))
            }),
            Kind::Number => Ok(expr(ExprKind::Number(self.number(&start)?), end)),
            Kind::Ident => {
                if self.sign("(") || self.sign("::") {
                    return self.call(&start);
                }
                let kind = match self.slice(&start.range) {
                    "true" => ExprKind::Bool(true),
                    "false" => ExprKind::Bool(false),
                    "null" => ExprKind::Null,
                    _ => ExprKind::Traversal,
                };
                Ok(expr(kind, end))
            }
            Kind::OpenQuote | Kind::OpenHeredoc => self.template(&start),
            Kind::Sign(sign @ ("-" | "!")) => {
                let operand = self.nested(Parser::operand)?;
                let message = "the operator does not fit this value";
                let kind = match (sign, operand.kind) {
                    ("-", ExprKind::Number(number)) => ExprKind::Number(format!("-{number}")),
                    ("!", ExprKind::Bool(value)) => ExprKind::Bool(!value),
                    (_, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_)) => {
                        return refuse(message, start.range.start..operand.range.end);
                    }
                    _ => ExprKind::Other,
                };
                Ok(expr(ExprKind::Unary(Box::new(kind)), operand.range.end))
            }
            Kind::Sign("[") => self.tuple(&start),
            Kind::Sign("{") => self.object(&start),
            Kind::End => refuse("an expression is missing", start.range),
            _ => refuse("an expression is needed here", start.range),
        }
    }

    /// A call, behind the function's name.
    fn call(&mut self, name: &Token) -> Parsed<Expr> {
        while self.take("::") {
            let next = self.read();
            if next.kind != Kind::Ident {
                return refuse("a function's name is needed behind `::`", next.range);
            }
        }
        self.expect("(", "`(` is missing behind the function's name")?;
        let end = self.with_newlines(false, |parser| {
            loop {
                if parser.sign(")") {
                    return Ok(parser.read().range.end);
                }
                parser.expression()?;
                let next = parser.read();
                match next.kind {
                    Kind::Sign(",") => {}
                    Kind::Sign(")") => return Ok(next.range.end),
                    Kind::Sign("...") => {
                        let message = "`)` has to follow the expanded argument";
                        return Ok(parser.expect(")", message)?.range.end);
                    }
                    _ => return refuse("`,` or `)` is missing in the call", next.range),
                }
            }
        })?;
        Ok(Expr {
            kind: ExprKind::Other,
            range: name.range.start..end,
        })
    }

    fn tuple(&mut self, open: &Token) -> Parsed<Expr> {
        self.with_newlines(false, |parser| {
            if parser.keyword("for") {
                return parser.for_expression(open, "]");
            }
            let mut items = Vec::new();
            loop {
                if parser.sign("]") {
                    break;
                }
                items.push(parser.expression()?);
                if parser.sign("]") {
                    break;
                }
                parser.expect(",", "`,` or `]` is missing in the list")?;
            }
            let close = parser.read();
            Ok(Expr {
                kind: ExprKind::Tuple(items),
                range: open.range.start..close.range.end,
            })
        })
    }

    fn object(&mut self, open: &Token) -> Parsed<Expr> {
        if self.with_newlines(false, |parser| Ok(parser.keyword("for")))? {
            return self.with_newlines(false, |parser| parser.for_expression(open, "}"));
        }
        self.with_newlines(true, |parser| {
            let mut items = Vec::new();
            loop {
                match parser.peek().kind {
                    Kind::Newline => {
                        parser.read();
                        continue;
                    }
                    Kind::Sign("}") => break,
                    _ => {}
                }
                let key = parser.expression()?;
                if !parser.take("=") && !parser.take(":") {
                    return refuse("`=` and a value are missing", parser.peek().range);
                }
                let value = parser.expression()?;
                items.push((key, value));
                match parser.peek().kind {
                    Kind::Sign("}") => break,
                    Kind::Sign(",") | Kind::Newline => {
                        parser.read();
                    }
                    _ => {
                        let message = "`,`, a new line or `}` is missing in the object";
                        return refuse(message, parser.peek().range);
                    }
                }
            }
            let close = parser.read();
            Ok(Expr {
                kind: ExprKind::Object(items),
                range: open.range.start..close.range.end,
            })
        })
    }

    /// `[for …]` and `{for …}`, behind the bracket.
    fn for_expression(&mut self, open: &Token, closing: &'static str) -> Parsed<Expr> {
        self.read();
        self.variables()?;
        self.expression()?;
        self.expect(":", "`:` is missing behind the collection")?;
        let first = self.expression()?;
        let keyed = self.take("=>");
        if keyed {
            self.expression()?;
        }
        let grouped = self.sign("...").then(|| self.read().range);
        if self.keyword("if") {
            self.read();
            self.expression()?;
        }
        let close = self.expect(
            closing,
            "there is more behind the end of the `for` expression",
        )?;
        if keyed != (closing == "}") {
            let message = if keyed {
                "a list has no keys"
            } else {
                "an object needs keys: `key => value`"
            };
            return refuse(message, first.range);
        }
        if let Some(range) = grouped.filter(|_| !keyed) {
            return refuse("`...` cannot group a list", range);
        }
        Ok(Expr {
            kind: ExprKind::Other,
            range: open.range.start..close.range.end,
        })
    }

    /// The variables of a loop, up to `in`: the one for keys, if there is one, and the one for values.
    pub(super) fn variables(&mut self) -> Parsed<(Option<String>, String)> {
        let mut names = Vec::new();
        loop {
            let name = self.read();
            if name.kind != Kind::Ident {
                return refuse("the name of a variable is needed here", name.range);
            }
            names.push(self.slice(&name.range).to_owned());
            if names.len() == 2 || !self.take(",") {
                break;
            }
        }
        if !self.keyword("in") {
            return refuse("`in` is missing", self.peek().range);
        }
        self.read();
        let value = names.pop().unwrap_or_default();
        Ok((names.pop(), value))
    }
}

/// Goes a step on from a term.
fn step(term: &mut Expr, constant: bool, end: usize) {
    if !constant || !matches!(term.kind, ExprKind::Traversal) {
        term.kind = ExprKind::Other;
    }
    term.range.end = end;
}

/// Whether a template is one constant.
pub(super) fn is_literal(parts: &[Expr]) -> bool {
    matches!(
        parts,
        [Expr {
            kind: ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(_),
            ..
        }]
    )
}
