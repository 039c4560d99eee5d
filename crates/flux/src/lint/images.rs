//! Images without a version.

use diagnostics::Diagnostics;

use super::at;
use crate::images;
use crate::inventory::Inventory;
use crate::rules;

pub(super) fn check(inventory: &Inventory<'_>, problems: &mut Diagnostics) {
    for entry in &inventory.objects {
        for image in images::of(entry.object) {
            if !image.digest.is_empty() {
                continue;
            }
            let message = match image.tag.as_str() {
                "latest" => format!("the image `{image}` is another one after each restart"),
                // The chart has a version.
                "" if image.is_completed => continue,
                "" => format!("the image `{image}` has no version"),
                _ => continue,
            };
            problems.push(
                at(rules::FLUX_IMAGE_UNPINNED.report(message), image.value)
                    .hint("name a version, or a digest"),
            );
        }
    }
}
