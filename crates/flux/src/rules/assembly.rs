//! What a cluster is put together from.

diagnostics::rules! {
    FLUX_NO_CLUSTER: error "flux/no-cluster",
        "Without a Flux Kustomization or a Flux instance in the repository nothing says what a cluster gets from it.";
    FLUX_ENDLESS: error "flux/endless",
        "Kustomizations may apply others, and so on; where that has no end, a cluster fills until something breaks.";
    FLUX_PATH_MISSING: error "flux/path-missing",
        "kustomize-controller fails where the folder that a Kustomization builds is not in the artifact of its source.";
    FLUX_COMPONENT_PATH: error "flux/component-path",
        "kustomize-controller takes components from the repository only, by paths relative to the folder that is built.";
    FLUX_DECRYPTION: error "flux/decryption",
        "kustomize-controller fails the whole Kustomization where one encrypted object cannot be decrypted.";
    FLUX_METADATA_DROPPED: warning "flux/metadata-dropped",
        "kustomize-controller adds labels of its own, and reads those of an object as texts first. Where one is a number or a truth value it reads none, so that the object gets the controller's alone. So it does with annotations where the Kustomization gives some.";
}
