//! What `kustomize build` refuses, and what of it is not done here.

diagnostics::rules! {
    KUSTOMIZE_CYCLE: error "kustomize/cycle",
        "A kustomization that leads back to itself, or to a folder that holds it, has no end. kustomize refuses it.";
    KUSTOMIZE_DUPLICATE_RESOURCE: error "kustomize/duplicate-resource",
        "kustomize takes no two objects of one kind, name and namespace. The build fails.";
    KUSTOMIZE_EMPTY: error "kustomize/empty",
        "kustomize refuses a kustomization without a single field.";
    KUSTOMIZE_FAILED_PATCH: error "kustomize/failed-patch",
        "A patch that cannot be read, or does not fit what it patches, ends the build.";
    KUSTOMIZE_FAILED_REPLACEMENT: error "kustomize/failed-replacement",
        "A replacement without a source, or without the field that it is for, ends the build.";
    KUSTOMIZE_FAILED_TRANSFORMATION: error "kustomize/failed-transformation",
        "kustomize cannot change such an object, and the build fails.";
    KUSTOMIZE_GENERATOR: error "kustomize/generator",
        "The ConfigMap or Secret cannot be made of this, and the build fails.";
    KUSTOMIZE_INVALID_FIELD: error "kustomize/invalid-field",
        "kustomize reads its file strictly: a value of another kind than the field's ends the build.";
    KUSTOMIZE_MISSING: error "kustomize/missing",
        "The kustomization names what is not there. The build fails.";
    KUSTOMIZE_NOT_A_RESOURCE: error "kustomize/not-a-resource",
        "Every document of a resource's file is an object with a kind and a name. kustomize refuses any other.";
    KUSTOMIZE_OUTSIDE: error "kustomize/outside-repository",
        "The path leads out of the repository, where the cluster has no files.";
    KUSTOMIZE_PATCH_WITHOUT_TARGET: error "kustomize/patch-without-target",
        "A strategic merge patch without `target` is for the object of its own kind, name and namespace, and there is none.";
    KUSTOMIZE_PLUGIN: error "kustomize/plugin",
        "Plugins and Helm charts are programs. kustomize runs them only when it is told to, and Flux never: the build fails.";
    KUSTOMIZE_REMOTE: warning "kustomize/remote",
        "What lies in another repository is not fetched, so what it brings along is not checked.";
    KUSTOMIZE_TOO_MANY: error "kustomize/too-many",
        "Kustomizations that list each other multiply. So many are not meant, and would take hours.";
    KUSTOMIZE_UNKNOWN_FIELD: error "kustomize/unknown-field",
        "kustomize reads its file strictly: a field that it does not know ends the build.";
    KUSTOMIZE_UNSUPPORTED: warning "kustomize/unsupported",
        "The field is not followed here, so the cluster may get other objects than those that are checked.";
}
