//! The SAM_V ("SDT") protocol of identity-card readers: what is said, byte for byte, and what it means.
pub mod address;
pub mod command;
pub mod driver;
pub mod ethnicity;
pub mod frame;
pub mod layout;
pub mod number;
pub mod payload;
pub mod private_use;
pub mod sam_id;
pub mod status;
pub mod text;
