//! From a text to its documents, whatever its format.

use kpol_diagnostics::{SourceId, SourceMap, Span};
use kpol_input::{Document, InputError, split_documents};

use crate::options::Options;
use crate::parser::Parser;
use crate::text::Text;
use crate::{
    codeowners, cue, cyclonedx, dockerfile, dotenv, edn, groovy, hcl1, hcl2, hocon, ignore, ini,
    jsonc, jsonnet, nginx, properties, spdx, textproto, toml, vcl, xml,
};

/// The documents of a text that a source map holds, in the shape that conftest gives that format. The name of the
/// source is the file's path, for formats that name other files. Needs no more than a shared source map, so that files
/// are read in parallel.
///
/// # Errors
///
/// The first thing that makes the text no input; no document of it is handed out then.
pub fn read(
    sources: &SourceMap,
    source: SourceId,
    parser: Parser,
    options: &Options,
) -> Result<Vec<Document>, InputError> {
    if let Some(reason) = unsupported(parser) {
        return Err(InputError::UnsupportedFormat {
            format: parser.name(),
            reason,
            span: Span::new(source, 0, 0),
        });
    }
    let text = Text::new(sources, source, options)?;
    let reader = match parser {
        Parser::Yaml => {
            let format = kpol_input::Format::Yaml;
            return kpol_input::read(sources, source, format, &options.input);
        }
        Parser::Json => {
            let format = kpol_input::Format::Json;
            return kpol_input::read(sources, source, format, &options.input);
        }
        Parser::Codeowners => codeowners::read,
        Parser::Cue => cue::read,
        Parser::CycloneDx => cyclonedx::read,
        Parser::Dockerfile => dockerfile::read,
        Parser::Dotenv => dotenv::read,
        Parser::Edn => edn::read,
        Parser::Groovy => groovy::read,
        Parser::Hcl1 => hcl1::read,
        Parser::Hcl2 => hcl2::read,
        Parser::Hocon => hocon::read,
        Parser::Ignore => ignore::read,
        Parser::Ini => ini::read,
        Parser::Jsonc => jsonc::read,
        Parser::Jsonnet => jsonnet::read,
        Parser::Nginx => nginx::read,
        Parser::Properties => properties::read,
        Parser::Spdx => spdx::read,
        Parser::Textproto => textproto::read,
        Parser::Toml => toml::read,
        Parser::Vcl => vcl::read,
        Parser::Xml => xml::read,
    };
    Ok(split_documents(&reader(&text)?, &options.input))
}

/// Why a format has no reader; `None` for those that have one.
pub(crate) fn unsupported(parser: Parser) -> Option<&'static str> {
    match parser {
        Parser::Json | Parser::Yaml => None,
        Parser::Codeowners => codeowners::UNSUPPORTED,
        Parser::Cue => cue::UNSUPPORTED,
        Parser::CycloneDx => cyclonedx::UNSUPPORTED,
        Parser::Dockerfile => dockerfile::UNSUPPORTED,
        Parser::Dotenv => dotenv::UNSUPPORTED,
        Parser::Edn => edn::UNSUPPORTED,
        Parser::Groovy => groovy::UNSUPPORTED,
        Parser::Hcl1 => hcl1::UNSUPPORTED,
        Parser::Hcl2 => hcl2::UNSUPPORTED,
        Parser::Hocon => hocon::UNSUPPORTED,
        Parser::Ignore => ignore::UNSUPPORTED,
        Parser::Ini => ini::UNSUPPORTED,
        Parser::Jsonc => jsonc::UNSUPPORTED,
        Parser::Jsonnet => jsonnet::UNSUPPORTED,
        Parser::Nginx => nginx::UNSUPPORTED,
        Parser::Properties => properties::UNSUPPORTED,
        Parser::Spdx => spdx::UNSUPPORTED,
        Parser::Textproto => textproto::UNSUPPORTED,
        Parser::Toml => toml::UNSUPPORTED,
        Parser::Vcl => vcl::UNSUPPORTED,
        Parser::Xml => xml::UNSUPPORTED,
    }
}
