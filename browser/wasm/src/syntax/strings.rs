//! Formatted strings and templates.

use ruff_python_ast::{
    ExprFString, ExprTString, FStringPartRef, InterpolatedElement, InterpolatedStringElement,
    InterpolatedStringElements,
};
use ruff_text_size::{Ranged, TextLen, TextRange};

use super::Writer;

/// Text between values: CPython joins what stands side by side, and drops what is empty.
#[derive(Default)]
struct Literal {
    text: String,
    range: Option<TextRange>,
}

impl Literal {
    fn push(&mut self, text: &str, range: TextRange) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.range = Some(self.range.map_or(range, |whole| whole.cover(range)));
        }
    }
}

impl Writer<'_> {
    pub fn f_string(&mut self, node: &ExprFString) {
        self.json.open("JoinedStr", node.range);
        self.json.field("values");
        self.json.open_list();
        let mut literal = Literal::default();
        for part in &node.value {
            match part {
                FStringPartRef::Literal(string) => literal.push(&string.value, string.range),
                FStringPartRef::FString(string) => self.elements(&string.elements, &mut literal, "FormattedValue"),
            }
        }
        self.finish(&mut literal);
        self.json.close_list();
        self.json.close();
    }

    pub fn t_string(&mut self, node: &ExprTString) {
        self.json.open("TemplateStr", node.range);
        self.json.field("values");
        self.json.open_list();
        let mut literal = Literal::default();
        for string in &node.value {
            self.elements(&string.elements, &mut literal, "Interpolation");
        }
        self.finish(&mut literal);
        self.json.close_list();
        self.json.close();
    }

    fn elements(&mut self, elements: &InterpolatedStringElements, literal: &mut Literal, class: &str) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => literal.push(&text.value, text.range),
                InterpolatedStringElement::Interpolation(value) => {
                    if let Some(debug) = &value.debug_text {
                        let start = value.range.start() + '{'.text_len();
                        literal.push(debug.as_str(), TextRange::at(start, debug.as_str().text_len()));
                    }
                    self.finish(literal);
                    self.json.item();
                    self.deeper(value.range, |writer| writer.interpolation(value, class));
                }
            }
        }
    }

    /// Writes the text that was gathered.
    fn finish(&mut self, literal: &mut Literal) {
        if let Literal { text, range: Some(range) } = std::mem::take(literal) {
            self.json.item();
            self.constant("str", range, &text);
        }
    }

    fn interpolation(&mut self, node: &InterpolatedElement, class: &str) {
        self.json.open(class, node.range);
        self.expression("value", &node.expression);
        if class == "Interpolation" {
            let source = self.source;
            self.json.string_field("str", &source[node.expression.range()]);
        }
        self.json.field("conversion");
        self.json.number(match node.conversion.to_byte() {
            Some(conversion) => conversion.into(),
            // `{x=}` shows the repr.
            None if node.debug_text.is_some() && node.format_spec.is_none() => b'r'.into(),
            None => -1,
        });
        self.json.field("format_spec");
        match &node.format_spec {
            None => self.json.null(),
            Some(spec) => {
                // CPython counts the colon.
                self.json.open("JoinedStr", TextRange::new(spec.range.start() - ':'.text_len(), spec.range.end()));
                self.json.field("values");
                self.json.open_list();
                let mut literal = Literal::default();
                self.elements(&spec.elements, &mut literal, class);
                self.finish(&mut literal);
                self.json.close_list();
                self.json.close();
            }
        }
        self.json.close();
    }
}
