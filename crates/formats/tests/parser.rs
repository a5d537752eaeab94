//! Names of formats and of files.

#![allow(clippy::unwrap_used, reason = "a test says why it fails by failing")]

use std::path::Path;

use kpol_diagnostics::SourceMap;
use kpol_formats::{Options, Parser, read};

#[test]
fn names() {
    for parser in Parser::all() {
        assert_eq!(parser.name().parse(), Ok(*parser));
        assert_eq!(parser.to_string(), parser.name());
    }
    let names: Vec<_> = Parser::all().iter().map(|parser| parser.name()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.len(), 23);
    let error = "yml".parse::<Parser>().unwrap_err();
    assert_eq!(error.to_string(), "unknown parser: yml");
}

/// As the real conftest answers `parse` of files of these names.
#[test]
fn files() {
    let known = [
        ("-", "yaml"),
        ("a/Dockerfile", "dockerfile"),
        ("Dockerfile.debug", "dockerfile"),
        ("dev.Dockerfile", "dockerfile"),
        ("DOCKERFILE", "dockerfile"),
        ("x.YML", "yaml"),
        ("x.yaml", "yaml"),
        (".yaml", "yaml"),
        ("main.tf", "hcl2"),
        ("terraform.tfvars", "hcl2"),
        ("x.hcl", "hcl2"),
        ("x.hcl1", "hcl1"),
        ("x.hcl2", "hcl2"),
        (".gitignore", "ignore"),
        ("x/.dockerignore", "ignore"),
        ("x.gitignore", "ignore"),
        ("x.ignore", "ignore"),
        (".env", "dotenv"),
        (".env.prod", "dotenv"),
        ("prod.env", "dotenv"),
        (".env.json", "dotenv"),
        ("nginx.conf", "nginx"),
        ("NGINX.conf", "nginx"),
        ("x.nginx", "nginx"),
        ("Jenkinsfile", "groovy"),
        ("Jenkinsfile.prod", "groovy"),
        ("build.groovy", "groovy"),
        ("x.textproto", "textproto"),
        ("x.textpb", "textproto"),
        (".github/CODEOWNERS", "codeowners"),
        ("x.codeowners", "codeowners"),
        ("x.toml", "toml"),
        ("Pipfile.TOML", "toml"),
        ("x.ini", "ini"),
        ("x.json", "json"),
        ("x.jsonc", "jsonc"),
        ("x.jsonnet", "jsonnet"),
        ("x.properties", "properties"),
        ("x.spdx", "spdx"),
        ("x.cyclonedx", "cyclonedx"),
        ("x.xml", "xml"),
        ("x.vcl", "vcl"),
        ("x.edn", "edn"),
        ("x.hocon", "hocon"),
        ("x.cue", "cue"),
        ("x.y/z.toml", "toml"),
    ];
    for (path, name) in known {
        let parser = Parser::of_path(Path::new(path));
        assert_eq!(parser.map(Parser::name), Some(name), "{path}");
    }
    for path in [
        "x",
        "x.conf",
        "env",
        "x.txt",
        "Dockerfiles",
        "jenkinsfiles",
        "yaml",
        "a.yaml/b",
    ] {
        assert_eq!(Parser::of_path(Path::new(path)), None, "{path}");
    }
}

#[test]
fn yaml_and_json_are_read() {
    let mut sources = SourceMap::new();
    let yaml = sources.add("a.yaml", "a: 1\n---\nb: 2\n");
    let json = sources.add("a.json", "[{\"a\": 1}, 2]");
    let options = Options::default();
    let texts = |source, parser| {
        let documents = read(&sources, source, parser, &options).unwrap();
        let texts: Vec<_> = documents.iter().map(|doc| doc.to_json()).collect();
        texts.join(" ")
    };
    assert_eq!(texts(yaml, Parser::Yaml), r#"{"a":1} {"b":2}"#);
    assert_eq!(texts(json, Parser::Json), r#"{"a":1} 2"#);
}

#[test]
fn what_is_not_read_says_so() {
    let mut sources = SourceMap::new();
    let source = sources.add("file", "");
    for parser in Parser::all().iter().filter(|parser| !parser.is_supported()) {
        let error = read(&sources, source, *parser, &Options::default()).unwrap_err();
        assert_eq!(error.code(), "input_format_unsupported");
        assert!(error.to_string().contains(parser.name()), "{error}");
    }
}
