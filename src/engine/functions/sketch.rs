//! HyperLogLog sketches: how many distinct values a column has, in little memory, and joined without the values.
//!
//! Few values are kept by their hashes and counted exactly. More become registers, counted with the estimator of
//! Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (arXiv:1702.01284), which needs no
//! table of corrections.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{DataFusionError, Result, exec_err};

use super::arguments::Args;
use super::array_values::to_text;
use super::{Family, Function, Returns};

pub(super) const TABLE: &[Function] =
    &[Function::new("hll_sketch_extract", Family::Math, (1, 1), Returns::Long, extract)];

/// The binary logarithm of the number of registers: at least, at most, and where a query names none.
const LOG_K_MIN: u8 = 4;
const LOG_K_MAX: u8 = 21;
pub(super) const LOG_K_DEFAULT: u8 = 12;
/// `1 / (2 ln 2)`
const ALPHA: f64 = 0.721_347_520_444_481_7;
/// The type of a sketch in a query.
pub(super) const SKETCH: DataType = DataType::Binary;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sketch {
    log_k: u8,
    values: Values,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Values {
    /// The hash of every value.
    Hashes(BTreeSet<u64>),
    /// For each beginning of a hash, the largest number of zeros behind it, plus 1.
    Registers(Box<[u8]>),
}

impl Sketch {
    pub(super) fn new(log_k: i64) -> Result<Self> {
        match u8::try_from(log_k) {
            Ok(log_k @ LOG_K_MIN..=LOG_K_MAX) => {
                Ok(Self { log_k, values: Values::Hashes(BTreeSet::new()) })
            }
            _ => {
                exec_err!("a sketch takes a max_log_k from {LOG_K_MIN} to {LOG_K_MAX}, not {log_k}")
            }
        }
    }

    pub(super) fn insert(&mut self, hash: u64) {
        match &mut self.values {
            Values::Hashes(hashes) => {
                hashes.insert(hash);
                if hashes.len() > hashes_max(self.log_k) {
                    self.make_registers();
                }
            }
            Values::Registers(registers) => register(registers, self.log_k, hash),
        }
    }

    fn make_registers(&mut self) {
        let Values::Hashes(hashes) = &self.values else { return };
        let mut registers = vec![0; 1 << self.log_k].into_boxed_slice();
        for hash in hashes {
            register(&mut registers, self.log_k, *hash);
        }
        self.values = Values::Registers(registers);
    }

    /// All values of both. The coarser of the two says how exact the result is.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.log_k < self.log_k {
            self.coarsen(other.log_k);
        }
        match &other.values {
            Values::Hashes(hashes) => hashes.iter().for_each(|it| self.insert(*it)),
            Values::Registers(_) => {
                self.make_registers();
                let Values::Registers(mine) = &mut self.values else { return };
                let coarser = other.coarsened(self.log_k);
                for (mine, other) in mine.iter_mut().zip(coarser) {
                    *mine = (*mine).max(other);
                }
            }
        }
    }

    fn coarsen(&mut self, log_k: u8) {
        if let Values::Registers(_) = self.values {
            self.values = Values::Registers(self.coarsened(log_k).into());
        }
        self.log_k = log_k;
        if let Values::Hashes(hashes) = &self.values
            && hashes.len() > hashes_max(log_k)
        {
            self.make_registers();
        }
    }

    /// The registers of a sketch with fewer of them: what told registers apart is zeros of a hash there.
    fn coarsened(&self, log_k: u8) -> Vec<u8> {
        let Values::Registers(registers) = &self.values else { return Vec::new() };
        let shift = u32::from(self.log_k - log_k);
        let mut coarse = vec![0; 1 << log_k];
        for (at, &zeros) in registers.iter().enumerate().filter(|(_, zeros)| **zeros > 0) {
            let rest = at & ((1 << shift) - 1);
            let zeros = match usize::BITS - rest.leading_zeros() {
                0 => zeros + shift as u8,
                bits => (shift - bits) as u8 + 1,
            };
            let slot = &mut coarse[at >> shift];
            *slot = zeros.max(*slot);
        }
        coarse
    }

    pub(super) fn estimate(&self) -> i64 {
        match &self.values {
            Values::Hashes(hashes) => hashes.len() as i64,
            Values::Registers(registers) => estimate(registers, self.log_k).round() as i64,
        }
    }

    pub(super) fn size(&self) -> usize {
        size_of::<Self>()
            + match &self.values {
                Values::Hashes(hashes) => hashes.len() * 2 * size_of::<u64>(),
                Values::Registers(registers) => registers.len(),
            }
    }

    /// `log_k`, and hashes behind a 0 or registers behind a 1.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match &self.values {
            Values::Hashes(hashes) => {
                let hashes = hashes.iter().flat_map(|it| it.to_le_bytes());
                [self.log_k, 0].into_iter().chain(hashes).collect()
            }
            Values::Registers(registers) => [&[self.log_k, 1], registers.as_ref()].concat(),
        }
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Result<Self> {
        let broken = || DataFusionError::Execution("a sketch is broken".to_owned());
        let ([log_k @ LOG_K_MIN..=LOG_K_MAX, form], rest) =
            bytes.split_first_chunk::<2>().ok_or_else(broken)?
        else {
            return Err(broken());
        };
        let values = match (form, rest.as_chunks::<8>()) {
            (0, (hashes, [])) => {
                Values::Hashes(hashes.iter().map(|it| u64::from_le_bytes(*it)).collect())
            }
            (1, _) if rest.len() == 1 << log_k => Values::Registers(rest.into()),
            _ => return Err(broken()),
        };
        Ok(Self { log_k: *log_k, values })
    }
}

