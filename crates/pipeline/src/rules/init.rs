//! Rules about new repositories and the example.

diagnostics::rules! {
    EXAMPLE_NOT_EMPTY: error "example/not-empty",
        "The example is written into an empty folder, or over an earlier example. Anything else there may be somebody's work.";
    INIT_BELOW_ROOT: error "init/below-root",
        "The folder lies inside of another repository. A second one in it would be part of neither for git.";
    INIT_NO_RANDOM_NUMBERS: error "init/no-random-numbers",
        "Keys come from the system's random numbers. Without them, they could be guessed.";
    INIT_OTHER_AGE_KEY: error "init/other-age-key",
        "Secrets are encrypted to a key that is not here. With a new one nobody could read them, and new secrets would have another key than the old ones.";
    INIT_OTHER_LAYOUT: error "init/other-layout",
        "The repository is configured by a file of another generation. With a `cluster.yaml` beside it, two things would say what the cluster is.";
    INIT_PUBLIC_KEY_ALONE: error "init/public-key-alone",
        "The public half of a deploy key is here without its private one. A new pair would replace a key that is perhaps in use.";
}
