//! The bytes of a file, and its permissions.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// The bytes of one file. They may hold secrets, so they are wiped from memory when the
/// last clone goes, and `Debug` tells only how many there are.
///
/// Cheap to clone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Content(Arc<Zeroizing<Vec<u8>>>);

impl Content {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if it is UTF-8.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Zeroizing::new(bytes)))
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes().to_vec())
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Content({} bytes)", self.len())
    }
}

/// The permission bits of a file, as Unix counts them: 0o000 to 0o777.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(u32);

impl Mode {
    /// Readable by all, writable by the owner: 0o644.
    pub const REGULAR: Self = Self(0o644);
    /// The same, and executable by all: 0o755.
    pub const EXECUTABLE: Self = Self(0o755);
    /// The owner's alone: 0o600.
    pub const PRIVATE: Self = Self(0o600);

    /// The permission bits of `bits`; the kind of file, set-user-ID and the like are dropped.
    pub const fn new(bits: u32) -> Self {
        Self(bits & 0o777)
    }

    /// The bits.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether the owner may execute it: the one bit that git keeps.
    pub const fn is_executable(self) -> bool {
        self.0 & 0o100 != 0
    }
}

impl Default for Mode {
    fn default() -> Self {
        Self::REGULAR
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Mode(0o{:03o})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_byte_of_the_content() {
        let shown = format!(
            "{:?} {:#?}",
            Content::from("hunter2"),
            Content::from("hunter2")
        );
        assert_eq!(shown, "Content(7 bytes) Content(7 bytes)");
    }

    #[test]
    fn a_mode_is_permissions_only() {
        assert_eq!(Mode::new(0o104_755), Mode::EXECUTABLE);
        assert_eq!(format!("{:?}", Mode::new(0o40)), "Mode(0o040)");
    }
}
