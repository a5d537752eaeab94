//! The `kpol` command.
#![forbid(unsafe_code)]

mod args;
mod bundle;
mod commands;
mod data;
mod discover;
mod exit;
mod inputs;
mod inventory;
mod loaded;
mod metadata;
mod output;
mod policies;
mod session;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let result = match args.command {
        args::Command::Test(args) => commands::test::run(&args),
        args::Command::Eval(args) => commands::eval::run(&args),
        args::Command::Explain(args) => commands::explain::run(&args),
        args::Command::Verify(args) => commands::verify::run(&args),
        args::Command::Build(args) => commands::build::run(&args),
        args::Command::Check(args) => commands::check::run(&args),
        args::Command::New(args) => commands::new::run(&args),
        args::Command::Pull(args) => commands::pull::run(&args, false),
        args::Command::Push(args) => commands::push::run(&args, false),
        args::Command::Fmt(args) => commands::fmt::run(&args, false),
        args::Command::Doc(args) => commands::doc::run(&args, false),
        args::Command::Reformat(args) => commands::reformat::run(&args, false),
        args::Command::Capabilities => commands::capabilities::run(),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            anstream::eprintln!("{}", error.to_string().trim_end());
            exit::Exit::Unchecked.into()
        }
    }
}
