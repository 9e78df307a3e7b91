//! Functions on numbers. Where there is no answer (the root of -1) they give NULL, where it is too large an error.

mod digits;
mod random;
mod rounding;

use std::f64::consts;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

use super::Family::Math;
use super::Function;
use super::arguments::Arguments;
use super::call::{Call, Returns};

pub(super) const LIST: &[Function] = &[
    Function::inferred(Math, "abs"),
    Function::inferred(Math, "ceil").aliases(&["ceiling"]),
    Function::inferred(Math, "floor"),
    Function::inferred(Math, "round").note("Halves go away from zero."),
    Function::inferred(Math, "truncate"),
    Function::inferred(Math, "sign"),
    Function::inferred(Math, "mod"),
    Function::inferred(Math, "sqrt"),
    Function::inferred(Math, "pow").aliases(&["power"]),
    Function::inferred(Math, "exp"),
    Function::inferred(Math, "ln"),
    Function::inferred(Math, "log"),
    Function::inferred(Math, "log2"),
    Function::inferred(Math, "log10"),
    Function::inferred(Math, "pi"),
    Function::inferred(Math, "degrees"),
    Function::inferred(Math, "radians"),
    Function::inferred(Math, "sin"),
    Function::inferred(Math, "cos"),
    Function::inferred(Math, "tan"),
    Function::inferred(Math, "cot"),
    Function::inferred(Math, "asin"),
    Function::inferred(Math, "acos"),
    Function::inferred(Math, "atan"),
    Function::inferred(Math, "atan2"),
    Function::inferred(Math, "rand")
        .note("The sequence of a seed begins anew with each batch of rows."),
    Function::inferred(Math, "conv"),
    Function::inferred(Math, "bin"),
    Function::inferred(Math, "oct"),
    Function::inferred(Math, "crc32"),
];

const CALLS: &[Call] = &[
    Call::new("sqrt", (1, 1), Returns::Double, |it| each(it, f64::sqrt)),
    Call::new("exp", (1, 1), Returns::Double, |it| each(it, f64::exp)),
    Call::new("ln", (1, 1), Returns::Double, |it| each(it, |x| logarithm(x, f64::ln))),
    Call::new("log2", (1, 1), Returns::Double, |it| each(it, |x| logarithm(x, f64::log2))),
    Call::new("log10", (1, 1), Returns::Double, |it| each(it, |x| logarithm(x, f64::log10))),
    Call::new("log", (1, 2), Returns::Double, log),
    Call::new("pow", (2, 2), Returns::Double, |it| each_pair(it, f64::powf)).also(&["power"]),
    Call::new("pi", (0, 0), Returns::Double, |it| {
        Ok(Arc::new(Float64Array::from(vec![consts::PI; it.rows()])))
    }),
    Call::new("degrees", (1, 1), Returns::Double, |it| each(it, f64::to_degrees)),
    Call::new("radians", (1, 1), Returns::Double, |it| each(it, f64::to_radians)),
    Call::new("sin", (1, 1), Returns::Double, |it| each(it, f64::sin)),
    Call::new("cos", (1, 1), Returns::Double, |it| each(it, f64::cos)),
    Call::new("tan", (1, 1), Returns::Double, |it| each(it, f64::tan)),
    Call::new("cot", (1, 1), Returns::Double, |it| each(it, |x| x.tan().recip())),
    Call::new("asin", (1, 1), Returns::Double, |it| each(it, f64::asin)),
    Call::new("acos", (1, 1), Returns::Double, |it| each(it, f64::acos)),
    Call::new("atan", (1, 2), Returns::Double, arc_tangent),
    Call::new("atan2", (2, 2), Returns::Double, arc_tangent),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let mut functions: Vec<_> = CALLS.iter().map(Call::function).collect();
    functions.extend(rounding::scalar());
    functions.extend(digits::scalar());
    functions.extend(random::scalar());
    functions
}

fn each(arguments: &Arguments, compute: fn(f64) -> f64) -> Result<ArrayRef> {
    let values = arguments.double(0)?;
    computed(arguments.rows(), |row| values.get(row).map(compute))
}

fn each_pair(arguments: &Arguments, compute: fn(f64, f64) -> f64) -> Result<ArrayRef> {
    let (left, right) = (arguments.double(0)?, arguments.double(1)?);
    computed(arguments.rows(), |row| Some(compute(left.get(row)?, right.get(row)?)))
}

/// What is not a number is NULL.
fn computed(rows: usize, compute: impl Fn(usize) -> Option<f64>) -> Result<ArrayRef> {
    let mut values = Vec::with_capacity(rows);
    for row in 0..rows {
        let value = compute(row).filter(|it| !it.is_nan());
        if value.is_some_and(f64::is_infinite) {
            return exec_err!("a result is too large for a DOUBLE");
        }
        values.push(value);
    }
    Ok(Arc::new(Float64Array::from(values)))
}

/// There is none of 0 and of what is below.
fn logarithm(of: f64, compute: fn(f64) -> f64) -> f64 {
    if of > 0.0 { compute(of) } else { f64::NAN }
}

/// LOG(x) is the natural one, LOG(base, x) any.
fn log(arguments: &Arguments) -> Result<ArrayRef> {
    if arguments.len() == 1 {
        return each(arguments, |x| logarithm(x, f64::ln));
    }
    each_pair(arguments, |base, of| {
        let divisor = logarithm(base, f64::ln);
        if divisor == 0.0 { f64::NAN } else { logarithm(of, f64::ln) / divisor }
    })
}

fn arc_tangent(arguments: &Arguments) -> Result<ArrayRef> {
    if arguments.len() == 1 { each(arguments, f64::atan) } else { each_pair(arguments, f64::atan2) }
}
