//! MySQL's rules for types, as tables that can be read beside its manual. Rows and columns are in the order of [`Kind`].
//!
//! * [`AGGREGATED`]: 14.5, Flow Control Functions <https://dev.mysql.com/doc/refman/8.4/en/flow-control-functions.html>,
//!   COALESCE, GREATEST, LEAST <https://dev.mysql.com/doc/refman/8.4/en/comparison-operators.html> and
//!   UNION <https://dev.mysql.com/doc/refman/8.4/en/union.html>
//! * [`COMPARED`]: 14.3, Type Conversion in Expression Evaluation
//!   <https://dev.mysql.com/doc/refman/8.4/en/type-conversion.html>
//! * [`NUMBERS`] and [`calculated`]: 14.6.1, Arithmetic Operators
//!   <https://dev.mysql.com/doc/refman/8.4/en/arithmetic-functions.html>
//! * [`WITH_DAYS`]: Domo's own, <https://domo-support.domo.com/s/article/360043430113> and
//!   <https://domo-support.domo.com/s/article/360042925494>
//!
//! `/` answers a DOUBLE, as Domo's engine has it, where MySQL answers a DECIMAL for two exact operands.

use datafusion::arrow::datatypes::DataType;

use super::kind::Kind::{
    self, Date as Da, DateTime as DT, Decimal as De, Double as Do, Long as Lo, Null as Nu,
    Text as Te, Time as Ti, Truth as Tr,
};
use super::op::Op;
use crate::engine::types::DECIMAL_PRECISION;

const KINDS: usize = 9;

/// The kind of a value that comes from one of two expressions. Texts take in everything; a condition is a LONG.
/// MySQL makes a DATETIME of a DATE and a time, with today's date; here they are texts.
pub(crate) const AGGREGATED: [[Kind; KINDS]; KINDS] = [
    // NULL TRUTH LONG DECIMAL DOUBLE TEXT DATE DATETIME TIME
    [Nu, Lo, Lo, De, Do, Te, Da, DT, Ti],
    [Lo, Lo, Lo, De, Do, Te, Te, Te, Te],
    [Lo, Lo, Lo, De, Do, Te, Te, Te, Te],
    [De, De, De, De, Do, Te, Te, Te, Te],
    [Do, Do, Do, Do, Do, Te, Te, Te, Te],
    [Te, Te, Te, Te, Te, Te, Te, Te, Te],
    [Da, Te, Te, Te, Te, Te, Da, DT, Te],
    [DT, Te, Te, Te, Te, Te, DT, DT, Te],
    [Ti, Te, Te, Te, Te, Te, Te, Te, Ti],
];

/// What two operands of `=`, `<`, IN, BETWEEN, NULLIF and `CASE x WHEN` are compared as. A time is not compared with a date
/// (`Other`): MySQL would take today's date for it.
pub(crate) const COMPARED: [[Kind; KINDS]; KINDS] = [
    // NULL TRUTH LONG DECIMAL DOUBLE TEXT DATE DATETIME TIME
    [Lo, Lo, Lo, De, Do, Te, Da, DT, Ti],
    [Lo, Lo, Lo, De, Do, Do, Lo, De, De],
    [Lo, Lo, Lo, De, Do, Do, Lo, De, De],
    [De, De, De, De, Do, Do, De, De, De],
    [Do, Do, Do, Do, Do, Do, Do, Do, Do],
    [Te, Do, Do, Do, Do, Te, DT, DT, Ti],
    [Da, Lo, Lo, De, Do, DT, Da, DT, Kind::Other],
    [DT, De, De, De, Do, DT, DT, DT, Kind::Other],
    [Ti, De, De, De, Do, Ti, Kind::Other, Kind::Other, Ti],
];

/// What an operand counts as in a calculation, and as an argument of SUM and its kin: a DATE is 20240229, a text the number
/// that it begins with. NULL alone is a DOUBLE.
pub(crate) const NUMBERS: [Kind; KINDS] = [Do, Lo, Lo, De, Do, Do, Lo, De, De];

/// Domo's calculations with days: left, operator, right, result. Numbers count days.
pub(crate) const WITH_DAYS: &[(Kind, Op, Kind, Kind)] = &[
    (Da, Op::Minus, Da, Lo),
    (Da, Op::Minus, Lo, Da),
    (Da, Op::Plus, Lo, Da),
    (Lo, Op::Plus, Da, Da),
    (DT, Op::Minus, Lo, DT),
    (DT, Op::Plus, Lo, DT),
    (Lo, Op::Plus, DT, DT),
];

