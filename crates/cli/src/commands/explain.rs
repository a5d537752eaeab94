//! `kpol explain`.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use kpol_compiler::hir::{Program, RuleKind};
use kpol_diagnostics::SourceMap;
use kpol_engine::{BuiltinOptions, Data, Standard};
use kpol_explain::{Explanation, Inputs, text};
use kpol_input::{Document, Options};

use crate::args::{LimitArgs, NetArgs};
use crate::exit::{CommandError, Exit};
use crate::policies::Origin;
use crate::{data, inventory, session};

const EXAMPLES: &str = "\
Examples:
  kpol explain app.yaml deny                              the rule `deny` of `package main`
  kpol explain app.yaml data.k8s.security.deny -p policies
  kpol explain all.yaml deny --kind Deployment --name web one document of several
  kpol explain app.yaml deny -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The file with the document; `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The rule: `deny`, `main.deny`, `main/deny` or `data.main.deny`.
    #[arg(value_name = "RULE")]
    rule: String,
    /// A folder or file with policies; may be given many times. [default: ./policy, else the built-in policies]
    #[arg(short, long, value_name = "DIR")]
    policy: Vec<PathBuf>,
    /// A folder or file with data for the policies (YAML or JSON); may be given many times.
    #[arg(short, long, value_name = "DIR")]
    data: Vec<PathBuf>,
    /// The package of a rule that is given by its name alone.
    #[arg(short, long, value_name = "NS", default_value = "main")]
    namespace: String,
    /// Of several documents: the one of this kind.
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Of several documents: the one of this name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Of several documents: the one at this place, from 0.
    #[arg(long, value_name = "N")]
    index: Option<u32>,
    /// The format of the explanation.
    #[arg(short, long, default_value = "text")]
    output: ExplainOutput,
    /// Tells the reasons only, and leaves out the list of all that was tried.
    #[arg(long)]
    brief: bool,
    /// Reads policies as Rego v0.
    #[arg(long)]
    rego_v0: bool,
    /// A capabilities file, in OPA's format: policies that use what it does not allow are refused.
    #[arg(long, value_name = "FILE")]
    capabilities: Option<PathBuf>,
    #[command(flatten)]
    net: NetArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Formats of explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainOutput {
    /// For people: reasons with code frames, then all that was tried.
    Text,
    /// The same as a tree in JSON.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    let mut sources = SourceMap::new();
    let front = crate::host::front(args.capabilities.as_deref())?;
    let origin = Origin::choose(&args.policy);
    let version = crate::args::version(args.rego_v0);
    let program = session::check(&origin, version, &front, &mut sources)?;
    let path = rule(&program, &args.rule, &args.namespace)?;
    let documents = kpol_input::read_path(&mut sources, &args.file, &Options::default())
        .map_err(|error| crate::commands::test::unreadable(&sources, &error))?;
    let document = choose(args, &documents)?;
    let mut data = Data::new();
    data::load(&args.data, &mut data, &mut sources)?;
    inventory::add(&mut data, documents.iter())?;
    let capabilities = front.builtins.capabilities();
    let builtins = Standard::new(BuiltinOptions {
        allow_net: crate::host::allow_net(
            &args.net,
            capabilities.and_then(|own| own.allow_net.as_deref()),
        ),
    });
    let json = data.to_json();
    let inputs = Inputs {
        input: Some(document),
        data: &json,
        builtins: &builtins,
        now_ns: now(),
        seed: now().unsigned_abs(),
        timeout: args.limits.timeout,
        memory: args.limits.max_memory,
        strict: false,
    };
    let explanation = kpol_explain::explain(&program, &path, &inputs, &sources)
        .map_err(|error| CommandError::Plain(format!("{error} [{}]", error.code())))?;
    print(args, document, &explanation, &sources)?;
    Ok(if explanation.error.is_some() {
        Exit::Unchecked
    } else {
        Exit::Passed
    })
}

fn print(
    args: &Args,
    document: &Document,
    explanation: &Explanation,
    sources: &SourceMap,
) -> Result<(), CommandError> {
    match args.output {
        ExplainOutput::Json => {
            let text = serde_json::to_string_pretty(explanation)
                .map_err(|error| CommandError::Plain(error.to_string()))?;
            crate::output::write(&format!("{text}\n"))
        }
        ExplainOutput::Text => {
            let options = text::Options {
                colour: crate::output::colours_stdout(),
                tree: !args.brief,
            };
            let text = text::render(explanation, sources, options);
            let name = sources.name(document.source());
            crate::output::write(&format!("{name}: {}\n{text}", title(document)))
        }
    }
}

/// What a document is called.
fn title(document: &Document) -> String {
    let kind = document.object_kind().unwrap_or("document");
    match (document.namespace(), document.name()) {
        (Some(namespace), Some(name)) => format!("{kind} {namespace}/{name}"),
        (None, Some(name)) => format!("{kind} {name}"),
        _ => format!("{kind} number {}", document.index()),
    }
}

/// The document that the command line names, or the only one.
fn choose<'d>(args: &Args, documents: &'d [Document]) -> Result<&'d Document, CommandError> {
    let wanted = |document: &&Document| {
        let is = |wanted: &Option<String>, text: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| text == Some(wanted))
        };
        is(&args.kind, document.object_kind())
            && is(&args.name, document.name())
            && args.index.is_none_or(|index| document.index() == index)
    };
    let found: Vec<&Document> = documents.iter().filter(wanted).collect();
    let file = args.file.display();
    match found.as_slice() {
        [one] => Ok(one),
        many => {
            let shown = if many.is_empty() {
                documents.iter().collect::<Vec<_>>()
            } else {
                many.to_vec()
            };
            let list: Vec<String> = (shown.iter())
                .take(20)
                .map(|document| format!("{}: {}", document.index(), title(document)))
                .collect();
            Err(CommandError::Help(
                match many {
                    [] if documents.is_empty() => format!("`{file}` has no document"),
                    [] => format!("no document of `{file}` is the one that is asked for"),
                    _ => format!("`{file}` has {} documents: choose one", many.len()),
                },
                format!(
                    "with --kind, --name or --index; there are {}",
                    list.join(", ")
                ),
            ))
        }
    }
}

/// The path of the rule that the command line names.
fn rule(program: &Program, text: &str, namespace: &str) -> Result<Vec<String>, CommandError> {
    let named = crate::loaded::wanted(text);
    let mut in_namespace: Vec<String> = namespace.split('.').map(str::to_owned).collect();
    in_namespace.extend(named.iter().cloned());
    let known = |path: &[String]| {
        (program.rules.iter())
            .any(|rule| rule.path == path && !matches!(rule.kind, RuleKind::Function(_)))
    };
    if let Some(path) = [in_namespace, named].into_iter().find(|path| known(path)) {
        return Ok(path);
    }
    let last = text.rsplit(['.', '/']).next().unwrap_or(text);
    let mut others: Vec<String> = (program.rules.iter())
        .filter(|rule| !matches!(rule.kind, RuleKind::Function(_)))
        .filter(|rule| rule.path.last().is_some_and(|name| name == last))
        .map(kpol_compiler::hir::Rule::name)
        .collect();
    others.sort();
    others.truncate(10);
    let message = format!("there is no rule `{text}`");
    Err(if others.is_empty() {
        CommandError::Plain(message)
    } else {
        CommandError::Help(message, format!("there are {}", others.join(", ")))
    })
}

/// Nanoseconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
