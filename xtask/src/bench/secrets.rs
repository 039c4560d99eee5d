//! Encrypting, decrypting and looking at 1,000 secrets: against the real sops, which the
//! original chain starts once or twice a file, and against the cryptography alone.

use std::process::Command;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::{Bench, Table, measure};
use crate::{files, oracles, process};

/// How many secrets there are.
pub(super) const FILES: u32 = 1000;

/// On how many of them the real sops is measured: it takes the same time for each.
const SAMPLE: u32 = 25;

/// A published test key.
const KEY: &str = "AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7";
const RECIPIENT: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";

impl Bench {
    /// The whole program on a tree, against sops and against the bare writing of the files.
    pub(super) fn secrets(&self, table: &mut Table) -> Result<()> {
        let clear = self.folder.join("secrets-clear");
        write_clear(&clear)?;
        let sealed = self.folder.join("secrets-sealed");
        files::copy(&clear, &sealed)?;
        measure::time(&mut self.secrets_command(&sealed, &["encrypt"]))?;
        let mut round = 0;
        let mut fresh = |from: &Utf8Path| -> Result<Utf8PathBuf> {
            round += 1;
            let folder = self.folder.join(format!("secrets-{round}"));
            files::copy(from, &folder)?;
            Ok(folder)
        };
        let (mut encrypt, mut decrypt, mut status, mut quiet, mut write) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs.min(5) {
            let folder = fresh(&clear)?;
            encrypt.push(measure::time(
                &mut self.secrets_command(&folder, &["encrypt"]),
            )?);
            quiet.push(measure::time(
                &mut self.secrets_command(&folder, &["encrypt"]),
            )?);
            status.push(measure::time(
                &mut self.secrets_command(&folder, &["status"]),
            )?);
            decrypt.push(measure::time(
                &mut self.secrets_command(&folder, &["decrypt", "--in-place", "."]),
            )?);
            write.push(measure::rewrite(&fresh(&sealed)?)?);
        }
        let [encrypt, decrypt, status, quiet, write] =
            [encrypt, decrypt, status, quiet, write].map(super::median);
        table.time("1,000 secrets: write them", write);
        table.time("1,000 secrets: encrypt a tree that is encrypted", quiet);
        let sops = match oracles::sops()? {
            Ok(sops) => sops,
            Err(reason) => {
                table.skip("1,000 secrets, against sops", &reason);
                return Ok(());
            }
        };
        let theirs = self.sops_times(&sops, &clear, &sealed)?;
        let all = f64::from(FILES);
        let rows = [
            (
                "encrypt",
                encrypt,
                (theirs.status + theirs.encrypt) * all,
                write,
            ),
            ("decrypt", decrypt, theirs.decrypt * all, write),
            ("status", status, theirs.status * all, 0.0),
        ];
        for (what, ours, theirs, write) in rows {
            table.time(
                &format!("1,000 secrets: {what} with sops, a process each"),
                theirs,
            );
            table.at_most(
                &format!("1,000 secrets: {what}"),
                ours,
                theirs / 80.0,
                "sops / 80",
            );
            if write > 0.0 {
                table.at_most(
                    &format!("1,000 secrets: {what}, writing taken off both"),
                    (ours - write).max(0.0),
                    (theirs - write) / 150.0,
                    "sops / 150",
                );
            }
        }
        Ok(())
    }

