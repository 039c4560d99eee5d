//! Random patches on random configs: what the machinery makes of them, and what ichor does.

use anyhow::{Context as _, Result};
use diagnostics::Source;
use rayon::prelude::*;
use serde_json::{Value, json};
use talos::patch::{Machinery as Followed, Patch, apply, documents};

use super::super::seed::Seed;
use super::Part;
use super::generate::generate;
use super::machinery::{Answer, Machinery};
use super::meaning;
use super::mutate::Mutator;
use super::table::Table;

/// How many cases go to each release of the machinery, and the oldest contract of their configs:
/// only 1.14 has documents in place of sections, so all of its cases are about these.
const CASES: [(u32, usize, u32); 4] = [(11, 200, 9), (12, 300, 9), (13, 2000, 9), (14, 2400, 14)];

/// What a release refuses and a later one does not, or what is refused for how a value is held
/// and not for what it says.
const UPSTREAM: [&str; 5] = [
    // Sizes in percent came with 1.13.
    "unhandled size name: %",
    // An address that is there cannot be patched: its fields are private.
    "merge field netip",
    // Items of lists by a key that is an address: since 1.13.
    "failed to delete path 'ingress.[0]'",
    // What is not base64 where base64 has to be, which validation tells.
    "illegal base64 data",
    // A user volume takes fewer file systems than other documents, which validation tells.
    "does not belong to FilesystemType values",
];

/// A config and patches.
pub(super) struct Case {
    /// Which one it is, for finding it again.
    pub(super) name: String,
    /// The config.
    pub(super) base: String,
    /// Its patches, in order.
    pub(super) patches: Vec<String>,
}

impl Case {
    /// The question to the machinery.
    pub(super) fn question(&self) -> Value {
        json!({ "ask": "patch", "text": self.base, "patches": self.patches })
    }
}

/// All cases of all releases.
pub(super) fn run(machineries: &[Machinery]) -> Result<Part> {
    let mut part = Part::new("random patches");
    for machinery in machineries {
        let table = Table::read(machinery.minor)?;
        let cases = cases(machinery, &table)?;
        let questions: Vec<_> = cases.iter().map(Case::question).collect();
        let mut answers = machinery.ask(&questions)?;
        readable(machinery, &cases, &mut answers)?;
        let mut refused = 0_usize;
        let mut upstream = 0_usize;
        let found: Vec<Vec<String>> = cases
            .par_iter()
            .zip(&answers)
            .map(|(case, answer)| differences(&table, machinery.minor, case, answer))
            .collect::<Result<_>>()?;
        for ((case, answer), found) in cases.iter().zip(&answers).zip(found) {
            part.cases += 1;
            refused += usize::from(answer.error.is_some());
            let error = answer.error.as_deref().unwrap_or_default();
            if UPSTREAM.iter().any(|known| error.contains(known)) {
                upstream += 1;
                continue;
            }
            for difference in found {
                part.differs(format!(
                    "1.{} {}: {difference}\n    {}",
                    machinery.minor,
                    case.name,
                    case.patches
                        .join("    ---- and\n")
                        .trim_end()
                        .replace('\n', "\n    "),
                ));
            }
        }
        part.notes.push(format!(
            "1.{}: {}, {refused} refused, {upstream} for what validation tells or a later release mends",
            machinery.minor,
            cases.len()
        ));
    }
    Ok(part)
}

/// What comes out of a JSON patch is not read again by the machinery before it is a config for
/// a node. ichor reads it at once, so what cannot be read counts as refused by both.
fn readable(machinery: &Machinery, cases: &[Case], answers: &mut [Answer]) -> Result<()> {
    let made: Vec<usize> = answers
        .iter()
        .enumerate()
        .zip(cases)
        .filter(|((_, answer), case)| {
            answer.error.is_none() && case.patches.iter().any(|patch| patch.contains("path"))
        })
        .map(|((index, _), _)| index)
        .collect();
    let questions: Vec<_> = made
        .iter()
        .map(|index| json!({ "ask": "patch", "text": answers[*index].text, "patches": [] }))
        .collect();
    for (index, again) in made.into_iter().zip(machinery.ask(&questions)?) {
        if again.error.is_some() {
            answers[index] = again;
        }
    }
    Ok(())
}

/// The cases of one release.
pub(super) fn cases(machinery: &Machinery, table: &Table) -> Result<Vec<Case>> {
    let (_, count, oldest) = CASES
        .iter()
        .find(|(minor, ..)| *minor == machinery.minor)
        .context("a release without cases")?;
    let bases = bases(machinery, *oldest)?;
    let series = format!("patches-1.{}", machinery.minor);
    let mutator = Mutator::new(table);
    Ok((0..*count)
        .map(|index| {
            let mut seed = Seed::new(&series, index);
            let (base, documents) = seed.of(&bases);
            let patches = mutator.patches(documents, &mut seed);
            Case {
                name: format!("#{index}"),
                base: base.clone(),
                patches,
            }
        })
        .collect())
}

/// Configs to patch, as texts and as documents: generated ones, alone and with more documents.
fn bases(machinery: &Machinery, oldest: u32) -> Result<Vec<(String, Vec<Value>)>> {
    let mut questions = Vec::new();
    for minor in oldest..=machinery.minor {
        for role in ["controlplane", "worker"] {
            questions.push(generate(&format!("v1.{minor}.0"), role)?);
        }
    }
    let mut all = Vec::new();
    for answer in machinery.ask(&questions)? {
        anyhow::ensure!(answer.error.is_none(), "no config to patch: {answer:?}");
        for (extra, since) in [
            ("", 9),
            (OLD, 9),
            (VOLUMES, 11),
            (NETWORK, 12),
            (SUCCESSORS, 14),
        ] {
            // The generator makes a resolver and a volume of its own at 1.14.
            let twice = machinery.minor >= 14 && [NETWORK, VOLUMES].contains(&extra);
            if machinery.minor < since || twice {
                continue;
            }
            let text = format!("{}{extra}", with_sections(&answer.text));
            let documents: Vec<Value> = serde_saphyr::from_multiple(&text)?;
            all.push((text, documents));
        }
    }
    Ok(all)
}

