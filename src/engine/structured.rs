//! A query as a description instead of a text.

/// Columns, filters and an order over the one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Structured {
    pub columns: Vec<Selected>,
    pub filter: Option<Condition>,
    pub group_by: Vec<Term>,
    pub having: Option<Condition>,
    pub order_by: Vec<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
}

/// An item of the SELECT list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selected {
    pub term: Term,
    pub alias: Option<String>,
}

/// Something that has a value in each row or group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// A column or a formula, by name.
    Column(String),
    /// A function over the rows of a group; without a column, over the rows themselves.
    Aggregate { function: Aggregate, column: Option<String> },
    /// A column of text, in lower case.
    Lower(String),
    /// SQL as it is.
    Expression(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregate {
    Sum,
    Average,
    Count,
    CountDistinct,
    Minimum,
    Maximum,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare { term: Term, comparison: Comparison, value: Literal },
    In { term: Term, values: Vec<Literal> },
    IsNull(Term),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    Null,
    Text(String),
    /// A number as it was written.
    Number(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    pub term: Term,
    pub descending: bool,
}

#[cfg(test)]
mod text;
