//! The operators whose operands decide the type of the result.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// A value as a condition.
    Truth,
    /// A value as an argument of SUM and its kin.
    Number,
    /// A value as an argument of `BIT_OR` and its kin.
    Whole,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    NullSafeEqual,
    Plus,
    Minus,
    Times,
    Divide,
    DivideWhole,
    Remainder,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}

impl Op {
    /// As a query writes it.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Truth => "truth",
            Self::Number => "number",
            Self::Whole => "whole",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::NullSafeEqual => "<=>",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divide => "/",
            Self::DivideWhole => "DIV",
            Self::Remainder => "MOD",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
        }
    }

    /// Whether the result is true or false.
    pub(crate) const fn is_condition(self) -> bool {
        matches!(
            self,
            Self::Truth
                | Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
                | Self::NullSafeEqual
        )
    }
}
