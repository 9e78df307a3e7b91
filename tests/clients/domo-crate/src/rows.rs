//! The rows that all clients send and must receive again.

use serde_json::Value;

pub struct Rows {
    /// Name and type.
    pub columns: Vec<(String, String)>,
    /// Each cell as text, or null.
    cells: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// Reads the file that the variable `DOMOCK_ROWS` names.
    pub fn read() -> Self {
        let file = std::env::var("DOMOCK_ROWS").expect("DOMOCK_ROWS names the file of rows");
        let text = std::fs::read_to_string(file).expect("the file of rows can be read");
        let shared: Value = serde_json::from_str(&text).expect("the file of rows is JSON");
        let text = |it: &Value| it.as_str().map(str::to_owned);
        let column = |it: &Value| (text(&it["name"]).unwrap(), text(&it["type"]).unwrap());
        let row = |it: &Value| it.as_array().unwrap().iter().map(text).collect();
        Self {
            columns: shared["columns"].as_array().unwrap().iter().map(column).collect(),
            cells: shared["rows"].as_array().unwrap().iter().map(row).collect(),
        }
    }

    pub fn count(&self) -> usize {
        self.cells.len()
    }

    /// RFC 4180 without a header. An empty string is quoted and a null is not.
    pub fn csv(&self) -> String {
        let cell = |(cell, (_, kind)): (&Option<String>, &(String, String))| match cell {
            None => String::new(),
            Some(text) if kind == "STRING" => format!("\"{}\"", text.replace('"', "\"\"")),
            Some(text) => text.clone(),
        };
        let line = |row: &Vec<_>| {
            row.iter().zip(&self.columns).map(cell).collect::<Vec<_>>().join(",") + "\n"
        };
        self.cells.iter().map(line).collect()
    }

    /// As a query returns them and the crate's JSON reader parses them: the last digit of a double may be off by one.
    pub fn as_read(&self) -> Vec<Vec<Value>> {
        self.typed(|text| serde_json::from_str(text).expect("a double is JSON"))
    }

    /// As a query returns them, to the last bit.
    pub fn exactly(&self) -> Vec<Vec<Value>> {
        self.typed(|text| text.parse::<f64>().expect("a double is one").into())
    }

    fn typed(&self, double: impl Fn(&str) -> Value) -> Vec<Vec<Value>> {
        let value =
            |(cell, (_, kind)): (&Option<String>, &(String, String))| match (cell, kind.as_str()) {
                (None, _) => Value::Null,
                (Some(text), "LONG") => text.parse::<i64>().expect("a whole number is one").into(),
                (Some(text), "DOUBLE") => double(text),
                (Some(text), _) => text.clone().into(),
            };
        self.cells.iter().map(|row| row.iter().zip(&self.columns).map(value).collect()).collect()
    }
}
