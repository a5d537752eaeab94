//! `graphql.*`: each validation rule, both forms of documents, and hostile ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use kpol_builtins::Standard;
use kpol_runtime::{Heap, json};
use serde_json::{Value as Json, json};

const SCHEMA: &str = include_str!("graphql/schema.graphql");

/// What a builtin returns, or its error.
fn call(name: &str, args: &[Json]) -> Result<Json, String> {
    let mut heap = Heap::new();
    let mut term = |arg: &Json| json::parse_term(&mut heap, &arg.to_string()).unwrap();
    let args: Vec<_> = args.iter().map(&mut term).collect();
    let outcome = Standard::default().run(&mut heap, name, &args, 0).unwrap();
    let value = outcome.map_err(|error| error.message)?;
    let mut text = String::new();
    json::write(&mut heap, value, &mut text);
    let mut reader = serde_json::Deserializer::from_str(&text);
    reader.disable_recursion_limit();
    Ok(reader.into_iter().next().unwrap().unwrap())
}

fn parse(query: &str, schema: &str) -> Result<Json, String> {
    call("graphql.parse", &[query.into(), schema.into()])
}

fn parse_query(query: &str) -> Json {
    call("graphql.parse_query", &[query.into()]).unwrap()
}

/// The blocks of a table: what is before `=>`, and what is after it.
fn table(text: &str) -> Vec<(&str, &str)> {
    let blocks = text.trim_end().split("\n\n").skip(1);
    blocks
        .map(|block| {
            let (input, wanted) = block.split_once("\n=>").unwrap();
            (input, wanted.strip_prefix(' ').unwrap_or(wanted))
        })
        .collect()
}

#[test]
fn queries_that_rules_refuse() {
    let rows = table(include_str!("graphql/queries.txt"));
    assert!(rows.len() > 40);
    for (input, wanted) in rows {
        let (rule, query) = input.split_once('\n').unwrap();
        assert_eq!(parse(query, SCHEMA).unwrap_err(), wanted, "{rule}: {query}");
        for name in ["graphql.is_valid", "graphql.parse_and_verify"] {
            let verdict = call(name, &[query.into(), SCHEMA.into()]).unwrap();
            let invalid = [json!(false), json!([false, {}, {}])];
            assert!(invalid.contains(&verdict), "{name}, {rule}: {query}");
        }
    }
}

#[test]
fn schemas() {
    let rows = table(include_str!("graphql/schemas.txt"));
    assert!(rows.len() > 35);
    for (schema, wanted) in rows {
        let valid = call("graphql.schema_is_valid", &[schema.into()]).unwrap();
        assert_eq!(valid, json!(wanted.is_empty()), "{schema}");
        let message = parse("", schema).err().unwrap_or_default();
        let start = "Error in gqlparser SchemaDocument to Schema conversion: ";
        assert_eq!(
            message.strip_prefix(start).unwrap_or(&message),
            wanted,
            "{schema}"
        );
    }
}

#[test]
fn the_root_of_an_operation_must_be_there() {
    let wanted =
        "Schema does not support operation type \"mutation\"\n in GraphQL string at location 1:1";
    let schema = "type Query { a: Int }";
    assert_eq!(parse("mutation { a }", schema).unwrap_err(), wanted);
}

#[test]
fn texts_that_are_no_documents() {
    let rows = [
        ("{ ' }", "Expected Name, found <Invalid>", "1:3"),
        ("{ a(b: \"x) }", "Unexpected <Invalid>", "1:13"),
        ("{ a(b: 01) }", "Unexpected <Invalid>", "1:9"),
        ("{ a(b: $) }", "Expected Name, found )", "1:9"),
        ("{ a(b: [1 ) }", "Unexpected )", "1:11"),
        ("{}", "expected at least one definition, found }", "1:2"),
        ("query ($a: Int = $b) { c }", "Unexpected $", "1:18"),
        ("fragment on on A { b }", "Unexpected Name \"on\"", "1:10"),
        (
            "fragment F A { b }",
            "Expected \"on\", found Name \"A\"",
            "1:12",
        ),
        ("{ a } \"text\"", "Unexpected String \"text\"", "1:8"),
        ("{ a\n\n  é }", "Expected Name, found <Invalid>", "3:3"),
    ];
    for (query, wanted, at) in rows {
        let wanted = format!("{wanted} in GraphQL string at location {at}");
        let found = call("graphql.parse_query", &[query.into()]);
        assert_eq!(found.unwrap_err(), wanted, "{query}");
    }
    let rows = [
        (
            "schema { ' }",
            "Unexpected single quote character ('), did you mean to use a double quote (\")?",
            "1:10",
        ),
        (
            "schema { \"\\q\" }",
            "Invalid character escape sequence: \\q.",
            "1:12",
        ),
        (
            "\"text\" extend type A { b: Int }",
            "Unexpected String \"text\"",
            "1:2",
        ),
        ("extend type A", "Unexpected <EOF>", "1:14"),
        (
            "directive @a on NOWHERE",
            "Unexpected Name \"NOWHERE\"",
            "1:17",
        ),
    ];
    for (schema, wanted, at) in rows {
        let wanted = format!("{wanted} in GraphQL string at location {at}");
        let found = call("graphql.parse_schema", &[schema.into()]);
        assert_eq!(found.unwrap_err(), wanted, "{schema}");
    }
}

