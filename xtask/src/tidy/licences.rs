//! The licences of everything that is linked or run at build time.

use cargo_metadata::Metadata;

/// Licences that let ichor be given away under its own terms. `deny.toml` has the same list.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

pub(super) fn check(metadata: &Metadata) -> Vec<String> {
    let mut faults = Vec::new();
    for package in &metadata.packages {
        match package.license.as_deref() {
            Some(licence) if fits(licence) => {}
            Some(licence) => faults.push(format!(
                "{} {}: licence `{licence}` is not on the list",
                package.name, package.version
            )),
            None => faults.push(format!(
                "{} {}: no licence is named",
                package.name, package.version
            )),
        }
    }
    faults
}

/// Whether an SPDX expression can be met by the list. Old crates write `/` for `OR`.
fn fits(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        words: &words,
        next: 0,
    };
    reader.any() && reader.next == words.len()
}

struct Reader<'a> {
    words: &'a [&'a str],
    next: usize,
}

impl Reader<'_> {
    fn any(&mut self) -> bool {
        let mut met = self.all();
        while self.take("OR") {
            met |= self.all();
        }
        met
    }

    fn all(&mut self) -> bool {
        let mut met = self.one();
        while self.take("AND") {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let met = self.any();
            return self.take(")") && met;
        }
        let Some(word) = self.words.get(self.next) else {
            return false;
        };
        self.next += 1;
        let mut licence = (*word).to_owned();
        if self.take("WITH") {
            let exception = self.words.get(self.next).copied().unwrap_or_default();
            self.next += 1;
            licence = format!("{licence} WITH {exception}");
        }
        ALLOWED.contains(&licence.as_str())
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.get(self.next) == Some(&word);
        self.next += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        for met in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
        ] {
            assert!(fits(met), "{met}");
        }
        for unmet in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT MIT",
            "Apache-2.0 WITH Other",
        ] {
            assert!(!fits(unmet), "{unmet}");
        }
    }
}
