//! Jiujin kiosk.
