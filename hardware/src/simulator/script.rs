//! Commands in words, from standard input, a script file or a visit: `place NAME`, `lift`, `fault KIND …`.
use super::people::{self, Person};
use super::{Simulator, Switch, fault};
use serde_json::{Value, json};
use std::time::Duration;

/// Longest `wait`; a longer one is a mistake in the script.
const WAIT_MS_MAX: u64 = 600_000;

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
            [comment, ..] if comment.starts_with('#') => Ok(Said::Done),
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
            ["wait", ms] => match ms.parse() {
                Ok(ms) if ms <= WAIT_MS_MAX => {
                    std::thread::sleep(Duration::from_millis(ms));
                    Ok(Said::Done)
                }
                _ => Err(format!("usage: wait MS, at most {WAIT_MS_MAX}")),
            },
            ["set", switch, state @ ("on" | "off")] => {
                self.set(find_switch(switch)?, *state == "on");
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

fn find_switch(name: &str) -> Result<Switch, String> {
    Ok(match name {
        "paced" => Switch::Paced,
        "refind_requires_lift" => Switch::RefindRequiresLift,
        "silent_on_bad_requests" => Switch::SilentOnBadRequests,
        _ => return Err(format!("no switch is called {name}; try help")),
    })
}

fn names(people: &[Person]) -> String {
    people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn help() -> Value {
    let people: Vec<String> = people::built_in().into_iter().map(|person| person.name).collect();
    json!({
        "commands": ["place NAME", "lift", "unplug", "plug", "fault KIND …", "set SWITCH on|off", "wait MS", "help", "quit"],
        "switches": ["paced", "refind_requires_lift", "silent_on_bad_requests"],
        "people": people,
        "faults": fault::FAULTS,
    })
}