/// Aggregates of numbers: what they are given counts as in a calculation.
pub(crate) const OF_NUMBERS: &[&str] = &[
    "sum",
    "avg",
    "std",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "variance",
    "variance_pop",
    "variance_samp",
    "var_pop",
    "var_samp",
    "median",
    "mysql_percentile",
    "percentile_cont",
    "approx_percentile_cont",
    "corr",
    "covar_pop",
    "covar_samp",
];

/// Aggregates of bits.
pub(crate) const OF_BITS: &[&str] = &["bit_and", "bit_or", "bit_xor"];

/// Whether an aggregate tells a condition from a number.
pub(crate) fn takes_conditions(aggregate: &str) -> bool {
    ["bool_and", "bool_or"].contains(&aggregate)
}

/// The kind that values of both kinds have in common.
pub(crate) fn aggregated(one: Kind, other: Kind) -> Kind {
    lookup(&AGGREGATED, one, other).unwrap_or(if one == Kind::Null { other } else { one })
}

/// The type that values of all these types have in common. DECIMALs keep all digits behind the point.
pub(crate) fn aggregated_type(types: &[&DataType]) -> DataType {
    let mut distinct = types.iter().copied().filter(|it| **it != DataType::Null);
    let Some(first) = distinct.next() else { return DataType::Null };
    if distinct.all(|it| it == first) && Kind::of(first) != Tr && Kind::of(first) != Te {
        return first.clone();
    }
    match types.iter().map(|it| Kind::of(it)).fold(Nu, aggregated) {
        De => decimal(types.iter().copied()),
        Kind::Other => first.clone(),
        kind => kind.arrow(),
    }
}

/// The DECIMAL that holds all of these types' digits behind the point.
pub(crate) fn decimal<'a>(types: impl IntoIterator<Item = &'a DataType>) -> DataType {
    let scale = types.into_iter().filter_map(|it| match it {
        DataType::Decimal128(_, scale) => Some(*scale),
        _ => None,
    });
    scale.max().map_or_else(|| De.arrow(), |it| DataType::Decimal128(DECIMAL_PRECISION, it))
}

/// What two values are compared as; none where they are not compared.
pub(crate) fn compared(one: Kind, other: Kind) -> Option<Kind> {
    match lookup(&COMPARED, one, other) {
        Some(Kind::Other) => None,
        None if one == other => Some(one),
        known => known,
    }
}

/// What a value counts as in a calculation.
pub(crate) fn number(kind: Kind) -> Kind {
    NUMBERS.get(kind as usize).copied().unwrap_or(Do)
}

/// The kind of a calculation's result, or none where MySQL has one and Domo's dates leave no meaning.
pub(crate) fn calculated(left: Kind, op: Op, right: Kind) -> Option<Kind> {
    if counts_days(left, op, right) {
        let counts = |it: Kind| if it.is_number() || it == Nu { Lo } else { it };
        let known =
            |it: &&(Kind, Op, Kind, Kind)| (it.0, it.1, it.2) == (counts(left), op, counts(right));
        return WITH_DAYS.iter().find(known).map(|it| it.3);
    }
    Some(match op {
        Op::Divide => Do,
        Op::DivideWhole | Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight => {
            Lo
        }
        _ => aggregated(number(left), number(right)),
    })
}

/// Whether Domo's days hold: in all other calculations a date counts by its digits.
pub(crate) fn counts_days(left: Kind, op: Op, right: Kind) -> bool {
    matches!(op, Op::Plus | Op::Minus) && (left.has_day() || right.has_day())
}

fn lookup(table: &[[Kind; KINDS]; KINDS], one: Kind, other: Kind) -> Option<Kind> {
    table.get(one as usize)?.get(other as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_two_operands_does_not_matter() {
        for one in 0..KINDS {
            for other in 0..KINDS {
                assert_eq!(AGGREGATED[one][other], AGGREGATED[other][one], "{one}, {other}");
                assert_eq!(COMPARED[one][other], COMPARED[other][one], "{one}, {other}");
            }
        }
    }

    #[test]
    fn decimals_keep_their_digits() {
        let [whole, cents] = [DataType::Decimal128(10, 0), DataType::Decimal128(5, 2)];
        assert_eq!(aggregated_type(&[&whole, &DataType::Null]), whole);
        assert_eq!(aggregated_type(&[&whole, &cents]), DataType::Decimal128(38, 2));
        assert_eq!(aggregated_type(&[&whole, &DataType::Float64]), DataType::Float64);
        assert_eq!(aggregated_type(&[&DataType::Boolean, &DataType::Boolean]), DataType::Int64);
    }
}
