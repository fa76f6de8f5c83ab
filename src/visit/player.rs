//! Plays a visit against a running kiosk: finds elements by what is read out for them and touches them
//! where they are drawn. It knows nothing of the session; it sees what a resident sees.
use super::{Labels, Network, Step, Visit};
use crate::screens::eyes::{Eyes, Question};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a page or an element may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the player looks again.
const GLANCE: Duration = Duration::from_millis(15);
/// How long a page may take to follow a touch.
const REACTION_MAX: Duration = Duration::from_millis(800);
/// How long an element may take before the player looks for it on the next leaf, as a resident would.
const LEAF_AFTER: Duration = Duration::from_secs(1);
/// Leaves that are turned for one element; the longest list of services has fewer.
const LEAVES_MAX: usize = 48;
/// How often the form may refuse what the visit answers to one question.
const REFUSALS_MAX: usize = 3;
/// Touches of one form page before the player gives up.
const FORM_TOUCHES_MAX: usize = 200;

/// What the player can do around the kiosk; a real terminal offers less than the demo.
pub trait Surroundings {
    fn place(&self, person: &str) -> Result<(), String>;
    fn lift(&self) -> Result<(), String>;
    fn fault(&self, command: &str) -> Result<(), String>;
    fn network(&self, network: Network) -> Result<(), String>;
    fn scan(&self, code: &str) -> Result<(), String>;
    fn send_back(&self, questions: &[String]) -> Result<(), String>;
}

/// One line of the report.
#[derive(Debug, Clone, Serialize)]
pub struct Played {
    pub step: String,
    pub page: String,
    pub ms: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("step {number} ({step}) on page {page}: {message}")]
pub struct Stuck {
    number: usize,
    step: String,
    page: String,
    message: String,
}

pub struct Player<'a> {
    eyes: Eyes,
    around: &'a dyn Surroundings,
    shots: Option<PathBuf>,
    /// The receipt that was last on the screen.
    receipt: RefCell<Option<String>>,
}

