//! RAND, and RAND(seed) with the numbers that MySQL gives for a seed.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::arguments::Arguments;
use super::super::call::{Call, Returns};

const RAND: Call = Call::new("rand", (0, 1), Returns::Double, rand);

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    vec![RAND.volatile_function()]
}

/// A constant seed begins one sequence for all rows of a batch, a column's one for each row.
fn rand(arguments: &Arguments) -> Result<ArrayRef> {
    let rows = arguments.batch_rows();
    if arguments.len() == 1 && !arguments.is_constant() {
        let seeds = arguments.whole(0)?;
        let of = |row| Sequence::new(seeds.get(row).unwrap_or(0)).next();
        return Ok(Arc::new((0..rows).map(of).collect::<Float64Array>()));
    }
    let seed = match arguments.len() {
        0 => RandomState::new().hash_one(0) as i64,
        _ => arguments.whole(0)?.get(0).unwrap_or(0),
    };
    let sequence = Sequence::new(seed);
    Ok(Arc::new(Float64Array::from(sequence.take(rows).collect::<Vec<f64>>())))
}

/// Two linear generators that feed each other.
struct Sequence {
    first: u64,
    second: u64,
}

const MODULUS: u64 = 0x3FFF_FFFF;

impl Sequence {
    fn new(seed: i64) -> Self {
        let seed = seed as u32;
        let first = seed.wrapping_mul(0x1_0001).wrapping_add(55_555_555);
        let second = seed.wrapping_mul(0x1000_0001);
        Self { first: u64::from(first) % MODULUS, second: u64::from(second) % MODULUS }
    }
}

impl Iterator for Sequence {
    type Item = f64;

    /// From 0 up to, and not with, 1.
    fn next(&mut self) -> Option<f64> {
        self.first = (self.first * 3 + self.second) % MODULUS;
        self.second = (self.first + self.second + 33) % MODULUS;
        Some(self.first as f64 / MODULUS as f64)
    }
}
