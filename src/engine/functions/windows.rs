//! Window functions: the engine's own, which are MySQL's.

use std::sync::Arc;

use datafusion::functions_window::all_default_window_functions;
use datafusion::logical_expr::WindowUDF;

use super::Family::Window;
use super::Function;

pub(super) const LIST: &[Function] = &[
    Function::inferred(Window, "row_number"),
    Function::inferred(Window, "rank"),
    Function::inferred(Window, "dense_rank"),
    Function::inferred(Window, "percent_rank"),
    Function::inferred(Window, "cume_dist"),
    Function::inferred(Window, "ntile"),
    Function::inferred(Window, "lag"),
    Function::inferred(Window, "lead"),
    Function::inferred(Window, "first_value"),
    Function::inferred(Window, "last_value"),
    Function::inferred(Window, "nth_value"),
];

pub(super) fn all() -> Vec<Arc<WindowUDF>> {
    let listed = |name: &str| LIST.iter().any(|it| it.name == name);
    all_default_window_functions().into_iter().filter(|it| listed(it.name())).collect()
}
