//! `talos health`, beside talosctl's.

use super::repository::Repository;

/// The command line of both programs.
pub(super) fn line(repository: &Repository<'_>, patience: &str) -> String {
    let (leads, works) = repository.addresses.split_at(repository.leads);
    let mut line = format!(
        "health -n {} --control-plane-nodes {}",
        leads[0],
        leads.join(",")
    );
    if !works.is_empty() {
        line.push_str(&format!(" --worker-nodes {}", works.join(",")));
    }
    format!("{line} --wait-timeout {patience}")
}
