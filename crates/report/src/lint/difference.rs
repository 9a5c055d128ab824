//! Two values one above the other, with marks under what differs.

/// Values longer than this are set one above the other without marks.
const MAX_CHARS: usize = 600;

/// Two values in equally many columns, and the marks below.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Aligned {
    pub(crate) above: String,
    pub(crate) below: String,
    pub(crate) marks: String,
}

/// Puts the values one above the other. What one has and the other lacks stands above or below blanks; a blank that
/// differs is shown as `␣`.
pub(crate) fn align(above: &str, below: &str) -> Aligned {
    if above.chars().count().max(below.chars().count()) > MAX_CHARS {
        return Aligned { above: above.to_owned(), below: below.to_owned(), marks: String::new() };
    }
    let mut aligned = Aligned { above: String::new(), below: String::new(), marks: String::new() };
    let (first, second) = (parts(above), parts(below));
    for step in steps(&first, &second) {
        match step {
            (Some(a), Some(b)) if a == b => aligned.same(a),
            (a, b) => aligned.characters(a.unwrap_or_default(), b.unwrap_or_default()),
        }
    }
    for line in [&mut aligned.above, &mut aligned.below, &mut aligned.marks] {
        line.truncate(line.trim_end_matches(' ').len());
    }
    aligned
}

impl Aligned {
    fn same(&mut self, part: &str) {
        self.above.push_str(part);
        self.below.push_str(part);
        self.marks.extend(part.chars().map(|_| ' '));
    }

    /// Two parts that differ: what they begin and end with is shared, and of the rest the shorter one is filled up.
    fn characters(&mut self, above: &str, below: &str) {
        let (a, b): (Vec<char>, Vec<char>) = (above.chars().collect(), below.chars().collect());
        let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        let tail = a.iter().skip(head).rev().zip(b.iter().skip(head).rev()).take_while(|(a, b)| a == b).count();
        let few = a.len().min(b.len());
        // Words that only happen to share a letter or two are not set apart.
        let (head, tail) = if 2 * (head + tail) >= few { (head, tail) } else { (0, 0) };
        self.same(&a.iter().take(head).collect::<String>());
        let (a, b) = (middle(&a, head, tail), middle(&b, head, tail));
        let rest: String = above.chars().skip(head + a.len()).collect();
        for at in 0..a.len().max(b.len()) {
            let (x, y) = (a.get(at).copied(), b.get(at).copied());
            self.above.push(x.map_or(' ', visible));
            self.below.push(y.map_or(' ', visible));
            self.marks.push(if x == y { ' ' } else { '^' });
        }
        self.same(&rest);
    }
}

fn middle(text: &[char], head: usize, tail: usize) -> Vec<char> {
    text.iter().skip(head).take(text.len() - head - tail).copied().collect()
}

fn visible(c: char) -> char {
    if c.is_whitespace() { '␣' } else { c }
}

/// Words, and the signs between them, each by itself.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let length = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (part, behind) = rest.split_at(length);
        parts.push(part);
        rest = behind;
    }
    parts
}

type Step<'a> = (Option<&'a str>, Option<&'a str>);

/// The parts side by side, along the longest sequence that both have.
fn steps<'a>(above: &[&'a str], below: &[&'a str]) -> Vec<Step<'a>> {
    let width = below.len() + 1;
    let mut longest = vec![0_u32; (above.len() + 1) * width];
    let at = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in above.iter().enumerate().rev() {
        for (j, b) in below.iter().enumerate().rev() {
            let value = if a == b {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(cell) = longest.get_mut(i * width + j) {
                *cell = value;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut steps, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
    while let (Some(a), Some(b)) = (above.get(i).copied(), below.get(j).copied()) {
        if a == b {
            flush(&mut left, &mut right, &mut steps);
            steps.push((Some(a), Some(b)));
            (i, j) = (i + 1, j + 1);
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            left.push(a);
            i += 1;
        } else {
            right.push(b);
            j += 1;
        }
    }
    left.extend(above.iter().skip(i));
    right.extend(below.iter().skip(j));
    flush(&mut left, &mut right, &mut steps);
    steps
}

/// What is in one only, and what is in the other only, between two parts that both have.
fn flush<'a>(left: &mut Vec<&'a str>, right: &mut Vec<&'a str>, steps: &mut Vec<Step<'a>>) {
    for at in 0..left.len().max(right.len()) {
        steps.push((left.get(at).copied(), right.get(at).copied()));
    }
    left.clear();
    right.clear();
}

#[cfg(test)]
mod tests {
    use super::align;

    #[test]
    fn differences() {
        for (above, below, expected) in [
            (
                "repo:contoso/shop:environment:Production",
                "repo:contoso/shop:environment:production",
                [
                    "repo:contoso/shop:environment:Production",
                    "repo:contoso/shop:environment:production",
                    "                              ^",
                ],
            ),
            (
                "repo:contoso@12/shop@34:environment:prod",
                "repo:contoso/shop:environment:prod",
                [
                    "repo:contoso@12/shop@34:environment:prod",
                    "repo:contoso   /shop   :environment:prod",
                    "            ^^^     ^^^",
                ],
            ),
            (
                "repo:contoso/shop:environment:prod",
                "repo:contoso/shop:ref:refs/heads/main",
                [
                    "repo:contoso/shop:environment:prod",
                    "repo:contoso/shop:ref        :refs/heads/main",
                    "                  ^^^^^^^^^^^ ^^^^^^^^^^^^^^^",
                ],
            ),
            ("main ", "main", ["main␣", "main", "    ^"]),
            ("same", "same", ["same", "same", ""]),
            ("", "api", ["", "api", "^^^"]),
            ("prod-eu", "prod-us", ["prod-eu", "prod-us", "     ^^"]),
        ] {
            let aligned = align(above, below);
            assert_eq!([aligned.above, aligned.below, aligned.marks], expected);
        }
    }
}
