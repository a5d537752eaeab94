//! Tokens to nodes.

use super::MAX_DEPTH;
use super::functions;
use super::lexer::{Kind, Token, error, tokens};
use super::node::{Branch, Command, Fields, MAIN, Node, Operand, Pipeline, Place, Templates};

/// Parses a template and those that it defines.
///
/// # Errors
/// What is wrong with it, in Go's words.
pub(super) fn parse(text: &str) -> Result<Templates, String> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        templates: Templates::new(),
        variables: vec!["$".to_owned()],
        loops: 0,
        depth: 0,
    };
    let (body, end) = parser.list("")?;
    if end != Stop::End {
        return Err(error(parser.line(), format!("unexpected {}", end.shown())));
    }
    parser.templates.insert(MAIN.to_owned(), body);
    Ok(parser.templates)
}

/// What ended a list of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    End,
    EndAction,
    Else,
}

impl Stop {
    fn shown(self) -> &'static str {
        match self {
            Stop::End => "EOF",
            Stop::EndAction => "{{end}}",
            Stop::Else => "{{else}}",
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    templates: Templates,
    /// Those in scope, innermost last.
    variables: Vec<String>,
    /// How many loops are open.
    loops: u32,
    depth: usize,
}

const EOF: Token = Token {
    kind: Kind::End,
    at: Place { line: 1, column: 0 },
};

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens
            .get(self.next)
            .or(self.tokens.last())
            .unwrap_or(&EOF)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn line(&self) -> usize {
        self.peek().at.line
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.next += 1;
        }
    }

    fn take_text(&mut self) -> Token {
        self.skip_space();
        self.take()
    }

    fn eat(&mut self, kind: &Kind) -> bool {
        self.skip_space();
        let found = self.peek().kind == *kind;
        self.next += usize::from(found);
        found
    }

    fn unexpected(&self, token: &Token, context: &str) -> String {
        error(
            token.at.line,
            format!("unexpected {} in {context}", token.kind),
        )
    }

    fn close(&mut self, context: &str) -> Result<(), String> {
        let token = self.take_text();
        if token.kind == Kind::Close {
            Ok(())
        } else {
            Err(self.unexpected(&token, context))
        }
    }

    fn keyword(&mut self, word: &str) -> bool {
        self.eat(&Kind::Name(word.to_owned()))
    }

    /// Nodes up to an `end`, an `else` or the end of the text.
    fn list(&mut self, context: &str) -> Result<(Vec<Node>, Stop), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error(self.line(), "max expression depth exceeded"));
        }
        let mut nodes = Vec::new();
        loop {
            let token = self.take();
            match token.kind {
                Kind::Text(text) => nodes.push(Node::Text(text)),
                Kind::End if context.is_empty() => {
                    self.depth -= 1;
                    return Ok((nodes, Stop::End));
                }
                Kind::End => return Err(error(token.at.line, "unexpected EOF")),
                Kind::Open => {
                    if self.keyword("end") {
                        self.close("end")?;
                        self.depth -= 1;
                        return Ok((nodes, Stop::EndAction));
                    }
                    if self.keyword("else") {
                        self.depth -= 1;
                        return Ok((nodes, Stop::Else));
                    }
                    if self.keyword("define") {
                        self.define(context)?;
                    } else {
                        nodes.push(self.action()?);
                    }
                }
                _ => return Err(self.unexpected(&token, "input")),
            }
        }
    }

    fn action(&mut self) -> Result<Node, String> {
        if self.keyword("if") {
            return self.branch("if").map(Node::If);
        }
        if self.keyword("with") {
            return self.branch("with").map(Node::With);
        }
        if self.keyword("range") {
            return self.branch("range").map(Node::Range);
        }
        for (word, node) in [("break", Node::Break), ("continue", Node::Continue)] {
            let line = self.line();
            if self.keyword(word) {
                self.close(word)?;
                return if self.loops > 0 {
                    Ok(node)
                } else {
                    Err(error(line, format!("{{{{{word}}}}} outside {{{{range}}}}")))
                };
            }
        }
        if self.keyword("template") {
            return self.template();
        }
        if self.keyword("block") {
            return self.block();
        }
        let pipeline = self.pipeline("command", &Kind::Close)?;
        Ok(Node::Action(pipeline))
    }

    fn quoted(&mut self, context: &str) -> Result<(String, Place), String> {
        let token = self.take_text();
        match token.kind {
            Kind::Quoted(ref name) => Ok((name.clone(), token.at)),
            _ => Err(self.unexpected(&token, context)),
        }
    }

    fn template(&mut self) -> Result<Node, String> {
        let (name, at) = self.quoted("template clause")?;
        let data = if self.eat(&Kind::Close) {
            None
        } else {
            Some(self.pipeline("template clause", &Kind::Close)?)
        };
        Ok(Node::Template { name, data, at })
    }

    fn define(&mut self, context: &str) -> Result<(), String> {
        let line = self.line();
        if !context.is_empty() {
            return Err(error(line, "unexpected <define> in command"));
        }
        let (name, _) = self.quoted("define clause")?;
        self.close("define clause")?;
        self.body_of(name, "define clause")
    }

    fn block(&mut self) -> Result<Node, String> {
        let (name, at) = self.quoted("block clause")?;
        let data = Some(self.pipeline("block clause", &Kind::Close)?);
        self.body_of(name.clone(), "block clause")?;
        Ok(Node::Template { name, data, at })
    }

    /// The body of a template that is defined here.
    fn body_of(&mut self, name: String, context: &str) -> Result<(), String> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let loops = std::mem::take(&mut self.loops);
        let (body, end) = self.list(context)?;
        if end != Stop::EndAction {
            return Err(error(
                self.line(),
                format!("unexpected {} in {context}", end.shown()),
            ));
        }
        self.variables = variables;
        self.loops = loops;
        self.templates.insert(name, body);
        Ok(())
    }

    fn branch(&mut self, word: &str) -> Result<Branch, String> {
        let scope = self.variables.len();
        let pipeline = self.pipeline(word, &Kind::Close)?;
        self.loops += u32::from(word == "range");
        let (body, end) = self.list(word)?;
        self.loops -= u32::from(word == "range");
        let mut otherwise = Vec::new();
        if end == Stop::Else {
            // `{{else if}}` and `{{else with}}` are an `else` with one action in it, and share its end.
            let chained = match word {
                "if" => self.keyword("if").then_some("if"),
                "with" => self.keyword("with").then_some("with"),
                _ => None,
            };
            match chained {
                Some("if") => otherwise.push(Node::If(self.branch("if")?)),
                Some(_) => otherwise.push(Node::With(self.branch("with")?)),
                None => {
                    self.close("else")?;
                    let (body, end) = self.list(word)?;
                    if end != Stop::EndAction {
                        return Err(error(
                            self.line(),
                            format!("expected end; found {}", end.shown()),
                        ));
                    }
                    otherwise = body;
                }
            }
        }
        self.variables.truncate(scope);
        Ok(Branch {
            pipeline,
            body,
            otherwise,
        })
    }

    /// A pipeline up to `end`.
    fn pipeline(&mut self, context: &str, end: &Kind) -> Result<Pipeline, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error(self.line(), "max expression depth exceeded"));
        }
        let (variables, assigns) = self.declarations(context)?;
        let mut commands = Vec::new();
        loop {
            self.skip_space();
            if self.eat(end) {
                break;
            }
            let token = self.peek().clone();
            match token.kind {
                Kind::Close | Kind::Right | Kind::End | Kind::Char(_) => {
                    return Err(self.unexpected(&token, context));
                }
                _ => commands.push(self.command(context)?),
            }
        }
        let line = self.line();
        if commands.is_empty() {
            return Err(error(line, format!("missing value for {context}")));
        }
        // What is not a function cannot take the value of the command before it.
        for (i, command) in commands.iter().enumerate().skip(1) {
            if let Some(
                Operand::Bool(_)
                | Operand::Dot
                | Operand::Nil
                | Operand::Int(_)
                | Operand::Float(_)
                | Operand::Text(_),
            ) = command.args.first()
            {
                return Err(error(
                    line,
                    format!("non executable command in pipeline stage {}", i + 1),
                ));
            }
        }
        if !assigns {
            self.variables.extend(variables.iter().cloned());
        }
        self.depth -= 1;
        Ok(Pipeline {
            variables,
            assigns,
            commands,
        })
    }

    /// `$x :=`, `$x =`, and `$i, $x :=` in a range.
    fn declarations(&mut self, context: &str) -> Result<(Vec<String>, bool), String> {
        self.skip_space();
        let back = self.next;
        let mut names = Vec::new();
        while let Kind::Variable(name) = self.peek().kind.clone() {
            self.next += 1;
            names.push(name);
            if self.eat(&Kind::Declare) {
                return Ok((names, false));
            }
            if self.eat(&Kind::Assign) {
                for name in &names {
                    self.known(name)?;
                }
                return Ok((names, true));
            }
            if context != "range" || names.len() > 1 || !self.eat(&Kind::Comma) {
                if context == "range" && names.len() > 1 {
                    return Err(error(self.line(), "range can only initialize variables"));
                }
                break;
            }
            self.skip_space();
        }
        self.next = back;
        Ok((Vec::new(), false))
    }

    fn known(&self, name: &str) -> Result<(), String> {
        if self.variables.iter().any(|known| known == name) {
            Ok(())
        } else {
            Err(error(self.line(), format!("undefined variable {name:?}")))
        }
    }

    fn command(&mut self, context: &str) -> Result<Command, String> {
        self.skip_space();
        let at = self.peek().at;
        let mut args = Vec::new();
        loop {
            self.skip_space();
            let before = self.next;
            if let Some(operand) = self.operand()? {
                args.push(operand);
            } else {
                self.next = before;
            }
            let token = self.peek().clone();
            match token.kind {
                Kind::Space => continue,
                Kind::Pipe => {
                    self.next += 1;
                    self.skip_space();
                    if matches!(self.peek().kind, Kind::Close | Kind::Right) {
                        return Err(error(token.at.line, format!("missing value for {context}")));
                    }
                    break;
                }
                Kind::Close | Kind::Right => break,
                _ => {
                    return Err(error(
                        token.at.line,
                        format!("unexpected {} in operand", token.kind),
                    ));
                }
            }
        }
        if args.is_empty() {
            return Err(error(at.line, "empty command"));
        }
        Ok(Command { args, at })
    }

    fn operand(&mut self) -> Result<Option<Operand>, String> {
        let token = self.take();
        let operand = match token.kind {
            Kind::Name(name) => match name.as_str() {
                "true" => Operand::Bool(true),
                "false" => Operand::Bool(false),
                "nil" => Operand::Nil,
                _ if functions::is_known(&name) => Operand::Function(name),
                _ => {
                    return Err(error(
                        token.at.line,
                        format!("function {name:?} not defined"),
                    ));
                }
            },
            Kind::Dot => Operand::Dot,
            Kind::Int(n) => Operand::Int(n),
            Kind::Float(n) => Operand::Float(n),
            Kind::Quoted(text) => Operand::Text(text),
            Kind::Field(name) => {
                let mut fields = self.fields(token.at);
                fields.names.insert(0, name);
                return Ok(Some(Operand::Field(fields)));
            }
            Kind::Variable(name) => {
                self.known(&name)?;
                let fields = self.fields(token.at);
                return Ok(Some(Operand::Variable(name, fields)));
            }
            Kind::Left => {
                let scope = self.variables.len();
                let inner = self.pipeline("parenthesized pipeline", &Kind::Right)?;
                self.variables.truncate(scope);
                let fields = self.fields(token.at);
                return Ok(Some(Operand::Chain(Box::new(inner), fields)));
            }
            _ => return Ok(None),
        };
        if let Kind::Field(name) = &self.peek().kind {
            let line = self.line();
            return Err(match operand {
                Operand::Dot | Operand::Function(_) => {
                    error(line, format!("unexpected <.{name}> in operand"))
                }
                other => error(
                    line,
                    format!("unexpected . after term {:?}", other.to_string()),
                ),
            });
        }
        Ok(Some(operand))
    }

    /// Errors stand where the first of the fields that follow does.
    fn fields(&mut self, start: Place) -> Fields {
        let at = match self.peek() {
            Token {
                kind: Kind::Field(_),
                at,
            } => *at,
            _ => start,
        };
        let mut names = Vec::new();
        while let Kind::Field(name) = self.peek().kind.clone() {
            self.next += 1;
            names.push(name);
        }
        Fields { names, at }
    }
}
