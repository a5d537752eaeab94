//! Mistakes in Jsonnet, in words.

use rsjsonnet_lang::lexer::LexError;
use rsjsonnet_lang::parser::ParseError;
use rsjsonnet_lang::program::{
    AnalyzeError, EvalError, EvalErrorKind as Kind, EvalStackTraceItem as Item, LoadError,
};
use rsjsonnet_lang::span::SpanId;

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) message: String,
    pub(super) span: Option<SpanId>,
}

/// The name of a variant in words: `InvalidSlicedType { … }` is "invalid sliced type".
fn words(debug: &str) -> String {
    let name = debug.split([' ', '(', '{']).next().unwrap_or_default();
    let mut out = String::new();
    for char in name.chars() {
        if char.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(char.to_lowercase());
    }
    out
}

pub(super) fn load(error: LoadError) -> Mistake {
    match error {
        LoadError::Lex(error) => Mistake {
            message: words(&format!("{error:?}")),
            span: Some(lex_span(&error)),
        },
        LoadError::Parse(ParseError::Expected { span, instead, .. }) => {
            let instead = format!("{instead:?}");
            // The innermost name says it best: `Simple(Comma)`.
            let inner = instead.split(['(', ')']).nth(1).unwrap_or(&instead);
            Mistake {
                message: format!("unexpected {}", words(inner.trim_matches('"'))),
                span: Some(span),
            }
        }
        LoadError::Analyze(error) => analyze(&error),
    }
}

fn lex_span(error: &LexError) -> SpanId {
    match error {
        LexError::InvalidChar { span, .. }
        | LexError::InvalidUtf8 { span, .. }
        | LexError::UnfinishedMultilineComment { span }
        | LexError::LeadingZeroInNumber { span }
        | LexError::MissingFracDigits { span }
        | LexError::MissingExpDigits { span }
        | LexError::MissingDigitAfterUnderscore { span }
        | LexError::ExpOverflow { span }
        | LexError::InvalidEscapeInString { span, .. }
        | LexError::IncompleteUnicodeEscape { span }
        | LexError::InvalidUtf16EscapeSequence { span, .. }
        | LexError::UnfinishedString { span }
        | LexError::MissingLineBreakAfterTextBlockStart { span }
        | LexError::MissingWhitespaceTextBlockStart { span }
        | LexError::InvalidTextBlockTermination { span } => *span,
    }
}

fn analyze(error: &AnalyzeError) -> Mistake {
    let (name, span) = match error {
        AnalyzeError::UnknownVariable { span, name } => (Some(name), span),
        AnalyzeError::RepeatedLocalName {
            repeated_span: span,
            name,
            ..
        }
        | AnalyzeError::RepeatedFieldName {
            repeated_span: span,
            name,
            ..
        }
        | AnalyzeError::RepeatedParamName {
            repeated_span: span,
            name,
            ..
        } => (Some(name), span),
        AnalyzeError::SelfOutsideObject { self_span: span }
        | AnalyzeError::SuperOutsideObject { super_span: span }
        | AnalyzeError::DollarOutsideObject { dollar_span: span }
        | AnalyzeError::PositionalArgAfterNamed { arg_span: span }
        | AnalyzeError::TextBlockAsImportPath { span }
        | AnalyzeError::ComputedImportPath { span } => (None, span),
    };
    let mut message = words(&format!("{error:?}"));
    if let Some(name) = name {
        message = format!("{message} `{name}`");
    }
    Mistake {
        message,
        span: Some(*span),
    }
}

pub(super) fn eval(error: EvalError) -> Mistake {
    let span = span(&error.kind).or_else(|| error.stack_trace.iter().rev().find_map(item_span));
    let message = match &error.kind {
        Kind::ExplicitError { message, .. } => message.clone(),
        Kind::Other { message, .. } => message.clone(),
        Kind::AssertFailed {
            message: Some(message),
            ..
        } => format!("assert failed: {message}"),
        Kind::AssertEqualFailed { lhs, rhs } => format!("assert failed: {lhs} is not {rhs}"),
        Kind::UnknownObjectField { field_name, .. } => {
            format!("unknown object field `{field_name}`")
        }
        Kind::UnknownExtVar { name } => format!("unknown external variable `{name}`"),
        Kind::ImportFailed { path, .. } => format!("cannot import `{path}`"),
        Kind::RepeatedFieldName { name, .. } => format!("repeated field name `{name}`"),
        Kind::CallParamNotBound { param_name, .. } => {
            format!("the parameter `{param_name}` has no value")
        }
        Kind::UnknownCallParam { param_name, .. } => format!("unknown parameter `{param_name}`"),
        Kind::NumericIndexOutOfRange { index, length, .. } => {
            format!("the index {index} is out of range: there are {length} items")
        }
        Kind::InvalidStdFuncArgType {
            func_name,
            arg_index,
            got_type,
            ..
        } => format!(
            "argument {} of std.{func_name} cannot be of type {}",
            arg_index + 1,
            words(&format!("{got_type:?}"))
        ),
        kind => words(&format!("{kind:?}")),
    };
    Mistake { message, span }
}

fn span(kind: &Kind) -> Option<SpanId> {
    match kind {
        Kind::InvalidIndexedType { span, .. }
        | Kind::InvalidSlicedType { span, .. }
        | Kind::SliceIndexOrStepIsNotNumber { span, .. }
        | Kind::StringIndexIsNotNumber { span, .. }
        | Kind::ArrayIndexIsNotNumber { span, .. }
        | Kind::NumericIndexIsNotValid { span, .. }
        | Kind::NumericIndexOutOfRange { span, .. }
        | Kind::ObjectIndexIsNotString { span, .. }
        | Kind::RepeatedFieldName { span, .. }
        | Kind::FieldNameIsNotString { span, .. }
        | Kind::UnknownObjectField { span, .. }
        | Kind::FieldOfNonObject { span }
        | Kind::SuperWithoutSuperObject { span }
        | Kind::ForSpecValueIsNotArray { span, .. }
        | Kind::CondIsNotBool { span, .. }
        | Kind::InvalidUnaryOpType { span, .. }
        | Kind::AssertFailed { span, .. }
        | Kind::ExplicitError { span, .. }
        | Kind::ImportFailed { span, .. } => Some(*span),
        Kind::CalleeIsNotFunction { span, .. }
        | Kind::TooManyCallArgs { span, .. }
        | Kind::UnknownCallParam { span, .. }
        | Kind::RepeatedCallParam { span, .. }
        | Kind::CallParamNotBound { span, .. }
        | Kind::InvalidBinaryOpTypes { span, .. }
        | Kind::NumberNotBitwiseSafe { span }
        | Kind::NumberOverflow { span }
        | Kind::NumberNan { span }
        | Kind::DivByZero { span }
        | Kind::ShiftByNegative { span }
        | Kind::Other { span, .. } => *span,
        _ => None,
    }
}

fn item_span(item: &Item) -> Option<SpanId> {
    match item {
        Item::Expr { span } | Item::Variable { span, .. } | Item::Import { span } => Some(*span),
        Item::Call { span, .. } | Item::ArrayItem { span, .. } | Item::ObjectField { span, .. } => {
            *span
        }
        Item::CompareArrayItem { .. }
        | Item::CompareObjectField { .. }
        | Item::ManifestArrayItem { .. }
        | Item::ManifestObjectField { .. } => None,
    }
}