#[test]
fn strings_and_comments_in_the_object_form() {
    let query = "{ a(b: \"\"\"\n    one\n      \\\"\"\"two\n  \"\"\", c: \"\\u00e9\\n\") }";
    let arguments = &parse_query(query)["Operations"][0]["SelectionSet"][0]["Arguments"];
    let value =
        |raw: &str, kind: u8| json!({"Raw": raw, "Kind": kind, "ExpectedTypeHasDefault": false});
    assert_eq!(arguments[0]["Value"], value("one\n  \"\"\"two", 4));
    assert_eq!(arguments[1]["Value"], value("é\n", 3));
    let schema = "# one\n# two\n\"said\" # three\nscalar A # last";
    let found = call("graphql.parse_schema", &[schema.into()]).unwrap();
    let comment = |lines: &[&str]| {
        let lines: Vec<Json> = lines.iter().map(|line| json!({"Value": line})).collect();
        json!({"List": lines})
    };
    let definition = json!({
        "Kind": "SCALAR", "Name": "A", "Description": "said", "BuiltIn": false,
        "BeforeDescriptionComment": comment(&["# one", "# two"]),
        "AfterDescriptionComment": comment(&["# three"]),
    });
    assert_eq!(
        found,
        json!({"Definitions": [definition], "Comment": comment(&["# last"])})
    );
}

#[test]
fn objects_in_place_of_texts() {
    let schema = call("graphql.parse_schema", &[SCHEMA.into()]).unwrap();
    let text = "query Q($n: Int!) { cat(filter: {text: \"a\", tags: [\"b\"]}) { toys(first: $n) { label } } }";
    let query = parse_query(text);
    let wanted = json!([query, schema]);
    assert_eq!(parse(text, SCHEMA).unwrap(), wanted);
    assert_eq!(
        call("graphql.parse", &[query.clone(), schema.clone()]).unwrap(),
        wanted
    );
    let verified = call("graphql.parse_and_verify", &[query.clone(), schema.clone()]).unwrap();
    assert_eq!(verified, json!([true, query, schema]));
    assert_eq!(
        call("graphql.schema_is_valid", std::slice::from_ref(&schema)).unwrap(),
        json!(true)
    );
    // Positions are gone with the text.
    let wrong = parse_query("{ cat { nam } }");
    let wanted = "GraphQL parse error: input: Cannot query field \"nam\" on type \"Cat\". Did you mean \"name\"?\n";
    assert_eq!(call("graphql.parse", &[wrong, schema]).unwrap_err(), wanted);
}

#[test]
fn objects_that_are_no_documents() {
    let rows = [
        (
            json!({"Operations": 1}),
            "json: cannot unmarshal number into Go struct field QueryDocument.Operations of type ast.OperationList",
        ),
        (
            json!({"Operations": [{"Name": true}]}),
            "json: cannot unmarshal bool into Go struct field QueryDocument.Operations of type string",
        ),
        (
            json!({"Operations": [{"VariableDefinitions": [{"Type": {"NamedType": 1}}]}]}),
            "json: cannot unmarshal number into Go struct field QueryDocument.Operations.Type.NamedType of type string",
        ),
    ];
    for (query, wanted) in rows {
        let found = call("graphql.parse", &[query.clone(), SCHEMA.into()]);
        assert_eq!(found.unwrap_err(), wanted);
        assert_eq!(
            call("graphql.is_valid", &[query, SCHEMA.into()]).unwrap(),
            json!(false)
        );
    }
    let field = json!({"Name": "a", "Type": {"NamedType": "Int"}, "description": []});
    let schema = json!({"Definitions": [{"Kind": "OBJECT", "Name": "Query", "Fields": [field]}]});
    let wanted = "json: cannot unmarshal array into Go struct field FieldDefinition.Definitions.Fields.Description of type string";
    assert_eq!(
        call("graphql.parse", &["".into(), schema]).unwrap_err(),
        wanted
    );
}

#[test]
fn operands_of_the_wrong_type() {
    let wanted = "operand 0 must be one of {string, object} but got array";
    assert_eq!(
        call("graphql.parse", &[json!([]), SCHEMA.into()]).unwrap_err(),
        wanted
    );
    let wanted = "operand 1 must be one of {string, object} but got number";
    assert_eq!(
        call("graphql.parse", &["{ dog }".into(), json!(1)]).unwrap_err(),
        wanted
    );
    assert_eq!(
        call("graphql.is_valid", &[json!(1), json!(2)]).unwrap(),
        json!(false)
    );
    assert_eq!(
        call("graphql.schema_is_valid", &[json!([])]).unwrap(),
        json!(false)
    );
    let wanted = "operand 1 must be string but got object";
    assert_eq!(
        call("graphql.parse_query", &[json!({})]).unwrap_err(),
        wanted
    );
}

