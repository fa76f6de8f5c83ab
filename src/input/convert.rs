//! `jiujin ime convert`: one typed spelling a line in, the first candidates out.

use std::{
    io::{self, BufRead, Write},
    sync::Arc,
    time::Instant,
};

use serde::{Deserialize, Serialize};

use super::{Field, Input, Lexicon};

/// Candidates printed for each line.
const CANDIDATES: usize = 10;

#[derive(Deserialize)]
struct Line {
    pinyin: String,
    #[serde(default)]
    field: Field,
}

#[derive(Serialize)]
struct Converted {
    candidates: Vec<String>,
    us: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error("line {line} is not {{\"pinyin\": \"…\", \"field\": \"text|place|name\"}}: {source}")]
    Line { line: usize, source: serde_json::Error },
    #[error("cannot read or write: {0}")]
    Stream(#[from] io::Error),
}

/// Answers every line; the first unreadable one ends the run.
pub fn convert_lines(
    input: impl BufRead,
    mut output: impl Write,
    lexicon: &Arc<Lexicon>,
) -> Result<(), ConvertError> {
    for (number, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let asked: Line =
            serde_json::from_str(&line).map_err(|source| ConvertError::Line { line: number + 1, source })?;
        let converted = convert(&asked, lexicon);
        serde_json::to_writer(&mut output, &converted).map_err(io::Error::from)?;
        writeln!(output)?;
    }
    Ok(output.flush()?)
}

fn convert(asked: &Line, lexicon: &Arc<Lexicon>) -> Converted {
    let mut input = Input::new(Arc::clone(lexicon), asked.field);
    let start = Instant::now();
    input.type_all(&asked.pinyin);
    let candidates = input.all().iter().take(CANDIDATES).map(|candidate| candidate.text.clone()).collect();
    Converted { candidates, us: start.elapsed().as_micros() as u64 }
}
