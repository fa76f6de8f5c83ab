//! The card room: turns what the reader read into the resident of this visit, and what went wrong into what
//! the resident should do. What is odd about a card is a warning in the log, never a reason to refuse it.
mod face;

use crate::config::Config;
use crate::kiosk::Event;
use crate::notice::CardPrompt;
use crate::session::stage::Face;
use jiff::civil::Date;
use jiujin_contract::identity::{CardKind, IdNumber, Resident, Sex};
use jiujin_hardware::card::sdt::layout::{self, Card, Validity};
use jiujin_hardware::card::{self as hardware, CardRead, ReaderConfig, ReaderEvent};
use jiujin_hardware::port::Pin;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// What the reader thread has for the loop.
#[derive(Debug)]
pub enum Report {
    Reader { ready: bool },
    Reading,
    Read(Resident),
    Failed(CardPrompt),
    Face(Face),
}

/// The reader's thread, wired to the loop.
pub struct ReaderThread(hardware::ReaderThread);

impl ReaderThread {
    pub fn start(
        config: &Config,
        port: &str,
        same_card_again: bool,
        events: mpsc::Sender<Event>,
    ) -> std::io::Result<ReaderThread> {
        let reader = ReaderConfig { port: port.to_owned(), baud: config.reader.baud, same_card_again };
        let serial = &config.reader.usb_serial;
        let pin = (!serial.is_empty()).then(|| Pin { usb: None, serial_number: Some(serial.clone()) });
        let decoder = config.reader.photo_decoder.clone();
        let thread = hardware::ReaderThread::spawn_pinned(reader, pin, move |event| {
            let photo = match &event {
                ReaderEvent::Read(card) if !decoder.is_empty() => {
                    Some(Zeroizing::new(card.payload.photo().to_vec()))
                }
                _ => None,
            };
            let report = report(event);
            let of =
                if let Report::Read(resident) = &report { Some(resident.id_number.clone()) } else { None };
            // A loop that is gone needs no reports.
            let _ = events.blocking_send(Event::Card(report));
            if let (Some(photo), Some(of)) = (photo.filter(|photo| !photo.is_empty()), of) {
                face::decode(&decoder, of, &photo, events.clone());
            }
        })?;
        Ok(ReaderThread(thread))
    }

    /// Switches the polling for a card.
    pub fn asker(&self) -> Box<dyn Fn(bool) + Send> {
        Box::new(self.0.asker())
    }
}

fn report(event: ReaderEvent) -> Report {
    match event {
        ReaderEvent::Connected { sam_id, baud } => {
            tracing::info!(sam_id, baud, "card reader connected");
            Report::Reader { ready: true }
        }
        ReaderEvent::Lost { reason } => {
            tracing::warn!(reason, "card reader lost");
            Report::Reader { ready: false }
        }
        ReaderEvent::OutOfOrder { reason } => {
            tracing::error!(reason, "card reader out of order");
            Report::Failed(CardPrompt::OutOfOrder)
        }
        ReaderEvent::Reading => Report::Reading,
        ReaderEvent::Moved => Report::Failed(CardPrompt::Lifted),
        ReaderEvent::Unreadable { reason } => {
            tracing::warn!(reason, "card unreadable");
            Report::Failed(CardPrompt::Unreadable)
        }
        ReaderEvent::StillThere => Report::Failed(CardPrompt::StillThere),
        ReaderEvent::Read(card) => match resident(&card) {
            Some(resident) => Report::Read(resident),
            None => {
                tracing::warn!(warnings = ?card.reading.warnings, "card without a usable birth date");
                Report::Failed(CardPrompt::Unreadable)
            }
        },
    }
}

/// `None` where the card lacks what every errand needs: a real birth date.
fn resident(card: &CardRead) -> Option<Resident> {
    let address = |printed: &str| card.newest_address.clone().or_else(|| some(printed));
    Some(match &card.reading.card {
        Card::Resident(person) => Resident {
            ethnicity: person.ethnicity.map(str::to_owned),
            address: address(&person.address),
            issuer: some(&person.issuer),
            ..basics(
                CardKind::Resident,
                &person.name,
                &person.sex,
                &person.birth,
                (&person.id_number, &person.validity),
            )?
        },
        Card::Hmt(person) => Resident {
            address: address(&person.address),
            issuer: some(&person.issuer),
            ..basics(
                CardKind::Hmt,
                &person.name,
                &person.sex,
                &person.birth,
                (&person.id_number, &person.validity),
            )?
        },
        Card::Foreign2017(person) => Resident {
            name_en: some(&person.name_en),
            nationality: some(&person.nationality),
            ..basics(
                CardKind::Foreign2017,
                first_of(&person.name_cn, &person.name_en),
                &person.sex,
                &person.birth,
                (&person.id_number, &person.validity),
            )?
        },
        Card::Foreign2023(person) => Resident {
            name_en: some(&person.name_en),
            nationality: some(&person.nationality),
            ..basics(
                CardKind::Foreign2023,
                first_of(&person.name_cn, &person.name_en),
                &person.sex,
                &person.birth,
                (&person.id_number, &person.validity),
            )?
        },
    })
}

fn basics(
    kind: CardKind,
    name: &str,
    sex: &layout::Sex,
    birth: &str,
    (number, validity): (&str, &Validity),
) -> Option<Resident> {
    let sex = match sex.sex {
        "male" => Sex::Male,
        "female" => Sex::Female,
        _ => Sex::Unknown,
    };
    Some(Resident {
        kind,
        name: name.to_owned(),
        name_en: None,
        sex,
        ethnicity: None,
        nationality: None,
        birth: date(birth)?,
        address: None,
        id_number: IdNumber::new(number),
        issuer: None,
        valid_to: validity.valid_to.as_deref().and_then(date),
    })
}

fn date(text: &str) -> Option<Date> {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i16>().ok());
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn first_of<'a>(chinese: &'a str, latin: &'a str) -> &'a str {
    if chinese.is_empty() { latin } else { chinese }
}