impl<'a> Player<'a> {
    pub fn new(eyes: Eyes, around: &'a dyn Surroundings, shots: Option<PathBuf>) -> Player<'a> {
        Player { eyes, around, shots, receipt: RefCell::default() }
    }

    /// Plays all steps; `report` hears of each as it is done.
    pub fn play(&self, visit: &Visit, mut report: impl FnMut(&Played)) -> Result<(), Stuck> {
        for (index, step) in visit.steps.iter().enumerate() {
            let started = Instant::now();
            let name = describe(step);
            self.step(step).map_err(|message| Stuck {
                number: index + 1,
                step: name.clone(),
                page: self.eyes.page(),
                message,
            })?;
            if let Some(receipt) = self.eyes.receipt() {
                self.receipt.replace(Some(receipt));
            }
            report(&Played { step: name, page: self.eyes.page(), ms: started.elapsed().as_millis() as u64 });
        }
        Ok(())
    }

    fn step(&self, step: &Step) -> Result<(), String> {
        match step {
            Step::Place(person) => self.around.place(person),
            Step::Lift(_) => self.around.lift(),
            Step::Fault(command) => self.around.fault(command),
            Step::Network(network) => self.around.network(*network),
            Step::Await(page) => {
                self.until(&format!("page {page} did not appear"), || self.eyes.page() == *page)
            }
            Step::Scan(_) => match self.receipt.borrow().as_deref() {
                Some(receipt) => self.around.scan(receipt),
                None => Err("there was no receipt on the screen yet".into()),
            },
            Step::Tap(labels) => self.tap(labels),
            Step::TapIf(labels) => {
                labels.list().iter().any(|label| self.eyes.touch(label));
                Ok(())
            }
            Step::Type(text) => self.type_in(text),
            Step::Form(answers) => self.fill(answers),
            Step::Sign(_) => self.until("there is no signature pad", || self.eyes.sign()),
            Step::Delivered(_) => self.until("the office did not accept it", || self.eyes.accepted()),
            Step::SendBack(questions) => self.around.send_back(questions),
            Step::Shot(name) => self.shoot(name),
        }
    }

    fn until(&self, complaint: &str, done: impl FnMut() -> bool) -> Result<(), String> {
        within(PATIENCE, done).then_some(()).ok_or_else(|| complaint.to_owned())
    }

    /// Large words leave less room: what is not on this leaf may be on the next.
    fn tap(&self, labels: &Labels) -> Result<(), String> {
        let list = labels.list();
        for _ in 0..LEAVES_MAX {
            if within(LEAF_AFTER, || list.iter().any(|label| self.eyes.touch(label))) {
                return Ok(());
            }
            if !self.eyes.turn_leaf() {
                break;
            }
        }
        self.until("", || list.iter().any(|label| self.eyes.touch(label)))
            .map_err(|_| format!("nothing to touch is called {list:?}; there is {:?}", self.eyes.labels()))
    }

    fn type_in(&self, text: &str) -> Result<(), String> {
        for key in text.chars() {
            let key = if key == ' ' { "空格".to_owned() } else { key.to_string() };
            self.until(&format!("the keyboard has no key {key}"), || self.eyes.key(&key))?;
        }
        Ok(())
    }

    /// Goes through the form pages until another page is shown.
    fn fill(&self, answers: &BTreeMap<String, String>) -> Result<(), String> {
        let (mut touches, mut refused) = (0, BTreeMap::<String, usize>::new());
        while self.eyes.page() == "form" {
            touches += 1;
            if touches > FORM_TOUCHES_MAX {
                return Err(format!("the form does not end; it says {:?}", self.eyes.errors()));
            }
            match self.eyes.next_question() {
                Some(question) => {
                    let times = refused.entry(question.path.clone()).or_default();
                    *times += usize::from(question.refused);
                    if *times > REFUSALS_MAX {
                        return Err(format!("the form keeps refusing; it says {:?}", self.eyes.errors()));
                    }
                    self.answer(&question, answers)?
                }
                None => self.go_on()?,
            }
        }
        Ok(())
    }

    /// Opens the question where it is not open yet, then answers it with keys or a touch.
    fn answer(&self, question: &Question, answers: &BTreeMap<String, String>) -> Result<(), String> {
        let wanted = answers.get(&question.path).or_else(|| answers.get(&question.label));
        if !self.eyes.open_question(question) {
            let there = self.eyes.labels();
            return Err(format!("{} cannot be opened; there is {there:?}", question.path));
        }
        if question.is_typed() {
            if question.refused {
                self.eyes.clear_field();
            }
            self.type_in(&wanted.cloned().unwrap_or_else(|| question.fitting_text()))?;
            self.eyes.settle();
            return self.go_on();
        }
        if !self.eyes.choose(question, wanted.map(String::as_str)) {
            let there = self.eyes.labels();
            return Err(format!("{} has no choice to touch; there is {there:?}", question.path));
        }
        self.soon(|| self.eyes.next_question().as_ref() != Some(question));
        Ok(())
    }

    fn go_on(&self) -> Result<(), String> {
        let before = self.eyes.form_position();
        if !self.eyes.go_on() {
            return Err(format!("there is no Continue; there is {:?}", self.eyes.labels()));
        }
        let moved = || self.eyes.page() != "form" || self.eyes.form_position() != before;
        if self.soon(moved) || self.eyes.next_question().is_some() {
            return Ok(());
        }
        Err(format!("Continue did not lead anywhere; the page says {:?}", self.eyes.errors()))
    }

    /// Waits a moment for the page to follow a touch; a page may also have nothing to change.
    fn soon(&self, done: impl FnMut() -> bool) -> bool {
        within(REACTION_MAX, done)
    }

    fn shoot(&self, name: &str) -> Result<(), String> {
        let Some(folder) = &self.shots else { return Ok(()) };
        self.eyes.settle();
        self.eyes.shoot(&folder.join(format!("{name}.png")))
    }
}

/// Looks again and again; false when it is not done in time.
fn within(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !done() {
        if started.elapsed() > limit {
            return false;
        }
        std::thread::sleep(GLANCE);
    }
    true
}

fn describe(step: &Step) -> String {
    match step {
        Step::Place(person) => format!("place {person}"),
        Step::Lift(_) => "lift".into(),
        Step::Fault(command) => format!("fault {command}"),
        Step::Network(network) => format!("network {network:?}").to_lowercase(),
        Step::Await(page) => format!("await {page}"),
        Step::Tap(labels) => format!("tap {}", labels.list().first().map_or("", String::as_str)),
        Step::TapIf(labels) => format!("tap if there {}", labels.list().first().map_or("", String::as_str)),
        Step::Type(text) => format!("type {} keys", text.chars().count()),
        Step::Form(_) => "fill in the form".into(),
        Step::Sign(_) => "sign".into(),
        Step::Scan(_) => "scan the receipt".into(),
        Step::Delivered(_) => "await the office".into(),
        Step::SendBack(questions) => format!("send back {}", questions.join(", ")),
        Step::Shot(name) => format!("shot {name}"),
    }
}
