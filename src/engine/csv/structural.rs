//! Where the delimiters, line ends and quotes of a text are.

/// Bytes that are looked at together, one for each bit.
const WINDOW: usize = u64::BITS as usize;

/// The places of these three, in order.
#[derive(Clone)]
pub(super) struct StructuralIndex<'a> {
    text: &'a [u8],
    delimiter: u8,
    /// The window that comes next.
    next: usize,
    /// The marks of the window before, without those that have been given away.
    bits: u64,
}

impl<'a> StructuralIndex<'a> {
    pub(super) fn new(text: &'a [u8], delimiter: u8) -> Self {
        Self { text, delimiter, next: 0, bits: 0 }
    }
}

impl Iterator for StructuralIndex<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let rest = self.text.get(self.next..).filter(|it| !it.is_empty())?;
            self.bits = if let Some(window) = rest.first_chunk() {
                bits(window, self.delimiter)
            } else {
                let mut window = [NO_MARK; WINDOW];
                window[..rest.len()].copy_from_slice(rest);
                bits(&window, self.delimiter)
            };
            self.next += WINDOW;
        }
        let place = self.next - WINDOW + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(place)
    }
}

/// Never a delimiter.
const NO_MARK: u8 = b'\r';

/// Bit n says whether byte n is a mark. The first loop is compiled to vector instructions, which know no such bits:
/// there each byte is its bit within eight of them, and a multiplication adds the eight up.
#[inline]
fn bits(window: &[u8; WINDOW], delimiter: u8) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let mut hits = [0; WINDOW];
    for (index, (hit, byte)) in hits.iter_mut().zip(window).enumerate() {
        let is_mark = [delimiter, b'\n', b'"'].contains(byte);
        *hit = if is_mark { 1 << (index % 8) } else { 0 };
    }
    let (eights, _) = hits.as_chunks();
    eights
        .iter()
        .rev()
        .fold(0, |bits, eight| (bits << 8) | (u64::from_le_bytes(*eight).wrapping_mul(ONES) >> 56))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_mark_is_found_and_nothing_else(text in prop::collection::vec("[a;,\n\r\"é]{0,9}", 0..40)) {
            let text = text.concat();
            let is_mark = |(_, byte): &(usize, u8)| b";\n\"".contains(byte);
            let expected: Vec<usize> = text.bytes().enumerate().filter(is_mark).map(|(at, _)| at).collect();
            prop_assert_eq!(StructuralIndex::new(text.as_bytes(), b';').collect::<Vec<_>>(), expected);
        }
    }
}
