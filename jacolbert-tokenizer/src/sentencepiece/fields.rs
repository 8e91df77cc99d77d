//! The fields of a protobuf message.

use super::SentencePieceFault;

/// Fields of a message, in the order of the file. After an error there are no further ones.
pub(super) struct Fields<'a> {
    message: &'static str,
    bytes: &'a [u8],
    at: usize,
}

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    message: &'static str,
    pub(super) number: u64,
    value: Value<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    Varint(u64),
    Fixed64,
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
}

impl<'a> Fields<'a> {
    /// The fields of `bytes`, which are a message of the type `message`.
    pub(super) fn new(message: &'static str, bytes: &'a [u8]) -> Self {
        Self { message, bytes, at: 0 }
    }

    /// The next field, with the place behind it.
    fn field(&self) -> Result<(Field<'a>, usize), SentencePieceFault> {
        let truncated = SentencePieceFault::Truncated { message: self.message, at: self.at };
        let mut rest = &self.bytes[self.at..];
        let key = varint(&mut rest).ok_or_else(|| truncated.clone())?;
        let number = key >> 3;
        let value = match key & 7 {
            0 => varint(&mut rest).map(Value::Varint),
            1 => rest.split_off(..8).map(|_| Value::Fixed64),
            2 => {
                let length = varint(&mut rest).and_then(|length| usize::try_from(length).ok());
                length.and_then(|length| rest.split_off(..length)).map(Value::Bytes)
            }
            5 => rest.split_off(..4).and_then(|four| Some(Value::Fixed32(four.try_into().ok()?))),
            found => {
                let found = found as u8;
                return Err(SentencePieceFault::WireType {
                    message: self.message,
                    field: number,
                    found,
                });
            }
        };
        let field = Field { message: self.message, number, value: value.ok_or(truncated)? };
        Ok((field, self.bytes.len() - rest.len()))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, SentencePieceFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let field = self.field();
        self.at = field.as_ref().map_or(self.bytes.len(), |(_, behind)| *behind);
        Some(field.map(|(field, _)| field))
    }
}

impl<'a> Field<'a> {
    /// Its value as a number.
    pub(super) fn number(self) -> Result<u64, SentencePieceFault> {
        if let Value::Varint(number) = self.value { Ok(number) } else { Err(self.wrong_type()) }
    }

    /// Its value as true or false.
    pub(super) fn flag(self) -> Result<bool, SentencePieceFault> {
        Ok(self.number()? != 0)
    }

    /// Its value as a number with a fraction.
    pub(super) fn float(self) -> Result<f32, SentencePieceFault> {
        match self.value {
            Value::Fixed32(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err(self.wrong_type()),
        }
    }

    /// Its value as bytes: those of a text or of a message.
    pub(super) fn bytes(self) -> Result<&'a [u8], SentencePieceFault> {
        if let Value::Bytes(bytes) = self.value { Ok(bytes) } else { Err(self.wrong_type()) }
    }

    fn wrong_type(self) -> SentencePieceFault {
        let found = match self.value {
            Value::Varint(_) => 0,
            Value::Fixed64 => 1,
            Value::Bytes(_) => 2,
            Value::Fixed32(_) => 5,
        };
        SentencePieceFault::WireType { message: self.message, field: self.number, found }
    }
}

/// Takes a number of seven bits a byte from `bytes`; `None` if it does not end there or is too large.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
