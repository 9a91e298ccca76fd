//! A digest of texts, written into names and annotations.

use sha2::{Digest as _, Sha256};

/// A digest. Each part is preceded by its length, so that no two lists of parts read alike.
#[derive(Default)]
pub(super) struct Digest(Sha256);

impl Digest {
    /// Adds a part.
    pub(super) fn part(&mut self, part: &(impl AsRef<[u8]> + ?Sized)) {
        let part = part.as_ref();
        self.0.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(part);
    }

    /// The first bytes of it, two digits each.
    pub(super) fn written(self, bytes: usize) -> String {
        let digest = self.0.finalize();
        let digits = digest.iter().take(bytes).flat_map(|byte| [byte >> 4, byte & 0xf]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }
}
