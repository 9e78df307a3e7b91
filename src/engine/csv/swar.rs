//! Digits, eight at a time: those of a word, whose lowest byte is the first of the text.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;
pub(super) const ZEROS: u64 = ONES * b'0' as u64;

/// The lowest bit of the first such byte.
#[inline]
pub(super) fn first(word: u64, byte: u8) -> Option<usize> {
    let rest = word ^ (ONES * u64::from(byte));
    // The lowest high bit that is set is at the first zero.
    let zeros = rest.wrapping_sub(ONES) & !rest & HIGHS;
    (zeros != 0).then(|| zeros.trailing_zeros() as usize & !7)
}

/// The digits of a text that looks like `shape`, where 0 stands for any; the other bytes come as 0.
#[inline]
pub(super) fn shaped(word: u64, shape: [u8; 8]) -> Option<u64> {
    let digits = word ^ u64::from_le_bytes(shape);
    // What has to be added to a byte to make its high bit 1 where it is too large.
    let limits = u64::from_le_bytes(shape.map(|it| if it == b'0' { 0x80 - 10 } else { 0x80 - 1 }));
    ((digits.wrapping_add(limits) | digits) & HIGHS == 0).then_some(digits)
}

/// The number that is written in eight digits.
#[inline]
pub(super) fn digits(word: u64) -> Option<u32> {
    const EVEN: u64 = 0x0000_00FF_0000_00FF;
    let ones = shaped(word, [b'0'; 8])?;
    // Two digits make a number of a hundred, which then are in every second byte. Two multiplications add those up.
    let hundreds = ones * 10 + (ones >> 8);
    let outer = (hundreds & EVEN).wrapping_mul(100 + (1_000_000 << 32));
    let inner = ((hundreds >> 16) & EVEN).wrapping_mul(1 + (10_000 << 32));
    Some((outer.wrapping_add(inner) >> 32) as u32)
}

/// The number in the two bytes from one on, of which each is a digit.
#[inline]
pub(super) fn pair(digits: u64, at: usize) -> u32 {
    let byte = |at: usize| (digits >> (8 * at)) as u32 & 0xFF;
    byte(at) * 10 + byte(at + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(text: &str) -> u64 {
        u64::from_le_bytes(text.as_bytes().try_into().unwrap())
    }

    proptest! {
        #[test]
        fn eight_digits_are_a_number(text in "[0-9]{8}") {
            prop_assert_eq!(digits(word(&text)), text.parse().ok());
        }

        #[test]
        fn other_bytes_are_none(bytes: [u8; 8]) {
            let is_number = bytes.iter().all(u8::is_ascii_digit);
            prop_assert_eq!(digits(u64::from_le_bytes(bytes)).is_some(), is_number);
        }

        #[test]
        fn a_shape_is_kept_to(bytes in prop::array::uniform8(prop::sample::select(b"09:/;-".as_slice()))) {
            let is_shaped = bytes.iter().zip(b"00:00:00").all(|(it, shape)| match shape {
                b'0' => it.is_ascii_digit(),
                _ => it == shape,
            });
            prop_assert_eq!(shaped(u64::from_le_bytes(bytes), *b"00:00:00").is_some(), is_shaped);
        }

        #[test]
        fn the_first_byte_is_found(bytes in prop::array::uniform8(45..48_u8)) {
            let expected = bytes.iter().position(|it| *it == b'.').map(|it| 8 * it);
            prop_assert_eq!(first(u64::from_le_bytes(bytes), b'.'), expected);
        }
    }
}
