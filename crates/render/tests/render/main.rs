//! Whole runs: places of problems, limits, secrets, sets of templates.

mod limits;
mod natives;
mod places;
mod plugin;
mod rules;
mod secrets;
mod sets;
mod support;
