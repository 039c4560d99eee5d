//! Values that change on their way.

pub(super) mod cluster;
pub(super) mod files;
pub(super) mod install;
pub(super) mod kubernetes;
pub(super) mod lists;
pub(super) mod machine;
pub(super) mod oidc;

use super::row::{Row, Rule};
use super::tree::{Key, Tree};
use super::work::Work;

/// What a conversion says that has done its work.
type Done = Result<Option<Tree>, String>;

/// Moves the value of a row; gives back what stays of it, or says why it all does.
pub(super) fn by(rule: Rule, work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    let rule = match rule {
        Rule::Discovery => cluster::discovery,
        Rule::Endpoint => cluster::endpoint,
        Rule::Port => cluster::port,
        Rule::ServiceAccount => cluster::service_account,
        Rule::Authority => cluster::authority,
        Rule::Accepted => cluster::accepted,
        Rule::EtcdEncryption => cluster::encryption,
        Rule::Subnets => cluster::subnets,
        Rule::Cni => cluster::cni,
        Rule::ApiServerArguments => kubernetes::api_server_arguments,
        Rule::Admission => kubernetes::admission,
        Rule::Audit => kubernetes::audit,
        Rule::Named => lists::named,
        Rule::InlineManifests => lists::inline_manifests,
        Rule::ExternalManifests => lists::external_manifests,
        Rule::ManifestHeaders => lists::manifest_headers,
        Rule::Scheduling => kubernetes::scheduling,
        Rule::StaticPods => lists::static_pods,
        Rule::Install => install::install,
        Rule::Hostname => machine::hostname,
        Rule::StableHostname => machine::stable_hostname,
        Rule::SearchDomains => machine::search_domains,
        Rule::Switched => machine::switched,
        Rule::Files => files::files,
        Rule::TimeDisabled => machine::time_disabled,
        Rule::Mirrors => machine::mirrors,
        Rule::DiskEncryption => machine::encryption,
    };
    rule(work, row, tree)
}

/// The key of a deletion, where that is one.
fn deletion(tree: &Tree) -> Option<Key> {
    tree.deletion().map(|(key, _)| key.clone())
}

/// The items of a list.
fn items(tree: Tree) -> Result<Vec<Tree>, String> {
    if tree.has_statements_within() {
        return Err("statements of the template stand between its items".into());
    }
    tree.into_items().ok_or_else(|| "it is no list".to_owned())
}

/// Why items cannot be told apart.
const NOT_ONE: &str = "the documents have names, and what is deleted here has none";
