//! Objects and what is said of them.
