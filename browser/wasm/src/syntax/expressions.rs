//! Expressions.

use ruff_python_ast::{
    Arguments, Comprehension, Expr, ExprCall, ExprContext, ExprGenerator, Keyword, Parameter, ParameterWithDefault,
    Parameters,
};
use ruff_text_size::{Ranged, TextRange};

use super::Writer;

impl Writer<'_> {
    pub fn expression(&mut self, field: &str, expression: &Expr) {
        self.json.field(field);
        self.value(expression);
    }

    pub fn optional_expression(&mut self, field: &str, expression: Option<&Expr>) {
        if let Some(expression) = expression {
            self.expression(field, expression);
        } else {
            self.json.field(field);
            self.json.null();
        }
    }

    pub fn expressions<'e>(&mut self, field: &str, expressions: impl IntoIterator<Item = &'e Expr>) {
        self.list(field, expressions, Self::value);
    }

    pub fn value(&mut self, expression: &Expr) {
        self.deeper(expression.range(), |writer| writer.shallow(expression));
    }

    fn shallow(&mut self, expression: &Expr) {
        let range = expression.range();
        match expression {
            Expr::StringLiteral(string) => return self.constant("str", range, string.value.to_str()),
            Expr::BytesLiteral(_) => return self.literal("bytes", range),
            Expr::NumberLiteral(number) => {
                let kind = match number.value {
                    ruff_python_ast::Number::Int(_) => "int",
                    ruff_python_ast::Number::Float(_) => "float",
                    ruff_python_ast::Number::Complex { .. } => "complex",
                };
                return self.literal(kind, range);
            }
            Expr::BooleanLiteral(_) => return self.literal("bool", range),
            Expr::NoneLiteral(_) => return self.literal("none", range),
            Expr::EllipsisLiteral(_) => return self.literal("ellipsis", range),
            Expr::FString(string) => return self.f_string(string),
            Expr::TString(string) => return self.t_string(string),
            Expr::Generator(generator) => return self.generator(generator, range),
            _ => {}
        }
        self.json.open(class(expression), range);
        self.fields(expression);
        self.json.close();
    }

    fn fields(&mut self, expression: &Expr) {
        match expression {
            Expr::BoolOp(node) => {
                self.json.string_field("op", &format!("{:?}", node.op));
                self.expressions("values", &node.values);
            }
            Expr::Named(node) => {
                self.expression("target", &node.target);
                self.expression("value", &node.value);
            }
            Expr::BinOp(node) => {
                self.expression("left", &node.left);
                self.json.string_field("op", &format!("{:?}", node.op));
                self.expression("right", &node.right);
            }
            Expr::UnaryOp(node) => {
                self.json.string_field("op", &format!("{:?}", node.op));
                self.expression("operand", &node.operand);
            }
            Expr::Lambda(node) => {
                match &node.parameters {
                    Some(parameters) => self.parameters(parameters),
                    None => self.parameters(&Parameters::default()),
                }
                self.expression("body", &node.body);
            }
            Expr::If(node) => {
                self.expression("test", &node.test);
                self.expression("body", &node.body);
                self.expression("orelse", &node.orelse);
            }
            Expr::Dict(node) => {
                self.list("keys", node.iter_keys(), |writer, key| match key {
                    Some(key) => writer.value(key),
                    None => writer.json.null(),
                });
                self.expressions("values", node.iter_values());
            }
            Expr::Set(node) => self.expressions("elts", &node.elts),
            Expr::ListComp(node) => self.comprehension(&node.elt, &node.generators),
            Expr::SetComp(node) => self.comprehension(&node.elt, &node.generators),
            Expr::DictComp(node) => {
                self.optional_expression("key", node.key.as_deref());
                self.expression("value", &node.value);
                self.generators(&node.generators);
            }
            Expr::Await(node) => self.expression("value", &node.value),
            Expr::Yield(node) => self.optional_expression("value", node.value.as_deref()),
            Expr::YieldFrom(node) => self.expression("value", &node.value),
            Expr::Compare(node) => {
                self.expression("left", node.first_operand());
                self.list("ops", &node.ops, |writer, op| writer.json.string(&format!("{op:?}")));
                self.expressions("comparators", node.comparators());
            }
            Expr::Call(node) => self.call(node),
            Expr::Attribute(node) => {
                self.expression("value", &node.value);
                self.json.string_field("attr", &node.attr);
                self.context(node.ctx);
            }
            Expr::Subscript(node) => {
                self.expression("value", &node.value);
                self.expression("slice", &node.slice);
                self.context(node.ctx);
            }
            Expr::Starred(node) => {
                self.expression("value", &node.value);
                self.context(node.ctx);
            }
            Expr::Name(node) => {
                self.json.string_field("id", &node.id);
                self.context(node.ctx);
            }
            Expr::List(node) => {
                self.expressions("elts", &node.elts);
                self.context(node.ctx);
            }
            Expr::Tuple(node) => {
                self.expressions("elts", &node.elts);
                self.context(node.ctx);
            }
            Expr::Slice(node) => {
                self.optional_expression("lower", node.lower.as_deref());
                self.optional_expression("upper", node.upper.as_deref());
                self.optional_expression("step", node.step.as_deref());
            }
            _ => unreachable!("constants and strings are written elsewhere; commands only exist in IPython's mode"),
        }
    }

    /// A constant whose value is its source text.
    pub fn literal(&mut self, kind: &str, range: TextRange) {
        let source = self.source;
        self.constant(kind, range, &source[range]);
    }

    pub fn constant(&mut self, kind: &str, range: TextRange, value: &str) {
        self.json.open("Constant", range);
        self.json.string_field("kind", kind);
        self.json.string_field("value", value);
        self.json.close();
    }

    fn context(&mut self, context: ExprContext) {
        self.json.string_field("ctx", &format!("{context:?}"));
    }

    fn call(&mut self, node: &ExprCall) {
        self.expression("func", &node.func);
        let Arguments { args, keywords, range, .. } = &node.arguments;
        self.list("args", args, |writer, argument| match argument {
            // CPython counts the parentheses of the call as the generator's own.
            Expr::Generator(generator) if !generator.parenthesized => {
                writer.deeper(*range, |writer| writer.generator(generator, *range));
            }
            _ => writer.value(argument),
        });
        self.keywords(keywords);
    }

    pub fn keywords(&mut self, keywords: &[Keyword]) {
        self.list("keywords", keywords, |writer, keyword| {
            writer.json.open("keyword", keyword.range);
            writer.json.optional_string_field("arg", keyword.arg.as_deref());
            writer.expression("value", &keyword.value);
            writer.json.close();
        });
    }

    fn generator(&mut self, node: &ExprGenerator, range: TextRange) {
        self.json.open("GeneratorExp", range);
        self.comprehension(&node.elt, &node.generators);
        self.json.close();
    }

    fn comprehension(&mut self, element: &Expr, generators: &[Comprehension]) {
        self.expression("elt", element);
        self.generators(generators);
    }

    fn generators(&mut self, generators: &[Comprehension]) {
        self.list("generators", generators, |writer, node| {
            writer.json.open("comprehension", node.range);
            writer.expression("target", &node.target);
            writer.expression("iter", &node.iter);
            writer.expressions("ifs", &node.ifs);
            writer.json.field("is_async");
            writer.json.number(node.is_async.into());
            writer.json.close();
        });
    }

    pub fn parameters(&mut self, node: &Parameters) {
        self.json.field("args");
        self.json.open("arguments", node.range);
        let parameter = |writer: &mut Self, node: &ParameterWithDefault| writer.parameter(&node.parameter);
        self.list("posonlyargs", &node.posonlyargs, parameter);
        self.list("args", &node.args, parameter);
        self.optional_parameter("vararg", node.vararg.as_deref());
        self.list("kwonlyargs", &node.kwonlyargs, parameter);
        self.list("kw_defaults", &node.kwonlyargs, |writer, node| match node.default() {
            Some(default) => writer.value(default),
            None => writer.json.null(),
        });
        self.optional_parameter("kwarg", node.kwarg.as_deref());
        let positional = node.posonlyargs.iter().chain(&node.args);
        self.expressions("defaults", positional.filter_map(ParameterWithDefault::default));
        self.json.close();
    }

    fn optional_parameter(&mut self, field: &str, node: Option<&Parameter>) {
        self.json.field(field);
        match node {
            Some(node) => self.parameter(node),
            None => self.json.null(),
        }
    }

    fn parameter(&mut self, node: &Parameter) {
        // CPython does not count the stars.
        self.json.open("arg", TextRange::new(node.name.range.start(), node.range.end()));
        self.json.string_field("arg", &node.name);
        self.optional_expression("annotation", node.annotation());
        self.json.close();
    }
}

fn class(expression: &Expr) -> &'static str {
    match expression {
        Expr::BoolOp(_) => "BoolOp",
        Expr::Named(_) => "NamedExpr",
        Expr::BinOp(_) => "BinOp",
        Expr::UnaryOp(_) => "UnaryOp",
        Expr::Lambda(_) => "Lambda",
        Expr::If(_) => "IfExp",
        Expr::Dict(_) => "Dict",
        Expr::Set(_) => "Set",
        Expr::ListComp(_) => "ListComp",
        Expr::SetComp(_) => "SetComp",
        Expr::DictComp(_) => "DictComp",
        Expr::Await(_) => "Await",
        Expr::Yield(_) => "Yield",
        Expr::YieldFrom(_) => "YieldFrom",
        Expr::Compare(_) => "Compare",
        Expr::Call(_) => "Call",
        Expr::Attribute(_) => "Attribute",
        Expr::Subscript(_) => "Subscript",
        Expr::Starred(_) => "Starred",
        Expr::Name(_) => "Name",
        Expr::List(_) => "List",
        Expr::Tuple(_) => "Tuple",
        Expr::Slice(_) => "Slice",
        _ => unreachable!("constants and strings are written elsewhere; commands only exist in IPython's mode"),
    }
}
