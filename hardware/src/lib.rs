//! The devices of a kiosk on serial lines: the identity-card reader, the receipt printer and the code scanner with
//! their drivers, and the simulators that speak the device's side of the same bytes on a pseudo-terminal. A leaf: it knows nothing of the kiosk.
pub mod card;
pub mod cli;
pub mod port;
pub mod printer;
pub mod recording;
pub mod scanner;
pub mod simulator;
