//! `jiujin-office root`: the ceremony in which people get their root keys, and the next ones.
use super::{CommandError, DEFAULT_DATABASE, print_line};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiujin_office::{Ceremony, Rotation, keys_beside, make_roots, rotate_roots};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum RootCommand {
    /// The first root keys; hand each file to another person and take it off this machine
    ///
    /// Example: jiujin-office root make --database sqlite:office.db --out /media/stick --keys 3 --threshold 2
    Make {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        #[command(flatten)]
        people: People,
    },
    /// The next root, signed by a threshold of the people: a new catalogue key, and new people with --out.
    /// Restart the office after it; kiosks follow with their next look.
    ///
    /// Example: jiujin-office root rotate --database sqlite:office.db --with a/root-1-1.key --with b/root-1-3.key
    Rotate {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// A root key in force; repeat it until the threshold is reached
        #[arg(long = "with", required = true)]
        with: Vec<PathBuf>,
        /// A folder for new root keys; without it the same people keep theirs
        #[arg(long)]
        out: Option<PathBuf>,
        #[arg(long, default_value_t = 3)]
        keys: usize,
        #[arg(long, default_value_t = 2)]
        threshold: usize,
        /// Only people change
        #[arg(long)]
        keep_catalogue_key: bool,
    },
}

#[derive(Args)]
pub struct People {
    /// A folder for the new root keys
    #[arg(long)]
    out: PathBuf,
    /// How many people get one
    #[arg(long, default_value_t = 3)]
    keys: usize,
    /// So many of them sign the next root
    #[arg(long, default_value_t = 2)]
    threshold: usize,
}

pub fn run(command: RootCommand) -> Result<(), CommandError> {
    let now = Timestamp::now();
    let made = match command {
        RootCommand::Make { database, people: People { out, keys, threshold } } => {
            make_roots(&keys_beside(&database), &Ceremony { out, keys, threshold }, now)
        }
        RootCommand::Rotate { database, with, out, keys, threshold, keep_catalogue_key } => {
            let people = out.map(|out| Ceremony { out, keys, threshold });
            let rotation = Rotation { with, people, keep_catalogue_key };
            rotate_roots(&keys_beside(&database), &rotation, now)
        }
    };
    print_line(&made?)
}
