//! Sources whose trees are too deep for the stack of a browser's worker, where the engine would trap.

use monty::source_within_nesting_bound;
use monty_types::{CodeLoc, ExcType, MontyException, StackFrame};
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer::lex};
use ruff_text_size::TextRange;

/// Monty's own words.
pub const TOO_DEEP: &str = "Source is too deeply nested";

/// Links of a chain such as `a.b(c)[d] + e + f`, which the parser makes a deep tree of without going deep itself.
/// Monty refuses far shorter ones, but cannot drop the tree of a far longer one.
const MOST_LINKS: usize = 2_000;

/// Where the source gets too deep.
pub fn too_deep(source: &str) -> Option<TextRange> {
    if !source_within_nesting_bound(source, 0) && !source_within_nesting_bound(&without_strings(source), 0) {
        return Some(TextRange::default());
    }
    // Too short for a chain of that length.
    if source.len() <= MOST_LINKS {
        return None;
    }
    let mut lexer = lex(source, Mode::Module);
    let mut chains = Chains { open: vec![0], total: 0 };
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return None;
        }
        chains.observe(kind);
        if chains.total > MOST_LINKS {
            return Some(lexer.current_range());
        }
    }
}

/// The source with a name in the place of each string: Monty's bound looks into them, since a type checker parses what
/// annotations quote, and here is none.
fn without_strings(source: &str) -> String {
    let mut lexer = lex(source, Mode::Module);
    let mut rest = source.to_owned();
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return rest,
            TokenKind::String => {
                let range = lexer.current_range();
                rest.replace_range(range.start().to_usize()..range.end().to_usize(), &"x".repeat(range.len().to_usize()));
            }
            _ => {}
        }
    }
}

/// What Monty would raise, before it counts the source.
pub fn exception(script_name: &str, source: &str, range: TextRange) -> MontyException {
    let before = &source[..range.start().to_usize()];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let place = CodeLoc::new(count(before.matches('\n').count()), count(line.chars().count()));
    let frame = StackFrame {
        filename: script_name.to_owned(),
        start: place,
        end: place,
        frame_name: None,
        preview_line: None,
        hide_caret: true,
        hide_frame_name: true,
    };
    MontyException::with_traceback(ExcType::SyntaxError, Some(TOO_DEEP.to_owned()), vec![frame])
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

struct Chains {
    /// Links so far in each bracket that is open, and outside of all of them.
    open: Vec<usize>,
    total: usize,
}

impl Chains {
    fn observe(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.link();
                self.open.push(0);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                self.restart();
                if self.open.len() > 1 {
                    self.open.pop();
                }
            }
            TokenKind::Comma | TokenKind::Colon | TokenKind::Newline | TokenKind::Semi => self.restart(),
            TokenKind::Dot => self.link(),
            _ if kind.is_arithmetic() || kind.is_bitwise_or_shift() => self.link(),
            _ => {}
        }
    }

    fn link(&mut self) {
        self.total += 1;
        if let Some(links) = self.open.last_mut() {
            *links += 1;
        }
    }

    fn restart(&mut self) {
        if let Some(links) = self.open.last_mut() {
            self.total -= *links;
            *links = 0;
        }
    }
}
