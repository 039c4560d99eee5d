//! Repositories of any size.

use std::fmt::Write as _;

use anyhow::Result;
use camino::Utf8Path;

use crate::{files, golden};

/// The public fixture with `times` as many templates: copies under other output paths.
pub(super) fn templates(root: &Utf8Path, times: usize) -> Result<()> {
    golden::assemble(&files::root().join("fixtures/public"), root)?;
    let own = files::root().join("templates/config/kubernetes/apps");
    let all = files::paths(&files::root().join("templates/config"))?.len();
    let apps = files::below(&own)?;
    // Only the applications are copied: other outputs may stand but once.
    let wanted = all * (times - 1);
    let copies = apps.iter().cycle().take(wanted).enumerate();
    for (number, (path, content)) in copies {
        let copy = number / apps.len();
        files::write(
            &root.join(format!(
                "templates/overrides/kubernetes/copies/{copy}/{path}"
            )),
            content,
        )?;
    }
    Ok(())
}

/// The minimal fixture with `count` nodes, in networks large enough for them.
pub(super) fn nodes(root: &Utf8Path, count: usize) -> Result<()> {
    let fixture = files::root().join("fixtures/minimal");
    golden::assemble(&fixture, root)?;
    let cluster = files::text(&root.join("cluster.yaml"))?;
    let cluster = cluster.replace("10.10.10.0/24", "10.10.0.0/16");
    files::write(
        &root.join("cluster.yaml"),
        format!("{cluster}cluster_pod_cidr: \"10.64.0.0/11\"\n"),
    )?;
    let mut nodes = "---\nnodes:\n".to_owned();
    for number in 0..count {
        let (high, low) = (number / 200, number % 200);
        let _ = write!(
            nodes,
            "  - name: \"k8s-{number}\"\n    address: \"10.10.{}.{}\"\n    controller: {}\n    \
             disk: \"/dev/sda\"\n    mac_addr: \"52:54:00:00:{high:02x}:{low:02x}\"\n    schematic_id: \
             \"376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba\"\n",
            high + 100,
            low + 1,
            number < 3,
        );
    }
    files::write(&root.join("nodes.yaml"), nodes)
}
