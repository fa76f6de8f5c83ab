//! `jiujin-office root`: the ceremony in which people get their root keys, and the next ones.
use super::{CommandError, DEFAULT_DATABASE, print_line};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiujin_office::{Ceremony, Rotation, keys_beside, make_roots, root_round, rotate_roots};
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
    /// The next root for people in different places: a file that goes from one to the next, with a new catalogue key
    ///
    /// Example: jiujin-office root propose --database sqlite:office.db next.root
    Propose {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        /// The file to be made; it holds nothing secret
        file: PathBuf,
    },
    /// Add one signature to a proposed root, on the machine where the key is. First compare catalogue_key with what
    /// the office says over the telephone.
    ///
    /// Example: jiujin-office root sign --with root-1-1.key next.root
    Sign {
        /// A root key in force
        #[arg(long)]
        with: PathBuf,
        file: PathBuf,
    },
    /// Take a proposed root back that a threshold has signed. Restart the office after it.
    ///
    /// Example: jiujin-office root finish --database sqlite:office.db next.root
    Finish {
        #[arg(long, default_value = DEFAULT_DATABASE)]
        database: String,
        file: PathBuf,
    },
    /// Show what a proposed root says, before signing it
    ///
    /// Example: jiujin-office root show next.root
    Show { file: PathBuf },
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
    match command {
        RootCommand::Make { database, people: People { out, keys, threshold } } => {
            print_line(&make_roots(&keys_beside(&database), &Ceremony { out, keys, threshold }, now)?)
        }
        RootCommand::Rotate { database, with, out, keys, threshold, keep_catalogue_key } => {
            let people = out.map(|out| Ceremony { out, keys, threshold });
            let rotation = Rotation { with, people, keep_catalogue_key };
            print_line(&rotate_roots(&keys_beside(&database), &rotation, now)?)
        }
        RootCommand::Propose { database, file } => {
            print_line(&root_round::propose(&keys_beside(&database), &file, now)?)
        }
        RootCommand::Sign { with, file } => print_line(&root_round::sign(&file, &with)?),
        RootCommand::Finish { database, file } => {
            print_line(&root_round::finish(&keys_beside(&database), &file)?)
        }
        RootCommand::Show { file } => print_line(&root_round::show(&file)?),
    }
}