    /// The library alone, in one process with all cores, against age, AES-GCM and SHA-512.
    pub(super) fn secrets_bound(&self, table: &mut Table) -> Result<()> {
        let clear = self.folder.join("secrets-bound");
        write_clear(&clear)?;
        let paths = files::paths(&clear)?;
        let program = process::example("secrets", "cost", "release")?;
        let once = |what: &str| -> Result<f64> {
            let mut command = process::command(&program);
            command.current_dir(&clear).arg(what).args(&paths);
            let printed = process::quiet(&mut command)?;
            printed.trim().parse().context("it prints seconds")
        };
        let [wrap, unwrap, encrypt, decrypt, quiet] = self.turns([
            &mut || once("wrap"),
            &mut || once("unwrap"),
            &mut || once("encrypt"),
            &mut || once("decrypt"),
            &mut || once("quiet"),
        ])?;
        table.time("1,000 secrets: age, AES-GCM, SHA-512, sealing", wrap);
        table.at_most(
            "secrets::encrypt",
            encrypt,
            2.0 * wrap,
            "2 × the line above",
        );
        table.time("1,000 secrets: age, AES-GCM, SHA-512, opening", unwrap);
        table.at_most(
            "secrets::decrypt",
            decrypt,
            2.0 * unwrap,
            "2 × the line above",
        );
        table.at_most(
            "secrets::encrypt, nothing changed",
            quiet,
            1.2 * decrypt,
            "1.2 × the line above",
        );
        Ok(())
    }

    fn secrets_command(&self, folder: &Utf8Path, words: &[&str]) -> Command {
        command(&self.ichor, folder, words)
    }

    /// Seconds that the real sops takes for one file.
    fn sops_times(
        &self,
        sops: &Utf8Path,
        clear: &Utf8Path,
        sealed: &Utf8Path,
    ) -> Result<SopsTimes> {
        let sample = sample(clear, SAMPLE)?;
        let mut times = SopsTimes::default();
        let own = self.folder.join("secrets-sops");
        files::copy(clear, &own)?;
        for path in &sample {
            let run = |folder: &Utf8Path, words: &[&str]| {
                let words = [words, &[path]].concat();
                measure::time(&mut self::sops(sops, folder, &words))
            };
            times.status += run(sealed, &["filestatus"])?;
            times.encrypt += run(&own, &["encrypt", "--in-place"])?;
            times.decrypt += run(&own, &["decrypt", "--in-place"])?;
        }
        let count = f64::from(SAMPLE);
        times.status /= count;
        times.encrypt /= count;
        times.decrypt /= count;
        Ok(times)
    }
}

#[derive(Default)]
struct SopsTimes {
    status: f64,
    encrypt: f64,
    decrypt: f64,
}

/// `ichor secrets` in a folder, with the key that decrypts there.
pub(super) fn command(program: &Utf8Path, folder: &Utf8Path, words: &[&str]) -> Command {
    let words = [&["secrets"], words].concat();
    sops(program, folder, &words)
}

/// sops in a folder, with the key that decrypts there.
pub(super) fn sops(program: &Utf8Path, folder: &Utf8Path, words: &[&str]) -> Command {
    let mut command = process::command(program);
    command
        .current_dir(folder)
        .args(words)
        .env("SOPS_AGE_KEY", KEY)
        .env("HOME", folder.as_str())
        .env_remove("SOPS_AGE_KEY_FILE");
    command
}

/// Some of the secrets of a folder.
pub(super) fn sample(folder: &Utf8Path, count: u32) -> Result<Vec<String>> {
    let paths = files::paths(folder)?.into_iter();
    let secrets = paths.filter(|path| path.starts_with("apps/"));
    Ok(secrets.take(count as usize).collect())
}

/// A thousand Secrets of five values, and the rule for them.
pub(super) fn write_clear(root: &Utf8Path) -> Result<()> {
    let rules = format!(
        "creation_rules:\n  - path_regex: \\.sops\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    \
         mac_only_encrypted: true\n    age: {RECIPIENT}\n"
    );
    files::write(&root.join(".sops.yaml"), rules)?;
    for number in 0..FILES {
        let values: String = (0..5)
            .map(|value| format!("  key-{value}: value-{value}-of-secret-{number}-of-the-tree\n"))
            .collect();
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret-{number}\n  namespace: default\nstringData:\n{values}"
        );
        files::write(
            &root.join(format!("apps/app-{number}/secret.sops.yaml")),
            text,
        )?;
    }
    Ok(())
}
