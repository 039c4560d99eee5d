//! age: recipients, identities, and a data key wrapped to one recipient.

mod classic;
mod file;
mod identity;
mod post_quantum;
mod recipient;
mod wrap;

#[cfg(feature = "ssh")]
pub use file::parse_ssh_identity;
pub use file::{parse_identity_file, parse_identity_list};
pub use identity::Identity;
pub use recipient::{Recipient, RecipientError, shown};
pub(crate) use wrap::{UnwrapError, unwrap, wrap};

#[cfg(all(test, feature = "ssh"))]
mod ssh_tests;
#[cfg(test)]
mod tests;
