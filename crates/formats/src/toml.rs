//! TOML 1.1, through the crate `toml`.

use ::toml::Spanned;
use ::toml::de::{DeInteger, DeTable, DeValue};
use ::toml::value::{Datetime, Offset};
use kpol_diagnostics::Span;
use kpol_input::{Document, InputError};

use crate::text::Text;
use crate::tree::{Node, Object, Value};

pub(crate) const UNSUPPORTED: Option<&str> = None;

pub(crate) fn read(text: &Text<'_>) -> Result<Vec<Document>, InputError> {
    let (body, skipped) = text.without_mark();
    let root = DeTable::parse(body).map_err(|error| {
        let range = error.span().unwrap_or(0..0);
        text.error(error.message(), range.start + skipped..range.end + skipped)
    })?;
    let reader = Reader { text, skipped };
    let node = reader.table(root.get_ref(), text.span(0..text.text.len()), 0)?;
    text.document(&node)
}

struct Reader<'t, 'a> {
    text: &'t Text<'a>,
    /// Bytes in front of what the parser saw.
    skipped: usize,
}

impl Reader<'_, '_> {
    fn span<T>(&self, value: &Spanned<T>) -> Span {
        let range = value.span();
        self.text
            .span(range.start + self.skipped..range.end + self.skipped)
    }

    fn table(&self, table: &DeTable<'_>, span: Span, depth: usize) -> Result<Node, InputError> {
        // The parser's tables are sorted by key; the text's order is better to read.
        let mut members: Vec<_> = table.iter().collect();
        members.sort_by_key(|(key, _)| key.span().start);
        let mut object = Object::with_capacity(members.len());
        for (key, value) in members {
            let node = self.value(value, depth + 1)?;
            object.insert(key.get_ref().to_string(), node.member(self.span(key)));
        }
        Ok(Value::Object(object).at(span))
    }

    fn value(&self, spanned: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, InputError> {
        let span = self.span(spanned);
        if depth > self.text.depth() {
            return Err(InputError::TooDeep {
                limit: self.text.options.input.limits.depth,
                span,
            });
        }
        let value = match spanned.get_ref() {
            DeValue::String(text) => Value::string(text.as_ref()),
            DeValue::Integer(integer) => Value::Integer(integer_value(integer).ok_or_else(
                || InputError::InvalidScalar {
                    message: format!("`{}` does not fit an integer of 64 bits", integer.as_str()),
                    span,
                },
            )?),
            DeValue::Float(float) => {
                // The parser has left out underscores.
                let value = float.as_str().parse::<f64>().unwrap_or(f64::NAN);
                if !value.is_finite() {
                    return Err(InputError::InvalidScalar {
                        message: format!("`{}` has no JSON form", float.as_str()),
                        span,
                    });
                }
                Value::Float(value)
            }
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(datetime) => Value::String(timestamp(datetime)),
            DeValue::Array(items) => {
                let items: Result<_, _> = items
                    .iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect();
                Value::Array(items?)
            }
            DeValue::Table(table) => return self.table(table, span, depth),
        };
        Ok(value.at(span))
    }
}

fn integer_value(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Every date and time is a timestamp, as Go prints it: what a local one lacks is the beginning of the calendar, of the
/// day, or UTC.
fn timestamp(datetime: &Datetime) -> String {
    let (year, month, day) = datetime
        .date
        .map_or((0, 1, 1), |date| (date.year, date.month, date.day));
    let mut text = format!("{year:04}-{month:02}-{day:02}T");
    let Some(time) = datetime.time else {
        text.push_str("00:00:00Z");
        return text;
    };
    let second = time.second.unwrap_or(0);
    text.push_str(&format!("{:02}:{:02}:{second:02}", time.hour, time.minute));
    let fraction = format!("{:09}", time.nanosecond.unwrap_or(0));
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    match datetime.offset {
        None | Some(Offset::Z | Offset::Custom { minutes: 0 }) => text.push('Z'),
        Some(Offset::Custom { minutes }) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
        }
    }
    text
}
