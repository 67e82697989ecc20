//! Writes JSON, with offsets that JavaScript understands.

use std::fmt::Write;

use ruff_text_size::{TextRange, TextSize};

pub struct Json {
    text: String,
    /// The end of each character of several bytes, and by how much UTF-16 is shorter up to there.
    wide: Vec<(u32, u32)>,
    /// Whether a comma is due before the next field or item.
    comma: bool,
}

impl Json {
    pub fn new(source: &str) -> Self {
        let mut shorter = 0;
        let wide = source
            .char_indices()
            .filter(|(_, character)| !character.is_ascii())
            .map(|(start, character)| {
                shorter += length(character.len_utf8() - character.len_utf16());
                (length(start + character.len_utf8()), shorter)
            })
            .collect();
        Self { text: String::with_capacity(source.len() * 8), wide, comma: false }
    }

    pub fn finish(self) -> String {
        self.text
    }

    /// Begins a node; its fields follow.
    pub fn open(&mut self, class: &str, range: TextRange) {
        self.text.push_str("{\"_\":\"");
        self.text.push_str(class);
        self.text.push('"');
        self.comma = true;
        self.range(range);
    }

    pub fn close(&mut self) {
        self.text.push('}');
        self.comma = true;
    }

    pub fn failure(&mut self, message: &str, range: TextRange) {
        self.text.push('{');
        self.comma = false;
        self.field("error");
        self.string(message);
        self.range(range);
        self.close();
    }

    fn range(&mut self, range: TextRange) {
        let (start, end) = (self.offset(range.start()), self.offset(range.end()));
        write!(self.text, ",\"s\":{start},\"e\":{end}").expect("a string takes all");
    }

    fn offset(&self, offset: TextSize) -> u32 {
        let offset = offset.to_u32();
        match self.wide.partition_point(|(end, _)| *end <= offset).checked_sub(1) {
            None => offset,
            Some(index) => offset - self.wide[index].1,
        }
    }

    /// Begins a field; its value follows.
    pub fn field(&mut self, name: &str) {
        self.item();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    pub fn open_list(&mut self) {
        self.text.push('[');
        self.comma = false;
    }

    /// Comes before each item of a list.
    pub fn item(&mut self) {
        if self.comma {
            self.text.push(',');
        }
        self.comma = true;
    }

    pub fn close_list(&mut self) {
        self.text.push(']');
        self.comma = true;
    }

    pub fn null(&mut self) {
        self.text.push_str("null");
    }

    pub fn number(&mut self, number: i64) {
        write!(self.text, "{number}").expect("a string takes all");
    }

    pub fn string(&mut self, value: &str) {
        self.text.push('"');
        for character in value.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\0'..'\x20' => write!(self.text, "\\u{:04x}", u32::from(character)).expect("a string takes all"),
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    pub fn string_field(&mut self, name: &str, value: &str) {
        self.field(name);
        self.string(value);
    }

    pub fn optional_string_field(&mut self, name: &str, value: Option<&str>) {
        self.field(name);
        match value {
            Some(value) => self.string(value),
            None => self.null(),
        }
    }
}

/// Sources are shorter than 4 GiB: all of this memory is.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("less than 4 GiB")
}
