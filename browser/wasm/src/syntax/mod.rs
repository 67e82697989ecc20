//! A source's syntax tree as JSON, in the classes and fields of CPython's `ast`.
//!
//! Each node is `{"_": class, "s": start, "e": end, …fields}`, with offsets in UTF-16 code units, which JavaScript
//! counts in. What CPython gives an object without content (`Add`, `Load`) is its name here.

mod expressions;
mod json;
pub mod nesting;
mod patterns;
mod statements;
mod strings;

use ruff_python_ast::Stmt;
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::{Ranged, TextRange};

use json::Json;
use nesting::TOO_DEEP;

/// The tree of a module, or `{"error": message, "s": start, "e": end}`.
pub fn tree(source: &str) -> String {
    if let Some(range) = nesting::too_deep(source) {
        return failure(source, TOO_DEEP, range);
    }
    let parsed = parse_unchecked_source(source, ruff_python_ast::PySourceType::Python);
    if let Some(error) = parsed.errors().first() {
        return failure(source, &error.error.to_string(), error.location);
    }
    let mut writer = Writer { json: Json::new(source), source, parsed: &parsed, depth: 0, too_deep: None };
    writer.json.open("Module", parsed.syntax().range);
    writer.body("body", &parsed.syntax().body);
    writer.json.close();
    match writer.too_deep {
        Some(range) => failure(source, TOO_DEEP, range),
        None => writer.json.finish(),
    }
}

fn failure(source: &str, message: &str, range: TextRange) -> String {
    let mut json = Json::new(source);
    json.failure(message, range);
    json.finish()
}

/// Nodes inside each other: more than Monty runs, and little enough for the stack of a browser's worker.
const MOST_DEPTH: u16 = 400;

struct Writer<'a> {
    json: Json,
    source: &'a str,
    parsed: &'a ruff_python_parser::Parsed<ruff_python_ast::ModModule>,
    depth: u16,
    /// The first node that was too deep to be written.
    too_deep: Option<TextRange>,
}

impl Writer<'_> {
    /// Writes what is one level deeper.
    fn deeper(&mut self, range: TextRange, write: impl FnOnce(&mut Self)) {
        if self.depth == MOST_DEPTH {
            self.too_deep.get_or_insert(range);
            self.json.null();
            return;
        }
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    /// A list of nodes.
    fn list<T>(&mut self, field: &str, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.json.field(field);
        self.json.open_list();
        for item in items {
            self.json.item();
            write(self, item);
        }
        self.json.close_list();
    }

    fn body(&mut self, field: &str, statements: &[Stmt]) {
        self.list(field, statements, |writer, statement| {
            writer.deeper(statement.range(), |writer| writer.statement(statement));
        });
    }
}
