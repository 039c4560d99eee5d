//! What is done to all objects of a kustomization.

mod fields;
mod images;
mod labels;
mod names;
mod namespace;
mod order;
mod references;
mod replacements;
mod replicas;

pub(super) use images::images;
pub(super) use labels::{annotations, labels};
pub(super) use names::{hashes, prefix, suffix};
pub(super) use namespace::{Namespace, Subjects, namespace};
pub(super) use order::sort;
pub(super) use references::references;
pub(super) use replacements::replacements;
pub(super) use replicas::replicas;

use diagnostics::Diagnostic;

use super::context::placed;
use super::resource::Resource;
use crate::rules;
use crate::value::Place;

/// A change that cannot be made to an object, asked for at a place.
fn failed(message: &str, resource: &Resource, place: &Place) -> Box<Diagnostic> {
    let message = format!("{message}, in `{}`", resource.shown());
    Box::new(placed(
        rules::KUSTOMIZE_FAILED_TRANSFORMATION.report(message),
        place,
    ))
}
