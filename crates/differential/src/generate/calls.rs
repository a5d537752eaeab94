//! Calls of builtins: all of the table whose types can be made here, with arguments that some of them like.

use std::sync::OnceLock;

use kpol_abi::builtins::BUILTINS;

use super::{Generator, types::Type};

/// A builtin with its types.
struct Signature {
    name: &'static str,
    args: Vec<Vec<Type>>,
    results: Vec<Type>,
}

/// Left out: what needs the outside or differs from call to call, what is not a function of its arguments, and what
/// version 1 refuses.
fn left_out(name: &str) -> bool {
    let prefixes = [
        "internal.",
        "rego.",
        "graphql.",
        "io.jwt",
        "crypto.x509",
        "crypto.parse",
        "providers.",
    ];
    let names = [
        "assign",
        "eq",
        "print",
        "trace",
        "walk",
        "http.send",
        "net.lookup_ip_addr",
        "opa.runtime",
        "numbers.range",
        "numbers.range_step",
        "net.cidr_expand",
        "json.match_schema",
        "json.verify_schema",
        "strings.render_template",
        "time.format",
        "time.clock",
        "time.date",
        "time.weekday",
        "time.diff",
        "bits.lsh",
    ];
    prefixes.iter().any(|p| name.starts_with(p)) || names.contains(&name)
}

fn signatures() -> &'static [Signature] {
    static ALL: OnceLock<Vec<Signature>> = OnceLock::new();
    ALL.get_or_init(|| {
        BUILTINS
            .iter()
            .filter(|b| !b.nondeterministic && !b.deprecated && !b.relation && !left_out(b.name))
            .filter_map(|b| {
                let args: Vec<Vec<Type>> = b.args.iter().map(|a| Type::parse(a)).collect();
                let results = Type::parse(b.result);
                let whole = args.iter().all(|a| !a.is_empty()) && !results.is_empty();
                whole.then_some(Signature {
                    name: b.name,
                    args,
                    results,
                })
            })
            .collect()
    })
}

/// What some builtins want to see as a string.
const STRINGS: &[(&str, &[&str])] = &[
    ("regex.", &["^a+$", "[a-z]+", "(", "a|b", "x(\\d+)y", "\\w"]),
    ("glob.", &["*", "a*", "{a,b}", "**.x", "[a-c]?"]),
    ("time.parse_duration", &["1h", "90s", "1d", "-2m3s"]),
    (
        "time.parse_rfc3339",
        &["2024-01-31T10:00:00Z", "2020-02-29T23:59:59.5+02:00", "x"],
    ),
    ("units.", &["1", "100m", "2Gi", "1.5K", "10kb", "M"]),
    ("semver.", &["1.2.3", "1.0.0-rc.1", "v1", "2.0.0+b"]),
    ("json.unmarshal", &["{}", "[1,2]", "1", "\"a\"", "{"]),
    ("json.is_valid", &["{}", "[1,2]", "nope"]),
    ("yaml.", &["a: 1", "- x\n- y", "{", "~", "k: [1, 2]"]),
    ("base64", &["YWJj", "aGk", "%%"]),
    ("hex.", &["6162", "zz"]),
    ("urlquery.", &["a=1&b=2", "%20", "%zz", "a+b"]),
    ("uri.", &["https://h:80/p?q#f", "x", ":"]),
    ("uuid.", &["00000000-0000-0000-0000-000000000000", "x"]),
    (
        "net.cidr",
        &["10.0.0.0/8", "10.1.2.3/32", "::1/128", "10.1.1.1", "x"],
    ),
    ("to_number", &["1", "0x1", "1e3", "x", ""]),
    ("sprintf", &["%s", "%d-%v", "%v", "%5.2f|%s", "%%", "%q %x"]),
];

impl Generator {
    /// A call whose result is of a type.
    pub(super) fn call(&mut self, wanted: &Type) -> Option<String> {
        let fitting: Vec<&Signature> = signatures()
            .iter()
            .filter(|s| s.results.iter().any(|r| r.fits(wanted)))
            .collect();
        let signature = *self.pick(&fitting)?;
        let likes = STRINGS
            .iter()
            .find(|(prefix, _)| signature.name.starts_with(prefix))
            .map(|(_, likes)| *likes);
        let mut args = Vec::new();
        // Operators of sets and numbers take either, but not both.
        let either = signature.args.iter().any(|a| a.len() > 1) && signature.name == "minus";
        for types in &signature.args {
            let of = if either {
                wanted.clone()
            } else {
                self.pick(types)?.clone()
            };
            let of = match of {
                Type::Any => Type::random(&mut self.rng, 1),
                Type::Array(t) if *t == Type::Any => Type::array(Type::scalar(&mut self.rng)),
                Type::Set(t) if *t == Type::Any => Type::set(Type::scalar(&mut self.rng)),
                Type::Object(t) if *t == Type::Any => Type::object(Type::scalar(&mut self.rng)),
                other => other,
            };
            args.push(match likes {
                Some(likes) if of == Type::String && !self.chance(3) => {
                    let like = *self.pick(likes)?;
                    serde_json::Value::from(like).to_string()
                }
                _ => self.expr(&of),
            });
        }
        Some(format!("{}({})", signature.name, args.join(", ")))
    }
}
