//! Files that nobody lists.

use diagnostics::Diagnostics;

use super::at_place;
use super::context::{Elsewhere, File, is_kustomization_file};
use crate::inventory::kinds;
use crate::rules;

pub(super) fn check(elsewhere: &Elsewhere, problems: &mut Diagnostics) {
    for file in elsewhere.files.iter().filter(|file| !file.is_applied) {
        let near = nearest(elsewhere, file);
        let kustomization = file.objects.iter().find(|object| {
            (object.group(), object.kind()) == kinds::KUSTOMIZATION && !object.name().is_empty()
        });
        if let (Some(object), Some(near)) = (kustomization, near) {
            let message = format!("nothing lists the Kustomization `{}`", object.name());
            problems.push(
                at_place(
                    rules::FLUX_UNLISTED_KUSTOMIZATION.report(message),
                    &object.place(),
                )
                .hint(format!("list it in `{near}/kustomization.yaml`")),
            );
            continue;
        }
        let is_beside =
            elsewhere.built_folders.contains(file.folder()) && !is_kustomization_file(&file.path);
        let manifest = file.objects.iter().find(|object| {
            !object.api_version().is_empty()
                && !object.kind().is_empty()
                && !object.name().is_empty()
        });
        if let (Some(object), true) = (manifest, is_beside) {
            let message = format!(
                "nothing lists the file with the {} `{}`",
                object.kind(),
                object.name()
            );
            problems.push(
                at_place(rules::FLUX_UNLISTED_FILE.report(message), &object.place())
                    .hint("list it in the `kustomization.yaml` beside it, or delete it"),
            );
        }
    }
}

/// The nearest folder at or above a file whose kustomization is built.
fn nearest<'a>(elsewhere: &Elsewhere, file: &'a File) -> Option<&'a str> {
    let mut folder = file.folder();
    loop {
        if elsewhere.built_folders.contains(folder) {
            return Some(folder);
        }
        folder = folder.rsplit_once('/')?.0;
    }
}
