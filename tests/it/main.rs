mod hostile_sql;
#[test]
fn a() {}
