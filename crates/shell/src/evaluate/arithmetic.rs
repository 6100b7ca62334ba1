//! Shell arithmetic: 64-bit integers, C operators, assignments, bases. `None` is a value that is not known.

/// Variables as arithmetic sees them.
pub(super) trait Names {
    /// The text of a variable or element; `None` when it is not known, empty when it is unset.
    fn read(&mut self, name: &str, index: Option<&str>) -> Option<String>;
    fn write(&mut self, name: &str, index: Option<&str>, value: Option<i64>);
}

/// Nesting of parentheses and of variables that hold expressions.
const MAX_DEPTH: u32 = 24;

/// The value of `text`, with its assignments carried out through `names`.
pub(super) fn evaluate(text: &str, names: &mut dyn Names) -> Option<i64> {
    evaluate_at(text, names, 0)
}

fn evaluate_at(text: &str, names: &mut dyn Names, depth: u32) -> Option<i64> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut reader = Reader { text, at: 0, names, depth, broken: false, skip: 0 };
    let value = reader.comma();
    reader.blanks();
    if reader.broken || reader.at < text.len() { None } else { value }
}

struct Reader<'t, 'n> {
    text: &'t str,
    at: usize,
    names: &'n mut dyn Names,
    depth: u32,
    broken: bool,
    /// Inside an operand that is not evaluated, assignments are not carried out.
    skip: u32,
}

/// Binary operators by binding strength, loosest first; longer spellings before their prefixes.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

