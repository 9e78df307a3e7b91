//! GROUP_CONCAT: the texts of a group in an order of their own, with or without repeats.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

use super::super::string_builder;

/// `group_concat(text, separator[, key])`: texts in the order of their keys, which `mysql_order_key` makes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct GroupConcat {
    is_distinct: bool,
    signature: Signature,
}

impl GroupConcat {
    pub(super) fn new(is_distinct: bool) -> Self {
        Self { is_distinct, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for GroupConcat {
    fn name(&self) -> &str {
        if self.is_distinct { "mysql_group_concat_distinct" } else { "group_concat" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        Ok(match kinds {
            [_, _] => vec![DataType::Utf8, DataType::Utf8],
            [_, _, _] => vec![DataType::Utf8, DataType::Utf8, DataType::Binary],
            _ => return plan_err!("GROUP_CONCAT takes 1 or more arguments, not 0"),
        })
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "texts");
        Ok(vec![Field::new(name, DataType::Binary, true).into()])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let known = self.is_distinct.then(HashMap::new);
        Ok(Box::new(Texts { entries: Vec::new(), known, bytes: 0, separator: None }))
    }
}

#[derive(Debug)]
struct Entry {
    key: Box<[u8]>,
    text: Box<str>,
}

#[derive(Debug)]
struct Texts {
    entries: Vec<Entry>,
    /// Where each text is among the entries, if each is to be there once.
    known: Option<HashMap<Box<str>, usize>>,
    /// Bytes of all keys and texts.
    bytes: usize,
    separator: Option<Box<str>>,
}

impl Texts {
    fn add(&mut self, key: &[u8], text: &str) {
        if let Some(known) = &mut self.known {
            if let Some(at) = known.get(text) {
                let entry = &mut self.entries[*at];
                if key < entry.key.as_ref() {
                    entry.key = key.into();
                }
                return;
            }
            known.insert(text.into(), self.entries.len());
            self.bytes += text.len();
        }
        self.bytes += key.len() + text.len();
        self.entries.push(Entry { key: key.into(), text: text.into() });
    }
}

impl Accumulator for Texts {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (texts, separators) = (values[0].as_string::<i32>(), values[1].as_string::<i32>());
        let keys = values.get(2).map(AsArray::as_binary::<i32>);
        for (row, text) in texts.iter().enumerate() {
            if let Some(text) = text {
                self.add(keys.map_or(&[], |it| it.value(row)), text);
            }
        }
        if self.separator.is_none() && !separators.is_empty() && separators.is_valid(0) {
            self.separator = Some(separators.value(0).into());
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.entries.is_empty() {
            return Ok(ScalarValue::Utf8(None));
        }
        let separator = self.separator.as_deref().unwrap_or(",");
        let gaps = separator.len().saturating_mul(self.entries.len() - 1);
        let bytes: usize = self.entries.iter().map(|it| it.text.len()).sum();
        string_builder::fits(bytes.saturating_add(gaps), false)?;
        let mut ordered: Vec<&Entry> = self.entries.iter().collect();
        ordered.sort_by(|one, other| one.key.cmp(&other.key));
        let mut joined = String::with_capacity(bytes + gaps);
        for (at, entry) in ordered.into_iter().enumerate() {
            if at > 0 {
                joined.push_str(separator);
            }
            joined.push_str(&entry.text);
        }
        Ok(ScalarValue::Utf8(Some(joined)))
    }

    fn size(&self) -> usize {
        let entry = size_of::<Entry>() + self.known.as_ref().map_or(0, |_| 40);
        size_of::<Self>() + self.bytes + self.entries.capacity() * entry
    }

    /// The separator and then keys and texts in turn, each behind its length.
    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut state = Vec::with_capacity(self.bytes + 8 * self.entries.len() + 4);
        let mut put = |part: &[u8]| {
            state.extend_from_slice(&(part.len() as u32).to_le_bytes());
            state.extend_from_slice(part);
        };
        put(self.separator.as_deref().unwrap_or(",").as_bytes());
        for Entry { key, text } in &self.entries {
            put(key);
            put(text.as_bytes());
        }
        Ok(vec![ScalarValue::Binary(Some(state))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_binary::<i32>().iter().flatten() {
            let mut rest = state;
            let separator = take_text(&mut rest);
            if self.separator.is_none() && !rest.is_empty() {
                self.separator = separator.map(Into::into);
            }
            while let Some(key) = take(&mut rest) {
                let text = take_text(&mut rest)
                    .ok_or_else(|| DataFusionError::Internal("a text is missing".to_owned()))?;
                self.add(key, text);
            }
        }
        Ok(())
    }
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let (part, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = behind;
    Some(part)
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(take(rest)?).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{BinaryArray, StringArray};

    use super::*;

    fn of(texts: Vec<Option<&str>>, keys: Vec<&[u8]>, is_distinct: bool) -> Texts {
        let known = is_distinct.then(HashMap::new);
        let mut all = Texts { entries: Vec::new(), known, bytes: 0, separator: None };
        let separators = StringArray::from(vec!["-"; texts.len()]);
        let columns: [ArrayRef; 3] = [
            Arc::new(StringArray::from(texts)),
            Arc::new(separators),
            Arc::new(BinaryArray::from(keys)),
        ];
        all.update_batch(&columns).unwrap();
        all
    }

    #[test]
    fn partial_answers_become_one() {
        for (is_distinct, joined) in [(false, "c-b-b-a"), (true, "c-b-a")] {
            let mut one = of(vec![Some("a"), None, Some("b")], vec![b"9", b"0", b"5"], is_distinct);
            let mut other = of(vec![Some("b"), Some("c")], vec![b"2", b"1"], is_distinct);
            let states = [one.state().unwrap(), other.state().unwrap()].concat();
            let states = ScalarValue::iter_to_array(states).unwrap();
            let mut all = of(vec![], vec![], is_distinct);
            all.merge_batch(&[states]).unwrap();
            assert_eq!(all.evaluate().unwrap(), ScalarValue::from(joined));
        }
    }
}
