//! The scanner room: what residents hold under the code scanner becomes the number of a receipt, or nothing.
use crate::config::Config;
use crate::kiosk::Event;
use crate::session::Happening;
use jiujin_contract::receipt::ReceiptNumber;
use jiujin_hardware::scanner::{ScannerEvent, ScannerThread};
use tokio::sync::mpsc;

/// Starts the scanner's thread; `None` where no scanner is configured. Dropping it frees the port.
pub fn start(config: &Config, events: mpsc::Sender<Event>) -> std::io::Result<Option<ScannerThread>> {
    if config.scanner.port == "off" {
        return Ok(None);
    }
    let (port, baud) = (config.scanner.port.clone(), config.scanner.baud);
    let tell = move |event| match event {
        ScannerEvent::Connected => tracing::info!("code scanner connected"),
        ScannerEvent::Lost { reason } => tracing::warn!(reason, "code scanner lost"),
        ScannerEvent::Scanned(code) => match ReceiptNumber::parse(&code) {
            // A loop that is gone needs no codes.
            Ok(number) => {
                let scanned = Happening::ReceiptScanned(number.as_str().to_owned());
                let _ = events.blocking_send(Event::Visit(scanned));
            }
            Err(error) => tracing::info!(%error, characters = code.chars().count(), "not a receipt's code"),
        },
    };
    ScannerThread::spawn(port, baud, tell).map(Some)
}
