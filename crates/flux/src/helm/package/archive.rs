//! Archives of charts, as registries hold them: tar within gzip.
//!
//! Source of the limits and of what is refused: Helm 4.3.1, `loader/archive`. Helm reads links as
//! empty files; here they are refused, since no program packs any.

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// The largest archive, in bytes, as source-controller 1.9.6 takes it by default.
pub const LARGEST: usize = 10 << 20;

/// How much an archive may unpack to, in bytes.
const LARGEST_UNPACKED: u64 = 100 << 20;

/// The largest file in one, in bytes.
const LARGEST_FILE: u64 = 5 << 20;

/// How many entries it may have.
const MOST_ENTRIES: usize = 20_000;

/// Files of a chart by their path in it.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// The files of an archive that `keep` wants, by path without the folder that all lie in. `left`
/// is how many bytes may still be unpacked.
pub(super) fn files(
    bytes: &[u8],
    left: &mut u64,
    keep: impl Fn(&str) -> bool,
) -> Result<Files, String> {
    let mut counted = Counted {
        inner: MultiGzDecoder::new(bytes),
        left: *left,
        is_over: false,
    };
    let read = read(&mut counted, keep);
    *left = counted.left;
    if counted.is_over {
        return Err("it unpacks to more than 100 MiB".to_owned());
    }
    read
}

/// An archive with a file in the place of one that it has, or beside the others.
pub(super) fn with(bytes: &[u8], path: &str, content: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut files = files(bytes, &mut budget(), |_| true)?;
    files.insert(path.to_owned(), content);
    let broken = |error: io::Error| format!("it cannot be packed: {error}");
    let packed = GzEncoder::new(Vec::new(), Compression::fast());
    let mut builder = tar::Builder::new(packed);
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // Whatever the folder is called that all lie in: the name of a chart is in its `Chart.yaml`.
        let place = format!("chart/{path}");
        let added = builder.append_data(&mut header, place, content.as_slice());
        added.map_err(broken)?;
    }
    let packed = builder.into_inner().map_err(broken)?;
    packed.finish().map_err(broken)
}

/// How much one chart, with all charts within it, may unpack to.
pub(super) fn budget() -> u64 {
    LARGEST_UNPACKED
}

fn read(input: &mut impl io::Read, keep: impl Fn(&str) -> bool) -> Result<Files, String> {
    let broken = |error: io::Error| format!("it is no gzip archive of files: {error}");
    let mut archive = tar::Archive::new(input);
    let mut files = Files::new();
    for (count, entry) in archive.entries().map_err(broken)?.enumerate() {
        if count >= MOST_ENTRIES {
            return Err(format!("it has more than {MOST_ENTRIES} entries"));
        }
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        let name = entry.path_bytes().into_owned();
        let name = String::from_utf8(name).map_err(|_| "a name in it is not UTF-8".to_owned())?;
        if !kind.is_file() && !kind.is_contiguous() {
            return Err(format!("`{name}` in it is a link or a device"));
        }
        let path = inner(&name)?;
        if entry.size() > LARGEST_FILE {
            return Err(format!("`{name}` in it is larger than 5 MiB"));
        }
        if keep(&path) {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(broken)?;
            files.insert(path, content);
        }
    }
    if files.is_empty() {
        return Err("it holds no chart".to_owned());
    }
    Ok(files)
}

/// A path without the folder that all lie in.
fn inner(name: &str) -> Result<String, String> {
    let normal = name.replace('\\', "/");
    let outside = || format!("`{name}` in it leads outside");
    if normal.starts_with('/') {
        return Err(outside());
    }
    let mut parts = Vec::new();
    for part in normal.split('/').skip(1) {
        match part {
            "" | "." => {}
            ".." => return Err(outside()),
            part => parts.push(part),
        }
    }
    let first = normal.split('/').next().unwrap_or_default();
    if first == ".." || first.contains(':') {
        return Err(outside());
    }
    if parts.is_empty() {
        return Err(format!(
            "`{name}` in it lies beside the folder of the chart"
        ));
    }
    Ok(parts.join("/"))
}

/// A reader that ends with an error where too much comes out of it.
struct Counted<R> {
    inner: R,
    left: u64,
    is_over: bool,
}

impl<R: io::Read> io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => {
                self.is_over = true;
                Err(io::ErrorKind::FileTooLarge.into())
            }
        }
    }
}
