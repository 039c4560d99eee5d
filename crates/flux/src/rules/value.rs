//! Values of manifests.

diagnostics::rules! {
    FLUX_UNREADABLE_VALUE: error "flux/unreadable-value",
        "The tools that read manifests, kustomize and Flux, refuse such a value, and with it the whole build.";
}
