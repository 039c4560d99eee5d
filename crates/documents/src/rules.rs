//! Rules about variables in documents.

diagnostics::rules! {
    TALENV_SYNTAX: error "talenv/syntax",
        "talhelper reads the file as lines of `KEY: value`. It stops at anything else, or takes it for something else.";
    TALENV_UNSET_VARIABLE: error "talenv/unset-variable",
        "Nothing sets the variable, and in its place the configuration would have nothing.";
}

/// Every rule of this crate.
pub static RULES: &[diagnostics::Table] = &[TABLE];
