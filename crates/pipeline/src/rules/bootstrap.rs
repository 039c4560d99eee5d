//! What a bootstrap is told of by a repository, and what of that cannot be.

diagnostics::rules! {
    BOOTSTRAP_CHART_ABSENT: error "bootstrap/chart-absent",
        "What has to run before Flux can is installed from its chart, in the version that the repository names.";
    BOOTSTRAP_SEVERAL_CLUSTERS: error "bootstrap/several-clusters",
        "A bootstrap is one of a single cluster; what is meant for another must not be installed there.";
    BOOTSTRAP_SECRET_NAMELESS: error "bootstrap/secret-nameless",
        "An API server takes no object without a name.";
    BOOTSTRAP_RELEASE_UNKNOWN: error "bootstrap/release-unknown",
        "A release is installed from a chart of a registry or a repository of charts, with values that are all known before Flux is there.";
}
