//! What the API server knows of Kubernetes' own kinds beyond their schemas.

mod removed;

pub(super) use removed::{deprecated, removed};

use super::check::Checker;
use crate::object::{Id, Object};

/// Checks an object of a kind of Kubernetes' own.
pub(super) fn check<'a>(_checker: &mut Checker<'a>, _object: &'a Object, _id: &Id) {}
