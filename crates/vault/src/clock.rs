//! The time, as encrypted files bear it.

/// Now in whole seconds since 1970.
pub fn timestamp() -> secrets::Timestamp {
    secrets::Timestamp::from_unix_seconds(repository::clock::unix_seconds())
}
