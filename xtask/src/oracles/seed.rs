//! Choices that are the same in every run: cases come from a number, not from chance.

/// A stream of numbers that a first number decides (`SplitMix64`).
pub(super) struct Seed(u64);

impl Seed {
    /// The stream of one case of one series.
    pub(super) fn new(series: &str, case: usize) -> Self {
        let mut state = 0x1c40_0000_0000_0000_u64;
        for byte in series.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut seed = Self(state ^ (case as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        seed.next();
        seed
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit that is not zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or_default()
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of several, of which there is at least one.
    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
