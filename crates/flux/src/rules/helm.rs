//! Values of releases.

diagnostics::rules! {
    FLUX_VALUES_MISSING: error "flux/values-missing",
        "helm-controller installs nothing as long as an object or key that a release takes values from is missing, unless it is optional.";
    FLUX_VALUES_MERGE: error "flux/values-merge",
        "helm-controller fails on values that are no YAML map, or that cannot be put at their `targetPath`.";
}
