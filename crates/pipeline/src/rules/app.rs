//! Rules about applications that are added and removed.

diagnostics::rules! {
    APP_NOT_SHOWN: warning "app/not-shown",
        "Keys are offered as comments at the end of `cluster.yaml`, unless that would change what stands there, or the file cannot be read.";
    APP_EXISTS: error "app/exists",
        "The repository has this application already, or a file where one of its own would be, and it is another one. Nothing of it is replaced.";
    APP_INVALID_CHART: error "app/invalid-chart",
        "A chart is named by where it is and by one version of it. Flux would find nothing else, or something else tomorrow.";
    APP_INVALID_HOST: error "app/invalid-host",
        "A route needs a host name for which the gateway has a certificate, which are the cluster's domains and the names directly below them, and a service behind it.";
    APP_INVALID_KEY: error "app/invalid-key",
        "The key cannot be declared as asked for, or is declared already and otherwise.";
    APP_INVALID_MANIFEST: error "app/invalid-manifest",
        "A manifest is deployed as it is, so that it has to be YAML with objects of Kubernetes, under a name that no other file of the application has.";
    APP_INVALID_NAME: error "app/invalid-name",
        "An application is named by its namespace and its name in it, which are names of objects in Kubernetes and of folders.";
    APP_KEY_IN_USE: error "app/key-in-use",
        "The key belongs to the application that goes away, and is still set or used. Without its declaration nothing could be rendered.";
    APP_KEPT: note "app/kept",
        "What adding the application wrote was changed since, so that it is not known what of it may go.";
    APP_NO_GATEWAY: error "app/no-gateway",
        "No template has the gateway that the route would belong to.";
    APP_NOT_ACCEPTED: error "app/not-accepted",
        "With the change the repository would be rendered no more, or to something that cannot work. Nothing was written.";
    APP_NOT_DECLARED: error "app/not-declared",
        "The repository does not declare its keys yet. With a declaration of one of them, all others would be taken for misspelt.";
    APP_NOT_UNDERSTOOD: error "app/not-understood",
        "The file has another form than is known to be safe to edit, so that it is left to its owner.";
    APP_SECRET_IN_MANIFEST: error "app/secret-in-manifest",
        "Manifests are copied as they are, and a Secret would be committed with its values in the clear.";
    APP_UNKNOWN: error "app/unknown",
        "Only what `app add` has added can be removed by `app remove`: it knows what was written.";
}
