//! Times, as Kubernetes writes them.

use k8s_openapi::jiff::Timestamp;

/// A time in RFC 3339, such as `2026-01-02T03:04:05Z`, in seconds since 1970.
///
/// ```
/// assert_eq!(kubernetes_client::seconds("2026-01-02T03:04:05Z"), Some(1_767_323_045));
/// assert_eq!(kubernetes_client::seconds("yesterday"), None);
/// ```
pub fn seconds(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}
