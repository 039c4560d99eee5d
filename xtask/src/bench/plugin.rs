//! A repository's own Python plugin, against makejinja, which is Python itself.

use std::fmt::Write as _;

use anyhow::Result;
use camino::Utf8Path;

use super::table::Table;
use super::{Bench, measure};
use crate::{files, process};

const SETTINGS: &str = "[makejinja]
inputs = [\"templates/config\"]
output = \".\"
data = [\"cluster.yaml\", \"nodes.yaml\"]
import_paths = [\"templates/scripts\"]
plugins = [\"plugin:Plugin\"]
undefined = \"chainable\"
jinja_suffix = \".j2\"
force = true
quiet = true
";

const PLUGIN: &str = "import ipaddress
import json
import re
from pathlib import Path

import makejinja


def double(number):
    return number * 2


def stem(path):
    return Path(path).stem


class Plugin(makejinja.plugin.Plugin):
    def __init__(self, data):
        self._data = data

    def data(self):
        self._data[\"hosts\"] = [str(host) for host in ipaddress.ip_network(\"10.0.0.0/28\").hosts()]
        return self._data

    def functions(self):
        return [double, stem]
";

impl Bench {
    /// Ten thousand calls in one template, and a repository of the usual size that makes a few.
    pub(super) fn plugin(&self, makejinja: &Utf8Path, table: &mut Table) -> Result<()> {
        let calls = self.folder.join("calls");
        repository(&calls)?;
        files::write(
            &calls.join("templates/config/calls.txt.j2"),
            "{% for number in range(10000) %}{{ double(number) }}\n{% endfor %}",
        )?;
        let usual = self.folder.join("usual");
        repository(&usual)?;
        for number in 0..100 {
            let mut text = String::from("hosts: {{ hosts }}\n");
            for line in 0..40 {
                let _infallible = writeln!(
                    text,
                    "key-{line}: {{% if nodes %}}{{{{ nodes[0].name | upper }}}}{{% endif %}}"
                );
            }
            if number % 10 == 0 {
                text.push_str("stem: {{ stem('a/b.yaml') }}\n");
            }
            let path = format!("templates/config/kubernetes/{number}.yaml.j2");
            files::write(&usual.join(path), text)?;
        }
        for (folder, what, share) in [
            (&calls, "render, 10,000 calls of a plugin", 0.5),
            (&usual, "render, 100 templates with a plugin", 5.0),
        ] {
            let theirs = self.folder.join(format!("{share}-theirs"));
            files::copy(folder, &theirs)?;
            let [ours, theirs] = self.turns([
                &mut || {
                    let mut ichor = process::command(&self.ichor);
                    measure::time(ichor.arg("render").current_dir(folder))
                },
                &mut || measure::time(process::command(makejinja).current_dir(&theirs)),
            ])?;
            table.time("makejinja, the same", theirs);
            let target = if share < 1.0 {
                format!("{} × makejinja", 1.0 / share)
            } else {
                format!("makejinja / {share}")
            };
            table.at_most(what, ours, theirs / share, &target);
        }
        Ok(())
    }
}

fn repository(folder: &Utf8Path) -> Result<()> {
    files::write(&folder.join("makejinja.toml"), SETTINGS)?;
    files::write(&folder.join("cluster.yaml"), "own: 1\n")?;
    files::write(&folder.join("nodes.yaml"), "nodes:\n  - name: a\n")?;
    files::write(&folder.join("templates/scripts/plugin.py"), PLUGIN)
}
