//! A `talosconfig` shown without its keys.

use diagnostics::{MASK, MASK_OF_ANOTHER};
use talos::bundle::SecretText;
use talos::talosconfig::{Context, Talosconfig};
use zeroize::Zeroizing;

/// Both states without keys and certificates; what is another one says so.
pub(super) fn covered(before: Option<&Talosconfig>, after: &Talosconfig) -> [Zeroizing<String>; 2] {
    let shown = |config: &Talosconfig, old: Option<&Talosconfig>| {
        let mut shown = config.clone();
        for (name, context) in &mut shown.contexts {
            let old = old.and_then(|old| old.get(name)).cloned();
            cover(context, old.as_ref());
        }
        shown.to_yaml()
    };
    [
        before.map_or_else(Default::default, |before| shown(before, None)),
        shown(after, before),
    ]
}

fn cover(context: &mut Context, old: Option<&Context>) {
    let mask = |new: &mut Option<SecretText>, old: Option<&Option<SecretText>>| {
        if new.is_some() {
            let word = match old {
                Some(old) if old != new => MASK_OF_ANOTHER,
                _ => MASK,
            };
            *new = Some(word.into());
        }
    };
    mask(&mut context.authority, old.map(|old| &old.authority));
    mask(&mut context.certificate, old.map(|old| &old.certificate));
    mask(&mut context.key, old.map(|old| &old.key));
}
