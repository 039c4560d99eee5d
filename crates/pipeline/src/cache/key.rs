//! What everything in the cache is measured with: a key that nobody has who has not both this
//! clone's random bytes and an identity of the repository.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tree::Disk;
use zeroize::Zeroizing;

use super::FOLDER;

/// The file with this clone's random bytes.
const NAME: &str = "key";

/// How many they are.
const LENGTH: usize = 32;

/// Tells apart what is kept in other forms.
const FORMAT: &[u8] = b"ichor cache 1\n";

/// A key for one clone, one build of the program, one set of identities and one day.
pub(crate) struct Key(Zeroizing<[u8; LENGTH]>);

/// That something was so: a digest that says nothing without the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Mark(pub(crate) [u8; LENGTH]);

impl Key {
    /// The key of this clone; made where there is none, if the disk takes it.
    pub(crate) fn of(disk: &Disk, decides: &[Vec<u8>]) -> Option<Self> {
        let bytes = match disk.kept(FOLDER, NAME, LENGTH as u64) {
            Some(bytes) if bytes.len() == LENGTH => Zeroizing::new(bytes),
            _ => {
                let mut bytes = Zeroizing::new(vec![0; LENGTH]);
                getrandom::fill(&mut bytes).ok()?;
                disk.keep(FOLDER, NAME, &bytes).ok()?;
                bytes
            }
        };
        let parts = [FORMAT]
            .into_iter()
            .chain(decides.iter().map(Vec::as_slice));
        Some(Self(Zeroizing::new(mac(&bytes, parts))))
    }

    /// A mark of all of that, in this order.
    pub(crate) fn mark<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Mark {
        Mark(mac(&*self.0, parts))
    }

    /// A file of this content, as [`Key::unsealed`] takes it.
    pub(crate) fn sealed(&self, content: &[u8]) -> Vec<u8> {
        [FORMAT, content, &self.seal(content)].concat()
    }

    /// The content of a file; nothing of one that is broken, or was written with another key.
    pub(crate) fn unsealed<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let body = bytes.strip_prefix(FORMAT)?;
        let (content, seal) = body.split_at_checked(body.len().checked_sub(LENGTH)?)?;
        (self.seal(content) == *seal).then_some(content)
    }

    fn seal(&self, content: &[u8]) -> [u8; LENGTH] {
        mac(&*self.0, [FORMAT, content])
    }
}

fn mac<'a>(key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; LENGTH] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        // Where one ends, so that no two lists are the same bytes.
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
