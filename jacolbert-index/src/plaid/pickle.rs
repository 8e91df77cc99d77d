//! The pickle of a tensor, or of a tuple of tensors.
//!
//! A pickle is a program. This one knows the instructions that describe tensors as `torch.save` writes
//! them and the two calls among these, which it does not make but understands. Every other instruction
//! or call is an error.

use std::collections::HashMap;

use super::fault::PlaidFault;

/// Where a tensor lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredTensor {
    /// Name of the storage in the archive.
    pub(super) storage: String,
    /// Class of the storage, `HalfStorage` for one.
    pub(super) class: String,
    /// Elements of the storage.
    pub(super) storage_len: usize,
    /// Elements before the tensor's first.
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    /// Elements from one index to the next, of every axis.
    pub(super) strides: Vec<usize>,
}

/// The tensors that `pickle` describes, in order.
pub(super) fn stored_tensors(pickle: &[u8]) -> Result<Vec<StoredTensor>, PlaidFault> {
    let mut machine = Machine { rest: pickle, ..Default::default() };
    let root = machine.run()?;
    let parts = match machine.value(root)? {
        Value::Tuple(parts) => parts.clone(),
        _ => vec![root],
    };
    let tensor = |part| match machine.value(part)? {
        Value::Tensor(tensor) => Ok(tensor.clone()),
        _ => Err(PlaidFault::Pickle),
    };
    parts.into_iter().map(tensor).collect()
}

/// Values refer to each other by number, so that no depth of nesting needs a stack.
#[derive(Debug)]
enum Value {
    Mark,
    /// Something that no tensor is made of, but that may stand beside one.
    Other,
    Int(i64),
    Text(String),
    Global(String),
    Tuple(Vec<usize>),
    Storage {
        name: String,
        class: String,
        len: usize,
    },
    Tensor(StoredTensor),
}

