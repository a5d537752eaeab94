//! Formats the files that standard input names, each into `OUT/<number>`; errors into `OUT/<number>.err`.
//! For comparisons with other formatters: `fmt_files OUT [v0|v1|v0-v1] < list`.

use std::io::BufRead;

use kpol_diagnostics::{SourceMap, render};
use kpol_fmt::{Error, Options, Target, format};
use kpol_syntax::ast::RegoVersion;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("a folder")?;
    let options = match args.next().as_deref() {
        Some("v0") => Options {
            version: RegoVersion::V0,
            target: Target::V0,
            drop_imports: false,
        },
        Some("v0-v1") => Options {
            version: RegoVersion::V0,
            target: Target::V0AndV1,
            drop_imports: false,
        },
        _ => Options::default(),
    };
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let text = std::fs::read_to_string(line?)?;
        let mut sources = SourceMap::new();
        let id = sources.add("policy.rego", text.as_str());
        match format(id, &text, options) {
            Ok(formatted) => std::fs::write(format!("{out}/{number}"), formatted)?,
            Err(error) => {
                let mut message = error.to_string();
                if let Error::Syntax(errors) = &error {
                    message.push('\n');
                    message.push_str(&render(&sources, errors, false));
                }
                if let Error::Differs { formatted } = &error {
                    message.push('\n');
                    message.push_str(formatted);
                }
                std::fs::write(format!("{out}/{number}.err"), message)?;
            }
        }
    }
    Ok(())
}
