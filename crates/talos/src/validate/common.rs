//! Checks that several sections share.

use super::formats;
use super::place::{Place, Report};
use super::url::Url;

use crate::rules;

/// The least size of `KubeSpan`'s packets.
pub(super) const KUBESPAN_MTU: i128 = 1280;

/// The least of a watchdog, and between two scrubs, in nanoseconds.
pub(super) const TEN_SECONDS: i64 = 10_000_000_000;

/// A value that another item of the list has already.
pub(super) fn duplicate(place: &Place<'_>, what: &str, report: &mut Report) {
    report.add(
        place,
        &rules::MACHINE_CONFIG_DUPLICATE,
        format!("{what} `{}` is there twice", place.shown()),
        "take one of them out",
    );
}

/// A number that must not be smaller.
pub(super) fn least(place: &Place<'_>, least: i128, report: &mut Report) {
    report.add(
        place,
        &rules::MACHINE_CONFIG_BAD_VALUE,
        format!("`{}` is too small", place.number()),
        format!("use at least {least}"),
    );
}

/// A network or an address, perhaps excluded by `!`.
pub(super) fn subnet(place: &Place<'_>, report: &mut Report) {
    let text = place.text();
    if !formats::is_subnet_or_address(text.strip_prefix('!').unwrap_or(text)) {
        report.bad(
            place,
            "a network",
            "write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out",
        );
    }
}

/// The URL of a server.
pub(super) fn endpoint(place: &Place<'_>, report: &mut Report) {
    match Url::read(place.text()) {
        Some(url) => {
            if let Some(hint) = url.endpoint_fault() {
                report.bad(place, "the URL of a server", hint);
            }
        }
        None => report.bad(
            place,
            "the URL of a server",
            "write it like `https://10.0.0.10:6443`",
        ),
    }
}

/// A duration that cannot run backwards.
pub(super) fn not_negative(place: &Place<'_>, report: &mut Report) {
    if formats::duration(place.text()).is_some_and(|duration| duration < 0) {
        report.bad(place, "a duration that can pass", "leave the sign out");
    }
}

/// How often a file system is looked through.
pub(super) fn scrub(interval: &Place<'_>, report: &mut Report) {
    let time = formats::duration(interval.text()).unwrap_or_default();
    if time != 0 && time < TEN_SECONDS {
        report.bad(interval, "a time between two scrubs", "use at least `10s`");
    }
}