#[derive(Default)]
struct Machine<'p> {
    rest: &'p [u8],
    values: Vec<Value>,
    stack: Vec<usize>,
    memo: HashMap<u32, usize>,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<usize, PlaidFault> {
        loop {
            match self.byte()? {
                b'.' => return self.pop(),
                0x80 => _ = self.byte()?,
                b'(' => self.push(Value::Mark),
                b'c' => self.global()?,
                b'q' => self.remember(false)?,
                b'r' => self.remember(true)?,
                b'h' => self.recall(false)?,
                b'j' => self.recall(true)?,
                b'N' | b'}' | 0x88 | 0x89 => self.push(Value::Other),
                b'K' => self.int::<1>()?,
                b'M' => self.int::<2>()?,
                b'J' => self.signed()?,
                0x8a => self.long()?,
                b'X' => self.text()?,
                b')' => self.tuple(0)?,
                0x85 => self.tuple(1)?,
                0x86 => self.tuple(2)?,
                0x87 => self.tuple(3)?,
                b't' => self.marked_tuple()?,
                b'Q' => self.storage()?,
                b'R' => self.call()?,
                opcode => return Err(PlaidFault::PickleOpcode { opcode }),
            }
        }
    }

    fn bytes(&mut self, len: usize) -> Result<&[u8], PlaidFault> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(PlaidFault::Pickle)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PlaidFault> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(PlaidFault::Pickle)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn byte(&mut self) -> Result<u8, PlaidFault> {
        Ok(self.array::<1>()?[0])
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    fn pop(&mut self) -> Result<usize, PlaidFault> {
        self.stack.pop().ok_or(PlaidFault::Pickle)
    }

    fn value(&self, id: usize) -> Result<&Value, PlaidFault> {
        self.values.get(id).ok_or(PlaidFault::Pickle)
    }

    fn line(&mut self) -> Result<String, PlaidFault> {
        let end = self.rest.iter().position(|&byte| byte == b'\n').ok_or(PlaidFault::Pickle)?;
        let line = String::from_utf8_lossy(self.bytes(end)?).into_owned();
        self.byte()?;
        Ok(line)
    }

    fn global(&mut self) -> Result<(), PlaidFault> {
        let module = self.line()?;
        let name = self.line()?;
        self.push(Value::Global(format!("{module}.{name}")));
        Ok(())
    }

    fn memo_key(&mut self, long: bool) -> Result<u32, PlaidFault> {
        if long { Ok(u32::from_le_bytes(self.array()?)) } else { Ok(self.byte()?.into()) }
    }

    fn remember(&mut self, long: bool) -> Result<(), PlaidFault> {
        let key = self.memo_key(long)?;
        let top = *self.stack.last().ok_or(PlaidFault::Pickle)?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, long: bool) -> Result<(), PlaidFault> {
        let key = self.memo_key(long)?;
        let value = *self.memo.get(&key).ok_or(PlaidFault::Pickle)?;
        self.stack.push(value);
        Ok(())
    }

    fn int<const N: usize>(&mut self) -> Result<(), PlaidFault> {
        let bytes: [u8; N] = self.array()?;
        let value = bytes.iter().rev().fold(0, |value, &byte| value << 8 | i64::from(byte));
        self.push(Value::Int(value));
        Ok(())
    }

    fn signed(&mut self) -> Result<(), PlaidFault> {
        let value = i32::from_le_bytes(self.array()?);
        self.push(Value::Int(value.into()));
        Ok(())
    }

    /// A number of up to eight bytes, the last of which has the sign.
    fn long(&mut self) -> Result<(), PlaidFault> {
        let len = self.byte()?.into();
        let bytes = self.bytes(len)?;
        let negative = bytes.last().is_some_and(|&byte| byte > 0x7f);
        let mut value = if negative { [0xff; 8] } else { [0; 8] };
        value.get_mut(..len).ok_or(PlaidFault::Pickle)?.copy_from_slice(bytes);
        self.push(Value::Int(i64::from_le_bytes(value)));
        Ok(())
    }

    fn text(&mut self) -> Result<(), PlaidFault> {
        let len = u32::from_le_bytes(self.array()?);
        let bytes = self.bytes(len as usize)?.to_vec();
        let text = String::from_utf8(bytes).map_err(|_| PlaidFault::Pickle)?;
        self.push(Value::Text(text));
        Ok(())
    }

    fn tuple(&mut self, len: usize) -> Result<(), PlaidFault> {
        let start = self.stack.len().checked_sub(len).ok_or(PlaidFault::Pickle)?;
        let parts = self.stack.split_off(start);
        self.push(Value::Tuple(parts));
        Ok(())
    }

    fn marked_tuple(&mut self) -> Result<(), PlaidFault> {
        let is_mark = |id: &usize| matches!(self.values.get(*id), Some(Value::Mark));
        let mark = self.stack.iter().rposition(is_mark).ok_or(PlaidFault::Pickle)?;
        let parts = self.stack.split_off(mark + 1);
        self.pop()?;
        self.push(Value::Tuple(parts));
        Ok(())
    }

    /// `("storage", class, name, device, length)` becomes that storage.
    fn storage(&mut self) -> Result<(), PlaidFault> {
        let parts = self.pop_tuple()?;
        let [tag, class, name, _, len] = parts[..] else { return Err(PlaidFault::Pickle) };
        let (Value::Text(tag), Value::Global(class)) = (self.value(tag)?, self.value(class)?)
        else {
            return Err(PlaidFault::Pickle);
        };
        let Value::Text(name) = self.value(name)? else { return Err(PlaidFault::Pickle) };
        let Some(class) = class.strip_prefix("torch.").filter(|_| tag == "storage") else {
            return Err(PlaidFault::PickleGlobal { global: class.clone() });
        };
        let name = name.clone();
        let class = class.to_string();
        let len = self.size(len)?;
        self.push(Value::Storage { name, class, len });
        Ok(())
    }

    fn call(&mut self) -> Result<(), PlaidFault> {
        let arguments = self.pop_tuple()?;
        let function = self.pop()?;
        let Value::Global(function) = self.value(function)? else { return Err(PlaidFault::Pickle) };
        let made = match function.as_str() {
            "torch._utils._rebuild_tensor_v2" => self.tensor(&arguments)?,
            "collections.OrderedDict" if arguments.is_empty() => Value::Other,
            _ => return Err(PlaidFault::PickleGlobal { global: function.clone() }),
        };
        self.push(made);
        Ok(())
    }

    /// `(storage, offset, shape, strides, ..)`: the rest is for gradients.
    fn tensor(&self, arguments: &[usize]) -> Result<Value, PlaidFault> {
        let [storage, offset, shape, strides, ..] = *arguments else {
            return Err(PlaidFault::Pickle);
        };
        let Value::Storage { name, class, len } = self.value(storage)? else {
            return Err(PlaidFault::Pickle);
        };
        Ok(Value::Tensor(StoredTensor {
            storage: name.clone(),
            class: class.clone(),
            storage_len: *len,
            offset: self.size(offset)?,
            shape: self.sizes(shape)?,
            strides: self.sizes(strides)?,
        }))
    }

    fn pop_tuple(&mut self) -> Result<Vec<usize>, PlaidFault> {
        let id = self.pop()?;
        match self.value(id)? {
            Value::Tuple(parts) => Ok(parts.clone()),
            _ => Err(PlaidFault::Pickle),
        }
    }

    fn size(&self, id: usize) -> Result<usize, PlaidFault> {
        match self.value(id)? {
            Value::Int(value) => usize::try_from(*value).map_err(|_| PlaidFault::Pickle),
            _ => Err(PlaidFault::Pickle),
        }
    }

    fn sizes(&self, id: usize) -> Result<Vec<usize>, PlaidFault> {
        match self.value(id)? {
            Value::Tuple(parts) => parts.iter().map(|&part| self.size(part)).collect(),
            _ => Err(PlaidFault::Pickle),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What torch 2.10 writes for `torch.zeros(2, 3, dtype=torch.float16)[1:]`.
    const TENSOR: &[u8] = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00((X\x07\x00\x00\x00storageq\x01\
        ctorch\nHalfStorage\nq\x02X\x01\x00\x00\x000q\x03X\x03\x00\x00\x00cpuq\x04K\x06tq\x05QK\x03K\x01K\x03\
        \x86q\x06K\x03K\x01\x86q\x07\x89ccollections\nOrderedDict\nq\x08)Rq\ttq\nRq\x0b.";

    #[test]
    fn a_view_is_described_with_its_storage() -> Result<(), PlaidFault> {
        let expected = StoredTensor {
            storage: "0".into(),
            class: "HalfStorage".into(),
            storage_len: 6,
            offset: 3,
            shape: vec![1, 3],
            strides: vec![3, 1],
        };
        assert_eq!(stored_tensors(TENSOR)?, [expected]);
        Ok(())
    }

    #[test]
    fn every_shorter_pickle_is_refused() {
        for len in 0..TENSOR.len() {
            assert!(stored_tensors(&TENSOR[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn nesting_needs_no_stack() {
        let deep = [b")".to_vec(), b"\x85".repeat(1 << 20), b".".to_vec()].concat();
        assert!(matches!(stored_tensors(&deep), Err(PlaidFault::Pickle)));
        let doubled = [b")q\x00".to_vec(), b"h\x00h\x00\x86q\x00".repeat(1 << 16), b".".to_vec()];
        assert!(matches!(stored_tensors(&doubled.concat()), Err(PlaidFault::Pickle)));
    }

    #[test]
    fn long_numbers_have_their_sign() -> Result<(), PlaidFault> {
        for (bytes, expected) in [
            (&b"\x8a\x05\x00\x00\x00\x00\x01."[..], 1i64 << 32),
            (&b"\x8a\x01\xff."[..], -1),
            (&b"\x8a\x00."[..], 0),
        ] {
            let mut machine = Machine { rest: bytes, ..Default::default() };
            let number = machine.run()?;
            assert!(matches!(machine.value(number)?, Value::Int(found) if *found == expected));
        }
        Ok(())
    }

    #[test]
    fn calls_are_named_and_not_made() {
        let system = b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00id\x85R.";
        let error = stored_tensors(system);
        assert!(matches!(error, Err(PlaidFault::PickleGlobal { global }) if global == "os.system"));
        let reduce = b"\x80\x02cbuiltins\nobject\n)\x81.";
        assert!(matches!(stored_tensors(reduce), Err(PlaidFault::PickleOpcode { opcode: 0x81 })));
    }

    proptest! {
        #[test]
        fn altered_pickles_never_panic(
            changes in prop::collection::vec((0..TENSOR.len(), any::<u8>()), 0..6),
        ) {
            let mut bytes = TENSOR.to_vec();
            changes.into_iter().for_each(|(at, byte)| bytes[at] = byte);
            let _ = stored_tensors(&bytes);
        }
    }
}
