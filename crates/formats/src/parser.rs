//! The formats, by conftest's names.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

macro_rules! parsers {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A format that a text can be in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Parser {
            $($(#[$doc])* $variant,)*
        }

        impl Parser {
            const ALL: &[Parser] = &[$(Parser::$variant,)*];

            /// The name that `--parser` takes.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Parser::$variant => $name,)*
                }
            }
        }
    };
}

parsers! {
    /// Owners of paths in a repository.
    Codeowners = "codeowners",
    /// CUE.
    Cue = "cue",
    /// CycloneDX, as JSON or XML.
    CycloneDx = "cyclonedx",
    /// Dockerfiles.
    Dockerfile = "dockerfile",
    /// Lines `KEY=value`.
    Dotenv = "dotenv",
    /// Extensible Data Notation.
    Edn = "edn",
    /// Groovy: Jenkinsfiles.
    Groovy = "groovy",
    /// HCL, the first version.
    Hcl1 = "hcl1",
    /// HCL, the second version: Terraform.
    Hcl2 = "hcl2",
    /// Human-Optimized Config Object Notation.
    Hocon = "hocon",
    /// `.gitignore`, `.dockerignore`.
    Ignore = "ignore",
    /// INI.
    Ini = "ini",
    /// JSON.
    Json = "json",
    /// JSON with comments.
    Jsonc = "jsonc",
    /// Jsonnet.
    Jsonnet = "jsonnet",
    /// nginx.conf.
    Nginx = "nginx",
    /// Java's properties.
    Properties = "properties",
    /// SPDX as tags and values.
    Spdx = "spdx",
    /// Protocol Buffers as text.
    Textproto = "textproto",
    /// TOML.
    Toml = "toml",
    /// Varnish Configuration Language.
    Vcl = "vcl",
    /// XML.
    Xml = "xml",
    /// YAML.
    Yaml = "yaml",
}

impl Parser {
    /// All of them, in the order of their names.
    #[must_use]
    pub fn all() -> &'static [Parser] {
        Parser::ALL
    }

    /// The format of a file, by its name as conftest has it: `Dockerfile`, `.env`, `nginx.conf` and the like, else the
    /// extension. `None` where the name says nothing; `-` is YAML.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Parser> {
        if path.as_os_str() == "-" {
            return Some(Parser::Yaml);
        }
        // Go's `path.Ext`: what follows the last dot of the name, also of one that begins with it.
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let named = |stem: &str| {
            name.strip_prefix(stem)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if named("dockerfile") || extension == "dockerfile" {
            return Some(Parser::Dockerfile);
        }
        match extension {
            "yml" | "yaml" => return Some(Parser::Yaml),
            "hcl" | "tf" | "tfvars" => return Some(Parser::Hcl2),
            "gitignore" | "dockerignore" => return Some(Parser::Ignore),
            _ => {}
        }
        if named(".env") || extension == "env" {
            return Some(Parser::Dotenv);
        }
        if name == "nginx.conf" {
            return Some(Parser::Nginx);
        }
        if named("jenkinsfile") {
            return Some(Parser::Groovy);
        }
        if matches!(extension, "textproto" | "textpb") {
            return Some(Parser::Textproto);
        }
        if name == "codeowners" {
            return Some(Parser::Codeowners);
        }
        extension.parse().ok()
    }

    /// The format of `kpol-input` that this is, if it is one of them.
    #[must_use]
    pub fn input_format(self) -> Option<kpol_input::Format> {
        match self {
            Parser::Yaml => Some(kpol_input::Format::Yaml),
            Parser::Json => Some(kpol_input::Format::Json),
            _ => None,
        }
    }

    /// Whether texts of this format can be read; others give
    /// [`InputError::UnsupportedFormat`](kpol_input::InputError::UnsupportedFormat).
    #[must_use]
    pub fn is_supported(self) -> bool {
        crate::read::unsupported(self).is_none()
    }
}

impl fmt::Display for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no format has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownParser(pub String);

impl fmt::Display for UnknownParser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown parser: {}", self.0)
    }
}

impl std::error::Error for UnknownParser {}

impl FromStr for Parser {
    type Err = UnknownParser;

    fn from_str(name: &str) -> Result<Parser, UnknownParser> {
        Parser::ALL
            .iter()
            .copied()
            .find(|parser| parser.name() == name)
            .ok_or_else(|| UnknownParser(name.to_owned()))
    }
}
