//! Whose behaviour is followed.

/// Whose behaviour is followed where releases of Talos differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Machinery {
    /// Up to 1.13: a patch has each document once, and deletes documents that are there.
    V1_13,
    /// talhelper 3.1: neither is wrong, and values merge as in 1.13.
    Talhelper,
    /// From 1.14.
    #[default]
    V1_14,
}

impl Machinery {
    /// The minor of the Talos whose values merge so.
    pub(super) fn minor(self) -> u32 {
        match self {
            Self::V1_13 | Self::Talhelper => 13,
            Self::V1_14 => 14,
        }
    }
}
