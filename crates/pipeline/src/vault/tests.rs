//! Whole trees, and every kind of bad input, without a process.
