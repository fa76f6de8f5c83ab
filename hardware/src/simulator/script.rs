//! Commands in words, from standard input, a script file or a visit: `place NAME`, `lift`, `fault KIND …`.
use super::people::{self, Person};
use super::{Simulator, fault};
use serde_json::{Value, json};

/// What came of one line.
#[derive(Debug, PartialEq)]
pub enum Said {
    Done,
    Quit,
    /// One JSON line.
    Help(Value),
}

impl Simulator {
    /// Obeys one line; the message says what would have been right.
    pub fn obey(&self, line: &str) -> Result<Said, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => Ok(Said::Done),
            ["place", name] => match people::find(name) {
                Some(person) => {
                    self.place(person);
                    Ok(Said::Done)
                }
                None => Err(format!("nobody is called {name}; there is {}", names(&people::built_in()))),
            },
            ["lift"] => {
                self.lift();
                Ok(Said::Done)
            }
            ["unplug"] => {
                self.unplug();
                Ok(Said::Done)
            }
            ["plug"] => {
                self.plug();
                Ok(Said::Done)
            }
            ["fault", rest @ ..] => {
                self.fault(fault::parse(rest)?);
                Ok(Said::Done)
            }
            ["help"] => Ok(Said::Help(help())),
            ["quit"] => Ok(Said::Quit),
            [other, ..] => Err(format!("no command is called {other}; try help")),
        }
    }
}

fn names(people: &[Person]) -> String {
    people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn help() -> Value {
    let people: Vec<String> = people::built_in().into_iter().map(|person| person.name).collect();
    json!({
        "commands": ["place NAME", "lift", "unplug", "plug", "fault KIND …", "help", "quit"],
        "people": people,
        "faults": fault::FAULTS,
    })
}