/// The generated config with sections to merge into.
fn with_sections(text: &str) -> String {
    text.replacen(
        "machine:\n",
        "machine:\n    sysctls:\n        a: \"1\"\n        c.d: \"\"\n    env:\n        a: x\n    \
         udev:\n        rules: [one, two]\n    time:\n        servers: [one]\n        bootTimeout: 2m0s\n",
        1,
    )
    .replacen(
        "    kubelet:\n",
        "    kubelet:\n        extraConfig:\n            k: {l: x, m: [i]}\n            l: true\n        \
         extraArgs:\n            v: \"2\"\n        nodeIP:\n            validSubnets: [10.0.0.0/8]\n",
        1,
    )
}

const OLD: &str = "\
---
apiVersion: v1alpha1
kind: NetworkRuleConfig
name: one
portSelector:
  ports: [80, 8000-9000]
  protocol: tcp
ingress:
  - subnet: 10.0.0.0/8
---
apiVersion: v1alpha1
kind: ExtensionServiceConfig
name: one
configFiles:
  - content: one
    mountPath: one
environment: [A=1]
";

const NETWORK: &str = "\
---
apiVersion: v1alpha1
kind: LinkAliasConfig
name: one
selector:
  match: link.type == 1
---
apiVersion: v1alpha1
kind: LinkConfig
name: one
mtu: 9000
addresses:
  - address: 10.1.0.7/24
routes:
  - gateway: 10.1.0.1
---
apiVersion: v1alpha1
kind: ResolverConfig
nameservers:
  - address: 1.1.1.1
searchDomains:
  disableDefault: true
";

const VOLUMES: &str = "\
---
apiVersion: v1alpha1
kind: UserVolumeConfig
name: one
provisioning:
  diskSelector:
    match: disk.transport == \"nvme\"
  minSize: 10GiB
  grow: true
---
apiVersion: v1alpha1
kind: VolumeConfig
name: EPHEMERAL
provisioning:
  minSize: 10GiB
";

/// Documents that the generator does not make of its own accord, in place of sections.
const SUCCESSORS: &str = "\
---
apiVersion: v1alpha1
kind: SysctlConfig
params:
  a: \"1\"
  c.d: x
---
apiVersion: v1alpha1
kind: KernelModuleConfig
name: one
parameters: [a=1]
---
apiVersion: v1alpha1
kind: UdevRulesConfig
rules: [one, two]
---
apiVersion: v1alpha1
kind: TimeSyncConfig
ntp:
  servers: [one]
bootTimeout: 2m0s
---
apiVersion: v1alpha1
kind: EtcFileConfig
name: one
mode: 0o600
contents: one
---
apiVersion: v1alpha1
kind: CRICustomizationConfig
name: one
content: one
---
apiVersion: v1alpha1
kind: UnattendedInstallConfig
installer:
  image: one
provisioning:
  diskSelector:
    match: system_disk
  wipe: false
---
apiVersion: v1alpha1
kind: KubeStaticPodConfig
name: one
pod:
  kind: Pod
  k: {l: x, m: [i]}
---
apiVersion: v1alpha1
kind: KubeInlineManifestConfig
name: one
manifest: one
---
apiVersion: v1alpha1
kind: KubeCredentialProviderConfig
configuration:
  k: {l: x, m: [i]}
---
apiVersion: v1alpha1
kind: KubeTalosAPIAccessConfig
allowedRoles: [one]
allowedKubernetesNamespaces: [one]
---
apiVersion: v1alpha1
kind: LinkConfig
name: one
mtu: 9000
addresses:
  - address: 10.1.0.7/24
---
apiVersion: v1alpha1
kind: UserVolumeConfig
name: one
provisioning:
  diskSelector:
    match: disk.transport == \"nvme\"
  minSize: 10GiB
";

/// Where ichor makes something else of a case.
fn differences(table: &Table, minor: u32, case: &Case, answer: &Answer) -> Result<Vec<String>> {
    Ok(match (ours(case, minor), &answer.error) {
        (Err(_), Some(_)) => Vec::new(),
        (Err(problem), None) => vec![format!("only ichor refuses: {problem}")],
        (Ok(_), Some(error)) => vec![format!("only the machinery refuses: {}", error.trim_end())],
        (Ok(ours), None) => {
            let theirs = meaning::documents(table, &answer.text)?;
            meaning::differences(&theirs, &meaning::documents(table, &ours)?)
        }
    })
}

/// What ichor makes of a case where it follows a release, as text, or why it refuses.
pub(super) fn ours(case: &Case, minor: u32) -> Result<String, String> {
    let followed = if minor < 14 {
        Followed::V1_13
    } else {
        Followed::V1_14
    };
    let (mut config, problems) = documents(&Source::new("base.yaml", case.base.as_str()));
    let say = |problems: &diagnostics::Diagnostics| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        lines.join("; ")
    };
    if problems.has_errors() {
        return Err(say(&problems));
    }
    let mut patches = Vec::new();
    for text in &case.patches {
        let (patch, problems) = Patch::read(&Source::new("patch.yaml", text.as_str()), followed);
        patches.push(patch.ok_or_else(|| say(&problems))?);
    }
    for patch in &patches {
        apply(&mut config, patch, followed).map_err(|problem| problem.to_string())?;
    }
    Ok(documents::emit::documents(&config, 4))
}
