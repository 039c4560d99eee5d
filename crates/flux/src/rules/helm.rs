//! Values of releases.

diagnostics::rules! {
    FLUX_VALUES_MISSING: error "flux/values-missing",
        "helm-controller installs nothing as long as an object or key that a release takes values from is missing, unless it is optional.";
    FLUX_CHART_VALUES: error "flux/chart-values",
        "A chart may bring a schema of its values along. Helm, and so helm-controller, installs nothing whose values do not fit it.";
    FLUX_CHART_RENDER: error "flux/chart-render",
        "What Helm cannot make of a chart and its values, or a post-renderer cannot change, helm-controller does not install.";
    FLUX_VALUES_MERGE: error "flux/values-merge",
        "helm-controller fails on values that are no YAML map, or that cannot be put at their `targetPath`.";
}