/// As many as take the bytes of the registers; a small sketch has some more.
fn hashes_max(log_k: u8) -> usize {
    ((1 << log_k) / size_of::<u64>()).max(32)
}

fn register(registers: &mut [u8], log_k: u8, hash: u64) {
    let at = (hash >> (64 - u32::from(log_k))) as usize;
    // The bit behind the rest bounds the zeros.
    let rest = hash << log_k | 1 << (log_k - 1);
    let zeros = rest.leading_zeros() as u8 + 1;
    registers[at] = registers[at].max(zeros);
}

/// Algorithm 6 of the paper.
fn estimate(registers: &[u8], log_k: u8) -> f64 {
    let (count, most) = (registers.len() as f64, usize::from(64 - log_k));
    let mut of_zeros = [0_u32; 66];
    for zeros in registers {
        of_zeros[usize::from(*zeros).min(most + 1)] += 1;
    }
    let mut sum = count * tau(1.0 - f64::from(of_zeros[most + 1]) / count);
    for of in of_zeros[1..=most].iter().rev() {
        sum = f64::midpoint(sum, f64::from(*of));
    }
    sum += count * sigma(f64::from(of_zeros[0]) / count);
    ALPHA * count * count / sum
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut weight, mut sum) = (1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * weight;
        weight += weight;
        if sum <= before {
            return sum;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut weight, mut sum) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - x).powi(2) * weight;
        if sum >= before {
            return sum / 3.0;
        }
    }
}

