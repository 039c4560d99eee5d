//! Whose behaviour is followed.

/// Whose behaviour is followed where releases of Talos differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Machinery {
    /// Up to 1.13: a patch has each document once, and deletes documents that are there.
    V1_13,
    /// From 1.14, and talhelper: neither is wrong.
    #[default]
    V1_14,
}
