//! `kpol completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::exit::{CommandError, Exit};

const EXAMPLES: &str = "\
Examples:
  kpol completions bash > /etc/bash_completion.d/kpol
  kpol completions zsh > \"${fpath[1]}/_kpol\"
  kpol completions fish > ~/.config/fish/completions/kpol.fish";

/// The command line of `kpol completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    let mut command = crate::args::Args::command();
    clap_complete::generate(args.shell, &mut command, "kpol", &mut script);
    crate::output::write_bytes(&script)?;
    Ok(Exit::Passed)
}
