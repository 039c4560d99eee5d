//! The packages that the schemas come from, pinned: versions and sums stand here and nowhere else.

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;

use crate::{files, process};

/// A Go module at a version.
pub(super) struct Package {
    /// The module.
    pub(super) module: &'static str,
    /// Its version.
    pub(super) version: &'static str,
    /// What `go.sum` has for it.
    sum: &'static str,
    /// The folders, or files, whose YAML counts.
    pub(super) paths: &'static [&'static str],
}

/// The newest patch of each minor that the module proxy serves, oldest first.
pub(super) const KUBERNETES: &[Package] = &[
    kubernetes("v1.33.9", "h1:g2DzjYhaiubzMxccj8o45C6plrJR3vKDyQP7sQg7uaw="),
    kubernetes("v1.34.4", "h1:Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk="),
    kubernetes("v1.35.4", "h1:o/8dBC/pHVpYoGV4OAIytAlNPZbdYVTXJHoYvXC4qzM="),
    kubernetes("v1.36.3", "h1:qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o="),
    kubernetes("v1.37.2", "h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE="),
];

const fn kubernetes(version: &'static str, sum: &'static str) -> Package {
    Package {
        module: "k8s.io/kubernetes",
        version,
        sum,
        paths: &["api/openapi-spec/swagger.json"],
    }
}

/// Where the definitions of all other kinds come from.
pub(super) const DEFINITIONS: &[Package] = &[
    Package {
        module: "github.com/fluxcd/source-controller",
        version: "v1.9.6",
        sum: "h1:nG534/bI6nVpyHra7ONAk6xDB3xPsVT+EOLHZHXPrrc=",
        paths: &["config/crd/bases"],
    },
    Package {
        module: "github.com/fluxcd/kustomize-controller",
        version: "v1.9.6",
        sum: "h1:XB+G3A0mky0j5uVHZWv4oSlS2RvZBoNIUhstIvY0JKE=",
        paths: &["config/crd/bases"],
    },
    Package {
        module: "github.com/fluxcd/helm-controller",
        version: "v1.6.0",
        sum: "h1:jlS5X11SG26gspubB5aLrdVSCm0q0tA4ULsY+vwSkL0=",
        paths: &["config/crd/bases"],
    },
    Package {
        module: "github.com/fluxcd/notification-controller",
        version: "v1.9.0",
        sum: "h1:5QXx9L27Z6iFAST9pLp/+sU8J1EUYjktMT5zmKR+Q1U=",
        paths: &["config/crd/bases"],
    },
    Package {
        module: "github.com/controlplaneio-fluxcd/flux-operator",
        version: "v0.59.0",
        sum: "h1:jByuiWYtjSJxucGHuz68tV0DeVFz5CYrKQYfxAwE7lE=",
        paths: &["config/crd/bases"],
    },
    // The experimental channel has all of the standard one, and is what Envoy Gateway installs.
    Package {
        module: "sigs.k8s.io/gateway-api",
        version: "v1.6.0",
        sum: "h1:735YBRj5NXFrOGX0GoSjwzUIzbz8kiEOfADsqHFmHgE=",
        paths: &["config/crd/experimental"],
    },
    Package {
        module: "github.com/envoyproxy/gateway",
        version: "v1.9.0",
        sum: "h1:PaOpud15v3kDCl3L5yc1TdYzggCMpRm1yRjNKmLkzHA=",
        paths: &["charts/gateway-helm/charts/crds/crds/generated"],
    },
    Package {
        module: "github.com/envoyproxy/ai-gateway",
        version: "v1.0.0",
        sum: "h1:cTdSnQmtQQ2Ea5T/LLK50pIthG2SJAOxU9XPXZbtDkU=",
        paths: &["manifests/charts/ai-gateway-crds-helm/templates"],
    },
    Package {
        module: "github.com/cert-manager/cert-manager",
        version: "v1.21.1",
        sum: "h1:0LttV37Q5c2CBNoHkjuI8sLKTXWZDC2SwQkxrBMKV9w=",
        paths: &["deploy/crds"],
    },
    Package {
        module: "github.com/cilium/cilium",
        version: "v1.20.1",
        sum: "h1:omXYGsC9nvDEdTXZpOVa3VlpB1QTok9OHDPSQbnPoJg=",
        paths: &["pkg/k8s/apis/cilium.io/client/crds"],
    },
    Package {
        module: "github.com/prometheus-operator/prometheus-operator",
        version: "v0.85.0",
        sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        paths: &["example/prometheus-operator-crd"],
    },
    Package {
        module: "github.com/cloudnative-pg/cloudnative-pg",
        version: "v1.29.0",
        sum: "h1:49Dm8+y4va7RODspJjeaK8uMWP3OGAD0gMsxhjm16Mo=",
        paths: &["config/crd/bases"],
    },
    Package {
        module: "sigs.k8s.io/external-dns",
        version: "v0.23.0",
        sum: "h1:35KyAZtLN8o5nIE0aPKfyhILbf5HHkKPJby/4FowPJM=",
        paths: &["config/crd/standard"],
    },
    Package {
        module: "github.com/external-secrets/external-secrets",
        version: "v1.3.2",
        sum: "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=",
        paths: &["config/crds/bases"],
    },
    Package {
        module: "github.com/kubernetes-csi/external-snapshotter/client/v8",
        version: "v8.6.0",
        sum: "h1:FtGewu2k6HWw6evLGXY8JqUZ9eHpti1kd3e4amj+ilA=",
        paths: &["config/crd"],
    },
];

impl Package {
    /// Where it lies, downloaded if it was not there.
    pub(super) fn folder(&self) -> Result<Utf8PathBuf> {
        let &Self {
            module,
            version,
            sum,
            ..
        } = self;
        let cache = process::quiet(process::command("go").args(["env", "GOMODCACHE"]))?;
        let cache = Utf8PathBuf::from(cache.trim());
        let folder = cache.join(format!("{module}@{version}"));
        let known = cache.join(format!("cache/download/{module}/@v/{version}.ziphash"));
        if !folder.exists() || !known.exists() {
            let mut download = process::command("go");
            download.current_dir(std::env::temp_dir());
            // The sum is compared here; not every module is in the public database of sums.
            download.env("GONOSUMDB", "*").env("GOFLAGS", "-mod=mod");
            download.args(["mod", "download", &format!("{module}@{version}")]);
            // A module that wants a newer Go is downloaded and refused: what counts is the folder.
            let downloaded = process::quiet(&mut download);
            if !folder.exists() {
                downloaded.with_context(|| format!("cannot download {module}"))?;
                bail!("`go` did not download {module} {version}");
            }
        }
        let found = files::text(&known)?;
        if found.trim() != sum {
            bail!("{module} {version} has the sum {}, not {sum}", found.trim());
        }
        Ok(folder)
    }

    /// The texts of its files, by path.
    pub(super) fn texts(&self) -> Result<Vec<(String, String)>> {
        let folder = self.folder()?;
        let mut texts = Vec::new();
        for path in self.paths {
            let start = folder.join(path);
            if start.is_file() {
                texts.push(((*path).to_owned(), files::text(&start)?));
                continue;
            }
            for name in files::paths(&start)? {
                if name.ends_with(".yaml") {
                    texts.push((format!("{path}/{name}"), files::text(&start.join(&name))?));
                }
            }
        }
        Ok(texts)
    }
}
