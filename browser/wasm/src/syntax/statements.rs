//! Statements.

use ruff_python_ast::{
    Alias, Decorator, ElifElseClause, ExceptHandler, Identifier, Stmt, StmtClassDef, StmtFunctionDef, StmtTry,
    TypeParam, TypeParams, WithItem, token::TokenKind,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Writer;

impl Writer<'_> {
    pub fn statement(&mut self, statement: &Stmt) {
        let range = match statement {
            Stmt::FunctionDef(node) => self.undecorated(node.range, &node.decorator_list),
            Stmt::ClassDef(node) => self.undecorated(node.range, &node.decorator_list),
            _ => statement.range(),
        };
        self.json.open(class(statement), range);
        self.statement_fields(statement);
        self.json.close();
    }

    fn statement_fields(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(node) => self.function(node),
            Stmt::ClassDef(node) => self.class(node),
            Stmt::Return(node) => self.optional_expression("value", node.value.as_deref()),
            Stmt::Delete(node) => self.expressions("targets", &node.targets),
            Stmt::TypeAlias(node) => {
                self.expression("name", &node.name);
                self.type_params(node.type_params.as_deref());
                self.expression("value", &node.value);
            }
            Stmt::Assign(node) => {
                self.expressions("targets", &node.targets);
                self.expression("value", &node.value);
            }
            Stmt::AugAssign(node) => {
                self.expression("target", &node.target);
                self.json.string_field("op", &format!("{:?}", node.op));
                self.expression("value", &node.value);
            }
            Stmt::AnnAssign(node) => {
                self.expression("target", &node.target);
                self.expression("annotation", &node.annotation);
                self.optional_expression("value", node.value.as_deref());
                self.json.field("simple");
                self.json.number(node.simple.into());
            }
            Stmt::For(node) => {
                self.expression("target", &node.target);
                self.expression("iter", &node.iter);
                self.body("body", &node.body);
                self.body("orelse", &node.orelse);
            }
            Stmt::While(node) => {
                self.expression("test", &node.test);
                self.body("body", &node.body);
                self.body("orelse", &node.orelse);
            }
            Stmt::If(node) => {
                self.expression("test", &node.test);
                self.body("body", &node.body);
                self.clauses(&node.elif_else_clauses, node.range.end());
            }
            Stmt::With(node) => {
                self.list("items", &node.items, Self::with_item);
                self.body("body", &node.body);
            }
            Stmt::Match(node) => {
                self.expression("subject", &node.subject);
                self.cases(&node.cases);
            }
            Stmt::Raise(node) => {
                self.optional_expression("exc", node.exc.as_deref());
                self.optional_expression("cause", node.cause.as_deref());
            }
            Stmt::Try(node) => self.try_fields(node),
            Stmt::Assert(node) => {
                self.expression("test", &node.test);
                self.optional_expression("msg", node.msg.as_deref());
            }
            Stmt::Import(node) => self.list("names", &node.names, Self::alias),
            Stmt::ImportFrom(node) => {
                self.json.optional_string_field("module", node.module.as_deref());
                self.list("names", &node.names, Self::alias);
                self.json.field("level");
                self.json.number(node.level.into());
            }
            Stmt::Global(node) => self.names(&node.names),
            Stmt::Nonlocal(node) => self.names(&node.names),
            Stmt::Expr(node) => self.expression("value", &node.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    /// Where a definition begins for CPython: behind its decorators.
    fn undecorated(&self, range: TextRange, decorators: &[Decorator]) -> TextRange {
        let Some(last) = decorators.last() else {
            return range;
        };
        let mut behind = self.parsed.tokens().after(last.range.end()).iter();
        let keyword = behind
            .find(|token| matches!(token.kind(), TokenKind::Def | TokenKind::Async | TokenKind::Class))
            .expect("a definition has a keyword");
        TextRange::new(keyword.start(), range.end())
    }

    fn function(&mut self, node: &StmtFunctionDef) {
        self.json.string_field("name", &node.name);
        self.parameters(&node.parameters);
        self.body("body", &node.body);
        self.decorators(&node.decorator_list);
        self.optional_expression("returns", node.returns.as_deref());
        self.type_params(node.type_params.as_deref());
    }

    fn class(&mut self, node: &StmtClassDef) {
        self.json.string_field("name", &node.name);
        self.expressions("bases", node.bases());
        self.keywords(node.keywords());
        self.body("body", &node.body);
        self.decorators(&node.decorator_list);
        self.type_params(node.type_params.as_deref());
    }

    fn decorators(&mut self, decorators: &[Decorator]) {
        self.expressions("decorator_list", decorators.iter().map(|decorator| &decorator.expression));
    }

    fn type_params(&mut self, node: Option<&TypeParams>) {
        let items = node.map_or(&[][..], |node| &node.type_params);
        self.list("type_params", items, |writer, param| {
            let (class, name) = match param {
                TypeParam::TypeVar(node) => ("TypeVar", &node.name),
                TypeParam::TypeVarTuple(node) => ("TypeVarTuple", &node.name),
                TypeParam::ParamSpec(node) => ("ParamSpec", &node.name),
            };
            writer.json.open(class, param.range());
            writer.json.string_field("name", name);
            if let TypeParam::TypeVar(node) = param {
                writer.optional_expression("bound", node.bound.as_deref());
            }
            writer.optional_expression("default_value", param.default());
            writer.json.close();
        });
    }

    /// Each `elif` is an `If` in the `orelse` of the one before.
    fn clauses(&mut self, clauses: &[ElifElseClause], end: TextSize) {
        let Some((first, rest)) = clauses.split_first() else {
            return self.body("orelse", &[]);
        };
        let Some(test) = &first.test else {
            return self.body("orelse", &first.body);
        };
        self.list("orelse", [first], |writer, clause| {
            writer.deeper(clause.range, |writer| {
                writer.json.open("If", TextRange::new(clause.range.start(), end));
                writer.expression("test", test);
                writer.body("body", &clause.body);
                writer.clauses(rest, end);
                writer.json.close();
            });
        });
    }

    fn with_item(&mut self, node: &WithItem) {
        self.json.open("withitem", node.range);
        self.expression("context_expr", &node.context_expr);
        self.optional_expression("optional_vars", node.optional_vars.as_deref());
        self.json.close();
    }

    fn try_fields(&mut self, node: &StmtTry) {
        self.body("body", &node.body);
        self.list("handlers", &node.handlers, |writer, ExceptHandler::ExceptHandler(handler)| {
            writer.json.open("ExceptHandler", handler.range);
            writer.optional_expression("type", handler.type_.as_deref());
            writer.json.optional_string_field("name", handler.name.as_deref());
            writer.body("body", &handler.body);
            writer.json.close();
        });
        self.body("orelse", &node.orelse);
        self.body("finalbody", &node.finalbody);
    }

    fn alias(&mut self, node: &Alias) {
        self.json.open("alias", node.range);
        self.json.string_field("name", &node.name);
        self.json.optional_string_field("asname", node.asname.as_deref());
        self.json.close();
    }

    fn names(&mut self, names: &[Identifier]) {
        self.list("names", names, |writer, name| writer.json.string(name));
    }
}

fn class(statement: &Stmt) -> &'static str {
    match statement {
        Stmt::FunctionDef(node) if node.is_async => "AsyncFunctionDef",
        Stmt::FunctionDef(_) => "FunctionDef",
        Stmt::ClassDef(_) => "ClassDef",
        Stmt::Return(_) => "Return",
        Stmt::Delete(_) => "Delete",
        Stmt::TypeAlias(_) => "TypeAlias",
        Stmt::Assign(_) => "Assign",
        Stmt::AugAssign(_) => "AugAssign",
        Stmt::AnnAssign(_) => "AnnAssign",
        Stmt::For(node) if node.is_async => "AsyncFor",
        Stmt::For(_) => "For",
        Stmt::While(_) => "While",
        Stmt::If(_) => "If",
        Stmt::With(node) if node.is_async => "AsyncWith",
        Stmt::With(_) => "With",
        Stmt::Match(_) => "Match",
        Stmt::Raise(_) => "Raise",
        Stmt::Try(node) if node.is_star => "TryStar",
        Stmt::Try(_) => "Try",
        Stmt::Assert(_) => "Assert",
        Stmt::Import(_) => "Import",
        Stmt::ImportFrom(_) => "ImportFrom",
        Stmt::Global(_) => "Global",
        Stmt::Nonlocal(_) => "Nonlocal",
        Stmt::Expr(_) => "Expr",
        Stmt::Pass(_) => "Pass",
        Stmt::Break(_) => "Break",
        Stmt::Continue(_) => "Continue",
        Stmt::IpyEscapeCommand(_) => unreachable!("only exists in IPython's mode"),
    }
}
