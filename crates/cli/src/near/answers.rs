//! The words, and the answers.

/// What to do where a word is no command here. The first word of a line is what somebody types,
/// with `-` for whatever stands between its parts.
pub(super) const ANSWERS: &[(&[&str], &str)] = &[
    (
        &["st", "plan", "dry-run", "preview"],
        "`ichor configure --dry-run` lists what would change, `ichor diff` shows it",
    ),
    (
        &["apply", "talos-apply"],
        "`ichor talos apply-node` gives nodes their configuration",
    ),
    (
        &["helmfile", "sync"],
        "`ichor bootstrap apps` installs what Flux needs",
    ),
    (
        &[
            "upgrade",
            "upgrade-node",
            "talos-upgrade-talos",
            "upgrade-talos",
        ],
        "`ichor talos upgrade-node` brings nodes to another Talos",
    ),
    (
        &[
            "upgrade-k8s",
            "upgrade-kubernetes",
            "talos-upgrade-kubernetes",
        ],
        "`ichor talos upgrade-k8s` brings the cluster to another Kubernetes",
    ),
    (
        &["reset-node"],
        "`ichor talos reset` makes nodes forget their cluster",
    ),
    (
        &["bootstrap-kubeconfig", "fetch-kubeconfig"],
        "`ichor talos kubeconfig` fetches one",
    ),
    (
        &["template-debug", "flux-get"],
        "`ichor debug --all` lists nodes, what Flux has, certificates and pods; `ichor status` tells what of it is not well, `ichor debug APP` why",
    ),
    (
        &["flux-reconcile"],
        "`ichor reconcile` has Flux look at git now",
    ),
    (
        &["flux-check", "describe"],
        "`ichor status` tells how the cluster is, and `ichor debug APP` what keeps an app from running, with its events and logs",
    ),
    (
        &["kubeconform", "flate", "flux-local", "kustomize"],
        "`ichor flux test` checks what the cluster gets, and `ichor flux build` prints it",
    ),
    (
        &["generate", "genconfig", "talhelper"],
        "`ichor talos generate-config` makes the machine configurations",
    ),
    (
        &["generate-secrets", "talsecret", "gensecrets"],
        "`ichor talos gensecret` makes the secrets of the cluster",
    ),
    (
        &[
            "genurl",
            "genurl-installer",
            "genurl-image",
            "image",
            "genschematic",
        ],
        "`ichor talos schematic` shows the images of every node",
    ),
    (
        &["nodeconfig", "talconfig"],
        "`ichor talos validate` checks the talconfig, or files of machine configurations",
    ),
    (
        &["makejinja", "jinja"],
        "`ichor render` renders as makejinja does, from a `makejinja.toml`",
    ),
    (
        &["build", "task", "just", "run"],
        "`ichor configure` checks, renders and writes the repository",
    ),
    (
        &["lint", "test", "vet", "cue", "verify", "precheck"],
        "`ichor validate` runs every check and writes nothing",
    ),
    (
        &["new", "create", "age-keygen", "keygen", "template-init"],
        "`ichor init` writes the samples and keys of a repository that are missing",
    ),
    (
        &["hooks", "hook", "install-hooks"],
        "`ichor init --hooks` makes git look after secrets",
    ),
    (
        &["example", "demo"],
        "`ichor configure --example` shows a finished repository in a new folder",
    ),
    (
        &["adopt"],
        "`ichor configure --adopt` takes files over that ichor did not write, `ichor versions adopt` versions that a bot raised",
    ),
    (
        &["sops", "filestatus"],
        "`ichor secrets` has the words of sops: `encrypt`, `decrypt`, `edit`, `set` and others",
    ),
    (
        &["publish", "keyservice", "groups"],
        "age keys are the only ones that `ichor secrets` knows, so there is no such thing here",
    ),
    (&["completion"], "`ichor completions SHELL` prints them"),
    (
        &["documentation", "manual", "guide", "page", "pages"],
        "`ichor docs` lists the pages of the documentation, and shows one",
    ),
    (
        &["commit", "push", "git"],
        "that is git's: `git add --all && git commit`",
    ),
];

/// Flags that make `sops` do something, and what does it here.
pub(super) const FLAGS: &[(&[&str], &str)] = &[
    (&["-d", "--decrypt"], "decrypt"),
    (&["-e", "--encrypt"], "encrypt"),
    (&["-r", "--rotate"], "rotate"),
    (&["--set"], "set"),
    (&["--unset"], "unset"),
];
