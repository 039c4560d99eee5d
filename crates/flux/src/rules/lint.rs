//! What would break in the cluster, or looks wrong, though each object by itself is right.

diagnostics::rules! {
    FLUX_DEPENDENCY_MISSING: error "flux/dependency-missing",
        "Flux waits for every dependency to become ready; what nobody applies never does, and so neither does what waits for it.";
    FLUX_DEPENDENCY_NAMESPACE: error "flux/dependency-namespace",
        "A dependency without a namespace is sought in the namespace of who has it. There is none of this name there, but in another one.";
    FLUX_DEPENDENCY_CYCLE: error "flux/dependency-cycle",
        "What waits for itself, by whatever way round, never starts.";
    FLUX_UNLISTED_KUSTOMIZATION: warning "flux/unlisted-kustomization",
        "A Flux Kustomization in a file that no build reads is never applied: list the file in the `kustomization.yaml` beside it.";
    FLUX_UNLISTED_FILE: warning "flux/unlisted-file",
        "A manifest beside a `kustomization.yaml` that does not list it is never applied.";
    FLUX_SOURCE_MISSING: error "flux/source-missing",
        "Flux fetches charts and manifests from sources that are objects themselves; without the source nothing is fetched.";
    FLUX_VALUES_FROM_MISSING: warning "flux/values-from-missing",
        "A HelmRelease is not installed before all that its `valuesFrom` names is there, and nothing of the repository makes it.";
    FLUX_SUBSTITUTE_FROM_MISSING: warning "flux/substitute-from-missing",
        "A Kustomization is not applied before all that its `substituteFrom` names is there, and nothing of the repository makes it.";
    FLUX_SECRET_MISSING: warning "flux/secret-missing",
        "A container does not start, a source is not fetched, before the Secret that it names is there, and nothing of the repository makes it.";
    FLUX_CONFIGMAP_MISSING: warning "flux/configmap-missing",
        "A container does not start before the ConfigMap that it names is there, and nothing of the repository makes it.";
    FLUX_ROUTE_PARENT: warning "flux/route-parent",
        "A route without a Gateway gets no traffic.";
    FLUX_ROUTE_LISTENER: warning "flux/route-listener",
        "A route gets traffic from listeners of its Gateway that have the name, port and host names that it asks for, and take routes of its kind and namespace.";
    FLUX_ROUTE_BACKEND: warning "flux/route-backend",
        "What a route passes on to a Service or port that is not there is answered with an error.";
    FLUX_ROUTE_GRANT: warning "flux/route-grant",
        "A route may name a Service of another namespace only where a ReferenceGrant in that namespace allows it.";
    FLUX_HOST_OUTSIDE: warning "flux/host-outside",
        "A host name outside the configured domains has no certificate and no DNS record here.";
    FLUX_ADDRESS_TWICE: warning "flux/address-twice",
        "An address goes to one of those that ask for it, unless they share it by a common key; the others stay without one.";
    FLUX_ADDRESS_OUTSIDE: warning "flux/address-outside",
        "An address that no pool has is not given out.";
    FLUX_SECRET_EMPTY: warning "flux/secret-empty",
        "A value that is nothing is nearly always one that was forgotten.";
    FLUX_BOOTSTRAP_DRIFT: warning "flux/bootstrap-drift",
        "What the bootstrap installs in one version and Flux in another changes version as soon as Flux starts; definitions that the bootstrap installs may be too old for it.";
    FLUX_IMAGE_UNPINNED: warning "flux/image-unpinned",
        "An image without a version, or with `latest`, is another one after each restart.";
    FLUX_LIST_REPLACED: warning "flux/list-replaced",
        "Helm merges maps of values, never lists: a list that is given takes the place of the chart's whole one.";
    FLUX_NAMESPACE_MISSING: warning "flux/namespace-missing",
        "Nothing can be applied to a namespace that is not there, and nothing of the repository makes this one.";
    FLUX_VARIABLE_EATEN: warning "flux/variable-eaten",
        "Flux substitutes variables in ConfigMaps, too: a script or dashboard with variables of its own loses them, or the build fails. The annotation `kustomize.toolkit.fluxcd.io/substitute: disabled` leaves an object alone, `$${…}` a single variable.";
    FLUX_SOPS_NOT_DECRYPTED: error "flux/sops-not-decrypted",
        "Flux refuses an encrypted Secret where its Kustomization has no `decryption`.";
    FLUX_SOPS_RECIPIENT: warning "flux/sops-recipient",
        "A file that is encrypted for other keys than the cluster's cannot be decrypted there.";
}
