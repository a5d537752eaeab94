//! `kpol rbac`: who may do what, what is wrong with it, and who can become whom.

mod audit;
mod can;
mod load;
mod minimise;
mod paths;
mod question;
mod told;
mod who_can;

use crate::exit::{CommandError, Exit};

const EXAMPLES: &str = "\
Examples:
  kpol rbac audit rbac/                                 what is wrong with roles and bindings
  kpol rbac who-can get secrets -n shop -f rbac/        all subjects, and what gives it to them
  kpol rbac can sa:shop/web -f rbac/                    all that somebody may do
  kpol rbac paths user:alice -f cluster.json            the shortest way to cluster-admin
  kpol rbac minimise --audit-log audit.jsonl --user sa:shop/web -f rbac/

A dump of a cluster: kubectl get roles,clusterroles,rolebindings,clusterrolebindings,sa,ns,pods,deployments -A -o json";

/// The command line of `kpol rbac`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Finds dangerous rights, bindings that lead nowhere, and rules that do not do what they seem to.
    ///
    /// Exit codes: 0 nothing failed; 1 something of severity medium or above was found; 2 something was not read.
    Audit(audit::Args),
    /// Lists who may do something, and what gives it to them.
    ///
    /// Exit codes: 0 listed; 2 something was not read.
    WhoCan(who_can::Args),
    /// Lists what somebody may do, or says whether they may do one thing.
    ///
    /// Exit codes: 0 listed, or they may; 1 they may not; 2 something was not read.
    Can(can::Args),
    /// Finds the shortest paths from somebody to cluster-admin, to a node and to all secrets.
    ///
    /// Exit codes: 0 there is no path; 1 there is one; 2 something was not read.
    Paths(paths::Args),
    /// Proposes the least role for what the audit log has seen somebody do.
    ///
    /// Exit codes: 0 proposed; 2 something was not read.
    #[command(alias = "minimize")]
    Minimise(Box<minimise::Args>),
}

/// Runs a command.
///
/// # Errors
/// Where nothing can be said at all.
pub(crate) fn run(args: &Args) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Audit(args) => audit::run(args),
        Command::WhoCan(args) => who_can::run(args),
        Command::Can(args) => can::run(args),
        Command::Paths(args) => paths::run(args),
        Command::Minimise(args) => minimise::run(args),
    }
}