const ASSIGNMENTS: &[&str] = &["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "="];

impl Reader<'_, '_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, expected: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    fn comma(&mut self) -> Option<i64> {
        let mut value = self.ternary();
        while !self.broken && self.take(",") {
            value = self.ternary();
        }
        value
    }

    fn ternary(&mut self) -> Option<i64> {
        if self.depth > MAX_DEPTH {
            self.broken = true;
            return None;
        }
        self.depth += 1;
        let mut value = self.binary(0);
        if self.take("?") {
            let condition = value;
            self.skip += u32::from(condition == Some(0));
            let yes = self.ternary();
            self.skip -= u32::from(condition == Some(0));
            if !self.take(":") {
                self.broken = true;
            }
            self.skip += u32::from(condition.is_some_and(|value| value != 0));
            let no = self.ternary();
            self.skip -= u32::from(condition.is_some_and(|value| value != 0));
            value = condition.and_then(|condition| if condition == 0 { no } else { yes });
        }
        self.depth -= 1;
        value
    }

    fn binary(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else { return self.power() };
        let mut left = self.binary(level + 1);
        while let Some(operator) = self.operator(operators) {
            let decided = matches!((operator, left), ("&&", Some(0)))
                || operator == "||" && left.is_some_and(|left| left != 0);
            self.skip += u32::from(decided);
            let right = self.binary(level + 1);
            self.skip -= u32::from(decided);
            left = if decided { Some(i64::from(operator == "||")) } else { apply(operator, left, right) };
        }
        left
    }

    /// One of `operators` at the cursor that is not the start of a longer one.
    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        if self.broken {
            return None;
        }
        self.blanks();
        let rest = self.rest();
        let found = operators.iter().find(|operator| rest.starts_with(**operator))?;
        let behind = rest.get(found.len()..).unwrap_or("");
        let longer = match *found {
            "|" | "&" | "*" => behind.starts_with(*found) || behind.starts_with('='),
            "<" | ">" => behind.starts_with(*found),
            "==" | "!=" | "<=" | ">=" | "||" | "&&" => false,
            _ => behind.starts_with('='),
        };
        if longer {
            return None;
        }
        self.at += found.len();
        Some(found)
    }

    fn power(&mut self) -> Option<i64> {
        let base = self.unary();
        if self.take("**") {
            let exponent = self.power();
            let exponent = u32::try_from(exponent?).ok()?;
            return base.map(|base| base.wrapping_pow(exponent));
        }
        base
    }

    fn unary(&mut self) -> Option<i64> {
        if self.depth > MAX_DEPTH * 2 {
            self.broken = true;
            return None;
        }
        self.depth += 1;
        self.blanks();
        let value = if self.rest().starts_with("++") || self.rest().starts_with("--") {
            self.before()
        } else if self.take("!") {
            self.unary().map(|value| i64::from(value == 0))
        } else if self.take("~") {
            self.unary().map(|value| !value)
        } else if self.take("-") {
            self.unary().map(i64::wrapping_neg)
        } else if self.take("+") {
            self.unary()
        } else {
            self.primary()
        };
        self.depth -= 1;
        value
    }

    /// `++x`, `--x`, or two signs.
    fn before(&mut self) -> Option<i64> {
        let step = if self.rest().starts_with('+') { 1 } else { -1 };
        self.at += 2;
        self.blanks();
        let Some((name, index)) = self.name() else {
            return self.unary();
        };
        let value = self.variable(&name, index.as_deref()).map(|value| value.wrapping_add(step));
        self.assign(&name, index.as_deref(), value);
        value
    }

    fn primary(&mut self) -> Option<i64> {
        if self.take("(") {
            let value = self.comma();
            if !self.take(")") {
                self.broken = true;
            }
            return value;
        }
        self.blanks();
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return self.number();
        }
        let Some((name, index)) = self.name() else {
            // An expansion that left nothing counts as zero, anything else is not an expression.
            if self.rest().is_empty() && self.at == 0 {
                return Some(0);
            }
            self.broken = true;
            return None;
        };
        self.named(&name, index.as_deref())
    }

    /// A variable: read, assigned or stepped.
    fn named(&mut self, name: &str, index: Option<&str>) -> Option<i64> {
        self.blanks();
        for operator in ASSIGNMENTS {
            if self.rest().starts_with(operator) && !self.rest().starts_with("==") {
                self.at += operator.len();
                let right = self.ternary();
                let value = match operator.strip_suffix('=') {
                    Some("") | None => right,
                    Some(binary) => apply(binary, self.variable(name, index), right),
                };
                self.assign(name, index, value);
                return value;
            }
        }
        let value = self.variable(name, index);
        for (operator, step) in [("++", 1), ("--", -1)] {
            if self.take(operator) {
                self.assign(name, index, value.map(|value| value.wrapping_add(step)));
            }
        }
        value
    }

    fn assign(&mut self, name: &str, index: Option<&str>, value: Option<i64>) {
        if self.skip == 0 {
            self.names.write(name, index, value);
        }
    }

    fn variable(&mut self, name: &str, index: Option<&str>) -> Option<i64> {
        let text = self.names.read(name, index)?;
        let text = text.trim();
        if text.is_empty() {
            return Some(0);
        }
        if let Ok(value) = text.parse() {
            return Some(value).filter(|_| !text.starts_with('0') || text == "0");
        }
        evaluate_at(text, self.names, self.depth + 1)
    }

    fn name(&mut self) -> Option<(String, Option<String>)> {
        let rest = self.rest();
        let length = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest
            .get(..length)
            .filter(|name| name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()))?;
        let name = name.to_owned();
        self.at += length;
        if !self.rest().starts_with('[') {
            return Some((name, None));
        }
        let mut open = 0;
        let end = self.rest().find(|c| {
            open += i32::from(c == '[') - i32::from(c == ']');
            open == 0
        })?;
        let index = self.rest().get(1..end)?.to_owned();
        self.at += end + 1;
        Some((name, Some(index)))
    }

    /// Decimal, `0x`, octal with a leading zero, `base#digits`.
    fn number(&mut self) -> Option<i64> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '#' | '@' | '_'))
            .unwrap_or(rest.len());
        let word = rest.get(..length)?.to_owned();
        self.at += length;
        let value = if let Some((base, digits)) = word.split_once('#') {
            base.parse().ok().and_then(|base| in_base(digits, base))
        } else if let Some(digits) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
            in_base(digits, 16)
        } else if word.len() > 1 && word.starts_with('0') {
            in_base(&word, 8)
        } else {
            in_base(&word, 10)
        };
        self.broken |= value.is_none();
        value
    }
}

fn in_base(digits: &str, base: i64) -> Option<i64> {
    if !(2..=64).contains(&base) {
        return None;
    }
    let mut value = 0_i64;
    for digit in digits.chars() {
        let worth = match digit {
            '0'..='9' => i64::from(u32::from(digit) - u32::from('0')),
            'a'..='z' => i64::from(u32::from(digit) - u32::from('a')) + 10,
            'A'..='Z' if base <= 36 => i64::from(u32::from(digit) - u32::from('A')) + 10,
            'A'..='Z' => i64::from(u32::from(digit) - u32::from('A')) + 36,
            '@' => 62,
            '_' => 63,
            _ => return None,
        };
        if worth >= base {
            return None;
        }
        value = value.wrapping_mul(base).wrapping_add(worth);
    }
    Some(value)
}

fn apply(operator: &str, left: Option<i64>, right: Option<i64>) -> Option<i64> {
    let (left, right) = (left?, right?);
    let shift = u32::try_from(right & 63).unwrap_or(0);
    Some(match operator {
        "||" => i64::from(left != 0 || right != 0),
        "&&" => i64::from(left != 0 && right != 0),
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "<<" => left.wrapping_shl(shift),
        ">>" => left.wrapping_shr(shift),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        "/" => left.checked_div(right)?,
        "%" => left.checked_rem(right)?,
        _ => return None,
    })
}
