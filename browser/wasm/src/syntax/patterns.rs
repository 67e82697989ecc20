//! Patterns of `match`.

use ruff_python_ast::{MatchCase, Pattern, Singleton};
use ruff_text_size::Ranged;

use super::Writer;

impl Writer<'_> {
    pub fn cases(&mut self, cases: &[MatchCase]) {
        self.list("cases", cases, |writer, case| {
            writer.json.open("match_case", case.range);
            writer.json.field("pattern");
            writer.pattern(&case.pattern);
            writer.optional_expression("guard", case.guard.as_deref());
            writer.body("body", &case.body);
            writer.json.close();
        });
    }

    fn pattern(&mut self, pattern: &Pattern) {
        self.deeper(pattern.range(), |writer| {
            writer.json.open(class(pattern), pattern.range());
            writer.pattern_fields(pattern);
            writer.json.close();
        });
    }

    fn patterns<'p>(&mut self, field: &str, patterns: impl IntoIterator<Item = &'p Pattern>) {
        self.list(field, patterns, Self::pattern);
    }

    fn pattern_fields(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::MatchValue(node) => self.expression("value", &node.value),
            Pattern::MatchSingleton(node) => self.json.string_field(
                "value",
                match node.value {
                    Singleton::None => "None",
                    Singleton::True => "True",
                    Singleton::False => "False",
                },
            ),
            Pattern::MatchSequence(node) => self.patterns("patterns", &node.patterns),
            Pattern::MatchMapping(node) => {
                self.expressions("keys", &node.keys);
                self.patterns("patterns", &node.patterns);
                self.json.optional_string_field("rest", node.rest.as_deref());
            }
            Pattern::MatchClass(node) => {
                self.expression("cls", &node.cls);
                self.patterns("patterns", &node.arguments.patterns);
                let keywords = &node.arguments.keywords;
                self.list("kwd_attrs", keywords, |writer, keyword| writer.json.string(&keyword.attr));
                self.patterns("kwd_patterns", keywords.iter().map(|keyword| &keyword.pattern));
            }
            Pattern::MatchStar(node) => self.json.optional_string_field("name", node.name.as_deref()),
            Pattern::MatchAs(node) => {
                self.json.field("pattern");
                match &node.pattern {
                    Some(pattern) => self.pattern(pattern),
                    None => self.json.null(),
                }
                self.json.optional_string_field("name", node.name.as_deref());
            }
            Pattern::MatchOr(node) => self.patterns("patterns", &node.patterns),
        }
    }
}

fn class(pattern: &Pattern) -> &'static str {
    match pattern {
        Pattern::MatchValue(_) => "MatchValue",
        Pattern::MatchSingleton(_) => "MatchSingleton",
        Pattern::MatchSequence(_) => "MatchSequence",
        Pattern::MatchMapping(_) => "MatchMapping",
        Pattern::MatchClass(_) => "MatchClass",
        Pattern::MatchStar(_) => "MatchStar",
        Pattern::MatchAs(_) => "MatchAs",
        Pattern::MatchOr(_) => "MatchOr",
    }
}
