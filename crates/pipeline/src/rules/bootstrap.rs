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
    BOOTSTRAP_RELEASE_TWICE: error "bootstrap/release-twice",
        "A release has one chart and one set of values; which of two is meant, nobody can tell.";
    BOOTSTRAP_NEED_UNKNOWN: error "bootstrap/need-unknown",
        "What a release needs has to be installed before it, by the same helmfiles.";
    BOOTSTRAP_NEED_CIRCLE: error "bootstrap/need-circle",
        "What needs itself, by whatever way round, is never installed.";
    BOOTSTRAP_TEMPLATE: error "bootstrap/template",
        "The templates of helmfile are not run. Those that hand on what Flux installs are understood by that; what another one says cannot be known.";
    BOOTSTRAP_VALUES_OF_FLUX: warning "bootstrap/values-of-flux",
        "The templates of helmfile are not run. Where one makes values of a release that Flux installs later, those of Flux are taken, so that Flux changes nothing.";
    BOOTSTRAP_HELMFILE_MISSING: error "bootstrap/helmfile-missing",
        "A file that a helmfile names has to be there.";
    BOOTSTRAP_HELMFILE_LIMIT: error "bootstrap/helmfile-limit",
        "No repository needs so many; helmfiles that name each other have no end.";
    BOOTSTRAP_NOT_FOLLOWED: error "bootstrap/not-followed",
        "What of helmfile is not followed would be missing in what is installed.";
    BOOTSTRAP_HOOK: warning "bootstrap/hook",
        "Hooks of helmfile are programs of their own, and are not run; whatever they apply is there once Flux applies it.";
}
