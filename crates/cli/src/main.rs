//! The `kpol` command.
#![forbid(unsafe_code)]

mod args;
mod bundle;
mod changed;
mod commands;
mod compat;
mod compile_errors;
mod config;
mod configs;
mod data;
mod exit;
mod gatekeeper;
mod host;
mod inputs;
mod inventory;
mod kept;
mod loaded;
mod modules;
mod output;
mod outputs;
mod parameters;
mod pod_security;
mod policies;
mod selection;
mod session;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use kpol_library::{discover, metadata};

use crate::exit::{CommandError, Exit};

fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let compat = compat::active(&argv);
    let argv = match config::arguments(&args::Args::command(), argv, compat) {
        Ok(argv) => argv,
        Err(error) => return failed(&error, compat, "read in config"),
    };
    let args = args::Args::parse_from(argv);
    let (context, result) = match args.command {
        args::Command::Test(args) => ("running test", commands::test::run(&args, compat)),
        args::Command::Eval(args) => ("", commands::eval::run(&args)),
        args::Command::Explain(args) => ("", commands::explain::run(&args)),
        args::Command::Verify(args) => {
            ("running verification", commands::verify::run(&args, compat))
        }
        args::Command::Build(args) => ("", commands::build::run(&args)),
        args::Command::Check(args) => ("", commands::check::run(&args)),
        args::Command::New(args) => ("", commands::new::run(&args)),
        args::Command::Parse(args) => ("parse configurations", commands::parse::run(&args, compat)),
        args::Command::Policies(args) => ("", commands::policies::run(&args)),
        args::Command::Pull(args) => ("download policies", commands::pull::run(&args, compat)),
        args::Command::Push(args) => ("push bundle", commands::push::run(&args, compat)),
        args::Command::Fmt(args) => ("", commands::fmt::run(&args, compat)),
        args::Command::Doc(args) => ("", commands::doc::run(&args, compat)),
        args::Command::Rbac(args) => ("", commands::rbac::run(&args)),
        args::Command::Reformat(args) => ("", commands::reformat::run(&args, compat)),
        args::Command::Completions(args) => ("", commands::completions::run(&args)),
        args::Command::Capabilities => ("", commands::capabilities::run()),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => failed(&error, compat, context),
    }
}

/// Tells what went wrong, in compat mode as conftest does: in one chain, with 1 as the exit code.
fn failed(error: &CommandError, compat: bool, context: &str) -> ExitCode {
    if compat {
        anstream::eprintln!("Error: {}", error.chain(context));
        return Exit::Failed.into();
    }
    anstream::eprintln!("{}", error.to_string().trim_end());
    Exit::Unchecked.into()
}