const DEEP: &str = "the document is too deeply nested";
const COMPLEX: &str = "the document is too complex";

fn nested(start: &str, open: &str, inner: &str, close: &str, end: &str, depth: usize) -> String {
    format!(
        "{start}{}{inner}{}{end}",
        open.repeat(depth),
        close.repeat(depth)
    )
}

#[test]
fn nesting_is_bounded() {
    let selections = |depth| nested("", "{a", "", "}", "", depth);
    let values = |depth| nested("{a(b: ", "[", "1", "]", ")}", depth - 1);
    let objects = |depth| nested("{a(b: ", "{c: ", "1", "}", ")}", depth - 1);
    let types = |depth| nested("query($a: ", "[", "Int", "]", ") {b}", depth);
    let makers: [&dyn Fn(usize) -> String; 4] = [&selections, &values, &objects, &types];
    for make in makers {
        for (name, depth) in [("graphql.parse_query", 500), ("graphql.parse_query", 501)] {
            let found = call(name, &[make(depth).into()]);
            assert_eq!(found.err().as_deref(), (depth > 500).then_some(DEEP));
        }
        assert_eq!(
            call("graphql.parse_query", &[make(1_000_000).into()]).unwrap_err(),
            DEEP
        );
        // What can be parsed can be given back.
        let object = parse_query(&make(500));
        let schema = "scalar Any type Query { a(b: Any): Query b: Int }";
        assert!(call("graphql.is_valid", &[object, schema.into()]).is_ok());
    }
}

#[test]
fn work_is_bounded() {
    let schema = "type Query { a(b: Int): Query c: Query n: Int } input I { i: Int }";
    let fragments = |count: usize, body: &dyn Fn(usize) -> String| -> String {
        (0..count)
            .map(|i| format!("fragment F{i} on Query {{ {} }}", body(i)))
            .collect()
    };
    let chain = |i: usize| format!("a {{ n }} ...F{}", i + 1);
    let twice = |i: usize| format!("c {{ ...F{0} }} c {{ ...F{0} }}", i + 1);
    let inputs: String = (0..5_000)
        .map(|i| format!("input I{i} {{ a: I{}! }}", i + 1))
        .collect();
    let long = "x".repeat(100_000);
    let rows = [
        // A long chain of fragments.
        (
            format!("{{ ...F0 }} {}", fragments(3_000, &chain)),
            schema.to_owned(),
            DEEP,
            false,
        ),
        // Twice as many paths with each fragment.
        (
            format!("{{ __schema {{ ...F0 }} }} {}", fragments(40, &twice)),
            schema.to_owned(),
            COMPLEX,
            true,
        ),
        // Each field is compared with each other.
        (
            format!("{{ {} }}", "n ".repeat(5_000)),
            schema.to_owned(),
            COMPLEX,
            false,
        ),
        // Short texts with long errors.
        (
            format!("query ($v: {long}) {{ {} }}", "a(b: $v) {n} ".repeat(1_000)),
            schema.to_owned(),
            COMPLEX,
            true,
        ),
        (
            "{ n }".to_owned(),
            format!("{schema} {inputs} input I5000 {{ a: Int }}"),
            DEEP,
            false,
        ),
    ];
    for (query, schema, wanted, early) in rows {
        let start: String = query.chars().take(60).collect();
        assert_eq!(parse(&query, &schema).unwrap_err(), wanted, "{start}");
        // It is no verdict either, unless an error was found before.
        let verdict = call("graphql.is_valid", &[query.into(), schema.into()]);
        match verdict {
            Ok(verdict) => assert_eq!((verdict, early), (json!(false), true), "{start}"),
            Err(message) => assert_eq!((message.as_str(), early), (wanted, false), "{start}"),
        }
    }
}

#[test]
fn what_is_just_within_the_bounds_is_validated() {
    let schema = "type Query { c: Query n: Int }";
    let one = nested("", "c {", "n", "}", "", 490);
    let chain: String = (0..500)
        .map(|i| format!("fragment F{i} on Query {{ n ...F{} }}", i + 1))
        .collect();
    let pairs: String = (0..300)
        .map(|i| {
            format!(
                "fragment F{i} on Query {{ c {{ ...F{0} }} c {{ n ...F{0} }} }}",
                i + 1
            )
        })
        .collect();
    let rows = [
        format!("{{ {one} {one} }}"),
        format!("{{ ...F0 n }} {chain} fragment F500 on Query {{ n }}"),
        format!("{{ ...F0 n }} {pairs} fragment F300 on Query {{ n }}"),
    ];
    for query in rows {
        let start: String = query.chars().take(60).collect();
        let found = call("graphql.is_valid", &[query.into(), schema.into()]);
        assert_eq!(found, Ok(json!(true)), "{start}");
    }
}
