//! Why nothing is issued.

/// Why nothing could be issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// Certificates have room for the years 1970 to 9999.
    #[error("the certificate would begin or end outside of the years 1970 to 9999")]
    Time,
    /// The key of the authority was taken out of the bundle.
    #[error("the key of the authority was taken out of the bundle")]
    Redacted,
    /// The authority is not whole.
    #[error("the authority cannot sign: its {0}")]
    Authority(String),
    /// A value does not fit into a certificate.
    #[error("cannot encode the certificate")]
    Encode(#[from] der::Error),
    /// Numbers that are as good as never drawn were drawn again and again.
    #[error("cannot make a key: the source of randomness is broken")]
    Randomness,
}