/// A hash of each value, the same in every run; none for NULL.
pub(super) fn hashes(array: &ArrayRef) -> Result<Vec<Option<u64>>> {
    let kind = array.data_type();
    let of_longs = |array: &ArrayRef| -> Result<Vec<Option<u64>>> {
        let longs = cast(array, &DataType::Int64)?;
        let longs = longs.as_primitive::<Int64Type>();
        Ok(longs.iter().map(|it| it.map(|it| mixed(it as u64))).collect())
    };
    match kind {
        DataType::Null => Ok(vec![None; array.len()]),
        DataType::Float64 => {
            let doubles = array.as_primitive::<Float64Type>();
            // 0.0 and -0.0 are one value.
            Ok(doubles.iter().map(|it| it.map(|it| mixed((it + 0.0).to_bits()))).collect())
        }
        DataType::Decimal128(..) => {
            let decimals = array.as_primitive::<Decimal128Type>();
            let hash = |it: i128| mixed(mixed(it as u64) ^ (it >> 64) as u64);
            Ok(decimals.iter().map(|it| it.map(hash)).collect())
        }
        DataType::Date32 | DataType::Timestamp(..) | DataType::Boolean => of_longs(array),
        kind if kind.is_integer() => of_longs(array),
        _ => {
            let hash = |text: &str| {
                let mut hasher = DefaultHasher::new();
                hasher.write(text.as_bytes());
                hasher.finish()
            };
            Ok(to_text(array)?.iter().map(|it| it.map(hash)).collect())
        }
    }
}

/// The mixing function of SplitMix64, <https://prng.di.unimi.it/splitmix64.c>.
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// `HLL_SKETCH_EXTRACT(sketch)`: the estimate that a sketch holds.
fn extract(args: &Args) -> Result<ArrayRef> {
    let (array, constant) = args.raw(0);
    let Some(sketches) = array.as_binary_opt::<i32>() else {
        if *array.data_type() == DataType::Null {
            return args.make_long(|_| None);
        }
        return exec_err!("HLL_SKETCH_EXTRACT takes a sketch: HLL_SKETCH_INIT makes one");
    };
    let mut estimates = Vec::with_capacity(args.rows);
    for row in 0..args.rows {
        let at = if constant { 0 } else { row };
        let sketch = sketches.is_valid(at).then(|| Sketch::of_bytes(sketches.value(at)));
        estimates.push(sketch.transpose()?.map(|it| it.estimate()));
    }
    args.make_long(|row| estimates[row])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(log_k: i64, values: std::ops::Range<u64>) -> Sketch {
        let mut sketch = Sketch::new(log_k).unwrap();
        values.for_each(|it| sketch.insert(mixed(it)));
        sketch
    }

    /// Five times the standard error of 1.04 / sqrt(registers).
    fn is_near(sketch: &Sketch, log_k: i32, count: f64) -> bool {
        let error = (sketch.estimate() as f64 - count).abs() / count;
        error < 5.0 * 1.04 / f64::from(1 << log_k).sqrt()
    }

    #[test]
    fn few_values_are_counted_and_many_estimated() {
        assert_eq!(of(12, 0..0).estimate(), 0);
        assert_eq!(of(12, 0..500).estimate(), 500);
        for log_k in [4, 8, 12, 14, 21] {
            for count in [1_000_u64, 30_000, 400_000] {
                let sketch = of(log_k, 0..count);
                assert!(
                    is_near(&sketch, log_k as i32, count as f64),
                    "{log_k} {count} {}",
                    sketch.estimate()
                );
            }
        }
    }

    #[test]
    fn sketches_of_parts_make_the_sketch_of_the_whole() {
        for (one, other, of_both) in [(12, 12, 12), (14, 10, 10), (10, 14, 10), (21, 4, 4)] {
            for (parts, count) in [(0..300, 600), (0..90_000, 120_000)] {
                let mut sketch = of(one, parts);
                sketch.merge(&of(other, count / 2..count));
                assert_eq!(sketch, of(of_both, 0..count), "{one} {other} {count}");
            }
        }
    }

    #[test]
    fn a_sketch_comes_back_from_its_bytes() {
        for sketch in [of(12, 0..0), of(12, 0..100), of(5, 0..1_000)] {
            assert_eq!(Sketch::of_bytes(&sketch.to_bytes()).unwrap(), sketch);
        }
        for broken in [&[][..], &[12], &[12, 0, 1], &[12, 1, 0], &[3, 0], &[22, 0], &[12, 2]] {
            assert!(Sketch::of_bytes(broken).is_err(), "{broken:?}");
        }
        assert!(Sketch::new(3).is_err() && Sketch::new(22).is_err());
    }
}
