//! Every limit of the engine has its name here; reaching one is an error that says so.

/// Serialized schema or UI schema of one item.
pub const SCHEMA_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Objects and lists inside one another in a schema or UI schema.
pub const SCHEMA_DEPTH_MAX: usize = 64;
/// Questions of one form, those of list entries counted once.
pub const FIELDS_MAX: usize = 6_000;
/// Rules of one form.
pub const RULES_MAX: usize = 3_000;
/// Characters of one regular expression.
pub const PATTERN_CHARS_MAX: usize = 512;
/// Characters of one answer, where the schema says nothing shorter.
pub const ANSWER_CHARS_MAX: usize = 500;
/// Bytes of one answer of any kind but an attachment, which names its own limit.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Bytes of an attachment that names no limit.
pub const ATTACHMENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Lists and objects inside one answer.
pub const ANSWER_DEPTH_MAX: usize = 4;
/// Choices ticked in one question.
pub const CHOICES_MAX: usize = 200;
/// Entries of one list.
pub const ENTRIES_MAX: usize = 30;
/// Times a rule may change what another rule sees before the state is taken as it is (a circle of rules).
pub const SETTLE_ROUNDS_MAX: usize = 32;
