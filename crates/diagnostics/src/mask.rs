//! What is shown in the place of a secret.

/// What stands in a shown text in place of a secret.
pub const MASK: &str = "<redacted>";

/// What stands there where it is another secret than the one that was shown before.
pub const MASK_OF_ANOTHER: &str = "<redacted, another one>";
