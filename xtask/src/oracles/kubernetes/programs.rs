//! The programs of a cluster, each pinned in a folder below `oracles/`.

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::super::charts::HELM;
use super::super::flux::{
    API_SERVER, ETCD, KUBECTL, KUSTOMIZE_CONTROLLER, SOURCE_CONTROLLER, VERSION,
};
use super::super::go::{self, Program};
use super::super::kustomize::KUSTOMIZE;
use super::super::sops::SOPS;
use super::super::talos::talhelper;

const CONTROLLERS: &str = "kubernetes/controllers";
const CONTROLLER_MANAGER: Program = Program {
    folder: CONTROLLERS,
    name: "kube-controller-manager",
    package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    link: VERSION,
};
const SCHEDULER: Program = Program {
    folder: CONTROLLERS,
    name: "kube-scheduler",
    package: "k8s.io/kubernetes/cmd/kube-scheduler",
    link: VERSION,
};
/// A registry, git over HTTP, and whatever else is outside.
pub(in crate::oracles) const DOOR: Program = program("kubernetes/door", "door", ".");
const STORM: Program = program("kubernetes/door", "storm", "./storm");
const KWOK: Program = program("kubernetes/kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok");
const HELM_3: Program = program("kubernetes/helm-3", "helm", "helm.sh/helm/v3/cmd/helm");
const HELM_CONTROLLER: Program = program(
    "kubernetes/helm-controller",
    "helm-controller",
    "github.com/fluxcd/helm-controller",
);
const HELMFILE: Program = program(
    "kubernetes/helmfile",
    "helmfile",
    "github.com/helmfile/helmfile",
);
const YQ: Program = program("kubernetes/yq", "yq", "github.com/mikefarah/yq/v4");
const AGE_KEYGEN: Program = program("age", "age-keygen", "filippo.io/age/cmd/age-keygen");

const FLUX_OPERATOR_MODULE: &str = "github.com/controlplaneio-fluxcd/flux-operator";
/// A tool for tests: it is built and run here, and linked and shipped nowhere (AGPL-3.0).
const FLUX_OPERATOR: Program = Program {
    folder: "kubernetes/flux-operator",
    name: "flux-operator",
    package: "github.com/controlplaneio-fluxcd/flux-operator/cmd/operator",
    link: "-s -w -X main.VERSION=v0.58.0",
};
const FLUX_MODULE: &str = "github.com/fluxcd/flux2/v2";
const FLUX: Program = program(
    "kubernetes/flux",
    "flux",
    "github.com/fluxcd/flux2/v2/cmd/flux",
);

const fn program(folder: &'static str, name: &'static str, package: &'static str) -> Program {
    Program {
        folder,
        name,
        package,
        link: "-s -w",
    }
}

/// What was built.
pub(super) struct Programs {
    /// Helm 3.
    pub(super) helm_3: Utf8PathBuf,
    /// The source of flux-operator, which has its data and the definitions of its kinds.
    pub(super) flux_operator: Utf8PathBuf,
}

impl Programs {
    /// Builds what is not there yet, and has a folder name all of it, as a `PATH` does.
    pub(super) fn into(folder: &Utf8Path) -> Result<Result<Self, String>> {
        let plain = go::all([
            &DOOR,
            &STORM,
            &ETCD,
            &API_SERVER,
            &KUBECTL,
            &CONTROLLER_MANAGER,
            &SCHEDULER,
            &KWOK,
            &SOURCE_CONTROLLER,
            &KUSTOMIZE_CONTROLLER,
            &HELM_CONTROLLER,
            &HELM,
            &SOPS,
            &AGE_KEYGEN,
        ])?;
        let plain = match plain {
            Ok(plain) => plain,
            Err(reason) => return Ok(Err(reason)),
        };
        // What releases of these embed is made by scripts that the modules leave out.
        let embedded = [
            (&FLUX_OPERATOR, FLUX_OPERATOR_MODULE, "web/dist/index.html"),
            (&FLUX, FLUX_MODULE, "cmd/flux/manifests/none.yaml"),
        ];
        let mut all = plain.to_vec();
        for (program, module, file) in embedded {
            match program.built_with(module, file, "stand-in: true\n")? {
                Ok(path) => all.push(path),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        let helm_3 = match HELM_3.built()? {
            Ok(path) => path,
            Err(reason) => return Ok(Err(reason)),
        };
        let flux_operator = match go::source(FLUX_OPERATOR.folder, FLUX_OPERATOR_MODULE)? {
            Ok(path) => path,
            Err(reason) => return Ok(Err(reason)),
        };
        link(folder, &all)?;
        Ok(Ok(Self {
            helm_3,
            flux_operator,
        }))
    }

    /// What the script of the original calls beside that; or why it cannot be had.
    pub(super) fn of_the_original(folder: &Utf8Path) -> Result<Result<(), String>> {
        let [helmfile, yq, kustomize] = match go::all([&HELMFILE, &YQ, &KUSTOMIZE])? {
            Ok(programs) => programs,
            Err(reason) => return Ok(Err(reason)),
        };
        let talhelper = match talhelper()? {
            Ok(program) => program,
            Err(reason) => return Ok(Err(reason)),
        };
        link(folder, &[helmfile, yq, kustomize, talhelper]).map(Ok)
    }
}

/// Where the definitions of Flux's kinds are, in the sources of its controllers.
pub(super) fn definitions() -> Result<Vec<Utf8PathBuf>> {
    [&SOURCE_CONTROLLER, &KUSTOMIZE_CONTROLLER, &HELM_CONTROLLER]
        .into_iter()
        .map(
            |program| match go::source(program.folder, program.package)? {
                Ok(folder) => Ok(folder.join("config/crd/bases")),
                Err(reason) => bail!(reason),
            },
        )
        .collect()
}

/// Names programs in a folder.
pub(super) fn link(folder: &Utf8Path, programs: &[Utf8PathBuf]) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{folder}`"))?;
    for program in programs {
        let name = folder.join(program.file_name().unwrap_or_default());
        if !name.exists() {
            std::os::unix::fs::symlink(program, &name)
                .with_context(|| format!("cannot write `{name}`"))?;
        }
    }
    Ok(())
}
