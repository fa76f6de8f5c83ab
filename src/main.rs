//! Command line of the kiosk. Every command is a thin call into its room; its documentation is `--help`.
use clap::Parser;
use jiujin::commands::{self, Command};
use std::process::ExitCode;

/// Self-service kiosk terminal for community centres. Without a command: the whole product on one machine.
#[derive(Parser)]
#[command(name = "jiujin", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    ExitCode::from(commands::run(arguments.command))
}
